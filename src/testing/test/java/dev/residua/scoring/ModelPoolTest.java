package dev.residua.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.frame.SceneName;
import dev.residua.model.BadBundleException;
import dev.residua.model.RegistryRecord.Activation;
import dev.residua.model.RegistryRecord.Removed;
import dev.residua.model.RegistryRecord.Start;
import dev.residua.runtime.ScoringModel;
import dev.residua.testing.Bundles;
import dev.residua.testing.ModelsInMemory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ModelPoolTest {
  private final ModelsInMemory store = new ModelsInMemory();
  private final List<String> open = new CopyOnWriteArrayList<>();
  private final List<String> refusals = new CopyOnWriteArrayList<>();
  private ModelPool pool;

  private Activation activation(long number, String id) {
    return new Activation(
        number,
        SceneName.DEFAULT,
        id,
        store.digest(id),
        number == 0 ? Activation.Kind.INITIAL : Activation.Kind.PROMOTION,
        Instant.EPOCH,
        "me",
        "a test");
  }

  private ModelPool pool(String first) {
    return pool(first, ScoringSettings.MODEL_MEMORY);
  }

  private ModelPool pool(String first, long memory) {
    store.add(Bundles.empty("one"));
    store.add(Bundles.empty("two"));
    store.add(Bundles.empty("three"));
    store.write(activation(0, first));
    pool =
        new ModelPool(
            store,
            model(first),
            memory,
            bundle -> {
              if (bundle.id().equals("three")) {
                throw new BadBundleException("three fails its self-test");
              }
              return model(bundle.id());
            },
            (activation, why) -> refusals.add(activation.modelId() + ": " + why));
    return pool;
  }

  private ScoringModel model(String id) {
    open.add(id);
    return Bundles.scoringModel(id, () -> open.remove(id));
  }

  @AfterEach
  void closeAll() {
    pool.close();
    assertThat(open).as("every model was closed once").isEmpty();
  }

  private static void await(BooleanSupplier condition) {
    long end = System.nanoTime() + 10_000_000_000L;
    while (!condition.getAsBoolean() && System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    assertThat(condition.getAsBoolean()).isTrue();
  }

  @Test
  void shouldTellOfAnActivationOnlyWhenItsModelIsReady() {
    // Given
    pool("one");
    assertThat(pending(0)).isEmpty();
    // When
    store.write(activation(1, "two"));
    // Then
    await(() -> pending(0).isPresent());
    assertThat(open).contains("two");
  }

  @Test
  void shouldCloseAModelWhenNobodyUsesItAnyMore() {
    // Given
    pool("one");
    ScoringModels.Lease lease = pool.lease(at(0, 0));
    store.write(activation(1, "two"));
    await(() -> pending(0).isPresent());
    // When it holds, and then when the lease ends
    pool.activationsCommitted(List.of(new Start(1, 0, 5)));
    assertThat(open).contains("one");
    lease.close();
    lease.close(); // closing twice is harmless
    // Then
    await(() -> open.equals(List.of("two")));
  }

  @Test
  void shouldKnowWhatBeganHereBeforeTheRegistryHasReadIt() {
    // Given
    pool("one");
    store.write(activation(1, "two"));
    await(() -> pending(0).isPresent());
    // When
    pool.activationsCommitted(List.of(new Start(1, 0, 5)));
    // Then
    assertThat(pending(0)).isEmpty();
    assertThat(pending(1)).isPresent();
    assertThat(at(0, 4).modelId()).isEqualTo("one");
    assertThat(at(0, 5).modelId()).isEqualTo("two");
    // and still after other facts came, and this one
    store.write(activation(2, "one"));
    assertThat(at(0, 5).modelId()).isEqualTo("two");
    store.write(new Start(1, 0, 5));
    assertThat(at(0, 5).modelId()).isEqualTo("two");
  }

  @Test
  void shouldKeepTheModelInUseWhereTheNextOneIsBad() {
    // Given
    pool("one");
    // When
    store.write(activation(1, "three"));
    await(() -> !refusals.isEmpty());
    store.write(activation(1, "three")); // seen again: not tried again
    // Then
    assertThat(refusals).containsExactly("three: three fails its self-test");
    assertThat(pending(0)).isEmpty();
    assertThat(at(0, 100).modelId()).isEqualTo("one");
    // and the next good one is taken
    store.write(activation(2, "two"));
    await(() -> pending(0).isPresent());
  }

  @Test
  void shouldRefuseABundleThatIsNotTheOneThatWasMeant() {
    // Given
    pool("one");
    // When
    store.write(
        new Activation(
            1,
            SceneName.DEFAULT,
            "two",
            "of other bytes",
            Activation.Kind.PROMOTION,
            Instant.EPOCH,
            "me",
            "test"));
    await(() -> !refusals.isEmpty());
    // Then
    assertThat(refusals.get(0)).contains("activation 1 means model two with the digest of other");
  }

  @Test
  void shouldLoadAnOlderModelForFramesThatAreReadAgain() {
    // Given
    pool("one");
    store.write(activation(1, "two"), new Start(1, 0, 5));
    await(() -> open.equals(List.of("two")));
    // When
    try (ScoringModels.Lease lease = pool.lease(at(0, 2))) {
      // Then
      assertThat(lease.model().id()).isEqualTo("one");
      assertThat(open).contains("one");
    }
    await(() -> open.equals(List.of("two")));
  }

  @Test
  void shouldSayWhatToDoWhereNothingCanScore() {
    // Given
    store.write(activation(0, "gone"));
    pool =
        new ModelPool(
            store,
            model("one"),
            ScoringSettings.MODEL_MEMORY,
            bundle -> model(bundle.id()),
            (activation, why) -> refusals.add(activation.modelId() + ": " + why));
    await(() -> !refusals.isEmpty());
    // When, Then
    assertThatThrownBy(() -> pool.lease(at(0, 9)))
        .isInstanceOf(ScoringEndedException.class)
        .hasMessageContaining("no activated model can be used")
        .hasMessageContaining("residua model publish FILE");
    List<String> all = new ArrayList<>(pool.open());
    assertThat(all).contains("one");
  }

  @Test
  void shouldScoreWithTheLastUsableModelWhereTheBundleOfAStartedOneIsGone() {
    // Given
    pool("one");
    store.write(activation(1, "two"), new Start(1, 0, 5));
    await(() -> open.contains("two"));
    // When
    store.write(activation(2, "gone"), new Start(2, 0, 9));
    await(() -> !refusals.isEmpty());
    // Then
    assertThat(refusals).containsExactly("gone: there is no gone");
    assertThat(at(0, 4).modelId()).isEqualTo("one");
    assertThat(at(0, 20).modelId()).isEqualTo("two");
    assertThat(pending(0)).isEmpty();
    assertThat(pending(1).orElseThrow().modelId()).isEqualTo("two");
  }

  @Test
  void shouldRefuseOnlyTheOldModelWhoseBundleIsGoneForFramesThatAreReadAgain() {
    // Given
    pool("one");
    store.write(activation(1, "gone"), activation(2, "two"), new Start(1, 0, 5));
    store.write(new Start(2, 0, 9));
    await(() -> open.equals(List.of("two")));
    // When
    Activation old = at(0, 7);
    assertThat(old.modelId()).isEqualTo("gone");
    assertThatThrownBy(() -> pool.lease(old))
        .isInstanceOf(UnusableModelException.class)
        .hasMessageContaining("activation 1 of model gone");
    // Then
    assertThat(refusals).containsExactly("gone: there is no gone");
    assertThat(at(0, 7).modelId()).isEqualTo("one");
    assertThat(at(0, 9).modelId()).isEqualTo("two");
  }

  @Test
  void shouldNotWaitForABundleThatCannotBeFetched() {
    // Given
    pool("one");
    store.setUnreachable("two");
    // When
    store.write(activation(1, "two"), new Start(1, 0, 5));
    await(() -> at(0, 7).modelId().equals("one"));
    // Then
    try (ScoringModels.Lease lease = pool.lease(at(0, 7))) {
      assertThat(lease.model().id()).isEqualTo("one");
    }
  }

  @Test
  void shouldKeepItsModelWhereTheRegistryLosesEveryEntry() {
    // Given
    pool("one");
    assertThat(at(0, 3).modelId()).isEqualTo("one");
    // When
    store.write(new Removed("model/one"));
    // Then
    assertThat(at(0, 3).modelId()).isEqualTo("one");
    assertThat(refusals).isEmpty();
    // and where only one that cannot be used is left
    store.write(activation(1, "gone"), new Start(1, 0, 0));
    await(() -> !refusals.isEmpty());
    assertThat(at(0, 3).modelId()).isEqualTo("one");
  }

  private Activation elsewhere(long number, String id) {
    return new Activation(
        number,
        "line-3",
        id,
        store.digest(id),
        Activation.Kind.INITIAL,
        Instant.EPOCH,
        "me",
        "a test");
  }

  @Test
  void shouldOpenTheModelOfAnotherSceneOnlyWhenAFrameNeedsIt() {
    // Given
    pool("one");
    store.write(elsewhere(1, "two"));
    assertThat(pool.activationAt("nowhere", 0, 5)).as("a scene without a model").isEmpty();
    assertThat(open).containsExactly("one");
    // When
    Activation other = pool.activationAt("line-3", 0, 5).orElseThrow();
    // Then
    assertThat(other.modelId()).isEqualTo("two");
    assertThat(at(0, 5).modelId()).isEqualTo("one");
    await(() -> open.equals(List.of("one", "two")));
  }

  @Test
  void shouldBeginAnActivationAtOnceWhereItsSceneHasNoFrames() {
    // Given
    pool("one");
    store.write(elsewhere(1, "two"));
    // When
    store.write(
        new Activation(
            2,
            "line-3",
            "one",
            store.digest("one"),
            Activation.Kind.PROMOTION,
            Instant.EPOCH,
            "me",
            "a test"));
    // Then
    assertThat(pool.pending(0)).extracting(Activation::number).containsExactly(2L);
    assertThat(open).containsExactly("one");
  }

  @Test
  void shouldKeepEverySceneGoingWhereTheModelOfOneIsBad() {
    // Given
    pool("one");
    store.write(elsewhere(1, "two"));
    assertThat(pool.activationAt("line-3", 0, 0)).isPresent();
    await(() -> open.contains("two"));
    // When
    store.write(
        new Activation(
            2,
            "line-3",
            "three",
            store.digest("three"),
            Activation.Kind.PROMOTION,
            Instant.EPOCH,
            "me",
            "a test"),
        new Start(2, 0, 0));
    await(() -> !refusals.isEmpty());
    // Then
    assertThat(pool.activationAt("line-3", 0, 9).orElseThrow().modelId()).isEqualTo("two");
    assertThat(at(0, 9).modelId()).isEqualTo("one");
  }

  @Test
  void shouldCloseModelsThatNoLoopUsesBeyondTheMemory() {
    // Given room for one model
    pool("one", 150);
    store.write(elsewhere(1, "two"));
    Activation other = pool.activationAt("line-3", 0, 0).orElseThrow();
    try (ScoringModels.Lease one = pool.lease(at(0, 0));
        ScoringModels.Lease two = pool.lease(other)) {
      // When, Then both are in use
      assertThat(one.model().id() + two.model().id()).isEqualTo("onetwo");
      assertThat(open).contains("one", "two");
    }
    await(() -> open.size() == 1);
    // and the one that was closed is opened again
    try (ScoringModels.Lease one = pool.lease(at(0, 0))) {
      assertThat(one.model().id()).isEqualTo("one");
    }
  }

  private Activation at(int partition, long offset) {
    return pool.activationAt(SceneName.DEFAULT, partition, offset).orElseThrow();
  }

  private Optional<Activation> pending(int partition) {
    return pool.pending(partition).stream().findFirst();
  }
}
