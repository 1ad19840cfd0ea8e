package dev.residua.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.frame.SceneName;
import dev.residua.model.RegistryRecord.Activation;
import dev.residua.model.RegistryRecord.Activation.Kind;
import dev.residua.model.RegistryRecord.Entry;
import dev.residua.model.RegistryRecord.Removed;
import dev.residua.model.RegistryRecord.Shadow;
import dev.residua.model.RegistryRecord.Start;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ModelRegistryTest {
  private static final Instant T0 = Instant.parse("2026-03-01T12:00:00Z");

  private static Entry entry(String id, int minute) {
    return new Entry(
        id,
        SceneName.DEFAULT,
        "digest-" + id,
        null,
        T0.plusSeconds(60L * minute),
        "me",
        10,
        "",
        1,
        null,
        null,
        Map.of(),
        List.of(),
        null);
  }

  private static Activation activation(long number, String id, Kind kind) {
    return new Activation(number, SceneName.DEFAULT, id, "digest-" + id, kind, T0, "me", "a test");
  }

  private static ModelRegistry swapped() {
    return ModelRegistry.EMPTY.with(
        List.of(
            entry("a", 0),
            entry("b", 1),
            activation(0, "a", Kind.INITIAL),
            activation(1, "b", Kind.PROMOTION),
            new Start(1, 0, 100),
            new Start(1, 1, 40)));
  }

  @Test
  void shouldIgnoreActivationsOfModelsThatWereNeverPublished() {
    // Given
    ModelRegistry before = swapped();
    // When
    ModelRegistry registry =
        before.with(
            List.of(
                activation(7, "unknown", Kind.PROMOTION),
                new Start(7, 0, 0),
                activation(8, "unknown", Kind.INITIAL)));
    // Then
    assertThat(registry.scene(SceneName.DEFAULT).active())
        .isEqualTo(before.scene(SceneName.DEFAULT).active());
    assertThat(registry.activations()).isEqualTo(before.activations());
    assertThat(registry.scene(SceneName.DEFAULT).at(0, 200))
        .isEqualTo(before.scene(SceneName.DEFAULT).at(0, 200));
    assertThat(registry.scene(SceneName.DEFAULT).pending(0)).isEmpty();
    assertThat(registry.scene(SceneName.DEFAULT).previous()).contains("a");
    assertThat(registry.ignored()).extracting(Activation::number).containsExactly(7L, 8L);
    // and its number is not used for another decision
    assertThat(registry.nextNumber()).isEqualTo(9);
    // and it is removed with what nothing needs
    assertThat(registry.obsolete(Map.of(0, 0L), 0))
        .containsExactly("activation/7", "start/7/0", "activation/8");
  }

  /** Compaction moves an entry behind its activation when the model gets a label. */
  @Test
  void shouldAgreeWhereverTheEntryOfAModelIsOnTheTopic() {
    // Given
    List<RegistryRecord> facts =
        new ArrayList<>(
            List.of(
                entry("a", 0),
                entry("b", 1),
                activation(0, "a", Kind.INITIAL),
                activation(1, "b", Kind.PROMOTION),
                activation(2, "unknown", Kind.PROMOTION),
                new Start(1, 3, 10),
                new Start(2, 3, 12)));
    Random random = new Random(11);
    for (int round = 0; round < 100; round++) {
      Collections.shuffle(facts, random);
      // When
      ModelRegistry registry = ModelRegistry.EMPTY.with(facts);
      // Then
      assertThat(registry.scene(SceneName.DEFAULT).active().orElseThrow().modelId()).isEqualTo("b");
      assertThat(registry.scene(SceneName.DEFAULT).at(3, 9).orElseThrow().modelId()).isEqualTo("a");
      assertThat(registry.scene(SceneName.DEFAULT).at(3, 20).orElseThrow().modelId())
          .isEqualTo("b");
    }
  }

  @Test
  void shouldCountAnActivationAgainWhenItsModelIsPublishedAgain() {
    // Given
    ModelRegistry removed = swapped().with(List.of(new Removed("model/b")));
    assertThat(removed.scene(SceneName.DEFAULT).at(0, 100).orElseThrow().modelId()).isEqualTo("a");
    assertThat(removed.ignored()).extracting(Activation::number).containsExactly(1L);
    // When
    ModelRegistry again = removed.with(List.of(entry("b", 5)));
    // Then
    assertThat(again.scene(SceneName.DEFAULT).at(0, 100).orElseThrow().modelId()).isEqualTo("b");
    assertThat(again.ignored()).isEmpty();
  }

  /** Else it would hold where the model is loaded already, and be refused where it is not. */
  @Test
  void shouldIgnoreAnActivationThatNamesAnotherDigest() {
    // Given
    Activation forged =
        new Activation(
            7,
            SceneName.DEFAULT,
            "a",
            "digest-b",
            Kind.PROMOTION,
            T0,
            "somebody",
            "no digest of a");
    // When
    ModelRegistry registry = swapped().with(List.of(forged, new Start(7, 0, 0)));
    // Then
    assertThat(registry.scene(SceneName.DEFAULT).active().orElseThrow().modelId()).isEqualTo("b");
    assertThat(registry.scene(SceneName.DEFAULT).at(0, 100).orElseThrow().modelId()).isEqualTo("b");
    assertThat(registry.ignored()).containsExactly(forged);
  }

  @Test
  void shouldStartAnInitialActivationThatIsNotTheFirst() {
    // When
    ModelRegistry registry = swapped().with(List.of(activation(7, "b", Kind.INITIAL)));
    // Then
    assertThat(registry.scene(SceneName.DEFAULT).at(0, 99).orElseThrow().modelId()).isEqualTo("a");
    assertThat(registry.scene(SceneName.DEFAULT).pending(0)).isPresent();
  }

  @Test
  void shouldFindANumberForTheNextDecisionAfterTheHighestOne() {
    // When
    ModelRegistry registry =
        swapped().with(List.of(new Start(2, 0, 0), activation(3, "unknown", Kind.PROMOTION)));
    // Then
    assertThat(registry.nextNumber()).isEqualTo(4);
  }

  @Test
  void shouldJudgeEveryFrameByTheModelOfItsOffset() {
    // When
    ModelRegistry registry = swapped();
    // Then
    assertThat(registry.scene(SceneName.DEFAULT).at(0, 99).orElseThrow().modelId()).isEqualTo("a");
    assertThat(registry.scene(SceneName.DEFAULT).at(0, 100).orElseThrow().modelId()).isEqualTo("b");
    assertThat(registry.scene(SceneName.DEFAULT).at(1, 39).orElseThrow().modelId()).isEqualTo("a");
    assertThat(registry.scene(SceneName.DEFAULT).at(1, 40).orElseThrow().modelId()).isEqualTo("b");
    assertThat(registry.scene(SceneName.DEFAULT).at(2, 1_000_000).orElseThrow().modelId())
        .as("not begun there")
        .isEqualTo("a");
    assertThat(registry.starts(1)).containsExactlyInAnyOrderEntriesOf(Map.of(0, 100L, 1, 40L));
  }

  @Test
  void shouldBePendingUntilItHasBegun() {
    // When
    ModelRegistry registry = swapped();
    // Then
    assertThat(registry.scene(SceneName.DEFAULT).pending(0)).isEmpty();
    assertThat(registry.scene(SceneName.DEFAULT).pending(2).orElseThrow().number()).isEqualTo(1);
    assertThat(
            ModelRegistry.EMPTY
                .with(List.of(entry("a", 0), activation(0, "a", Kind.INITIAL)))
                .scene(SceneName.DEFAULT)
                .pending(2))
        .as("the first one needs no start")
        .isEmpty();
  }

  @Test
  void shouldSkipADecisionThatWasSupersededBeforeItBegan() {
    // When
    ModelRegistry registry =
        swapped().with(List.of(activation(2, "a", Kind.ROLLBACK), new Start(2, 2, 7)));
    // Then
    assertThat(registry.scene(SceneName.DEFAULT).at(2, 6).orElseThrow().number()).isZero();
    assertThat(registry.scene(SceneName.DEFAULT).at(2, 7).orElseThrow().number()).isEqualTo(2);
  }

  /** Against the definition, read out loud. */
  @Test
  void shouldAgreeWithItsDefinitionWhateverTheHistory() {
    // Given
    Random random = new Random(7);
    for (int round = 0; round < 200; round++) {
      List<RegistryRecord> facts = new ArrayList<>();
      facts.add(entry("m0", 0));
      facts.add(activation(0, "m0", Kind.INITIAL));
      long offset = 0;
      long[] starts = new long[6];
      boolean[] published = new boolean[starts.length];
      for (int n = 1; n < starts.length; n++) {
        published[n] = random.nextInt(4) != 0;
        if (published[n]) {
          facts.add(entry("m" + n, n));
        }
        facts.add(activation(n, "m" + n, Kind.PROMOTION));
        offset += random.nextInt(5) - 1; // a replay may go back
        starts[n] = random.nextInt(4) == 0 ? -1 : Math.max(0, offset);
        if (starts[n] >= 0) {
          facts.add(new Start(n, 3, starts[n]));
        }
      }
      // When
      ModelRegistry registry = ModelRegistry.EMPTY.with(facts);
      // Then
      for (int frame = 0; frame < 25; frame++) {
        int expected = 0;
        for (int n = 1; n < starts.length; n++) {
          expected = published[n] && starts[n] >= 0 && starts[n] <= frame ? n : expected;
        }
        assertThat(registry.scene(SceneName.DEFAULT).at(3, frame).orElseThrow().number())
            .isEqualTo(expected);
      }
    }
  }

  @Test
  void shouldGoBackOnePromotionAtATime() {
    // Given
    ModelRegistry three =
        swapped().with(List.of(entry("c", 2), activation(2, "c", Kind.PROMOTION)));
    // When
    ModelRegistry once = three.with(List.of(activation(3, "b", Kind.ROLLBACK)));
    ModelRegistry twice = once.with(List.of(activation(4, "a", Kind.ROLLBACK)));
    // Then
    assertThat(three.scene(SceneName.DEFAULT).previous()).contains("b");
    assertThat(once.scene(SceneName.DEFAULT).previous()).contains("a");
    assertThat(twice.scene(SceneName.DEFAULT).previous()).isEmpty();
  }

  @Test
  void shouldForgetWhatIsRemoved() {
    // When
    ModelRegistry registry =
        swapped()
            .with(
                List.of(
                    new Shadow(SceneName.DEFAULT, "b", 0.5, T0, T0.plusSeconds(1)),
                    new Removed("model/a"),
                    new Removed("start/1/0"),
                    new Removed("activation/0"),
                    new Removed("shadow/default"),
                    new Removed("of/another/version")));
    // Then
    assertThat(registry.entries()).extracting(Entry::id).containsExactly("b");
    assertThat(registry.starts(1)).containsOnlyKeys(1);
    assertThat(registry.activations()).extracting(Activation::number).containsExactly(1L);
    assertThat(registry.scene(SceneName.DEFAULT).shadow()).isEmpty();
    assertThat(registry.scene(SceneName.DEFAULT).at(0, 5).orElseThrow().number())
        .as("the oldest that is kept stands in")
        .isEqualTo(1);
  }

  @Test
  void shouldKeepWhatStoredFramesTheWayBackAndPeopleNeed() {
    // Given five models, of which the frames of the first two are no longer stored
    List<RegistryRecord> facts = new ArrayList<>();
    for (int n = 0; n < 5; n++) {
      facts.add(entry("m" + n, n));
      facts.add(activation(n, "m" + n, n == 0 ? Kind.INITIAL : Kind.PROMOTION));
      if (n > 0) {
        facts.add(new Start(n, 0, 100 * n));
      }
    }
    facts.add(entry("tried", 10));
    facts.add(entry("named", 11).labelled("site", "north"));
    ModelRegistry registry = ModelRegistry.EMPTY.with(facts);
    // When
    List<String> obsolete = registry.obsolete(Map.of(0, 250L), 0);
    // Then
    assertThat(obsolete)
        .containsExactlyInAnyOrder(
            "activation/0", "activation/1", "start/1/0", "model/m0", "model/m1", "model/tried");
    assertThat(registry.obsolete(Map.of(0, 1_000L), 0))
        .as("never the active one or the one before it")
        .doesNotContain("model/m4", "model/m3");
    assertThat(registry.obsolete(Map.of(0, 250L), 3))
        .as("the newest stay")
        .doesNotContain("model/m0", "model/m1", "model/tried");
  }

  /** Facts of another scene, which shares a model with the default one. */
  private static List<RegistryRecord> otherScene() {
    return List.of(
        entry("c", 2).with(e -> e.scene("line-3")),
        new Activation(2, "line-3", "b", "digest-b", Kind.INITIAL, T0, "me", "a test"),
        new Activation(3, "line-3", "c", "digest-c", Kind.PROMOTION, T0, "me", "a test"),
        new Start(3, 0, 70),
        new Shadow("line-3", "a", 0.5, T0, T0.plusSeconds(60)));
  }

  @Test
  void shouldKeepScenesApart() {
    // Given
    ModelRegistry before = swapped();
    // When
    ModelRegistry registry = before.with(otherScene());
    SceneModels one = registry.scene(SceneName.DEFAULT);
    SceneModels other = registry.scene("line-3");
    // Then
    assertThat(registry.scenes()).containsExactly("default", "line-3");
    assertThat(one.activations()).isEqualTo(before.scene(SceneName.DEFAULT).activations());
    assertThat(one.previous()).contains("a");
    assertThat(one.shadow()).isEmpty();
    assertThat(one.at(0, 80).orElseThrow().number()).as("3 begins at 70, elsewhere").isZero();
    assertThat(one.pending(2).orElseThrow().number()).isEqualTo(1);
    assertThat(other.active().orElseThrow().modelId()).isEqualTo("c");
    assertThat(other.previous()).contains("b");
    assertThat(other.shadow().orElseThrow().modelId()).isEqualTo("a");
    assertThat(other.at(0, 69).orElseThrow().modelId()).isEqualTo("b");
    assertThat(other.at(0, 70).orElseThrow().modelId()).isEqualTo("c");
    assertThat(other.pending(0)).isEmpty();
    assertThat(other.pending(1).orElseThrow().number()).isEqualTo(3);
    assertThat(registry.active()).extracting(Activation::number).containsExactly(1L, 3L);
    assertThat(registry.nextNumber()).isEqualTo(4);
    assertThat(registry.scene("unknown").active()).isEmpty();
    // and the end of its shadow concerns nothing else
    ModelRegistry ended = registry.with(List.of(new Removed("shadow/line-3")));
    assertThat(ended.shadows()).isEmpty();
    assertThat(ended.active()).isEqualTo(registry.active());
  }

  @Test
  void shouldKeepWhatAnySceneNeeds() {
    // Given frames from offset 1,000 on: activation 0 holds nowhere, but is the way back
    ModelRegistry registry =
        swapped()
            .with(otherScene())
            .with(
                List.of(
                    entry("old", 0), entry("d", 3).with(e -> e.scene("line-3")), entry("e", 4)));
    // When
    List<String> obsolete = registry.obsolete(Map.of(0, 1_000L), 0);
    // Then
    assertThat(obsolete).containsExactlyInAnyOrder("model/old", "model/d", "model/e");
    assertThat(registry.obsolete(Map.of(0, 1_000L), 1))
        .as("the newest of each scene stays")
        .containsExactly("model/old");
  }

  @Test
  void shouldRefuseFactsThatCannotBe() {
    assertThatThrownBy(() -> new Start(1, 0, -1)).hasMessageContaining("offset -1");
    assertThatThrownBy(
            () -> new Activation(1, SceneName.DEFAULT, "a", "", Kind.PROMOTION, T0, "me", " "))
        .hasMessageContaining("reason=' '");
    assertThatThrownBy(() -> entry("a/b", 0)).hasMessageContaining("'a/b'");
    assertThatThrownBy(() -> new Shadow(SceneName.DEFAULT, "a", 1.5, T0, T0.plusSeconds(1)))
        .hasMessageContaining("1.5");
    assertThatThrownBy(() -> new Shadow(SceneName.DEFAULT, "a", 1, T0, T0))
        .hasMessageContaining("until after");
  }
}
