package dev.residua.cli.model;

import dev.residua.causal.Latent;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Failures;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.StageProgress;
import dev.residua.cli.console.TrainingBackend;
import dev.residua.cli.console.Version;
import dev.residua.dataset.FrameDataset;
import dev.residua.dl4j.LancaTrainer;
import dev.residua.drift.DriftSettings;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.model.ModelProvenance;
import dev.residua.onnx.OnnxFrameScorer;
import dev.residua.training.DatasetSource;
import dev.residua.training.GraphConstraints;
import dev.residua.training.LancaOption;
import dev.residua.training.RunSelection;
import dev.residua.training.TrainingFailedException;
import dev.residua.training.TrainingInput;
import dev.residua.training.TrainingPipeline;
import dev.residua.training.TrainingReport;
import dev.residua.training.TrainingSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Turns a data set into a model bundle. */
@Command(
    name = "train",
    description = {
      "Trains a model on a data set, finds its graph, calibrates it and writes a bundle.",
      "The first 70 %% of the frames train, the rest calibrate. Frames with factors in"
          + " labels.csv anchor the latents: about 100 labelled frames make the difference between"
          + " named residuals and entangled ones."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
public final class TrainCommand implements Callable<Integer> {
  @Option(names = "--data", required = true, paramLabel = "DIR", description = "Data set.")
  Path data;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE.residua",
      description = "Bundle to write.")
  Path out;

  @Option(
      names = "--factors",
      split = ",",
      paramLabel = "COLUMN",
      description = "Columns of labels.csv that name the first latents. Default: the set's own.",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  @Nullable List<String> factors;

  @Option(
      names = "--labels",
      paramLabel = "N",
      description = "Most labelled frames to use; 0 trains without labels. Default: all.",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  @Nullable Integer labels;

  @Option(
      names = "--graph",
      paramLabel = "FILE",
      description =
          "What is known of the graph over the latents. Whole, then nothing is searched: JSON"
              + " {\"edges\":[[\"a\",\"b\"]]} or lines a -> b. In part: JSON {\"required\":[...],"
              + " \"forbidden\":[...], \"order\":[...]}, or a line 'partial' and lines a -> b"
              + " (required), a !> b (forbidden), a < b (a is no effect of b).",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  @Nullable Path graph;

  @Option(names = "--backend", description = "What to train on: ${COMPLETION-CANDIDATES}.")
  TrainingBackend backend = TrainingBackend.CPU;

  @Option(
      names = "--latents",
      paramLabel = "D",
      description = "Number of latents. Default: one a factor, or 4.",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  @Nullable Integer latents;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      description = "Passes over the training frames, instead of --steps.",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  @Nullable Integer epochs;

  @Option(names = "--steps", paramLabel = "N", description = "Parameter updates.")
  int steps = TrainingSettings.DEFAULTS.steps();

  @Option(names = "--seed", paramLabel = "S", description = "Seed of every random draw.")
  long seed = TrainingSettings.DEFAULTS.seed();

  @Option(
      names = "--runs",
      paramLabel = "N",
      description =
          "Trainings with seeds S, S+1, ...; the one kept has the lowest reconstruction error among"
              + " those with small label errors and independent residuals.")
  int runs = 1;

  @Option(
      names = "--resume",
      paramLabel = "FILE",
      description = "Start from the weights of this bundle.",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  @Nullable Path resume;

  @Option(
      names = "--stop-at",
      paramLabel = "N",
      description =
          "Pause after this many of the --steps; --resume with the same options otherwise goes on to"
              + " the model that the whole training would have given.",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  @Nullable Integer stopAt;

  @Option(
      names = "--lanca",
      split = ",",
      paramLabel = "KEY=VALUE",
      completionCandidates = LancaKeys.class,
      description =
          "Settings of the method: ${COMPLETION-CANDIDATES}. Temperatures are those at the end;"
              + " fixed-graph=given trains with the whole graph of --graph from the first step.",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  Map<String, String> lanca = Map.of();

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Native threads; only 1 gives the same model again.")
  int threads = TrainingSettings.DEFAULTS.threads();

  @Option(
      names = "--no-report",
      description = "Do not write the report, FILE.html next to FILE.residua.")
  boolean noReport;

  @Option(names = "--json", description = "Print the report as JSON.")
  boolean json;

  @CommandLine.Spec CommandLine.Model.CommandSpec spec;

  private static final int MAX_RUNS = 20;

  private final DriftSettings drift;

  TrainCommand() {
    this(DriftSettings.DEFAULTS);
  }

  /**
   * @param drift how the drift detector is calibrated
   */
  TrainCommand(DriftSettings drift) {
    this.drift = drift;
  }

  /** What {@code --lanca} takes, for its description. */
  static final class LancaKeys implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Arrays.stream(LancaOption.values())
          .map(option -> option.key() + "=" + option.allowed())
          .iterator();
    }
  }

  @Override
  public Integer call() {
    backend.start();
    if (runs < 1 || runs > MAX_RUNS) {
      throw new CommandFailedException(
          "--runs must be from 1 to %d but was %d".formatted(MAX_RUNS, runs));
    }
    if (stopAt != null && stopAt < 1) {
      throw new CommandFailedException("--stop-at must be at least 1 but was " + stopAt);
    }
    if (runs > 1 && stopAt != null) {
      throw new CommandFailedException(
          "--stop-at pauses one training, but --runs asks for %d: leave one of them out"
              .formatted(runs));
    }
    DatasetSource source = source();
    TrainingSettings plain = settings(source);
    GraphConstraints known = graph == null ? null : known(graph, source, plain);
    TrainingSettings settings = withLanca(plain, known);
    ModelBundle parent = parent();
    TrainingReport report;
    try (StageProgress bars = new StageProgress()) {
      report =
          new TrainingPipeline(
                  new LancaTrainer(),
                  network -> new OnnxFrameScorer(network, threads),
                  Clock.systemUTC(),
                  Version.current(),
                  drift)
              .best(source, settings, known, parent, runs, bars);
    } catch (TrainingFailedException e) {
      throw new CommandFailedException(
          e.getMessage() == null ? "training failed" : e.getMessage(), e);
    }
    try {
      report.bundle().write(out);
    } catch (IOException e) {
      throw new CommandFailedException("cannot write " + out + ": " + e.getMessage(), e);
    }
    Path page = noReport ? null : ReportFile.nextTo(out);
    if (page != null) {
      try {
        ReportFile.write(report.bundle(), source.set(), page, threads);
      } catch (IOException | BadBundleException | IllegalArgumentException e) {
        throw new CommandFailedException(
            "the model is written to %s, but not its report: %s".formatted(out, Failures.reason(e)),
            e);
      }
    }
    print(report, settings, page);
    return 0;
  }

  private DatasetSource source() {
    try {
      FrameDataset set = FrameDataset.open(data);
      List<String> held = DatasetSource.heldNames(set.labels());
      List<String> chosen = factors == null ? with(set.factors(), held) : factors;
      for (String factor : chosen) {
        if (!set.labels().has(factor) && held.contains(factor)) {
          continue;
        }
        if (!set.labels().has(factor)) {
          throw new CommandFailedException(
              "labels.csv of %s has no column '%s', only %s"
                  .formatted(data, factor, set.labels().columns()));
        }
        if (!set.labels().isNumeric(factor) && !held.contains(factor)) {
          throw new CommandFailedException(
              "column '%s' of labels.csv holds text, a factor must hold numbers".formatted(factor));
        }
      }
      return new DatasetSource(set, chosen);
    } catch (IOException | IllegalArgumentException e) {
      throw new CommandFailedException(e.getMessage() == null ? e.toString() : e.getMessage(), e);
    }
  }

  private static List<String> with(List<String> factors, List<String> held) {
    LinkedHashSet<String> all = new LinkedHashSet<>(factors);
    all.addAll(held);
    return List.copyOf(all);
  }

  private TrainingSettings settings(DatasetSource source) {
    int named = source.factorNames().size();
    int d = latents != null ? latents : named > 0 ? named : TrainingSettings.DEFAULTS.latents();
    try {
      TrainingSettings settings =
          TrainingSettings.DEFAULTS
              .withLatents(d)
              .withMaxLabels(labels == null ? Integer.MAX_VALUE : labels)
              .withThreads(threads)
              .withSeed(seed)
              .with(c -> c.stopAt(stopAt == null ? Integer.MAX_VALUE : stopAt));
      int trained = (int) (settings.trainShare() * source.size());
      return settings.withSteps(
          epochs == null
              ? steps
              : Math.toIntExact(Math.max(1, (long) epochs * trained / settings.batch())));
    } catch (IllegalArgumentException e) {
      throw new CommandFailedException("--" + e.getMessage(), e);
    }
  }

  private TrainingSettings withLanca(TrainingSettings settings, @Nullable GraphConstraints known) {
    boolean[][] given = known != null && known.complete() ? known.graph().edges() : null;
    try {
      return settings.with(
          c -> c.lanca(LancaOption.change(c.lanca(), lanca, settings.latents(), given)));
    } catch (IllegalArgumentException e) {
      throw new CommandFailedException("--lanca: " + e.getMessage(), e);
    }
  }

  private @Nullable ModelBundle parent() {
    if (resume == null) {
      return null;
    }
    try {
      return ModelBundle.read(resume);
    } catch (BadBundleException e) {
      throw new CommandFailedException(e.getMessage() == null ? e.toString() : e.getMessage(), e);
    }
  }

  private static GraphConstraints known(
      Path file, DatasetSource source, TrainingSettings settings) {
    List<String> names =
        TrainingInput.latents(source, settings).stream().map(Latent::name).toList();
    return GraphFile.read(file).over(names, "latents");
  }

  private void print(TrainingReport report, TrainingSettings settings, @Nullable Path page) {
    PrintWriter printer = spec.commandLine().getOut();
    if (json) {
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("model", report.bundle().id());
      result.put("file", out.toString());
      if (page != null) {
        result.put("report", page.toString());
      }
      result.put("graph", report.graph().toString());
      result.put("labelledFrames", report.bundle().manifest().provenance().labelledFrames());
      result.put("metrics", report.metrics());
      result.put("warnings", report.warnings());
      result.put("runs", report.runs().stream().map(TrainCommand::row).toList());
      printer.println(Json.of(result));
      return;
    }
    Map<String, Double> metrics = report.metrics();
    if (report.runs().size() > 1) {
      printRuns(report, printer);
    }
    printer.printf("model           %s%n", report.bundle().id());
    printer.printf(
        "labelled frames %d%n", report.bundle().manifest().provenance().labelledFrames());
    printer.printf(
        "reconstruction  %.2f %% of the pixel variance is not reproduced%n",
        100 * metrics.getOrDefault("reconstruction.shareOfVariance", Double.NaN));
    printer.printf("graph           %s%n", report.graph());
    for (int i = 0; i < report.graph().size(); i++) {
      if (!report.graph().isRoot(i)) {
        printer.printf(
            "                %s: %.1f %% explained by %s%n",
            report.graph().name(i),
            100 * metrics.getOrDefault("explained." + i, Double.NaN),
            report.graph().parentNames(i));
      }
    }
    printer.printf(
        "learnt graph    %s (by gradient, reported only)%n",
        report
            .bundle()
            .manifest()
            .provenance()
            .hyperParameters()
            .get(ModelProvenance.LEARNT_GRAPH));
    printer.printf(
        "time            %.0f ms a step%n",
        metrics.getOrDefault("training.stepMillis", Double.NaN));
    for (String warning : report.warnings()) {
      printer.printf("warning         %s%n", warning);
    }
    printer.printf("written to      %s%n", out);
    if (page != null) {
      printer.printf("report          %s%n", page);
    }
    if (settings.stopAt() < settings.steps()) {
      printer.printf(
          "paused          after %d of %d steps; --resume %s with the same options goes on%n",
          settings.stopAt(), settings.steps(), out);
    }
  }

  private static void printRuns(TrainingReport report, PrintWriter printer) {
    long kept = report.bundle().manifest().provenance().seed();
    for (RunSelection.Run run : report.runs()) {
      printer.printf(
          "run             seed %d: reconstruction %.2f %%, label error %s, residual dependence %.2f, edges sure to %s%s%n",
          run.seed(),
          100 * run.reconstruction(),
          run.labelError().isPresent()
              ? "%.3f sd".formatted(run.labelError().getAsDouble())
              : "unknown",
          run.distanceCorrelation(),
          run.stability().isPresent()
              ? "%.0f %%".formatted(100 * run.stability().getAsDouble())
              : "unknown",
          run.seed() == kept ? ", kept" : "");
    }
  }

  private static Map<String, Object> row(RunSelection.Run run) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("seed", run.seed());
    row.put("reconstruction", run.reconstruction());
    run.labelError().ifPresent(error -> row.put("labelError", error));
    row.put("distanceCorrelation", run.distanceCorrelation());
    run.stability().ifPresent(share -> row.put("stability", share));
    return row;
  }
}
