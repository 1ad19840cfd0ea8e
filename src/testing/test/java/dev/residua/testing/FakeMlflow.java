package dev.residua.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * The part of an MLflow server that has registered models, versions, aliases and proxied artifacts,
 * written from the documentation of MLflow's REST API. For one test.
 */
public final class FakeMlflow implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String REGISTRY = "/api/2.0/mlflow/";
  private static final String ARTIFACTS = "/api/2.0/mlflow-artifacts/artifacts/";

  private final HttpServer server;
  private final Map<String, List<ObjectNode>> models = new LinkedHashMap<>();
  private final Map<String, Map<String, Integer>> aliases = new HashMap<>();
  private final List<String> authorizations = new CopyOnWriteArrayList<>();

  /** Artifacts by path. */
  public final Map<String, byte[]> artifacts = new TreeMap<>();

  /** Value of the header Authorization that every request needs; null for none. */
  public @Nullable String needed;

  /** Returns true if artifacts are proxied. */
  public boolean serveArtifacts = true;

  public FakeMlflow() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::handle);
    server.start();
  }

  /** Address without a path. */
  public String url() {
    return "http://localhost:" + server.getAddress().getPort();
  }

  /** Headers Authorization that came, in their order; empty texts for none. */
  public List<String> authorizations() {
    return List.copyOf(authorizations);
  }

  /** Versions of a model, the first one first. */
  public List<ObjectNode> versions(String model) {
    return models.getOrDefault(model, List.of());
  }

  private record Answer(int status, byte[] body) {
    static Answer json(Object body) {
      return new Answer(200, JSON.valueToTree(body).toString().getBytes(StandardCharsets.UTF_8));
    }

    static Answer error(int status, String code, String message) {
      return new Answer(
          status,
          JSON.valueToTree(Map.of("error_code", code, "message", message))
              .toString()
              .getBytes(StandardCharsets.UTF_8));
    }
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String authorization = exchange.getRequestHeaders().getFirst("Authorization");
      authorizations.add(authorization == null ? "" : authorization);
      byte[] body = exchange.getRequestBody().readAllBytes();
      Answer answer =
          needed != null && !needed.equals(authorization)
              ? new Answer(401, "You are not authenticated.".getBytes(StandardCharsets.UTF_8))
              : answer(exchange, body);
      exchange.sendResponseHeaders(
          answer.status(), answer.body().length == 0 ? -1 : answer.body().length);
      exchange.getResponseBody().write(answer.body());
    }
  }

  private Answer answer(HttpExchange exchange, byte[] body) throws IOException {
    String path = exchange.getRequestURI().getPath();
    String method = exchange.getRequestMethod();
    if (path.startsWith(ARTIFACTS)) {
      return artifact(method, path.substring(ARTIFACTS.length()), body);
    }
    if (!path.startsWith(REGISTRY)) {
      return new Answer(404, "Not Found".getBytes(StandardCharsets.UTF_8));
    }
    String operation = method + " " + path.substring(REGISTRY.length());
    if (method.equals("GET")) {
      return read(operation, query(exchange.getRequestURI().getRawQuery()));
    }
    String type = exchange.getRequestHeaders().getFirst("Content-Type");
    if (!"application/json".equals(type)) {
      return Answer.error(400, "BAD_REQUEST", "the content type is " + type);
    }
    return write(operation, JSON.readTree(body));
  }

  private Answer artifact(String method, String path, byte[] body) {
    if (!serveArtifacts) {
      return new Answer(
          503,
          "the mlflow server is running with --no-serve-artifacts"
              .getBytes(StandardCharsets.UTF_8));
    }
    if (method.equals("PUT")) {
      artifacts.put(path, body);
      return Answer.json(Map.of());
    }
    byte[] stored = artifacts.get(path);
    return stored == null
        ? Answer.error(404, "RESOURCE_DOES_NOT_EXIST", "No such artifact: " + path)
        : new Answer(200, stored);
  }

  private Answer read(String operation, Map<String, String> query) {
    String name = query.get("name");
    List<ObjectNode> versions = models.get(name);
    if (versions == null) {
      return Answer.error(
          404,
          "RESOURCE_DOES_NOT_EXIST",
          "Registered Model with name=%s not found".formatted(name));
    }
    return switch (operation) {
      case "GET registered-models/get" ->
          Answer.json(Map.of("registered_model", Map.of("name", name)));
      case "GET registered-models/alias" -> {
        Integer version = aliases.get(name).get(query.get("alias"));
        yield version == null
            ? Answer.error(
                400,
                "INVALID_PARAMETER_VALUE",
                "Registered model alias %s not found.".formatted(query.get("alias")))
            : Answer.json(Map.of("model_version", versions.get(version - 1)));
      }
      case "GET model-versions/get" -> {
        int version = Integer.parseInt(query.get("version"));
        yield version < 1 || version > versions.size()
            ? Answer.error(404, "RESOURCE_DOES_NOT_EXIST", "Model Version not found")
            : Answer.json(Map.of("model_version", versions.get(version - 1)));
      }
      default -> Answer.error(404, "ENDPOINT_NOT_FOUND", operation);
    };
  }

  private Answer write(String operation, JsonNode body) {
    String name = body.path("name").asText();
    List<ObjectNode> versions = models.get(name);
    if (operation.equals("POST registered-models/create")) {
      if (versions != null) {
        return Answer.error(400, "RESOURCE_ALREADY_EXISTS", "Registered Model exists");
      }
      models.put(name, new CopyOnWriteArrayList<>());
      aliases.put(name, new HashMap<>());
      return Answer.json(Map.of("registered_model", Map.of("name", name)));
    }
    if (versions == null) {
      return Answer.error(404, "RESOURCE_DOES_NOT_EXIST", "Registered Model not found");
    }
    if (operation.equals("POST model-versions/create")) {
      ObjectNode version = body.deepCopy();
      version.put("version", Integer.toString(versions.size() + 1)).put("status", "READY");
      versions.add(version);
      return Answer.json(Map.of("model_version", version));
    }
    if (operation.equals("POST registered-models/alias")) {
      aliases.get(name).put(body.path("alias").asText(), body.path("version").asInt());
      return Answer.json(Map.of());
    }
    return Answer.error(404, "ENDPOINT_NOT_FOUND", operation);
  }

  private static Map<String, String> query(@Nullable String raw) {
    Map<String, String> query = new HashMap<>();
    for (String pair : raw == null ? new String[0] : raw.split("&", -1)) {
      String[] parts = pair.split("=", 2);
      query.put(parts[0], URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
    }
    return query;
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
