package dev.residua.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.causal.Finding;
import dev.residua.causal.Summary;
import dev.residua.intervention.Diagnosis;
import dev.residua.intervention.EdgeReading;
import dev.residua.intervention.EdgeVerdict;
import dev.residua.intervention.InterventionKind;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class DiagnosisSubjectsTest {
  private static String news(String latent, EdgeReading... edges) {
    return DiagnosisSubjects.news(
        new Diagnosis(
            InterventionKind.MECHANISM_CHANGE,
            List.of(new Finding.Cause(latent, List.of(), 9, 1e-9, 1)),
            9,
            3,
            1e-9,
            "condition",
            new Summary("Headline", "explanation"),
            Arrays.asList(edges),
            null));
  }

  private static EdgeReading edge(String from, EdgeVerdict verdict) {
    return new EdgeReading(from, "tracker", 0.5, 0.1, 0.001, verdict);
  }

  @Test
  void shouldCountChangedEdgesAsNewsOnce() {
    // Given
    String latent = news("tracker", edge("lamp", EdgeVerdict.UNDETERMINED));
    String lamp =
        news("tracker", edge("lamp", EdgeVerdict.REMOVED), edge("valve", EdgeVerdict.KEPT));
    String both =
        news("tracker", edge("lamp", EdgeVerdict.CHANGED), edge("valve", EdgeVerdict.CHANGED));
    // When and Then
    assertThat(latent).isEqualTo("MECHANISM_CHANGE tracker");
    assertThat(lamp).isEqualTo("MECHANISM_CHANGE tracker; lamp");
    assertThat(DiagnosisSubjects.covers(latent, lamp)).isFalse();
    assertThat(DiagnosisSubjects.covers(lamp, both)).isFalse();
    for (String covered : List.of(latent, lamp, both)) {
      assertThat(DiagnosisSubjects.covers(both, covered)).isTrue();
    }
    assertThat(DiagnosisSubjects.covers(news("tracker2"), latent)).isFalse();
    assertThat(DiagnosisSubjects.covers("", latent)).isFalse();
  }
}
