package dev.residua.cli.ops;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.residua.testing.CommandRun;
import dev.residua.testing.StubService;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands that ask a service: the requests that they send, and what they print of its views. */
class ServiceCommandsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  private StubService service;

  @BeforeEach
  void start() throws IOException {
    service = StubService.start();
    service.json(
        "GET /api/access",
        """
        {"by": "kim", "grants": ["operator"], "see": true, "change": true, "configure": true,
         "administer": false}
        """);
  }

  @AfterEach
  void stop() {
    service.close();
  }

  private CommandRun run(String... words) {
    return CommandRun.at(service.address(), words);
  }

  private JsonNode lastBody() throws IOException {
    return JSON.readTree(service.requests().get(service.requests().size() - 1).body());
  }

  private String lastLine() {
    return service.requests().get(service.requests().size() - 1).line();
  }

  @Test
  void shouldGiveACommandWithoutAClaimIfTheTokenHasAName() throws IOException {
    // Given
    service.json(
        "POST /api/control",
        """
        {"id": "c1", "kind": "silence", "revoked": false,
         "applies": "applies to 2 of 5 known sources", "sources": ["cam1", "cam2"]}
        """);
    // When
    CommandRun run = run("silence", "--sources", "cam.*", "--for", "2h", "--reason", "belt");
    JsonNode body = lastBody();
    CommandRun json =
        run("silence", "--sources", "cam.*", "--for", "2h", "--reason", "belt", "--json");
    // Then
    assertThat(run.exit()).as(run.output()).isZero();
    assertThat(run.output()).contains("sent c1", "applies to 2 of 5 known sources");
    assertThat(body.path("kind").asText()).isEqualTo("silence");
    assertThat(body.path("for").asText()).isEqualTo("2h");
    assertThat(body.path("sources").asText()).isEqualTo("cam.*");
    assertThat(body.path("by").isNull()).isTrue();
    assertThat(JSON.readTree(json.output()).path("sources")).hasSize(2);
  }

  @Test
  void shouldSayWhyWithTheCommandsThatHelp() throws IOException {
    // Given
    service.json(
        "GET /api/why",
        """
        {"at": 1, "source": "tank/cam1", "reasons": [
          {"topic": "silenced", "sentence": "no incident opens until noon", "commands": ["residua silence"]},
          {"topic": "quiet", "sentence": "it is watched", "commands": []}]}
        """);
    // When
    CommandRun run = run("why", "tank/cam1");
    CommandRun json = run("why", "tank/cam1", "--json");
    // Then
    assertThat(run.exit()).as(run.output()).isZero();
    assertThat(run.output().lines())
        .containsExactly(
            "1. no incident opens until noon", "   residua silence", "2. it is watched");
    assertThat(lastLine()).contains("source=tank%2Fcam1");
    assertThat(JSON.readTree(json.output()).path("reasons")).hasSize(2);
  }

  @Test
  void shouldNameTheOptionThatIsMissing() {
    // When
    CommandRun none = run("silence", "--all", "--reason", "belt");
    CommandRun sources = run("silence", "--for", "2h", "--reason", "belt");
    // Then
    assertThat(none.exit()).isEqualTo(1);
    assertThat(none.output()).contains("give either --until or --for");
    assertThat(sources.exit()).isEqualTo(2);
    assertThat(sources.output()).contains("--sources REGEX, or --all");
    assertThat(service.requests()).isEmpty();
  }

  @Test
  void shouldTakeACommandBack() {
    // Given
    service.json(
        "DELETE /api/control/a b",
        """
        {"id": "a b", "kind": "silence", "revoked": true, "applies": "", "sources": []}
        """);
    // When
    CommandRun run = run("silence", "--all", "--take-back", "a b", "--reason", "done");
    // Then
    assertThat(run.output()).contains("took back a b");
    assertThat(lastLine()).isEqualTo("DELETE /api/control/a%20b?reason=done");
  }

  @Test
  void shouldShowTheRuleOfASource() {
    // Given
    service.json(
        "GET /api/sources/rules",
        """
        {"rules": [
          {"id": "line1", "revision": 3, "settings": {"match": "line1/*", "labels": {"site": "north"}},
           "sharedAmong": 4, "by": "ann", "changedAt": "2026-05-01T10:00:00Z"},
          {"id": "all", "revision": 1, "settings": {"match": "*"}, "by": "ann",
           "changedAt": "2026-05-01T10:00:00Z"}],
         "why": "6 literal characters in 'line1/*', 0 in '*'"}
        """);
    // When
    CommandRun show = run("source", "show", "line1/cam1");
    String asked = lastLine();
    CommandRun list = run("source", "list");
    // Then
    assertThat(asked).isEqualTo("GET /api/sources/rules?source=line1%2Fcam1");
    assertThat(show.output())
        .contains("line1/cam1: rule line1 (revision 3, by ann, 2026-05-01T10:00:00Z)")
        .contains("before rule all: 6 literal characters")
        .contains("divided among 4");
    assertThat(list.output())
        .contains("labels={site=north}")
        .containsPattern("all +\\* +settings of the installation");
  }

  @Test
  void shouldChangeSettingsOfARule() throws IOException {
    // Given
    service.json(
        "PATCH /api/sources/rules/line1",
        """
        {"dryRun": false, "changed": [{"id": "line1", "revision": 4,
          "settings": {"match": "line1/*", "silentAfter": "PT2M"}, "by": "kim",
          "changedAt": "2026-05-01T10:00:00Z"}],
         "changes": [{"action": "change", "id": "line1", "differences": ["silentAfter"]}],
         "warnings": []}
        """);
    // When
    CommandRun run =
        run(
            "source",
            "set",
            "line1",
            "--silent-after",
            "2m",
            "--label",
            "site=north",
            "--unset",
            "severity");
    // Then
    assertThat(run.output())
        .contains("rule line1, revision 4: silentAfter=PT2M")
        .contains("It applies to line1/* from the next frames on.");
    assertThat(lastBody().path("silentAfter").asText()).isEqualTo("2m");
    assertThat(lastBody().at("/labels/site").asText()).isEqualTo("north");
    assertThat(lastBody().has("severity")).isTrue();
    assertThat(lastBody().path("severity").isNull()).isTrue();
  }

  @Test
  void shouldSendTheRulesOfAFile() throws IOException {
    // Given
    Path file =
        Files.writeString(
            folder.resolve("rules.yaml"), "rules:\n  cam:\n    match: cam1\n    silentAfter: 5s\n");
    service.json(
        "PUT /api/sources/rules",
        """
        {"dryRun": true, "changed": [], "changes": [{"action": "add", "id": "cam",
          "differences": ["silentAfter: (default) -> PT5S"]}],
         "warnings": ["minimumEffect of rule cam names 'levl'"]}
        """);
    // When
    CommandRun run = run("source", "apply", "-f", file.toString(), "--dry-run", "--prune");
    // Then
    assertThat(run.output())
        .contains("add cam", "silentAfter: (default) -> PT5S", "1 of 1 rules would change")
        .contains("warning: minimumEffect of rule cam names 'levl'");
    assertThat(lastBody().at("/rules/cam/silentAfter").asText()).isEqualTo("PT5S");
    assertThat(lastBody().path("prune").asBoolean()).isTrue();
    assertThat(lastBody().path("dryRun").asBoolean()).isTrue();
  }

  @Test
  void shouldShowWhatSourcesLearned() {
    // Given
    service.json(
        "GET /api/commissioning",
        """
        {"sources": [
          {"source": "cam1", "phase": "ARMED", "revision": 2, "progress": 1.0, "provisional": true,
           "reasons": [], "proposals": [{"context": "", "latent": "light", "direction": "TOO_SMALL",
             "since": 0, "samples": 900, "smallShare": 0.4, "meanRank": 0.4, "distance": 0.3,
             "pValue": 1e-9, "text": "light: p-values are too small"}],
           "at": 1777629600000, "sequence": 77, "modelId": "m1", "frames": 4000,
           "effectiveSamples": 812.5,
           "latents": [{"latent": "light", "level": 0.25, "spread": 1.5, "lagOne": 0.1,
             "slope": 1.0, "effectiveSamples": 812.5, "smallest": [{"withinSeconds": 3600,
             "size": 0.001, "perSecond": true, "text": "0.061 per minute"}]}],
           "challenger": {"modelId": "m2", "phase": "LEARNING", "progress": 0.4, "reasons": []}}],
         "common": ["all 3 sources differ in the same way"]}
        """);
    // When
    CommandRun run = run("source", "status", "cam1");
    // Then
    assertThat(run.exit()).as(run.output()).isZero();
    assertThat(run.output())
        .contains("armed", "revision 2", "recalibration is proposed: light")
        .contains("in shadow under m2: 40 %")
        .contains("model m1, since frame 77 (2026-05-01T10:00:00Z)")
        .contains("learned from 4000 frames, 813 effective samples, less than a day")
        .containsPattern("light +\\+0.25 +1.50 +0.10 +1.00")
        .containsPattern("latent +within a minute +within an hour +within a day")
        .containsPattern("light +- +0.061 per minute +-")
        .contains("1 armed", "all 3 sources differ in the same way; recalibrate the model");
    assertThat(lastLine()).isEqualTo("GET /api/commissioning?source=cam1");
  }

  @Test
  void shouldPrintTheAuditLogAsTheServiceExportsIt() {
    // Given
    String line = "2026-05-01T10:00:00Z  done    kim  silence i1  cam1  belt\n";
    service.reply("GET /api/audit/export", 200, "text/plain", line);
    // When
    CommandRun run = run("audit", "--outcome", "done");
    // Then
    assertThat(run.output()).isEqualTo(line);
    assertThat(lastLine())
        .startsWith("GET /api/audit/export?")
        .contains("format=text", "outcome=done")
        .doesNotContain("from=");
  }

  @Test
  void shouldShowAndApplyProposals() throws IOException {
    // Given
    service.json(
        "GET /api/feedback",
        """
        {"at": 1, "from": 0, "total": {"incidents": 4, "trueAlarms": 1, "falseAlarms": 3,
          "precision": 0.25, "low": 0.05, "high": 0.7},
         "proposals": [{"id": "suppress:s:level", "kind": "suppress", "sentence": "let it pass",
           "effect": "3 fewer", "scene": "s", "sources": ["cam1"], "incidents": ["i1"]}],
         "decisions": [], "weeks": [],
         "precision": [{"scene": "s", "subject": "root:level", "sources": 1, "incidents": 4,
           "trueAlarms": 1, "falseAlarms": 3, "precision": 0.25, "low": 0.05, "high": 0.7,
           "weeks": []}]}
        """);
    service.json(
        "POST /api/feedback/proposals/suppress:s:level/apply",
        """
        {"id": "suppress:s:level", "applied": true, "sentence": "let it pass",
         "commands": ["suppress:s:level@1/1"]}
        """);
    // When
    CommandRun list = run("proposals", "list");
    CommandRun precision = run("precision");
    CommandRun apply = run("proposals", "apply", "suppress:s:level", "--reason", "checked");
    // Then
    assertThat(list.output()).contains("suppress:s:level", "let it pass", "3 fewer");
    assertThat(precision.output()).containsPattern("s +root:level +4 +1 +3 +25 % \\(5 to 70 %\\)");
    assertThat(apply.output())
        .contains("applied: let it pass")
        .contains("take it back: residua suppress --take-back suppress:s:level@1/1");
    assertThat(lastBody().path("reason").asText()).isEqualTo("checked");
  }

  @Test
  void shouldAskForATrainingAndFollowIt() {
    // Given
    service.json("GET /api/trainings", "[]");
    service.json(
        "POST /api/control",
        """
        {"id": "c9", "kind": "retrain", "revoked": false, "applies": "", "sources": []}
        """);
    // When
    CommandRun run = run("retrain", "--reason", "new lens");
    // Then
    assertThat(run.output()).contains("requested as c9");
    // When
    service.json(
        "GET /api/trainings",
        """
        [{"id": "t1", "scene": "default", "trigger": "commanded", "reason": "kept", "phase": "kept",
          "progress": 1.0, "model": null, "at": "2026-05-01T10:00:00Z", "ended": true}]
        """);
    CommandRun cancel = run("retrain", "--cancel", "t1", "--reason", "late", "--wait");
    // Then
    assertThat(cancel.exit()).as(cancel.output()).isZero();
    assertThat(cancel.output()).contains("training t1: kept: kept");
  }
}
