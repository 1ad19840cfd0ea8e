package dev.residua.renewal.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.residua.anomaly.AnomalyCalibration;
import dev.residua.anomaly.AppearanceReference;
import dev.residua.causal.CausalGraph;
import dev.residua.causal.FrameInputs;
import dev.residua.causal.Latent;
import dev.residua.causal.LatentBatch;
import dev.residua.causal.LatentDecoder;
import dev.residua.causal.ResidualScorer;
import dev.residua.causal.StructuralEquations;
import dev.residua.frame.ImageShape;
import dev.residua.frame.SensorReadings;
import dev.residua.model.BundleManifest;
import dev.residua.model.ModelBundle;
import dev.residua.model.ModelProvenance;
import dev.residua.testing.TestEngine;
import dev.residua.training.TrainingData;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Pictures of two halves: the left one is {@code 128 + 20 cause}, the right one {@code 128 + 20
 * effect} grey levels, with {@code effect = cause / 2 + noise} and noise of standard deviation 0.4.
 */
class FaultSuiteTest {
  private static final ImageShape IMAGE = new ImageShape(8, 8, 1);
  private static final int FRAMES = 400;
  private static final int LEAD = 8;
  private static final int LASTS = 64;
  private static final ExaminationSettings SETTINGS =
      new ExaminationSettings(4, 20_000, LEAD, LASTS, 2, 0.75, 2, 64, 32, 200, 1);

  /** Frames that are drawn with the formula above. */
  private static final class Halves implements TrainingData {
    final double[][] latents = new double[FRAMES][2];

    Halves() {
      SplittableRandom random = new SplittableRandom(6);
      for (double[] z : latents) {
        z[0] = 2 * random.nextDouble() - 1;
        z[1] = z[0] / 2 + 0.4 * random.nextGaussian();
      }
    }

    @Override
    public String name() {
      return "halves";
    }

    @Override
    public String sha256() {
      return "00";
    }

    @Override
    public ImageShape shape() {
      return IMAGE;
    }

    @Override
    public int size() {
      return FRAMES;
    }

    @Override
    public void read(int index, byte[] into, int offset) {
      for (int p = 0; p < IMAGE.size(); p++) {
        into[offset + p] = (byte) Math.round(128 + 20 * latents[index][p % 8 < 4 ? 0 : 1]);
      }
    }

    @Override
    public List<String> factorNames() {
      return List.of();
    }

    @Override
    public double @Nullable [] factors(int index) {
      return null;
    }
  }

  /** Half of the first latent is expected of the second one. */
  private static ResidualScorer reader() {
    return new TestEngine(
            IMAGE,
            2,
            (pixels, offset, code) -> {
              for (int k = 0; k < 2; k++) {
                code[k] = ((pixels[offset + 4 * k] & 0xff) - 128) / 20f;
              }
              return 0;
            })
        .scorer(
            new StructuralEquations(
                new float[2],
                new float[] {0, 0.5f, 0, 0},
                new float[0],
                new float[0],
                new float[0]));
  }

  private static final class Drawer implements LatentDecoder {
    @Override
    public ImageShape imageShape() {
      return IMAGE;
    }

    @Override
    public int latents() {
      return 2;
    }

    @Override
    public float[] decode(float[] latents, int n) {
      float[] pictures = new float[n * IMAGE.size()];
      for (int p = 0; p < pictures.length; p++) {
        int frame = p / IMAGE.size();
        pictures[p] = (128 + 20 * latents[2 * frame + (p % 8 < 4 ? 0 : 1)]) / 255;
      }
      return pictures;
    }

    @Override
    public void close() {}
  }

  private final Halves data = new Halves();
  private HeldOutFrames frames;
  private FaultSuite suite;
  private AnomalyCalibration calibration;

  private static ExaminedModel model(String id, AnomalyCalibration calibration) {
    BundleManifest manifest =
        new BundleManifest(
            ModelBundle.FORMAT_VERSION,
            id,
            null,
            "test",
            IMAGE,
            "none",
            List.of(new Latent(0, "cause", true), new Latent(1, "effect", true)),
            List.of(),
            new ModelProvenance("", "", "", 0, Map.of(), 0, "", "", "", "", Map.of()),
            Map.of());
    CausalGraph graph =
        CausalGraph.of(List.of("cause", "effect"), new boolean[][] {{false, true}, {false, false}});
    return new ExaminedModel(
        ModelBundle.of(manifest, graph, Map.of()),
        reader(),
        calibration,
        AppearanceReference.builder(IMAGE).build(),
        new Drawer(),
        new StructuralEquations(
            new float[2], new float[] {0, 0.5f, 0, 0}, new float[0], new float[0], new float[0]),
        target -> {
          throw new UnsupportedOperationException("nothing is monitored here");
        });
  }

  @BeforeEach
  void plan() {
    byte[] pixels = new byte[FRAMES * IMAGE.size()];
    for (int i = 0; i < FRAMES; i++) {
      data.read(i, pixels, i * IMAGE.size());
    }
    LatentBatch batch = reader().score(FrameInputs.of(pixels, FRAMES));
    calibration =
        AnomalyCalibration.fit(
            batch.residuals(), 2, batch.reconstructionErrors(), new float[FRAMES]);
    frames = new HeldOutFrames(HeldOutSet.all(data));
    HeldOutScores champion =
        new HeldOutScores(model("one", calibration), FRAMES, new SensorReadings[FRAMES]);
    HeldOutScores candidate =
        new HeldOutScores(model("two", calibration), FRAMES, new SensorReadings[FRAMES]);
    champion.put(0, batch, pixels, frames.masks(0, FRAMES));
    candidate.put(0, batch, pixels, frames.masks(0, FRAMES));
    suite = new FaultSuite(SETTINGS, frames, List.of(champion, candidate));
  }

  private static double grey(FaultSuite.Drawn drawn, int frame, int half) {
    return drawn.pixels()[frame * IMAGE.size() + 4 * half] & 0xff;
  }

  /** The real picture in whose place it stands. */
  private double before(FaultSuite.Drawn drawn, int frame, int half) {
    byte[] pixels = new byte[IMAGE.size()];
    frames.read(drawn.start() + frame, pixels, 0);
    return pixels[4 * half] & 0xff;
  }

  private FaultSuite.Drawn first(Fault.Kind kind, String node) {
    for (Fault fault : suite.faults()) {
      if (fault.kind() == kind && (node == null || node.equals(fault.node()))) {
        return suite.draw(fault.number());
      }
    }
    throw new AssertionError("there is no " + kind + " of " + node);
  }

  @Test
  void shouldHaveEachMechanismDrawnByBothModels() {
    // Then two offsets a latent and one noise for the effect by each, and five of the picture
    assertThat(suite.faults()).hasSize(2 * 5 + 5);
    for (String id : List.of("one", "two")) {
      assertThat(suite.faults().stream().filter(fault -> id.equals(fault.drawnBy())).toList())
          .hasSize(5);
    }
    for (int k = 0; k < suite.faults().size(); k++) {
      assertThat(suite.faults().get(k).number()).isEqualTo(k);
    }
  }

  @Test
  void shouldKeepToTheMostFaults() {
    // Given
    ExaminationSettings few =
        new ExaminationSettings(4, 20_000, LEAD, LASTS, 2, 0.75, 2, 9, 32, 200, 1);
    List<HeldOutScores> both =
        List.of(
            new HeldOutScores(model("one", calibration), FRAMES, new SensorReadings[FRAMES]),
            new HeldOutScores(model("two", calibration), FRAMES, new SensorReadings[FRAMES]));
    // When
    List<Fault> faults = new FaultSuite(few, frames, both).faults();
    // Then all of the picture, and as many by each model as there is room for
    assertThat(faults).hasSize(9);
    assertThat(faults.stream().filter(fault -> "one".equals(fault.drawnBy())).toList()).hasSize(2);
    assertThat(faults.stream().filter(fault -> "two".equals(fault.drawnBy())).toList()).hasSize(2);
  }

  @Test
  void shouldMoveAnEffectAlone() {
    // When
    FaultSuite.Drawn drawn = first(Fault.Kind.OFFSET, "effect");
    // Then by two standard deviations of its residual, up to the rounding of a grey level
    assertThat(drawn.fault().size()).isEqualTo(2);
    assertThat(drawn.meanShift()).isCloseTo(2, within(1e-5));
    for (int i = 0; i < LASTS; i++) {
      assertThat(grey(drawn, i, 0)).isEqualTo(before(drawn, i, 0));
      assertThat(grey(drawn, i, 1))
          .isCloseTo(before(drawn, i, 1) + 20 * 2 * calibration.scale(1), within(0.51));
    }
  }

  @Test
  void shouldLetEffectsFollowTheirCauseWithinItsRange() {
    // When
    FaultSuite.Drawn drawn = first(Fault.Kind.OFFSET, "cause");
    // Then
    double largest = 0;
    for (int i = 0; i < LASTS; i++) {
      double moved = grey(drawn, i, 0) - before(drawn, i, 0);
      largest = Math.max(largest, moved);
      assertThat(grey(drawn, i, 0)).isLessThanOrEqualTo(148);
      // both halves are rounded
      assertThat(grey(drawn, i, 1) - before(drawn, i, 1)).isCloseTo(moved / 2, within(0.76));
    }
    assertThat(largest).isCloseTo(20 * 0.75 * calibration.scale(0), within(0.51));
    assertThat(drawn.meanShift()).isPositive().isLessThan(0.75);
  }

  @Test
  void shouldDoubleTheNoise() {
    // When
    FaultSuite.Drawn drawn = first(Fault.Kind.NOISE, "effect");
    // Then the residual counts twice, from its median; the cause stays
    for (int i = 0; i < LASTS; i++) {
      double cause = before(drawn, i, 0) - 128;
      double noise = before(drawn, i, 1) - 128 - cause / 2 - 20 * calibration.location(1);
      assertThat(grey(drawn, i, 0)).isEqualTo(before(drawn, i, 0));
      assertThat(grey(drawn, i, 1)).isCloseTo(before(drawn, i, 1) + noise, within(0.51));
    }
  }

  @Test
  void shouldDarkenHideAndFreeze() {
    // When
    FaultSuite.Drawn dark = first(Fault.Kind.BRIGHTNESS, null);
    FaultSuite.Drawn hidden = first(Fault.Kind.OCCLUSION, null);
    FaultSuite.Drawn frozen = first(Fault.Kind.FROZEN, null);
    // Then
    for (int i = 0; i < LASTS; i++) {
      assertThat(grey(dark, i, 0)).isEqualTo(Math.round(0.85 * before(dark, i, 0)));
      int same = 0;
      byte[] real = new byte[IMAGE.size()];
      frames.read(hidden.start() + i, real, 0);
      for (int p = 0; p < real.length; p++) {
        same += hidden.pixels()[i * IMAGE.size() + p] == real[p] ? 1 : 0;
      }
      assertThat(same).isGreaterThanOrEqualTo(60);
      assertThat(grey(frozen, i, 1)).isEqualTo(before(frozen, -1, 1));
    }
  }

  @Test
  void shouldLeaveRoomForTheLeadAndTheFault() {
    for (Fault fault : suite.faults()) {
      assertThat(suite.draw(fault.number()).start()).isBetween(LEAD, FRAMES - LASTS);
    }
  }
}
