package dev.residua.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** HTTP server with fixed answers, by method and path; keeps the requests. */
public final class StubService implements AutoCloseable {
  private final HttpServer server;
  private final Map<String, Reply> replies = new ConcurrentHashMap<>();
  private final List<Request> requests = new CopyOnWriteArrayList<>();

  /** An answer. */
  public record Reply(int status, String type, byte[] body) {}

  /**
   * A request.
   *
   * @param line method and address without the host
   */
  public record Request(String line, @Nullable String authorization, String body) {}

  private StubService(HttpServer server) {
    this.server = server;
  }

  /** Starts on a free port of this machine. */
  public static StubService start() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    StubService stub = new StubService(server);
    server.createContext("/", stub::answer);
    server.start();
    return stub;
  }

  /** Answers a method and path with JSON. */
  public StubService json(String methodAndPath, String body) {
    return reply(methodAndPath, 200, "application/json", body);
  }

  /** Answers a method and path. */
  public StubService reply(String methodAndPath, int status, String type, String body) {
    replies.put(methodAndPath, new Reply(status, type, body.getBytes(StandardCharsets.UTF_8)));
    return this;
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      requests.add(
          new Request(
              exchange.getRequestMethod() + " " + exchange.getRequestURI(),
              exchange.getRequestHeaders().getFirst("Authorization"),
              body));
      Reply reply =
          replies.getOrDefault(
              exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath(),
              new Reply(404, "text/plain", "nothing is here".getBytes(StandardCharsets.UTF_8)));
      exchange.getResponseHeaders().set("Content-Type", reply.type());
      exchange.sendResponseHeaders(reply.status(), reply.body().length);
      exchange.getResponseBody().write(reply.body());
    }
  }

  /** Its address. */
  public String address() {
    return "http://localhost:" + server.getAddress().getPort();
  }

  /** The requests, in order. */
  public List<Request> requests() {
    return requests;
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
