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
import java.util.Arrays;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameReaderTest {
  private static final byte[] KEY = "cam1".getBytes(StandardCharsets.UTF_8);
  private static final long TIMESTAMP = 1_772_366_400_123L;
  private static final Frame FRAME =
      new Frame(
          "cam1",
          42,
          Instant.parse("2026-03-01T12:00:00.123456Z"),
          2,
          1,
          PixelFormat.RGB8,
          new byte[] {0, 127, -1, 1, 2, 3},
          Map.of("factor.light", "93.5"));

  private final FrameReader reader = new FrameReader(FrameLimits.DEFAULTS);

  private static ConsumerRecord<byte[], byte[]> record(byte[] key, byte[] value) {
    return new ConsumerRecord<>(
        "residua.frames",
        3,
        4711,
        TIMESTAMP,
        TimestampType.CREATE_TIME,
        -1,
        -1,
        key,
        value,
        new RecordHeaders(),
        java.util.Optional.empty());
  }

  private RejectedFrameException refused(byte[] key, byte[] value) {
    RejectedFrameException why =
        catchThrowableOfType(RejectedFrameException.class, () -> reader.read(record(key, value)));
    assertThat(why).as("the record was accepted").isNotNull();
    return why;
  }

  @Test
  void shouldReadWhatItWrote() throws Exception {
    // When
    Frame read = reader.read(record(KEY, FrameReader.write(FRAME))).frame();
    // Then
    assertThat(read).usingRecursiveComparison().isEqualTo(FRAME);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0001-01-01T00:00:00Z", // the zero time of Go
        "1969-12-31T23:59:59.999999Z",
        "2262-01-01T00:00:00Z",
        "+292278-01-01T00:00:00Z"
      })
  void shouldRefuseTimesThatNoCameraHas(Instant capturedAt) {
    // When
    RejectedFrameException why = refused(KEY, FrameReader.write(capturedAt(capturedAt)));
    // Then
    assertThat(why.reason()).isEqualTo(Reason.CORRUPT);
    assertThat(why).hasMessageContaining("capturedAt").hasMessageContaining("" + capturedAt);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1970-01-01T00:00:00Z", "2261-12-31T23:59:59.999999Z"})
  void shouldAcceptTheFirstAndTheLastTime(Instant capturedAt) throws Exception {
    // When
    Frame read = reader.read(record(KEY, FrameReader.write(capturedAt(capturedAt)))).frame();
    // Then
    assertThat(read.capturedAt()).isEqualTo(capturedAt);
  }

  private static Frame capturedAt(Instant time) {
    return new Frame("cam1", 42, time, 2, 1, PixelFormat.RGB8, FRAME.data(), FRAME.attributes());
  }

  @Test
  void shouldTakeABarePngWithItsOffsetAndTimestamp() throws Exception {
    // Given
    byte[] png = Frames.png(16, 16);
    // When
    Frame read = reader.read(record(KEY, png)).frame();
    // Then
    assertThat(read.format()).isEqualTo(PixelFormat.PNG);
    assertThat(read.sequence()).isEqualTo(4711);
    assertThat(read.capturedAt()).isEqualTo(Instant.ofEpochMilli(TIMESTAMP));
    assertThat(read.data()).isEqualTo(png);
  }

  @Test
  void shouldSayThatAValueIsMissing() {
    // When, Then
    assertThat(refused(KEY, null).reason()).isEqualTo(Reason.EMPTY);
    assertThat(refused(KEY, new byte[0])).hasMessageContaining("a value of 0 bytes");
  }

  @Test
  void shouldSayWhatIsWrongWithTheKey() {
    // Given
    byte[] value = FrameReader.write(FRAME);
    // When, Then
    assertThat(refused(null, value).reason()).isEqualTo(Reason.SOURCE);
    assertThat(refused(new byte[] {(byte) 0xff, 1}, value)).hasMessageContaining("not UTF-8");
    assertThat(refused("  ".getBytes(StandardCharsets.UTF_8), value))
        .hasMessageContaining("all blank");
    assertThat(refused("cam1\0R0000".getBytes(StandardCharsets.UTF_8), value))
        .hasMessageContaining("the character 0");
    assertThat(refused("cam2".getBytes(StandardCharsets.UTF_8), value))
        .hasMessageContaining("'cam1'")
        .hasMessageContaining("'cam2'");
  }

  @Test
  void shouldSayWhichFingerprintIsUnknown() {
    // Given
    byte[] value = FrameReader.write(FRAME);
    Arrays.fill(value, 2, 10, (byte) 0xab);
    // When
    RejectedFrameException why = refused(KEY, value);
    // Then
    assertThat(why.reason()).isEqualTo(Reason.UNKNOWN_SCHEMA);
    assertThat(why).hasMessageContaining("0xabababababababab");
  }

  @Test
  void shouldSayWhatToSetForARecordWithASchemasId() {
    // When
    RejectedFrameException why = refused(KEY, new byte[] {0, 0, 0, 0, 1, 2, 3});
    // Then
    assertThat(why.reason()).isEqualTo(Reason.UNKNOWN_SCHEMA);
    assertThat(why).hasMessageContaining("set residua.registry.url");
  }

  @Test
  void shouldRefuseARecordThatIsCutShortAnywhere() {
    // Given
    byte[] value = FrameReader.write(FRAME);
    for (int length = 10; length < value.length; length++) {
      // When
      RejectedFrameException why = refused(KEY, Arrays.copyOf(value, length));
      // Then
      assertThat(why.reason()).isEqualTo(Reason.CORRUPT);
    }
  }

  @Test
  void shouldRefuseTextAndSayWhatWasExpected() {
    // When
    RejectedFrameException why = refused(KEY, "hello, camera".getBytes(StandardCharsets.UTF_8));
    // Then
    assertThat(why.reason()).isEqualTo(Reason.UNKNOWN_FORMAT);
    assertThat(why).hasMessageContaining("68 65 6C 6C").hasMessageContaining("PNG");
  }

  @Test
  void shouldRefuseAValueOverTheLimitWithoutReadingIt() {
    // Given
    FrameReader strict = new FrameReader(new FrameLimits(100, 64, 4096));
    // When
    RejectedFrameException why =
        catchThrowableOfType(
            RejectedFrameException.class, () -> strict.read(record(KEY, Frames.png(64, 64))));
    // Then
    assertThat(why.reason()).isEqualTo(Reason.TOO_LARGE);
    assertThat(why).hasMessageContaining("100");
  }
}
