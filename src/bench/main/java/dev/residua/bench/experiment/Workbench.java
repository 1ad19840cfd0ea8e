package dev.residua.bench.experiment;

import dev.residua.causal.LatentDecoder;
import dev.residua.causal.ResidualScorer;
import dev.residua.dataset.FrameDataset;
import dev.residua.model.BadBundleException;
import dev.residua.model.DecoderFactory;
import dev.residua.model.EngineFactory;
import dev.residua.model.ModelBundle;
import dev.residua.model.ModelProvenance;
import dev.residua.simulation.DatasetGenerator;
import dev.residua.simulation.SimulatedScene;
import dev.residua.training.DatasetEvaluation;
import dev.residua.training.DatasetSource;
import dev.residua.training.GraphLearner;
import dev.residua.training.ModelCalibration;
import dev.residua.training.Trainer;
import dev.residua.training.TrainingFailedException;
import dev.residua.training.TrainingPipeline;
import dev.residua.training.TrainingProgress;
import dev.residua.training.TrainingReport;
import dev.residua.training.TrainingSettings;
import dev.residua.training.metrics.GraphDistance;
import dev.residua.training.metrics.ReadingError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/** Data sets that are generated once, trainings, and the figures of every training. */
final class Workbench {
  /** Frames that a trained model is evaluated on; none of them is in any training set. */
  private static final int FRESH_FRAMES = 4_000;

  /** Trainings that are kept for experiments that use them again. */
  private static final int MAX_KEPT = 12;

  private final Path dir;
  private final Trainers trainers;
  private final TrainingPipeline lanca;
  private final TrainingPipeline layer;
  private final EngineFactory engines;
  private final DecoderFactory decoders;
  private final GraphLearner learner;
  private final ModelSource model;
  private final TrainingProgress progress;
  private final Map<Asked, TrainingReport> trained =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Asked, TrainingReport> eldest) {
          return size() > MAX_KEPT;
        }
      };

  enum Kind {
    /** The LANCA network. */
    LANCA,
    /** The LANCA network, with every factor a category. */
    CATEGORIES,
    /** The layer that the network is compared with. */
    LAYER
  }

  record Trainers(Trainer lanca, Trainer layer) {}

  private record Asked(DataSpec spec, TrainingSettings settings, Kind kind) {}

  /**
   * @param pipelines makes the pipeline of a trainer
   */
  Workbench(
      Path dir,
      Trainers trainers,
      Function<Trainer, TrainingPipeline> pipelines,
      EngineFactory engines,
      DecoderFactory decoders,
      GraphLearner learner,
      ModelSource model,
      TrainingProgress progress) {
    this.dir = dir;
    this.trainers = trainers;
    this.lanca = pipelines.apply(trainers.lanca());
    this.layer = pipelines.apply(trainers.layer());
    this.engines = engines;
    this.decoders = decoders;
    this.learner = learner;
    this.model = model;
    this.progress = progress;
  }

  GraphLearner learner() {
    return learner;
  }

  TrainingProgress progress() {
    return progress;
  }

  /** The trained model that an experiment without trainings is about. */
  ModelBundle model() throws BadBundleException {
    return model.open();
  }

  FrameDataset data(DataSpec spec) throws IOException {
    Path folder = dir.resolve("data").resolve(spec.folder());
    if (!Files.exists(folder)) {
      Files.createDirectories(dir.resolve("data"));
      DatasetGenerator.generate(
          spec.scenario(),
          new DatasetGenerator.Settings(
              spec.count(),
              spec.count(),
              spec.drawnShape(),
              false,
              false,
              spec.commissioning(),
              0,
              spec.holds(),
              0,
              0),
          folder,
          fraction -> progress.at("drawing " + spec.folder(), fraction, null));
    }
    return FrameDataset.open(folder).reducedTo(spec.shape());
  }

  /** Trains on the factors of the scene, or gives the same training again. */
  TrainingReport train(DataSpec spec, TrainingSettings settings)
      throws IOException, TrainingFailedException {
    return train(spec, settings, Kind.LANCA);
  }

  TrainingReport train(DataSpec spec, TrainingSettings settings, Kind kind)
      throws IOException, TrainingFailedException {
    FrameDataset set = data(spec);
    TrainingSettings own = settings.withLatents(set.factors().size());
    Asked asked = new Asked(spec, own, kind);
    TrainingReport before = trained.get(asked);
    if (before != null) {
      return before;
    }
    DatasetSource source = new DatasetSource(set, set.factors());
    TrainingReport report =
        switch (kind) {
          case LANCA -> lanca.run(source, own, null, null, progress);
          case CATEGORIES ->
              lanca.run(source.withCategorical(set.factors()), own, null, null, progress);
          case LAYER -> layer.run(source, own, null, null, progress);
        };
    trained.put(asked, report);
    return report;
  }

  OverfitCheck overfit(long seed, TrainingSettings settings)
      throws IOException, TrainingFailedException {
    FrameDataset set = data(DataSpec.usual("pendulum", settings.batch(), seed));
    return OverfitCheck.of(
        trainers.lanca(),
        new DatasetSource(set, set.factors()),
        settings.withLatents(set.factors().size()),
        progress);
  }

  ResidualScorer scorer(ModelBundle bundle) {
    try {
      return bundle.network().scorer(engines);
    } catch (BadBundleException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /** Opens the decoder of a model in the units of its scorer; the caller closes it. */
  LatentDecoder decoder(ModelBundle bundle) throws BadBundleException {
    return decoders.open(bundle.network());
  }

  /** All figures of a trained model on fresh frames, as {@code evaluate} gives them. */
  Map<String, Object> evaluate(ModelBundle bundle, DataSpec spec) throws IOException {
    FrameDataset set = data(spec.fresh(FRESH_FRAMES));
    return evaluate(bundle, set, scores(bundle, set));
  }

  private static Map<String, Object> evaluate(
      ModelBundle bundle, FrameDataset set, DatasetEvaluation.Scores scores) {
    return DatasetEvaluation.of(scores, bundle.graph(), set, set.factors(), null, 1);
  }

  /** Largest error of a reading in percent of its range; NaN if no factor is read in its unit. */
  private static double readingError(
      ModelBundle bundle, FrameDataset set, DatasetEvaluation.Scores scores) {
    return DatasetEvaluation.readings(bundle, set, scores).stream()
        .filter(reading -> reading.error() instanceof ReadingError.OfNumber)
        .mapToDouble(reading -> 100 * ((ReadingError.OfNumber) reading.error()).shareOfRange())
        .max()
        .orElse(Double.NaN);
  }

  private DatasetEvaluation.Scores scores(ModelBundle bundle, FrameDataset set) {
    try (ResidualScorer scorer = scorer(bundle)) {
      return DatasetEvaluation.score(
          scorer,
          bundle.manifest().observed(),
          ModelCalibration.dynamics(bundle),
          set,
          FRESH_FRAMES,
          done -> progress.at("evaluating", done, null));
    }
  }

  /** Share of the labels of fresh frames that a model with categories reads, by factor. */
  Map<String, Double> accuracy(ModelBundle bundle, DataSpec spec) throws IOException {
    FrameDataset set = data(spec.fresh(FRESH_FRAMES));
    return DatasetEvaluation.accuracy(bundle, set, scores(bundle, set));
  }

  /** Trains, evaluates on fresh frames and gives the columns of every table of trainings. */
  Map<String, Double> figures(DataSpec spec, TrainingSettings settings)
      throws IOException, TrainingFailedException {
    return figures(spec, train(spec, settings));
  }

  Map<String, Double> figures(DataSpec spec, TrainingReport report) throws IOException {
    FrameDataset fresh = data(spec.fresh(FRESH_FRAMES));
    DatasetEvaluation.Scores scores = scores(report.bundle(), fresh);
    Figures figures = new Figures(evaluate(report.bundle(), fresh, scores));
    Map<String, Double> row = new LinkedHashMap<>();
    row.put(
        "not reconstructed %",
        100 * report.metrics().getOrDefault("reconstruction.shareOfVariance", Double.NaN));
    row.putAll(figures.columns("mcc", "MCC", "mccSpearman", "MCC rank"));
    row.put("reading error %", readingError(report.bundle(), fresh, scores));
    row.putAll(figures.columns("shd", "SHD searched"));
    row.put("SHD learnt", learntDistance(spec.simulated(), report, figures));
    for (String factor : spec.simulated().factors()) {
      if (figures.has("residual.noiseCorrelation." + factor)) {
        row.put("noise corr " + factor, figures.get("residual.noiseCorrelation." + factor));
      }
    }
    row.putAll(
        figures.columns(
            "residual.distanceCorrelation", "residual dcor",
            "dci.disentanglement", "DCI D",
            "irs", "IRS"));
    row.put("ms a step", report.metrics().getOrDefault("training.stepMillis", Double.NaN));
    return row;
  }

  /**
   * Distance of the graph that gradient descent settled on from the true one; NaN if it has none.
   */
  private static double learntDistance(
      SimulatedScene scene, TrainingReport report, Figures figures) {
    Map<String, String> hyper = report.bundle().manifest().provenance().hyperParameters();
    if (TrainingPipeline.NOT_LEARNT.equals(hyper.get(ModelProvenance.LEARNT_GRAPH))) {
      return Double.NaN;
    }
    return GraphDistance.matched(
            scene.graph().edges(),
            GraphLearner.edges(report.learntEdges()),
            figures.matching(scene.factors(), report.graph().names()))
        .shd();
  }
}
