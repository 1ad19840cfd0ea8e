package dev.residua.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One page of a headless Chromium, driven over its DevTools protocol without further libraries.
 * Collects errors of the console and uncaught exceptions.
 */
public final class Chromium implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<Path> PLACES =
      List.of(
          Path.of("/usr/bin/chromium"),
          Path.of("/usr/bin/chromium-browser"),
          Path.of("/usr/bin/google-chrome"));
  private static final Duration LIMIT = Waits.limit(Duration.ofSeconds(30));

  private final Process process;
  private final WebSocket socket;
  private final AtomicInteger number = new AtomicInteger();
  private final Map<Integer, CompletableFuture<JsonNode>> waiting = new ConcurrentHashMap<>();
  private final List<String> errors = new CopyOnWriteArrayList<>();

  private Chromium(Process process, URI page) throws Exception {
    this.process = process;
    this.socket =
        HttpClient.newHttpClient()
            .newWebSocketBuilder()
            .buildAsync(page, new Receiver())
            .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    send("Page.enable", Map.of());
    send("Runtime.enable", Map.of());
    send("Log.enable", Map.of());
    send("Network.enable", Map.of());
  }

  /** Path of the browser on this machine; empty if there is none. */
  public static Optional<Path> installed() {
    return PLACES.stream().filter(Files::isExecutable).findFirst();
  }

  /**
   * Starts the browser.
   *
   * @param profile folder for its data
   */
  public static Chromium start(Path profile) throws Exception {
    Path log = Files.createDirectories(profile).resolve("chromium.log");
    Process process =
        new ProcessBuilder(
                installed().orElseThrow().toString(),
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--force-color-profile=srgb",
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile,
                "about:blank")
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      Path port = profile.resolve("DevToolsActivePort");
      long end = System.nanoTime() + LIMIT.toNanos();
      while (!Files.exists(port) || Files.readAllLines(port).isEmpty()) {
        if (System.nanoTime() > end || !process.isAlive()) {
          throw new AssertionError("the browser did not start:\n" + Files.readString(log));
        }
        Thread.sleep(50);
      }
      URI list = URI.create("http://127.0.0.1:" + Files.readAllLines(port).get(0) + "/json/list");
      while (System.nanoTime() < end) {
        String body =
            HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(list).build(), BodyHandlers.ofString())
                .body();
        for (JsonNode target : JSON.readTree(body)) {
          if (target.path("type").asText().equals("page")) {
            return new Chromium(process, URI.create(target.path("webSocketDebuggerUrl").asText()));
          }
        }
        Thread.sleep(50);
      }
      throw new AssertionError("the browser opened no page:\n" + Files.readString(log));
    } catch (Exception | AssertionError e) {
      process.destroyForcibly();
      throw e;
    }
  }

  /** Puts messages together and hands them to who waits. */
  private final class Receiver implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
      text.append(part);
      if (last) {
        String whole = text.toString();
        text.setLength(0);
        try {
          received(JSON.readTree(whole));
        } catch (IOException e) {
          errors.add("an unreadable message of the browser: " + e);
        }
      }
      from.request(1);
      return null;
    }
  }

  private void received(JsonNode message) {
    JsonNode parameters = message.path("params");
    switch (message.path("method").asText()) {
      case "Runtime.exceptionThrown" ->
          errors.add(
              parameters.path("exceptionDetails").path("exception").path("description").asText());
      case "Runtime.consoleAPICalled" -> {
        if (parameters.path("type").asText().equals("error")) {
          errors.add(parameters.path("args").toString());
        }
      }
      case "Log.entryAdded" -> {
        JsonNode entry = parameters.path("entry");
        if (entry.path("level").asText().equals("error")) {
          errors.add(entry.path("text").asText() + " " + entry.path("url").asText());
        }
      }
      default -> {
        CompletableFuture<JsonNode> answer = waiting.remove(message.path("id").asInt(-1));
        if (answer != null) {
          answer.complete(message);
        }
      }
    }
  }

  /** Sends a command of the protocol and waits for its result. */
  public JsonNode send(String method, Map<String, ?> parameters) {
    int id = number.incrementAndGet();
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    waiting.put(id, answer);
    ObjectNode command = JSON.createObjectNode().put("id", id).put("method", method);
    command.set("params", JSON.valueToTree(parameters));
    socket.sendText(command.toString(), true).join();
    try {
      JsonNode message = answer.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
      if (message.has("error")) {
        throw new AssertionError(method + ": " + message.path("error"));
      }
      return message.path("result");
    } catch (TimeoutException | ExecutionException e) {
      throw new AssertionError(method + " was not answered", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** Opens an address; does not wait for its scripts. */
  public void open(String url) {
    send("Page.navigate", Map.of("url", url));
  }

  /** Value of an expression, which may be a promise. */
  public JsonNode evaluate(String expression) {
    JsonNode result =
        send(
            "Runtime.evaluate",
            Map.of("expression", expression, "returnByValue", true, "awaitPromise", true));
    if (result.has("exceptionDetails")) {
      throw new AssertionError(expression + ": " + result.path("exceptionDetails"));
    }
    return result.path("result").path("value");
  }

  /** Text that a reader sees of the first element that a selector finds, empty without one. */
  public String text(String selector) {
    return evaluate("document.querySelector(%s)?.innerText ?? ''".formatted(quoted(selector)))
        .asText();
  }

  /** Clicks on the first visible button or link with this text. */
  public void click(String text) {
    boolean found =
        evaluate(
                """
                (() => { const wanted = %s;
                  const all = [...document.querySelectorAll('dialog[open] button, dialog[open] a')];
                  if (!all.length) all.push(...document.querySelectorAll('button, a, summary'));
                  const one = all.find(e => e.innerText.trim().startsWith(wanted) && e.offsetParent !== null);
                  one?.click(); return Boolean(one); })()
                """
                    .formatted(quoted(text)))
            .asBoolean();
    if (!found) {
      throw new AssertionError("nothing to click says '%s'".formatted(text));
    }
  }

  /** Fills a field by its name. */
  public void fill(String name, String value) {
    evaluate(
        "(() => { const f = document.querySelector('[name=%s]'); f.value = %s; f.dispatchEvent(new Event('input', {bubbles: true})); })()"
            .formatted(name, quoted(value)));
  }

  /** Waits until an expression is true; one that throws is not yet. */
  public void await(Duration limit, String what, String expression) {
    long end = System.nanoTime() + Waits.limit(limit).toNanos();
    String tried =
        "(() => { try { return Boolean(%s); } catch (e) { return false; } })()"
            .formatted(expression);
    while (!evaluate(tried).asBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError(
            "waited %d s but not: %s%nerrors: %s%npage: %s"
                .formatted(limit.toSeconds(), what, errors, text("body")));
      }
      try {
        Thread.sleep(50);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError(e);
      }
    }
  }

  private static String quoted(String text) {
    return JSON.valueToTree(text).toString();
  }

  /**
   * Looks like another device.
   *
   * @param dark whether its system prefers dark colours
   */
  public void device(int width, int height, boolean mobile, boolean dark) {
    send(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", mobile));
    send(
        "Emulation.setEmulatedMedia",
        Map.of(
            "features",
            List.of(
                Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"),
                Map.of("name", "prefers-reduced-motion", "value", "reduce"))));
  }

  /** Takes a picture of the visible part. */
  public void screenshot(Path file) throws IOException {
    JsonNode picture = send("Page.captureScreenshot", Map.of("format", "png"));
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.write(file, Base64.getDecoder().decode(picture.path("data").asText()));
  }

  /** Errors of the console and uncaught exceptions so far. */
  public List<String> errors() {
    return List.copyOf(errors);
  }

  @Override
  public void close() {
    socket.sendText("{\"id\": 0, \"method\": \"Browser.close\"}", true).join();
    try {
      if (!process.waitFor(Waits.seconds(5), TimeUnit.SECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor(Waits.seconds(5), TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    socket.abort();
  }
}
