package dev.residua.renewal.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.renewal.selection.RejectionReason;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CollectStepTest {
  @Test
  void shouldSayWhichFramesWereLeftOutAndHowToLearnThoseOfIncidents() {
    assertThat(
            CollectStep.leftOut(
                Map.of(RejectionReason.NOT_WATCHED, 1_200L, RejectionReason.INCIDENT, 8_640L)))
        .isEqualTo(
            "; left out were 8640 incident, 1200 not-watched; if incidents show the new normal, give accept-normal for their sources first");
    assertThat(CollectStep.leftOut(Map.of(RejectionReason.NOT_SAMPLED, 7L)))
        .isEqualTo("; left out were 7 not-sampled");
    assertThat(CollectStep.leftOut(Map.of())).isEmpty();
  }
}
