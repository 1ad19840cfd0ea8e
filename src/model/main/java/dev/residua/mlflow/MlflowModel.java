package dev.residua.mlflow;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.model.SafeText;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A registered model of an MLflow server, whose versions are bundles. The server must proxy
 * artifacts, as {@code mlflow server} does by default. The bundle is the only file of a version;
 * tags of the version have its digests, which are checked after a download. For one thread.
 *
 * <p>Source: MLflow REST API 2.0, registered models, model versions and aliases; MLflow's
 * description of its artifacts service.
 */
public final class MlflowModel {
  /** Start of an address. */
  public static final String SCHEME = "mlflow:";

  /** Tag of a version: digest of the model, which a signature does not change. */
  static final String DIGEST = "residua.digest";

  /** Tag of a version: SHA-256 of the file. */
  static final String SHA256 = "residua.sha256";

  private static final String FILE = "model.residua";
  private static final String REGISTRY = "/api/2.0/mlflow/";
  private static final String ARTIFACTS = "/api/2.0/mlflow-artifacts/artifacts/";
  private static final String PROXIED = "mlflow-artifacts:/";
  private static final Duration CONNECT = Duration.ofSeconds(10);
  private static final Duration LIMIT = Duration.ofMinutes(5);
  private static final int MAX_ANSWER_BYTES = 4 << 20;

  /** Aliases that MLflow allows, without names that it keeps for versions. */
  private static final Pattern ALIAS =
      Pattern.compile("(?!(?i:v[0-9]+|latest)$)[A-Za-z0-9_-]{1,255}");

  private static final Pattern VERSION = Pattern.compile("[0-9]{1,18}");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String server;
  private final String name;
  private final @Nullable String authorization;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .followRedirects(HttpClient.Redirect.NEVER)
          .connectTimeout(CONNECT)
          .build();

  private MlflowModel(String server, String name, @Nullable String authorization) {
    this.server = server;
    this.name = name;
    this.authorization = authorization;
  }

  /**
   * The model of an address, {@code mlflow:http://HOST:PORT/NAME}. The path between port and name
   * is the path of a server behind a proxy.
   *
   * @param environment has the login as MLflow's own clients take it: MLFLOW_TRACKING_USERNAME and
   *     MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN
   * @throws IllegalArgumentException if it is no such address
   */
  public static MlflowModel of(String address, Map<String, String> environment) {
    URI uri;
    try {
      uri = new URI(address.substring(address.startsWith(SCHEME) ? SCHEME.length() : 0));
    } catch (URISyntaxException e) {
      throw bad("it is not an address", e);
    }
    String path = uri.getRawPath() == null ? "" : uri.getRawPath();
    int slash = path.lastIndexOf('/');
    String last = URLDecoder.decode(path.substring(slash + 1), StandardCharsets.UTF_8);
    if (uri.getRawUserInfo() != null) {
      throw bad(
          "it has a login; set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD instead",
          null);
    }
    if (!address.startsWith(SCHEME)
        || !Set.of("http", "https").contains(String.valueOf(uri.getScheme()))
        || uri.getHost() == null
        || uri.getRawQuery() != null
        || uri.getRawFragment() != null
        || last.isBlank()
        || last.contains("/")
        || last.contains(":")) {
      throw bad("it must be like mlflow:http://localhost:5000/NAME", null);
    }
    String server =
        "%s://%s%s".formatted(uri.getScheme(), uri.getRawAuthority(), path.substring(0, slash));
    return new MlflowModel(server, last, authorization(environment));
  }

  private static IllegalArgumentException bad(String why, @Nullable Throwable cause) {
    return new IllegalArgumentException("the address of the model in MLflow: " + why, cause);
  }

  private static @Nullable String authorization(Map<String, String> environment) {
    String user = environment.getOrDefault("MLFLOW_TRACKING_USERNAME", "");
    String password = environment.getOrDefault("MLFLOW_TRACKING_PASSWORD", "");
    if (!user.isEmpty() && !password.isEmpty()) {
      byte[] login = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
      return "Basic " + Base64.getEncoder().encodeToString(login);
    }
    String token = environment.getOrDefault("MLFLOW_TRACKING_TOKEN", "").strip();
    return token.isEmpty() ? null : "Bearer " + token;
  }

  /**
   * Adds a bundle as a new version. The registered model is made if there is none.
   *
   * @param aliases that the version gets, taken from versions that have them
   * @return number of the version
   * @throws IllegalArgumentException if an alias is not allowed
   * @throws IOException with what to do, if the server does not take it
   */
  public String push(ModelBundle bundle, List<String> aliases) throws IOException {
    aliases.forEach(MlflowModel::checkAlias);
    byte[] bytes = bundle.toBytes();
    String sha256 = ModelBundle.sha256(bytes);
    String folder = "residua/" + sha256;
    HttpRequest.Builder upload =
        request(ARTIFACTS + folder + "/" + FILE)
            .header("Content-Type", "application/octet-stream")
            .PUT(BodyPublishers.ofByteArray(bytes));
    answer("the upload", upload);
    if (find("registered-models/get", Map.of("name", name)).isEmpty()) {
      try {
        post("registered-models/create", JSON.createObjectNode().put("name", name));
      } catch (RefusedException e) {
        if (!e.code.equals("RESOURCE_ALREADY_EXISTS")) { // somebody else has just made it
          throw e;
        }
      }
    }
    ObjectNode version = JSON.createObjectNode().put("name", name).put("source", PROXIED + folder);
    version.put("description", "Residua bundle " + bundle.id());
    version.putArray("tags").add(tag(DIGEST, bundle.digest())).add(tag(SHA256, sha256));
    String number =
        post("model-versions/create", version).path("model_version").path("version").asText();
    if (!VERSION.matcher(number).matches()) {
      throw new IOException(
          "MLflow at %s answered without the number of a version; is it an MLflow server?"
              .formatted(server));
    }
    for (String alias : aliases) {
      post(
          "registered-models/alias",
          JSON.createObjectNode().put("name", name).put("alias", alias).put("version", number));
    }
    return number;
  }

  /**
   * Downloads and checks the bundle of a version.
   *
   * @param versionOrAlias digits are the number of a version
   * @throws IllegalArgumentException if it is neither
   * @throws BadBundleException if it does not exist, is damaged, is not a bundle, or is another one
   *     than was pushed
   * @throws IOException with what to do, if the server does not give it
   */
  public ModelBundle pull(String versionOrAlias) throws IOException, BadBundleException {
    boolean number = VERSION.matcher(versionOrAlias).matches();
    if (!number) {
      checkAlias(versionOrAlias);
    }
    Optional<JsonNode> found =
        number
            ? find("model-versions/get", Map.of("name", name, "version", versionOrAlias))
            : find("registered-models/alias", Map.of("name", name, "alias", versionOrAlias));
    JsonNode version =
        found
            .map(answer -> answer.path("model_version"))
            .orElseThrow(
                () ->
                    new BadBundleException(
                        "MLflow at %s has no %s '%s' of a model '%s'; see its page Models"
                            .formatted(
                                server, number ? "version" : "alias", versionOrAlias, name)));
    String origin = "version %s of '%s' in MLflow".formatted(text(version, "version"), name);
    String sha256 = tag(version, SHA256);
    if (sha256.isEmpty()) {
      throw new BadBundleException(
          "%s is not a bundle: it has no tag %s; push it with residua model push"
              .formatted(origin, SHA256));
    }
    byte[] bytes = download(version.path("source").asText());
    if (!ModelBundle.sha256(bytes).equals(sha256)) {
      throw new BadBundleException(
          "%s is damaged: its SHA-256 is %s, expected %s; push the bundle again"
              .formatted(origin, ModelBundle.sha256(bytes), SafeText.of(sha256)));
    }
    ModelBundle bundle = ModelBundle.read(new ByteArrayInputStream(bytes), origin);
    if (!bundle.digest().equals(tag(version, DIGEST))) {
      throw new BadBundleException(
          "%s is another model: its digest is %s, but the tag %s says %s; push the bundle again"
              .formatted(origin, bundle.digest(), DIGEST, SafeText.of(tag(version, DIGEST))));
    }
    return bundle;
  }

  private byte[] download(String source) throws IOException {
    if (!source.startsWith(PROXIED) || source.startsWith(PROXIED + "/")) {
      throw new IOException(
          "the artifacts are at %s, and only those behind MLflow's own proxy (%s...) can be read; start the server with --serve-artifacts and push again"
              .formatted(SafeText.of(source), PROXIED));
    }
    String path =
        Arrays.stream(source.substring(PROXIED.length()).split("/", -1))
            .map(MlflowModel::encoded)
            .collect(Collectors.joining("/"));
    return answer("the download", request(ARTIFACTS + path + "/" + FILE).GET());
  }

  private static void checkAlias(String alias) {
    if (!ALIAS.matcher(alias).matches() || VERSION.matcher(alias).matches()) {
      throw new IllegalArgumentException(
          "alias is '%s', expected letters, digits, '_' or '-', not only digits, and neither 'latest' nor such as 'v1'"
              .formatted(SafeText.of(alias)));
    }
  }

  private static ObjectNode tag(String key, String value) {
    return JSON.createObjectNode().put("key", key).put("value", value);
  }

  private static String tag(JsonNode version, String key) {
    for (JsonNode tag : version.path("tags")) {
      if (tag.path("key").asText().equals(key)) {
        return tag.path("value").asText();
      }
    }
    return "";
  }

  private static String text(JsonNode node, String field) {
    return SafeText.of(node.path(field).asText());
  }

  /** An answer of the registry; empty if it says that there is no such thing. */
  private Optional<JsonNode> find(String path, Map<String, String> query) throws IOException {
    String parameters =
        query.entrySet().stream()
            .map(one -> one.getKey() + "=" + encoded(one.getValue()))
            .collect(Collectors.joining("&"));
    try {
      return Optional.of(json(answer(path, request(REGISTRY + path + "?" + parameters).GET())));
    } catch (RefusedException e) {
      // An alias of an existing model that is not set is INVALID_PARAMETER_VALUE.
      if (e.code.equals("RESOURCE_DOES_NOT_EXIST")
          || (path.endsWith("/alias") && e.code.equals("INVALID_PARAMETER_VALUE"))) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private JsonNode post(String path, ObjectNode body) throws IOException {
    HttpRequest.Builder request =
        request(REGISTRY + path)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body.toString()));
    return json(answer(path, request));
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server + path)).timeout(LIMIT);
    if (authorization != null) {
      request.header("Authorization", authorization);
    }
    return request;
  }

  /** The body of an answer, which may be as large as a bundle. */
  private byte[] answer(String what, HttpRequest.Builder request) throws IOException {
    HttpResponse<InputStream> response;
    byte[] body;
    try {
      response = http.send(request.build(), BodyHandlers.ofInputStream());
      boolean fine = response.statusCode() == 200;
      int most = fine ? ModelBundle.MAX_FILE_BYTES : MAX_ANSWER_BYTES;
      try (InputStream in = response.body()) {
        body = in.readNBytes(most + 1);
      }
      if (fine && body.length > most) {
        throw new RefusedException("", "it has more than %d bytes".formatted(most), what);
      }
    } catch (RefusedException e) {
      throw e;
    } catch (IOException e) {
      throw new IOException(
          "MLflow at %s cannot be reached (%s); check the address, and that the server runs"
              .formatted(
                  server, e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage()),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    int status = response.statusCode();
    if (status == 200) {
      return body;
    }
    if (status == 401 || status == 403) {
      throw new RefusedException(
          "",
          "status %d; %s"
              .formatted(
                  status,
                  authorization == null
                      ? "set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN"
                      : "the login of MLFLOW_TRACKING_USERNAME or MLFLOW_TRACKING_TOKEN lacks the permission"),
          what);
    }
    String code = "";
    String message = new String(body, StandardCharsets.UTF_8);
    try {
      JsonNode answer = JSON.readTree(body);
      code = answer.path("error_code").asText();
      message = answer.path("message").asText(message);
    } catch (IOException e) {
      // A page of a proxy, or nothing: the status has to do.
    }
    throw new RefusedException(
        code,
        "status %d %s %s".formatted(status, SafeText.of(code), SafeText.of(message.strip())),
        what);
  }

  private JsonNode json(byte[] body) throws IOException {
    try {
      return JSON.readTree(body);
    } catch (JsonProcessingException e) {
      throw new IOException(
          "MLflow at %s does not answer in JSON; is it an MLflow server?".formatted(server), e);
    }
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** The server refuses the request. */
  private final class RefusedException extends IOException {
    private static final long serialVersionUID = 1;

    final String code;

    RefusedException(String code, String why, String what) {
      super("MLflow at %s refuses %s: %s".formatted(server, what, why.strip()));
      this.code = code;
    }
  }
}
