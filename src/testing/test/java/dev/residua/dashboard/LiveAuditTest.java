package dev.residua.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.access.AuditEntry;
import dev.residua.access.AuditEntry.Outcome;
import dev.residua.dashboard.LiveViews.AuditView;
import dev.residua.source.SourceRules;
import dev.residua.testing.Visits;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class LiveAuditTest {
  private final LiveAudit audit = new LiveAudit();
  private final AuditResource resource = new AuditResource(audit, () -> Visits.OWNER);

  private static AuditEntry entry(int number) {
    return new AuditEntry(
        Instant.ofEpochSecond(number),
        "kim",
        "note",
        "i" + number,
        List.of(),
        0,
        "",
        number % 2 == 0 ? Outcome.DONE : Outcome.DENIED,
        "");
  }

  private void add(int number) {
    audit.add(entry(number));
  }

  private static String text(Response response) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ((StreamingOutput) response.getEntity()).write(bytes);
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private AuditView view(String text, String outcome, String page) {
    return (AuditView) resource.entries(text, outcome, "", "", page, "3").getEntity();
  }

  @Test
  void shouldListTheNewestFirstInPages() {
    // Given
    for (int i = 0; i < 8; i++) {
      add(i);
    }
    // When, Then
    assertThat(view("", "", "0").entries()).extracting("target").containsExactly("i7", "i6", "i5");
    assertThat(view("", "", "9").entries()).extracting("target").containsExactly("i1", "i0");
    assertThat(view("", "denied", "0").matching()).isEqualTo(4);
    assertThat(view("I3", "", "0").entries()).extracting("target").containsExactly("i3");
  }

  @Test
  void shouldExportAllStoredEntries() throws IOException {
    // Given
    add(7);
    audit.open(
        use -> {
          for (int i = 0; i < 8; i++) {
            use.of(entry(i));
          }
        });
    // When
    String lines = text(resource.export("jsonl", "", "done", "", ""));
    String table = text(resource.export("csv", "", "", "", ""));
    // Then
    assertThat(lines).containsSubsequence("i0", "i2", "i4", "i6").doesNotContain("i1");
    assertThat(table.lines()).hasSize(9);
  }

  @Test
  void shouldKeepTheNewestEntries() {
    // Given
    for (int i = 0; i < LiveAudit.MAX_ENTRIES + 5; i++) {
      add(i);
    }
    // When
    AuditView last = view("", "", "9999");
    // Then
    assertThat(last.matching()).isEqualTo(LiveAudit.MAX_ENTRIES);
    assertThat(last.entries()).extracting("target").containsExactly("i5");
  }

  @Test
  void shouldRefuseWhatIsNoQueryAndWhoIsNoOwner() {
    // When, Then
    assertThat(resource.entries("", "maybe", "", "", "0", "3").getStatus()).isEqualTo(400);
    assertThat(resource.export("xml", "", "", "", "").getStatus()).isEqualTo(400);
    Response denied =
        new AuditResource(audit, () -> Visits.of("operator", SourceRules.EMPTY))
            .entries("", "", "", "", "0", "3");
    assertThat(denied.getStatus()).isEqualTo(403);
    assertThat((String) denied.getEntity()).contains("grant owner", "you have operator");
  }
}
