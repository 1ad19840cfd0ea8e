package dev.residua.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.avro.ActivationKind;
import dev.residua.avro.ActivationStart;
import dev.residua.avro.ModelActivation;
import dev.residua.avro.ModelEntry;
import dev.residua.model.RegistryRecord;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.Test;

class ModelRecordsTest {
  private static final Instant AT = Instant.parse("2026-03-01T12:00:00Z");
  private static final SingleObject<ModelEntry> ENTRY = new SingleObject<>(ModelEntry.class);
  private static final SingleObject<ModelActivation> ACTIVATION =
      new SingleObject<>(ModelActivation.class);
  private static final SingleObject<ActivationStart> START =
      new SingleObject<>(ActivationStart.class);

  private static byte[] entry(String id, int parts) {
    return ENTRY.encode(
        new ModelEntry(
            id, "default", "d", null, AT, "kim", 1_000L, "s", parts, null, null, Map.of(),
            List.of(), null));
  }

  private static byte[] activation(long number) {
    return ACTIVATION.encode(
        new ModelActivation(
            number, "default", "m", "d", ActivationKind.PROMOTION, AT, "kim", "a test"));
  }

  private static void refused(String key, byte[] value, String why) {
    assertThatThrownBy(() -> ModelRecords.fact(ModelRecords.key(key), value))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("'" + key + "'")
        .hasMessageContaining(why);
  }

  @Test
  void shouldReadTheLargestValuesThatItAllows() {
    // When, Then
    assertThat(ModelRecords.fact(ModelRecords.key("model/m"), entry("m", 512)))
        .containsInstanceOf(RegistryRecord.Entry.class);
  }

  @Test
  void shouldKeepWhatAModelCannotReadAndWhoAcceptedIt() {
    // Given
    RegistryRecord.Entry entry =
        new RegistryRecord.Entry(
            "m",
            "default",
            "d",
            null,
            AT,
            "kim",
            1_000,
            "s",
            1,
            null,
            null,
            Map.of(),
            List.of("the frames do not determine light"),
            "ann");
    // When
    Optional<RegistryRecord> read =
        ModelRecords.fact(ModelRecords.key(entry.key()), ModelRecords.value(entry));
    // Then
    assertThat(read).contains(entry);
    assertThat(entry.refusal()).isEmpty();
    assertThat(entry.withAcceptedBy(null).refusal())
        .hasValueSatisfying(
            why ->
                assertThat(why)
                    .contains("the frames do not determine light", "model promote m --accept"));
  }

  @Test
  void shouldRefuseValuesThatNoRegistryCanGoOnFrom() {
    // When, Then
    refused("model/m", entry("m", Integer.MAX_VALUE), "2147483647 parts");
    refused("activation/-1", activation(-1), "at least 0 but was -1");
    refused("start/1/0", START.encode(new ActivationStart(-1L, 0, 0L)), "number");
    refused("activation/5", activation(6), "belongs to the key 'activation/6'");
    refused("model/m", "junk".getBytes(java.nio.charset.StandardCharsets.UTF_8), "4 bytes");
  }
}
