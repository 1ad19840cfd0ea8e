package dev.residua.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.dataset.FrameTimes;
import dev.residua.dynamics.DynamicModel;
import dev.residua.dynamics.Memory;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Training on a sequence, with a network that reads the factors. */
@Tag("slow")
class SequenceTrainingTest {
  private static final int FRAMES = 3_000;
  private static final double STEP = 0.5;
  private static final int DELAY = 4;

  private static ModelBundle model;
  private static ModelBundle independent;

  /**
   * A root with memory, a node that follows it slowly, one that follows that later, and a root
   * without memory.
   */
  private static double[][] plant(long seed) {
    Random random = new Random(seed);
    double[][] z = new double[FRAMES][4];
    double[] x = new double[2];
    double[] before = new double[DELAY];
    for (int t = 0; t < FRAMES; t++) {
      x[1] += 0.06 * (x[0] - x[1]) + 0.03 * random.nextGaussian();
      x[0] += -0.08 * x[0] + 0.39 * random.nextGaussian();
      z[t][0] = x[0] + 0.02 * random.nextGaussian();
      z[t][1] = 1.5 * (x[1] + 0.01 * random.nextGaussian());
      z[t][2] = 1.5 * before[t % DELAY] + 0.1 * random.nextGaussian();
      before[t % DELAY] = x[1];
      z[t][3] = random.nextGaussian();
    }
    return z;
  }

  private static FrameTimes times() {
    return new FrameTimes(IntStream.range(0, FRAMES).mapToDouble(t -> STEP * t).toArray());
  }

  private static ModelBundle train(double[][] z, FrameTimes times) throws TrainingFailedException {
    return AfterTheNetworkTest.pipeline(new KnownLatents.Reader(latents -> latents))
        .run(
            new KnownLatents(z, times, 10),
            TrainingSettings.DEFAULTS.withSeed(3),
            null,
            null,
            TrainingProgress.SILENT)
        .bundle();
  }

  @BeforeAll
  static void train() throws TrainingFailedException {
    model = train(plant(5), times());
    independent = train(plant(5), FrameTimes.NONE);
  }

  @Test
  void shouldFindMemoryAndDelaysInASequence() throws BadBundleException {
    // When
    DynamicModel equations = model.dynamics().orElseThrow();
    // Then
    assertThat(equations.stepSeconds()).isEqualTo(STEP);
    assertThat(equations.equations().get(0).memory()).isEqualTo(Memory.FIRST_ORDER);
    assertThat(equations.equations().get(1).memory()).isEqualTo(Memory.FIRST_ORDER);
    assertThat(equations.equations().get(2).memory()).isEqualTo(Memory.NONE);
    assertThat(equations.equations().get(2).longestDelay()).isEqualTo(DELAY * STEP);
    assertThat(equations.usesHistory(3)).isFalse();
    List<String> names = model.graph().names();
    assertThat(model.graph().parentNames(1)).containsExactly(names.get(0));
    assertThat(model.graph().parentNames(2)).containsExactly(names.get(1));
    assertThat(model.graph().isRoot(0)).isTrue();
    assertThat(model.graph().isRoot(3)).isTrue();
    assertThat(model.dynamicSentences()).hasSize(3);
  }

  @Test
  void shouldFindNeitherInIndependentFrames() throws BadBundleException {
    assertThat(independent.dynamics()).isEmpty();
    assertThat(independent.entryNames()).doesNotContain(ModelBundle.DYNAMICS);
  }

  @Test
  void shouldKeepTheGraphOfFramesWhoseRootsAloneAreAutocorrelated()
      throws TrainingFailedException, BadBundleException {
    // Given a chain of three within each frame
    Random random = new Random(8);
    double[][] z = new double[FRAMES][4];
    double[] root = new double[2];
    for (double[] row : z) {
      for (int k = 0; k < 2; k++) {
        root[k] = 0.8 * root[k] + 0.6 * random.nextGaussian();
      }
      row[0] = Math.tanh(root[0] / 1.2);
      row[1] = row[0] + 0.1 * random.nextGaussian();
      row[2] = row[1] + 0.5 * row[1] * row[1] + 0.1 * random.nextGaussian();
      row[3] = Math.tanh(root[1] / 1.2);
    }
    // When
    ModelBundle sequence = train(z, times());
    // Then
    assertThat(sequence.dynamics()).isEmpty();
    assertThat(sequence.graph().toString()).isEqualTo(train(z, FrameTimes.NONE).graph().toString());
  }

  @Test
  void shouldKeepTheEquationsInTheBundle(@TempDir Path folder)
      throws IOException, BadBundleException {
    // Given
    Path file = folder.resolve("model.residua");
    model.write(file);
    // When
    ModelBundle read = ModelBundle.read(file);
    // Then
    assertThat(Files.size(file)).isPositive();
    assertThat(read.network().dynamics())
        .usingRecursiveComparison()
        .isEqualTo(model.network().dynamics());
    assertThat(Arrays.equals(read.entry(ModelBundle.DYNAMICS), model.entry(ModelBundle.DYNAMICS)))
        .isTrue();
  }

  @Test
  void shouldRefuseDamagedEquations() {
    for (String json : List.of("null", "{}", "[1]", "{\"stepSeconds\":1,\"equations\":[]}")) {
      ModelBundle damaged = model.with(ModelBundle.DYNAMICS, json.getBytes());
      assertThatThrownBy(damaged::dynamics)
          .as(json)
          .isInstanceOf(BadBundleException.class)
          .hasMessageContaining("damaged dynamics.json");
    }
  }

  @Test
  void shouldPutRunsAndMissingFramesOnOneGrid() {
    // Given two runs, the first without its third frame
    FrameTimes times = new FrameTimes(new double[] {10, 10.5, 11.5, 12, 50, 50.5, 51.01});
    double[][] rows = new double[7][1];
    Arrays.setAll(rows, t -> new double[] {t + 1});
    // When
    double[][] regular = DynamicFit.regular(times, rows);
    // Then
    double[] values = Arrays.stream(regular).mapToDouble(row -> row[0]).toArray();
    int second = values.length - 3;
    assertThat(Arrays.copyOf(values, 5)).containsExactly(1, 2, Double.NaN, 3, 4);
    assertThat(Arrays.copyOfRange(values, second, values.length)).containsExactly(5, 6, 7);
    assertThat(second).isGreaterThan(5 + 10);
    assertThat(Arrays.copyOfRange(values, 5, second)).containsOnly(Double.NaN);
  }
}
