package dev.residua.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.source.SourceCamera;
import dev.residua.source.SourceGlob;
import dev.residua.source.SourceRule;
import dev.residua.source.SourceRules;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class VisitorTest {
  private static final SourceRule NORTH =
      SourceRule.of("north", "north/*")
          .with(r -> r.revision(1).scene("pumps").labels(Map.of("site", "north")));
  private static final SourceRule SOUTH =
      SourceRule.of("south", "south/*")
          .with(r -> r.revision(1).scene("pumps").labels(Map.of("site", "south")));
  private static final SourceRules RULES = new SourceRules(List.of(NORTH, SOUTH));

  private static Visitor visitor(String grants) {
    return new Visitor(new Person("kim", Grants.parse(grants)), RULES);
  }

  @Test
  void shouldLetAnOwnerOfEverySourceWriteEveryRule() {
    assertThat(visitor("owner").onRule(SourceRule.of("new", "*"))).isEqualTo(Decision.ALLOWED);
  }

  @Test
  void shouldLetAnOwnerInAScopeChangeTheSettingsOfItsRules() {
    // Given
    Visitor owner = visitor("owner:site=north");
    SourceRule quieter = NORTH.with(r -> r.falseAlarmsPerWeek(0.5));
    // When, Then
    assertThat(owner.onRule(quieter)).isEqualTo(Decision.ALLOWED);
    assertThat(owner.onRemoval(NORTH)).isInstanceOf(Decision.Denied.class);
    assertThat(owner.onRule(SOUTH.with(r -> r.falseAlarmsPerWeek(0.5))))
        .isInstanceOf(Decision.Denied.class);
    assertThat(owner.onRemoval(SOUTH)).isEqualTo(Decision.HIDDEN);
    assertThat(visitor("viewer,owner:site=north").onRemoval(SOUTH))
        .isInstanceOf(Decision.Denied.class);
    assertThat(visitor("operator:site=north").onRule(quieter)).isInstanceOf(Decision.Denied.class);
  }

  @Test
  void shouldLetAnOwnerInAScopeRemoveTheRuleOfASourceThatStaysInIt() {
    // Given rules of single sources, of which one has another scene than the rule that follows
    SourceRule alike =
        SourceRule.of("alike", "north/cam1")
            .with(r -> r.revision(1).scene(NORTH.scene()).labels(NORTH.labels()));
    SourceRule other =
        SourceRule.of("other", "north/cam2")
            .with(r -> r.revision(1).scene("other").labels(NORTH.labels()));
    Visitor owner =
        new Visitor(
            new Person("ann", Grants.parse("owner:site=north")),
            new SourceRules(List.of(NORTH, alike, other)));
    // When, Then
    assertThat(owner.onRemoval(alike)).isEqualTo(Decision.ALLOWED);
    assertThat(owner.onRemoval(other)).isInstanceOf(Decision.Denied.class);
  }

  @Test
  void shouldNotLetAnOwnerInAScopeExtendIt() {
    // Given
    Visitor owner = visitor("owner:site=north");
    List<SourceRule> wider =
        List.of(
            NORTH.with(r -> r.match(new SourceGlob("*"))),
            NORTH.with(r -> r.priority(9)),
            NORTH.with(r -> r.scene("valves")),
            NORTH.with(r -> r.labels(Map.of("site", "south"))),
            SourceRule.of("mine", "*").with(r -> r.labels(Map.of("site", "north"))),
            SourceRule.of("mine", "north/a*").with(r -> r.scene("pumps").labels(NORTH.labels())),
            SourceRule.of("mine", "south/cam").with(r -> r.scene("pumps").labels(NORTH.labels())),
            SourceRule.of("mine", "elsewhere").with(r -> r.labels(Map.of("site", "north"))));
    // When, Then
    assertThat(wider)
        .allSatisfy(rule -> assertThat(owner.onRule(rule)).isInstanceOf(Decision.Denied.class));
  }

  @Test
  void shouldLetAnOwnerInAScopeWriteARuleForOneSourceOfIt() {
    // Given
    Visitor owner = visitor("owner:site=north");
    SourceRule single =
        SourceRule.of("mine", "north/cam")
            .with(r -> r.scene("pumps").labels(NORTH.labels()).falseAlarmsPerWeek(2.0));
    // When, Then
    assertThat(owner.onRule(single)).isEqualTo(Decision.ALLOWED);
    assertThat(owner.onRule(single.with(r -> r.camera(SourceCamera.parse("/etc/passwd")))))
        .isInstanceOf(Decision.Denied.class);
  }

  @Test
  void shouldNameTheGrantThatIsMissing() {
    assertThat(visitor("operator:scene=pumps").onModel("pumps"))
        .isEqualTo(
            new Decision.Denied(
                "models of the scene pumps are changed with the grant owner:scene=pumps or owner; you have operator:scene=pumps"));
    assertThat(visitor("owner:site=north").onModel("pumps")).isInstanceOf(Decision.Denied.class);
    assertThat(visitor("owner:scene=pumps").onModel("pumps")).isEqualTo(Decision.ALLOWED);
    assertThat(visitor("owner:scene=pumps").onModel("valves")).isEqualTo(Decision.HIDDEN);
  }
}
