package dev.residua.cli.model;

import dev.residua.causal.FactorScales;
import dev.residua.causal.ResidualScorer;
import dev.residua.causal.Variables;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.ProgressBar;
import dev.residua.dataset.FrameDataset;
import dev.residua.dynamics.DynamicFilter;
import dev.residua.dynamics.DynamicModel;
import dev.residua.dynamics.Forecast;
import dev.residua.frame.HumanDuration;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.runtime.BundleOpener;
import dev.residua.training.DatasetSource;
import dev.residua.training.FrameScores;
import dev.residua.training.TrainingData;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Forecast of the latents of a model whose equations use earlier frames, in their units. */
final class LookAhead {
  /** Frames that are read before the last one. */
  private static final int HISTORY = 1_000;

  private static final int TIMES = 4;
  private static final double LOW = 0.05;
  private static final double HIGH = 0.95;
  private static final long SEED = 1;

  private final List<String> names;
  private final FactorScales scales;
  private final Map<Integer, Double> held;
  private final Duration ahead;
  private final double[] now;
  private final Forecast forecast;

  /**
   * @param last index of the last frame in the set
   * @param held values of latents that are set from outside, by index
   * @param limits likewise
   * @throws CommandFailedException if the model or the data is not one of a sequence
   */
  LookAhead(
      ModelBundle bundle,
      FrameDataset set,
      int last,
      Duration ahead,
      Map<Integer, Double> held,
      Map<Integer, Double> limits)
      throws BadBundleException {
    this.names = bundle.manifest().nodeNames();
    this.scales = FactorScales.of(bundle.manifest().nodes());
    this.held = held;
    this.ahead = ahead;
    DynamicModel model = bundle.dynamics().orElseThrow(() -> withoutTime(bundle));
    if (!set.times().isSequence()) {
      throw new CommandFailedException(
          "--ahead needs a sequence, but in %s %s: give every frame a time (src/docs/datasets.md)"
              .formatted(set.name(), set.times().sentence()));
    }
    double exact = ahead.toNanos() / 1e9 / model.stepSeconds();
    if (!(exact >= 0.5 && exact <= Forecast.MAX_STEPS)) {
      throw new CommandFailedException(
          "--ahead must be from one frame, %s, to %s, but was %s"
              .formatted(
                  time(model.stepSeconds()),
                  time(Forecast.MAX_STEPS * model.stepSeconds()),
                  time(ahead.toNanos() / 1e9)));
    }
    int steps = (int) Math.round(exact);
    DynamicFilter filter = new DynamicFilter(model);
    this.now = read(bundle, set, last, filter);
    this.forecast =
        Forecast.of(model, filter.state(), steps, Math.min(TIMES, steps), held, limits, SEED);
  }

  private static CommandFailedException withoutTime(ModelBundle bundle) {
    return new CommandFailedException(
        "--ahead needs equations that use earlier frames, and model %s has none: train it on a sequence (src/docs/training.md)"
            .formatted(bundle.id()));
  }

  /** Reads the frames up to the last one into the filter, and returns the last latents. */
  private static double[] read(ModelBundle bundle, FrameDataset set, int last, DynamicFilter filter)
      throws BadBundleException {
    Variables variables = bundle.manifest().observed();
    TrainingData frames = new DatasetSource(set, List.of(), variables.names());
    int[] which =
        IntStream.rangeClosed(Math.max(0, last - HISTORY + 1), last)
            .filter(frames::hasVariables)
            .toArray();
    if (which.length == 0) {
      throw new CommandFailedException(
          "no frame up to %d has all variables of the model: give a later --frame".formatted(last));
    }
    try (ResidualScorer scorer = BundleOpener.scorer(bundle, 1);
        ProgressBar bar = new ProgressBar("reading frames")) {
      int d = scorer.nodes();
      float[] observed = FrameScores.of(scorer, frames, variables, which, bar::update).observed();
      double[] seconds = set.times().of(which);
      for (int row = 0; row < which.length; row++) {
        filter.read(seconds[row], Arrays.copyOfRange(observed, row * d, (row + 1) * d));
      }
      double[] newest = new double[d];
      Arrays.setAll(newest, i -> observed[(which.length - 1) * d + i]);
      return newest;
    }
  }

  /** Quantiles of a latent at a time, in its unit; NaN if unknown. */
  private record Range(double low, double median, double high) {}

  private Range range(int node, int time) {
    double a = quantile(node, time, LOW);
    double b = quantile(node, time, HIGH);
    // a larger latent may be a smaller value in its unit
    return new Range(Math.min(a, b), quantile(node, time, 0.5), Math.max(a, b));
  }

  private double quantile(int node, int time, double share) {
    return scales.inUnit(node, forecast.quantile(node, time, share));
  }

  Map<String, Object> asJson() {
    List<Map<String, Object>> latents = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      List<Map<String, Object>> times = new ArrayList<>();
      for (int t = 0; t < forecast.seconds().length; t++) {
        Range range = range(i, t);
        times.add(
            Json.map(
                "seconds", forecast.seconds()[t],
                "median", known(range.median()),
                "low", known(range.low()),
                "high", known(range.high())));
      }
      latents.add(
          Json.map(
              "latent", names.get(i),
              "unit", ModelWhatIfCommand.unit(scales, i),
              "set", held.containsKey(i),
              "now", scales.inUnit(i, now[i]),
              "times", times));
    }
    List<Map<String, Object>> limits = new ArrayList<>();
    forecast
        .arrivals()
        .forEach(
            (node, arrival) ->
                limits.add(
                    Json.map(
                        "latent", names.get(node),
                        "limit", scales.inUnit(node, arrival.limit()),
                        "share", arrival.share(),
                        "medianSeconds", known(arrival.medianSeconds()))));
    return Json.map("latents", latents, "limits", limits);
  }

  private static @Nullable Double known(double value) {
    return Double.isNaN(value) ? null : value;
  }

  List<String> asText() {
    List<String> lines = new ArrayList<>();
    lines.add("%-20s %12s %12s   %s".formatted("latent", "in", "value", "nine of ten futures"));
    for (int i = 0; i < names.size(); i++) {
      String note = held.containsKey(i) ? "   then set" : scales.of(i).isEmpty() ? "   in sd" : "";
      String value = number(i, scales.inUnit(i, now[i]));
      lines.add("%-20s %12s %12s%s".formatted(names.get(i), "now", value, note));
      for (int t = 0; t < forecast.seconds().length; t++) {
        lines.add("%-20s %12s %s".formatted("", time(forecast.seconds()[t]), values(i, t)));
      }
    }
    forecast.arrivals().forEach((node, arrival) -> lines.add(sentence(node, arrival)));
    return lines;
  }

  private String values(int node, int time) {
    Range range = range(node, time);
    return Double.isNaN(range.median())
        ? "%12s".formatted("unknown")
        : "%12s   %s to %s"
            .formatted(
                number(node, range.median()),
                number(node, range.low()),
                number(node, range.high()));
  }

  private String number(int node, double value) {
    return scales
        .of(node)
        .map(scale -> scale.number(value))
        .orElseGet(() -> "%.2f".formatted(value));
  }

  private String sentence(int node, Forecast.Arrival arrival) {
    String median =
        Double.isNaN(arrival.medianSeconds())
            ? ""
            : " in about %s, and".formatted(time(arrival.medianSeconds()));
    return "%s reaches %s%s within %s in %.0f %% of futures"
        .formatted(
            names.get(node),
            number(node, scales.inUnit(node, arrival.limit())),
            median,
            time(ahead.toNanos() / 1e9),
            100 * arrival.share());
  }

  /** Such as {@code 1.5 s} or {@code 3 min 20 s}. */
  static String time(double seconds) {
    return seconds < 60
        ? "%.2f".formatted(seconds).replaceAll("\\.?0+$", "") + " s"
        : HumanDuration.spoken(Duration.ofSeconds(Math.round(seconds)));
  }
}
