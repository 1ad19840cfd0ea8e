package dev.residua.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.residua.causal.CausalGraph;
import dev.residua.dataset.FrameDataset;
import dev.residua.dl4j.CudaCheck;
import dev.residua.dl4j.LancaTrainer;
import dev.residua.dl4j.Nd4jBackends;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.onnx.OnnxFrameScorer;
import dev.residua.training.TrainingData;
import dev.residua.training.TrainingFailedException;
import dev.residua.training.TrainingLosses;
import dev.residua.training.TrainingPipeline;
import dev.residua.training.TrainingProgress;
import dev.residua.training.TrainingReport;
import dev.residua.training.TrainingSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
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
final class TrainCommand implements Callable<Integer> {
  enum Backend {
    CPU,
    CUDA
  }

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
          "Known graph over the latents, not searched: JSON {\"edges\":[[\"a\",\"b\"]]} or lines a -> b.",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  @Nullable Path graph;

  @Option(names = "--backend", description = "What to train on: ${COMPLETION-CANDIDATES}.")
  Backend backend = Backend.CPU;

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
      names = "--resume",
      paramLabel = "FILE",
      description = "Start from the weights of this bundle.",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  @Nullable Path resume;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Native threads; only 1 gives the same model again.")
  int threads = TrainingSettings.DEFAULTS.threads();

  @Option(names = "--json", description = "Print the report as JSON.")
  boolean json;

  @CommandLine.Spec CommandLine.Model.CommandSpec spec;

  @Override
  public Integer call() {
    startBackend();
    DatasetSource source = source();
    TrainingSettings settings = settings(source);
    CausalGraph given = graph == null ? null : givenGraph(graph, source, settings);
    ModelBundle parent = parent();
    TrainingReport report;
    try (Bars bars = new Bars()) {
      report =
          new TrainingPipeline(
                  new LancaTrainer(),
                  (model, image, d) -> new OnnxFrameScorer(model, image, d, threads),
                  Clock.systemUTC(),
                  Version.current())
              .run(source, settings, given, parent, bars);
    } catch (TrainingFailedException e) {
      throw new CommandFailedException(
          e.getMessage() == null ? "training failed" : e.getMessage(), e);
    }
    try {
      report.bundle().write(out);
    } catch (IOException e) {
      throw new CommandFailedException("cannot write " + out + ": " + e.getMessage(), e);
    }
    print(report);
    return 0;
  }

  /** Before anything else, so that nothing is read or built in vain. */
  private void startBackend() {
    if (backend == Backend.CPU) {
      Nd4jBackends.useProcessor();
      return;
    }
    CudaCheck.problem()
        .ifPresent(
            problem -> {
              throw new CommandFailedException(problem);
            });
    try {
      Nd4jBackends.useCuda();
    } catch (TrainingFailedException e) {
      throw new CommandFailedException(
          e.getMessage() == null ? "the CUDA backend does not start" : e.getMessage(), e);
    }
  }

  private DatasetSource source() {
    try {
      FrameDataset set = FrameDataset.open(data);
      List<String> chosen = factors == null ? set.factors() : factors;
      for (String factor : chosen) {
        if (!set.labels().columns().contains(factor)) {
          throw new CommandFailedException(
              "labels.csv of %s has no column '%s', only %s"
                  .formatted(data, factor, set.labels().columns()));
        }
        if (!set.labels().isNumeric(factor)) {
          throw new CommandFailedException(
              "column '%s' of labels.csv holds text, a factor must hold numbers".formatted(factor));
        }
      }
      return new DatasetSource(set, chosen);
    } catch (IOException e) {
      throw new CommandFailedException(e.getMessage() == null ? e.toString() : e.getMessage(), e);
    }
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
              .withSeed(seed);
      int trained = (int) (settings.trainShare() * source.size());
      return settings.withSteps(
          epochs == null
              ? steps
              : Math.toIntExact(Math.max(1, (long) epochs * trained / settings.batch())));
    } catch (IllegalArgumentException e) {
      throw new CommandFailedException("--" + e.getMessage(), e);
    }
  }

  private @Nullable ModelBundle parent() {
    if (resume == null) {
      return null;
    }
    try {
      ModelBundle bundle = ModelBundle.read(resume);
      if (!bundle.entryNames().contains(ModelBundle.WEIGHTS)) {
        throw new CommandFailedException(
            "model %s carries no weights to start from".formatted(resume));
      }
      return bundle;
    } catch (BadBundleException e) {
      throw new CommandFailedException(e.getMessage() == null ? e.toString() : e.getMessage(), e);
    }
  }

  private static CausalGraph givenGraph(
      Path file, DatasetSource source, TrainingSettings settings) {
    boolean labelled = settings.maxLabels() > 0 && !source.factorNames().isEmpty();
    List<String> names = new ArrayList<>();
    TrainingPipeline.latents(source, settings.latents(), labelled)
        .forEach(latent -> names.add(latent.name()));
    try {
      boolean[][] edges = new boolean[names.size()][names.size()];
      for (String[] edge : edges(file)) {
        int from = names.indexOf(edge[0]);
        int to = names.indexOf(edge[1]);
        if (from < 0 || to < 0) {
          throw new CommandFailedException(
              "%s has the edge %s -> %s, the latents are %s"
                  .formatted(file, edge[0], edge[1], names));
        }
        edges[from][to] = true;
      }
      return CausalGraph.of(names, edges);
    } catch (IOException | IllegalArgumentException e) {
      throw new CommandFailedException("graph file %s: %s".formatted(file, e.getMessage()), e);
    }
  }

  static List<String[]> edges(Path file) throws IOException {
    String text = Files.readString(file).strip();
    List<String[]> edges = new ArrayList<>();
    if (text.startsWith("{")) {
      for (JsonNode edge : JsonMapper.builder().build().readTree(text).path("edges")) {
        JsonNode from = edge.isArray() ? edge.path(0) : edge.path("from");
        JsonNode to = edge.isArray() ? edge.path(1) : edge.path("to");
        edges.add(new String[] {from.asText(), to.asText()});
      }
      return edges;
    }
    for (String line : text.lines().toList()) {
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      String[] ends = line.split("->", -1);
      if (ends.length != 2) {
        throw new IOException("expected lines like 'a -> b' but found '%s'".formatted(line));
      }
      edges.add(new String[] {ends[0].strip(), ends[1].strip()});
    }
    return edges;
  }

  private void print(TrainingReport report) {
    PrintWriter printer = spec.commandLine().getOut();
    if (json) {
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("model", report.bundle().id());
      result.put("file", out.toString());
      result.put("graph", report.graph().toString());
      result.put("labelledFrames", report.bundle().manifest().provenance().labelledFrames());
      result.put("metrics", report.metrics());
      result.put("warnings", report.warnings());
      printer.println(Json.of(result));
      return;
    }
    Map<String, Double> metrics = report.metrics();
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
        report.bundle().manifest().provenance().hyperParameters().get("learntGraph"));
    printer.printf(
        "time            %.0f ms a step%n",
        metrics.getOrDefault("training.stepMillis", Double.NaN));
    if (report.bundle().manifest().provenance().labelledFrames() == 0) {
      printer.println(
          "Trained without labels: latents have no names, residuals do not say which mechanism"
              + " broke. About 100 labelled frames change that.");
    }
    report.warnings().forEach(warning -> printer.printf("warning         %s%n", warning));
    printer.printf("written to      %s%n", out);
  }

  /** One progress bar a stage. */
  private static final class Bars implements TrainingProgress, AutoCloseable {
    private String stage = "";
    private @Nullable ProgressBar bar;

    @Override
    public void at(String newStage, double fraction, @Nullable TrainingLosses losses) {
      if (!newStage.equals(stage) || bar == null) {
        close();
        stage = newStage;
        bar = new ProgressBar(newStage);
      }
      bar.update(
          fraction,
          losses == null
              ? null
              : "reconstruction %.2f, labels %.4f, mmd %.4f"
                  .formatted(losses.reconstruction(), losses.label(), losses.mmd()));
    }

    @Override
    public void close() {
      if (bar != null) {
        bar.close();
        bar = null;
      }
    }
  }

  /** A data set as the trainer sees it. */
  private record DatasetSource(FrameDataset set, List<String> factorNames) implements TrainingData {
    @Override
    public String name() {
      return set.name();
    }

    @Override
    public String sha256() {
      return set.sha256();
    }

    @Override
    public dev.residua.frame.ImageShape shape() {
      return set.shape();
    }

    @Override
    public int size() {
      return set.size();
    }

    @Override
    public void read(int index, byte[] into, int offset) {
      set.read(index, into, offset);
    }

    @Override
    public double @Nullable [] factors(int index) {
      double[] values = new double[factorNames.size()];
      boolean known = false;
      for (int f = 0; f < values.length; f++) {
        values[f] = set.labels().value(index, factorNames.get(f));
        known |= Double.isFinite(values[f]);
      }
      return known ? values : null;
    }
  }
}
