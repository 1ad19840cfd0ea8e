package dev.residua.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.access.AuditEntry;
import dev.residua.access.Grants;
import dev.residua.access.Person;
import dev.residua.access.Visitor;
import dev.residua.causal.CausalGraph;
import dev.residua.causal.FactorScales;
import dev.residua.dashboard.RuleViews.ChangedRules;
import dev.residua.dashboard.RuleViews.RuleChange;
import dev.residua.dashboard.RuleViews.RuleView;
import dev.residua.dashboard.RuleViews.RulesView;
import dev.residua.source.SourceRule;
import dev.residua.source.SourceRules;
import dev.residua.testing.Scored;
import dev.residua.testing.TestModels;
import dev.residua.testing.Visits;
import jakarta.ws.rs.core.Response;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SourceRulesResourceTest {
  private static final SourceRules RULES =
      new SourceRules(
          List.of(
              SourceRule.of("line1", "line1/*")
                  .with(r -> r.revision(1).scene("valve").framesPerSecond(5.0)),
              SourceRule.of("all", "*").with(r -> r.revision(1))));

  private final RuleCommandWriter writer = new RuleCommandWriter();
  private final AuditTrail audit = new AuditTrail();
  private final List<AuditEntry> entries = new ArrayList<>();
  private final List<SourceRule> written = new ArrayList<>();
  private Visitor visitor = new Visitor(new Person("ann", Grants.parse("owner")), RULES);
  private final LiveHistory history = new LiveHistory();
  private final SourceRulesResource resource =
      new SourceRulesResource(writer, () -> visitor, history, audit);

  @BeforeEach
  void open() {
    audit.open(entries::add);
    writer.open(
        () -> RULES,
        decision -> {
          written.addAll(decision.apply(RULES));
          return written;
        });
  }

  private static ChangedRules changed(Response response) {
    assertThat(response.getStatus()).as(String.valueOf(response.getEntity())).isEqualTo(200);
    return (ChangedRules) response.getEntity();
  }

  @Test
  void shouldKeepTheSettingsThatAPatchDoesNotName() {
    // When
    ChangedRules changed =
        changed(resource.patch("line1", "{\"severity\": \"critical\", \"framesPerSecond\": null}"));
    // Then
    assertThat(written)
        .singleElement()
        .satisfies(
            rule -> {
              assertThat(rule.scene()).isEqualTo("valve");
              assertThat(rule.framesPerSecond()).isNull();
              assertThat(rule.by()).isEqualTo("ann");
            });
    assertThat(changed.changed()).extracting(RuleView::id).containsExactly("line1");
    assertThat(changed.changes())
        .containsExactly(
            new RuleChange(
                "change",
                "line1",
                List.of("framesPerSecond: 5.0 -> (default)", "severity: (default) -> critical")));
    assertThat(entries)
        .singleElement()
        .satisfies(entry -> assertThat(entry.detail()).contains("severity", "framesPerSecond"));
  }

  @Test
  void shouldWarnOfALatentThatNoModelOfItsSourcesHas() {
    // Given
    history.model("model-1", CausalGraph.empty(TestModels.NAMES), FactorScales.NONE, 0, null, null);
    history.scored(Scored.nominal().source("line1/cam1").frame(1), true);
    // When
    ChangedRules changed =
        changed(resource.patch("line1", "{\"minimumEffect\": \"shadow_lenght=3, light=1\"}"));
    written.clear();
    ChangedRules unknown = changed(resource.patch("all", "{\"minimumEffect\": \"light=1\"}"));
    // Then
    assertThat(changed.warnings())
        .containsExactly(
            "minimumEffect of rule line1 names 'shadow_lenght', which no model of its sources has;"
                + " did you mean shadow_length?");
    assertThat(unknown.warnings()).isEmpty();
  }

  @Test
  void shouldReplaceARuleByAPut() {
    // When
    resource.put("line1", "{\"match\": \"line1/*\", \"severity\": \"critical\"}");
    // Then
    assertThat(written).singleElement().extracting(SourceRule::scene).isEqualTo("default");
  }

  @Test
  void shouldMakeSeveralRulesAtOnce() {
    // When
    ChangedRules changed =
        changed(
            resource.apply(
                "{\"rules\": {\"line1\": {\"match\": \"line1/*\", \"scene\": \"valve\"}, \"cam\": {\"match\": \"cam1\"}}, \"prune\": true}"));
    // Then
    assertThat(changed.dryRun()).isFalse();
    assertThat(changed.changes())
        .extracting(RuleChange::action, RuleChange::id)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("change", "line1"),
            org.assertj.core.groups.Tuple.tuple("add", "cam"),
            org.assertj.core.groups.Tuple.tuple("remove", "all"));
    assertThat(entries)
        .extracting(AuditEntry::action)
        .containsExactly("change-rule", "change-rule", "remove-rule");
  }

  @Test
  void shouldChangeNothingInADryRun() {
    // When
    ChangedRules changed =
        changed(
            resource.apply(
                "{\"rules\": {\"cam\": {\"match\": \"cam1\"}}, \"prune\": true, \"dryRun\": true}"));
    // Then
    assertThat(changed.dryRun()).isTrue();
    assertThat(changed.changes()).hasSize(3);
    assertThat(written).isEmpty();
    assertThat(entries).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[]",
        "{\"prune\": true}",
        "{\"rules\": {\"cam\": null}}",
        "{\"rules\": {\"cam\": {}}}",
        "{\"rules\": {\"cam\": {\"match\": \"a\", \"macth\": 1}}}",
        "{\"rules\": {}, \"dryRun\": \"yes\"}",
        "{\"rules\": {}, \"dry\": true}",
        "{\"rules\": {}, \"by\": \"kim\"}"
      })
  void shouldRefuseWhatIsNoSetOfRules(String body) {
    assertThat(resource.apply(body).getStatus()).isEqualTo(400);
    assertThat(written).isEmpty();
  }

  @Test
  void shouldNeedAPatternForANewRuleOnly() {
    // When
    Response unknown = resource.patch("new", "{\"severity\": \"critical\"}");
    Response known = resource.patch("all", "{\"severity\": \"critical\"}");
    // Then
    assertThat(unknown.getStatus()).isEqualTo(400);
    assertThat(unknown.getEntity().toString()).contains("rule 'new' has no match");
    assertThat(known.getStatus()).isEqualTo(200);
  }

  @Test
  void shouldRefuseAllIfOneMayNotBeChanged() {
    // Given
    visitor = Visits.of("viewer,owner:scene=valve", RULES);
    // When
    Response denied =
        resource.apply(
            "{\"rules\": {\"line1\": {\"match\": \"line1/*\", \"scene\": \"valve\", \"severity\": \"critical\"}, \"all\": {\"match\": \"*\", \"severity\": \"info\"}}, \"by\": \"kim\"}");
    // Then
    assertThat(denied.getStatus()).isEqualTo(403);
    assertThat(denied.getEntity().toString()).contains("rule all needs the grant owner");
    assertThat(written).isEmpty();
    assertThat(entries)
        .singleElement()
        .satisfies(
            entry -> {
              assertThat(entry.target()).isEqualTo("all");
              assertThat(entry.by()).isEqualTo("kim (claimed)");
              assertThat(entry.outcome()).isEqualTo(AuditEntry.Outcome.DENIED);
            });
  }

  @Test
  void shouldRemoveAKnownRule() {
    assertThat(changed(resource.remove("all", "")).changes())
        .extracting(RuleChange::action)
        .containsExactly("remove");
    assertThat(resource.remove("none", "").getStatus()).isEqualTo(404);
    assertThat(resource.remove("all", "kim").getStatus()).isEqualTo(400);
  }

  @Test
  void shouldSayWhichRuleHasPrecedence() {
    // When
    RulesView rules = resource.rules("line1/cam1");
    // Then
    assertThat(rules.rules()).extracting(RuleView::id).containsExactly("line1", "all");
    assertThat(rules.why()).isNotNull();
    assertThat(resource.rules(null).why()).isNull();
  }
}
