package dev.residua.anomaly;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.causal.FrameStatistics;
import dev.residua.causal.Reconstruction;
import dev.residua.frame.SensorReadings;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ReadingRuleTest {
  private static final SensorReadings USUAL = new SensorReadings(100, 0.1f, 0, 1, 0.2f, 1);
  private static final SensorReadings BLACK = new SensorReadings(1, 0.99f, 0, 1, 0.2f, 2);
  private static final ReadingRule RULE =
      new ReadingRule(
          AnomalyRule.of(AnomalySettings.DEFAULTS.withFalseAlarmRate(0.01), calibration()),
          SensorReference.builder().add(USUAL).build());

  private static AnomalyCalibration calibration() {
    Random random = new Random(1);
    float[] values = new float[200];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return AnomalyCalibration.fit(values, 1, Arrays.copyOf(values, 200), values);
  }

  private static FrameStatistics frame(
      float joint, float reconstruction, float appearance, float deviation) {
    return new FrameStatistics(
        new float[] {1},
        new float[] {joint},
        joint,
        Reconstruction.SAMPLED,
        reconstruction,
        appearance,
        0,
        deviation);
  }

  @Test
  void shouldRefuseFramesThatNameNoLatent() {
    // Given a usual frame, then one that the model cannot redraw, and a darker one
    assertThat(RULE.refuses(frame(0.5f, 0.5f, 0.5f, 0), USUAL)).isFalse();
    assertThat(RULE.refuses(frame(0.5f, 0.001f, 0.5f, 0), USUAL)).isTrue();
    assertThat(RULE.refuses(frame(0.5f, 0.5f, 0.001f, -0.2f), USUAL)).isTrue();
  }

  @Test
  void shouldReadAFrameWhoseLatentIsUnusual() {
    assertThat(RULE.refuses(frame(0.001f, 0.001f, 0.5f, 0), USUAL)).isFalse();
  }

  @Test
  void shouldRefuseASinglePictureOfAFaultySensor() {
    assertThat(RULE.refuses(frame(0.5f, 0.5f, 0.5f, 0), BLACK)).isTrue();
  }
}
