package dev.residua.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Debian's Alertmanager as a process of its own, on loopback, that notifies one webhook about
 * groups of one incident each: after a second, and after 30 seconds, its default, if the name of
 * the source begins with "patient".
 */
public final class Alertmanager implements AutoCloseable {
  private static final Path BINARY = Path.of("/usr/bin/prometheus-alertmanager");
  private static final Duration READY = Duration.ofSeconds(30);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ServerProcess process;
  private final URI url;
  private final HttpClient http;

  private Alertmanager(ServerProcess process, URI url, HttpClient http) {
    this.process = process;
    this.url = url;
    this.http = http;
  }

  /** Why it cannot be started here; null if it can. */
  public static @Nullable String problem() {
    return Files.isExecutable(BINARY)
        ? null
        : "%s is missing; install it with: apt-get install prometheus-alertmanager"
            .formatted(BINARY);
  }

  /**
   * Starts it and waits until it answers, about a second.
   *
   * @param webhook that is notified
   */
  public static Alertmanager start(Path folder, URI webhook) throws IOException {
    int port = Service.freePort();
    Path config =
        Files.writeString(
            folder.resolve("alertmanager.yml"),
            """
            route:
              receiver: hook
              group_by: [incident]
              group_wait: 1s
              group_interval: 1s
              repeat_interval: 4h
              routes:
                - matchers: ['source=~"patient.*"']
                  group_wait: 30s
            receivers:
              - name: hook
                webhook_configs:
                  - url: %s
                    send_resolved: true
            """
                .formatted(webhook));
    URI url = URI.create("http://127.0.0.1:" + port);
    HttpClient http = HttpClient.newHttpClient();
    return new Alertmanager(
        ServerProcess.start(
            "Alertmanager",
            folder,
            List.of(
                BINARY.toString(),
                "--config.file=" + config,
                "--storage.path=" + folder.resolve("alertmanager"),
                "--web.listen-address=127.0.0.1:" + port,
                "--cluster.listen-address="),
            () -> ready(http, url),
            READY),
        url,
        http);
  }

  private static boolean ready(HttpClient http, URI url) {
    try {
      HttpRequest request = HttpRequest.newBuilder(url.resolve("/-/ready")).build();
      return http.send(request, BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      throw ServerProcess.interrupted(e);
    }
  }

  /** Its alerts of one source, all states. */
  public JsonNode alerts(String source) throws IOException, InterruptedException {
    return JSON.readTree(
        send(HttpRequest.newBuilder(
                    url.resolve("/api/v2/alerts?filter=source%3D%22" + source + "%22"))
                .build())
            .body());
  }

  /** Silences alerts with a label for an hour. */
  public void silence(String label, String value) throws IOException, InterruptedException {
    Instant now = Instant.now();
    String body =
        """
        {"matchers": [{"name": "%s", "value": "%s", "isRegex": false, "isEqual": true}],
         "startsAt": "%s", "endsAt": "%s", "createdBy": "test", "comment": "test"}"""
            .formatted(label, value, now, now.plusSeconds(3600));
    HttpResponse<String> answer =
        send(
            HttpRequest.newBuilder(url.resolve("/api/v2/silences"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body))
                .build());
    if (answer.statusCode() != 200) {
      throw new AssertionError("Alertmanager takes no silence: " + answer.body());
    }
  }

  private HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
    return http.send(request, BodyHandlers.ofString());
  }

  public URI url() {
    return url;
  }

  @Override
  public void close() {
    process.close();
  }
}
