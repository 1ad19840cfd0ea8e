package dev.residua.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.residua.frame.Frame;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.PixelFormat;
import dev.residua.frame.RejectedFrameException;
import dev.residua.frame.RejectedFrameException.Reason;
import dev.residua.testing.Frames;
import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.cloudevents.core.message.Encoding;
import io.cloudevents.jackson.JsonFormat;
import io.cloudevents.kafka.CloudEventSerializer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames as CloudEvents, as the SDK of CloudEvents writes them. */
class FrameEventTest {
  private static final byte[] PNG = Frames.png(16, 16);
  private static final Instant TIME = Instant.parse("2026-03-01T12:00:00.123456Z");
  private static final long TIMESTAMP = 1_772_366_500_000L;
  private static final long OFFSET = 4711;

  private final FrameReader reader = new FrameReader(FrameLimits.DEFAULTS);

  private static CloudEventBuilder event() {
    return CloudEventBuilder.v1()
        .withId("b7c1")
        .withSource(URI.create("/line3/camera"))
        .withType("com.example.picture")
        .withData("image/png", PNG);
  }

  private static ConsumerRecord<byte[], byte[]> record(Headers headers, byte[] value) {
    return new ConsumerRecord<>(
        "residua.frames",
        3,
        OFFSET,
        TIMESTAMP,
        TimestampType.CREATE_TIME,
        -1,
        -1,
        "cam1".getBytes(StandardCharsets.UTF_8),
        value,
        headers,
        Optional.empty());
  }

  private static ConsumerRecord<byte[], byte[]> record(CloudEvent event, Encoding encoding) {
    Map<String, Object> settings = new HashMap<>();
    settings.put(CloudEventSerializer.ENCODING_CONFIG, encoding);
    if (encoding == Encoding.STRUCTURED) {
      settings.put(CloudEventSerializer.EVENT_FORMAT_CONFIG, JsonFormat.CONTENT_TYPE);
    }
    Headers headers = new RecordHeaders();
    try (CloudEventSerializer serializer = new CloudEventSerializer()) {
      serializer.configure(settings, false);
      return record(headers, serializer.serialize("residua.frames", headers, event));
    }
  }

  private RejectedFrameException refused(ConsumerRecord<byte[], byte[]> record) {
    RejectedFrameException why =
        catchThrowableOfType(RejectedFrameException.class, () -> reader.read(record));
    assertThat(why).as("the record was accepted").isNotNull();
    return why;
  }

  @ParameterizedTest
  @EnumSource(
      value = Encoding.class,
      names = {"BINARY", "STRUCTURED"})
  void shouldTakeTimeSequenceAndExtensions(Encoding encoding) throws Exception {
    // Given
    CloudEvent event =
        event()
            .withTime(OffsetDateTime.parse("2026-03-01T14:00:00.123456+02:00"))
            .withExtension("sequence", "0042")
            .withExtension("product", "cap 30")
            .build();
    // When
    FrameReader.Read read = reader.read(record(event, encoding));
    // Then
    assertThat(read.bareFile()).isFalse();
    assertThat(read.frame())
        .usingRecursiveComparison()
        .isEqualTo(
            new Frame("cam1", 42, TIME, 0, 0, PixelFormat.PNG, PNG, Map.of("product", "cap 30")));
  }

  @ParameterizedTest
  @EnumSource(
      value = Encoding.class,
      names = {"BINARY", "STRUCTURED"})
  void shouldTakeOffsetAndTimestampWhereTheEventHasNeither(Encoding encoding) throws Exception {
    // When
    FrameReader.Read read = reader.read(record(event().build(), encoding));
    // Then
    assertThat(read.bareFile()).isTrue();
    assertThat(read.frame().sequence()).isEqualTo(OFFSET);
    assertThat(read.frame().capturedAt()).isEqualTo(Instant.ofEpochMilli(TIMESTAMP));
    assertThat(read.frame().data()).isEqualTo(PNG);
  }

  @ParameterizedTest
  @EnumSource(
      value = Encoding.class,
      names = {"BINARY", "STRUCTURED"})
  void shouldReadAnAvroFrameAsWithoutTheEvent(Encoding encoding) throws Exception {
    // Given
    Frame frame =
        new Frame("cam1", 9, TIME, 1, 1, PixelFormat.GRAY8, new byte[] {5}, Map.of("a", "b"));
    CloudEvent event =
        event()
            .withData("application/avro", FrameReader.write(frame))
            .withExtension("sequence", "1")
            .build();
    // When
    FrameReader.Read read = reader.read(record(event, encoding));
    // Then
    assertThat(read.bareFile()).isFalse();
    assertThat(read.frame()).usingRecursiveComparison().isEqualTo(frame);
  }

  @Test
  void shouldRecogniseAnEventInJsonWithoutHeaders() throws Exception {
    // Given
    String json =
        "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"c\",\"type\":\"t\",\"data_base64\":\"%s\"}"
            .formatted(Base64.getEncoder().encodeToString(PNG));
    // When
    Frame frame = reader.read(record(new RecordHeaders(), bytes(json))).frame();
    // Then
    assertThat(frame.data()).isEqualTo(PNG);
  }

  @Test
  void shouldRefuseAnEventWithoutData() {
    // Given
    CloudEvent event = CloudEventBuilder.v1(event().build()).withoutData().build();
    // When
    RejectedFrameException why = refused(record(event, Encoding.STRUCTURED));
    // Then
    assertThat(why.reason()).isEqualTo(Reason.EMPTY);
    assertThat(why).hasMessageContaining("b7c1").hasMessageContaining("data_base64");
  }

  @Test
  void shouldRefuseDataThatIsNoFrame() {
    // Given
    CloudEvent event = event().withData("text/plain", bytes("hello")).build();
    // When
    RejectedFrameException why = refused(record(event, Encoding.BINARY));
    // Then
    assertThat(why.reason()).isEqualTo(Reason.UNKNOWN_FORMAT);
    assertThat(why).hasMessageContaining("68 65 6C 6C");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "later", "", "99999999999999999999"})
  void shouldRefuseASequenceThatIsNoNumber(String sequence) {
    // Given
    CloudEvent event = event().withExtension("sequence", sequence).build();
    // When
    RejectedFrameException why = refused(record(event, Encoding.BINARY));
    // Then
    assertThat(why.reason()).isEqualTo(Reason.CORRUPT);
    assertThat(why).hasMessageContaining("sequence").hasMessageContaining("'" + sequence + "'");
  }

  @Test
  void shouldRefuseATimeThatNoCameraHas() {
    // Given
    CloudEvent event = event().withTime(OffsetDateTime.parse("1969-12-31T00:00:00Z")).build();
    // When, Then
    assertThat(refused(record(event, Encoding.BINARY)).reason()).isEqualTo(Reason.CORRUPT);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "{}",
        "{\"specversion\":\"1.0\"}",
        "{\"specversion\":\"2.0\",\"id\":\"1\",\"source\":\"c\",\"type\":\"t\"}",
        "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"c\",\"type\":\"t\",\"time\":\"now\"}",
        "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"c\",\"type\":\"t\",\"data_base64\":\"*\"}"
      })
  void shouldRefuseJsonThatIsNoEvent(String json) {
    // When
    RejectedFrameException why = refused(record(new RecordHeaders(), bytes(json)));
    // Then
    assertThat(why.reason()).isEqualTo(Reason.CORRUPT);
    assertThat(why).hasMessageContaining("CloudEvent");
  }

  @Test
  void shouldRefuseHeadersThatAreNoEvent() {
    // Given
    Headers headers = new RecordHeaders();
    headers.add("ce_specversion", bytes("1.0")); // and no id, source and type
    // When
    RejectedFrameException why = refused(record(headers, PNG));
    // Then
    assertThat(why.reason()).isEqualTo(Reason.CORRUPT);
    assertThat(why).hasMessageContaining("CloudEvent");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
