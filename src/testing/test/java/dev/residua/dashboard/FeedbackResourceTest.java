package dev.residua.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.access.AuditEntry;
import dev.residua.access.Grants;
import dev.residua.access.Person;
import dev.residua.access.Visitor;
import dev.residua.dashboard.FeedbackViews.FalseAlarmProposal;
import dev.residua.dashboard.FeedbackViews.FeedbackView;
import dev.residua.dashboard.FeedbackViews.SubjectPrecisionView;
import dev.residua.incident.ControlCommand;
import dev.residua.incident.ControlCommand.Feedback;
import dev.residua.incident.ControlCommand.FeedbackVerdict;
import dev.residua.incident.ControlCommand.Learn;
import dev.residua.incident.ControlCommand.Order;
import dev.residua.incident.ControlCommand.ProposalDecision;
import dev.residua.incident.Subject;
import dev.residua.source.SourceRule;
import dev.residua.source.SourceRules;
import dev.residua.testing.Incidents;
import dev.residua.testing.Visits;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FeedbackResourceTest {
  private static final Instant NOW = Incidents.OPENED.plusSeconds(3_600);
  private static final String BODY = "{\"by\": \"kim\", \"reason\": \"checked on site\"}";

  private final LiveHistory history = new LiveHistory();
  private final ControlCommandWriter control = new ControlCommandWriter();
  private final RuleCommandWriter rules = new RuleCommandWriter();
  private final Map<String, ControlCommand> written = new LinkedHashMap<>();
  private final List<SourceRule> changed = new ArrayList<>();
  private final AuditTrail audit = new AuditTrail();
  private final List<AuditEntry> entries = new ArrayList<>();
  private Visitor visitor = Visits.OWNER;
  private final FeedbackResource resource =
      new FeedbackResource(
          history,
          new LiveModels(),
          control,
          rules,
          () -> visitor,
          audit,
          Clock.fixed(NOW, ZoneOffset.UTC));

  @BeforeEach
  void open() {
    audit.open(entries::add);
    control.open(
        (id, command) -> {
          written.put(id, command);
          history.ordered(id, command);
        });
    rules.open(
        () -> SourceRules.EMPTY,
        decision -> {
          changed.addAll(decision.apply(SourceRules.EMPTY));
          return changed;
        });
  }

  private void falseAlarm(String id, String source) {
    history.incident(
        Incidents.with(
            i -> {
              i.id = id;
              i.source = source;
              i.subject = Subject.PICTURE;
            }));
    history.ordered(
        "f-" + id,
        new Feedback(
            new Order("f-" + id, ".*", "kim", "a shadow", Incidents.OPENED.plusSeconds(60)),
            id,
            FeedbackVerdict.FALSE_ALARM));
  }

  private List<FalseAlarmProposal> proposals() {
    return resource.feedback().proposals();
  }

  @Test
  void shouldApplyAProposalOnce() {
    // Given
    for (String id : List.of("i1", "i2", "i3")) {
      falseAlarm(id, "cam1");
    }
    assertThat(proposals()).hasSize(1);
    // When
    Response applied = resource.apply("learn:cam1", BODY);
    // Then
    assertThat(applied.getStatus()).isEqualTo(202);
    assertThat(written.values()).hasSize(2);
    List<ControlCommand> commands = List.copyOf(written.values());
    assertThat(commands.get(0)).isInstanceOf(Learn.class);
    assertThat(commands.get(0).order().by()).isEqualTo("kim (claimed)");
    assertThat(commands.get(0).order().reason()).isEqualTo("checked on site");
    assertThat(((ProposalDecision) commands.get(1)).applied()).isTrue();
    assertThat(proposals()).isEmpty();
    assertThat(resource.feedback().decisions().toString())
        .contains("learn:cam1", "kim (claimed)", "checked on site");
    // When it is applied again
    Response again = resource.apply("learn:cam1", BODY);
    // Then
    assertThat(again.getStatus()).isEqualTo(404);
    assertThat(written).hasSize(2);
  }

  @Test
  void shouldDismissAProposalWithoutDoingIt() {
    for (String source : List.of("cam1", "cam2", "cam3")) {
      falseAlarm("i-" + source, source);
    }
    visitor = new Visitor(new Person("ann", Grants.parse("owner")), SourceRules.EMPTY);
    Response dismissed =
        resource.dismiss("budget:all-sources", "{\"reason\": \"checked on site\"}");
    assertThat(dismissed.getStatus()).isEqualTo(202);
    assertThat(written.values()).hasSize(1).allMatch(one -> one instanceof ProposalDecision);
    assertThat(written.values().iterator().next().order().by()).isEqualTo("ann");
    assertThat(changed).isEmpty();
    assertThat(proposals()).isEmpty();
  }

  @Test
  void shouldLetNobodyChangeWhatGrantsDoNotAllow() {
    // Given
    for (String id : List.of("i1", "i2", "i3")) {
      falseAlarm(id, "cam1");
    }
    for (String source : List.of("cam2", "cam3", "cam4")) {
      falseAlarm("i-" + source, source);
    }
    // When an operator of one source decides
    SourceRules some =
        new SourceRules(
            List.of(SourceRule.of("one", "cam1").with(r -> r.revision(1).scene("one"))));
    visitor = Visits.of("viewer,operator:scene=one", some);
    Response denied = resource.apply("budget:all-sources", BODY);
    Response applied = resource.apply("learn:cam1", BODY);
    // Then
    assertThat(denied.getStatus()).isEqualTo(403);
    assertThat(denied.getEntity().toString()).contains("operator");
    assertThat(applied.getStatus()).isEqualTo(202);
    assertThat(changed).isEmpty();
    assertThat(entries)
        .extracting(AuditEntry::outcome)
        .containsExactly(AuditEntry.Outcome.DENIED, AuditEntry.Outcome.DONE);
    // When the others are hidden
    visitor = Visits.of("viewer:scene=one", some);
    // Then
    assertThat(resource.feedback().total().incidents()).isEqualTo(3);
    assertThat(resource.dismiss("budget:all-sources", BODY).getStatus()).isEqualTo(404);
    assertThat(resource.feedback().decisions().toString()).contains("learn:cam1");
  }

  @Test
  void shouldChangeTheRuleOfABudget() {
    history.budget(4);
    for (String source : List.of("cam1", "cam2", "cam3")) {
      falseAlarm("i-" + source, source);
    }
    assertThat(resource.apply("budget:all-sources", BODY).getStatus()).isEqualTo(202);
    assertThat(changed).hasSize(1);
    assertThat(changed.get(0).falseAlarmsPerWeek()).isEqualTo(1);
    assertThat(changed.get(0).by()).isEqualTo("kim (claimed)");
  }

  @Test
  void shouldCountVerdictsBySubject() {
    for (String id : List.of("i1", "i2")) {
      falseAlarm(id, "cam1");
    }
    FeedbackView answer = resource.feedback();
    assertThat(answer.total().incidents()).isEqualTo(2);
    assertThat(answer.total().falseAlarms()).isEqualTo(2);
    SubjectPrecisionView row = answer.precision().get(0);
    assertThat(row.subject()).isEqualTo("picture");
    assertThat(row.precision()).isEqualTo(0.0);
    assertThat(row.weeks()).hasSize(12).hasSameSizeAs(answer.weeks());
    assertThat(row.weeks().get(11).incidents()).isEqualTo(2);
    assertThat(row.weeks().get(10).incidents()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "{", "{\"by\": \"kim\"}", "{\"reason\": \"checked\"}"})
  void shouldRefuseADecisionOfNobodyOrForNothing(String body) {
    for (String id : List.of("i1", "i2", "i3")) {
      falseAlarm(id, "cam1");
    }
    assertThat(resource.apply("learn:cam1", body).getStatus()).isEqualTo(400);
    assertThat(written).isEmpty();
  }

  @Test
  void shouldSayWhenNothingCanBeStored() {
    for (String id : List.of("i1", "i2", "i3")) {
      falseAlarm(id, "cam1");
    }
    control.open(
        (id, command) -> {
          throw new IOException("no broker answers");
        });
    Response answer = resource.apply("learn:cam1", BODY);
    assertThat(answer.getStatus()).isEqualTo(503);
    assertThat(answer.getEntity().toString()).contains("no broker answers");
    assertThat(proposals()).hasSize(1);
  }
}
