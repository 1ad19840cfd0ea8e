package dev.residua.testing;

import dev.residua.causal.DetailStatistics;
import dev.residua.causal.FrameStatistics;
import dev.residua.causal.Reconstruction;
import dev.residua.causal.ScoredFrame;
import dev.residua.frame.FramePosition;
import dev.residua.frame.FrameTiming;
import dev.residua.frame.SceneName;
import dev.residua.frame.SensorReadings;
import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Scored frames for tests: nothing odd about them unless said. */
public final class Scored {
  private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

  private String source = "cam1";
  private String modelId = "model-1";
  private String scene = SceneName.DEFAULT;
  private String rule = "";
  private String context = "";
  private float[] standardized = new float[4];
  private float[] expected = new float[4];
  private float[] pValues = {0.5f, 0.5f, 0.5f, 0.5f};
  private float jointPValue = 0.5f;
  private @Nullable DetailStatistics details;
  private float reconstructionPValue = 0.5f;
  private float reconstructionError = 0.001f;
  private Reconstruction reconstruction = Reconstruction.SAMPLED;
  private float appearance;
  private float appearancePValue = 0.5f;

  private @Nullable SensorReadings sensor;
  private FrameTiming timing = FrameTiming.ON_TIME;

  private Scored() {}

  public static Scored nominal() {
    return new Scored();
  }

  public Scored source(String value) {
    source = value;
    return this;
  }

  public Scored modelId(String value) {
    modelId = value;
    return this;
  }

  public Scored scene(String value) {
    scene = value;
    return this;
  }

  /** Context by that rule. */
  public Scored context(String value) {
    context = value;
    return this;
  }

  /** Key of the source rule that was in force. */
  public Scored rule(String value) {
    rule = value;
    return this;
  }

  public Scored jointPValue(float value) {
    jointPValue = value;
    return this;
  }

  public Scored residuals(float... values) {
    standardized = values;
    pValues = new float[values.length];
    Arrays.fill(pValues, 0.5f);
    return this;
  }

  public Scored pValues(float... values) {
    pValues = values;
    return this;
  }

  /** Nodes of which nothing is known, because a variable is missing. */
  public Scored unknown(int... nodes) {
    for (int node : nodes) {
      pValues[node] = Float.NaN;
    }
    return this;
  }

  /** Values that the causes explain; the latents are these plus the residuals. */
  public Scored expected(float... values) {
    expected = values;
    return this;
  }

  /** A residual so large that only its latent explains it. */
  public Scored broken(int latent, float residual) {
    standardized[latent] = residual;
    pValues[latent] = 1e-4f;
    jointPValue = 1e-4f;
    return this;
  }

  public Scored appearance(float deviation, float pValue) {
    appearance = deviation;
    appearancePValue = pValue;
    return this;
  }

  public Scored reconstructionError(float value) {
    reconstructionError = value;
    return this;
  }

  public Scored reconstruction(Reconstruction value) {
    reconstruction = value;
    return this;
  }

  public Scored details(DetailStatistics value) {
    details = value;
    return this;
  }

  public Scored sensor(SensorReadings readings) {
    sensor = readings;
    return this;
  }

  public Scored timing(FrameTiming value) {
    timing = value;
    return this;
  }

  public Scored reconstructionPValue(float value) {
    reconstructionPValue = value;
    return this;
  }

  /** Capture time of the frame with this sequence. */
  public static Instant time(long sequence) {
    return START.plusMillis(50 * sequence);
  }

  /** The frame with this sequence, taken 50 ms after the one before. */
  public ScoredFrame frame(long sequence) {
    float[] latents = standardized.clone();
    for (int k = 0; k < latents.length; k++) {
      latents[k] += expected[k];
    }
    return new ScoredFrame(
        source,
        sequence,
        time(sequence),
        START.plusMillis(50 * sequence + 7),
        modelId,
        "0123456789ab",
        scene,
        latents,
        expected.clone(),
        standardized.clone(),
        new FrameStatistics(
            standardized.clone(),
            pValues.clone(),
            jointPValue,
            reconstruction,
            reconstructionPValue,
            appearancePValue,
            reconstructionError,
            appearance,
            details),
        sensor == null ? new SensorReadings(128, 0, 0, 100, 1, sequence) : sensor,
        timing,
        new FramePosition("residua.frames", 0, sequence),
        rule,
        context);
  }
}
