package dev.residua.testing;

import dev.residua.anomaly.AnomalyCalibration;
import dev.residua.anomaly.AppearanceReference;
import dev.residua.causal.CausalGraph;
import dev.residua.causal.Latent;
import dev.residua.causal.Variables;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelMask;
import dev.residua.model.BundleManifest;
import dev.residua.model.ModelBundle;
import dev.residua.model.ModelProvenance;
import dev.residua.runtime.ScoringModel;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Bundles and models for tests of their transport. */
public final class Bundles {
  private static final ImageShape SHAPE = new ImageShape(8, 8, 3);

  private Bundles() {}

  /** A bundle that has every entry it must have, with nothing useful in them. */
  public static ModelBundle empty(String id) {
    return filled(id, 10);
  }

  /**
   * Like the above, with entries that do not compress.
   *
   * @param bytes of each of them
   */
  public static ModelBundle filled(String id, int bytes) {
    BundleManifest manifest =
        new BundleManifest(
            ModelBundle.FORMAT_VERSION,
            id,
            null,
            "test",
            SHAPE,
            "none",
            List.of(new Latent(0, "light", true), new Latent(1, "shadow", true)),
            List.of(),
            new ModelProvenance("test", "", "00", 2, Map.of(), 7, "test", "test", "", "", Map.of()),
            Map.of());
    java.util.Random random = new java.util.Random(id.hashCode());
    Map<String, byte[]> entries = new LinkedHashMap<>();
    Stream.of(
            ModelBundle.NETWORK,
            ModelBundle.ANOMALY_CALIBRATION,
            ModelBundle.APPEARANCE,
            ModelBundle.DRIFT_REFERENCE,
            ModelBundle.PICTURE_REFERENCE,
            ModelBundle.ATTRIBUTION_REFERENCE,
            ModelBundle.SENSOR_REFERENCE,
            ModelBundle.WEIGHTS,
            ModelBundle.SELF_TEST)
        .forEach(
            name -> {
              byte[] content = new byte[bytes];
              random.nextBytes(content);
              entries.put(name, content);
            });
    return ModelBundle.of(
        manifest,
        new CausalGraph(
            List.of("light", "shadow"),
            new boolean[][] {{false, true}, {false, false}},
            new double[2][2]),
        entries);
  }

  /**
   * A model whose latents are all 0.
   *
   * @param onClose run when its native memory would be given back
   */
  public static ScoringModel scoringModel(String id, Runnable onClose) {
    float[] residuals = new float[400];
    for (int i = 0; i < residuals.length; i++) {
      residuals[i] = (float) Math.sin(i);
    }
    return new ScoringModel(
        id,
        "ab12",
        List.of(),
        new TestEngine(SHAPE, 2, (pixels, offset, code) -> 0) {
          @Override
          public void close() {
            onClose.run();
          }
        }.scorer(),
        Variables.NONE,
        AnomalyCalibration.fit(residuals, 2, new float[200], new float[200]),
        AppearanceReference.builder(SHAPE).build(),
        PixelMask.NONE,
        new float[SHAPE.size()],
        null,
        100);
  }
}
