package dev.residua.app.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.residua.access.Grants;
import dev.residua.access.Person;
import dev.residua.app.kafka.FrameWriter;
import dev.residua.app.metrics.FrameInboxMetrics;
import dev.residua.dashboard.AuditTrail;
import dev.residua.dashboard.FrameInbox;
import dev.residua.dashboard.RequestVisitors;
import dev.residua.frame.FrameLimits;
import dev.residua.source.SourceRules;
import dev.residua.testing.Await;
import dev.residua.testing.Frames;
import dev.residua.testing.Waits;
import dev.residua.wire.FrameReader;
import dev.residua.wire.PostedFrames;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Requests with frames over a real connection, with a producer in memory. */
class FrameRequestsTest {
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final int MAX_BODY = 100_000;
  private static final int MAX_IN_FLIGHT = 250_000;
  private static final byte[] PNG = Frames.png(16, 16);
  private static final Map<String, String> AS_PNG = Map.of("Content-Type", "image/png");

  private final MockProducer<byte[], byte[]> producer =
      new MockProducer<>(false, null, new ByteArraySerializer(), new ByteArraySerializer());
  private final FrameWriter writer =
      new FrameWriter(producer, MAX_IN_FLIGHT, Duration.ofSeconds(30));
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final FrameInbox inbox = new FrameInbox(new AuditTrail());
  private final FrameRequests requests = new FrameRequests(inbox);
  private final Vertx vertx = Vertx.vertx();
  private String grants = "sender:source=line3/*";
  private HttpServer server;

  @BeforeEach
  void listen() throws Exception {
    FrameInbox.Listener outcomes = new FrameInboxMetrics(meters, writer);
    FrameReader reader =
        new FrameReader(
            new FrameLimits(
                90_000, FrameLimits.DEFAULTS.maxSide(), FrameLimits.DEFAULTS.maxPixels()));
    inbox.open(() -> SourceRules.EMPTY, new PostedFrames(reader, "frames"), writer, outcomes);
    requests.open(writer, outcomes, MAX_BODY);
    Router router = Router.router(vertx);
    router
        .route()
        .handler(
            request -> {
              request.put(RequestVisitors.PERSON, new Person(null, Grants.parse(grants)));
              requests.handle(request);
            });
    server =
        vertx
            .createHttpServer()
            .requestHandler(router)
            .listen(0, "localhost")
            .toCompletionStage()
            .toCompletableFuture()
            .get(Waits.seconds(30), TimeUnit.SECONDS);
  }

  @AfterEach
  void close() throws Exception {
    requests.close();
    vertx
        .close()
        .toCompletionStage()
        .toCompletableFuture()
        .get(Waits.seconds(30), TimeUnit.SECONDS);
  }

  private CompletableFuture<HttpResponse<String>> send(
      String source, Map<String, String> headers, BodyPublisher body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(
                URI.create(
                    "http://localhost:%d/api/frames/%s".formatted(server.actualPort(), source)))
            .timeout(Waits.limit(Duration.ofSeconds(30)))
            .POST(body);
    headers.forEach(request::header);
    // The server may close the connection on which it has refused a body.
    return HttpClient.newHttpClient().sendAsync(request.build(), BodyHandlers.ofString());
  }

  private CompletableFuture<HttpResponse<String>> send(byte[] body) {
    return send("line3%2Fcam7", AS_PNG, BodyPublishers.ofByteArray(body));
  }

  private void awaitSent(int frames) throws Exception {
    Await.until(LIMIT, frames + " records", () -> producer.history().size() == frames);
  }

  private double count(String outcome) {
    return meters.get("residua.posted.frames").tag("outcome", outcome).counter().count();
  }

  private static JsonNode frames(HttpResponse<String> answer) throws Exception {
    return new ObjectMapper().readTree(answer.body()).path("frames");
  }

  @Test
  void shouldAnswerOnlyWhenKafkaHasStoredTheFrame() throws Exception {
    // When
    CompletableFuture<HttpResponse<String>> answer =
        send(
            "line3%2Fcam7",
            Map.of(
                "Content-Type", "image/png", "ce-sequence", "7", "ce-time", "2026-05-01T10:00:00Z"),
            BodyPublishers.ofByteArray(PNG));
    awaitSent(1);
    // Then
    assertThat(answer).isNotDone();
    assertThat(writer.reservedBytes()).isGreaterThan(PNG.length);
    // When
    producer.completeNext();
    // Then
    assertThat(answer.get().statusCode()).isEqualTo(200);
    assertThat(answer.get().body())
        .isEqualTo(
            "{\"frames\":[{\"accepted\":true,\"sequence\":7,\"topic\":\"frames\",\"partition\":0,\"offset\":0}]}");
    assertThat(producer.history().get(0).key())
        .isEqualTo("line3/cam7".getBytes(StandardCharsets.UTF_8));
    assertThat(count("accepted")).isEqualTo(1);
    assertThat(writer.reservedBytes()).isZero();
  }

  @Test
  void shouldAnswer503WhenKafkaDoesNotStoreAFrame() throws Exception {
    // When
    CompletableFuture<HttpResponse<String>> answer = send(PNG);
    awaitSent(1);
    producer.errorNext(new TimeoutException("120000 ms has passed"));
    // Then
    assertThat(answer.get().statusCode()).isEqualTo(503);
    assertThat(answer.get().headers().firstValue("Retry-After")).contains("5");
    assertThat(frames(answer.get()).path(0).path("accepted").asBoolean()).isFalse();
    assertThat(frames(answer.get()).path(0).path("reason").asText()).isEqualTo("unavailable");
    assertThat(answer.get().body()).contains("120000 ms has passed", "send it again");
    assertThat(count("unavailable")).isEqualTo(1);
    assertThat(count("accepted")).isZero();
    assertThat(writer.reservedBytes()).isZero();
  }

  @Test
  void shouldAnswer413ForAFrameThatTheBrokerFindsTooLarge() throws Exception {
    // When
    CompletableFuture<HttpResponse<String>> answer = send(PNG);
    awaitSent(1);
    producer.errorNext(new RecordTooLargeException("larger than max.message.bytes"));
    // Then
    assertThat(answer.get().statusCode()).isEqualTo(413);
    assertThat(answer.get().body()).contains("too_large", "max.message.bytes");
  }

  @Test
  void shouldNotSendFramesThatWaitedForKafkaForTooLong() {
    // Given
    FrameWriter slow = new FrameWriter(producer, MAX_IN_FLIGHT, Duration.ofMillis(1));
    // When
    CompletableFuture<FrameInbox.Place> late =
        slow.send(
                new org.apache.kafka.clients.producer.ProducerRecord<>("frames", PNG),
                System.nanoTime() - 2_000_000)
            .toCompletableFuture();
    // Then
    assertThat(late).isCompletedExceptionally();
    assertThat(producer.history()).isEmpty();
  }

  @Test
  void shouldBoundTheBytesOfAllRequests() throws Exception {
    // Given two requests whose bodies never end
    List<Socket> slow = new ArrayList<>();
    try {
      for (int i = 0; i < 2; i++) {
        Socket socket = new Socket(InetAddress.getByName("localhost"), server.actualPort());
        slow.add(socket);
        socket
            .getOutputStream()
            .write(
                "POST /api/frames/line3/cam7 HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\nContent-Length: 99000\r\n\r\nx"
                    .getBytes(StandardCharsets.US_ASCII));
      }
      Await.until(LIMIT, "both are reserved", () -> writer.reservedBytes() > 198_000);
      // When
      HttpResponse<String> answer = send(new byte[80_000]).get();
      // Then
      assertThat(answer.statusCode()).isEqualTo(429);
      assertThat(answer.headers().firstValue("Retry-After")).contains("1");
      assertThat(answer.body()).contains("residua.ingest.in-flight-bytes", "250,000");
      assertThat(count("busy")).isEqualTo(1);
      // When a smaller one fits
      CompletableFuture<HttpResponse<String>> small = send(PNG);
      awaitSent(1);
      producer.completeNext();
      // Then
      assertThat(small.get().statusCode()).isEqualTo(200);
    } finally {
      for (Socket socket : slow) {
        socket.close();
      }
    }
    Await.until(LIMIT, "nothing is reserved", () -> writer.reservedBytes() == 0);
  }

  @Test
  void shouldReserveTheMaximumForABodyOfUnknownLength() throws Exception {
    // When
    CompletableFuture<HttpResponse<String>> answer =
        send(
            "line3/cam7",
            AS_PNG,
            BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(PNG)));
    awaitSent(1);
    // Then
    assertThat(writer.reservedBytes()).isGreaterThan(MAX_BODY);
    producer.completeNext();
    assertThat(answer.get().statusCode()).isEqualTo(200);
    Await.until(LIMIT, "nothing is reserved", () -> writer.reservedBytes() == 0);
  }

  @Test
  void shouldRefuseABodyThatIsTooLargeHoweverItsLengthIsGiven() throws Exception {
    // When
    HttpResponse<String> declared = send(new byte[MAX_BODY + 1]).get();
    HttpResponse<String> chunked =
        send(
                "line3/cam7",
                AS_PNG,
                BodyPublishers.ofInputStream(
                    () -> new ByteArrayInputStream(new byte[MAX_BODY + 1])))
            .get();
    HttpResponse<String> frame = send(new byte[90_001]).get();
    // Then
    assertThat(declared.statusCode()).isEqualTo(413);
    assertThat(declared.body()).contains("residua.frames.max-bytes", "100,000");
    assertThat(chunked.statusCode()).isEqualTo(413);
    assertThat(frame.statusCode()).isEqualTo(413);
    assertThat(frame.body()).contains("90,001").contains("too_large");
    assertThat(count("too_large")).isEqualTo(3);
    assertThat(producer.history()).isEmpty();
    Await.until(LIMIT, "nothing is reserved", () -> writer.reservedBytes() == 0);
  }

  @Test
  void shouldAnswerAClientThatReadsOnlyAfterAllOfATooLargeBody() throws Exception {
    byte[] chunk = new byte[10_000];
    try (Socket client = new Socket(InetAddress.getByName("localhost"), server.actualPort())) {
      client.setSoTimeout(Waits.millis(30_000));
      OutputStream out = client.getOutputStream();
      // When the limit is passed
      out.write(
          "POST /api/frames/line3/cam7 HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\nTransfer-Encoding: chunked\r\n\r\n"
              .getBytes(StandardCharsets.US_ASCII));
      for (int i = 0; i <= MAX_BODY / chunk.length; i++) {
        writeChunk(out, chunk);
      }
      Await.until(LIMIT, "the body is refused", () -> count("too_large") == 1);
      // When the client goes on
      for (int i = 0; i < 100; i++) {
        writeChunk(out, chunk);
      }
      writeChunk(out, new byte[0]);
      // Then
      BufferedReader answer =
          new BufferedReader(
              new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII));
      assertThat(answer.readLine()).startsWith("HTTP/1.1 413 ");
    }
    Await.until(LIMIT, "nothing is reserved", () -> writer.reservedBytes() == 0);
  }

  private static void writeChunk(OutputStream out, byte[] bytes) throws IOException {
    out.write((Integer.toHexString(bytes.length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
    out.write(bytes);
    out.write("\r\n".getBytes(StandardCharsets.US_ASCII));
  }

  @Test
  void shouldAnswerAboutEachPartOfABody() throws Exception {
    // Given
    producerAnswersAtOnce();
    // When
    HttpResponse<String> answer =
        send(
                "line3/cam7",
                Map.of("Content-Type", "multipart/form-data; boundary=\"a b\""),
                BodyPublishers.ofByteArray(
                    multipart(
                        "a b",
                        part("image/png\r\nce-sequence: 1\r\nce-time: 2026-05-01T10:00:00Z", PNG),
                        part("text/plain", new byte[] {1, 2}),
                        part("image/png\r\nCE-Sequence: 2\r\nce-time: 2026-05-01T10:00:01Z", PNG),
                        part("image/png\r\nce-sequence: 3", PNG))))
            .get();
    // Then
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(415);
    JsonNode frames = frames(answer);
    assertThat(frames.findValuesAsText("accepted"))
        .containsExactly("true", "false", "true", "false");
    assertThat(frames.findValuesAsText("sequence")).containsExactly("1", "2");
    assertThat(frames.findValuesAsText("reason")).containsExactly("unknown_format", "corrupt");
    assertThat(producer.history())
        .hasSize(2)
        .allMatch(record -> record.value().length == PNG.length);
  }

  private void producerAnswersAtOnce() {
    vertx.setPeriodic(5, tick -> producer.completeNext());
  }

  private static byte[] part(String headers, byte[] body) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(
        "Content-Disposition: form-data; name=\"frame\"\r\nContent-Type: %s\r\n\r\n"
            .formatted(headers)
            .getBytes(StandardCharsets.US_ASCII));
    bytes.writeBytes(body);
    return bytes.toByteArray();
  }

  private static byte[] multipart(String boundary, byte[]... parts) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      bytes.writeBytes(("--" + boundary + "\r\n").getBytes(StandardCharsets.US_ASCII));
      bytes.writeBytes(part);
      bytes.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
    }
    bytes.writeBytes(("--" + boundary + "--\r\n").getBytes(StandardCharsets.US_ASCII));
    return bytes.toByteArray();
  }

  @Test
  void shouldRefuseABodyThatIsNotMultipart() throws Exception {
    // Given
    byte[] whole = multipart("x", part("image/png", PNG));
    byte[] cut = java.util.Arrays.copyOf(whole, whole.length - 9);
    byte[][] many = new byte[1_001][];
    java.util.Arrays.fill(many, part("image/png", new byte[0]));
    // When, Then
    assertProblem("multipart/form-data", whole, "no boundary");
    assertProblem("multipart/form-data; boundary=y", whole, "no closing boundary");
    assertProblem("multipart/form-data; boundary=x", cut, "no closing boundary");
    assertProblem("multipart/form-data; boundary=x", new byte[0], "no closing boundary");
    assertProblem("multipart/form-data; boundary=x", multipart("x", many), "1,000 parts");
    assertThat(producer.history()).isEmpty();
  }

  private void assertProblem(String type, byte[] body, String problem) throws Exception {
    HttpResponse<String> answer =
        send("line3/cam7", Map.of("Content-Type", type), BodyPublishers.ofByteArray(body)).get();
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
    assertThat(answer.body()).contains(problem);
  }

  @Test
  void shouldRefuseSourcesOutsideTheGrantsAndSourcesThatAreNone() throws Exception {
    // When
    HttpResponse<String> other = send("line4/cam7", AS_PNG, BodyPublishers.ofByteArray(PNG)).get();
    HttpResponse<String> none = send("%20", AS_PNG, BodyPublishers.ofByteArray(PNG)).get();
    grants = "operator";
    HttpResponse<String> operator = send(PNG).get();
    // Then
    assertThat(other.statusCode()).isEqualTo(403);
    assertThat(other.body())
        .contains("'line4/cam7'", "sender:source=line4/cam7", "you have sender:source=line3/*");
    assertThat(none.statusCode()).isEqualTo(400);
    assertThat(operator.statusCode()).isEqualTo(403);
    assertThat(count("forbidden")).isEqualTo(2);
    assertThat(producer.history()).isEmpty();
  }

  @Test
  void shouldSayWhichRoleTakesFrames() throws Exception {
    // Given
    requests.close();
    // When
    HttpResponse<String> answer = send(PNG).get();
    // Then
    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(answer.body()).contains("role ingest");
  }
}
