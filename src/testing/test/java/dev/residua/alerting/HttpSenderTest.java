package dev.residua.alerting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One request to a receiver, against a server on loopback. */
class HttpSenderTest {
  private static final Instant NOW = Instant.parse("2026-05-01T10:00:00Z");
  private static final String TOKEN = "a-token-that-is-secret";

  private HttpServer server;
  private volatile int status = 200;
  private volatile String body = "ok";
  private volatile Map<String, String> headers = Map.of();
  private volatile Duration pause = Duration.ZERO;
  private final List<String> seen = new CopyOnWriteArrayList<>();

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newCachedThreadPool());
    server.createContext(
        "/",
        exchange -> {
          seen.add(
              "%s %s %s"
                  .formatted(
                      exchange.getRequestMethod(),
                      exchange.getRequestURI(),
                      exchange.getRequestHeaders().getFirst("Authorization")));
          exchange.getRequestBody().readAllBytes();
          headers.forEach((name, value) -> exchange.getResponseHeaders().add(name, value));
          byte[] answer = body.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status, answer.length == 0 ? -1 : answer.length);
          try {
            Thread.sleep(pause.toMillis());
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          if (answer.length > 0) {
            exchange.getResponseBody().write(answer);
          }
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private DeliveryResult send(Consumer<Receivers> changes) throws InterruptedException {
    ReceiverSettings receiver =
        Receivers.webhook(
            r -> {
              r.url = url("/in");
              changes.accept(r);
            });
    return new HttpSender(receiver).send(request(receiver.url()), NOW);
  }

  private URI url(String path) {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
  }

  private static OutgoingRequest request(URI url) {
    return new OutgoingRequest(
        url, Map.of("x", "y"), OutgoingRequest.JSON, "{}".getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void shouldNotGoWhereARedirectLeads() throws Exception {
    // Given
    status = 307;
    body = "";
    headers = Map.of("Location", url("/elsewhere").toString());

    // When
    DeliveryResult answer = send(r -> {});

    // Then
    assertThat(answer).isInstanceOf(DeliveryResult.Unavailable.class);
    assertThat(answer.detail()).contains("307", "redirects are not followed");
    assertThat(seen).containsExactly("POST /in null");
  }

  @Test
  void shouldSendToNoOtherPlaceThanTheReceivers() {
    // Given
    HttpSender sender = new HttpSender(Receivers.webhook(r -> r.url = url("/in")));
    int port = server.getAddress().getPort();

    // When, Then
    for (String other :
        List.of(
            "http://localhost:" + port + "/in",
            "https://127.0.0.1:" + port + "/in",
            "http://127.0.0.1:1/in")) {
      assertThatThrownBy(() -> sender.send(request(URI.create(other)), NOW))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("would go to another address");
    }
    assertThat(seen).isEmpty();
  }

  @Test
  void shouldTellWhatToTryAgainFromWhatNot() throws Exception {
    for (int code : List.of(200, 202, 204)) {
      status = code;
      body = "";
      assertThat(send(r -> {})).as("%d", code).isInstanceOf(DeliveryResult.Accepted.class);
    }
    for (int code : List.of(400, 413, 422)) {
      status = code;
      assertThat(send(r -> {})).as("%d", code).isInstanceOf(DeliveryResult.Refused.class);
    }
    for (int code : List.of(401, 403, 404, 410, 429, 500, 503)) {
      status = code;
      assertThat(send(r -> {})).as("%d", code).isInstanceOf(DeliveryResult.Unavailable.class);
    }
  }

  @Test
  void shouldWaitAsLongAsTheReceiverAsksButNotLongerThanFiveMinutes() throws Exception {
    // Given
    status = 429;
    headers = Map.of("Retry-After", "17");

    // When
    DeliveryResult answer = send(r -> {});

    // Then
    assertThat(answer)
        .isEqualTo(
            new DeliveryResult.Unavailable("429 ok", Optional.of(Duration.ofSeconds(17)), true));
    assertThat(HttpSender.wait("86400", NOW)).hasValue(Duration.ofMinutes(5));
    assertThat(HttpSender.wait("Fri, 01 May 2026 10:00:30 GMT", NOW))
        .hasValue(Duration.ofSeconds(30));
    assertThat(HttpSender.wait("soon", NOW)).isEmpty();
  }

  @Test
  void shouldNotWaitForAnAnswerThatDoesNotEnd() throws Exception {
    // Given
    pause = Duration.ofSeconds(20);

    // When
    DeliveryResult answer = send(r -> r.timeout = Duration.ofMillis(300));

    // Then
    assertThat(answer.detail()).endsWith("does not answer within 300 ms");
  }

  @Test
  void shouldSendCredentialsAndNeverShowThem() throws Exception {
    // Given
    status = 400;
    body = "bad token " + TOKEN + "\r\nand key " + Receivers.SIGNING_KEY + " " + "x".repeat(9_000);

    // When
    DeliveryResult bearer = send(r -> r.token = Optional.of(new Secret(TOKEN)));
    DeliveryResult basic =
        send(
            r -> {
              r.user = Optional.of("ann");
              r.token = Optional.of(new Secret(TOKEN));
            });

    // Then
    assertThat(seen)
        .containsExactly(
            "POST /in Bearer " + TOKEN, "POST /in Basic YW5uOmEtdG9rZW4tdGhhdC1pcy1zZWNyZXQ=");
    assertThat(bearer.detail())
        .startsWith("400 bad token *** and key *** xxx")
        .hasSizeLessThan(210);
    assertThat(basic.toString()).doesNotContain(TOKEN);
  }

  @Test
  void shouldSayWhoCannotBeReached() throws Exception {
    // Given
    server.stop(0);

    // When
    DeliveryResult answer = send(r -> {});

    // Then
    assertThat(answer).isInstanceOf(DeliveryResult.Unavailable.class);
    assertThat(answer.detail()).startsWith("http://127.0.0.1:").contains("cannot be reached");
  }
}
