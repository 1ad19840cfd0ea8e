package dev.residua.cli.model;

import dev.residua.causal.FactorScales;
import dev.residua.causal.ResidualScorer;
import dev.residua.causal.Variables;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.ProgressBar;
import dev.residua.dataset.FrameDataset;
import dev.residua.dynamics.DynamicFilter;
import dev.residua.dynamics.DynamicModel;
import dev.residua.dynamics.Forecast;
import dev.residua.frame.HumanDuration;
import dev.residua.intervention.ForecastReport;
import dev.residua.intervention.ForecastReport.ForecastRange;
import dev.residua.intervention.ForecastReport.LatentForecast;
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

  private final FactorScales scales;
  private final ForecastReport report;

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
    this.scales = FactorScales.of(bundle.manifest().nodes());
    DynamicModel model = bundle.dynamics().orElseThrow(() -> withoutTime(bundle));
    if (!set.times().isSequence()) {
      throw new CommandFailedException(
          "--ahead needs a sequence, but in %s %s: give every frame a time (src/docs/datasets.md)"
              .formatted(set.name(), set.times().sentence()));
    }
    double exact = HumanDuration.seconds(ahead) / model.stepSeconds();
    if (!(exact >= 0.5 && exact <= Forecast.MAX_STEPS)) {
      throw new CommandFailedException(
          "--ahead must be from one frame, %s, to %s, but was %s"
              .formatted(
                  HumanDuration.spokenSeconds(model.stepSeconds()),
                  HumanDuration.spokenSeconds(Forecast.MAX_STEPS * model.stepSeconds()),
                  HumanDuration.spokenSeconds(HumanDuration.seconds(ahead))));
    }
    int steps = (int) Math.round(exact);
    DynamicFilter filter = new DynamicFilter(model);
    read(bundle, set, last, filter);
    this.report =
        ForecastReport.of(
            filter.history(),
            bundle.manifest().nodeNames(),
            scales,
            steps,
            Math.min(TIMES, steps),
            held,
            limits);
  }

  private static CommandFailedException withoutTime(ModelBundle bundle) {
    return new CommandFailedException(
        "--ahead needs equations that use earlier frames, and model %s has none: train it on a sequence (src/docs/training.md)"
            .formatted(bundle.id()));
  }

  /** Reads the frames up to the last one into the filter. */
  private static void read(ModelBundle bundle, FrameDataset set, int last, DynamicFilter filter)
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
    }
  }

  ForecastReport report() {
    return report;
  }

  List<String> asText() {
    List<String> lines = new ArrayList<>();
    lines.add("%-20s %12s %12s   %s".formatted("latent", "in", "value", "nine of ten futures"));
    for (int i = 0; i < report.latents().size(); i++) {
      LatentForecast one = report.latents().get(i);
      String note = one.set() ? "   then set" : scales.of(i).isEmpty() ? "   in sd" : "";
      lines.add("%-20s %12s %12s%s".formatted(one.latent(), "now", number(i, one.now()), note));
      for (ForecastRange range : one.times()) {
        String time = HumanDuration.spokenSeconds(range.seconds());
        lines.add("%-20s %12s %s".formatted("", time, values(i, range)));
      }
    }
    report.limits().forEach(limit -> lines.add(limit.sentence()));
    return lines;
  }

  private String values(int node, ForecastRange range) {
    String median = "%12s".formatted(number(node, range.median()));
    return range.median() == null
        ? median
        : "%s   %s to %s".formatted(median, number(node, range.low()), number(node, range.high()));
  }

  private String number(int node, @Nullable Double value) {
    return value == null ? "unknown" : scales.number(node, value);
  }
}
