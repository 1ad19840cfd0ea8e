package dev.residua.wire;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The REST API of a schema registry, as Confluent has it and Apicurio offers it under {@code
 * /apis/ccompat/v7}. Every call makes one request and takes at most the timeout. Thread-safe.
 *
 * <p>Own code, since the product needs six requests, within a time limit that covers the whole
 * answer. Apicurio's SDK 3.3.3 brings at least nine jars for them (Kiota, two HTTP adapters), and
 * its serdes decode records without bounds, see {@link BoundedDecoder}.
 *
 * <p>Source: Confluent Schema Registry API reference, "Schemas", "Subjects" and "Config".
 */
public final class RegistryClient {
  /** Longest answer that is read: the longest schema that is accepted, and its escapes. */
  public static final int MAX_ANSWER_BYTES = 2 << 20;

  private static final String JSON_TYPE = "application/vnd.schemaregistry.v1+json";
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Error codes of "subject", "version" and "schema not found". */
  private static final Set<Integer> NOT_FOUND = Set.of(40401, 40402, 40403);

  private static final Set<Integer> REFUSED = Set.of(409, 422);

  private final RegistrySettings settings;
  private final HttpClient http;

  /** Thrown if the registry refuses a request, such as an incompatible schema. */
  static final class RefusalException extends Exception {
    private static final long serialVersionUID = 1L;

    RefusalException(String message) {
      super(message);
    }
  }

  RegistryClient(RegistrySettings settings) {
    this.settings = settings;
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(settings.timeout())
            .build();
  }

  /** Address of the registry, for messages. */
  URI url() {
    return settings.url();
  }

  /**
   * The schema with an id.
   *
   * @param id an unsigned number
   * @return empty if the registry says that it has none
   * @throws RegistryUnavailableException if it says neither
   */
  Optional<RegistrySchema> byId(int id) {
    return schema("/schemas/ids/" + Integer.toUnsignedString(id));
  }

  Optional<RegistrySchema> version(String subject, int version) {
    return schema("/subjects/" + CloudEventHeaders.encode(subject) + "/versions/" + version);
  }

  Optional<RegistrySchema> latest(String subject) {
    return schema("/subjects/" + CloudEventHeaders.encode(subject) + "/versions/latest");
  }

  /**
   * Registers a schema; the same one again gives the same id.
   *
   * @return its id
   * @throws RefusalException with the registry's own words, if it breaks the compatibility of the
   *     subject
   */
  int register(String subject, Schema schema) throws RefusalException {
    String path = "/subjects/" + CloudEventHeaders.encode(subject) + "/versions";
    return id(subject, write("POST", path, schemaBody(schema)));
  }

  private int id(String subject, JsonNode answer) {
    if (!answer.path("id").isInt()) {
      throw unavailable("answers a schema of %s with %s".formatted(subject, answer));
    }
    return answer.path("id").asInt();
  }

  private static BodyPublisher schemaBody(Schema schema) {
    return body(Map.of("schema", schema.toString(), "schemaType", RegistrySchema.AVRO));
  }

  private static BodyPublisher body(Map<String, String> values) {
    return BodyPublishers.ofString(JSON.valueToTree(values).toString());
  }

  /**
   * The id of a schema under a subject; empty if the subject does not have it.
   *
   * @throws RefusalException if the registry does not take it for a schema
   */
  OptionalInt idOf(String subject, Schema schema) throws RefusalException {
    String path = "/subjects/" + CloudEventHeaders.encode(subject);
    HttpResponse<byte[]> response = send("POST", path, schemaBody(schema));
    JsonNode answer = json(response.body());
    if (isNotFound(response, answer)) {
      return OptionalInt.empty();
    }
    return OptionalInt.of(id(subject, written("POST", path, response, answer)));
  }

  /** Sets the changes that a subject allows. */
  void setCompatibility(String subject, Compatibility compatibility) throws RefusalException {
    write(
        "PUT",
        "/config/" + CloudEventHeaders.encode(subject),
        body(Map.of("compatibility", compatibility.name())));
  }

  private Optional<RegistrySchema> schema(String path) {
    HttpResponse<byte[]> response = send("GET", path, BodyPublishers.noBody());
    JsonNode answer = json(response.body());
    if (isNotFound(response, answer)) {
      return Optional.empty();
    }
    if (response.statusCode() != 200 || answer == null || !answer.path("schema").isTextual()) {
      throw unavailable(what("GET", path, response, answer));
    }
    List<RegistrySchema.Reference> references = new ArrayList<>();
    for (JsonNode reference : answer.path("references")) {
      references.add(
          new RegistrySchema.Reference(
              reference.path("subject").asText(), reference.path("version").asInt()));
    }
    return Optional.of(
        new RegistrySchema(
            answer.path("schema").asText(),
            answer.path("schemaType").asText(RegistrySchema.AVRO),
            references));
  }

  private static boolean isNotFound(HttpResponse<byte[]> response, @Nullable JsonNode answer) {
    return response.statusCode() == 404
        && answer != null
        && NOT_FOUND.contains(answer.path("error_code").asInt());
  }

  private JsonNode write(String method, String path, BodyPublisher body) throws RefusalException {
    HttpResponse<byte[]> response = send(method, path, body);
    return written(method, path, response, json(response.body()));
  }

  private JsonNode written(
      String method, String path, HttpResponse<byte[]> response, @Nullable JsonNode answer)
      throws RefusalException {
    if (REFUSED.contains(response.statusCode()) && answer != null) {
      throw new RefusalException(answer.path("message").asText("no reason given"));
    }
    if (response.statusCode() != 200 || answer == null) {
      throw unavailable(what(method, path, response, answer));
    }
    return answer;
  }

  private HttpResponse<byte[]> send(String method, String path, BodyPublisher body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(settings.url() + path))
            .timeout(settings.timeout())
            .header("Accept", JSON_TYPE + ", application/json")
            .header("Content-Type", JSON_TYPE)
            .method(method, body);
    settings
        .login()
        .ifPresent(
            login ->
                request.header(
                    "Authorization",
                    "Basic "
                        + Base64.getEncoder()
                            .encodeToString(
                                (login.user() + ":" + login.password())
                                    .getBytes(StandardCharsets.UTF_8))));
    // The timeout of a request ends with the headers of the answer; this one covers the body too.
    CompletableFuture<HttpResponse<byte[]>> answer =
        http.sendAsync(request.build(), head -> new LimitedBody(MAX_ANSWER_BYTES));
    try {
      return answer.get(settings.timeout().toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      answer.cancel(true);
      throw unavailable("does not answer within %d ms".formatted(settings.timeout().toMillis()), e);
    } catch (ExecutionException e) {
      if (LimitedBody.isTooLong(e)) {
        throw unavailable(
            "answers with more than %,d bytes; is residua.registry.url its Confluent API?"
                .formatted(MAX_ANSWER_BYTES),
            e);
      }
      Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
      throw unavailable("cannot be reached (%s)".formatted(cause), cause);
    } catch (InterruptedException e) {
      answer.cancel(true);
      Thread.currentThread().interrupt();
      throw unavailable("was asked by a thread that is to stop", e);
    }
  }

  private static String what(
      String method, String path, HttpResponse<byte[]> response, @Nullable JsonNode answer) {
    int status = response.statusCode();
    String hint =
        switch (status) {
          case 401, 403 -> "; set residua.registry.user and residua.registry.password";
          case 200, 404 ->
              "; is residua.registry.url its Confluent API? With Apicurio it ends in"
                  + " /apis/ccompat/v7";
          default -> "";
        };
    String message = answer == null ? "" : answer.path("message").asText();
    return "answers %s %s with %d%s%s"
        .formatted(method, path, status, message.isEmpty() ? "" : " (" + message + ")", hint);
  }

  private RegistryUnavailableException unavailable(String what) {
    return new RegistryUnavailableException(
        "the schema registry at %s %s".formatted(settings.url(), what));
  }

  private RegistryUnavailableException unavailable(String what, Throwable cause) {
    return new RegistryUnavailableException(
        "the schema registry at %s %s".formatted(settings.url(), what), cause);
  }

  private static @Nullable JsonNode json(byte[] body) {
    try {
      return JSON.readTree(new String(body, StandardCharsets.UTF_8));
    } catch (JsonProcessingException e) {
      return null;
    }
  }
}
