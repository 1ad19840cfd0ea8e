package dev.residua.anomaly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.residua.frame.ImageShape;
import dev.residua.frame.SensorMeter;
import dev.residua.frame.SensorReadings;
import dev.residua.simulation.Pendulum;
import dev.residua.simulation.Scenario;
import dev.residua.simulation.ScenarioEvent;
import dev.residua.simulation.ScenarioEvent.Kind;
import dev.residua.simulation.ScenarioStream;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SensorMonitorTest {
  /** Shape and scene of the model that ships. */
  private static final ImageShape SHAPE = new ImageShape(64, 64, 3);

  private static final List<Double> NOISE = List.of(0.5, 0.4);
  private static final int CALIBRATED = 1_000;

  private static SensorReference reference;

  @BeforeAll
  static void calibrate() {
    SensorReference.Builder builder = SensorReference.builder();
    play(Scenario.nominal(new Pendulum(), NOISE, 1, 0), CALIBRATED).forEach(builder::add);
    reference = builder.build();
  }

  private static List<SensorReadings> play(Scenario scenario, int frames) {
    ScenarioStream stream = new ScenarioStream(scenario, SHAPE);
    SensorMeter meter = new SensorMeter(SHAPE);
    byte[] pixels = new byte[SHAPE.size()];
    List<SensorReadings> readings = new ArrayList<>();
    for (int i = 0; i < frames; i++) {
      stream.next(pixels, 0);
      readings.add(meter.measure(pixels, 0));
    }
    return readings;
  }

  private static Scenario one(Kind kind, String node, int frames, double size, long seed) {
    ScenarioEvent event = new ScenarioEvent(kind, node, 20, frames, size, 1);
    return new Scenario(new Pendulum(), NOISE, 20, seed, 0, 20 + frames + 20, List.of(event));
  }

  /** Kinds that were called at any frame, and the frame of the first call. */
  private record Called(Set<AnomalyKind> kinds, int first, SensorMonitor last) {}

  private static Called watch(List<SensorReadings> readings, SensorReference usual) {
    SensorRule rule = SensorRule.of(usual);
    SensorMonitor watch = SensorMonitor.START;
    Set<AnomalyKind> kinds = EnumSet.noneOf(AnomalyKind.class);
    int first = -1;
    for (int i = 0; i < readings.size(); i++) {
      SensorMonitor.Step step = watch.next(readings.get(i), rule);
      watch = step.next();
      SensorFault fault = step.fault();
      if (fault != null) {
        first = kinds.isEmpty() ? i : first;
        kinds.add(fault.kind());
      }
    }
    return new Called(kinds, first, watch);
  }

  @ParameterizedTest
  @CsvSource({
    "DARK, 0.05, DARK, 3",
    "DARK, 0, DARK, 3",
    "SATURATED, 0.95, SATURATED, 3",
    "SATURATED, 1, SATURATED, 3",
    "BLURRED, 0.8, BLURRED, 3",
    "BLURRED, 3, BLURRED, 3",
    "TORN, 0.3, TORN, 30",
    "TORN, 0.1, TORN, 30",
    "FROZEN_CAMERA, 0, FROZEN, 10"
  })
  void shouldCallEachFaultByItsKindAndSoon(
      Kind played, double size, AnomalyKind kind, int atMostFrames) {
    // Given five streams of other draws
    for (long seed = 11; seed < 16; seed++) {
      List<SensorReadings> readings = play(one(played, null, 60, size, seed), 100);
      // When
      Called called = watch(readings, reference);
      // Then
      assertThat(called.kinds()).containsExactly(kind);
      assertThat(called.first()).isBetween(20, 20 + atMostFrames - 1);
    }
  }

  @Test
  void shouldNotCallAnythingInFiveThousandNominalFrames() {
    List<SensorReadings> readings = play(Scenario.nominal(new Pendulum(), NOISE, 99, 0), 5_000);
    assertThat(watch(readings, reference).kinds()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "BRIGHTNESS, , 0.85",
    "BRIGHTNESS, , 0.97",
    "HARD_INTERVENTION, light, 1",
    "HARD_INTERVENTION, shadow_length, 4",
    "OFFSET, shadow_position, 5",
    "NOISE_CHANGE, shadow_length, 3",
    "MECHANISM_CHANGE, shadow_position, -2",
    "SPARSE_ANOMALIES, shadow_length, 6"
  })
  void shouldLeaveWhatHappensInTheSceneToOthers(Kind kind, String node, double size) {
    List<SensorReadings> readings = play(one(kind, node, 100, size, 5), 140);
    assertThat(watch(readings, reference).kinds()).isEmpty();
  }

  @Test
  void shouldEndAFaultWhenTheLastFramesAreUsual() {
    // Given ten faulty frames, then nine usual ones, then three more
    List<SensorReadings> readings = play(one(Kind.DARK, null, 10, 0, 3), 50);
    SensorRule rule = SensorRule.of(reference);
    SensorMonitor watch = SensorMonitor.START;
    boolean[] faulty = new boolean[50];
    // When
    for (int i = 0; i < 50; i++) {
      SensorMonitor.Step step = watch.next(readings.get(i), rule);
      watch = step.next();
      faulty[i] = step.fault() != null;
    }
    // Then with three of ten from the third dark frame to the seventh after the last
    for (int i = 0; i < 50; i++) {
      assertThat(faulty[i]).as("frame %d", i).isEqualTo(i >= 22 && i <= 36);
    }
  }

  @Test
  void shouldNameWhatHidesTheOthers() {
    // Given a covered lens that also repeats its black picture
    List<SensorReadings> black = play(one(Kind.DARK, null, 60, 0, 3), 70);
    // When
    Called called = watch(black, reference);
    // Then it is frozen too, but dark says why
    assertThat(called.last().run()).isGreaterThan(SensorReference.FROZEN_FRAMES);
    assertThat(called.kinds()).containsExactly(AnomalyKind.DARK);
  }

  @Test
  void shouldWaitLongerForASceneThatStandsStill() {
    // Given a calibration in which 12 pictures in a row are equal
    SensorReference.Builder builder = SensorReference.builder();
    List<SensorReadings> nominal = play(Scenario.nominal(new Pendulum(), NOISE, 1, 0), 200);
    nominal.forEach(builder::add);
    for (int i = 0; i < 11; i++) {
      builder.add(nominal.get(199));
    }
    SensorReference still = builder.build();
    assertThat(still.longestRun()).isEqualTo(12);
    // When
    Called called = watch(play(one(Kind.FROZEN_CAMERA, null, 60, 0, 4), 90), still);
    // Then frame 19 is the first of its run
    assertThat(still.frozenFrames()).isEqualTo(24);
    assertThat(called.first()).isEqualTo(19 + 23);
  }

  @Test
  void shouldKnowOnlyFrozenCamerasWithoutACalibration() {
    SensorReference none = SensorReference.builder().build();
    for (Kind kind : List.of(Kind.DARK, Kind.BLURRED, Kind.SATURATED, Kind.TORN)) {
      assertThat(watch(play(one(kind, null, 40, 0.1, 6), 60), none).kinds()).isEmpty();
    }
    assertThat(watch(play(one(Kind.FROZEN_CAMERA, null, 40, 0, 6), 60), none).kinds())
        .containsExactly(AnomalyKind.FROZEN);
  }

  @Test
  void shouldEvaluateTheSameWithAReferenceThatWasStored() {
    // Given
    SensorRule rule = SensorRule.of(SensorReference.fromBytes(reference.toBytes()));
    List<SensorReadings> readings = play(one(Kind.TORN, null, 60, 0.3, 8), 100);
    SensorMonitor kept = SensorMonitor.START;
    // When and then
    for (SensorReadings now : readings) {
      SensorMonitor.Step step = kept.next(now, SensorRule.of(reference));
      assertThat(kept.next(now, rule)).isEqualTo(step);
      kept = step.next();
    }
  }

  @Test
  void shouldRefuseADamagedReference() {
    byte[] bytes = reference.toBytes();
    byte[] flipped = bytes.clone();
    flipped[bytes.length - 2] ^= 1;
    byte[] later = bytes.clone();
    later[7] = 9;
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SensorReference.fromBytes(flipped))
        .withMessageContaining("checksum");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SensorReference.fromBytes(later))
        .withMessageContaining("version 9, this code reads 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SensorReference.fromBytes(new byte[48]))
        .withMessageContaining("not a sensor reference");
  }

  @Test
  void shouldSayWhatIsWrong() {
    SensorReadings black = new SensorReadings(0, 1, 0, 0, 0, 1);
    assertThat(new SensorFault(AnomalyKind.DARK, 3, 3).summary(black, reference).explanation())
        .isEqualTo(
            "the camera is dark: 100 % of the picture is nearly black, usual is at most 2 %");
    assertThat(new SensorFault(AnomalyKind.FROZEN, 10, 10).summary(black, reference).explanation())
        .isEqualTo("the camera is frozen: 10 equal pictures in a row, usual is at most 1");
    assertThat(new SensorFault(AnomalyKind.BLURRED, 3, 3).summary(black, reference).explanation())
        .startsWith("the picture is out of focus: sharpness 0.0, usual is at least ");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SensorFault(AnomalyKind.RESIDUAL, 3, 3));
  }
}
