package dev.residua.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.avro.AnomalyEvent;
import dev.residua.avro.DriftEvent;
import dev.residua.avro.DriftScore;
import dev.residua.avro.FrameScore;
import dev.residua.avro.Incident;
import dev.residua.avro.IncidentGroup;
import dev.residua.avro.InterventionEvent;
import dev.residua.avro.SourceCalibration;
import dev.residua.avro.SourceState;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Topics in every format that can be chosen for them. */
class RecordSerdeTest {
  private static final int ID = 7;

  /** What the topics are read with where nothing is configured. */
  private static final Topics READER = new Topics("t.");

  private FakeRegistry registry;

  @BeforeEach
  void start() throws IOException {
    registry = FakeRegistry.start();
    for (String topic : TopicFormats.TOPICS) {
      String subject = "/subjects/t." + topic + "-value";
      registry.put(subject, "").put("id", ID);
      registry.put(subject + "/versions", "").put("id", ID);
    }
  }

  @AfterEach
  void stop() {
    registry.close();
  }

  private Topics topics(RecordFormat format) {
    Map<String, RecordFormat> formats = new HashMap<>();
    TopicFormats.TOPICS.forEach(topic -> formats.put(topic, format));
    return new Topics("t.", new TopicFormats(formats, Optional.of(registry.settings())));
  }

  /** The example of a topic, as Avro. */
  private static byte[] example(Topic<?, ?> topic) {
    Map<String, Class<? extends SpecificRecordBase>> records =
        Map.of(
            "t.scores", FrameScore.class,
            "t.drift", DriftScore.class,
            "t.anomalies", AnomalyEvent.class,
            "t.drifts", DriftEvent.class,
            "t.interventions", InterventionEvent.class,
            "t.incidents", Incident.class,
            "t.incident-groups", IncidentGroup.class,
            "t.calibrations", SourceCalibration.class,
            "t.source-states", SourceState.class);
    Class<?> type = records.get(topic.name());
    return GoldenRecordsTest.records()
        .filter(type::isInstance)
        .map(RecordSerdeTest::encode)
        .findFirst()
        .orElseThrow();
  }

  @SuppressWarnings("unchecked")
  private static byte[] encode(SpecificRecordBase record) {
    return new SingleObject<>((Class<SpecificRecordBase>) record.getClass()).encode(record);
  }

  private static Map<String, Topic<?, ?>> chosen(Topics topics) {
    Map<String, Topic<?, ?>> chosen = new HashMap<>();
    for (Topic<?, ?> topic : topics.all()) {
      if (TopicFormats.TOPICS.contains(topic.name().substring(2))) {
        chosen.put(topic.name(), topic);
      }
    }
    assertThat(chosen).hasSameSizeAs(TopicFormats.TOPICS);
    return chosen;
  }

  private static <V> byte[] rewritten(Topic<?, V> topic, byte[] avro) {
    return topic.write(topic.read(avro));
  }

  @ParameterizedTest
  @EnumSource(RecordFormat.class)
  void shouldReadEveryFormatOfEveryTopic(RecordFormat format) {
    chosen(topics(format))
        .forEach(
            (name, topic) -> {
              // Given
              byte[] avro = example(topic);
              // When
              byte[] written = rewritten(topic, avro);
              // Then
              assertThat(written[0])
                  .isEqualTo(
                      switch (format) {
                        case AVRO -> (byte) 0xC3;
                        case JSON -> (byte) '{';
                        case AVRO_REGISTRY -> (byte) 0;
                      });
              Topic<?, ?> reader = chosen(topics(RecordFormat.AVRO)).get(name);
              assertThat(reader.read(written))
                  .usingRecursiveComparison()
                  .withComparatorForType(Double::compare, Double.class) // NaN equals itself
                  .withComparatorForType(Float::compare, Float.class)
                  .isEqualTo(reader.read(avro));
            });
  }

  @Test
  void shouldSayWhichContentATopicHas() {
    assertThat(topics(RecordFormat.JSON).incidents().contentType()).isEqualTo("application/json");
    assertThat(READER.incidents().contentType()).isEqualTo("application/avro");
  }

  @Test
  void shouldWriteTheIdOfTheNewestSchemaAndTheBareRecord() {
    // Given
    Topics topics = topics(RecordFormat.AVRO_REGISTRY);
    byte[] avro = example(topics.scores());
    // When
    byte[] written = rewritten(topics.scores(), avro);
    // Then
    assertThat(ByteBuffer.wrap(written).get()).isZero();
    assertThat(ByteBuffer.wrap(written).getInt(1)).isEqualTo(ID);
    byte[] bare = Arrays.copyOfRange(avro, 10, avro.length);
    assertThat(Arrays.copyOfRange(written, 5, written.length)).isEqualTo(bare);
  }

  @Test
  void shouldNeedNoRegistryOnceTheSchemasAreRegistered() {
    // Given
    Topics topics = topics(RecordFormat.AVRO_REGISTRY);
    topics.registerSchemas();
    assertThat(registry.requests).hasSize(TopicFormats.TOPICS.size());
    registry.close();
    // When
    byte[] written = rewritten(topics.scores(), example(topics.scores()));
    // Then
    assertThat(topics.scores().read(written)).isNotNull();
  }

  @Test
  void shouldFailToRegisterWhereTheRegistryIsAway() {
    // Given
    registry.failures = 1;
    // When, Then
    assertThatThrownBy(() -> topics(RecordFormat.AVRO_REGISTRY).registerSchemas())
        .isInstanceOf(RegistryUnavailableException.class);
  }

  @Test
  void shouldSayThatARegistryIsNeeded() {
    // Given
    Topics topics = topics(RecordFormat.AVRO_REGISTRY);
    byte[] written = rewritten(topics.scores(), example(topics.scores()));
    // When, Then
    assertThatThrownBy(() -> READER.scores().read(written))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("residua.registry.url");
  }

  @Test
  void shouldRefuseTheIdOfAnotherSchema() {
    // Given
    Topics topics = topics(RecordFormat.AVRO_REGISTRY);
    byte[] written = rewritten(topics.scores(), example(topics.scores()));
    written[4]++;
    // When, Then
    assertThatThrownBy(() -> topics.scores().read(written))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("id 8");
    byte[] cut = Arrays.copyOf(written, 5);
    assertThatThrownBy(() -> topics.scores().read(cut)).isInstanceOf(SerializationException.class);
  }

  @Test
  void shouldBoundTheRecordsThatAreRead() {
    // Given
    byte[] json = new byte[4 * AvroCodec.MAX_EVENT_BYTES + 1];
    Arrays.fill(json, (byte) ' ');
    json[0] = '{';
    // When, Then
    assertThatThrownBy(() -> READER.incidents().read(json))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("more than");
  }

  @Test
  void shouldRefuseFormatsThatCannotBeUsed() {
    assertThatThrownBy(
            () -> new TopicFormats(Map.of("frames", RecordFormat.JSON), Optional.empty()))
        .hasMessageContaining("residua.formats.frames")
        .hasMessageContaining("scores, drift");
    assertThatThrownBy(
            () -> new TopicFormats(Map.of("scores", RecordFormat.AVRO_REGISTRY), Optional.empty()))
        .hasMessageContaining("set residua.registry.url");
  }
}
