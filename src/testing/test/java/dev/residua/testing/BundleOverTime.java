package dev.residua.testing;

import dev.residua.app.model.Models;
import dev.residua.causal.ResidualScorer;
import dev.residua.dynamics.DelayedCause;
import dev.residua.dynamics.DynamicEquation;
import dev.residua.dynamics.DynamicModel;
import dev.residua.dynamics.Memory;
import dev.residua.dynamics.SmoothFunction;
import dev.residua.model.ModelBundle;
import dev.residua.model.SelfTest;
import dev.residua.runtime.BundleOpener;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The model that ships with the product, with equations that use earlier frames. */
public final class BundleOverTime {
  private static final double STEP = 0.05;

  private BundleOverTime() {}

  /**
   * The pendulum decays, the light is noise as before, the length of the shadow follows the
   * pendulum two frames later, and its position integrates the light.
   */
  public static ModelBundle ofDemo() throws Exception {
    ModelBundle shipped = Models.read(Optional.empty());
    ModelBundle bundle = shipped;
    Map<String, byte[]> entries = ModelBundle.entries(shipped.network().withDynamics(equations()));
    for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
      bundle = bundle.with(entry.getKey(), entry.getValue());
    }
    byte[] pixels = new byte[SelfTest.FRAMES * bundle.manifest().image().size()];
    try (ResidualScorer scorer = BundleOpener.scorer(bundle, 1)) {
      return bundle.with(
          ModelBundle.SELF_TEST, SelfTest.record(scorer, pixels, SelfTest.FRAMES).toBytes());
    }
  }

  private static DynamicModel equations() {
    return new DynamicModel(
        STEP,
        List.of(
            new DynamicEquation(
                Memory.FIRST_ORDER, 0, SmoothFunction.line(-1, 1, -2), List.of(), 2, 0.1),
            new DynamicEquation(Memory.NONE, 0, null, List.of(), 0, 1),
            new DynamicEquation(
                Memory.NONE,
                0,
                null,
                List.of(new DelayedCause(0, 2 * STEP, SmoothFunction.line(-1, 1, 0.5))),
                0,
                1),
            new DynamicEquation(
                Memory.INTEGRATOR,
                0,
                null,
                List.of(new DelayedCause(1, 0, SmoothFunction.line(-1, 1, 0.2))),
                0.5,
                0.5)));
  }
}
