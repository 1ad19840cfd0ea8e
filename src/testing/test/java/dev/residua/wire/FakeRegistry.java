package dev.residua.wire;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A schema registry's reading part, over HTTP on loopback, that can be made to fail. */
final class FakeRegistry implements AutoCloseable {
  static {
    // Else every answer waits 40 ms for the client to acknowledge its headers.
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpServer server;
  private final Map<String, ObjectNode> answers = new HashMap<>();

  /** Paths in the order in which they were asked for. */
  final List<String> requests = new CopyOnWriteArrayList<>();

  /** The last request's header, null if it had none. */
  volatile @Nullable String authorization;

  /** Requests that are answered with this status, not with what is asked for; 0 for none. */
  volatile int failures;

  volatile int failureStatus = 503;

  /** Returns true if answers have no end, until the client closes the connection. */
  volatile boolean endless;

  /** Bytes of endless answers that were sent. */
  final AtomicLong sent = new AtomicLong();

  private FakeRegistry(HttpServer server) {
    this.server = server;
  }

  static FakeRegistry start() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getByName("localhost"), 0), 0);
    FakeRegistry registry = new FakeRegistry(server);
    server.createContext("/", registry::answer);
    server.start();
    return registry;
  }

  RegistrySettings settings() {
    return RegistrySettings.of(
        URI.create("http://localhost:" + server.getAddress().getPort() + "/"),
        null,
        null,
        Duration.ofSeconds(10));
  }

  ObjectNode put(int id, String schema) {
    return put("/schemas/ids/" + Integer.toUnsignedString(id), schema);
  }

  ObjectNode put(String path, String schema) {
    ObjectNode answer = JSON.createObjectNode().put("schema", schema);
    answers.put(path, answer);
    return answer;
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    requests.add(path);
    authorization = exchange.getRequestHeaders().getFirst("Authorization");
    if (endless) {
      exchange.sendResponseHeaders(200, 0);
      byte[] part = " ".repeat(64 << 10).getBytes(StandardCharsets.UTF_8);
      while (true) {
        exchange.getResponseBody().write(part);
        sent.addAndGet(part.length);
      }
    }
    int status = 200;
    String body;
    if (failures > 0) {
      failures--;
      status = failureStatus;
      body = "<html>not now</html>";
    } else if (answers.containsKey(path)) {
      body = answers.get(path).toString();
    } else {
      status = 404;
      body = "{\"error_code\": 40403, \"message\": \"Schema not found\"}";
    }
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
