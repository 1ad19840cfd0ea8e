package dev.residua.training;

import dev.residua.causal.CausalGraph;
import dev.residua.causal.FrameScorer;
import dev.residua.causal.Latent;
import dev.residua.causal.LatentBatch;
import dev.residua.drift.DriftSettings;
import dev.residua.model.BundleManifest;
import dev.residua.model.ModelBundle;
import dev.residua.model.ModelProvenance;
import dev.residua.model.NetworkPlan;
import dev.residua.training.metrics.ResidualIndependence;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * From frames to a model bundle: the first part of the frames, in time order, trains the network;
 * the rest, which the network never saw, calibrates it. Between the two, the graph over the latents
 * is searched (or taken as given) and the structural equations are fitted on it.
 */
public final class TrainingPipeline {
  /** Hyper-parameter that tells the graph that gradient descent settled on. */
  public static final String LEARNT_GRAPH = ModelProvenance.LEARNT_GRAPH;

  /** Its value where nothing was learnt. */
  public static final String NOT_LEARNT = "not learnt";

  /** Fewest frames left for calibration. */
  public static final int MIN_CALIBRATION = 256;

  /** Largest deviation of ONNX latents from the engine's, relative to 1 plus the value. */
  private static final double AGREEMENT = 1e-5;

  private static final int AGREEMENT_FRAMES = 256;
  private static final int INDEPENDENCE_ROWS = 800;

  private final Trainer trainer;
  private final ScorerFactory scorers;
  private final Clock clock;
  private final String codeVersion;
  private final ExactDagSearchSettings search;
  private final MechanismSettings mechanisms;
  private final DriftSettings drift;

  /**
   * @param clock for the times in the provenance
   * @param codeVersion version of this product, for the provenance
   */
  public TrainingPipeline(Trainer trainer, ScorerFactory scorers, Clock clock, String codeVersion) {
    this(trainer, scorers, clock, codeVersion, DriftSettings.DEFAULTS);
  }

  /**
   * @param clock for the times in the provenance
   * @param codeVersion version of this product, for the provenance
   * @param drift how the drift detector is calibrated
   */
  public TrainingPipeline(
      Trainer trainer,
      ScorerFactory scorers,
      Clock clock,
      String codeVersion,
      DriftSettings drift) {
    this(
        trainer,
        scorers,
        clock,
        codeVersion,
        ExactDagSearchSettings.DEFAULTS,
        MechanismSettings.DEFAULTS,
        drift);
  }

  /**
   * @param clock for the times in the provenance
   * @param codeVersion version of this product, for the provenance
   * @param search how graphs are searched
   * @param mechanisms how equations are fitted
   * @param drift how the drift detector is calibrated
   */
  public TrainingPipeline(
      Trainer trainer,
      ScorerFactory scorers,
      Clock clock,
      String codeVersion,
      ExactDagSearchSettings search,
      MechanismSettings mechanisms,
      DriftSettings drift) {
    this.trainer = trainer;
    this.scorers = scorers;
    this.clock = clock;
    this.codeVersion = codeVersion;
    this.search = search;
    this.mechanisms = mechanisms;
    this.drift = drift;
  }

  /**
   * Names of the latents of a model trained on this data. Labels anchor the first latents to the
   * factors, with their sign and scale. Without labels, held pairs anchor the latents of the
   * factors that were held, but only up to a one-dimensional function: sign and scale are unknown,
   * and whether the latent is straight in the factor. It may even fold the factor, where the other
   * latents tell the decoder which side is meant. The others are called z and their number.
   *
   * <p>Source: Shu et al., Weakly Supervised Disentanglement with Guarantees, ICLR 2020, for share
   * labelling (match pairing) of each factor: a network that reproduces the distribution of such
   * pairs has latents that are each consistent with, and restricted to, their factor, if the
   * factors range over a connected set without holes. Here consistency is a penalty, and
   * restriction is left to the holds of the other latents and to the reconstruction.
   */
  public static List<Latent> latents(TrainingData data, TrainingSettings settings) {
    int trained = trained(data, settings);
    boolean labelled = labelled(data, trained, settings.maxLabels()).length > 0;
    int[] held = heldPairs(data, trained, settings).stream().mapToInt(HeldPair::factor).toArray();
    List<Latent> result = new ArrayList<>();
    for (int i = 0; i < settings.latents(); i++) {
      int factor = i;
      boolean anchored =
          i < data.factorNames().size()
              && (labelled || Arrays.stream(held).anyMatch(f -> f == factor));
      result.add(new Latent(i, anchored ? data.factorNames().get(i) : "z" + i, anchored));
    }
    return result;
  }

  /**
   * Trains.
   *
   * @param known what is known of the graph over the latents; null for nothing. A complete graph is
   *     taken as it is, else the graph is searched among those that agree
   * @param parent model whose weights to start from, or null
   * @throws TrainingFailedException with the reason and the remedy
   */
  public TrainingReport run(
      TrainingData data,
      TrainingSettings settings,
      @Nullable GraphConstraints known,
      @Nullable ModelBundle parent,
      TrainingProgress progress)
      throws TrainingFailedException {
    return run(data, settings, known, parent, null, progress);
  }

  /**
   * The same for a training that broke off.
   *
   * @param unfinished what {@link TrainingProgress#checkpoint} last gave; null to begin at the
   *     beginning
   */
  public TrainingReport run(
      TrainingData data,
      TrainingSettings settings,
      @Nullable GraphConstraints known,
      @Nullable ModelBundle parent,
      byte @Nullable [] unfinished,
      TrainingProgress progress)
      throws TrainingFailedException {
    return new Training(data, settings, known, parent, unfinished, progress).run();
  }

  /**
   * Trains several times, with seeds that follow one another, and keeps the run that {@link
   * RunSelection} chooses without knowing the truth.
   *
   * @param runs how many, at least 1
   * @return the report of the chosen run; the figures of all runs are in the provenance
   */
  public TrainingReport best(
      TrainingData data,
      TrainingSettings settings,
      @Nullable GraphConstraints known,
      @Nullable ModelBundle parent,
      int runs,
      TrainingProgress progress)
      throws TrainingFailedException {
    List<TrainingReport> reports = new ArrayList<>();
    List<RunSelection.Run> figures = new ArrayList<>();
    for (int i = 0; i < runs; i++) {
      String prefix = runs == 1 ? "" : "run %d of %d: ".formatted(i + 1, runs);
      TrainingReport report =
          run(
              data,
              settings.withSeed(settings.seed() + i),
              known,
              parent,
              (stage, fraction, losses) -> progress.at(prefix + stage, fraction, losses));
      reports.add(report);
      figures.addAll(report.runs());
    }
    TrainingReport chosen = reports.get(RunSelection.choose(figures));
    return runs == 1 ? chosen : withRuns(chosen, figures);
  }

  /** How many frames, from the first, are trained on. */
  private static int trained(TrainingData data, TrainingSettings settings) {
    return (int) (settings.trainShare() * data.size());
  }

  /** Held pairs that are trained on. */
  private static List<HeldPair> heldPairs(
      TrainingData data, int trained, TrainingSettings settings) {
    return settings.heldWeight() > 0 ? HeldPair.within(data, trained) : List.of();
  }

  /** The report with the figures of all runs in it and in the bundle. */
  private static TrainingReport withRuns(TrainingReport report, List<RunSelection.Run> runs) {
    ModelBundle bundle = report.bundle();
    ModelProvenance provenance = bundle.manifest().provenance();
    Map<String, String> hyper = new LinkedHashMap<>(provenance.hyperParameters());
    hyper.put("runs", Integer.toString(runs.size()));
    Map<String, Double> metrics = new LinkedHashMap<>(report.metrics());
    for (RunSelection.Run run : runs) {
      String prefix = "run." + run.seed() + ".";
      metrics.put(prefix + "reconstruction.shareOfVariance", run.reconstruction());
      run.labelError().ifPresent(error -> metrics.put(prefix + "label.error", error));
      metrics.put(prefix + "residual.distanceCorrelation", run.distanceCorrelation());
      run.stability().ifPresent(share -> metrics.put(prefix + "graph.confidence", share));
    }
    ModelBundle told =
        bundle.withProvenance(provenance.withHyperParameters(hyper).withMetrics(metrics));
    return new TrainingReport(
        told, report.graph(), report.learntEdges(), metrics, report.warnings(), runs);
  }

  /** One training: what was asked, and what is derived from it before the network is trained. */
  private final class Training {
    private final TrainingData data;
    private final TrainingSettings settings;
    private final GraphConstraints known;
    private final @Nullable ModelBundle parent;
    private final byte @Nullable [] unfinished;
    private final TrainingProgress progress;
    private final Instant started = clock.instant();
    private final int trained;
    private final int[] labelled;
    private final int heldPairs;
    private final List<Latent> latents;
    private final boolean[][] holds;
    private final int[] nominal;

    Training(
        TrainingData data,
        TrainingSettings settings,
        @Nullable GraphConstraints known,
        @Nullable ModelBundle parent,
        byte @Nullable [] unfinished,
        TrainingProgress progress)
        throws TrainingFailedException {
      this.data = data;
      this.unfinished = unfinished;
      this.settings = settings;
      this.parent = parent;
      this.progress = progress;
      this.trained = trained(data, settings);
      if (data.size() - trained < MIN_CALIBRATION || trained < ExactDagSearch.MIN_ROWS) {
        throw new TrainingFailedException(
            "%d frames give %d to train on and %d to calibrate with, needed are %d and %d: give more frames"
                .formatted(
                    data.size(),
                    trained,
                    data.size() - trained,
                    ExactDagSearch.MIN_ROWS,
                    MIN_CALIBRATION));
      }
      this.labelled = labelled(data, trained, settings.maxLabels());
      if (labelled.length > 0 && settings.latents() < data.factorNames().size()) {
        throw new TrainingFailedException(
            "%d latents cannot carry the %d factors %s: raise --latents or name fewer --factors"
                .formatted(settings.latents(), data.factorNames().size(), data.factorNames()));
      }
      this.heldPairs = heldPairs(data, trained, settings).size();
      this.latents = latents(data, settings);
      List<String> names = latents.stream().map(Latent::name).toList();
      if (known != null && !known.names().equals(names)) {
        throw new TrainingFailedException(
            "the given graph is over %s, the latents are %s".formatted(known.names(), names));
      }
      this.known = known == null ? GraphConstraints.none(names) : known;
      this.holds = holds(data, trained, latents);
      checkHolds();
      this.nominal = nominal(data, trained);
      if (nominal.length < MIN_CALIBRATION) {
        throw new TrainingFailedException(
            "of the %d frames to calibrate with, %d have no broken mechanism, needed are %d: give more usual frames, at the end of the data"
                .formatted(data.size() - trained, nominal.length, MIN_CALIBRATION));
      }
    }

    private void checkHolds() throws TrainingFailedException {
      for (Latent latent : latents) {
        int rows = 0;
        for (boolean[] row : holds) {
          rows += row[latent.index()] ? 1 : 0;
        }
        if (rows < ExactDagSearch.MIN_ROWS) {
          throw new TrainingFailedException(
              "the mechanism of %s holds in %d of the %d frames to train on, needed are %d: give more usual frames"
                  .formatted(latent.name(), rows, trained, ExactDagSearch.MIN_ROWS));
        }
      }
    }

    TrainingReport run() throws TrainingFailedException {
      byte[] start =
          unfinished != null
              ? unfinished
              : parent == null ? null : parent.entry(ModelBundle.WEIGHTS);
      try (TrainedNetwork network =
          trainer.train(data, trained, labelled, settings, start, progress)) {
        return finish(network);
      }
    }

    private TrainingReport finish(TrainedNetwork network) throws TrainingFailedException {
      int d = network.latents();
      double[] mean = new double[d];
      double[] scale = new double[d];
      Arrays.fill(scale, 1);
      double disagreement;
      double[][] z;
      try (FrameScorer raw = open(network.plan(mean, scale, null, null))) {
        disagreement = disagreement(data, network, raw);
        int[] all = new int[trained];
        Arrays.setAll(all, i -> i);
        z = FrameScores.rows(score(raw, data, all, "encoding", progress).observed(), trained, d);
      }
      standardize(z, latents, labelled.length > 0 ? data.factorNames().size() : 0, mean, scale);
      Map<String, Double> metrics = metrics(network);
      metrics.put("onnx.disagreement", disagreement);
      LabelErrors labels = LabelErrors.of(data, labelled, z);
      LatentHead head = labels.head();
      if (head != null) {
        Arrays.setAll(z, i -> head.apply(z[i]));
      }
      progress.at("searching the graph", 0, null);
      CausalGraph graph = known.complete() ? known.graph() : search(z);
      progress.at("fitting mechanisms", 0, null);
      Mechanisms equations = fit(graph, z);
      NetworkPlan plan = network.plan(mean, scale, head, equations);
      try (FrameScorer scorer = open(plan)) {
        LatentBatch calibration = score(scorer, data, nominal, "calibrating", progress);
        double error = 0;
        for (float one : calibration.reconstructionErrors()) {
          error += one / calibration.frames();
        }
        metrics.put("reconstruction.mse", error);
        metrics.put("reconstruction.shareOfVariance", error / pixelVariance(data, nominal));
        for (int i = 0; i < d; i++) {
          metrics.put("explained." + i, equations.explainedVariance(i));
        }
        // Whoever limits the labels means that there are no others, so none may judge the run.
        if (settings.maxLabels() == Integer.MAX_VALUE) {
          labels =
              labels.with(
                  data, nominal, FrameScores.rows(calibration.observed(), nominal.length, d));
        }
        metrics.putAll(labels.metrics());
        ResidualIndependence independence =
            ResidualIndependence.of(
                FrameScores.rows(calibration.residuals(), nominal.length, d), INDEPENDENCE_ROWS, 1);
        metrics.put("residual.distanceCorrelation", independence.distanceCorrelation());
        OptionalDouble confidence =
            known.complete()
                ? OptionalDouble.empty()
                : graph.edgeList().stream().mapToDouble(CausalGraph.Edge::confidence).average();
        confidence.ifPresent(share -> metrics.put("graph.confidence", share));
        RunSelection.Run run =
            new RunSelection.Run(
                settings.seed(),
                error / pixelVariance(data, nominal),
                labels.worst(),
                independence.distanceCorrelation(),
                confidence);
        HeldErrors held =
            heldErrors(scorer, FrameScores.rows(calibration.observed(), nominal.length, d));
        for (Latent latent : latents) {
          if (held.pairs()[latent.index()] > 0) {
            metrics.put(ModelProvenance.HELD_ERROR + latent.name(), held.errors()[latent.index()]);
          }
        }
        List<String> warnings =
            TrainingWarnings.of(
                run, known, graph, equations, labels, labelled.length, latents, held);
        warnings.addAll(network.warnings());
        Optional<Monitorability> monitorability =
            ModelCalibration.monitorability(graph, data, nominal, calibration);
        monitorability.ifPresent(m -> metrics.put(ModelCalibration.LEAKAGE, m.leakage()));
        ModelBundle bundle =
            ModelCalibration.bundle(
                manifest(network, head, metrics),
                graph,
                network,
                plan,
                scorer,
                data,
                usualPictures(holds),
                warnings,
                nominal,
                calibration,
                monitorability,
                drift,
                settings.seed(),
                fraction -> progress.at("calibrating drift", fraction, null));
        return new TrainingReport(
            bundle, graph, network.learntEdges(), metrics, warnings, List.of(run));
      } catch (IllegalArgumentException e) {
        throw new TrainingFailedException("calibration failed: " + e.getMessage(), e);
      }
    }

    /** Errors within the held pairs behind the training range. */
    private HeldErrors heldErrors(FrameScorer scorer, double[][] usual) {
      List<HeldPair> unseen =
          data.heldPairs().stream()
              .filter(pair -> pair.first() >= trained && pair.second() >= trained)
              .toList();
      int[] frames =
          unseen.stream().flatMapToInt(p -> IntStream.of(p.first(), p.second())).toArray();
      int d = latents.size();
      double[][] z =
          FrameScores.rows(
              score(scorer, data, frames, "checking", progress).observed(), frames.length, d);
      double[] variances = new double[d];
      Arrays.setAll(
          variances,
          k -> {
            double mean = Arrays.stream(usual).mapToDouble(row -> row[k]).average().orElse(0);
            return Arrays.stream(usual)
                .mapToDouble(row -> Math.pow(row[k] - mean, 2))
                .average()
                .orElse(0);
          });
      return HeldErrors.of(unseen, z, variances);
    }

    private CausalGraph search(double[][] z) throws TrainingFailedException {
      try {
        return ExactDagSearch.search(z, holds, known, search.withSeed(settings.seed()));
      } catch (IllegalArgumentException e) {
        throw new TrainingFailedException("the graph cannot be searched: " + e.getMessage(), e);
      }
    }

    private Mechanisms fit(CausalGraph graph, double[][] z) throws TrainingFailedException {
      try {
        return Mechanisms.fit(graph, z, holds, mechanisms.withSeed(settings.seed()));
      } catch (IllegalArgumentException | ArithmeticException e) {
        throw new TrainingFailedException("mechanisms cannot be fitted: " + e.getMessage(), e);
      }
    }

    private BundleManifest manifest(
        TrainedNetwork network, @Nullable LatentHead head, Map<String, Double> metrics) {
      Map<String, String> hyper = new LinkedHashMap<>();
      hyper.put("latents", Integer.toString(network.latents()));
      hyper.put("steps", Integer.toString(settings.steps()));
      if (settings.stopAt() < settings.steps()) {
        hyper.put("stopAt", Integer.toString(settings.stopAt()));
      }
      hyper.put("batch", Integer.toString(settings.batch()));
      hyper.put(
          "labelledBatch", Integer.toString(labelled.length == 0 ? 0 : settings.labelledBatch()));
      hyper.put("learningRate", Double.toString(settings.learningRate()));
      hyper.put("labelWeight", Double.toString(settings.labelWeight()));
      hyper.put("heldPairs", Integer.toString(heldPairs));
      hyper.put("heldBatch", Integer.toString(heldPairs == 0 ? 0 : settings.heldBatch()));
      hyper.put("heldWeight", Double.toString(settings.heldWeight()));
      hyper.put(
          "brokenFrames",
          Long.toString(
              IntStream.range(0, trained).filter(i -> data.broken(i).length > 0).count()));
      for (LancaOption option : LancaOption.values()) {
        hyper.put("lanca." + option.key(), option.of(settings.lanca()));
      }
      hyper.put(
          "machine",
          "%d processors, %s"
              .formatted(
                  Runtime.getRuntime().availableProcessors(), System.getProperty("os.arch")));
      hyper.put("trainShare", Double.toString(settings.trainShare()));
      hyper.put("threads", Integer.toString(settings.threads()));
      hyper.put(
          "graph",
          known.complete()
              ? "given"
              : known.empty() ? "searched" : "searched within what is known");
      hyper.put(
          ModelProvenance.CORRECTED_LATENTS,
          head == null
              ? "none"
              : latents.stream()
                  .filter(latent -> head.corrects(latent.index()))
                  .map(Latent::name)
                  .collect(Collectors.joining(", ")));
      // With held pairs and no labels the causal terms take no part.
      boolean learns = settings.lanca().causalTerms() && (labelled.length > 0 || heldPairs == 0);
      hyper.put(
          LEARNT_GRAPH,
          learns
              ? CausalGraph.of(known.names(), GraphLearner.edges(network.learntEdges())).toString()
              : NOT_LEARNT);
      Instant finished = clock.instant();
      ModelProvenance provenance =
          new ModelProvenance(
              data.name(),
              "frames 0..%d, calibration %d..%d%s"
                  .formatted(
                      trained - 1,
                      trained,
                      data.size() - 1,
                      nominal.length == data.size() - trained
                          ? ""
                          : " (%d of them usual)".formatted(nominal.length)),
              data.sha256(),
              labelled.length,
              hyper,
              settings.seed(),
              codeVersion,
              "%s %s, %s %s"
                  .formatted(
                      System.getProperty("java.vm.name"),
                      System.getProperty("java.version"),
                      System.getProperty("os.name"),
                      System.getProperty("os.arch")),
              started.toString(),
              finished.toString(),
              metrics);
      String id =
          "%s-%s-%d".formatted(slug(data.name()), data.sha256().substring(0, 8), settings.seed());
      return new BundleManifest(
          ModelBundle.FORMAT_VERSION,
          id + "-" + Long.toString(finished.getEpochSecond(), 36),
          parent == null ? null : parent.id(),
          trainer.architecture(),
          data.shape(),
          trainer.preprocessing(),
          latents,
          provenance,
          Map.of());
    }
  }

  private FrameScorer open(NetworkPlan plan) throws TrainingFailedException {
    try {
      return scorers.open(plan);
    } catch (IllegalArgumentException e) {
      throw new TrainingFailedException("the network cannot be run: " + e.getMessage(), e);
    }
  }

  /**
   * Rows of the training range with at least one factor known, at most {@code most}, spread evenly.
   */
  static int[] labelled(TrainingData data, int trained, int most) {
    if (data.factorNames().isEmpty() || most == 0) {
      return new int[0];
    }
    int[] all = new int[trained];
    int n = 0;
    for (int i = 0; i < trained; i++) {
      if (data.factors(i) != null) {
        all[n++] = i;
      }
    }
    if (n <= most) {
      return Arrays.copyOf(all, n);
    }
    int[] chosen = new int[most];
    for (int i = 0; i < most; i++) {
      chosen[i] = all[(int) ((long) i * n / most)];
    }
    return chosen;
  }

  /** Which mechanisms hold in the first frames, shape {@code [trained][d]}. */
  static boolean[][] holds(TrainingData data, int trained, List<Latent> latents) {
    boolean[][] holds = new boolean[trained][latents.size()];
    for (int i = 0; i < trained; i++) {
      int[] broken = data.broken(i);
      for (Latent latent : latents) {
        // A latent that nothing anchored may carry a part of any factor.
        int factor = latent.index();
        holds[i][factor] =
            latent.anchored()
                ? Arrays.stream(broken).noneMatch(b -> b == factor)
                : broken.length == 0;
      }
    }
    return holds;
  }

  /** Frames from {@code from} on in which every mechanism holds and that repeat no other. */
  public static int[] nominal(TrainingData data, int from) {
    int[] frames = new int[data.size() - from];
    int n = 0;
    for (int i = from; i < data.size(); i++) {
      if (data.broken(i).length == 0 && !data.repeats(i)) {
        frames[n++] = i;
      }
    }
    return Arrays.copyOf(frames, n);
  }

  /** Frames in which some mechanism holds: their pictures are usual even if a factor is not. */
  private static int[] usualPictures(boolean[][] holds) {
    int[] frames = new int[holds.length];
    int n = 0;
    for (int i = 0; i < holds.length; i++) {
      boolean any = false;
      for (boolean one : holds[i]) {
        any |= one;
      }
      if (any) {
        frames[n++] = i;
      }
    }
    return Arrays.copyOf(frames, n);
  }

  private static double disagreement(TrainingData data, TrainedNetwork network, FrameScorer raw)
      throws TrainingFailedException {
    int frames = Math.min(AGREEMENT_FRAMES, data.size());
    int size = data.shape().size();
    byte[] pixels = new byte[frames * size];
    for (int i = 0; i < frames; i++) {
      data.read((int) ((long) i * data.size() / frames), pixels, i * size);
    }
    float[] engine = network.encode(pixels, frames);
    float[] onnx = raw.score(pixels, frames).observed();
    double worst = 0;
    for (int i = 0; i < engine.length; i++) {
      worst = Math.max(worst, Math.abs((double) engine[i] - onnx[i]) / (1 + Math.abs(engine[i])));
    }
    if (!(worst <= AGREEMENT)) {
      throw new TrainingFailedException(
          "ONNX Runtime deviates from the trained network by %.3g on %d frames, allowed is %.0e: this is a fault of this program or of the processor's libraries, not of the data"
              .formatted(worst, frames, AGREEMENT));
    }
    return worst;
  }

  private static LatentBatch score(
      FrameScorer scorer, TrainingData data, int[] which, String stage, TrainingProgress progress) {
    return FrameScores.of(
        scorer, data::read, which, fraction -> progress.at(stage, fraction, null));
  }

  /**
   * Brings latents that no label anchored to mean 0 and variance 1; the first {@code labelled} ones
   * are in standard deviations of their labels already and stay so.
   */
  private static void standardize(
      double[][] z, List<Latent> latents, int labelled, double[] mean, double[] scale)
      throws TrainingFailedException {
    for (Latent latent : latents) {
      int j = latent.index();
      double centre = 0;
      double squares = 0;
      for (int i = 0; i < z.length; i++) {
        double before = z[i][j] - centre;
        centre += before / (i + 1);
        squares += before * (z[i][j] - centre);
      }
      double sd = Math.sqrt(squares / z.length);
      if (!(sd > 1e-6)) {
        throw new TrainingFailedException(
            "latent %s does not vary over the frames (standard deviation %.3g): train longer, label some frames, or ask for fewer --latents"
                .formatted(latent.name(), sd));
      }
      if (j >= labelled) {
        mean[j] = centre;
        scale[j] = sd;
        for (double[] row : z) {
          row[j] = (row[j] - centre) / sd;
        }
      }
    }
  }

  private static Map<String, Double> metrics(TrainedNetwork network) {
    Map<String, Double> metrics = new LinkedHashMap<>();
    TrainingLosses losses = network.finalLosses();
    metrics.put("training.reconstruction", losses.reconstruction());
    metrics.put("training.label", losses.label());
    metrics.put("training.held", losses.held());
    metrics.put("training.mmd", losses.mmd());
    metrics.put("training.structural", losses.structural());
    metrics.put("training.learntEdges", losses.edges());
    metrics.put("training.stepMillis", network.stepTimes().medianMillis());
    return metrics;
  }

  /** Variance of intensity around the mean image, mean over pixels, of some frames. */
  private static double pixelVariance(TrainingData data, int[] of) {
    int size = data.shape().size();
    int frames = Math.min(1_000, of.length);
    byte[] pixels = new byte[size];
    double[] mean = new double[size];
    double squares = 0;
    for (int n = 0; n < frames; n++) {
      data.read(of[(int) ((long) n * of.length / frames)], pixels, 0);
      for (int i = 0; i < size; i++) {
        double value = (pixels[i] & 0xff) / 255.0;
        double before = value - mean[i];
        mean[i] += before / (n + 1);
        squares += before * (value - mean[i]);
      }
    }
    return Math.max(1e-12, squares / ((double) frames * size));
  }

  private static String slug(String name) {
    String slug = name.toLowerCase(java.util.Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    return slug.isBlank() || slug.equals("-") ? "model" : slug;
  }
}
