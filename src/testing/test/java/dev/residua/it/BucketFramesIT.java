package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.residua.app.kafka.KafkaClients;
import dev.residua.causal.ScoredFrame;
import dev.residua.frame.Frame;
import dev.residua.frame.PixelFormat;
import dev.residua.frame.RejectedFrameException;
import dev.residua.s3.S3Access;
import dev.residua.scoring.ReferenceSettings;
import dev.residua.scoring.ReferencedFrames;
import dev.residua.testing.AwsCredentials;
import dev.residua.testing.Frames;
import dev.residua.testing.S3Proxy;
import dev.residua.testing.Service;
import dev.residua.testing.TestBroker;
import dev.residua.testing.TopicReader;
import dev.residua.testing.Waits;
import dev.residua.wire.DeadLetter;
import dev.residua.wire.FrameReader;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Frames whose pictures lie in a bucket of S3Proxy, a real server; skipped if it was not fetched.
 */
class BucketFramesIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);
  private static final byte[] PNG = Frames.png(64, 64);

  @TempDir Path directory;

  private S3Proxy proxy;

  @BeforeEach
  void startTheServer() throws Exception {
    String problem = S3Proxy.problem();
    if (problem != null) {
      System.out.println("skipped: " + problem);
    }
    assumeTrue(problem == null, problem);
    proxy = S3Proxy.start(directory, "pictures");
    Path line3 = Files.createDirectories(directory.resolve("objects/pictures/line3"));
    Files.write(line3.resolve("frame 1+.png"), PNG);
    Files.write(line3.resolve("long.png"), new byte[100_000]);
  }

  @AfterEach
  void stopTheServer() {
    if (proxy != null) {
      proxy.close();
    }
  }

  private static Frame reference(String source, String address) {
    return new Frame(
        source,
        1,
        Instant.parse("2026-03-01T12:00:00Z"),
        0,
        0,
        PixelFormat.PNG,
        new byte[0],
        Map.of("residua-ref", address));
  }

  private ReferencedFrames references() {
    return new ReferencedFrames(
        new ReferenceSettings(
            List.of(URI.create("s3://pictures/line3/")),
            50_000,
            LIMIT,
            1,
            new S3Access(Optional.of(proxy.url()), Optional.of("eu-central-1"), true)));
  }

  private static void assertRefused(ReferencedFrames frames, String address, String... why) {
    assertThatThrownBy(() -> frames.resolve(reference("cam1", address)))
        .isInstanceOf(RejectedFrameException.class)
        .hasMessageContainingAll(why);
  }

  @Test
  void shouldFetchPicturesWithTheRightCredentials() throws Exception {
    try (AwsCredentials credentials = S3Proxy.credentials()) {
      ReferencedFrames frames = references();
      assertThat(frames.resolve(reference("cam1", "s3://pictures/line3/frame%201+.png")).data())
          .isEqualTo(PNG);
      assertRefused(frames, "s3://pictures/line3/none.png", "answers 404 (NoSuchKey)");
      assertRefused(frames, "s3://pictures/line3/long.png", "more than the 50,000 bytes");
    }
    try (AwsCredentials wrong = AwsCredentials.set(S3Proxy.ACCESS_KEY, "wrong")) {
      assertRefused(
          references(),
          "s3://pictures/line3/frame%201+.png",
          "answers 403 (SignatureDoesNotMatch)");
    }
  }

  @Test
  void shouldScoreThemAndRefuseWhatCannotBeFetched() throws Exception {
    try (TestBroker broker = TestBroker.start(TOPICS, 1)) {
      KafkaClients clients = broker.clients();
      // When
      try (Service service = scoring(clients);
          KafkaProducer<byte[], byte[]> producer = clients.frameProducer()) {
        send(producer, reference("missing", "s3://pictures/line3/none.png"));
        send(producer, reference("outside", "s3://pictures/line4/1.png"));
        send(producer, reference("good", "s3://pictures/line3/frame%201+.png"));
        service.awaitRecords(LIMIT, clients, TOPICS.deadLetters(), 2);
        service.awaitRecords(LIMIT, clients, TOPICS.scores(), 1);
      }
      // Then
      assertThat(TopicReader.values(clients, TOPICS.scores()))
          .extracting(ScoredFrame::source)
          .containsExactly("good");
      Map<String, List<DeadLetter>> letters = TopicReader.deadLetters(clients, TOPICS);
      assertThat(letters.get("missing").get(0).message()).contains("answers 404 (NoSuchKey)");
      assertThat(letters.get("outside").get(0).message())
          .contains("residua.frames.reference-roots");
    }
  }

  private static void send(KafkaProducer<byte[], byte[]> producer, Frame frame) throws Exception {
    producer
        .send(
            new ProducerRecord<>(
                TOPICS.frames().name(),
                frame.source().getBytes(StandardCharsets.UTF_8),
                FrameReader.write(frame)))
        .get(Waits.seconds(60), TimeUnit.SECONDS);
  }

  private Service scoring(KafkaClients clients) throws IOException {
    return Service.role(
        directory,
        List.of(
            "-Dresidua.frames.reference-roots=s3://pictures/line3/",
            "-Dresidua.frames.reference-share=1", // however slow this machine is
            "-Dresidua.frames.reference-timeout=PT30S",
            "-Dresidua.s3.endpoint=" + proxy.url(),
            "-Dresidua.s3.region=eu-central-1",
            "-Dresidua.s3.path-style=true",
            "-Daws.accessKeyId=" + S3Proxy.ACCESS_KEY,
            "-Daws.secretAccessKey=" + S3Proxy.SECRET_KEY),
        clients,
        "score",
        "1");
  }
}
