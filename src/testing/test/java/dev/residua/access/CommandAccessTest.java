package dev.residua.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.incident.ControlCommand;
import dev.residua.incident.ControlCommandParser;
import dev.residua.source.SourceRule;
import dev.residua.source.SourceRules;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandAccessTest {
  private static final SourceRules RULES =
      new SourceRules(
          List.of(
              SourceRule.of("p", "p/*").with(r -> r.revision(1).scene("pumps")),
              SourceRule.of("v", "v/*").with(r -> r.revision(1).scene("valves"))));

  private final CommandAccess access =
      new CommandAccess(
          id -> Optional.ofNullable(Map.of("i1", "p/1", "i2", "v/1").get(id)),
          id -> Optional.ofNullable(Map.of("t1", "pumps").get(id)));

  private Decision decide(String grants, ControlCommand.Kind kind, String... fields) {
    return access.decide(
        new Visitor(new Person("kim", Grants.parse(grants)), RULES), command(kind, fields));
  }

  private static ControlCommand command(ControlCommand.Kind kind, String... fields) {
    Map<String, String> all = new HashMap<>(Map.of("by", "kim", "reason", "why"));
    for (int i = 0; i < fields.length; i += 2) {
      all.put(fields[i], fields[i + 1]);
    }
    return new ControlCommandParser(kind, all, name -> name).command("id", Instant.EPOCH);
  }

  @Test
  void shouldDecideOnAnIncidentByItsSource() {
    ControlCommand.Kind note = ControlCommand.Kind.NOTE;
    assertThat(decide("operator:scene=pumps", note, "incident", "i1")).isEqualTo(Decision.ALLOWED);
    assertThat(decide("operator:scene=pumps", note, "incident", "i2")).isEqualTo(Decision.HIDDEN);
    assertThat(decide("operator:scene=pumps", note, "incident", "i3")).isEqualTo(Decision.HIDDEN);
    assertThat(decide("viewer,operator:scene=pumps", note, "incident", "i2"))
        .isEqualTo(
            new Decision.Denied(
                "commands about the source 'v/1' need the grant operator for it, by its scene or a label; you have viewer,operator:scene=pumps"));
    assertThat(decide("operator", note, "incident", "i3"))
        .as("one that is not known here any more")
        .isEqualTo(Decision.ALLOWED);
  }

  @Test
  void shouldDecideOnSourcesByTheirNames() {
    ControlCommand.Kind arm = ControlCommand.Kind.ARM;
    assertThat(decide("operator:scene=pumps", arm, "sources", "p/1|p/2\\.left"))
        .isEqualTo(Decision.ALLOWED);
    assertThat(decide("operator:scene=pumps", arm, "sources", "p/1|v/1"))
        .isInstanceOf(Decision.Denied.class);
    assertThat(decide("viewer:scene=pumps", arm, "sources", "p/1"))
        .isInstanceOf(Decision.Denied.class);
    assertThat(decide("operator", arm)).as("all sources").isEqualTo(Decision.ALLOWED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        ".*", "p/.*", "p/1.?", "p/[12]", "(?i)p/1", "p/1|", "|", "p/\\d", "^p/1$", "p/1{2}"
      })
  void shouldDenyExpressionsThatMayMatchOtherSources(String expression) {
    assertThat(decide("operator:scene=pumps", ControlCommand.Kind.LEARN, "sources", expression))
        .satisfies(d -> assertThat(d.toString()).contains("cam1|cam2"));
  }

  @Test
  void shouldDecideOnTrainingsByTheirScene() {
    ControlCommand.Kind retrain = ControlCommand.Kind.RETRAIN;
    ControlCommand.Kind cancel = ControlCommand.Kind.CANCEL_TRAINING;
    assertThat(decide("owner:scene=pumps", retrain, "scene", "pumps")).isEqualTo(Decision.ALLOWED);
    assertThat(decide("operator", retrain, "scene", "pumps")).isInstanceOf(Decision.Denied.class);
    assertThat(decide("owner:scene=pumps", retrain)).isEqualTo(Decision.HIDDEN);
    assertThat(decide("owner:scene=pumps", cancel, "training", "t1")).isEqualTo(Decision.ALLOWED);
    assertThat(decide("owner:scene=pumps", cancel, "training", "t2")).isEqualTo(Decision.HIDDEN);
    assertThat(decide("operator", cancel, "training", "t1")).isInstanceOf(Decision.Denied.class);
  }

  /** What {@link SourceNames} reads as a name is what the expression matches. */
  @ParameterizedTest
  @ValueSource(strings = {"a", "a|b", "line3/cam\\.1", "x y|z-1", "\\\\|\\|"})
  void shouldReadTheNamesThatTheExpressionMatches(String expression) {
    // When
    ControlCommand command = command(ControlCommand.Kind.ARM, "sources", expression);
    // Then
    assertThat(access.sources(command)).isNotEmpty().allMatch(command.order()::covers);
  }
}
