package dev.residua.cli.model;

import dev.residua.app.model.LancaPipeline;
import dev.residua.causal.Latent;
import dev.residua.causal.TimeVariable;
import dev.residua.causal.Variables;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Failures;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.JsonCommand;
import dev.residua.cli.console.SizeConverter;
import dev.residua.cli.console.StageProgress;
import dev.residua.cli.console.TrainingBackend;
import dev.residua.cli.console.Version;
import dev.residua.dataset.FrameDataset;
import dev.residua.dataset.FrameTimes;
import dev.residua.dataset.TaughtAnswer;
import dev.residua.dataset.TaughtHold;
import dev.residua.dl4j.LancaTrainer;
import dev.residua.drift.DriftSettings;
import dev.residua.frame.ImageShape;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.model.ModelFinding;
import dev.residua.model.ModelProvenance;
import dev.residua.training.DatasetSource;
import dev.residua.training.FactorReading;
import dev.residua.training.LancaOption;
import dev.residua.training.LearningFrames;
import dev.residua.training.ModelReadings;
import dev.residua.training.ModelVerdicts;
import dev.residua.training.RunSelection;
import dev.residua.training.TrainingFailedException;
import dev.residua.training.TrainingInput;
import dev.residua.training.TrainingReport;
import dev.residua.training.TrainingSettings;
import dev.residua.training.graph.GraphConstraints;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code train}: trains a model on a data set. */
@Command(
    name = "train",
    description = {
      "Trains a model on a data set, finds its graph, calibrates it and writes a bundle.",
      "The first 70 %% of the frames train, the rest calibrate. Frames with factors in"
          + " labels.csv anchor the latents: about 100 labelled frames are usually enough for latents"
          + " that have the names of the factors; without them latents mix several factors."
    })
public final class TrainCommand extends JsonCommand {
  @Option(names = "--data", required = true, paramLabel = "DIR", description = "Data set.")
  Path data;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE.residua",
      description = "Bundle to write.")
  Path out;

  @Option(
      names = "--size",
      paramLabel = "N|WxH[xC]",
      description =
          "Size of the frames that the model reads: one number for a square, 1 channel for gray."
              + " Larger frames of the set are reduced to it. Sides are multiples of "
              + LancaTrainer.MULTIPLE
              + ". Default: the size of the set.",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  @Nullable String size;

  @Option(
      names = "--factors",
      split = ",",
      paramLabel = "COLUMN",
      description =
          "Columns of labels.csv that name the first latents. Default: the factors of the set.",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  @Nullable List<String> factors;

  @Option(
      names = "--categorical",
      split = ",",
      paramLabel = "COLUMN",
      description =
          "Factors that are categories although their columns hold numbers: each different number"
              + " is one category. A column that holds text is one without being named here.",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  List<String> categorical = List.of();

  @Option(
      names = "--variables",
      split = ",",
      paramLabel = "NAME",
      description =
          "Variables that join the graph, each from the column variable.NAME of labels.csv; the"
              + " model then reads them from the attributes of the same names. none uses none."
              + " Default: all that the set has.",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  @Nullable List<String> variables;

  @Option(
      names = "--labels",
      paramLabel = "N",
      description =
          "Largest number of labelled frames to use; 0 trains without labels. Default: all.",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  @Nullable Integer labels;

  @Option(
      names = "--vary",
      arity = "0..1",
      fallbackValue = "1",
      paramLabel = "STRENGTH",
      description =
          "Varies light, colour, position, sharpness, noise and compression of the frames while it trains, as"
              + " photographs of one scene vary from hour to hour. From 0 (default) to 1 (without a"
              + " value).")
  double variation;

  @Option(
      names = "--shift",
      paramLabel = "PIXELS",
      description =
          "Moves each frame, and its target picture, at random by up to this number of pixels"
              + " in either direction while it trains (0 to "
              + TrainingSettings.MAX_SHIFT
              + "). With few labels, categories are then read better. Leave it out if the place"
              + " of something in the picture is a factor. Default: 0.",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  int shift;

  @Option(
      names = "--answers",
      paramLabel = "FILE",
      description =
          "Answers to the question in which of two frames a factor is higher: CSV with the columns"
              + " frame_a, frame_b, factor, answer (a, b, equal or unknown) and, if wanted, who and"
              + " when. Frames count from 0. Default: answers.csv of the set, if it is there.",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  @Nullable Path answers;

  @Option(
      names = "--holds",
      paramLabel = "FILE",
      description =
          "Runs of frames in which one factor was fixed while everything else varied: CSV with the"
              + " columns first, last, factor and, if wanted, who and when. Default: holds.csv of"
              + " the set, if it is there.",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  @Nullable Path holds;

  @Option(
      names = "--graph",
      paramLabel = "FILE",
      description =
          "The known graph over the latents and variables. A whole graph replaces the search: JSON"
              + " {\"edges\":[[\"a\",\"b\"]]} or lines a -> b. A part of it limits the search: JSON"
              + " {\"required\":[...], \"forbidden\":[...], \"order\":[...]}, or a line 'partial' and"
              + " lines a -> b (required), a !> b (forbidden), a < b (a is not an effect of b).",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  @Nullable Path graph;

  @Option(
      names = "--independent",
      description =
          "Treat the frames as independent, although their times are those of a sequence: without"
              + " memory and delays in the equations.")
  boolean independent;

  @Option(names = "--backend", description = "Hardware to train on: ${COMPLETION-CANDIDATES}.")
  TrainingBackend backend = TrainingBackend.CPU;

  @Option(
      names = "--latents",
      paramLabel = "D",
      description = "Number of latents. Default: one per factor, or 4 without factors.",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  @Nullable Integer latents;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      description = "Passes over the training frames, instead of --steps.",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  @Nullable Integer epochs;

  @Option(
      names = "--steps",
      paramLabel = "N",
      description =
          "Parameter updates. Default: until label errors, reconstruction and graph are stable, at"
              + " most 9000. With answers or holds 9000, without labels 3000.",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  @Nullable Integer steps;

  @Option(names = "--seed", paramLabel = "S", description = "Seed of every random draw.")
  long seed = TrainingSettings.DEFAULTS.seed();

  @Option(
      names = "--runs",
      paramLabel = "N",
      description =
          "Number of trainings, with seeds S, S+1, ... The command keeps the one with the lowest"
              + " reconstruction error among those with small label errors and independent"
              + " residuals.")
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
          "Pause after this many of the --steps. --resume with the same options then gives the model"
              + " that a training without a pause gives.",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  @Nullable Integer stopAt;

  @Option(
      names = "--lanca",
      split = ",",
      paramLabel = "KEY=VALUE",
      completionCandidates = LancaKeys.class,
      description =
          "Settings of the method: ${COMPLETION-CANDIDATES}. Temperatures are those at the end of the"
              + " training. fixed-graph=given trains with the whole graph of --graph from the first"
              + " step.",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  Map<String, String> lanca = Map.of();

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Native threads; only with 1 does a repeated training give the same model.")
  int threads = TrainingSettings.DEFAULTS.threads();

  @Option(
      names = "--no-report",
      description = "Do not write the report, FILE.html next to FILE.residua.")
  boolean noReport;

  private static final int MAX_RUNS = 20;
  private static final String NO_VARIABLES = "none";

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

  /** Keys and values of {@code --lanca}, for its description. */
  static final class LancaKeys implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Arrays.stream(LancaOption.values())
          .map(option -> option.key() + "=" + option.allowed())
          .iterator();
    }
  }

  @Override
  public Integer call() throws IOException, BadBundleException, TrainingFailedException {
    backend.start();
    if (runs < 1 || runs > MAX_RUNS) {
      throw new CommandFailedException(
          "--runs must be from 1 to %d but was %d".formatted(MAX_RUNS, runs));
    }
    if (stopAt != null) {
      atLeast(1, "--stop-at", stopAt);
    }
    if (runs > 1 && stopAt != null) {
      throw new CommandFailedException(
          "--stop-at pauses one training, but --runs asks for %d: leave one of them out"
              .formatted(runs));
    }
    ModelBundle parent = resume == null ? null : ModelBundle.read(resume);
    DatasetSource source = source(parent);
    TrainingSettings plain = settings(source);
    GraphConstraints known = graph == null ? null : known(graph, source, plain);
    TrainingSettings settings = withLanca(plain, known);
    TrainingReport report;
    try (StageProgress bars = new StageProgress(settings.untilStable())) {
      report =
          LancaPipeline.of(threads, Version.current(), drift)
              .best(source, settings, known, parent, runs, bars);
    }
    report.bundle().write(out);
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
    Map<String, Object> result = Json.map("model", report.bundle().id(), "file", out.toString());
    if (page != null) {
      result.put("report", page.toString());
    }
    ModelProvenance provenance = report.bundle().manifest().provenance();
    result.put("variables", report.bundle().manifest().observed().names());
    result.put("graph", report.graph().toString());
    result.put("frames", source.set().times().sentence());
    List<String> overTime = report.bundle().dynamicSentences();
    result.put("overTime", overTime);
    result.put("labelledFrames", provenance.labelledFrames());
    result.put(
        "readings",
        ModelReadings.of(report.bundle().manifest()).stream().map(FactorReading::figures).toList());
    result.put("metrics", report.metrics());
    result.put("warnings", report.warnings());
    result.put("findings", ModelFinding.sentences(report.bundle().findings()));
    result.put("next", VerdictText.next(ModelVerdicts.of(report.bundle()), out, data));
    LearningFrames.of(report.bundle()).ifPresent(n -> result.put("framesToLearn", n));
    result.put("runs", report.runs().stream().map(TrainCommand::row).toList());
    print(result, () -> printText(report, source.set(), provenance, settings, overTime, page));
    return 0;
  }

  private DatasetSource source(@Nullable ModelBundle parent) throws IOException {
    FrameDataset set = reduced(FrameDataset.open(data));
    set = independent ? set.withoutTimes() : set;
    if (parent != null && !parent.manifest().image().equals(set.shape())) {
      throw new CommandFailedException(
          "the model of --resume reads frames of %s, and this training has frames of %s: give --size %s, or train without --resume"
              .formatted(parent.manifest().image(), set.shape(), parent.manifest().image()));
    }
    List<TaughtAnswer> givenAnswers =
        answers == null ? set.answers() : TaughtAnswer.read(answers, set.labels());
    List<TaughtHold> givenHolds =
        holds == null ? set.holds() : TaughtHold.read(holds, set.labels());
    List<String> taught = DatasetSource.taughtNames(set.labels(), givenAnswers, givenHolds);
    List<String> chosen =
        factors == null
            ? Stream.concat(set.factors().stream(), taught.stream()).distinct().toList()
            : factors;
    FactorColumns.checkTextToo(
        set, chosen.stream().filter(name -> !taught.contains(name)).toList());
    try {
      return new DatasetSource(set, chosen, variables(set), givenAnswers, givenHolds)
          .withCategorical(categorical);
    } catch (IllegalArgumentException e) {
      throw new CommandFailedException(Failures.reason(e), e);
    }
  }

  private FrameDataset reduced(FrameDataset set) {
    if (size == null) {
      return set;
    }
    try {
      ImageShape wanted = SizeConverter.shape(size, set.shape().channels());
      LancaTrainer.check(wanted);
      if (wanted.channels() > set.shape().channels()) {
        throw new IllegalArgumentException(
            "data set '%s' is gray: import the pictures again in colour, with --size %s"
                .formatted(set.name(), wanted));
      }
      return set.reducedTo(wanted);
    } catch (IllegalArgumentException | CommandLine.TypeConversionException e) {
      throw new CommandFailedException("--size: " + e.getMessage(), e);
    }
  }

  private List<String> variables(FrameDataset set) {
    if (variables == null) {
      return set.variableNames();
    }
    List<String> chosen = variables.equals(List.of(NO_VARIABLES)) ? List.of() : variables;
    FactorColumns.check(set, chosen.stream().map(name -> Variables.PREFIX + name).toList());
    return chosen;
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
              .withVariation(variation)
              .withShift(shift)
              .with(c -> c.stopAt(stopAt == null ? Integer.MAX_VALUE : stopAt));
      if (epochs == null) {
        if (steps != null) {
          return settings.withSteps(steps);
        }
        TrainingSettings usual = TrainingInput.withUsualSteps(settings, source);
        return stopAt == null ? usual : usual.withUntilStable(false);
      }
      int trained = (int) (settings.trainShare() * source.size());
      return settings.withSteps(
          Math.toIntExact(Math.max(1, (long) epochs * trained / settings.batch())));
    } catch (IllegalArgumentException e) {
      throw new CommandFailedException("--" + e.getMessage(), e);
    }
  }

  private TrainingSettings withLanca(TrainingSettings settings, @Nullable GraphConstraints known) {
    boolean[][] given =
        known == null || !known.complete() ? null : latentEdges(known, settings.latents());
    try {
      return settings.with(
          c -> c.lanca(LancaOption.change(c.lanca(), lanca, settings.latents(), given)));
    } catch (IllegalArgumentException e) {
      throw new CommandFailedException("--lanca: " + e.getMessage(), e);
    }
  }

  /** The known edges among the first nodes, which the network can be trained with. */
  private static boolean[][] latentEdges(GraphConstraints known, int latents) {
    boolean[][] all = known.graph().edges();
    boolean[][] edges = new boolean[latents][];
    Arrays.setAll(edges, i -> Arrays.copyOf(all[i], latents));
    return edges;
  }

  private static GraphConstraints known(
      Path file, DatasetSource source, TrainingSettings settings) {
    List<String> names = TrainingInput.nodes(source, settings).stream().map(Latent::name).toList();
    return GraphFile.read(file).over(names, "latents and variables");
  }

  private void printText(
      TrainingReport report,
      FrameDataset set,
      ModelProvenance provenance,
      TrainingSettings settings,
      List<String> overTime,
      @Nullable Path page) {
    Map<String, Double> metrics = report.metrics();
    if (report.runs().size() > 1) {
      report.runs().forEach(run -> printRun(run, run.seed() == provenance.seed()));
    }
    print("model           %s", report.bundle().id());
    print("labelled frames %d", provenance.labelledFrames());
    print(
        "reconstruction  %.2f %% of the pixel variance is not reproduced",
        100 * metrics.getOrDefault("reconstruction.shareOfVariance", Double.NaN));
    List<String> used = report.bundle().manifest().observed().names();
    if (!used.isEmpty()) {
      print(
          "variables       %s: frames must bring them as attributes %s...%s",
          String.join(", ", used),
          Variables.PREFIX,
          used.stream().anyMatch(name -> TimeVariable.of(name) != null)
              ? ", or the rule of the source has location and timeZone for the sun and the clock"
              : "");
    }
    print("graph           %s", report.graph());
    for (int i = 0; i < report.graph().size(); i++) {
      if (metrics.containsKey("explained." + i) && !report.graph().isRoot(i)) {
        print(
            "                %s: %.1f %% explained by %s",
            report.graph().name(i),
            100 * metrics.getOrDefault("explained." + i, Double.NaN),
            report.graph().parentNames(i));
      }
    }
    print("frames          %s", times(set.times(), overTime));
    overTime.forEach(equation -> print("over time       %s", equation));
    print(
        "learnt graph    %s (by gradient, reported only)",
        provenance.hyperParameters().get(ModelProvenance.LEARNT_GRAPH));
    print(
        "steps           %s%s, %.0f ms per step",
        provenance.hyperParameters().get(ModelProvenance.STEPS),
        "true".equals(provenance.hyperParameters().get(ModelProvenance.STABLE))
            ? " until it was stable"
            : "",
        metrics.getOrDefault("training.stepMillis", Double.NaN));
    LearningFrames.of(report.bundle())
        .ifPresent(frames -> print("learning        %s", learning(frames, set.times())));
    report.warnings().forEach(warning -> print("warning         %s", warning));
    List<ModelFinding> findings = report.bundle().findings();
    findings.forEach(finding -> print("cannot read     %s", finding.sentence()));
    if (!findings.isEmpty()) {
      print("not accepted    publish, promote and serve refuse this model without --accept");
    }
    out().print(VerdictText.readings(ModelReadings.of(report.bundle().manifest())));
    print("written to      %s", out);
    if (page != null) {
      print("report          %s", page);
    }
    if (settings.stopAt() >= settings.steps()) {
      print("next            %s", VerdictText.next(ModelVerdicts.of(report.bundle()), out, data));
    } else {
      print(
          "paused          after %d of %d steps; --resume %s with the same options continues",
          settings.stopAt(), settings.steps(), out);
    }
  }

  /** Such as {@code a sequence: ...}, and whether equations use earlier frames. */
  private String times(FrameTimes times, List<String> overTime) {
    String frames = times.sentence().replaceFirst("^frames are ", "");
    return independent
        ? "independent, as --independent says"
        : times.isSequence() && overTime.isEmpty()
            ? frames + "; no equation needs memory or delay"
            : frames;
  }

  /** Frames that a source needs, and the time if the frames of the set are a sequence. */
  static String learning(long frames, FrameTimes times) {
    String text = "a source needs about %,d frames like these until it is armed".formatted(frames);
    if (!times.isSequence()) {
      return text;
    }
    double stepSeconds = times.stepSeconds();
    long minutes = Math.max(1, Math.round(frames * stepSeconds / 60));
    return text
        + ", %,d minute%s at %s frames per second"
            .formatted(
                minutes,
                minutes == 1 ? "" : "s",
                BigDecimal.valueOf(1 / stepSeconds)
                    .round(new MathContext(3))
                    .stripTrailingZeros()
                    .toPlainString());
  }

  private void printRun(RunSelection.Run run, boolean kept) {
    print(
        "run             seed %d: reconstruction %.2f %%, label error %s, residual dependence %.2f, edges in %s of half-samples%s",
        run.seed(),
        100 * run.reconstruction(),
        run.labelError().isPresent()
            ? "%.3f sd".formatted(run.labelError().getAsDouble())
            : "unknown",
        run.distanceCorrelation(),
        run.confidence().isPresent()
            ? "%.0f %%".formatted(100 * run.confidence().getAsDouble())
            : "unknown",
        kept ? ", kept" : "");
  }

  private static Map<String, Object> row(RunSelection.Run run) {
    Map<String, Object> row = Json.map("seed", run.seed(), "reconstruction", run.reconstruction());
    run.labelError().ifPresent(error -> row.put("labelError", error));
    row.put("distanceCorrelation", run.distanceCorrelation());
    run.confidence().ifPresent(share -> row.put("graphConfidence", share));
    return row;
  }
}
