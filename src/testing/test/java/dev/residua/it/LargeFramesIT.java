package dev.residua.it;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.residua.app.kafka.KafkaClients;
import dev.residua.causal.ScoredFrame;
import dev.residua.frame.Frame;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.PixelFormat;
import dev.residua.testing.Frames;
import dev.residua.testing.Service;
import dev.residua.testing.TestBroker;
import dev.residua.testing.TopicReader;
import dev.residua.wire.DeadLetter;
import dev.residua.wire.FrameReader;
import dev.residua.wire.Topics;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Frames of twelve megabytes and more, as values up to the limits, by reference to a folder and to
 * a web server, and compressed by the producer.
 */
@Tag("slow")
class LargeFramesIT {
  private static final Duration LIMIT = Duration.ofSeconds(120);
  private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);
  private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

  private static final int SIDE = 2_000;

  /** Side of a picture whose raw RGB is larger than a frame's value may be. */
  private static final int LARGER_SIDE = 2_500;

  private static final int REFERENCE_MAX_BYTES = 20_000_000;

  /** Pictures that the model tells apart. */
  private static final int VARIANTS = 4;

  /** Largest difference of latents of one picture in batches of different sizes. */
  private static final float SAME = 1e-4f;

  @TempDir Path directory;

  private final CountDownLatch asked = new CountDownLatch(1);
  private final CountDownLatch released = new CountDownLatch(1);
  private ExecutorService serving;
  private HttpServer server;
  private String http;
  private Path folder;
  private TestBroker broker;
  private KafkaClients clients;

  @BeforeEach
  void start() throws IOException {
    folder = Files.createDirectories(directory.resolve("frames")).toRealPath();
    server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("localhost"), 0), 0);
    serving = Executors.newCachedThreadPool();
    server.setExecutor(serving);
    server.createContext("/", this::answer);
    server.start();
    http = "http://localhost:" + server.getAddress().getPort() + "/";
    broker = TestBroker.start(TOPICS, 4);
    clients = broker.clients();
  }

  @AfterEach
  void stop() {
    released.countDown();
    TestBroker.close(broker);
    server.stop(0);
    serving.shutdownNow();
  }

  @Test
  void shouldScoreFramesAsValuesUpToTheLimitsAndRefuseTheNextByte() throws Exception {
    // Given
    FrameLimits limits = FrameLimits.DEFAULTS;
    int rows = 1_023; // of the longest side: just under the largest value
    byte[] wide = new byte[limits.maxSide() * rows];
    byte[] atLimit = padded("value-at-limit", limits.maxSide(), rows, wide, limits.maxBytes());
    byte[] aboveLimit =
        padded("value-above-limit", limits.maxSide(), rows, wide, limits.maxBytes() + 1);
    byte[] mostPixels = Frames.png(new BufferedImage(7_071, 7_071, BufferedImage.TYPE_BYTE_GRAY));
    byte[] morePixels = Frames.png(new BufferedImage(7_072, 7_072, BufferedImage.TYPE_BYTE_GRAY));
    assertThat(atLimit).hasSize(16 << 20);

    // When
    try (Service service = scoring()) {
      List<ProducerRecord<byte[], byte[]>> frames = new ArrayList<>();
      for (int i = 0; i < VARIANTS; i++) {
        frames.add(record(inline("raw", i, SIDE, raw(i, SIDE))));
      }
      frames.add(record("value-at-limit", atLimit));
      frames.add(record("value-above-limit", aboveLimit));
      frames.add(record("pixels-at-limit", mostPixels));
      frames.add(record("pixels-above-limit", morePixels));
      frames.add(record(inline("raw", VARIANTS, SIDE, raw(VARIANTS, SIDE))));
      send(clients, frames);
      service.awaitRecords(LIMIT, clients, TOPICS.scores(), VARIANTS + 3);
      service.awaitRecords(LIMIT, clients, TOPICS.deadLetters(), 2);
      service.stop(LIMIT);
    }

    // Then
    Map<String, List<Long>> sequences = sequences();
    assertThat(sequences).containsOnlyKeys("raw", "value-at-limit", "pixels-at-limit");
    assertThat(sequences.get("raw")).containsExactly(0L, 1L, 2L, 3L, 4L);
    assertThat(sequences.get("value-at-limit")).hasSize(1);
    assertThat(sequences.get("pixels-at-limit")).hasSize(1);
    assertThat(deadLetters())
        .isEqualTo(
            Map.of(
                "value-above-limit", List.of("TOO_LARGE"),
                "pixels-above-limit", List.of("TOO_LARGE")));
  }

  @Test
  void shouldGiveTheSameLatentsHoweverAPictureIsSent() throws Exception {
    // Given
    List<ProducerRecord<byte[], byte[]>> frames = new ArrayList<>();
    for (int i = 0; i < VARIANTS; i++) {
      byte[] pixels = raw(i, SIDE);
      byte[] png = Frames.png(picture(i, SIDE));
      Files.write(folder.resolve(i + ".raw"), pixels);
      Files.write(folder.resolve(i + ".png"), png);
      String file = folder.toUri() + "" + i;
      String web = http + "frames/" + i;
      frames.add(record(inline("inline", i, SIDE, pixels)));
      frames.add(record("inline-png", png));
      frames.add(record(reference("file", i, file + ".raw", "")));
      frames.add(record(reference("file-digest", i, file + ".raw", sha256(pixels))));
      frames.add(record(reference("http", i, web + ".raw", "")));
      frames.add(record(reference("http-digest", i, web + ".raw", sha256(pixels))));
      frames.add(record(pngReference("file-png", i, file + ".png")));
      frames.add(record(pngReference("http-png", i, web + ".png")));
    }
    byte[] larger = raw(0, LARGER_SIDE);
    assertThat(larger).hasSizeBetween(FrameLimits.DEFAULTS.maxBytes() + 1, REFERENCE_MAX_BYTES);
    Files.write(folder.resolve("larger.raw"), larger);
    frames.add(record(reference("larger", 0, LARGER_SIDE, folder.toUri() + "larger.raw", "")));
    frames.add(record(reference("larger", 1, LARGER_SIDE, http + "frames/larger.raw", "")));

    // When
    try (Service service = scoring()) {
      send(clients, frames);
      service.awaitRecords(LIMIT, clients, TOPICS.scores(), frames.size());
      service.stop(LIMIT);
    }

    // Then
    Map<String, List<ScoredFrame>> scores = scores();
    assertThat(scores.values()).allSatisfy(list -> assertThat(list).hasSizeBetween(2, VARIANTS));
    assertThat(scores).hasSize(9);
    List<ScoredFrame> inline = scores.remove("inline");
    List<ScoredFrame> largerOnes = scores.remove("larger");
    scores.forEach(
        (source, list) -> {
          assertThat(list).as(source).hasSize(VARIANTS);
          for (int i = 0; i < VARIANTS; i++) {
            assertThat(distance(list.get(i), inline.get(i)))
                .as("picture %d as %s against inline", i, source)
                .isCloseTo(0, within(SAME));
          }
        });
    assertThat(distance(largerOnes.get(0), largerOnes.get(1))).isCloseTo(0, within(SAME));
    for (int i = 1; i < VARIANTS; i++) {
      assertThat(distance(inline.get(i), inline.get(0)))
          .as("picture %d against picture 0", i)
          .isGreaterThan(100 * SAME);
    }
    assertThat(deadLetters()).isEmpty();
  }

  @Test
  void shouldScoreReferencedFramesOnceAndInOrderThroughAKill() throws Exception {
    // Given 60 frames of three sources, a few a transaction; the web server keeps one waiting
    String fewFrames = "-Dresidua.scoring.max-frames=8";
    int each = 20;
    List<String> sources = List.of("left", "middle", "right");
    String[] digests = new String[VARIANTS];
    for (int i = 0; i < VARIANTS; i++) {
      byte[] pixels = raw(i, SIDE);
      Files.write(folder.resolve(i + ".raw"), pixels);
      digests[i] = sha256(pixels);
    }
    Files.write(folder.resolve("hold.raw"), raw(0, SIDE));
    List<ProducerRecord<byte[], byte[]>> frames = new ArrayList<>();
    for (int i = 0; i < each; i++) {
      for (String source : sources) {
        int variant = (i + sources.indexOf(source)) % VARIANTS;
        boolean hold = i == each / 2 && source.equals("middle");
        String name = hold ? "hold.raw" : variant + ".raw";
        String root = hold || i % 2 == 0 ? http + "frames/" : folder.toUri().toString();
        String digest = !hold && i % 3 == 0 ? digests[variant] : "";
        frames.add(record(reference(source, i, root + name, digest)));
      }
    }

    // When
    int beforeKill;
    try (Service first = scoring(fewFrames)) {
      send(clients, frames);
      assertThat(asked.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).as("frame was asked").isTrue();
      first.kill();
      beforeKill = TopicReader.values(clients, TOPICS.scores()).size();
    }
    released.countDown();
    try (Service second = scoring(fewFrames)) {
      second.awaitRecords(LIMIT, clients, TOPICS.scores(), frames.size());
      second.stop(LIMIT);
    }

    // Then
    System.out.printf(
        "large frames: killed with %d of %d referenced frames scored%n", beforeKill, frames.size());
    assertThat(beforeKill).isBetween(1, frames.size() - 1);
    List<Long> all = LongStream.range(0, each).boxed().toList();
    assertThat(sequences()).isEqualTo(Map.of("left", all, "middle", all, "right", all));
    assertThat(deadLetters()).isEmpty();
  }

  @Test
  void shouldScoreMoreFramesInARowThanItsHeapHolds() throws Exception {
    // Given twice as many bytes as the heap of the service has, once by reference and once not
    int side = 4_000;
    byte[] pixels = raw(1, side);
    Files.write(folder.resolve("whole.raw"), pixels);
    int byReference = 45;
    int asValues = 140;
    long heap = 1L << 30;
    assertThat((long) byReference * pixels.length).isGreaterThan(2 * heap);
    byte[] value = raw(1, SIDE + 300);
    assertThat((long) asValues * value.length).isGreaterThan(2 * heap);
    List<ProducerRecord<byte[], byte[]>> references = new ArrayList<>();
    for (int i = 0; i < byReference; i++) {
      String root = i % 2 == 0 ? http + "frames/" : folder.toUri().toString();
      references.add(record(reference("reference", i, side, root + "whole.raw", "")));
    }
    send(clients, references);
    KafkaClients compressing =
        new KafkaClients(clients.bootstrapServers(), Map.of("compression.type", "zstd"));
    for (int i = 0; i < asValues; i++) {
      send(compressing, List.of(record(inline("value", i, SIDE + 300, value))));
    }

    // When
    try (Service service = scoring("-Dresidua.frames.reference-max-bytes=" + pixels.length)) {
      service.awaitRecords(LIMIT, clients, TOPICS.scores(), byReference + asValues);
      service.stop(LIMIT);
    }

    // Then
    assertThat(sequences())
        .isEqualTo(
            Map.of(
                "reference", LongStream.range(0, byReference).boxed().toList(),
                "value", LongStream.range(0, asValues).boxed().toList()));
    assertThat(deadLetters()).isEmpty();
  }

  @Test
  void shouldGiveOneDeadLetterForEachReferenceThatCannotBeFollowed() throws Exception {
    // Given
    byte[] pixels = raw(0, SIDE);
    String file = folder.toUri().toString();
    String web = http + "frames/";
    Files.write(folder.resolve("good.raw"), pixels);
    Files.write(folder.resolve("long.raw"), new byte[REFERENCE_MAX_BYTES + 1]);
    Files.write(directory.resolve("secret.raw"), pixels);
    Files.createSymbolicLink(folder.resolve("link.raw"), directory.resolve("secret.raw"));
    String other = sha256(new byte[] {1});
    Map<String, Frame> refused = new TreeMap<>();
    put(refused, "outside", directory.toUri() + "secret.raw", "");
    put(refused, "outside-by-dots", file + "../secret.raw", "");
    put(refused, "outside-by-link", file + "link.raw", "");
    put(refused, "outside-on-the-web", http + "other/good.raw", "");
    put(refused, "missing", file + "missing.raw", "");
    put(refused, "missing-on-the-web", web + "missing.raw", "");
    put(refused, "digest", file + "good.raw", other);
    put(refused, "digest-on-the-web", web + "good.raw", other);
    put(refused, "no-address", "good.raw", "");
    refused.put(
        "both",
        new Frame(
            "both",
            0,
            START,
            SIDE,
            SIDE,
            PixelFormat.RGB8,
            pixels,
            Map.of("residua-ref", file + "good.raw")));
    Map<String, List<String>> reasons = new TreeMap<>();
    refused.keySet().forEach(source -> reasons.put(source, List.of("REFERENCE")));
    put(refused, "long", file + "long.raw", "");
    put(refused, "long-on-the-web", web + "long.raw", "");
    reasons.put("long", List.of("TOO_LARGE"));
    reasons.put("long-on-the-web", List.of("TOO_LARGE"));

    // When
    String metrics;
    List<ProducerRecord<byte[], byte[]>> frames = new ArrayList<>();
    refused.values().forEach(frame -> frames.add(record(frame)));
    frames.add(record(reference("good", 0, file + "good.raw", sha256(pixels))));
    try (Service service = scoring()) {
      send(clients, frames);
      service.awaitRecords(LIMIT, clients, TOPICS.deadLetters(), refused.size());
      service.awaitRecords(LIMIT, clients, TOPICS.scores(), 1);
      metrics = service.get("/q/metrics");
      service.stop(LIMIT);
    }

    // Then
    assertThat(deadLetters()).isEqualTo(reasons);
    assertThat(sequences()).isEqualTo(Map.of("good", List.of(0L)));
    assertThat(metrics)
        .contains("residua_dlq_records_total{reason=\"reference\"} 10.0")
        .contains("residua_dlq_records_total{reason=\"too_large\"} 2.0");
  }

  @Test
  void shouldScoreWhatProducersCompressLikeAnythingElse() throws Exception {
    // Given
    List<String> codecs = List.of("none", "gzip", "lz4", "snappy", "zstd");
    Map<String, List<Long>> expected = new TreeMap<>();

    // When
    try (Service service = scoring()) {
      for (String codec : codecs) {
        List<ProducerRecord<byte[], byte[]>> frames = new ArrayList<>();
        for (int i = 0; i < VARIANTS; i++) {
          frames.add(record(inline(codec, i, SIDE, raw(i, SIDE))));
        }
        double rate =
            send(
                new KafkaClients(clients.bootstrapServers(), Map.of("compression.type", codec)),
                frames);
        System.out.printf("large frames: %s sends %.3f of the bytes%n", codec, rate);
        assertThat(rate < 0.95)
            .as("%s sends %f of the bytes", codec, rate)
            .isEqualTo(!codec.equals("none"));
        expected.put(codec, LongStream.range(0, VARIANTS).boxed().toList());
      }
      service.awaitRecords(LIMIT, clients, TOPICS.scores(), codecs.size() * VARIANTS);
      service.stop(LIMIT);
    }

    // Then
    assertThat(sequences()).isEqualTo(expected);
    Map<String, List<ScoredFrame>> scores = scores();
    for (String codec : codecs) {
      for (int i = 0; i < VARIANTS; i++) {
        assertThat(distance(scores.get(codec).get(i), scores.get("none").get(i)))
            .as("frame %d with %s", i, codec)
            .isCloseTo(0, within(SAME));
      }
    }
    assertThat(deadLetters()).isEmpty();
  }

  private Service scoring(String... jvmOptions) throws IOException {
    List<String> options = new ArrayList<>();
    options.add("-Dresidua.frames.reference-roots=" + folder.toUri() + "," + http + "frames/");
    options.add("-Dresidua.frames.reference-max-bytes=" + REFERENCE_MAX_BYTES);
    options.add("-Dresidua.frames.reference-share=1"); // however slow this machine is
    options.addAll(List.of(jvmOptions));
    return Service.role(directory, options, clients, "score", "1");
  }

  /** Serves the folder as {@code /frames/}; keeps who asks for {@code hold.raw} first waiting. */
  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      if (path.equals("/frames/hold.raw") && released.getCount() > 0) {
        asked.countDown();
        released.await();
      }
      Path file = folder.resolve(path.substring(path.lastIndexOf('/') + 1));
      if (!Files.exists(file)) {
        exchange.sendResponseHeaders(404, -1);
        return;
      }
      byte[] content = Files.readAllBytes(file);
      exchange.sendResponseHeaders(200, content.length);
      exchange.getResponseBody().write(content);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Sends records and waits for their acknowledgement.
   *
   * @return bytes on the wire over bytes of the batches, about 1 if nothing is compressed
   */
  private static double send(KafkaClients clients, List<ProducerRecord<byte[], byte[]>> records)
      throws Exception {
    try (KafkaProducer<byte[], byte[]> producer = clients.frameProducer()) {
      List<Future<RecordMetadata>> answers = new ArrayList<>();
      for (ProducerRecord<byte[], byte[]> record : records) {
        answers.add(producer.send(record));
      }
      for (Future<RecordMetadata> answer : answers) {
        answer.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
      }
      return producer.metrics().entrySet().stream()
          .filter(
              metric ->
                  metric.getKey().name().equals("compression-rate-avg")
                      && metric.getKey().group().equals("producer-metrics"))
          .mapToDouble(metric -> (Double) metric.getValue().metricValue())
          .findFirst()
          .orElseThrow();
    }
  }

  private static ProducerRecord<byte[], byte[]> record(Frame frame) {
    return record(frame.source(), FrameReader.write(frame));
  }

  private static ProducerRecord<byte[], byte[]> record(String source, byte[] value) {
    return new ProducerRecord<>(
        TOPICS.frames().name(), source.getBytes(StandardCharsets.UTF_8), value);
  }

  private static Frame inline(String source, int sequence, int side, byte[] pixels) {
    return frame(source, sequence, side, side, PixelFormat.RGB8, pixels, Map.of());
  }

  private static Frame reference(String source, int sequence, String address, String digest) {
    return reference(source, sequence, SIDE, address, digest);
  }

  private static Frame reference(
      String source, int sequence, int side, String address, String digest) {
    return frame(
        source,
        sequence,
        side,
        side,
        PixelFormat.RGB8,
        new byte[0],
        digest.isEmpty()
            ? Map.of("residua-ref", address)
            : Map.of("residua-ref", address, "residua-ref-sha256", digest));
  }

  private static Frame pngReference(String source, int sequence, String address) {
    return frame(
        source, sequence, 0, 0, PixelFormat.PNG, new byte[0], Map.of("residua-ref", address));
  }

  private static void put(Map<String, Frame> frames, String source, String address, String digest) {
    frames.put(source, reference(source, 0, address, digest));
  }

  private static Frame frame(
      String source,
      int sequence,
      int width,
      int height,
      PixelFormat format,
      byte[] data,
      Map<String, String> attributes) {
    return new Frame(
        source,
        sequence,
        START.plusMillis(50L * sequence),
        width,
        height,
        format,
        data,
        attributes);
  }

  /** A gray frame as a value of exactly {@code size} bytes, by a long attribute. */
  private static byte[] padded(String source, int width, int height, byte[] pixels, int size) {
    byte[] withoutRest = padded(source, width, height, pixels, "x".repeat(10_000));
    byte[] value =
        padded(source, width, height, pixels, "x".repeat(10_000 + size - withoutRest.length));
    assertThat(value).hasSize(size);
    return value;
  }

  private static byte[] padded(
      String source, int width, int height, byte[] pixels, String padding) {
    return FrameReader.write(
        frame(source, 0, width, height, PixelFormat.GRAY8, pixels, Map.of("note", padding)));
  }

  /** A smooth picture, another for each number. */
  private static BufferedImage picture(int number, int side) {
    BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_3BYTE_BGR);
    byte[] pixels = raw(number, side);
    for (int y = 0, at = 0; y < side; y++) {
      for (int x = 0; x < side; x++, at += 3) {
        image.setRGB(
            x,
            y,
            (pixels[at] & 0xFF) << 16 | (pixels[at + 1] & 0xFF) << 8 | (pixels[at + 2] & 0xFF));
      }
    }
    return image;
  }

  /** The same picture as raw RGB. */
  private static byte[] raw(int number, int side) {
    byte[] pixels = new byte[3 * side * side];
    for (int y = 0, at = 0; y < side; y++) {
      for (int x = 0; x < side; x++, at += 3) {
        pixels[at] = (byte) (40 + 160 * x / side);
        pixels[at + 1] = (byte) (40 + 160 * y / side);
        pixels[at + 2] = (byte) (50 * number);
      }
    }
    return pixels;
  }

  private Map<String, List<ScoredFrame>> scores() {
    return TopicReader.values(clients, TOPICS.scores()).stream()
        .collect(groupingBy(ScoredFrame::source, TreeMap::new, toList()));
  }

  private Map<String, List<Long>> sequences() {
    return TopicReader.values(clients, TOPICS.scores()).stream()
        .collect(
            groupingBy(
                ScoredFrame::source, TreeMap::new, mapping(ScoredFrame::sequence, toList())));
  }

  /** Reasons by source. */
  private Map<String, List<String>> deadLetters() {
    Map<String, List<String>> reasons = new TreeMap<>();
    TopicReader.deadLetters(clients, TOPICS)
        .forEach(
            (source, letters) ->
                reasons.put(source, letters.stream().map(DeadLetter::reason).toList()));
    return reasons;
  }

  /** Largest difference of two frames' latents. */
  private static float distance(ScoredFrame a, ScoredFrame b) {
    assertThat(a.latents()).hasSameSizeAs(b.latents());
    float largest = 0;
    for (int i = 0; i < a.latents().length; i++) {
      largest = Math.max(largest, Math.abs(a.latents()[i] - b.latents()[i]));
    }
    return largest;
  }

  private static String sha256(byte[] data) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(data));
  }
}
