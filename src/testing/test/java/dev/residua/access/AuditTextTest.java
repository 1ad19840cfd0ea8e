package dev.residua.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.access.AuditEntry.Outcome;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class AuditTextTest {
  private static AuditEntry entry(List<String> sources, int count, String scene, String detail) {
    return new AuditEntry(
        Instant.parse("2026-05-01T10:00:00Z"),
        "kim",
        "silence",
        "id-1",
        sources,
        count,
        scene,
        Outcome.DONE,
        detail);
  }

  @Test
  void shouldSayWhatAnEntryConcerned() {
    assertThat(AuditExport.TEXT.line(entry(List.of("cam1"), 1, "", "belt")))
        .isEqualTo("2026-05-01T10:00:00Z  done    kim  silence id-1  cam1  belt\n");
    assertThat(AuditExport.TEXT.line(entry(List.of("cam1"), 7, "", ""))).contains("  7 sources");
    assertThat(AuditExport.TEXT.line(entry(List.of(), 0, "pumps", ""))).contains("  scene pumps");
    assertThat(AuditExport.TEXT.line(entry(List.of(), 0, "", "belt"))).endsWith("id-1  -  belt\n");
  }

  @Test
  void shouldShowNoControlCharactersOfOthers() {
    assertThat(AuditExport.TEXT.line(entry(List.of(), 0, "", "a\u001b[31mb")))
        .doesNotContain("\u001b");
  }
}
