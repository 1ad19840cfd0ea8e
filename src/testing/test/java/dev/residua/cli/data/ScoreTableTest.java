package dev.residua.cli.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.residua.anomaly.AnomalyCalibration;
import dev.residua.anomaly.AppearanceReference;
import dev.residua.causal.FrameStatistics;
import dev.residua.causal.ResidualScorer;
import dev.residua.causal.Variables;
import dev.residua.dataset.FrameDataset;
import dev.residua.dataset.LabelTable;
import dev.residua.frame.ImageShape;
import dev.residua.simulation.DatasetGenerator;
import dev.residua.simulation.Pendulum;
import dev.residua.simulation.Scenario;
import dev.residua.testing.TestEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScoreTableTest {
  private static final ImageShape SHAPE = new ImageShape(16, 16, 3);
  private static final int FRAMES = 150;

  @TempDir Path dir;
  private FrameDataset set;

  @BeforeEach
  void data() throws IOException {
    DatasetGenerator.generate(
        Scenario.nominal(new Pendulum(), List.of(0.5, 0.4), 5, 0),
        new DatasetGenerator.Settings(FRAMES, FRAMES, SHAPE, false, false),
        dir.resolve("set"),
        done -> {});
    set = FrameDataset.open(dir.resolve("set"));
  }

  /**
   * Gives frame i, counted over all calls, the true noise of the shadow and a number that follows
   * from i as latents without causes.
   */
  private static ResidualScorer knowing(FrameDataset set, ImageShape shape) {
    AtomicInteger next = new AtomicInteger();
    return new TestEngine(
            shape,
            2,
            (pixels, offset, code) -> {
              int i = next.getAndIncrement();
              code[0] = (float) set.labels().value(i, "residua.noise.shadow_length");
              code[1] = i % 7;
              return (pixels[offset] & 0xFF) / 255f;
            })
        .scorer();
  }

  private static AnomalyCalibration calibration() {
    float[] residuals = new float[2 * 100];
    for (int i = 0; i < residuals.length; i++) {
      residuals[i] = (float) Math.sin(i);
    }
    float[] errors = new float[100];
    for (int i = 0; i < errors.length; i++) {
      errors[i] = i / 100f;
    }
    return AnomalyCalibration.fit(residuals, 2, errors, new float[100]);
  }

  private ScoreTable table(ResidualScorer scorer, ImageShape shape) {
    return new ScoreTable(
        List.of("shadow length", "light"),
        scorer,
        Variables.NONE,
        calibration(),
        AppearanceReference.builder(shape).build(),
        null);
  }

  @Test
  void shouldWriteOneRowAFrameInOrderWithWhatTheCalibrationSays() throws IOException {
    // Given more frames than one batch
    Path out = dir.resolve("deep/scores.csv");

    // When
    table(knowing(set, SHAPE), SHAPE).write(set, out, done -> {});

    // Then
    LabelTable rows = LabelTable.read(out);
    assertThat(rows.columns())
        .containsExactly(
            "index",
            "z.shadow length",
            "z.light",
            "expected.shadow length",
            "expected.light",
            "residual.shadow length",
            "residual.light",
            "standardized.shadow length",
            "standardized.light",
            "p.shadow length",
            "p.light",
            "joint_p",
            "reconstruction_error",
            "reconstruction_p",
            "appearance",
            "appearance_p");
    assertThat(rows.rows()).isEqualTo(FRAMES);
    for (int i = 0; i < FRAMES; i++) {
      float residual = (float) set.labels().value(i, "residua.noise.shadow_length");
      FrameStatistics expected = calibration().statistics(new float[] {residual, i % 7}, 0, 1f, 0f);
      assertThat(rows.value(i, "index")).isEqualTo(i);
      assertThat(rows.value(i, "z.light")).isEqualTo(i % 7);
      assertThat(rows.value(i, "expected.light")).isZero();
      assertThat(Float.parseFloat(rows.text(i, "residual.shadow length"))).isEqualTo(residual);
      assertThat(rows.value(i, "residual.light")).isEqualTo(i % 7);
      assertThat(Float.parseFloat(rows.text(i, "p.light"))).isEqualTo(expected.pValues()[1]);
      assertThat(Float.parseFloat(rows.text(i, "standardized.shadow length")))
          .isEqualTo(expected.standardized()[0]);
      assertThat(Float.parseFloat(rows.text(i, "joint_p"))).isEqualTo(expected.jointPValue());
      assertThat(rows.value(i, "reconstruction_error")).isEqualTo(1);
    }
  }

  @Test
  void shouldCorrelateResidualsWithTheirTrueNoise() throws IOException {
    // When
    ScoreTable.Summary summary =
        table(knowing(set, SHAPE), SHAPE).write(set, dir.resolve("scores.csv"), done -> {});

    // Then only the shadow has a noise column
    assertThat(summary.frames()).isEqualTo(FRAMES);
    assertThat(summary.noiseCorrelation()).containsOnlyKeys("shadow length");
    assertThat(summary.noiseCorrelation().get("shadow length")).isCloseTo(1, within(1e-6));
    assertThat(summary.meanReconstructionError()).isCloseTo(1, within(1e-6));
  }

  @Test
  void shouldScoreFramesThatAreReducedToTheSizeOfTheModel() throws IOException {
    // Given a model that reads smaller gray pictures; the corner is white in any size
    ImageShape smaller = new ImageShape(8, 12, 1);

    // When
    ScoreTable.Summary summary =
        table(knowing(set, smaller), smaller)
            .write(set.reducedTo(smaller), dir.resolve("scores.csv"), done -> {});

    // Then
    assertThat(summary.meanReconstructionError()).isCloseTo(1, within(1e-6));
  }

  @Test
  void shouldLeaveNoHalfTable() throws IOException {
    // Given
    ResidualScorer broken =
        new TestEngine(
                SHAPE,
                2,
                (pixels, offset, code) -> {
                  throw new IllegalStateException("out of order");
                })
            .scorer();

    // When, Then
    assertThatThrownBy(() -> table(broken, SHAPE).write(set, dir.resolve("s.csv"), done -> {}))
        .hasMessage("out of order");
    try (Stream<Path> left = Files.list(dir)) {
      assertThat(left).containsExactly(dir.resolve("set"));
    }
  }
}
