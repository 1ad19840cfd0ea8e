package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.residua.access.AccessTokens;
import dev.residua.access.Grants;
import dev.residua.app.kafka.KafkaClients;
import dev.residua.app.web.SignedRequests;
import dev.residua.dashboard.LiveSocket;
import dev.residua.incident.ControlCommand;
import dev.residua.testing.Await;
import dev.residua.testing.Certificates;
import dev.residua.testing.CommandRun;
import dev.residua.testing.Incidents;
import dev.residua.testing.JpegPictures;
import dev.residua.testing.Service;
import dev.residua.testing.Service.Result;
import dev.residua.testing.TopicReader;
import dev.residua.testing.Waits;
import dev.residua.wire.Topics;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may do what over HTTP, with the packaged product. */
@Tag("slow")
class HttpSecurityIT {
  private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String SILENCE =
      "{\"kind\": \"silence\", \"for\": \"PT2H\", \"by\": \"ann\", \"reason\": \"belt change\"}";
  private static final String ALL_SOURCES = SILENCE.replace("\"by\": \"ann\", ", "");
  private static final List<String> CHANGING = List.of("POST", "PUT", "PATCH", "DELETE", "QUERY");

  @TempDir Path directory;

  private final HttpClient http = HttpClient.newHttpClient();

  @Test
  void shouldRefuseEveryChangeWhereNothingIsConfigured() throws Exception {
    try (Service service = serve(List.of())) {
      for (String method : CHANGING) {
        for (String path :
            List.of("/api/control", "/api/unknown", "/", "/q/metrics", "/q/health")) {
          // When
          HttpResponse<String> response =
              send(service, method, path, "any-token-of-any-kind", "{}");

          // Then
          assertThat(response.statusCode()).as("%s %s", method, path).isEqualTo(403);
          assertThat(response.body()).contains("switched off", "residua.http.token");
        }
      }
      assertThat(send(service, "GET", "/api/status", null, "").statusCode()).isEqualTo(200);
      assertThat(send(service, "GET", "/q/metrics", null, "").statusCode()).isEqualTo(200);
      String local = Files.readString(service.localToken()).strip();
      assertThat(send(service, "POST", "/api/control", local, SILENCE).statusCode())
          .as("a command of the same user on this machine")
          .isEqualTo(202);
      assertThat(statusLine(service, "evil.example:" + service.httpPort()))
          .as("a page whose name resolves to this machine")
          .contains(" 421 ");
      assertThat(statusLine(service, "127.0.0.1")).contains(" 200 ");
      String host = "localhost:" + service.httpPort();
      assertThat(socketStatusLine(service, host, "http://evil.example"))
          .as("the socket of another page")
          .contains(" 403 ");
      assertThat(socketStatusLine(service, host, "http://" + host)).contains(" 101 ");
      assertThat(
              send(
                      service,
                      "GET",
                      "/api/pictures/frame?model=%s&source=a&partition=0&offset=%d"
                          .formatted(
                              service.json("/api/status").path("modelId").asText(), Long.MAX_VALUE),
                      null,
                      "")
                  .statusCode())
          .as("a frame that does not exist yet, at once")
          .isEqualTo(404);
      assertThat(service.err()).doesNotContain(" ERROR ", " WARN ");
    }
  }

  @Test
  void shouldCloseConnectionsThatSendHalfARequest() throws Exception {
    try (Service service = serve(List.of("-Dquarkus.http.idle-timeout=2S"))) {
      List<Socket> sockets = new ArrayList<>();
      try {
        for (int i = 0; i < 50; i++) {
          Socket socket = new Socket(InetAddress.getLoopbackAddress(), service.httpPort());
          sockets.add(socket);
          socket.setSoTimeout(Waits.millis(30_000));
          socket
              .getOutputStream()
              .write("GET / HTTP/1.1\r\nHost: local".getBytes(StandardCharsets.US_ASCII));
        }
        for (Socket socket : sockets) {
          // When, Then
          assertThat(socket.getInputStream().read()).as("end of the connection").isEqualTo(-1);
        }
      } finally {
        for (Socket socket : sockets) {
          socket.close();
        }
      }
    }
  }

  @Test
  void shouldLimitThePagesOfAnAddressAndTheMessagesOfAPage() throws Exception {
    try (Service service = serve(List.of())) {
      List<WebSocket> sockets = new ArrayList<>();
      List<LivePage> pages = new ArrayList<>();
      try {
        // When
        for (int i = 0; i <= LiveSocket.MAX_PAGES_PER_ADDRESS; i++) {
          LivePage page = new LivePage();
          sockets.add(open(service, page));
          pages.add(page);
        }

        // Then one of them is refused, usually the last: they open at the same time
        CompletableFuture<?>[] closed =
            pages.stream().map(page -> page.closed).toArray(CompletableFuture[]::new);
        assertThat(CompletableFuture.anyOf(closed).get(Waits.seconds(30), TimeUnit.SECONDS))
            .isEqualTo(1013);
        assertThat(send(service, "GET", "/q/health/live", null, "").statusCode()).isEqualTo(200);
        assertThat(pages).filteredOn(page -> page.closed.isDone()).hasSize(1);

        // When a page sends as fast as it can
        int sender = pages.get(0).closed.isDone() ? 1 : 0;
        LivePage page = pages.get(sender);
        for (int i = 0; i < 50_000 && !page.closed.isDone(); i++) {
          try {
            sockets.get(sender).sendText("{\"next\": true}", true).join();
          } catch (CompletionException e) {
            break; // closed
          }
        }

        // Then
        assertThat(page.closed.get(Waits.seconds(30), TimeUnit.SECONDS)).isEqualTo(1008);
      } finally {
        sockets.forEach(WebSocket::abort);
      }
    }
  }

  private WebSocket open(Service service, LivePage page) throws Exception {
    return http.newWebSocketBuilder()
        .subprotocols("residua.live")
        .buildAsync(URI.create("ws://localhost:" + service.httpPort() + "/api/live"), page)
        .get(Waits.seconds(30), TimeUnit.SECONDS);
  }

  @Test
  void shouldAnswerOthersWhileManySendHalfAnAcknowledgement() throws Exception {
    try (Service service =
        serve(
            List.of(
                "-Dresidua.alerting.receivers.pd.type=pagerduty",
                "-Dresidua.alerting.receivers.pd.key=0123456789abcdef0123456789abcdef",
                "-Dresidua.alerting.receivers.pd.webhook-secret=a secret of the receiver"))) {
      String head =
          "POST /api/acknowledgements/pd HTTP/1.1\r\nHost: localhost:%d\r\nX-PagerDuty-Signature: %s\r\n"
              .formatted(service.httpPort(), ",".repeat(7_000));
      List<Socket> sockets = new ArrayList<>();
      try {
        for (int i = 0; i < 3 * SignedRequests.MAX_OPEN; i++) {
          Socket socket = new Socket(InetAddress.getLoopbackAddress(), service.httpPort());
          sockets.add(socket);
          socket.setSoTimeout(Waits.millis(60_000));
          socket
              .getOutputStream()
              .write((head + "Content-Length: 60000\r\n\r\n{").getBytes(StandardCharsets.US_ASCII));
        }
        // When, Then
        assertThat(send(service, "GET", "/api/status", null, "").statusCode()).isEqualTo(200);
        assertThat(answer(service, head + "Content-Length: 1000000\r\n\r\n")).contains(" 413 ");
        int refused = 0;
        for (Socket socket : sockets) {
          String line =
              new BufferedReader(
                      new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
                  .readLine();
          refused += line != null && line.contains(" 503 ") ? 1 : 0;
        }
        assertThat(refused)
            .as("others end without an answer")
            .isEqualTo(2 * SignedRequests.MAX_OPEN);
      } finally {
        for (Socket socket : sockets) {
          socket.close();
        }
      }
      assertThat(
              answer(
                  service,
                  "POST /api/acknowledgements/pd HTTP/1.1\r\nHost: localhost:%d\r\nContent-Length: 2\r\n\r\n{}"
                      .formatted(service.httpPort())))
          .as("once they have ended")
          .contains(" 401 ");
    }
  }

  @Test
  void shouldWriteCommandsOfThoseWhoHaveTheTokenOverTlsToo() throws Exception {
    // Given
    String token = UUID.randomUUID().toString();
    Path file = Files.writeString(directory.resolve("token"), token + "\n");
    Certificates certificates = new Certificates(directory, "web");
    int tlsPort = Service.freePort();
    List<String> options =
        List.of(
            "-Dresidua.http.token-file=" + file,
            "-Dquarkus.http.ssl-port=" + tlsPort,
            "-Dquarkus.http.ssl.certificate.key-store-file="
                + certificates.keystore("localhost", 1, 3),
            "-Dquarkus.http.ssl.certificate.key-store-password=" + certificates.password());
    try (Service service = serve(options)) {
      // When, Then: who has no token or another one
      HttpResponse<String> without = send(service, "POST", "/api/control", null, SILENCE);
      assertThat(without.statusCode()).isEqualTo(401);
      assertThat(without.body()).contains("Authorization: Bearer");
      assertThat(without.headers().firstValue("WWW-Authenticate")).contains("Bearer");
      for (String wrong : List.of(token.substring(1), token + "x", "x", "")) {
        assertThat(send(service, "POST", "/api/control", wrong, SILENCE).statusCode())
            .as("with a wrong token")
            .isEqualTo(401);
      }
      assertThat(send(service, "PUT", "/api/unknown", null, "").statusCode()).isEqualTo(401);
      assertThat(send(service, "PUT", "/api/unknown", token, "").statusCode()).isEqualTo(404);

      // When, Then: what cannot be meant
      assertBad(service, token, "{", "not JSON");
      assertBad(service, token, "[]", "JSON object");
      assertBad(service, token, "{\"kind\": \"explode\"}", "kind must be one of silence");
      assertBad(service, token, SILENCE.replace("PT2H", "2 hours"), "such as 2h", "2 hours");
      assertBad(service, token, SILENCE.replace("reason", "cause"), "silence takes no cause");
      assertBad(service, token, SILENCE.replace("belt change", ""), "reason=''");

      // When: what can, over TLS
      HttpClient tls = HttpClient.newBuilder().sslContext(trusting(certificates)).build();
      URI secure = URI.create("https://localhost:" + tlsPort + "/api/control");
      HttpResponse<String> said =
          tls.send(
              request(secure, "POST", token, SILENCE.replace("}", ", \"id\": \"belt\"}")).build(),
              BodyHandlers.ofString());

      // Then
      assertThat(said.statusCode()).as(said.body()).isEqualTo(202);
      assertThat(said.body()).startsWith("{\"id\":\"belt\",\"kind\":\"silence\"");
      List<@Nullable ControlCommand> commands = commands(service);
      assertThat(commands).hasSize(1);
      assertThat(commands.get(0)).isInstanceOf(ControlCommand.Maintenance.class);
      assertThat(commands.get(0).order().by()).isEqualTo("ann (claimed)");
      assertThatThrownBy(
              () -> http.send(request(secure, "GET", null, "").build(), BodyHandlers.ofString()))
          .as("a client that does not know the authority")
          .isInstanceOf(javax.net.ssl.SSLHandshakeException.class);

      // When, Then: taken back
      assertThat(send(service, "DELETE", "/api/control/belt", token, "").statusCode())
          .isEqualTo(202);
      assertThat(commands(service)).hasSize(2).endsWith((ControlCommand) null);
      String shown = service.out() + service.err() + service.get("/q/metrics");
      assertThat(shown).doesNotContain(token, certificates.password(), " ERROR ");
    }
  }

  @Test
  void shouldLetInWhomAnOpenIdProviderGaveTheRole() throws Exception {
    // Given
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    KeyPair provider = generator.generateKeyPair();
    KeyPair stranger = generator.generateKeyPair();
    String read = UUID.randomUUID().toString();
    List<String> options =
        List.of(
            "-Dresidua.http.oidc=true",
            "-Dquarkus.oidc.public-key="
                + Base64.getEncoder().encodeToString(provider.getPublic().getEncoded()),
            "-Dquarkus.oidc.token.issuer=https://issuer.example",
            "-Dresidua.http.role=operator",
            "-Dresidua.http.read-token=" + read);
    String body = SILENCE.replace("\"by\": \"ann\", ", "");
    Instant later = Instant.now().plusSeconds(600);
    try (Service service = serve(options)) {
      // When
      HttpResponse<String> said =
          send(service, "POST", "/api/control", token(provider, "operator", later), body);

      // Then
      assertThat(said.statusCode()).as(said.body()).isEqualTo(202);
      assertThat(commands(service).get(0).order().by()).isEqualTo("berta");

      // When, Then: what its token does not say
      assertThat(send(service, "POST", "/api/control", token(provider, "operator", later), SILENCE))
          .satisfies(response -> assertThat(response.statusCode()).isEqualTo(400))
          .satisfies(response -> assertThat(response.body()).contains("your token says 'berta'"));
      HttpResponse<String> role =
          send(service, "POST", "/api/control", token(provider, "visitor", later), body);
      assertThat(role.statusCode()).isEqualTo(403);
      assertThat(role.body()).contains("operator", "residua.http.role");
      assertThat(
              send(
                      service,
                      "POST",
                      "/api/control",
                      token(provider, "operator", Instant.now().minusSeconds(600)),
                      body)
                  .statusCode())
          .as("expired")
          .isEqualTo(401);
      assertThat(
              send(service, "POST", "/api/control", token(stranger, "operator", later), body)
                  .statusCode())
          .as("signed by another")
          .isEqualTo(401);
      assertThat(send(service, "POST", "/api/control", "no.jwt.atall", body).statusCode())
          .isEqualTo(401);
      assertThat(send(service, "POST", "/api/control", read, body))
          .as("with the token for reading")
          .satisfies(response -> assertThat(response.statusCode()).isEqualTo(403))
          .satisfies(response -> assertThat(response.body()).contains("operator or owner"));
      assertThat(send(service, "POST", "/api/control", null, body).statusCode()).isEqualTo(401);

      // When, Then: reading
      assertThat(send(service, "GET", "/api/status", null, "").statusCode()).isEqualTo(401);
      assertThat(send(service, "GET", "/api/live", null, "").statusCode()).isEqualTo(401);
      assertThat(send(service, "GET", "/", null, "").statusCode()).as("no data").isEqualTo(200);
      assertThat(send(service, "GET", "/q/metrics", null, "").statusCode()).isEqualTo(401);
      assertThat(send(service, "GET", "/api/status", read, "").statusCode()).isEqualTo(200);
      assertThat(
              send(service, "GET", "/api/status", token(provider, "operator", later), "")
                  .statusCode())
          .isEqualTo(200);
      assertThat(send(service, "GET", "/q/health/ready", null, "").statusCode()).isEqualTo(200);
      assertThat(commands(service)).hasSize(1);
    }
  }

  @Test
  void shouldShowAndChangeOnlyWhatThePersonMay() throws Exception {
    // Given
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    KeyPair provider = generator.generateKeyPair();
    Path tokens = directory.resolve("tokens");
    Files.writeString(
        tokens,
        AccessTokens.line("ann", "token-of-ann", Grants.parse("owner"))
            + "\n"
            + AccessTokens.line("kim", "token-of-kim", Grants.parse("operator:scene=pumps"))
            + "\n"
            + AccessTokens.line("cam1", "token-of-cam1", Grants.parse("sender:source=cam1"))
            + "\n");
    List<String> options =
        List.of(
            "-Dresidua.roles=score,monitor,ingest,dashboard",
            "-Dresidua.frames.max-bytes=200000",
            "-Dresidua.http.tokens-file=" + tokens,
            "-Dresidua.http.oidc=true",
            "-Dresidua.http.grants.\"line leads\"=viewer:site=north",
            "-Dquarkus.oidc.public-key="
                + Base64.getEncoder().encodeToString(provider.getPublic().getEncoded()),
            "-Dquarkus.oidc.token.issuer=https://issuer.example");
    Instant later = Instant.now().plusSeconds(600);
    try (Service service = serve(options)) {
      assertThat(put(service, "token-of-ann", "pumps", "\"scene\": \"pumps\"")).isEqualTo(200);
      assertThat(put(service, "token-of-ann", "valves", "\"labels\": {\"site\": \"north\"}"))
          .isEqualTo(200);
      report(service, "p1", "pumps/1");
      report(service, "v1", "valves/1");
      Await.until(
          LIMIT,
          "the incidents on the dashboard",
          () -> send(service, "GET", "/api/incidents/v1", "token-of-ann", "").statusCode() == 200);

      // When, Then: a person of the file
      assertThat(send(service, "GET", "/api/status", null, "").statusCode()).isEqualTo(401);
      assertThat(send(service, "GET", "/api/incidents", "token-of-kim", "").body())
          .contains("pumps/1")
          .doesNotContain("valves/1");
      assertThat(send(service, "GET", "/api/incidents/v1", "token-of-kim", "").statusCode())
          .isEqualTo(404);
      assertThat(send(service, "GET", "/q/metrics", "token-of-kim", "").statusCode())
          .isEqualTo(403);
      assertThat(send(service, "GET", "/q/metrics", "token-of-ann", "").statusCode())
          .isEqualTo(200);
      assertThat(note(service, "token-of-kim", "p1").statusCode()).isEqualTo(202);
      assertThat(note(service, "token-of-kim", "v1").statusCode()).isEqualTo(404);
      HttpResponse<String> all = send(service, "POST", "/api/control", "token-of-kim", ALL_SOURCES);
      assertThat(all.statusCode()).isEqualTo(403);
      assertThat(all.body()).contains("operator:scene=pumps", "cam1|cam2");
      assertThat(put(service, "token-of-kim", "pumps", "\"scene\": \"pumps\"")).isEqualTo(403);
      assertThat(commands(service)).singleElement().extracting("order.by").isEqualTo("kim");

      // When, Then: what was recorded of it
      Await.until(
          LIMIT,
          "the audit log on the dashboard",
          () ->
              send(service, "GET", "/api/audit?outcome=denied", "token-of-ann", "")
                  .body()
                  .contains("\"matching\":3"));
      KafkaClients clients = KafkaClients.of(service.bootstrapServers());
      CommandRun silence =
          CommandRun.against(
              clients,
              "silence",
              "--sources",
              "pumps/1",
              "--for",
              "1h",
              "--reason",
              "belt",
              "--by",
              "lee");
      assertThat(silence.exit()).as(silence.output()).isZero();
      List<String> ann =
          List.of(
              "--url",
              service.address(),
              "--token-file",
              Files.writeString(directory.resolve("ann"), "token-of-ann").toString());
      CommandRun log = CommandRun.with(ann, "audit", "--format", "jsonl");
      assertThat(log.output())
          .contains(
              "\"by\":\"kim\",\"action\":\"note\",\"target\":\"p1\",\"sources\":[\"pumps/1\"]")
          .contains("\"by\":\"ann\",\"action\":\"change-rule\",\"target\":\"pumps\"");
      assertThat(log.output()).contains("\"by\":\"lee (claimed)\",\"action\":\"silence\"");
      assertThat(log.output().lines()).hasSize(7);
      assertThat(send(service, "GET", "/api/audit", "token-of-kim", "").statusCode())
          .isEqualTo(403);

      frames(service, clients);

      // When, Then: one of an OpenID provider, by a configured role and by a role that is a grant
      assertThat(
              send(service, "GET", "/api/incidents", token(provider, "line leads", later), "")
                  .body())
          .contains("valves/1")
          .doesNotContain("pumps/1");
      assertThat(
              send(
                      service,
                      "GET",
                      "/api/access?source=pumps/1",
                      token(provider, "residua:operator:scene=pumps", later),
                      "")
                  .body())
          .contains("\"by\":\"berta\"", "\"change\":true", "\"configure\":false");
      assertThat(
              send(service, "GET", "/api/incidents", token(provider, "guest", later), "")
                  .statusCode())
          .isEqualTo(403);

      // When, Then: the live page, until the token is revoked
      assertThat(live(service, token(provider, "residua:viewer:scene=pumps", later)).overview())
          .contains("pumps/1")
          .doesNotContain("valves/1");
      LivePage page = live(service, "token-of-kim");
      assertThat(page.overview()).contains("pumps/1").doesNotContain("valves/1");
      Files.writeString(
          tokens, AccessTokens.line("ann", "token-of-ann", Grants.parse("owner")) + "\n");
      assertThat(page.closed.get(Waits.seconds(30), TimeUnit.SECONDS)).isEqualTo(1008);
      assertThat(send(service, "GET", "/api/status", "token-of-kim", "").statusCode())
          .isEqualTo(401);
      assertThat(service.out() + service.err()).doesNotContain("token-of-", " ERROR ");
    }
  }

  /** A device sends frames, each of which is scored once, and does nothing else. */
  private void frames(Service service, KafkaClients clients) throws Exception {
    // When
    for (int i = 0; i < 2; i++) {
      HttpResponse<String> answer = frame(service, "token-of-cam1", "cam1", 7, JpegPictures.bar(1));
      // Then
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      assertThat(answer.body()).contains("\"sequence\":7", "\"offset\":" + i);
    }
    assertThat(frame(service, "token-of-ann", "cam1", 8, JpegPictures.bar(1)).statusCode())
        .as("an owner")
        .isEqualTo(200);
    Await.until(
        LIMIT, "two scores", () -> TopicReader.values(clients, TOPICS.scores()).size() >= 2);
    assertThat(TopicReader.values(clients, TOPICS.scores()))
        .extracting("source", "sequence")
        .containsExactly(tuple("cam1", 7L), tuple("cam1", 8L));
    String metrics = send(service, "GET", "/q/metrics", "token-of-ann", "").body();
    assertThat(metrics)
        .contains("residua_dlq_records_total{reason=\"duplicate\"} 1.0")
        .contains("residua_posted_frames_total{outcome=\"accepted\"} 3.0");

    // When, Then: frames that are refused
    byte[] picture = JpegPictures.bar(1);
    assertThat(frame(service, "token-of-cam1", "cam2", 1, picture).body())
        .contains("'cam2'", "sender:source=cam2", "you have sender:source=cam1");
    assertThat(frame(service, "token-of-cam1", "cam2", 1, picture).statusCode()).isEqualTo(403);
    assertThat(frame(service, "token-of-kim", "cam1", 1, picture).statusCode()).isEqualTo(403);
    assertThat(frame(service, "unknown-token", "cam1", 1, picture).statusCode()).isEqualTo(401);
    assertThat(frame(service, "token-of-cam1", "cam1", 9, new byte[200_001]).statusCode())
        .isEqualTo(413);
    assertThat(frame(service, "token-of-cam1", "cam1", 9, new byte[5_000_000]).statusCode())
        .isEqualTo(413);
    assertThat(send(service, "GET", "/api/status", "token-of-cam1", ""))
        .satisfies(answer -> assertThat(answer.statusCode()).isEqualTo(403))
        .satisfies(answer -> assertThat(answer.body()).contains("may send frames only"));
    assertThat(note(service, "token-of-cam1", "p1").statusCode()).isEqualTo(403);
    assertThat(TopicReader.values(clients, TOPICS.scores())).hasSize(2);
  }

  private HttpResponse<String> frame(
      Service service, String token, String source, int sequence, byte[] picture) throws Exception {
    URI uri = URI.create("http://localhost:%d/api/frames/%s".formatted(service.httpPort(), source));
    return http.send(
        HttpRequest.newBuilder(uri)
            .timeout(Duration.ofSeconds(30))
            .POST(BodyPublishers.ofByteArray(picture))
            .header("Content-Type", "image/jpeg")
            .header("Authorization", "Bearer " + token)
            .header("ce-sequence", Integer.toString(sequence))
            .header("ce-time", Instant.ofEpochSecond(1_790_000_000 + sequence).toString())
            .build(),
        BodyHandlers.ofString());
  }

  private static void report(Service service, String incident, String source) throws Exception {
    byte[] value =
        TOPICS
            .incidents()
            .write(
                Incidents.with(
                    i -> {
                      i.id = incident;
                      i.source = source;
                    }));
    try (KafkaProducer<byte[], byte[]> producer =
        KafkaClients.of(service.bootstrapServers()).frameProducer()) {
      producer
          .send(
              new ProducerRecord<>(
                  TOPICS.incidents().name(), incident.getBytes(StandardCharsets.UTF_8), value))
          .get();
    }
  }

  private int put(Service service, String token, String rule, String settings) throws Exception {
    String body = "{\"match\": \"%s/*\", %s}".formatted(rule, settings);
    return send(service, "PUT", "/api/sources/rules/" + rule, token, body).statusCode();
  }

  private HttpResponse<String> note(Service service, String token, String incident)
      throws Exception {
    return send(
        service,
        "POST",
        "/api/control",
        token,
        "{\"kind\": \"note\", \"incident\": \"%s\", \"reason\": \"seen\"}".formatted(incident));
  }

  /** A live page that asks for the overview once. */
  private static final class LivePage implements WebSocket.Listener {
    private final CompletableFuture<String> answer = new CompletableFuture<>();
    private final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private final StringBuilder text = new StringBuilder();

    String overview() throws Exception {
      return answer.get(Waits.seconds(30), TimeUnit.SECONDS);
    }

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        answer.complete(text.toString());
      }
      socket.request(1);
      return CompletableFuture.completedStage(null);
    }

    @Override
    public CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
      closed.complete(status);
      return CompletableFuture.completedStage(null);
    }
  }

  private LivePage live(Service service, String token) throws Exception {
    LivePage page = new LivePage();
    URI uri = URI.create("ws://localhost:" + service.httpPort() + "/api/live");
    http.newWebSocketBuilder()
        .subprotocols("residua.live", "bearer." + base64(token))
        .buildAsync(uri, page)
        .get(Waits.seconds(30), TimeUnit.SECONDS)
        .sendText("{\"see\": \"overview\"}", true);
    return page;
  }

  @Test
  void shouldNotStartWithATokenThatIsTooShort() {
    // When
    Result result =
        Service.run(
            directory,
            LIMIT,
            List.of("-Dresidua.http.token=too-short-x"),
            List.of(
                "serve", "--kafka-port", "0", "--http-port", "0", "--data-dir", "" + directory));

    // Then
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err().lines()).hasSize(1);
    assertThat(result.err())
        .contains("residua.http.token must have at least 16 characters but has 11")
        .doesNotContain("too-short-x");
  }

  private Service serve(List<String> options) {
    return Service.start(
            directory,
            options,
            List.of("serve", "--kafka-port", "0", "--data-dir", directory.resolve("d").toString()))
        .awaitReady();
  }

  private void assertBad(Service service, String token, String body, String... parts)
      throws Exception {
    HttpResponse<String> response = send(service, "POST", "/api/control", token, body);
    assertThat(response.statusCode()).as(body).isEqualTo(400);
    assertThat(response.body()).contains(parts);
  }

  /** First line of the answer to a request with this {@code Host}, which HttpClient forbids. */
  private static String statusLine(Service service, String host) throws Exception {
    return answer(
        service,
        "GET /api/status HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n".formatted(host));
  }

  /** The answer to a page of an origin that opens a WebSocket. */
  private static String socketStatusLine(Service service, String host, String origin)
      throws Exception {
    return answer(
        service,
        ("GET /api/live HTTP/1.1\r\nHost: %s\r\nOrigin: %s\r\nConnection: Upgrade\r\n"
                + "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
            .formatted(host, origin));
  }

  private static String answer(Service service, String request) throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), service.httpPort())) {
      socket.setSoTimeout(Waits.millis(30_000));
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
          .readLine();
    }
  }

  private HttpResponse<String> send(
      Service service, String method, String path, @Nullable String token, String body)
      throws Exception {
    URI uri = URI.create("http://localhost:" + service.httpPort() + path);
    return http.send(request(uri, method, token, body).build(), BodyHandlers.ofString());
  }

  private static HttpRequest.Builder request(
      URI uri, String method, @Nullable String token, String body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .timeout(Duration.ofSeconds(30))
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
            .header("Content-Type", "application/json");
    return token == null ? request : request.header("Authorization", "Bearer " + token);
  }

  private static List<@Nullable ControlCommand> commands(Service service) {
    KafkaClients clients = KafkaClients.of(service.bootstrapServers());
    return new ArrayList<>(TopicReader.values(clients, TOPICS.control()));
  }

  private static SSLContext trusting(Certificates certificates) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(certificates.truststore())) {
      store.load(in, certificates.password().toCharArray());
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  /** A JSON web token, RS256, by hand: RFC 7519. */
  private static String token(KeyPair signer, String role, Instant expires) throws Exception {
    String claims =
        new com.fasterxml.jackson.databind.ObjectMapper()
            .writeValueAsString(
                Map.of(
                    "iss",
                    "https://issuer.example",
                    "sub",
                    "4711",
                    "preferred_username",
                    "berta",
                    "groups",
                    List.of(role),
                    "iat",
                    expires.minusSeconds(1200).getEpochSecond(),
                    "exp",
                    expires.getEpochSecond()));
    String signed = base64("{\"alg\":\"RS256\",\"typ\":\"JWT\"}") + "." + base64(claims);
    Signature signature = Signature.getInstance("SHA256withRSA");
    signature.initSign(signer.getPrivate());
    signature.update(signed.getBytes(StandardCharsets.US_ASCII));
    return signed + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature.sign());
  }

  private static String base64(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
