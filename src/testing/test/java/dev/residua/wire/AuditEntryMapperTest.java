package dev.residua.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.access.AuditEntry;
import dev.residua.access.AuditEntry.Outcome;
import java.time.Instant;
import java.util.List;
import org.apache.avro.generic.IndexedRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AuditEntryMapperTest {
  private static final Topic<String, AuditEntry> TOPIC = new Topics(Topics.DEFAULT_PREFIX).audit();

  @ParameterizedTest
  @EnumSource
  void shouldReadWhatItWrites(Outcome outcome) {
    // Given
    AuditEntry entry =
        new AuditEntry(
            Instant.parse("2026-05-01T10:00:00.000001Z"),
            "kim",
            "promote",
            "model-2",
            List.of("a"),
            3,
            "pumps",
            outcome,
            "why");
    // When, Then
    assertThat(TOPIC.read(TOPIC.write(entry))).isEqualTo(entry);
  }

  @Test
  void shouldRefuseWhatIsNoEntry() {
    // Given
    AvroCodec<AuditEntry> codec =
        AvroCodec.of(AuditEntry.class, dev.residua.avro.AuditEntry.getClassSchema());
    IndexedRecord record =
        codec.toAvro(
            new AuditEntry(Instant.EPOCH, "kim", "note", "i", List.of(), 0, "", Outcome.DONE, ""));
    ((dev.residua.avro.AuditEntry) record).setSourceCount(-1);
    // When, Then
    assertThatThrownBy(() -> codec.toJava(record)).hasMessageContaining("counts -1");
  }
}
