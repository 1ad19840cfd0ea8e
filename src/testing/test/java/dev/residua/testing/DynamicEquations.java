package dev.residua.testing;

import dev.residua.causal.ScoredFrame;
import dev.residua.dynamics.DelayedCause;
import dev.residua.dynamics.DynamicEquation;
import dev.residua.dynamics.DynamicFilter;
import dev.residua.dynamics.DynamicModel;
import dev.residua.dynamics.Memory;
import dev.residua.dynamics.SmoothFunction;
import dev.residua.monitor.InnovationStage;
import dev.residua.monitor.MonitorModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Equations that use earlier frames, for tests. */
public final class DynamicEquations {
  /** Seconds between frames, those of {@link Scored}. */
  public static final double STEP = 0.05;

  private DynamicEquations() {}

  /**
   * Four nodes: the first returns to its mean, the second integrates it, the third follows the
   * second two frames later, and the last is a root without memory.
   */
  public static DynamicModel four() {
    return new DynamicModel(
        STEP,
        List.of(
            new DynamicEquation(
                Memory.FIRST_ORDER, 0, SmoothFunction.line(-1, 1, -0.1), List.of(), 0.2, 0.01),
            new DynamicEquation(
                Memory.INTEGRATOR,
                0,
                null,
                List.of(new DelayedCause(0, 0, SmoothFunction.line(-1, 1, 0.05))),
                0.001,
                0.01),
            new DynamicEquation(
                Memory.NONE,
                0,
                null,
                List.of(new DelayedCause(1, 2 * STEP, SmoothFunction.line(-1, 1, 1))),
                0,
                0.01),
            new DynamicEquation(Memory.NONE, 0, null, List.of(), 0, 1)));
  }

  /** Completes scores of {@link #four}, judged by a calibration on normal numbers. */
  public static InnovationStage innovations() {
    Random random = new Random(4);
    List<ScoredFrame> frames = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      float[] residuals = new float[4];
      for (int k = 0; k < 4; k++) {
        residuals[k] = (float) random.nextGaussian();
      }
      frames.add(Scored.nominal().residuals(residuals).frame(i));
    }
    MonitorModel model = TestModels.ofShadow(frames).build();
    return new InnovationStage(model.rule().calibration(), new DynamicFilter(four()), 4);
  }
}
