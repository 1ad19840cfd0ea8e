package dev.residua.cli.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.residua.app.process.LocalToken;
import dev.residua.dashboard.AccessResource.Access;
import dev.residua.model.SafeText;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * HTTP client of a running service. Every failure becomes a {@link CommandFailedException} with the
 * next step; a refusal has the sentence of the service.
 */
public final class ServiceClient {
  private static final int MAX_ANSWER_BYTES = 64 << 20;
  private static final int MAX_REFUSAL_BYTES = 4_000;
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration COPY_TIMEOUT = Duration.ofMinutes(30);
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .addModule(new JavaTimeModule())
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  private final HttpClient http = HttpClient.newBuilder().connectTimeout(CONNECT_TIMEOUT).build();
  private final URI address;
  private final Optional<String> token;
  private final Duration timeout;

  /**
   * Answer of the service.
   *
   * @param json as the service wrote it
   * @param view the record that it wrote
   */
  public record Answer<V>(JsonNode json, V view) {}

  @FunctionalInterface
  private interface Reading<T> {
    T of(InputStream body) throws IOException;
  }

  ServiceClient(URI address, Optional<String> token) {
    this(address, token, ANSWER_TIMEOUT);
  }

  /**
   * @param token bearer token of every request
   * @param timeout for a whole answer that is not copied
   */
  ServiceClient(URI address, Optional<String> token, Duration timeout) {
    this.address = address;
    this.token = token;
    this.timeout = timeout;
  }

  /**
   * Returns a path with parameters; those without a value are left out.
   *
   * @param segments appended to the path, each as one segment
   */
  public static String path(
      String path, Map<String, ? extends @Nullable Object> parameters, String... segments) {
    StringBuilder whole = new StringBuilder(path);
    for (String segment : segments) {
      whole.append('/').append(encoded(segment));
    }
    String query =
        parameters.entrySet().stream()
            .filter(one -> one.getValue() != null && !one.getValue().toString().isEmpty())
            .map(one -> one.getKey() + "=" + encoded(String.valueOf(one.getValue())))
            .collect(Collectors.joining("&"));
    return query.isEmpty() ? whole.toString() : whole + "?" + query;
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** Returns the answer to a GET request. */
  public <V> Answer<V> get(String path, Class<V> view) {
    return answer(request(path), view);
  }

  /**
   * Sends a change.
   *
   * @param body members of a JSON object
   */
  public <V> Answer<V> send(
      String method, String path, Map<String, ? extends @Nullable Object> body, Class<V> view) {
    return answer(
        request(path)
            .header("Content-Type", "application/json")
            .method(method, BodyPublishers.ofString(Json.line(body))),
        view);
  }

  /** Copies the text that a GET request returns, of any length. */
  public void copy(String path, Writer to) {
    exchange(
        request(path),
        COPY_TIMEOUT,
        body -> new InputStreamReader(body, StandardCharsets.UTF_8).transferTo(to));
  }

  /**
   * Returns the author that a change names: none if the token has a name, unless the user gave one.
   */
  public Optional<String> author(AuthorOption option) {
    return option
        .chosen()
        .or(
            () ->
                get("/api/access", Access.class).view().by() == null
                    ? Optional.of(option.given())
                    : Optional.empty());
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(address + path));
    token.ifPresent(text -> request.header("Authorization", "Bearer " + text));
    return request;
  }

  private <V> Answer<V> answer(HttpRequest.Builder request, Class<V> view) {
    return exchange(
        request,
        timeout,
        body -> {
          byte[] bytes = body.readNBytes(MAX_ANSWER_BYTES + 1);
          if (bytes.length > MAX_ANSWER_BYTES) {
            throw new CommandFailedException(
                "%s answers with more than %,d bytes; ask for less, such as the sources of one pattern"
                    .formatted(address, MAX_ANSWER_BYTES));
          }
          JsonNode json = JSON.readTree(bytes);
          return new Answer<>(json, JSON.treeToValue(json, view));
        });
  }

  private <T> T exchange(HttpRequest.Builder request, Duration limit, Reading<T> reading) {
    try {
      return http.sendAsync(request.build(), BodyHandlers.ofInputStream())
          .thenApplyAsync(response -> read(response, reading))
          .get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw failed(Objects.requireNonNullElse(e.getCause(), e));
    } catch (TimeoutException e) {
      throw new CommandFailedException(
          "%s did not answer within %d s; try again, and see its log"
              .formatted(address, limit.toSeconds()),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailedException("interrupted", e);
    }
  }

  private <T> T read(HttpResponse<InputStream> response, Reading<T> reading) {
    try (InputStream body = response.body()) {
      if (response.statusCode() / 100 == 2) {
        return reading.of(body);
      }
      String said = new String(body.readNBytes(MAX_REFUSAL_BYTES), StandardCharsets.UTF_8).strip();
      boolean sentence =
          response.headers().firstValue("Content-Type").orElse("").startsWith("text/plain");
      throw refused(response.statusCode(), sentence ? SafeText.uncut(said) : "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private CommandFailedException refused(int status, String sentence) {
    String said =
        sentence.isEmpty()
            ? "%s answers with status %d; is that the address of Residua?"
                .formatted(address, status)
            : sentence;
    if ((status == 401 || status == 403) && token.isEmpty()) {
      said +=
          "; no token was given: set RESIDUA_TOKEN or --token-file, or run the command in the folder of the service, whose data directory has the file "
              + LocalToken.file(address.getPort());
    } else if (status == 401) {
      said += "; give yours with RESIDUA_TOKEN or --token-file FILE";
    }
    return new CommandFailedException(said);
  }

  private CommandFailedException failed(Throwable failure) {
    if (failure instanceof CommandFailedException refusal) {
      return refusal;
    }
    Throwable why =
        failure instanceof UncheckedIOException unchecked
            ? Objects.requireNonNullElse(unchecked.getCause(), unchecked)
            : failure;
    if (why instanceof JsonProcessingException json) {
      return new CommandFailedException(
          "the answer of %s is not that of this version of Residua: %s"
              .formatted(address, SafeText.of(json.getOriginalMessage())),
          why);
    }
    return new CommandFailedException(
        "no service answers at %s%s; start one with residua serve, or give its address with --url or RESIDUA_URL"
            .formatted(
                address, why.getMessage() == null ? "" : " (%s)".formatted(why.getMessage())),
        why);
  }
}
