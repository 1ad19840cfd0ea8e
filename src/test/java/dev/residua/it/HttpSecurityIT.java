package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.app.kafka.KafkaClients;
import dev.residua.incident.ControlCommand;
import dev.residua.testing.Certificates;
import dev.residua.testing.Service;
import dev.residua.testing.Service.Result;
import dev.residua.testing.TopicReader;
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
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who may do what over HTTP, with the packaged product. */
@Timeout(180)
class HttpSecurityIT {
  private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String SILENCE =
      "{\"kind\": \"silence\", \"for\": \"PT2H\", \"by\": \"ann\", \"reason\": \"belt change\"}";
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
          socket.setSoTimeout(30_000);
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
      assertBad(service, token, "{", "no JSON");
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
      assertThat(said.body()).isEqualTo("{\"id\":\"belt\"}");
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
      assertThat(send(service, "POST", "/api/control", read, body).statusCode())
          .as("with the token for reading")
          .isEqualTo(401);
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
      socket.setSoTimeout(30_000);
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
