package dev.residua.renewal.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.renewal.selection.RejectionReason;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CollectStepTest {
  @Test
  void shouldSayHowManyFramesAreMissingAndWhatToDoNext() {
    String missing =
        CollectStep.missing(
            0,
            3_005,
            1_618,
            Map.of(
                RejectionReason.SEPARATION, 64L,
                RejectionReason.NEAR_DUPLICATE, 3L,
                RejectionReason.SHORT_STRETCH, 30L,
                RejectionReason.EVENT, 2L));

    assertThat(missing)
        .isEqualTo(
            "too few nominal frames: 0 to train (at least 256), 3005 to calibrate (256), 1618 to test (200). Wait for more frames, or set a longer residua.training.window. Left out: 64 separation, 30 short-stretch, 3 near-duplicate");
  }

  @Test
  void shouldSayHowToLearnTheFramesOfIncidents() {
    String missing =
        CollectStep.missing(
            300,
            300,
            199,
            Map.of(RejectionReason.NOT_WATCHED, 1_200L, RejectionReason.INCIDENT, 8_640L));

    assertThat(missing)
        .endsWith(
            "199 to test (200). If incidents show the new normal, give accept-normal; else wait for more frames. Left out: 8640 incident, 1200 not-watched");
  }

  @Test
  void shouldBeContentWithTheFewestFramesNeeded() {
    assertThat(CollectStep.missing(256, 256, 200, Map.of())).isNull();
  }
}
