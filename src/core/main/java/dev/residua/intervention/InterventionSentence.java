package dev.residua.intervention;

import dev.residua.causal.CausalGraph;
import dev.residua.causal.FactorScales;
import dev.residua.dynamics.DynamicChange;
import dev.residua.dynamics.DynamicHistory;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Locale;

/** Describes a diagnosis in one plain sentence, with the names of the domain. */
final class InterventionSentence {
  private static final int SECONDS_PER_MINUTE = 60;

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

  String frozen(int still) {
    return "nothing has moved over the last %d frames: the camera repeats a picture"
        .formatted(still);
  }

  String appearance(int changed, int of) {
    return "the picture as a whole has changed in %d of %d frames, so no mechanism is named"
        .formatted(changed, of);
  }

  String unknown(Diagnoser.Node most, double threshold) {
    return text(
        "no mechanism can be named: over the last %d frames the largest standardised statistic is"
            + " %.1f (%s of %s), %.1f is needed",
        frames,
        Math.abs(most.evidence()),
        most.strongest().spoken(),
        graph.spokenName(most.latent),
        threshold);
  }

  String of(InterventionKind kind, Diagnoser.Node node, List<EdgeReading> edges) {
    int latent = node.latent;
    boolean root = graph.isRoot(latent);
    String name = graph.spokenName(latent);
    List<String> parents = graph.spokenParentNames(latent);
    String causes = String.join(" and ", parents);
    String explain = causes + (parents.size() == 1 ? " explains" : " explain");
    WindowStatistics statistics = node.statistics;
    int m = node.size();
    double mean = statistics.meanObserved(latent, m - node.recentRows, node.recentRows);
    double correlation =
        root ? 0 : Math.tanh(statistics.value(MechanismTest.DEPENDENCE, latent, 0, m));
    double shift = statistics.value(MechanismTest.MEAN, latent, 0, m);
    double times =
        Math.exp(
            (statistics.value(MechanismTest.VARIANCE, latent, 0, m)
                    - reference.median(MechanismTest.VARIANCE, latent, m))
                / 2);
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
              name, times, explain, m);
      case COVARIATE_DRIFT ->
          !scales.categories(latent).isEmpty()
              ? shares(node, name)
              : text(
                  "%s has drifted by %s on average over %d frames, within its normal range",
                  name, move(node), m);
      case BALANCE_CHANGE, RESPONSE_CHANGE, DELAY_CHANGE ->
          throw new IllegalArgumentException(kind + " is a change of an equation over time");
      case APPEARANCE_SHIFT, FROZEN_CAMERA, UNKNOWN ->
          throw new IllegalArgumentException("a " + kind + " blames no latent");
    };
  }

  /** Describes the change of an equation that uses earlier frames. */
  String of(DynamicChange change, Diagnoser.Node node, DynamicHistory history) {
    int latent = node.latent;
    String name = graph.spokenName(latent);
    String causes = String.join(" and ", graph.spokenParentNames(latent));
    String explain = causes + (graph.parents(latent).length == 1 ? " explains" : " explain");
    int m = node.size();
    return switch (change.kind()) {
      case PUSH ->
          text(
              "%s %s %s than %s, over %d frames",
              name,
              gains(latent, change.size()) ? "gains" : "loses",
              rate(latent, change.size()),
              explain,
              m);
      case OFFSET ->
          text(
              "%s reads %s more than its equation expects, over %d frames",
              name, units(latent, change.size()), m);
      case GAIN ->
          text(
              "%s moves %s with %.2f of its trained influence, over %d frames",
              graph.spokenName(history.cause(latent, change)), name, change.size(), m);
      case RESPONSE ->
          text(
              "%s follows %s at %.2f of its trained speed, over %d frames",
              name, causes, change.size(), m);
      case DELAY ->
          text(
              "%s follows %s after %s s instead of %s s, over %d frames",
              name,
              graph.spokenName(history.cause(latent, change)),
              digits(change.size()),
              digits(history.delay(latent, change)),
              m);
      case HELD ->
          text(
              "%s no longer follows %s: it is held at %s, over %d frames",
              name, causes, value(latent, change.size()), m);
    };
  }

  private boolean gains(int latent, double push) {
    return scales.of(latent).map(scale -> scale.slope() * push).orElse(push) > 0;
  }

  /** Such as {@code 0.4 per minute more}, in the unit of the factor if that is known. */
  private String rate(int latent, double perSecond) {
    double size = Math.abs(scales.of(latent).map(scale -> scale.slope()).orElse(1.0) * perSecond);
    double range = scales.of(latent).map(scale -> scale.high() - scale.low()).orElse(4.0);
    String unit = scales.of(latent).isPresent() ? "" : " standard deviations";
    return size * SECONDS_PER_MINUTE < range
        ? text("%s%s per minute more", digits(size * SECONDS_PER_MINUTE), unit)
        : text("%s%s per second more", digits(size), unit);
  }

  private String units(int latent, double latents) {
    return scales
        .of(latent)
        .map(scale -> scale.spokenDistance(latents))
        .orElseGet(() -> text("%.2f standard deviations", latents));
  }

  /** Two significant digits or more, such as {@code 0.042} or {@code 5}. */
  private static String digits(double value) {
    return BigDecimal.valueOf(value).round(new MathContext(2)).stripTrailingZeros().toPlainString();
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
    int[] counts = new int[categories.size()];
    for (float[] row : node.statistics.observed()) {
      counts[Math.max(0, Math.min(counts.length - 1, Math.round(row[node.latent])))]++;
    }
    int most = 0;
    for (int v = 1; v < counts.length; v++) {
      most = counts[v] > counts[most] ? v : most;
    }
    return text(
        "%s follows another distribution: over the last %d frames it is %s most often, in %.0f %% of them",
        name, node.size(), categories.get(most), 100.0 * counts[most] / node.size());
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
    double mean = node.statistics.meanObserved(node.latent, 0, node.size());
    double moved = mean - reference.centre(node.latent);
    return text("%.1f standard deviations", moved / reference.deviation(node.latent))
        + scales.of(node.latent).map(scale -> " to " + scale.spoken(mean)).orElse("");
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
