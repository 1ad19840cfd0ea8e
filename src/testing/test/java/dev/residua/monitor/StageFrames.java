package dev.residua.monitor;

import dev.residua.causal.ScoredFrame;
import dev.residua.frame.FramePosition;
import dev.residua.incident.ActiveControls;
import dev.residua.testing.Scored;
import dev.residua.testing.TestModels;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Frames for the tests of single stages, and the model that scored them. */
final class StageFrames {
  private static final MonitorThresholds THRESHOLDS = calibrated();

  private final Random random;
  private int sequence;

  StageFrames(long seed) {
    this.random = new Random(seed);
  }

  private static MonitorThresholds calibrated() {
    StageFrames frames = new StageFrames(3);
    List<ScoredFrame> all = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      all.add(frames.next(0, 1).scored());
    }
    return new MonitorThresholds(
        TestModels.ofShadow(all).diagnoses().learns().targetRunLength(10_000).build());
  }

  /** A model with diagnoses whose sources can learn. */
  static MonitorThresholds thresholds() {
    return THRESHOLDS;
  }

  static MonitorModel model() {
    return THRESHOLDS.model();
  }

  static MonitorStages stages() {
    return MonitorStages.start(THRESHOLDS, null);
  }

  /** A frame whose length of the shadow is shifted, with a factor of the reconstruction error. */
  MonitoredFrame next(float shift, float blur) {
    return of(scored(shift, blur));
  }

  /** Parts of the next frame, to be changed before {@link #of}. */
  Scored scored(float shift, float blur) {
    float[] values = new float[4];
    for (int k = 0; k < values.length; k++) {
      values[k] = (float) random.nextGaussian();
    }
    float explained = 0.8f * values[0] - 0.5f * values[1];
    values[TestModels.LENGTH] += shift;
    return Scored.nominal()
        .residuals(values)
        .expected(0, 0, explained, 0)
        .reconstructionError((float) (0.001 * blur * Math.exp(0.2 * random.nextGaussian())));
  }

  MonitoredFrame of(Scored scored) {
    return of(scored, ActiveControls.EMPTY);
  }

  MonitoredFrame of(Scored scored, ActiveControls controls) {
    return MonitoredFrame.of(scored.frame(sequence++), "ab12", controls, SourceSettings.NONE);
  }

  /** The same frame with a position on another partition. */
  MonitoredFrame onPartition(MonitoredFrame frame, int partition) {
    ScoredFrame scored = frame.scored();
    ScoredFrame moved =
        new ScoredFrame(
            scored.source(),
            scored.sequence(),
            scored.capturedAt(),
            scored.scoredAt(),
            scored.modelId(),
            scored.modelDigest(),
            scored.scene(),
            scored.latents(),
            scored.expected(),
            scored.residuals(),
            scored.statistics(),
            scored.sensor(),
            scored.timing(),
            new FramePosition(scored.position().topic(), partition, scored.position().offset()),
            scored.rule(),
            scored.context());
    return MonitoredFrame.of(moved, "ab12", ActiveControls.EMPTY, SourceSettings.NONE);
  }

  /** Gives a frame to the stages of changes and diagnoses. */
  static void watch(MonitorStages stages, MonitoredFrame frame) {
    Normalized normal = stages.commissioning.normalize(frame.scored());
    stages.change.arrived(frame);
    stages.diagnosis.arrived(frame, normal, false, null);
    ChangeStage.Alarms alarms = stages.change.next(frame, normal, false, false);
    stages.martingale.next(frame, normal, stages.commissioning, stages.change, false);
    stages.diagnosis.next(frame, stages.commissioning, stages.change, alarms, null, null);
  }
}
