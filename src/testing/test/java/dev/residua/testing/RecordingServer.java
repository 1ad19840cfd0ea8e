package dev.residua.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;

/**
 * A server on loopback that keeps its requests and answers as the real one would: PagerDuty's
 * Events API, Slack's incoming webhooks, or anything that takes JSON. It can be told to be away for
 * a while or to fail some requests.
 */
public final class RecordingServer implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<String> SEVERITIES = Set.of("info", "warning", "error", "critical");
  private static final int PAGERDUTY_EVENT_BYTES = 512 << 10;
  private static final int SLACK_TEXT = 40_000;

  private final int port;
  private final Judge judge;
  private final Queue<Integer> failures = new ConcurrentLinkedQueue<>();
  private final List<Request> taken = new CopyOnWriteArrayList<>();
  private final List<String> complaints = new CopyOnWriteArrayList<>();
  private volatile HttpServer server;

  /** A request that was taken. */
  public record Request(String path, Map<String, String> headers, byte[] bytes, JsonNode body) {}

  /** An answer. */
  private record Reply(int status, String body) {}

  private interface Judge {
    /** Violations of the protocol's documents; empty if there are none. */
    List<String> problems(Request request);

    Reply reply(Request request, int status, List<String> problems);
  }

  private RecordingServer(Judge judge) {
    this.judge = judge;
    this.port = Service.freePort();
    up();
  }

  /** Takes JSON, and answers 200. */
  public static RecordingServer anything() {
    return new RecordingServer(
        new Judge() {
          @Override
          public List<String> problems(Request request) {
            return List.of();
          }

          @Override
          public Reply reply(Request request, int status, List<String> problems) {
            return new Reply(status == 0 ? 200 : status, "");
          }
        });
  }

  /**
   * PagerDuty's Events API, version 2, with the limits that its documents give.
   *
   * @param routingKey of the one integration that it has
   */
  public static RecordingServer pagerDuty(String routingKey) {
    return new RecordingServer(
        new Judge() {
          @Override
          public List<String> problems(Request request) {
            return request.path().equals("/v2/change/enqueue")
                ? changeProblems(request, routingKey)
                : eventProblems(request, routingKey);
          }

          @Override
          public Reply reply(Request request, int status, List<String> problems) {
            if (status == 429) {
              return new Reply(429, "{\"status\":\"throttle exceeded\"}");
            }
            if (status != 0) {
              return new Reply(status, "");
            }
            return problems.isEmpty()
                ? new Reply(
                    202,
                    "{\"status\":\"success\",\"message\":\"Event processed\",\"dedup_key\":%s}"
                        .formatted(request.body().path("dedup_key")))
                : new Reply(
                    400,
                    "{\"status\":\"invalid event\",\"message\":\"Event object is invalid\",\"errors\":%s}"
                        .formatted(JSON.valueToTree(problems)));
          }
        });
  }

  /** An incoming webhook of Slack. */
  public static RecordingServer slack() {
    return new RecordingServer(
        new Judge() {
          @Override
          public List<String> problems(Request request) {
            List<String> problems = new ArrayList<>();
            JsonNode body = request.body();
            text(body, "text", SLACK_TEXT, problems);
            for (JsonNode attachment : body.path("attachments")) {
              text(attachment, "fallback", SLACK_TEXT, problems);
              for (JsonNode field : attachment.path("fields")) {
                text(field, "title", SLACK_TEXT, problems);
                text(field, "value", SLACK_TEXT, problems);
              }
            }
            return problems;
          }

          @Override
          public Reply reply(Request request, int status, List<String> problems) {
            if (status != 0) {
              return new Reply(status, status == 429 ? "rate_limited" : "rollup_error");
            }
            return problems.isEmpty() ? new Reply(200, "ok") : new Reply(400, "invalid_payload");
          }
        });
  }

  private static List<String> eventProblems(Request request, String routingKey) {
    List<String> problems = new ArrayList<>();
    JsonNode body = request.body();
    common(request, "/v2/enqueue", routingKey, problems);
    String action = body.path("event_action").asText();
    if (!Set.of("trigger", "acknowledge", "resolve").contains(action)) {
      problems.add("event_action is invalid");
    }
    if (!action.equals("trigger") || body.has("dedup_key")) {
      text(body, "dedup_key", 255, problems);
    }
    if (action.equals("trigger")) {
      JsonNode payload = body.path("payload");
      text(payload, "summary", 1_024, problems);
      text(payload, "source", Integer.MAX_VALUE, problems);
      if (!SEVERITIES.contains(payload.path("severity").asText())) {
        problems.add("payload.severity is invalid");
      }
      time(payload, problems);
      for (JsonNode image : body.path("images")) {
        if (!image.path("src").asText().startsWith("https://")) {
          problems.add("images.src must be https");
        }
      }
      for (JsonNode link : body.path("links")) {
        text(link, "href", Integer.MAX_VALUE, problems);
      }
    }
    return problems;
  }

  private static List<String> changeProblems(Request request, String routingKey) {
    List<String> problems = new ArrayList<>();
    common(request, "/v2/change/enqueue", routingKey, problems);
    text(request.body().path("payload"), "summary", 1_024, problems);
    time(request.body().path("payload"), problems);
    if (request.body().has("event_action") || request.body().has("dedup_key")) {
      problems.add("a change has no event_action and no dedup_key");
    }
    return problems;
  }

  private static void common(
      Request request, String path, String routingKey, List<String> problems) {
    if (!request.path().equals(path)) {
      problems.add("no such path: " + request.path());
    }
    if (request.bytes().length > PAGERDUTY_EVENT_BYTES) {
      problems.add("the event is larger than 512 KB");
    }
    if (!request.body().path("routing_key").asText().equals(routingKey)) {
      problems.add("routing_key is unknown");
    }
  }

  private static void text(JsonNode node, String field, int most, List<String> problems) {
    String text = node.path(field).asText();
    if (text.isBlank() || text.length() > most) {
      problems.add("'%s' has %d characters".formatted(field, text.length()));
    }
  }

  private static void time(JsonNode payload, List<String> problems) {
    try {
      Instant.parse(payload.path("timestamp").asText());
    } catch (DateTimeParseException e) {
      problems.add("timestamp is not ISO 8601");
    }
  }

  /** Listens, on the same port as before. */
  public void up() {
    try {
      server =
          HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(
        Executors.newCachedThreadPool(
            task -> {
              Thread thread = new Thread(task, "recording-server");
              thread.setDaemon(true);
              return thread;
            }));
    server.createContext("/", this::handle);
    server.start();
  }

  /** Stops listening. */
  public void down() {
    server.stop(0);
  }

  /** Answers the next requests with these statuses, and takes none of them. */
  public void fail(Integer... statuses) {
    failures.addAll(List.of(statuses));
  }

  private void handle(HttpExchange exchange) throws IOException {
    Map<String, String> headers = new HashMap<>();
    exchange
        .getRequestHeaders()
        .forEach((name, values) -> headers.put(name.toLowerCase(), values.get(0)));
    byte[] bytes = exchange.getRequestBody().readAllBytes();
    Request request =
        new Request(exchange.getRequestURI().getPath(), headers, bytes, JSON.readTree(bytes));
    Integer failure = failures.poll();
    List<String> problems = failure == null ? judge.problems(request) : List.of();
    complaints.addAll(problems);
    Reply reply = judge.reply(request, failure == null ? 0 : failure, problems);
    if (reply.status() < 300) {
      taken.add(request);
    }
    byte[] body = reply.body().getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(reply.status(), body.length == 0 ? -1 : body.length);
    if (body.length > 0) {
      exchange.getResponseBody().write(body);
    }
    exchange.close();
  }

  /** Requests that it took, in their order. */
  public List<Request> taken() {
    return List.copyOf(taken);
  }

  /** Violations that it found in requests. */
  public List<String> complaints() {
    return List.copyOf(complaints);
  }

  public URI url() {
    return URI.create("http://127.0.0.1:" + port);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
