package dev.residua.app.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.anomaly.AnomalyCalibration;
import dev.residua.causal.CategoricalDistribution;
import dev.residua.causal.FrameDraw;
import dev.residua.causal.FrameInputs;
import dev.residua.causal.FrameStatistics;
import dev.residua.causal.LatentBatch;
import dev.residua.causal.ResidualScorer;
import dev.residua.causal.StructuralEquations;
import dev.residua.dl4j.RandomNetworks;
import dev.residua.frame.ImageShape;
import dev.residua.model.ModelBundle;
import dev.residua.model.NetworkPlan;
import dev.residua.runtime.BundleOpener;
import dev.residua.simulation.Pendulum;
import dev.residua.simulation.Scenario;
import dev.residua.simulation.ScenarioStream;
import dev.residua.testing.Scorers;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Scores of 2,000 frames of the shipped model, and of random networks with a correction, a variable
 * and categories, against recorded ones. {@code -Dresidua.golden.write=true} records them again.
 */
@Tag("slow")
class RecordedScoresTest {
  private static final Path FOLDER = Path.of("src/testing/test/resources/scores");
  private static final int FRAMES = 2_000;
  private static final int RANDOM_FRAMES = 300;
  private static final int BATCH = 32;
  private static final long SEED = 71;
  private static final ImageShape SMALL = new ImageShape(32, 32, 3);

  /**
   * Room for convolutions that another processor sums in another order, and for two ranks of a
   * p-value among 24,000 calibration frames.
   */
  private static final double TOLERANCE = 1e-4;

  /**
   * Room for the network whose codes are standardized on noise. Before that they differ by less
   * than a thousandth from frame to frame, so that standardizing enlarges rounding a thousand
   * times: 1.7e-4 between processors with AVX-512 and with SSE alone.
   */
  private static final double TOLERANCE_OF_NOISE = 5e-4;

  @Test
  void shouldScoreAsRecordedWithTheShippedModel() throws Exception {
    // Given
    ModelBundle bundle = Models.read(Optional.empty());
    ImageShape image = bundle.manifest().image();
    Pendulum scene = new Pendulum();
    ScenarioStream stream =
        new ScenarioStream(
            Scenario.nominal(scene, Arrays.stream(scene.usualNoise()).boxed().toList(), SEED, 0),
            image);
    byte[] pixels = new byte[FRAMES * image.size()];
    for (int n = 0; n < FRAMES; n++) {
      stream.next(pixels, n * image.size());
    }
    AnomalyCalibration calibration =
        AnomalyCalibration.fromBytes(bundle.entry(ModelBundle.ANOMALY_CALIBRATION));
    try (ResidualScorer scorer = BundleOpener.scorer(bundle, 1)) {
      // When
      List<float[]> rows = new ArrayList<>();
      for (LatentBatch batch : batches(scorer, pixels, FRAMES)) {
        for (int row = 0; row < batch.frames(); row++) {
          rows.add(joined(row(batch, row), statistics(calibration.statistics(batch, row, 0.01f))));
        }
      }
      // Then
      shouldBeAsRecorded("pendulum", rows, TOLERANCE);
    }
  }

  @Test
  void shouldScoreAsRecordedWithACorrectionAndAVariable() throws Exception {
    // Given
    NetworkPlan plan = RandomNetworks.observing(RandomNetworks.complete(SMALL, 3));
    byte[] pixels = new byte[RANDOM_FRAMES * SMALL.size()];
    Random random = new Random(SEED);
    random.nextBytes(pixels);
    float[] variables = new float[RANDOM_FRAMES];
    for (int i = 0; i < variables.length; i++) {
      variables[i] = i % 5 == 0 ? Float.NaN : (float) random.nextGaussian();
    }
    try (ResidualScorer scorer = Scorers.onnx(plan)) {
      // When
      LatentBatch batch = scorer.score(FrameInputs.of(pixels, RANDOM_FRAMES).observing(variables));
      // Then
      shouldBeAsRecorded("variable", rows(batch), TOLERANCE_OF_NOISE);
    }
  }

  @Test
  void shouldScoreAsRecordedWithCategories() throws Exception {
    // Given
    NetworkPlan plan = RandomNetworks.of(SMALL, 6, 5);
    float[] linear = new float[36];
    for (int v = 0; v < 3; v++) {
      linear[v * 6 + 3] = 1 + v;
    }
    CategoricalDistribution first =
        new CategoricalDistribution(
            0, 3, new int[0], new int[0], new float[] {-0.7f, -1.2f, -1.6f}, new float[0]);
    CategoricalDistribution second =
        new CategoricalDistribution(
            2,
            2,
            new int[] {0, 1},
            new int[] {3, 1},
            new float[] {-0.1f, -2.3f, -0.7f, -0.7f, -1.6f, -0.2f},
            new float[] {0.3f, -0.4f});
    NetworkPlan categorical =
        new NetworkPlan(
            plan.image(),
            6,
            plan.block(),
            plan.meanImage(),
            plan.encoder(),
            null,
            new StructuralEquations(new float[6], linear, new float[0], new float[0], new float[0]),
            plan.decoder(),
            List.of(first, second),
            plan.errorScale(),
            null,
            null,
            List.of());
    byte[] pixels = new byte[RANDOM_FRAMES * SMALL.size()];
    new Random(SEED).nextBytes(pixels);
    long[] numbers = new long[RANDOM_FRAMES];
    Arrays.setAll(numbers, i -> FrameDraw.frame("camera", i));
    try (ResidualScorer scorer = Scorers.onnx(categorical)) {
      // When
      LatentBatch batch = scorer.score(FrameInputs.of(pixels, RANDOM_FRAMES).numbered(numbers));
      // Then
      shouldBeAsRecorded("categories", rows(batch), TOLERANCE);
    }
  }

  private static List<LatentBatch> batches(ResidualScorer scorer, byte[] pixels, int frames) {
    int size = scorer.imageShape().size();
    List<LatentBatch> batches = new ArrayList<>();
    for (int at = 0; at < frames; at += BATCH) {
      int count = Math.min(BATCH, frames - at);
      batches.add(
          scorer.score(
              FrameInputs.of(Arrays.copyOfRange(pixels, at * size, (at + count) * size), count)));
    }
    return batches;
  }

  private static List<float[]> rows(LatentBatch batch) {
    List<float[]> rows = new ArrayList<>();
    for (int row = 0; row < batch.frames(); row++) {
      rows.add(row(batch, row));
    }
    return rows;
  }

  private static float[] row(LatentBatch batch, int row) {
    int d = batch.latents();
    int from = row * d;
    return joined(
        Arrays.copyOfRange(batch.observed(), from, from + d),
        Arrays.copyOfRange(batch.expected(), from, from + d),
        Arrays.copyOfRange(batch.residuals(), from, from + d),
        new float[] {batch.reconstructionErrors()[row]});
  }

  private static float[] statistics(FrameStatistics of) {
    return joined(
        of.standardized(),
        of.pValues(),
        new float[] {of.jointPValue(), of.reconstructionPValue(), of.appearancePValue()});
  }

  private static float[] joined(float[]... parts) {
    float[] all = new float[Arrays.stream(parts).mapToInt(part -> part.length).sum()];
    int at = 0;
    for (float[] part : parts) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    return all;
  }

  private static void shouldBeAsRecorded(String name, List<float[]> rows, double tolerance)
      throws IOException {
    Path file = FOLDER.resolve(name + ".gz");
    if (Boolean.getBoolean("residua.golden.write")) {
      write(file, rows);
    }
    List<float[]> recorded = read(file);
    assertThat(rows).hasSameSizeAs(recorded);
    double largest = 0;
    for (int row = 0; row < rows.size(); row++) {
      for (int i = 0; i < rows.get(row).length; i++) {
        float expected = recorded.get(row)[i];
        float actual = rows.get(row)[i];
        assertThat(Float.isNaN(actual)).isEqualTo(Float.isNaN(expected));
        if (!Float.isNaN(expected)) {
          largest = Math.max(largest, Math.abs((double) actual - expected));
        }
      }
    }
    assertThat(largest).as("largest deviation from %s", file).isLessThan(tolerance);
  }

  private static void write(Path file, List<float[]> rows) throws IOException {
    try (DataOutputStream out =
        new DataOutputStream(new GZIPOutputStream(Files.newOutputStream(file)))) {
      out.writeInt(rows.size());
      out.writeInt(rows.get(0).length);
      for (float[] row : rows) {
        for (float value : row) {
          out.writeFloat(value);
        }
      }
    }
  }

  private static List<float[]> read(Path file) throws IOException {
    try (DataInputStream in =
        new DataInputStream(new GZIPInputStream(Files.newInputStream(file)))) {
      int n = in.readInt();
      int width = in.readInt();
      List<float[]> rows = new ArrayList<>();
      for (int row = 0; row < n; row++) {
        float[] values = new float[width];
        for (int i = 0; i < width; i++) {
          values[i] = in.readFloat();
        }
        rows.add(values);
      }
      return rows;
    }
  }
}
