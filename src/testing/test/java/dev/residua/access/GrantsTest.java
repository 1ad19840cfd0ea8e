package dev.residua.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.source.SourceRule;
import dev.residua.source.SourceRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GrantsTest {
  private static final String[] SCENES = {"default", "pumps", "valves"};
  private static final String[] SITES = {"north", "south"};

  @Test
  void shouldReadWhatItWrites() {
    // Given
    String text = "viewer,operator:scene=pumps,owner:site=north,sender:source=line3/*";
    // When, Then
    assertThat(Grants.parse(text)).hasToString(text);
    assertThat(Grants.parse(" viewer , viewer")).hasToString("viewer");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "admin",
        "viewer,",
        "viewer:",
        "viewer:pumps",
        "viewer:=x",
        "viewer:scene=",
        "viewer:scene=a b",
        "viewer:source=cam1",
        "owner:source=cam1",
        "sender:source=",
        "viewer:si te=north",
        "viewer:site=",
        "Viewer"
      })
  void shouldRefuseWhatIsNoGrant(String text) {
    assertThatThrownBy(() -> Grants.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("operator:scene=pumps");
  }

  /** The twin asks for each grant whether it covers the source, in the words of the document. */
  @Property(seed = "5", tries = 500)
  void shouldAllowWhatSomeGrantCovers(@ForAll @LongRange(max = 1L << 40) long seed) {
    // Given
    Random random = new Random(seed);
    String scene = SCENES[random.nextInt(SCENES.length)];
    Map<String, String> labels =
        random.nextBoolean() ? Map.of() : Map.of("site", SITES[random.nextInt(SITES.length)]);
    SourceRule rule = SourceRule.of("r", "cam").with(r -> r.scene(scene).labels(labels));
    Visitor visitor = new Visitor(new Person(null, some(random)), new SourceRules(List.of(rule)));
    int highest = -1;
    int highestOfScene = -1;
    for (Grant grant : visitor.person().grants().all()) {
      String scope = grant.toString().replaceFirst("^[a-z]+:?", "");
      int role = List.of("viewer", "operator", "owner").indexOf(grant.toString().split(":")[0]);
      if (scope.isEmpty() || scope.equals("scene=" + scene)) {
        highestOfScene = Math.max(highestOfScene, role);
        highest = Math.max(highest, role);
      } else if (labels.containsKey("site") && scope.equals("site=" + labels.get("site"))) {
        highest = Math.max(highest, role);
      }
    }

    // When, Then
    assertThat(visitor.maySee("cam")).isEqualTo(highest >= 0);
    assertThat(visitor.mayChange("cam")).isEqualTo(highest >= 1);
    assertThat(visitor.mayConfigure("cam")).isEqualTo(highest >= 2);
    assertThat(visitor.mayAdminister(scene)).isEqualTo(highestOfScene >= 2);
    assertThat(visitor.maySeeScene(scene)).isEqualTo(highest >= 0);
  }

  private static Grants some(Random random) {
    List<Grant> grants = new ArrayList<>();
    for (int i = random.nextInt(3); i > 0; i--) {
      AccessRole role = AccessRole.values()[random.nextInt(AccessRole.values().length)];
      grants.add(
          new Grant(
              role,
              switch (random.nextInt(4)) {
                case 0 -> Scope.ALL;
                case 1 -> new Scope.Scene(SCENES[random.nextInt(SCENES.length)]);
                default -> new Scope.Label("site", SITES[random.nextInt(SITES.length)]);
              }));
    }
    return new Grants(grants);
  }

  @ParameterizedTest
  @CsvSource({
    "sender,cam1,true",
    "sender:source=cam1,cam1,true",
    "sender:source=cam1,cam10,false",
    "sender:source=line3/*,line3/cam7,true",
    "sender:scene=pumps,pump1,true",
    "sender:scene=pumps,cam1,false",
    "sender:site=north,pump1,true",
    "owner:scene=pumps,pump1,true",
    "owner:scene=pumps,cam1,false",
    "operator,cam1,false",
    "viewer,cam1,false"
  })
  void shouldLetSendersAndOwnersSendFramesOfTheirSources(
      String grants, String source, boolean allowed) {
    // Given
    SourceRules rules =
        new SourceRules(
            List.of(
                SourceRule.of("pumps", "pump*")
                    .with(r -> r.scene("pumps").labels(Map.of("site", "north")))));
    Visitor visitor = new Visitor(new Person("device", Grants.parse(grants)), rules);
    // When
    Decision decision = visitor.onFrames(source);
    // Then
    assertThat(decision instanceof Decision.Allowed).isEqualTo(allowed);
    if (!allowed) {
      assertThat(((Decision.Denied) decision).sentence())
          .contains("sender:source=" + source, "you have " + grants);
    }
  }

  @Test
  void shouldNotLetASenderSeeOrChange() {
    // Given
    Visitor sender = new Visitor(new Person(null, Grants.parse("sender")), SourceRules.EMPTY);
    // When, Then
    assertThat(sender.maySee("cam")).isFalse();
    assertThat(sender.mayChange("cam")).isFalse();
    assertThat(sender.mayConfigure("cam")).isFalse();
    assertThat(sender.maySeeAll()).isFalse();
    assertThat(sender.maySeeScene("default")).isFalse();
  }

  @Test
  void shouldAllowNothingWithoutGrants() {
    // Given
    Visitor nobody = new Visitor(Person.NOBODY, SourceRules.EMPTY);
    // When, Then
    assertThat(nobody.maySee("cam")).isFalse();
    assertThat(nobody.maySeeAll()).isFalse();
    assertThat(nobody.maySeeScene("default")).isFalse();
    assertThat(nobody.onModel("default")).isEqualTo(Decision.HIDDEN);
  }

  @Test
  void shouldBoundTheGrantsOfAPerson() {
    // Given
    List<Grant> many = new ArrayList<>();
    for (int i = 0; i <= Grants.MAX_GRANTS; i++) {
      many.add(Grant.parse("viewer:site=s" + i));
    }
    // When, Then
    assertThatThrownBy(() -> new Grants(many)).hasMessageContaining("100 grants but has 101");
    assertThat(new Grants(many.subList(0, 100)).and(new Grants(many.subList(50, 101))).all())
        .hasSize(100);
  }
}
