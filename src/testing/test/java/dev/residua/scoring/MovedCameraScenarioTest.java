package dev.residua.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.residua.anomaly.AnomalyCalibration;
import dev.residua.anomaly.AnomalyRule;
import dev.residua.anomaly.AnomalySettings;
import dev.residua.anomaly.AppearanceReference;
import dev.residua.anomaly.ReconstructionPlan;
import dev.residua.anomaly.SensorReference;
import dev.residua.anomaly.SensorRule;
import dev.residua.causal.CausalGraph;
import dev.residua.causal.FactorScales;
import dev.residua.causal.ResidualScorer;
import dev.residua.causal.ScoredFrame;
import dev.residua.causal.Variables;
import dev.residua.drift.DriftReference;
import dev.residua.drift.DriftSettings;
import dev.residua.frame.CameraMotion;
import dev.residua.frame.Frame;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.FramePosition;
import dev.residua.frame.FrameTiming;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelFormat;
import dev.residua.frame.PixelMask;
import dev.residua.frame.RejectedFrameException;
import dev.residua.incident.ActiveControls;
import dev.residua.incident.Incident;
import dev.residua.incident.IncidentSettings;
import dev.residua.intervention.JointAttribution;
import dev.residua.intervention.MechanismReference;
import dev.residua.monitor.MonitorModel;
import dev.residua.monitor.MonitorThresholds;
import dev.residua.monitor.SourceMonitor;
import dev.residua.runtime.FrameBatch;
import dev.residua.runtime.ScoringModel;
import dev.residua.simulation.Flow;
import dev.residua.source.SourceRule;
import dev.residua.testing.MovedPictures;
import dev.residua.testing.PictureReferences;
import dev.residua.testing.TestEngine;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A camera that looks at {@link Flow} is knocked, from its pixels to its incidents. The network is
 * replaced by the mean brightness of the cup and of the jet, which a move changes as a fault does.
 */
@Tag("slow")
class MovedCameraScenarioTest {
  private static final ImageShape SHAPE = new ImageShape(64, 64, 3);
  private static final int CALIBRATION = 1_000;

  /** Pictures of one camera, which follow each other at random with noise of their own. */
  private static final int PICTURES = 60;

  private static final double NOISE = 2;

  private static final MovedPictures CAMERA = new MovedPictures(SHAPE, 3);

  /** Left, top, right and bottom of the cup's inside and of where the jet is, in pixels. */
  private static final int[][] REGIONS = {{12, 20, 23, 55}, {27, 42, 40, 61}};

  private static MonitorThresholds thresholds;
  private static List<byte[]> still;
  private static float[] mean;
  private static double[] location;
  private static double[] scale;

  private final Random random = new Random(4);
  private final FrameBatch batch =
      new FrameBatch(
          new ScoringModel(
              "model-1",
              "ab12",
              List.of(),
              brightness(),
              Variables.NONE,
              thresholds.model().rule().calibration(),
              AppearanceReference.builder(SHAPE).build(),
              PixelMask.NONE,
              mean,
              null,
              0),
          FrameLimits.DEFAULTS,
          ReconstructionPlan.EVERY_FRAME,
          1,
          Clock.systemUTC(),
          Stages.NONE);
  private final SourceMonitor monitor = SourceMonitor.start(thresholds);
  private final List<Incident> incidents = new ArrayList<>();
  private final List<CameraMotion> motions = new ArrayList<>();
  private SourceRule rule = SourceRule.DEFAULTS;
  private double squares; // of all residuals
  private int sequence;

  /** Brightness of the regions, standardised. They lie so far inside that no mask reaches them. */
  private static ResidualScorer brightness() {
    return new TestEngine(
            SHAPE,
            REGIONS.length,
            (pixels, offset, code) -> {
              for (int k = 0; k < code.length; k++) {
                code[k] =
                    (float) ((brightness(pixels, offset, REGIONS[k]) - location[k]) / scale[k]);
              }
              return 0;
            })
        .scorer();
  }

  private static double brightness(byte[] pixels, int offset, int[] region) {
    double sum = 0;
    for (int y = region[1]; y < region[3]; y++) {
      for (int x = region[0]; x < region[2]; x++) {
        sum += pixels[offset + 3 * (y * SHAPE.width() + x)] & 0xFF;
      }
    }
    return sum / ((region[2] - region[0]) * (region[3] - region[1]));
  }

  @BeforeAll
  static void calibrate() {
    Random random = new Random(3);
    still = pictures(CAMERA.scene(new Flow(), 5), CameraMotion.NONE, 1);
    int d = REGIONS.length;
    double[][] rows = new double[CALIBRATION][d];
    location = new double[d];
    scale = new double[d];
    mean = new float[SHAPE.size()];
    for (double[] row : rows) {
      byte[] picture = one(still, random);
      for (int i = 0; i < mean.length; i++) {
        mean[i] += (picture[i] & 0xFF) / (float) CALIBRATION;
      }
      for (int k = 0; k < d; k++) {
        row[k] = brightness(picture, 0, REGIONS[k]);
        location[k] += row[k] / CALIBRATION;
      }
    }
    for (int k = 0; k < d; k++) {
      for (double[] row : rows) {
        scale[k] += (row[k] - location[k]) * (row[k] - location[k]) / CALIBRATION;
      }
      scale[k] = Math.sqrt(scale[k]);
    }
    float[][] residuals = new float[CALIBRATION][d];
    float[] flat = new float[CALIBRATION * d];
    for (int i = 0; i < flat.length; i++) {
      int k = i % d;
      rows[i / d][k] = (rows[i / d][k] - location[k]) / scale[k];
      residuals[i / d][k] = (float) rows[i / d][k];
      flat[i] = residuals[i / d][k];
    }
    CausalGraph graph = CausalGraph.of(List.of("water", "jet"), new boolean[d][d]);
    thresholds =
        new MonitorThresholds(
            new MonitorModel(
                "model-1",
                "ab12",
                SHAPE,
                graph,
                FactorScales.NONE,
                0,
                Optional.empty(),
                AnomalyRule.of(
                    AnomalySettings.DEFAULTS.withFalseAlarmRate(0.002),
                    AnomalyCalibration.fit(
                        flat, d, new float[CALIBRATION], new float[CALIBRATION])),
                DriftReference.calibrate(
                    rows,
                    DriftSettings.DEFAULTS.withFrequencies(8).withSimulation(200, 1_024),
                    3,
                    fraction -> {}),
                PictureReferences.silent(),
                Optional.of(
                    MechanismReference.calibrate(
                        graph, residuals, new float[CALIBRATION][d], residuals)),
                Optional.empty(),
                JointAttribution.ofEnergy(residuals),
                SensorRule.of(SensorReference.builder().build()),
                20_000,
                IncidentSettings.DEFAULTS));
  }

  /** Pictures without noise. */
  private static List<byte[]> pictures(Supplier<byte[]> large, CameraMotion motion, double gain) {
    return Stream.generate(() -> CAMERA.take(large.get(), motion, gain, 0))
        .limit(PICTURES)
        .toList();
  }

  private static List<byte[]> moved(CameraMotion motion) {
    return pictures(CAMERA.scene(new Flow(), 6), motion, 1);
  }

  /** One of the pictures, with noise. */
  private static byte[] one(List<byte[]> pictures, Random random) {
    byte[] picture = pictures.get(random.nextInt(pictures.size())).clone();
    for (int i = 0; i < picture.length; i++) {
      long value = Math.round((picture[i] & 0xFF) + NOISE * random.nextGaussian());
      picture[i] = (byte) Math.max(0, Math.min(255, value));
    }
    return picture;
  }

  private void frames(int count, List<byte[]> pictures) throws RejectedFrameException {
    for (int i = 0; i < count; i++, sequence++) {
      byte[] picture = one(pictures, random);
      Instant time = Instant.EPOCH.plusMillis(50L * sequence);
      batch.add(
          new Frame("cam1", sequence, time, 64, 64, PixelFormat.RGB8, picture, Map.of()),
          new FramePosition("frames", 0, sequence),
          FrameTiming.ON_TIME,
          rule);
      for (ScoredFrame score : batch.score()) {
        if (score.sensor().motion() != null) {
          motions.add(score.sensor().motion());
        }
        for (float residual : score.residuals()) {
          squares += residual * residual;
        }
        incidents.addAll(monitor.next(score, ActiveControls.EMPTY).incidents());
      }
    }
  }

  private List<String> subjects() {
    return incidents.stream().map(incident -> incident.subject().toString()).distinct().toList();
  }

  private void knock(CameraMotion motion) throws RejectedFrameException {
    // Given
    frames(330, still);
    assertThat(incidents).isEmpty();
    assertThat(motions).hasSizeBetween(38, 44);
    // When
    frames(150, moved(motion));
    // Then
    assertThat(incidents).extracting(Incident::id).containsOnly(incidents.get(0).id());
    assertThat(subjects()).endsWith("sensor:moved").isSubsetOf("undetermined", "sensor:moved");
    Incident moved = incidents.get(incidents.size() - 1);
    assertThat(moved.kind()).isEqualTo("SENSOR.MOVED");
    assertThat(moved.state().open()).isTrue();
    // When it is put back
    frames(150, still);
    // Then
    assertThat(subjects()).endsWith("sensor:moved");
    assertThat(incidents.get(incidents.size() - 1).state()).isEqualTo(Incident.State.RESOLVED);
  }

  @Test
  void shouldReportACameraThatWasShifted() throws Exception {
    knock(CAMERA.motion(1.9, 0, 0, 1));
    assertThat(incidents)
        .filteredOn(incident -> incident.kind().equals("SENSOR.MOVED"))
        .allSatisfy(
            incident ->
                assertThat(incident.summary().explanation())
                    .containsPattern("shifted by (1\\.[89]|2\\.0) pixels \\(.* %\\) to the right"));
  }

  @Test
  void shouldReportACameraThatWasTurned() throws Exception {
    knock(CAMERA.motion(0, 0, 2, 1));
  }

  @Test
  void shouldReportACameraThatWasZoomed() throws Exception {
    knock(CAMERA.motion(0, 0, 0, 1.05));
  }

  @Test
  void shouldReportAMovedCameraWhoseVibrationsAreCompensated() throws Exception {
    rule = rule.withStabilize(true);
    knock(CAMERA.motion(1.9, 0, 0, 1));
  }

  /** Root mean square of the residuals of some frames. */
  private double residuals(List<byte[]> pictures) throws RejectedFrameException {
    squares = 0;
    frames(150, pictures);
    return Math.sqrt(squares / (150 * REGIONS.length));
  }

  @Test
  void shouldScoreAVibratingCameraNearlyAsASteadyOne() throws Exception {
    // Given shifts of up to 1.5 pixels, another one in each picture
    Random shake = new Random(8);
    Supplier<byte[]> large = CAMERA.scene(new Flow(), 6);
    List<byte[]> vibrating =
        Stream.generate(
                () ->
                    CAMERA.take(
                        large.get(),
                        CAMERA.motion(
                            3 * shake.nextDouble() - 1.5, 3 * shake.nextDouble() - 1.5, 0, 1),
                        1,
                        0))
            .limit(PICTURES)
            .toList();
    double steady = residuals(moved(CameraMotion.NONE));
    double without = residuals(vibrating);
    // When
    rule = rule.withStabilize(true);
    double with = residuals(vibrating);
    double rest = residuals(moved(CameraMotion.NONE));
    // Then
    assertThat(with - steady).isLessThan((without - steady) / 3);
    assertThat(rest).isCloseTo(steady, within(0.1 * steady));
  }

  @Test
  void shouldNotTakeAStoppedMechanismForAMove() throws Exception {
    // Given
    frames(330, still);
    // When the water stands at the top of the cup
    byte[] pixels = new byte[CAMERA.largeShape().size()];
    new Flow().draw(new double[] {0.6, 3, 9, 5.5}, new double[0], pixels, 0, CAMERA.largeShape());
    frames(150, List.of(CAMERA.take(pixels, CameraMotion.NONE, 1, 0)));
    // Then
    assertThat(incidents).isNotEmpty();
    assertThat(subjects()).doesNotContain("sensor:moved").anyMatch(s -> s.startsWith("root:"));
    assertThat(monitor.state().sensor().position().moved()).isFalse();
  }

  @Test
  void shouldNotTakeLightForAMove() throws Exception {
    // Given
    frames(330, still);
    // When
    frames(100, pictures(CAMERA.scene(new Flow(), 6), CameraMotion.NONE, 0.7));
    frames(100, pictures(CAMERA.scene(new Flow(), 6), CameraMotion.NONE, 1.3));
    // Then
    assertThat(subjects()).doesNotContain("sensor:moved");
    assertThat(motions).hasSizeGreaterThan(60);
  }
}
