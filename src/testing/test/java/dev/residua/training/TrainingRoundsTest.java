package dev.residua.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.causal.CausalGraph;
import dev.residua.testing.AdditiveNoise;
import dev.residua.training.TrainingRounds.Figures;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.function.LongFunction;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class TrainingRoundsTest {
  private static final TrainingSettings SETTINGS =
      TrainingSettings.DEFAULTS.withSeed(3).withUntilStable(true);
  private static final int FRAMES = 1_200;
  private static final CausalGraph GRAPH =
      new CausalGraph(
          List.of("light", "shadow", "belt"),
          new boolean[][] {{false, true, false}, {false, false, true}, new boolean[3]},
          new double[][] {{0, 1, 0}, {0, 0, 0.6}, new double[3]});

  /** Trains as the reader does, with the round as the seed, and may fail in the first rounds. */
  private static final class Counting implements Trainer {
    private final KnownLatents.Reader reader;
    private final int failures;
    final List<TrainingSettings> rounds = new ArrayList<>();
    final List<Boolean> fromRandom = new ArrayList<>();

    Counting(LongFunction<UnaryOperator<double[]>> warps, int failures) {
      this.reader = KnownLatents.Reader.bySeed(warps);
      this.failures = failures;
    }

    @Override
    public String architecture() {
      return reader.architecture();
    }

    @Override
    public String preprocessing() {
      return reader.preprocessing();
    }

    @Override
    public TrainedNetwork train(
        TrainingData data,
        int frames,
        int[] labelled,
        TrainingSettings settings,
        byte @Nullable [] start,
        TrainingProgress progress)
        throws TrainingFailedException {
      rounds.add(settings);
      fromRandom.add(start == null);
      if (rounds.size() <= failures) {
        throw new TrainingFailedException("too short");
      }
      progress.at("training", 1, null);
      return reader.train(
          data, frames, labelled, settings.withSeed(rounds.size() - 1), start, progress);
    }
  }

  /** The latents with noise of this size, which is a function of the latents. */
  private static UnaryOperator<double[]> noisy(double size) {
    return z -> {
      Random random = new Random(Arrays.hashCode(z));
      return Arrays.stream(z).map(value -> value + size * random.nextGaussian()).toArray();
    };
  }

  /** Noise by the round. */
  private static LongFunction<UnaryOperator<double[]>> byRound(double... sizes) {
    return round -> noisy(sizes[(int) round]);
  }

  private static TrainingRounds.Result train(Counting trainer, TrainingProgress progress)
      throws TrainingFailedException {
    return new TrainingRounds(
            trainer, trainer.reader::open, new ExactDagSearchSettings(100, 1e-4, 0.1, 1_000, 4, 1))
        .train(new TrainingInput(new KnownLatents(FRAMES, 5, 1), SETTINGS, null), null, progress);
  }

  @Test
  void shouldTakeAllStepsInFiveRoundsThatGrow() {
    assertThat(TrainingRounds.lengths(9_000)).containsExactly(600, 1_200, 1_800, 2_400, 3_000);
    assertThat(TrainingRounds.lengths(100)).containsExactly(6, 12, 18, 24, 40);
    assertThat(TrainingRounds.lengths(14)).containsExactly(14);
  }

  @Test
  void shouldEndAfterTheRoundThatChangesNothing() throws Exception {
    // Given noise that the second round reduces and the third does not
    Counting trainer = new Counting(byRound(0.4, 0.1, 0.1), 0);
    List<String> progress = new ArrayList<>();
    // When
    TrainingRounds.Result result =
        train(
            trainer,
            new TrainingProgress() {
              @Override
              public void at(String stage, double fraction, @Nullable TrainingLosses losses) {
                progress.add("%s %.2f".formatted(stage, fraction));
              }

              @Override
              public void round(
                  int done, int steps, double share, OptionalDouble error, CausalGraph graph) {
                progress.add("%d of %d".formatted(done, steps));
              }
            });
    // Then
    assertThat(result.steps()).isEqualTo(3_600);
    assertThat(result.stable()).isTrue();
    assertThat(progress)
        .containsExactly(
            "training 0.07",
            "600 of 9000",
            "training 0.20",
            "1800 of 9000",
            "training 0.40",
            "3600 of 9000");
    assertThat(trainer.rounds)
        .extracting(TrainingSettings::steps)
        .containsExactly(600, 1_200, 1_800);
    assertThat(trainer.rounds)
        .extracting(TrainingSettings::continued)
        .containsExactly(false, true, true);
    assertThat(trainer.rounds).extracting(TrainingSettings::seed).doesNotHaveDuplicates();
    assertThat(trainer.fromRandom).containsExactly(true, false, false);
  }

  @Test
  void shouldKeepTheRoundBeforeIfTheLastOnlyLostLabels() throws Exception {
    // Given noise that the second round reduces and the third increases
    Counting trainer = new Counting(byRound(0.4, 0.1, 0.3), 0);
    // When
    TrainingRounds.Result result = train(trainer, TrainingProgress.SILENT);
    // Then
    assertThat(trainer.rounds).hasSize(3);
    assertThat(result.steps()).isEqualTo(1_800);
    assertThat(result.stable()).isTrue();
  }

  @Test
  void shouldTakeAllStepsIfEveryRoundStillImproves() throws Exception {
    // Given
    Counting trainer = new Counting(byRound(1, 0.6, 0.4, 0.2, 0.1), 0);
    // When
    TrainingRounds.Result result = train(trainer, TrainingProgress.SILENT);
    // Then
    assertThat(result.steps()).isEqualTo(9_000);
    assertThat(result.stable()).isFalse();
  }

  @Test
  void shouldRepeatARoundThatFailedWithTheNextLength() throws Exception {
    // Given
    Counting trainer = new Counting(byRound(0.1, 0.1, 0.1), 1);
    // When
    TrainingRounds.Result result = train(trainer, TrainingProgress.SILENT);
    // Then the second round starts from random weights
    assertThat(result.steps()).isEqualTo(3_600);
    assertThat(trainer.fromRandom).containsExactly(true, true, false);
  }

  @Test
  void shouldFailIfTheLastRoundFails() {
    Counting trainer = new Counting(byRound(0.1), 5);

    assertThatThrownBy(() -> train(trainer, TrainingProgress.SILENT))
        .isInstanceOf(TrainingFailedException.class)
        .hasMessage("too short");
    assertThat(trainer.rounds).hasSize(5);
  }

  @Test
  void shouldSayHowManyStepsTheModelTook() throws Exception {
    // Given
    KnownLatents.Reader reader = new KnownLatents.Reader(noisy(0.1));
    // When
    TrainingReport report =
        AfterTheNetworkTest.pipeline(reader)
            .run(new KnownLatents(FRAMES, 5, 1), SETTINGS, null, null, TrainingProgress.SILENT);
    // Then
    assertThat(report.graph().edges()).isDeepEqualTo(AdditiveNoise.graph().edges());
    assertThat(report.bundle().manifest().provenance().hyperParameters())
        .containsEntry("steps", "1800")
        .containsEntry("stable", "true");
    assertThat(report.bundle().manifest().provenance().seed()).isEqualTo(3);
  }

  @Test
  void shouldBeStableOnlyIfAllThreeAre() {
    // Given
    Figures before = new Figures(0.1, OptionalDouble.of(0.3), GRAPH);
    CausalGraph other =
        CausalGraph.of(
            GRAPH.names(), new boolean[][] {new boolean[3], {true, false, false}, new boolean[3]});
    CausalGraph withoutTheUncertainEdge =
        CausalGraph.of(
            GRAPH.names(), new boolean[][] {{false, true, false}, new boolean[3], new boolean[3]});
    // When, Then
    assertThat(before.stable(before)).isTrue();
    assertThat(before.stable(new Figures(0.091, OptionalDouble.of(0.271), GRAPH))).isTrue();
    assertThat(before.stable(new Figures(0.089, OptionalDouble.of(0.3), GRAPH))).isFalse();
    assertThat(before.stable(new Figures(0.1, OptionalDouble.of(0.26), GRAPH))).isFalse();
    assertThat(before.stable(new Figures(0.1, OptionalDouble.of(0.3), other))).isFalse();
    assertThat(before.stable(new Figures(0.1, OptionalDouble.of(0.3), withoutTheUncertainEdge)))
        .isTrue();
    assertThat(
            new Figures(0.1, OptionalDouble.empty(), GRAPH)
                .stable(new Figures(0.1, OptionalDouble.empty(), GRAPH)))
        .isTrue();
    assertThat(before.stable(new Figures(0.1, OptionalDouble.of(0.05), GRAPH)))
        .as("a small label error may still fall")
        .isTrue();
    assertThat(before.stable(new Figures(0.05, OptionalDouble.of(0.3), GRAPH)))
        .as("so may a small share of the pixel variance")
        .isTrue();
  }
}
