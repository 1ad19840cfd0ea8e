package dev.residua.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.residua.frame.Frame;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.PixelFormat;
import dev.residua.frame.RejectedFrameException;
import dev.residua.frame.RejectedFrameException.Reason;
import dev.residua.testing.Frames;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PostedFramesTest {
  private static final byte[] PNG = Frames.png(16, 16);
  private static final Instant TIME = Instant.parse("2026-03-01T12:00:00.123456Z");
  private static final Map<String, String> NAMED =
      Map.of("content-type", "image/png", PostedFrames.SEQUENCE, "7", PostedFrames.TIME, "" + TIME);

  private final FrameReader reader = new FrameReader(FrameLimits.DEFAULTS);
  private final PostedFrames posted = new PostedFrames(reader, "frames");

  private static Map<String, String> with(Map<String, String> headers, String name, String value) {
    Map<String, String> all = new HashMap<>(headers);
    all.put(name, value);
    return all;
  }

  private static byte[] avro(String source) {
    return FrameReader.write(
        new Frame(source, 7, TIME, 2, 1, PixelFormat.GRAY8, new byte[] {1, 2}, Map.of("a", "b")));
  }

  private RejectedFrameException refused(Map<String, String> headers, byte[] body) {
    RejectedFrameException why =
        catchThrowableOfType(
            RejectedFrameException.class, () -> posted.read("cam1", headers, body));
    assertThat(why).isNotNull();
    return why;
  }

  /** Reads the record as the scoring role does. */
  private FrameReader.Read arrived(PostedFrames.Posted frame) throws RejectedFrameException {
    assertThat(frame.record().topic()).isEqualTo("frames");
    return reader.read(
        new ConsumerRecord<>(
            "frames",
            0,
            4711,
            1_000,
            TimestampType.CREATE_TIME,
            -1,
            -1,
            frame.record().key(),
            frame.record().value(),
            frame.record().headers(),
            Optional.empty()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"image/png", "IMAGE/JPEG; a=b", "application/octet-stream"})
  void shouldPassABareFileUnchanged(String type) throws Exception {
    // When
    PostedFrames.Posted frame = posted.read("cam1", Map.of("content-type", type), PNG);
    // Then
    assertThat(frame.sequence()).isEmpty();
    assertThat(frame.record().headers()).isEmpty();
    assertThat(frame.record().value()).isEqualTo(PNG);
    assertThat(arrived(frame).bareFile()).isTrue();
  }

  @Test
  void shouldGiveAFileItsSequenceTimeAndAttributesAsACloudEvent() throws Exception {
    // When
    PostedFrames.Posted frame =
        posted.read("línea 3/cam+1", with(NAMED, "ce-product", "caf%C3%A9+1"), PNG);
    // Then
    FrameReader.Read read = arrived(frame);
    assertThat(frame.sequence()).isEqualTo(OptionalLong.of(7));
    assertThat(frame.record().value()).isEqualTo(PNG);
    assertThat(read.bareFile()).isFalse();
    assertThat(read.frame().source()).isEqualTo("línea 3/cam+1");
    assertThat(read.frame().sequence()).isEqualTo(7);
    assertThat(read.frame().capturedAt()).isEqualTo(TIME);
    assertThat(read.frame().attributes()).isEqualTo(Map.of("product", "café+1"));
  }

  @Test
  void shouldRecogniseAFileWithATimeAloneByItsBytes() throws Exception {
    // When
    PostedFrames.Posted frame =
        posted.read("cam1", Map.of("content-type", "image/png", PostedFrames.TIME, "" + TIME), PNG);
    // Then
    assertThat(frame.sequence()).isEmpty();
    assertThat(arrived(frame).bareFile()).isTrue();
    assertThat(arrived(frame).frame().capturedAt()).isEqualTo(TIME);
  }

  @Test
  void shouldPassAnAvroFrameUnchanged() throws Exception {
    // Given
    byte[] avro = avro("cam1");
    // When
    PostedFrames.Posted frame =
        posted.read("cam1", Map.of("content-type", "application/avro"), avro);
    // Then
    assertThat(frame.record().value()).isEqualTo(avro);
    assertThat(frame.sequence()).isEqualTo(OptionalLong.of(7));
  }

  @Test
  void shouldPassAStructuredEvent() throws Exception {
    // When
    PostedFrames.Posted frame = posted.read("cam1", structured(), event("\"time\": \"%s\",", TIME));
    // Then
    assertThat(frame.sequence()).isEqualTo(OptionalLong.of(7));
    assertThat(arrived(frame).frame().capturedAt()).isEqualTo(TIME);
  }

  private static Map<String, String> structured() {
    return Map.of("content-type", "application/cloudevents+json; charset=utf-8");
  }

  private static byte[] event(String time, Object... values) {
    return "{\"specversion\": \"1.0\", \"id\": \"a\", \"source\": \"/a\", \"type\": \"a\", %s \"sequence\": \"7\", \"data_base64\": \"%s\"}"
        .formatted(time.formatted(values), Base64.getEncoder().encodeToString(PNG))
        .getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void shouldAddAttributesToAFileAndToAnAvroFrame() throws Exception {
    // Given
    String attributes = " variable.Speed=1250 , product = a=b";
    Map<String, String> wanted = Map.of("variable.Speed", "1250", "product", "a=b");
    // When
    Frame file =
        arrived(posted.read("cam1", with(NAMED, PostedFrames.ATTRIBUTES, attributes), PNG)).frame();
    Frame raw =
        arrived(
                posted.read(
                    "cam1",
                    Map.of("content-type", "application/avro", PostedFrames.ATTRIBUTES, "c=d"),
                    avro("cam1")))
            .frame();
    // Then
    assertThat(file.attributes()).isEqualTo(wanted);
    assertThat(file.sequence()).isEqualTo(7);
    assertThat(file.capturedAt()).isEqualTo(TIME);
    assertThat(file.format()).isEqualTo(PixelFormat.PNG);
    assertThat(raw.attributes()).isEqualTo(Map.of("a", "b", "c", "d"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "content-type|text/plain|UNKNOWN_FORMAT|the content type is 'text/plain'; expected one of application/avro",
        "content-type||UNKNOWN_FORMAT|the content type is ''",
        "ce-sequence|-1|CORRUPT|must be a whole number of at least 0 but was '-1'",
        "ce-sequence|1.5|CORRUPT|'1.5'",
        "ce-time|yesterday|CORRUPT|yesterday",
        "ce-time|1969-12-31T23:59:59Z|CORRUPT|check the camera's clock",
        "ce-not_a_name|x|CORRUPT|not a CloudEvent",
        "ce-product|%zz|CORRUPT|percent-encoding",
        "residua-attributes|speed|CORRUPT|expected NAME=VALUE",
        "residua-attributes|=1|CORRUPT|expected NAME=VALUE"
      })
  void shouldSayWhichHeaderIsWrong(String name, String value, Reason reason, String sentence) {
    // When
    RejectedFrameException why = refused(with(NAMED, name, value == null ? "" : value), PNG);
    // Then
    assertThat(why.reason()).isEqualTo(reason);
    assertThat(why).hasMessageContaining(sentence);
  }

  @Test
  void shouldRefuseASequenceWithoutATimeWhichWouldNotBeRecognisedAgain() {
    // When
    RejectedFrameException header =
        refused(Map.of("content-type", "image/png", PostedFrames.SEQUENCE, "7"), PNG);
    RejectedFrameException event = refused(structured(), event(""));
    // Then
    assertThat(header).hasMessageContaining("no capture time; add the header ce-time");
    assertThat(event).hasMessageContaining("no capture time");
  }

  @Test
  void shouldRefuseAttributesOfABareFile() {
    assertThat(
            refused(
                Map.of("content-type", "image/png", PostedFrames.ATTRIBUTES, "variable.a=1"), PNG))
        .hasMessageContaining("needs the headers ce-sequence and ce-time");
  }

  @Test
  void shouldRefuseWhatTheScoringRoleWouldRefuse() {
    // Given
    Map<String, String> jpeg = Map.of("content-type", "image/jpeg");
    PostedFrames small = new PostedFrames(new FrameReader(limits(PNG.length - 1)), "frames");
    // When, Then
    assertThat(refused(jpeg, new byte[0]).reason()).isEqualTo(Reason.EMPTY);
    assertThat(refused(jpeg, "GIF89a and so on".getBytes(StandardCharsets.US_ASCII)).reason())
        .isEqualTo(Reason.UNKNOWN_FORMAT);
    assertThat(refused(jpeg, avro("cam2")).reason()).isEqualTo(Reason.SOURCE);
    assertThat(
            catchThrowableOfType(RejectedFrameException.class, () -> small.read("cam1", NAMED, PNG))
                .reason())
        .isEqualTo(Reason.TOO_LARGE);
  }

  private static FrameLimits limits(int bytes) {
    return new FrameLimits(bytes, FrameLimits.DEFAULTS.maxSide(), FrameLimits.DEFAULTS.maxPixels());
  }

  @Test
  void shouldRefuseAFrameThatItsAttributesMakeTooLarge() {
    // Given
    PostedFrames small = new PostedFrames(new FrameReader(limits(PNG.length + 60)), "frames");
    // When
    RejectedFrameException why =
        catchThrowableOfType(
            RejectedFrameException.class,
            () ->
                small.read(
                    "cam1", with(NAMED, PostedFrames.ATTRIBUTES, "a=" + "b".repeat(90)), PNG));
    // Then
    assertThat(why.reason()).isEqualTo(Reason.TOO_LARGE);
  }
}
