package dev.residua.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.junit.jupiter.api.Test;

class SchemaRegistrationTest {
  @Test
  void shouldKnowTheTopicOfEveryRecord() {
    // When
    Map<Topic<?, ?>, ?> records = SchemaRegistration.records(new Topics("residua."));
    // Then
    assertThat(new HashSet<Object>(records.values()))
        .containsExactlyInAnyOrderElementsOf(SingleObject.RECORDS);
    assertThat(records.keySet()).extracting(Topic::name).contains("residua.frames");
  }

  /**
   * What the default compatibility asks of every change. Compares nothing but version 1 with itself
   * until {@code schemas/released/FROZEN} exists.
   */
  @Test
  void shouldHaveReleasedOnlyVersionsThatReadAllBefore() {
    // Given
    Map<String, List<Schema>> versions = new HashMap<>();
    for (String file : SingleObject.releasedFiles()) {
      Schema schema = SingleObject.releasedSchema(file);
      versions.computeIfAbsent(schema.getName(), name -> new ArrayList<>()).add(schema);
    }
    SingleObject.RECORDS.forEach(
        record -> {
          Schema current = SpecificData.get().getSchema(record);
          versions.get(current.getName()).add(current);
        });
    // When
    List<String> broken = new ArrayList<>();
    int compared = 0;
    for (Map.Entry<String, List<Schema>> record : versions.entrySet()) {
      List<Schema> all = record.getValue();
      for (int later = 1; later < all.size(); later++) {
        for (int before = 0; before < later; before++) {
          compared++;
          for (String rule : SchemaRules.broken(all.get(later), all.get(before))) {
            broken.add(
                "%s v%d cannot read v%d: %s"
                    .formatted(record.getKey(), later + 1, before + 1, rule));
          }
        }
      }
    }
    // Then
    assertThat(versions)
        .hasSize(SingleObject.RECORDS.size() + SingleObject.REGISTRY_RECORDS.size());
    assertThat(compared).isPositive();
    assertThat(broken).isEmpty();
  }
}
