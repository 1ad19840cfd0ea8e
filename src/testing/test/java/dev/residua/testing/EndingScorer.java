package dev.residua.testing;

import dev.residua.anomaly.AnomalyCalibration;
import dev.residua.anomaly.AppearanceReference;
import dev.residua.app.kafka.KafkaClients;
import dev.residua.app.roles.ScoringRole;
import dev.residua.causal.Variables;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelMask;
import dev.residua.runtime.ScoringModel;
import dev.residua.scoring.FramesInFlight;
import dev.residua.scoring.ScoringListener;
import dev.residua.scoring.ScoringModels;
import dev.residua.scoring.ScoringSettings;
import dev.residua.scoring.Stages;
import dev.residua.source.SourceRule;
import dev.residua.telemetry.Tracing;
import dev.residua.wire.Topics;
import java.nio.file.Path;
import java.util.List;

/** A scoring process that ends at once, like one whose native code crashes, at certain frames. */
public final class EndingScorer {
  /** Shape of its frames. */
  public static final ImageShape SHAPE = new ImageShape(8, 8, 3);

  /** First byte of the frames at which it ends. */
  public static final int FATAL = 99;

  /** Its exit code then. */
  public static final int EXIT_CODE = 134;

  private EndingScorer() {}

  /**
   * Scores until it ends.
   *
   * @param args brokers and data folder
   */
  public static void main(String[] args) throws InterruptedException {
    try (ScoringRole role =
        new ScoringRole(
            KafkaClients.of(args[0]),
            new Topics(Topics.DEFAULT_PREFIX),
            ScoringModels.fixed(model()),
            source -> SourceRule.DEFAULTS,
            () -> {},
            ScoringSettings.defaults("score", "1"),
            ScoringListener.NONE,
            thread -> Stages.NONE,
            Tracing.OFF,
            thread -> FramesInFlight.in(Path.of(args[1], thread)),
            why -> Runtime.getRuntime().halt(1))) {
      Thread.currentThread().join();
    }
  }

  private static ScoringModel model() {
    float[] residuals = new float[400];
    for (int i = 0; i < residuals.length; i++) {
      residuals[i] = (float) Math.sin(i);
    }
    return new ScoringModel(
        "model-1",
        "ab12",
        List.of(),
        new TestEngine(
                SHAPE,
                2,
                (pixels, offset, code) -> {
                  if (pixels[offset] == FATAL) {
                    Runtime.getRuntime().halt(EXIT_CODE);
                  }
                  return 0;
                })
            .scorer(),
        Variables.NONE,
        AnomalyCalibration.fit(residuals, 2, new float[200], new float[200]),
        AppearanceReference.builder(SHAPE).build(),
        PixelMask.NONE,
        new float[SHAPE.size()],
        null,
        0);
  }
}
