package dev.residua.app.teach;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.residua.access.Person;
import dev.residua.app.web.AllowedHosts;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * HTTP server of the teaching page and its API. On loopback it accepts names of this machine only;
 * elsewhere, and if people have tokens, every request for data needs a token, as a bearer token or,
 * in a browser, as a cookie. A change that a page of another origin sent is refused: its {@code
 * Origin} and {@code Sec-Fetch-Site} say so, and its body must be declared as JSON, which a form of
 * another page cannot do.
 */
public final class TeachServer implements AutoCloseable {
  /** Max number of requests that are read or answered at one time. */
  public static final int THREADS = 64;

  /** Time in which a request must be complete. */
  public static final int REQUEST_SECONDS = 10;

  /** Time in which a response must be read. */
  public static final int RESPONSE_SECONDS = 300;

  private static final Logger LOG = LoggerFactory.getLogger(TeachServer.class);

  /** Max number of complete requests that work on the set at one time. */
  private static final int WORKING = 8;

  static {
    // Read once per process, by the first server. Without it half a request occupies a thread.
    limit("sun.net.httpserver.maxReqTime", REQUEST_SECONDS);
    limit("sun.net.httpserver.maxRspTime", RESPONSE_SECONDS);
  }

  private static void limit(String property, int seconds) {
    System.setProperty(property, System.getProperty(property, Integer.toString(seconds)));
  }

  private static final int MAX_BODY = 1 << 16;
  private static final String COOKIE = "residua-teach";
  private static final String SIGN_IN = TeachApi.PREFIX + "/session";
  private static final Pattern TOKENS = Pattern.compile("[A-Za-z0-9._~+/=-]{1,512}");
  private static final String BEARER = "Bearer ";
  private static final Set<String> SAFE = Set.of("GET", "HEAD");
  private static final AllowedHosts HOSTS = new AllowedHosts(List.of());

  /** Files of the page; those of the dashboard are shared. */
  private static final Map<String, String> FILES = files();

  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=UTF-8",
          "js", "text/javascript; charset=UTF-8",
          "css", "text/css; charset=UTF-8",
          "svg", "image/svg+xml");

  private static final Map<String, String> HEADERS =
      Map.of(
          "Content-Security-Policy",
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
              + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
          "X-Content-Type-Options",
          "nosniff",
          "Referrer-Policy",
          "no-referrer",
          "Cross-Origin-Resource-Policy",
          "same-origin");

  private final TeachApi api;
  private final HttpServer server;
  private final ExecutorService threads;
  private final boolean loopback;
  private final TeachAccess access;
  private final Semaphore working = new Semaphore(WORKING);

  private TeachServer(TeachApi api, InetAddress host, int port, TeachAccess access)
      throws IOException {
    this.api = api;
    this.access = access;
    this.loopback = host.isLoopbackAddress();
    this.server = HttpServer.create(new InetSocketAddress(host, port), 0);
    this.threads =
        Executors.newFixedThreadPool(
            THREADS,
            task -> {
              Thread thread = new Thread(task, "teach-http");
              thread.setDaemon(true);
              return thread;
            });
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  /**
   * Starts the server.
   *
   * @param port 0 selects a free one
   * @param access who may send requests; only loopback may be open
   * @throws IOException if the port cannot be opened
   */
  static TeachServer start(TeachApi api, InetAddress host, int port, TeachAccess access)
      throws IOException {
    if (access.isOpen() && !host.isLoopbackAddress()) {
      throw new IllegalArgumentException(
          "a server on %s needs a token, only loopback may go without".formatted(host));
    }
    return new TeachServer(api, host, port, access);
  }

  private static Map<String, String> files() {
    Map<String, String> files = new HashMap<>();
    files.put("/", "/teach/index.html");
    for (String name :
        List.of(
            "compare.js",
            "goal.js",
            "holds.js",
            "label.js",
            "progress.js",
            "sort.js",
            "teach.js",
            "train.js",
            "teach.css")) {
      files.put("/teach/" + name, "/teach/" + name);
    }
    for (String name :
        List.of(
            "api.js",
            "colours.js",
            "dom.js",
            "graph.js",
            "layout.js",
            "parts.js",
            "timing.js",
            "words.js",
            "theme.js",
            "style.css",
            "icon.svg")) {
      files.put("/page/" + name, "/META-INF/resources/page/" + name);
    }
    return files;
  }

  int port() {
    return server.getAddress().getPort();
  }

  /**
   * A request without details of the server.
   *
   * @param person authenticated name of the sender; null if there is none
   */
  record Request(
      String method,
      String path,
      Map<String, String> query,
      String body,
      @Nullable String person) {}

  /**
   * A response.
   *
   * @param headers such as {@code Content-Type}
   */
  record Response(int status, Map<String, String> headers, byte[] body) {
    static Response text(int status, String sentence) {
      return new Response(
          status,
          Map.of("Content-Type", "text/plain; charset=UTF-8", "Cache-Control", "no-store"),
          (sentence + "\n").getBytes(StandardCharsets.UTF_8));
    }
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      Response response;
      try {
        response = respond(exchange);
      } catch (RuntimeException e) {
        LOG.error("a request failed: address={}", exchange.getRequestURI().getPath(), e);
        response = Response.text(500, "the request failed: " + e);
      }
      HEADERS.forEach(exchange.getResponseHeaders()::set);
      response.headers().forEach(exchange.getResponseHeaders()::set);
      boolean head = exchange.getRequestMethod().equals("HEAD");
      int length = response.body().length;
      exchange.sendResponseHeaders(response.status(), head || length == 0 ? -1 : length);
      if (!head && length > 0) {
        exchange.getResponseBody().write(response.body());
      }
    }
  }

  private Response respond(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    Map<String, String> query = query(exchange.getRequestURI().getRawQuery());
    if (loopback && !HOSTS.allow(header(exchange, "Host"), true)) {
      return Response.text(421, "this page does not answer for that host name");
    }
    String offered = query.get("token");
    if (path.equals("/") && offered != null && knows(offered)) {
      return new Response(303, Map.of("Location", "/", "Set-Cookie", cookie(offered)), new byte[0]);
    }
    boolean signsIn = !access.isOpen() && path.equals(SIGN_IN);
    boolean open = signsIn || (access.knowsPeople() && FILES.containsKey(path));
    Optional<Person> person = access.person(given(exchange));
    if (person.isEmpty() && !open) {
      return Response.text(
          401,
          access.knowsPeople()
              ? "sign in with your token, or send Authorization: Bearer TOKEN"
              : "open the address that the command printed, or send Authorization: Bearer TOKEN");
    }
    boolean safe = SAFE.contains(exchange.getRequestMethod());
    if (!safe && isForeign(exchange)) {
      return Response.text(403, "a page of another origin may not change anything here");
    }
    String type = header(exchange, "Content-Type");
    if (exchange.getRequestMethod().equals("POST")
        && (type == null || !type.startsWith("application/json"))) {
      return Response.text(415, "send the body with Content-Type: application/json");
    }
    if (path.startsWith(TeachApi.PREFIX)) {
      byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY + 1);
      if (body.length > MAX_BODY) {
        return Response.text(413, "the body may have %d bytes".formatted(MAX_BODY));
      }
      Request request =
          new Request(
              exchange.getRequestMethod(),
              path.substring(TeachApi.PREFIX.length()),
              query,
              new String(body, StandardCharsets.UTF_8),
              person.map(Person::name).orElse(null));
      if (signsIn) {
        return signIn(request);
      }
      boolean training = !safe && path.equals(TeachApi.PREFIX + "/training");
      return access
          .refusal(person.orElse(Person.NOBODY), training)
          .map(why -> Response.text(403, why))
          .orElseGet(() -> work(request));
    }
    String file = FILES.get(path);
    return file == null || !safe ? Response.text(404, "there is nothing at " + path) : file(file);
  }

  private Response work(Request request) {
    working.acquireUninterruptibly();
    try {
      return api.respond(request);
    } finally {
      working.release();
    }
  }

  /** Stores the token of the body in a cookie of the browser. */
  private Response signIn(Request request) {
    try {
      String candidate = TeachApi.text(TeachApi.body(request), "token");
      return request.method().equals("POST") && knows(candidate)
          ? new Response(
              200,
              Map.of("Content-Type", "application/json", "Set-Cookie", cookie(candidate)),
              "{}".getBytes(StandardCharsets.UTF_8))
          : Response.text(401, "the token is not one that this page knows");
    } catch (IllegalArgumentException e) {
      return Response.text(400, String.valueOf(e.getMessage()));
    }
  }

  /** Returns true if a token that a cookie can hold is valid. */
  private boolean knows(String candidate) {
    return !access.isOpen()
        && TOKENS.matcher(candidate).matches()
        && access.person(candidate).isPresent();
  }

  private static String cookie(String token) {
    return "%s=%s; HttpOnly; SameSite=Strict; Path=/".formatted(COOKIE, token);
  }

  private static Response file(String name) throws IOException {
    try (InputStream in = TeachServer.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the program lacks its file " + name);
      }
      String ending = name.substring(name.lastIndexOf('.') + 1);
      // A new version of the product must not run with cached scripts of this one.
      return new Response(
          200,
          Map.of("Content-Type", TYPES.getOrDefault(ending, ""), "Cache-Control", "no-cache"),
          in.readAllBytes());
    }
  }

  private static boolean isForeign(HttpExchange exchange) {
    String origin = header(exchange, "Origin");
    String site = header(exchange, "Sec-Fetch-Site");
    return (origin != null && !origin.equalsIgnoreCase("http://" + header(exchange, "Host")))
        || (site != null && !Set.of("same-origin", "none").contains(site));
  }

  private static @Nullable String given(HttpExchange exchange) {
    String bearer = header(exchange, "Authorization");
    if (bearer != null && bearer.startsWith(BEARER)) {
      return bearer.substring(BEARER.length()).strip();
    }
    String cookies = header(exchange, "Cookie");
    if (cookies != null) {
      for (String cookie : cookies.split(";", -1)) {
        if (cookie.strip().startsWith(COOKIE + "=")) {
          return cookie.strip().substring(COOKIE.length() + 1);
        }
      }
    }
    return null;
  }

  private static @Nullable String header(HttpExchange exchange, String name) {
    return exchange.getRequestHeaders().getFirst(name);
  }

  private static Map<String, String> query(@Nullable String raw) {
    Map<String, String> query = new LinkedHashMap<>();
    for (String pair : raw == null ? new String[0] : raw.split("&", -1)) {
      int at = pair.indexOf('=');
      if (at > 0) {
        query.put(decoded(pair.substring(0, at)), decoded(pair.substring(at + 1)));
      }
    }
    return query;
  }

  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return text; // a percent sign that begins nothing
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
