package dev.residua.alerting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.residua.alerting.AlertmanagerSilences.Silence;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AlertmanagerSilencesTest {
  private static final String SILENCE =
      """
      {"id": "s1", "status": {"state": "active"}, "createdBy": "Kim", "comment": "belt",
        "matchers": [{"name": "alertname", "value": "ResiduaIncident", "isRegex": false},
          {"name": "incident", "value": "i1", "isRegex": false, "isEqual": true}]}\
      """;

  private HttpServer server;
  private String asked = "";
  private int status = 200;
  private String answer = "[" + SILENCE + "]";

  @BeforeEach
  void start() throws Exception {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          asked =
              exchange.getRequestURI()
                  + " "
                  + exchange.getRequestHeaders().getFirst("Authorization");
          byte[] body = answer.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private AlertmanagerSilences silences() {
    return new AlertmanagerSilences(
        Receivers.alertmanager(
            r -> {
              r.url = URI.create("http://127.0.0.1:%d/am".formatted(server.getAddress().getPort()));
              r.token = Optional.of(new Secret("bearer"));
              r.timeout = Duration.ofSeconds(20);
            }));
  }

  private static List<Silence> read(String... silences) {
    return AlertmanagerSilences.read(
        ("[" + String.join(",", silences) + "]").getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void shouldReadActiveSilencesThatNameAnIncident() {
    assertThat(
            read(
                SILENCE,
                SILENCE.replace("active", "expired"),
                SILENCE.replace("active", "pending"),
                SILENCE.replace("\"i1\", \"isRegex\": false", "\"i1|i2\", \"isRegex\": true"),
                SILENCE.replace("\"isEqual\": true", "\"isEqual\": false"),
                SILENCE.replace("\"incident\"", "\"source\""),
                SILENCE.replace("Kim", ""),
                "{}",
                "7"))
        .containsExactly(new Silence("s1", "i1", "Kim", "belt"));
    assertThat(read(SILENCE.replace(", \"isEqual\": true", ""))).hasSize(1);
    assertThat(read(SILENCE.replace("belt", "x".repeat(10_000))).get(0).comment())
        .hasSizeLessThan(400);
  }

  @Test
  void shouldAskWithTheTokenBelowTheAddress() throws Exception {
    assertThat(silences().fetch()).hasSize(1);
    assertThat(asked).isEqualTo("/am/api/v2/silences Bearer bearer");
  }

  @Test
  void shouldSayWhyThereIsNoAnswerAndShowNoToken() {
    // Given
    status = 403;
    answer = "not with bearer";
    // When, Then
    assertThatThrownBy(silences()::fetch)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("answers 403 not with ***");
    status = 200;
    assertThatThrownBy(silences()::fetch)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is not JSON");
    answer = "{}";
    assertThatThrownBy(silences()::fetch)
        .isInstanceOf(IOException.class)
        .hasMessageEndingWith("is not a list of silences");
    answer = " ".repeat((8 << 20) + 10);
    assertThatThrownBy(silences()::fetch)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("answers more than 8388608 bytes");
    server.stop(0);
    assertThatThrownBy(silences()::fetch)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cannot be reached");
  }
}
