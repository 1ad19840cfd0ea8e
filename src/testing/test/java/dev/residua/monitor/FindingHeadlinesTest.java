package dev.residua.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.anomaly.AnomalyKind;
import dev.residua.anomaly.AnomalySentence;
import dev.residua.anomaly.Cause;
import dev.residua.anomaly.MotionSentence;
import dev.residua.anomaly.SensorFault;
import dev.residua.anomaly.SensorReference;
import dev.residua.anomaly.Verdict;
import dev.residua.causal.CausalGraph;
import dev.residua.causal.DetailStatistics;
import dev.residua.causal.FrameStatistics;
import dev.residua.causal.Reconstruction;
import dev.residua.causal.Summary;
import dev.residua.drift.DriftEvent;
import dev.residua.drift.DriftSentence;
import dev.residua.frame.CameraMotion;
import dev.residua.frame.ImageShape;
import dev.residua.frame.SensorReadings;
import dev.residua.incident.Moment;
import dev.residua.testing.Headlines;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Headlines of all findings but diagnoses, whatever the names of the latents are. */
class FindingHeadlinesTest {
  private static final boolean[][] EDGES = {{false, true}, {false, false}};

  @Test
  void shouldFitWithAnyName() {
    for (String root : Headlines.NAMES) {
      for (String child : Headlines.NAMES) {
        all(CausalGraph.of(List.of(root, child + " "), EDGES)).forEach(Headlines::assertHeadline);
      }
    }
  }

  @Test
  void shouldSayWhatIsWrong() {
    // When
    List<String> headlines =
        all(CausalGraph.of(List.of("lamp", "shadow_position"), EDGES)).stream()
            .map(Summary::headline)
            .toList();
    // Then
    assertThat(headlines)
        .containsExactly(
            "Lamp is lower than usual",
            "Lamp is higher than usual",
            "Shadow position no longer follows its causes",
            "Lamp varies less than usual",
            "Shadow position deviates more than usual from its causes",
            "Scene behaves differently than in training",
            "Picture as a whole has changed",
            "Camera is at fault",
            "Picture is darker than in training",
            "Something unknown is in view, or the view has changed",
            "Pictures are unlike those of training",
            "Pictures have unknown small details",
            "Frames differ from quiet frames",
            "Pictures are back to normal",
            "Scene is back to normal",
            "Picture is brighter than in training",
            "Something unknown is in the picture",
            "Lamp is unusually low",
            "Shadow position is higher than its causes explain",
            "Shadow position cannot be evaluated",
            "Camera picture is dark",
            "Camera picture is overexposed",
            "Camera repeats one picture",
            "Camera picture is torn",
            "Camera picture is out of focus",
            "Camera has moved",
            "No frame since 1970-01-01 00:00:00 UTC");
  }

  private static List<Summary> all(CausalGraph graph) {
    List<Summary> all =
        new ArrayList<>(
            List.of(
                DriftSentence.shifted(graph, 0, -6.1, 32),
                DriftSentence.shifted(graph, 0, 6.1, 32),
                DriftSentence.shifted(graph, 1, 6.1, 32),
                DriftSentence.spread(graph, 0, -5.2, 32),
                DriftSentence.spread(graph, 1, 5.2, 32),
                DriftSentence.reshaped(32, "chart"),
                DriftSentence.appearance(32),
                DriftSentence.sensor(32),
                DriftSentence.brightness(-20, 32),
                DriftSentence.reconstruction(true, 32),
                DriftSentence.reconstruction(false, 32),
                DriftSentence.details(new DetailStatistics(9, 0.001f, 0.1f, 0.2f), 32),
                DriftSentence.evidence(14, 1e6),
                DriftSentence.ended(DriftEvent.Channel.PICTURE, 100),
                DriftSentence.ended(DriftEvent.Channel.RESIDUAL, 100),
                anomaly(graph, AnomalyKind.APPEARANCE, List.of()),
                anomaly(graph, AnomalyKind.OFF_MANIFOLD, List.of()),
                anomaly(graph, AnomalyKind.RESIDUAL, List.of(new Cause(0, -4.2f, 1e-4f, 1))),
                anomaly(graph, AnomalyKind.RESIDUAL, List.of(new Cause(1, 4.2f, 1e-4f, 1))),
                anomaly(graph, AnomalyKind.RESIDUAL, List.of(new Cause(1, Float.NaN, 1e-4f, 1)))));
    for (AnomalyKind kind : AnomalyKind.values()) {
      if (kind.isSensorFault()
          && kind != AnomalyKind.MOVED
          && kind != AnomalyKind.VARIABLE_MISSING
          && kind != AnomalyKind.UNREADABLE) {
        all.add(
            new SensorFault(kind, 10, 5)
                .summary(new SensorReadings(0, 1, 0, 0, 0, 1), SensorReference.builder().build()));
      }
    }
    all.add(MotionSentence.of(new CameraMotion(0.03f, 0, 2, 1), new ImageShape(64, 64, 3)));
    all.add(Findings.silence(new Moment("cam1", 7, Instant.EPOCH, "frames-0@7", "m", "ab12")));
    return all;
  }

  private static Summary anomaly(CausalGraph graph, AnomalyKind kind, List<Cause> causes) {
    FrameStatistics statistics =
        new FrameStatistics(
            new float[2], new float[2], 0.1f, Reconstruction.SAMPLED, 0.1f, 0.1f, 0, 0.2f);
    return AnomalySentence.of(
        new Verdict.Anomalous(kind, 0.001f, 0.001, causes, statistics), graph, "");
  }
}
