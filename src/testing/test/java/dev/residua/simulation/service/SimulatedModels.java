package dev.residua.simulation.service;

import dev.residua.anomaly.AnomalyCalibration;
import dev.residua.anomaly.AnomalyRule;
import dev.residua.anomaly.AnomalySettings;
import dev.residua.anomaly.AppearanceReference;
import dev.residua.anomaly.SensorReference;
import dev.residua.anomaly.SensorRule;
import dev.residua.causal.CausalGraph;
import dev.residua.causal.FactorScales;
import dev.residua.causal.ResidualScorer;
import dev.residua.causal.Variables;
import dev.residua.drift.DriftReference;
import dev.residua.drift.DriftSettings;
import dev.residua.dynamics.DynamicEquation;
import dev.residua.dynamics.DynamicModel;
import dev.residua.dynamics.Memory;
import dev.residua.dynamics.SmoothFunction;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelMask;
import dev.residua.incident.IncidentSettings;
import dev.residua.intervention.JointAttribution;
import dev.residua.model.ModelBundle;
import dev.residua.monitor.MonitorModel;
import dev.residua.monitor.MonitorThresholds;
import dev.residua.runtime.ScoringModel;
import dev.residua.testing.Bundles;
import dev.residua.testing.PictureReferences;
import dev.residua.testing.TestEngine;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Models of two latents whose network only reads two bytes of a picture. */
final class SimulatedModels {
  static final ImageShape SHAPE = new ImageShape(8, 8, 3);
  static final int LATENTS = 2;

  /** Frames whose third byte is this make the engine fail. */
  static final int POISON = 255;

  private static final int SAMPLES = 1_000;
  private static final int SCALE = 16;
  private static final AnomalyCalibration CALIBRATION;
  private static final float[] RESIDUALS = new float[SAMPLES * LATENTS];
  private static final double[][] ROWS = new double[SAMPLES][LATENTS];

  /** The effect hardly remembers: its innovations are nearly the readings, and need a state. */
  private static final DynamicModel DYNAMICS =
      new DynamicModel(
          0.1,
          List.of(
              new DynamicEquation(Memory.NONE, 0, null, List.of(), 0, 1),
              new DynamicEquation(
                  Memory.FIRST_ORDER, 0, SmoothFunction.line(-8, 8, -2), List.of(), 0.2, 1)));

  private static final Map<String, ModelBundle> BUNDLES = new HashMap<>();
  private static final Map<String, MonitorThresholds> THRESHOLDS = new HashMap<>();
  private static @Nullable DriftReference drift;

  static {
    SplittableRandom random = new SplittableRandom(11);
    for (int i = 0; i < RESIDUALS.length; i++) {
      RESIDUALS[i] = rounded(random.nextGaussian());
      ROWS[i / LATENTS][i % LATENTS] = RESIDUALS[i];
    }
    CALIBRATION =
        AnomalyCalibration.fit(RESIDUALS, LATENTS, new float[SAMPLES], new float[SAMPLES]);
  }

  /** Calibrated on threads of its own, which the class's initialisation must not wait for. */
  private static synchronized DriftReference drift() {
    if (drift == null) {
      drift =
          DriftReference.calibrate(
              ROWS,
              DriftSettings.DEFAULTS.withFrequencies(8).withSimulation(200, 1_024),
              3,
              fraction -> {});
    }
    return drift;
  }

  private SimulatedModels() {}

  private static float rounded(double residual) {
    return Math.round(residual * SCALE) / (float) SCALE;
  }

  /** A picture with two residuals, in standard deviations from -8 to 7.9. */
  static byte[] picture(double first, double second, boolean poison) {
    byte[] pixels = new byte[SHAPE.size()];
    pixels[0] = (byte) encoded(first);
    pixels[1] = (byte) encoded(second);
    pixels[2] = (byte) (poison ? POISON : 0);
    return pixels;
  }

  private static long encoded(double residual) {
    return Math.max(0, Math.min(255, 128 + Math.round(residual * SCALE)));
  }

  static ScoringModel scoring(String id) {
    return new ScoringModel(
        id,
        "ab12",
        List.of(),
        byteReader(),
        Variables.NONE,
        CALIBRATION,
        AppearanceReference.builder(SHAPE).build(),
        PixelMask.NONE,
        new float[SHAPE.size()],
        null,
        0);
  }

  private static ResidualScorer byteReader() {
    return new TestEngine(
            SHAPE,
            LATENTS,
            (pixels, offset, code) -> {
              if ((pixels[offset + 2] & 0xff) == POISON) {
                throw new IllegalStateException("the engine fails at this frame");
              }
              for (int k = 0; k < LATENTS; k++) {
                code[k] = ((pixels[offset + k] & 0xff) - 128) / (float) SCALE;
              }
              return 0;
            })
        .scorer();
  }

  /** A bundle with this id; what it holds is not used. */
  static synchronized ModelBundle bundle(String id) {
    return BUNDLES.computeIfAbsent(id, Bundles::empty);
  }

  /** Thresholds of the monitor, equal for all models. */
  static synchronized Optional<MonitorThresholds> thresholds(String id) {
    return Optional.of(
        THRESHOLDS.computeIfAbsent(id, model -> new MonitorThresholds(monitor(model))));
  }

  private static MonitorModel monitor(String id) {
    float[][] attributed = new float[SAMPLES][];
    Arrays.setAll(attributed, i -> Arrays.copyOfRange(RESIDUALS, LATENTS * i, LATENTS * (i + 1)));
    return new MonitorModel(
        id,
        "ab12",
        new ImageShape(64, 64, 3),
        CausalGraph.of(List.of("cause", "effect"), new boolean[][] {{false, true}, {false, false}}),
        FactorScales.NONE,
        0,
        Optional.of(DYNAMICS),
        AnomalyRule.of(AnomalySettings.DEFAULTS.withFalseAlarmRate(0.002), CALIBRATION),
        drift(),
        PictureReferences.silent(),
        Optional.empty(),
        Optional.empty(),
        JointAttribution.ofEnergy(attributed),
        SensorRule.of(SensorReference.builder().build()),
        500,
        IncidentSettings.DEFAULTS.with(
            settings ->
                settings
                    .alarmFrames(3)
                    .ofFrames(5)
                    .resolveFrames(10)
                    .cooldownFrames(40)
                    .criticalFrames(30)
                    .maximumAge(Duration.ofMinutes(1))));
  }
}
