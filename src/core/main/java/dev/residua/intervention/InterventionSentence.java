package dev.residua.intervention;

import dev.residua.causal.CausalGraph;
import dev.residua.causal.FactorScales;
import dev.residua.causal.Summary;
import java.util.List;
import java.util.Locale;

/** Describes a diagnosis with the names of the domain. */
final class InterventionSentence {
  /** Ratio of spreads from which a headline has it as a number. */
  private static final double CLEARLY_MORE = 1.5;

  /** Difference of slopes from which a headline has the slope. */
  private static final double CLEARLY_OTHER = 0.05;

  private final MechanismReference reference;
  private final CausalGraph graph;
  private final FactorScales scales;
  private final int frames;

  InterventionSentence(
      MechanismReference reference, CausalGraph graph, FactorScales scales, int frames) {
    this.reference = reference;
    this.graph = graph;
    this.scales = scales;
    this.frames = frames;
  }

  Summary frozen(int still) {
    return new Summary(
        "Camera repeats one picture",
        "nothing has moved over the last %d frames: the camera repeats a picture".formatted(still));
  }

  Summary appearance(int changed, int of) {
    return new Summary(
        "Picture as a whole has changed",
        "the picture as a whole has changed in %d of %d frames, so no mechanism is named"
            .formatted(changed, of));
  }

  Summary unknown(Diagnoser.Node most, double threshold) {
    return new Summary(
        "Something has changed, but no cause can be named",
        text(
            "no mechanism can be named: over the last %d frames the largest standardised statistic is"
                + " %.1f (%s of %s), %.1f is needed",
            frames,
            Math.abs(most.evidence()),
            most.strongest().spoken(),
            graph.spokenName(most.latent),
            threshold));
  }

  Summary of(InterventionKind kind, Diagnoser.Node node, List<EdgeReading> edges) {
    String explanation = explanation(kind, node, edges);
    int latent = node.latent;
    boolean root = graph.isRoot(latent);
    String name = graph.spokenName(latent);
    return switch (kind) {
      case OUTLIER -> Summary.of(explanation, "%s is far off in single frames", name);
      case HARD_INTERVENTION ->
          Summary.of(explanation, "%s is held at %s", name, number(latent, recentMean(node)));
      case STOCHASTIC_INTERVENTION ->
          !root
              ? Summary.of(explanation, "%s varies on its own, not with its causes", name)
              : scales.categories(latent).isEmpty()
                  ? varies(explanation, name, node.spread())
                  : mostly(explanation, node);
      case MECHANISM_CHANGE -> follows(explanation, node, edges);
      case OFFSET -> offset(explanation, node);
      case NOISE_CHANGE -> Summary.of(explanation, "%s deviates " + amount(times(node)), name);
      case COVARIATE_DRIFT -> drifted(explanation, node);
      case BALANCE_CHANGE, RESPONSE_CHANGE, DELAY_CHANGE -> throw overTime(kind);
      case APPEARANCE_SHIFT, FROZEN_CAMERA, UNKNOWN ->
          throw new IllegalArgumentException("a " + kind + " blames no latent");
    };
  }

  private static IllegalArgumentException overTime(InterventionKind kind) {
    return new IllegalArgumentException(kind + " is a change of an equation over time");
  }

  private static Summary varies(String explanation, String name, double times) {
    return times > 1 / CLEARLY_MORE && times < CLEARLY_MORE
        ? Summary.of(explanation, "%s varies differently than normal", name)
        : Summary.of(explanation, "%s varies " + amount(times), name);
  }

  /** Such as {@code 2.4 times as much as normal}. */
  private static String amount(double times) {
    return times >= CLEARLY_MORE
        ? factor(times) + " times as much as normal"
        : times >= 1 ? "more than normal" : "less than normal";
  }

  private static String factor(double times) {
    String text = text("%.1f", times);
    return times >= 10 ? text("%.0f", times) : text.replaceFirst("\\.0$", "");
  }

  private Summary mostly(String explanation, Diagnoser.Node node) {
    List<String> categories = scales.categories(node.latent);
    int[] counts = counts(node);
    return Summary.of(
        explanation,
        "%s is mostly %s, unlike before",
        graph.spokenName(node.latent),
        categories.get(mostFrequent(counts)));
  }

  private Summary follows(String explanation, Diagnoser.Node node, List<EdgeReading> edges) {
    String name = graph.spokenName(node.latent);
    List<String> removed =
        edges.stream()
            .filter(edge -> edge.verdict() == EdgeVerdict.REMOVED)
            .map(edge -> edge.from().replace('_', ' '))
            .toList();
    if (!removed.isEmpty() && removed.size() < edges.size()) {
      return Summary.of(
          explanation, "%s no longer follows %s", name, String.join(" and ", removed));
    }
    double slope = node.statistics.slope(node.latent, 0, node.size());
    String headline;
    if (Double.isNaN(slope) || Math.abs(slope - 1) < CLEARLY_OTHER) {
      headline = "%s follows its causes differently";
    } else if (slope > 1) {
      headline = "%s follows its causes " + factor(slope) + " times as strongly";
    } else if (slope >= CLEARLY_OTHER) {
      headline = "%s follows its causes only " + Math.round(100 * slope) + " %%";
    } else {
      headline =
          slope > -CLEARLY_OTHER
              ? "%s no longer follows its causes"
              : "%s moves against its causes";
    }
    return Summary.of(explanation, headline, name);
  }

  private Summary offset(String explanation, Diagnoser.Node node) {
    int latent = node.latent;
    String name = graph.spokenName(latent);
    if (graph.isRoot(latent)) {
      return scales.of(latent).isPresent()
          ? Summary.of(
              explanation, "%s is at %s, out of its known range", name, number(latent, mean(node)))
          : Summary.of(explanation, "%s is out of its known range", name);
    }
    return scales
        .of(latent)
        .map(
            scale ->
                Summary.of(
                    explanation, "%s is off by %s", name, scale.spokenDistance(node.offset())))
        .orElseGet(
            () ->
                Summary.of(
                    explanation,
                    node.offset() < 0
                        ? "%s is lower than its causes explain"
                        : "%s is higher than its causes explain",
                    name));
  }

  private Summary drifted(String explanation, Diagnoser.Node node) {
    int latent = node.latent;
    if (!scales.categories(latent).isEmpty()) {
      return mostly(explanation, node);
    }
    String name = graph.spokenName(latent);
    return scales.of(latent).isPresent()
        ? Summary.of(explanation, "%s has drifted to %s", name, number(latent, mean(node)))
        : Summary.of(
            explanation,
            mean(node) < reference.centre(latent) ? "%s has drifted down" : "%s has drifted up",
            name);
  }

  /** Returns a value of a latent without its usual range. */
  private String number(int latent, double value) {
    return scales.categories(latent).isEmpty() && scales.of(latent).isPresent()
        ? scales.of(latent).map(scale -> scale.number(scale.of(value))).orElseThrow()
        : value(latent, value);
  }

  private static double mean(Diagnoser.Node node) {
    return node.statistics.meanObserved(node.latent, 0, node.size());
  }

  private static double recentMean(Diagnoser.Node node) {
    return node.statistics.meanObserved(
        node.latent, node.size() - node.recentRows, node.recentRows);
  }

  private double times(Diagnoser.Node node) {
    int m = node.size();
    return Math.exp(
        (node.statistics.value(MechanismTest.VARIANCE, node.latent, 0, m)
                - reference.median(MechanismTest.VARIANCE, node.latent, m))
            / 2);
  }

  private String explanation(InterventionKind kind, Diagnoser.Node node, List<EdgeReading> edges) {
    int latent = node.latent;
    boolean root = graph.isRoot(latent);
    String name = graph.spokenName(latent);
    List<String> parents = graph.spokenParentNames(latent);
    String causes = String.join(" and ", parents);
    String explain = causes + (parents.size() == 1 ? " explains" : " explain");
    WindowStatistics statistics = node.statistics;
    int m = node.size();
    double mean = recentMean(node);
    double correlation =
        root ? 0 : Math.tanh(statistics.value(MechanismTest.DEPENDENCE, latent, 0, m));
    double shift = statistics.value(MechanismTest.MEAN, latent, 0, m);
    return switch (kind) {
      case OUTLIER ->
          text(
              "%d of %d frames have %s far from %s, by up to %.1f standard deviations; the others"
                  + " are normal",
              node.off().length,
              m,
              root ? name : "a " + name,
              root ? "normal" : "what " + explain,
              statistics.value(MechanismTest.LARGEST, latent, 0, m));
      case HARD_INTERVENTION ->
          root
              ? text(
                  "%s is held at %s: over the last %d frames its spread is %.2f of the normal one",
                  name, value(latent, mean), m, node.spread())
              : text(
                  "%s no longer follows %s: its residual moves against the prediction (correlation"
                      + " %.2f over %d frames) and it is held at %s",
                  name, causes, correlation, m, value(latent, mean));
      case STOCHASTIC_INTERVENTION ->
          root && !scales.categories(latent).isEmpty()
              ? shares(node, name)
              : root
                  ? text(
                      "%s is drawn from another distribution: over the last %d frames its spread is %.2f of the"
                          + " normal one",
                      name, m, node.spread())
                  : text(
                      "%s no longer follows %s: its residual moves against the prediction (correlation"
                          + " %.2f over %d frames) while it varies on its own",
                      name, causes, correlation, m);
      case MECHANISM_CHANGE ->
          text(
                  "%s answers %s differently: over %d frames it moves by %.2f for every 1 that they"
                      + " explain (correlation of residual and prediction %.2f)",
                  name, causes, m, statistics.slope(latent, 0, m), correlation)
              + edges(edges);
      case OFFSET ->
          root
              ? text(
                  "%s is shifted by %s, out of the range known from training: it is seen outside in"
                      + " %d of %d frames",
                  name, move(node), node.outOfRange(), m)
              : text(
                  "%s is off by %s from what %s, on average over %d frames and at all of their"
                      + " values",
                  name, distance(latent, shift, node.offset()), explain, m);
      case NOISE_CHANGE ->
          text(
              "%s deviates %.1f times as far as normal from what %s, over %d frames",
              name, times(node), explain, m);
      case COVARIATE_DRIFT ->
          !scales.categories(latent).isEmpty()
              ? shares(node, name)
              : text(
                  "%s has drifted by %s on average over %d frames, within its normal range",
                  name, move(node), m);
      case BALANCE_CHANGE, RESPONSE_CHANGE, DELAY_CHANGE -> throw overTime(kind);
      case APPEARANCE_SHIFT, FROZEN_CAMERA, UNKNOWN ->
          throw new IllegalArgumentException("a " + kind + " blames no latent");
    };
  }

  /** Such as {@code ; lamp no longer moves it (...); valve still does (...)}, changes first. */
  private static String edges(List<EdgeReading> edges) {
    if (edges.size() < 2 || edges.stream().noneMatch(EdgeReading::isClaim)) {
      return "";
    }
    StringBuilder text = new StringBuilder();
    for (EdgeVerdict verdict : EdgeVerdict.values()) {
      for (EdgeReading edge : edges) {
        if (edge.verdict() == verdict) {
          text.append("; ").append(spoken(edge));
        }
      }
    }
    return text.toString();
  }

  private static String spoken(EdgeReading edge) {
    String cause = edge.from().replace('_', ' ');
    String size = text("%.2f +- %.2f", edge.influence(), edge.standardError());
    return switch (edge.verdict()) {
      case REMOVED -> text("%s no longer moves it (%s of its trained influence)", cause, size);
      case CHANGED -> text("%s moves it with %s of its trained influence", cause, size);
      case KEPT -> text("%s still moves it (%s)", cause, size);
      case UNDETERMINED -> text("these frames do not show whether %s moves it", cause);
    };
  }

  private String shares(Diagnoser.Node node, String name) {
    List<String> categories = scales.categories(node.latent);
    int[] counts = counts(node);
    int most = mostFrequent(counts);
    return text(
        "%s follows another distribution: over the last %d frames it is %s most often, in %.0f %% of them",
        name, node.size(), categories.get(most), 100.0 * counts[most] / node.size());
  }

  private int[] counts(Diagnoser.Node node) {
    int[] counts = new int[scales.categories(node.latent).size()];
    for (float[] row : node.statistics.observed()) {
      counts[Math.max(0, Math.min(counts.length - 1, Math.round(row[node.latent])))]++;
    }
    return counts;
  }

  private static int mostFrequent(int[] counts) {
    int most = 0;
    for (int v = 1; v < counts.length; v++) {
      most = counts[v] > counts[most] ? v : most;
    }
    return most;
  }

  /** Returns a value of a latent, in the unit of its factor if that is known. */
  private String value(int latent, double value) {
    List<String> categories = scales.categories(latent);
    if (!categories.isEmpty()) {
      return categories.get((int) Math.max(0, Math.min(categories.size() - 1, Math.round(value))));
    }
    return scales.of(latent).map(scale -> scale.spoken(value)).orElseGet(() -> text("%.2f", value));
  }

  /** Such as {@code -1.7 standard deviations}, or {@code -12.4 (1.7 standard deviations)}. */
  private String distance(int latent, double deviations, double latents) {
    return scales
        .of(latent)
        .map(
            scale ->
                text(
                    "%s (%.1f standard deviations)",
                    scale.spokenDistance(latents), Math.abs(deviations)))
        .orElseGet(() -> text("%.1f standard deviations", deviations));
  }

  private String move(Diagnoser.Node node) {
    double mean = mean(node);
    double moved = mean - reference.centre(node.latent);
    return text("%.1f standard deviations", moved / reference.deviation(node.latent))
        + scales.of(node.latent).map(scale -> " to " + scale.spoken(mean)).orElse("");
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
