package dev.residua.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.anomaly.AnomalySettings;
import dev.residua.app.model.Models;
import dev.residua.incident.Incident;
import dev.residua.incident.IncidentSettings;
import dev.residua.model.ModelBundle;
import dev.residua.runtime.BundleOpener;
import dev.residua.runtime.ScoringModel;
import dev.residua.scoring.FramesInFlight;
import dev.residua.scoring.ScoringListener;
import dev.residua.scoring.ScoringLoop;
import dev.residua.scoring.ScoringModels;
import dev.residua.scoring.ScoringProducers;
import dev.residua.scoring.ScoringSettings;
import dev.residua.scoring.Stages;
import dev.residua.scoring.TimelineStore;
import dev.residua.source.SourceRule;
import dev.residua.streams.ControlCommandStore;
import dev.residua.streams.MonitorListener;
import dev.residua.streams.MonitorModels;
import dev.residua.streams.MonitorRules;
import dev.residua.streams.MonitorTopology;
import dev.residua.streams.SourceLimits;
import dev.residua.telemetry.OtlpTracing;
import dev.residua.telemetry.Tracing;
import dev.residua.testing.Frames;
import dev.residua.wire.LatentNames;
import dev.residua.wire.Topics;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.awt.image.BufferedImage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One frame from the header that its producer wrote to the header of the incident it opens. */
class FrameTraceTest {
  private static final int FRAMES = 8;
  private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);
  private static final TopicPartition PARTITION = new TopicPartition(TOPICS.frames().name(), 0);
  private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

  private static ModelBundle bundle;

  @TempDir Path stateDirectory;
  private final InMemorySpanExporter spans = InMemorySpanExporter.create();

  @BeforeAll
  static void readModel() throws Exception {
    bundle = Models.read(Optional.empty());
  }

  private static String traceId(int frame) {
    return "%032x".formatted(frame + 1);
  }

  private static String spanId(int frame) {
    return "%016x".formatted(0xabc0 + frame);
  }

  /** Black frames: the camera is dark, and an incident opens. */
  private static List<ConsumerRecord<byte[], byte[]>> dark(String flags) {
    byte[] black = Frames.png(new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB));
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int i = 0; i < FRAMES; i++) {
      Headers headers = new RecordHeaders();
      if (!flags.isEmpty()) {
        String parent = "00-%s-%s-%s".formatted(traceId(i), spanId(i), flags);
        headers.add("traceparent", parent.getBytes(StandardCharsets.UTF_8));
        headers.add("tracestate", "vendor=1".getBytes(StandardCharsets.UTF_8));
      }
      records.add(
          new ConsumerRecord<>(
              PARTITION.topic(),
              0,
              i,
              START.plusMillis(50L * i).toEpochMilli(),
              TimestampType.CREATE_TIME,
              4,
              black.length,
              "cam1".getBytes(StandardCharsets.UTF_8),
              black,
              headers,
              Optional.empty()));
    }
    return records;
  }

  private Tracing tracing(double ratio) {
    return OtlpTracing.through(SimpleSpanProcessor.create(spans), ratio, "1", "test");
  }

  private static ScoringSettings settings() {
    ScoringSettings usual = ScoringSettings.defaults("residua.score", "1");
    return new ScoringSettings(
        usual.group(),
        usual.instance(),
        1,
        1,
        usual.maxFrames(),
        usual.guarantee(),
        ScoringSettings.MODEL_MEMORY,
        Duration.ZERO,
        Duration.ofMinutes(10), // all frames in one transaction, on a slow machine too
        usual.reconstruction(),
        usual.timelines(),
        usual.limits(),
        usual.references(),
        usual.registry());
  }

  /** What the scoring loop sends to the topic of scores. */
  private static List<ProducerRecord<byte[], byte[]>> scores(
      List<ConsumerRecord<byte[], byte[]>> frames, Tracing tracing) throws Exception {
    MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");
    MockProducer<byte[], byte[]> producer =
        new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
    try (ScoringModel model = BundleOpener.scoring(bundle, 1)) {
      ScoringLoop loop =
          new ScoringLoop(
              consumer,
              new ScoringProducers(() -> producer, Duration.ofSeconds(30)),
              TOPICS,
              ScoringModels.fixed(model),
              source -> SourceRule.DEFAULTS,
              settings(),
              TimelineStore.EMPTY,
              Clock.systemUTC(),
              ScoringListener.NONE,
              Stages.NONE,
              tracing,
              FramesInFlight.none());
      consumer.schedulePollTask(
          () -> {
            consumer.rebalance(List.of(PARTITION));
            consumer.updateBeginningOffsets(Map.of(PARTITION, 0L));
            frames.forEach(consumer::addRecord);
          });
      consumer.schedulePollTask(() -> {});
      consumer.schedulePollTask(loop::stop);
      loop.run();
    }
    return producer.history().stream()
        .filter(record -> record.topic().equals(TOPICS.scores().name()))
        .toList();
  }

  /** The incident that the monitor makes of them. */
  private TestRecord<String, Incident> incident(
      List<ProducerRecord<byte[], byte[]>> scores, Tracing tracing) throws Exception {
    Properties settings = new Properties();
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "residua.monitor");
    settings.put(StreamsConfig.STATE_DIR_CONFIG, stateDirectory.toString());
    try (TopologyTestDriver driver =
        new TopologyTestDriver(
            MonitorTopology.build(
                TOPICS,
                MonitorModels.fixed(
                    BundleOpener.monitor(
                        bundle, AnomalySettings.DEFAULTS, 1e6, IncidentSettings.DEFAULTS)),
                new ControlCommandStore(),
                MonitorRules.NONE,
                SourceLimits.DEFAULTS,
                MonitorListener.NONE,
                tracing),
            settings)) {
      TestInputTopic<byte[], byte[]> input =
          driver.createInputTopic(
              TOPICS.scores().name(), new ByteArraySerializer(), new ByteArraySerializer());
      scores.forEach(
          score -> input.pipeInput(new TestRecord<>(score.key(), score.value(), score.headers())));
      return driver
          .createOutputTopic(
              TOPICS.incidents().name(),
              TOPICS.incidents().key().deserializer(),
              TOPICS.incidents().value().deserializer())
          .readRecord();
    }
  }

  private static String header(Headers headers, String name) {
    Header header = headers.lastHeader(name);
    return header == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
  }

  @Test
  void shouldFollowAFrameFromItsProducerToItsIncident() throws Exception {
    // Given
    Tracing tracing = tracing(0);
    // When
    TestRecord<String, Incident> incident = incident(scores(dark("01"), tracing), tracing);
    // Then
    int frame = (int) incident.value().updatedSequence();
    List<SpanData> trace =
        spans.getFinishedSpanItems().stream()
            .filter(span -> span.getTraceId().equals(traceId(frame)))
            .toList();
    SpanData sentScore = named(trace, "send residua.scores");
    SpanData judged = named(trace, "process residua.scores");
    SpanData sentIncident = named(trace, "send residua.incidents");
    assertThat(sentScore.getParentSpanId()).isEqualTo(spanId(frame));
    assertThat(judged.getParentSpanId()).isEqualTo(sentScore.getSpanId());
    assertThat(sentIncident.getParentSpanId()).isEqualTo(judged.getSpanId());
    assertThat(header(incident.getHeaders(), "traceparent"))
        .isEqualTo("00-%s-%s-01".formatted(traceId(frame), sentIncident.getSpanId()));
    assertThat(header(incident.getHeaders(), "tracestate")).isEqualTo("vendor=1");
    assertThat(header(incident.getHeaders(), "ce_type")).isEqualTo("dev.residua.incident");
  }

  @Test
  void shouldLinkATransactionToItsFramesInTheNamesOfTheConventions() throws Exception {
    // When
    scores(dark("01"), tracing(0));
    // Then
    SpanData batch = named(spans.getFinishedSpanItems(), "process residua.frames");
    assertThat(batch.getParentSpanContext().isValid()).isFalse();
    assertThat(batch.getKind()).isEqualTo(SpanKind.CONSUMER);
    assertThat(batch.getLinks())
        .extracting(link -> link.getSpanContext().getSpanId())
        .containsExactly(
            java.util.stream.IntStream.range(0, FRAMES)
                .mapToObj(FrameTraceTest::spanId)
                .toArray(String[]::new));
    assertThat(batch.getInstrumentationScopeInfo().getSchemaUrl())
        .isEqualTo("https://opentelemetry.io/schemas/1.45.0");
    Map<String, Object> attributes = new java.util.TreeMap<>();
    batch.getAttributes().forEach((key, value) -> attributes.put(key.getKey(), value));
    assertThat(attributes)
        .isEqualTo(
            Map.of(
                "messaging.system.name", "kafka",
                "messaging.operation.name", "process",
                "messaging.operation.type", "process",
                "messaging.destination.name", "residua.frames",
                "messaging.consumer.group.name",
                    batch
                        .getAttributes()
                        .get(
                            io.opentelemetry.api.common.AttributeKey.stringKey(
                                "messaging.consumer.group.name")),
                "messaging.batch.message_count", (long) FRAMES));
  }

  @Test
  void shouldEndWithWhoIsToldOfTheIncident() throws Exception {
    // Given
    Tracing tracing = tracing(0);
    TestRecord<String, Incident> incident = incident(scores(dark("01"), tracing), tracing);
    Headers read;
    try (Tracing.Step step =
        tracing.process(
            TOPICS.incidents().name(), 0, 0, "residua.alert", "cam1", incident.getHeaders())) {
      read = step.headers();
    }
    // When
    tracing.recordNotification("ops", read, Duration.ofMillis(5), "");
    tracing.recordNotification("slack", read, Duration.ofMillis(5), "answers 503");
    tracing.recordNotification("ops", new RecordHeaders(), Duration.ofMillis(5), "");
    // Then
    List<SpanData> all = spans.getFinishedSpanItems();
    SpanData sent = named(all, "send residua.incidents");
    SpanData taken = named(all, "process residua.incidents");
    SpanData notified = named(all, "notify ops");
    assertThat(taken.getParentSpanId()).isEqualTo(sent.getSpanId());
    assertThat(notified.getParentSpanId()).isEqualTo(taken.getSpanId());
    assertThat(notified.getTraceId()).isEqualTo(sent.getTraceId());
    assertThat(notified.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
    assertThat(named(all, "notify slack").getStatus().getDescription()).isEqualTo("answers 503");
    assertThat(all).filteredOn(span -> span.getName().equals("notify ops")).hasSize(1);
  }

  @Test
  void shouldFollowNothingThatItsProducerDoesNot() throws Exception {
    // Given
    Tracing tracing = tracing(1);
    // When
    TestRecord<String, Incident> incident = incident(scores(dark("00"), tracing), tracing);
    // Then
    assertThat(spans.getFinishedSpanItems()).isEmpty();
    assertThat(header(incident.getHeaders(), "traceparent"))
        .startsWith("00-" + traceId((int) incident.value().updatedSequence()))
        .endsWith("-00");
  }

  @Test
  void shouldCarryATraceOnWhereNoneAreMadeHere() throws Exception {
    // When
    TestRecord<String, Incident> incident = incident(scores(dark("01"), Tracing.OFF), Tracing.OFF);
    // Then
    int frame = (int) incident.value().updatedSequence();
    assertThat(header(incident.getHeaders(), "traceparent"))
        .isEqualTo("00-%s-%s-01".formatted(traceId(frame), spanId(frame)));
  }

  @Test
  void shouldBeginTracesForAShareOfTheFramesThatHaveNone() throws Exception {
    // When
    List<ProducerRecord<byte[], byte[]>> all = scores(dark(""), tracing(1));
    int followed = spans.getFinishedSpanItems().size();
    spans.reset();
    List<ProducerRecord<byte[], byte[]>> none = scores(dark(""), tracing(0));
    // Then
    assertThat(followed).isEqualTo(FRAMES + 1);
    assertThat(all).allMatch(score -> header(score.headers(), "traceparent").endsWith("-01"));
    assertThat(spans.getFinishedSpanItems()).isEmpty();
    assertThat(none).hasSize(FRAMES);
  }

  @Test
  void shouldAddNoHeadersWhereThereIsNoTrace() throws Exception {
    // When
    List<ProducerRecord<byte[], byte[]>> scores = scores(dark(""), Tracing.OFF);
    // Then
    assertThat(scores)
        .hasSize(FRAMES)
        .allSatisfy(
            score ->
                assertThat(score.headers())
                    .extracting(Header::key)
                    .containsExactly(LatentNames.HEADER));
  }

  private static SpanData named(List<SpanData> spans, String name) {
    return spans.stream().filter(span -> span.getName().equals(name)).findFirst().orElseThrow();
  }
}
