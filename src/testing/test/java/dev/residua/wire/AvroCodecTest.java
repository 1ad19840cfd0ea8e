package dev.residua.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.anomaly.AnomalyKind;
import dev.residua.causal.Finding;
import dev.residua.causal.Summary;
import dev.residua.frame.FramePosition;
import dev.residua.incident.Subject;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.IndexedRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AvroCodecTest {
  /** An event that only this test knows. */
  record LensCleaned(
      Finding finding,
      AnomalyKind before,
      Subject subject,
      Interval interval,
      double gain,
      @Nullable Integer times,
      @Nullable Interval planned,
      List<Interval> earlier,
      float[] levels,
      Duration took,
      byte[] picture) {}

  /** A part of it. */
  record Interval(long from, long until) {}

  private static final Schema INTERVAL =
      SchemaBuilder.record("Interval")
          .namespace("made.up")
          .fields()
          .requiredLong("from")
          .requiredLong("until")
          .endRecord();

  private static final Schema SCHEMA =
      SchemaBuilder.record("LensCleaned")
          .namespace("made.up")
          .fields()
          .name("finding")
          .type(dev.residua.avro.Finding.getClassSchema())
          .noDefault()
          .name("before")
          .type(dev.residua.avro.AnomalyKind.getClassSchema())
          .noDefault()
          .requiredString("subject")
          .requiredLong("from")
          .requiredLong("until")
          .optionalDouble("gain")
          .optionalInt("times")
          .name("planned")
          .type()
          .optional()
          .type(INTERVAL)
          .name("earlier")
          .type()
          .array()
          .items(INTERVAL)
          .noDefault()
          .name("levels")
          .type()
          .array()
          .items()
          .floatType()
          .noDefault()
          .requiredLong("tookMillis")
          .requiredBytes("picture")
          .endRecord();

  private static final AvroCodec<LensCleaned> CODEC = AvroCodec.of(LensCleaned.class, SCHEMA);

  private static final Finding FINDING =
      new Finding(
          "e",
          "e",
          "cam1",
          1,
          2,
          Instant.EPOCH,
          Instant.EPOCH.plusNanos(5_000),
          "m",
          "d",
          Finding.Severity.WARNING,
          new Summary("Lens was cleaned", "the lens was cleaned"),
          List.of(new Finding.Cause("light", List.of("lamp"), 4, Double.NaN, 1)),
          List.of(new Finding.Reading("light", 1, 2)),
          new FramePosition("frames", 3, 4),
          Map.of("page", "http://a"),
          null);

  private static LensCleaned event(double gain, @Nullable Interval planned) {
    return new LensCleaned(
        FINDING,
        AnomalyKind.BLURRED,
        Subject.MOVED,
        new Interval(1, 9),
        gain,
        planned == null ? null : 3,
        planned,
        List.of(new Interval(2, 3), new Interval(4, 5)),
        new float[] {1, 2.5f},
        Duration.ofSeconds(90),
        new byte[] {1, 2, 3});
  }

  @Test
  void shouldReadWhatItWritesOfARecordThatItDoesNotKnow() {
    for (LensCleaned event : List.of(event(0.5, new Interval(7, 8)), event(Double.NaN, null))) {
      // When
      LensCleaned read = CODEC.toJava(CODEC.toAvro(event));

      // Then
      assertThat(read)
          .usingRecursiveComparison()
          .withEqualsForType(Double::equals, Double.class) // NaN too
          .isEqualTo(event);
    }
  }

  @Test
  void shouldStoreNumbersThatAreMissingAsNull() {
    // When
    IndexedRecord record = CODEC.toAvro(event(Double.NaN, null));

    // Then
    assertThat(record.get(SCHEMA.getField("gain").pos())).isNull();
    assertThat(record.get(SCHEMA.getField("times").pos())).isNull();
    assertThat(record.get(SCHEMA.getField("tookMillis").pos())).isEqualTo(90_000L);
    assertThat(record.get(SCHEMA.getField("until").pos())).isEqualTo(9L);
  }

  @Test
  void shouldRefuseValuesThatTheComponentCannotHave() {
    // Given
    IndexedRecord unknown = CODEC.toAvro(event(1, null));
    unknown.put(
        SCHEMA.getField("before").pos(),
        new GenericData.EnumSymbol(SCHEMA.getField("before").schema(), "LATER"));
    IndexedRecord missing = CODEC.toAvro(event(1, null));
    missing.put(SCHEMA.getField("subject").pos(), null);
    IndexedRecord many = CODEC.toAvro(event(1, null));
    many.put(
        SCHEMA.getField("earlier").pos(),
        Collections.nCopies(AvroCodec.MAX_ITEMS + 1, many.get(SCHEMA.getField("earlier").pos())));

    // When, Then
    assertThatThrownBy(() -> CODEC.toJava(unknown))
        .hasMessage("before: this version does not know the value LATER");
    assertThatThrownBy(() -> CODEC.toJava(missing)).hasMessage("subject is missing");
    assertThatThrownBy(() -> CODEC.toJava(many))
        .hasMessage(
            "earlier: %d items, more than %d", AvroCodec.MAX_ITEMS + 1, AvroCodec.MAX_ITEMS);
  }

  @Test
  void shouldRefuseAComponentWithoutAFieldOfItsType() {
    // Given
    record Unknown(String other) {}
    record Wrong(int from) {}

    // When, Then
    assertThatThrownBy(() -> AvroCodec.of(Unknown.class, INTERVAL))
        .hasMessageContaining("Interval has no field for other");
    assertThatThrownBy(() -> AvroCodec.of(Wrong.class, INTERVAL))
        .hasMessageContaining("a value of int cannot be stored as \"long\"");
  }
}
