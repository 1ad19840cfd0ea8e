package dev.residua.anomaly;

import dev.residua.causal.CausalGraph;
import dev.residua.causal.Summary;
import java.util.List;
import java.util.Locale;

/** Describes an anomaly with the names of the domain. */
public final class AnomalySentence {
  private AnomalySentence() {}

  /**
   * Summary such as {@code Shadow length is higher than its causes explain}, with the explanation
   * {@code shadow length 4.2 sd above what light and pendulum explain}.
   *
   * @param graph of the model that scored the frame: names and parents
   * @param inUnits end of the explanation; may be empty
   */
  public static Summary of(Verdict.Anomalous anomaly, CausalGraph graph, String inUnits) {
    String explanation = explanation(anomaly, graph) + inUnits;
    return switch (anomaly.kind()) {
      case APPEARANCE ->
          Summary.of(
              explanation,
              "Picture is %s than in training",
              anomaly.statistics().appearanceDeviation() < 0 ? "darker" : "brighter");
      case OFF_MANIFOLD -> new Summary("Something unknown is in the picture", explanation);
      case RESIDUAL -> residual(anomaly.causes().get(0), graph, explanation);
      case DARK, SATURATED, FROZEN, TORN, BLURRED, MOVED, VARIABLE_MISSING, UNREADABLE ->
          throw new AssertionError("a verdict of kind " + anomaly.kind());
    };
  }

  private static String explanation(Verdict.Anomalous anomaly, CausalGraph graph) {
    return switch (anomaly.kind()) {
      case APPEARANCE -> appearance(anomaly.statistics().appearanceDeviation());
      case OFF_MANIFOLD -> "the picture shows something the model has never seen";
      case RESIDUAL -> residual(anomaly.causes(), graph);
      case DARK, SATURATED, FROZEN, TORN, BLURRED, MOVED, VARIABLE_MISSING, UNREADABLE ->
          throw new AssertionError("a verdict of kind " + anomaly.kind());
    };
  }

  private static Summary residual(Cause leading, CausalGraph graph, String explanation) {
    float e = leading.standardized();
    String format =
        Float.isNaN(e)
            ? "%s cannot be evaluated"
            : graph.isRoot(leading.latent())
                ? (e < 0 ? "%s is unusually low" : "%s is unusually high")
                : (e < 0
                    ? "%s is lower than its causes explain"
                    : "%s is higher than its causes explain");
    return Summary.of(explanation, format, graph.spokenName(leading.latent()));
  }

  private static String appearance(float deviation) {
    long levels = Math.round(Math.abs(deviation) * 255.0);
    return "the whole picture is %d grey level%s %s than in training; no mechanism is named"
        .formatted(levels, levels == 1 ? "" : "s", deviation < 0 ? "darker" : "brighter");
  }

  private static String residual(List<Cause> causes, CausalGraph graph) {
    StringBuilder text = new StringBuilder();
    for (Cause cause : causes.subList(0, Math.min(3, causes.size()))) {
      text.append(text.isEmpty() ? "" : "; ").append(clause(cause, graph));
    }
    if (causes.size() > 3) {
      text.append("; and ").append(causes.size() - 3).append(" more");
    }
    return text.toString();
  }

  private static String clause(Cause cause, CausalGraph graph) {
    float e = cause.standardized();
    String size =
        Float.isNaN(e)
            ? "not a number, against"
            : String.format(
                Locale.ROOT,
                "%s sd %s",
                Math.abs(e) >= 100 ? "over 100" : String.format(Locale.ROOT, "%.1f", Math.abs(e)),
                e < 0 ? "below" : "above");
    return graph.spokenName(cause.latent())
        + " "
        + size
        + (graph.isRoot(cause.latent())
            ? " its usual range"
            : " what "
                + listed(graph.spokenParentNames(cause.latent()))
                + " explain"
                + (graph.parents(cause.latent()).length == 1 ? "s" : ""));
  }

  private static String listed(List<String> names) {
    int n = names.size();
    return n == 1
        ? names.get(0)
        : String.join(", ", names.subList(0, n - 1)) + " and " + names.get(n - 1);
  }
}
