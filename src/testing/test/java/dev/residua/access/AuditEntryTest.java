package dev.residua.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.access.AuditEntry.Outcome;
import dev.residua.source.SourceRule;
import dev.residua.source.SourceRules;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AuditEntryTest {
  private static final Instant AT = Instant.parse("2026-05-01T10:00:00Z");
  private static final SourceRules RULES =
      new SourceRules(
          List.of(
              SourceRule.of("p", "p/*").with(r -> r.revision(1).scene("pumps")),
              SourceRule.of("v", "v/*").with(r -> r.revision(1).scene("valves"))));

  static AuditEntry entry(List<String> sources, int count, String scene) {
    return new AuditEntry(
        AT, "kim", "silence", "id-1", sources, count, scene, Outcome.DONE, "belt, \"new\"");
  }

  private static boolean visible(String grants, AuditEntry entry) {
    return entry.isVisibleTo(new Visitor(new Person("lee", Grants.parse(grants)), RULES));
  }

  @Test
  void shouldShowAnOwnerOfAPartWhatConcernsThatPartOnly() {
    String part = "owner:scene=pumps";
    assertThat(visible(part, entry(List.of("p/1", "p/2"), 2, ""))).isTrue();
    assertThat(visible(part, entry(List.of("p/1", "v/1"), 2, ""))).isFalse();
    assertThat(visible(part, entry(List.of("p/1"), 2, ""))).as("another unnamed one").isFalse();
    assertThat(visible(part, entry(List.of(), 0, ""))).isFalse();
    assertThat(visible(part, entry(List.of(), 0, "pumps"))).isTrue();
    assertThat(visible(part, entry(List.of(), 0, "valves"))).isFalse();
    assertThat(visible("operator", entry(List.of("p/1"), 1, ""))).isFalse();
    assertThat(visible("owner", entry(List.of(), 0, ""))).isTrue();
  }

  @Test
  void shouldBoundWhatItHolds() {
    // When
    AuditEntry entry =
        new AuditEntry(
            AT,
            " ",
            "silence",
            "x".repeat(9_999),
            IntStream.range(0, 50).mapToObj(i -> "s" + i).toList(),
            50,
            "",
            Outcome.DENIED,
            "y".repeat(9_999));
    // Then
    assertThat(entry.by()).isEqualTo("unknown");
    assertThat(entry.target()).hasSize(AuditEntry.MAX_TARGET).endsWith("…");
    assertThat(entry.sources()).hasSize(AuditEntry.MAX_SOURCES);
    assertThat(entry.sourceCount()).isEqualTo(50);
    assertThat(entry.detail()).hasSize(AuditEntry.MAX_DETAIL);
    assertThatThrownBy(() -> entry(List.of("a", "b"), 1, ""))
        .hasMessageContaining("names 2 sources but counts 1");
  }

  @ParameterizedTest
  @CsvSource({
    "'', '', '', '', true",
    "BELT, '', '', '', true",
    "p/1, done, '', '', true",
    "kim, denied, '', '', false",
    "lee, '', '', '', false",
    "'', '', 2026-05-01T10:00:00Z, 2026-05-01T10:00:00Z, true",
    "'', '', 2026-05-01T10:00:01Z, '', false",
    "'', '', '', 2026-05-01T11:59:59+02:00, false"
  })
  void shouldFindByTextOutcomeAndTime(
      String text, String outcome, String from, String to, boolean found) {
    assertThat(AuditQuery.of(text, outcome, from, to).matches(entry(List.of("p/1"), 1, "")))
        .isEqualTo(found);
  }

  @ParameterizedTest
  @CsvSource({
    "maybe, '', '', outcome must be",
    "'', yesterday, '', from must be a time",
    "'', 2026-05-02T00:00:00Z, 2026-05-01T00:00:00Z, before it begins"
  })
  void shouldRefuseWhatIsNoQuery(String outcome, String from, String to, String why) {
    assertThatThrownBy(() -> AuditQuery.of("", outcome, from, to)).hasMessageContaining(why);
  }

  @Test
  void shouldExportLinesThatOtherProgramsRead() {
    // Given
    AuditEntry entry = entry(List.of("p/1", "p/2"), 2, "");
    AuditEntry formula =
        new AuditEntry(AT, "=1+1", "note", "i", List.of(), 0, "", Outcome.DONE, "a\nb");
    // When, Then
    assertThat(AuditExport.CSV.start())
        .isEqualTo("at,by,action,target,sources,sourceCount,scene,outcome,detail\n");
    assertThat(AuditExport.CSV.line(entry))
        .isEqualTo(
            "2026-05-01T10:00:00Z,kim,silence,id-1,\"p/1 p/2\",2,,done,\"belt, \"\"new\"\"\"\n");
    assertThat(AuditExport.CSV.line(formula)).contains("'=1+1");
    assertThat(AuditExport.JSONL.line(formula))
        .isEqualTo(
            "{\"at\":\"2026-05-01T10:00:00Z\",\"by\":\"=1+1\",\"action\":\"note\",\"target\":\"i\",\"sources\":[],\"sourceCount\":0,\"scene\":\"\",\"outcome\":\"done\",\"detail\":\"a\\nb\"}\n");
  }

  @Test
  void shouldRecordSomeDeniedRequestsPerMinuteAndCountTheOthers() {
    // Given
    DeniedLimit limit = new DeniedLimit(DeniedLimit.OF_PEOPLE);
    // When, Then
    for (int i = 0; i < DeniedLimit.OF_PEOPLE; i++) {
      assertThat(limit.admit(AT.plusSeconds(i / 2))).isZero();
    }
    assertThat(limit.admit(AT.plusSeconds(59))).isEqualTo(-1);
    assertThat(limit.admit(AT.plusSeconds(59))).isEqualTo(-1);
    assertThat(limit.admit(AT.plusSeconds(60))).isEqualTo(2);
    assertThat(limit.admit(AT.plusSeconds(60))).isZero();
    assertThat(limit.admit(AT.minusSeconds(9))).as("a clock that was set back").isZero();
  }
}
