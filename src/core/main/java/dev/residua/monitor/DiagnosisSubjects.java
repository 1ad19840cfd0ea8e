package dev.residua.monitor;

import dev.residua.causal.CausalGraph;
import dev.residua.incident.Subject;
import dev.residua.intervention.Diagnosis;
import dev.residua.intervention.EdgeReading;
import dev.residua.intervention.InterventionKind;
import java.util.List;

/** Subjects that a diagnosis names. */
final class DiagnosisSubjects {
  /** Precedes each edge of {@link #news}. */
  private static final String EDGE = "; ";

  private DiagnosisSubjects() {}

  /**
   * Kind, first cause and the edges that differ from the model, such as {@code MECHANISM_CHANGE
   * tracker; lamp}.
   */
  static String news(Diagnosis diagnosis) {
    StringBuilder news =
        new StringBuilder(
            diagnosis.causes().isEmpty()
                ? diagnosis.kind().name()
                : news(diagnosis.kind(), diagnosis.causes().get(0).latent()));
    diagnosis.edges().stream()
        .filter(EdgeReading::isClaim)
        .forEach(edge -> news.append(EDGE).append(edge.from()));
    return news.toString();
  }

  /** News without edges, as all of changes over time. */
  static String news(InterventionKind kind, String latent) {
    return kind.name() + ' ' + latent;
  }

  /**
   * Returns true if nothing new has to be published. An edge that is no longer shown is not new.
   */
  static boolean covers(String published, String news) {
    return published.equals(news) || published.startsWith(news + EDGE);
  }

  /**
   * The subjects, the leading one first; empty if none can be named.
   *
   * @param pictureAlarms whether the picture's detector alarms, which explains an unknown change
   */
  static List<Subject> of(Diagnosis diagnosis, CausalGraph graph, boolean pictureAlarms) {
    return switch (diagnosis.kind()) {
      case APPEARANCE_SHIFT -> List.of(Subject.PICTURE);
      case UNKNOWN -> pictureAlarms ? List.of(Subject.PICTURE) : List.of();
      case FROZEN_CAMERA -> List.of(); // the fault of the sensor is reported
      default ->
          diagnosis.causes().stream()
              .map(
                  cause ->
                      Subject.latent(
                          cause.latent(), graph.isRoot(graph.names().indexOf(cause.latent()))))
              .toList();
    };
  }
}
