package dev.residua.training;

import dev.residua.causal.CausalGraph;
import dev.residua.causal.FrameScorer;
import dev.residua.causal.Latent;
import dev.residua.causal.LatentBatch;
import dev.residua.drift.DriftSettings;
import dev.residua.model.BundleManifest;
import dev.residua.model.ModelBundle;
import dev.residua.model.ModelProvenance;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * From frames to a model bundle: the first part of the frames, in time order, trains the network;
 * the rest, which the network never saw, calibrates it. Between the two, the graph over the latents
 * is searched (or taken as given) and the structural equations are fitted on it.
 */
public final class TrainingPipeline {
  /** Fewest frames left for calibration. */
  public static final int MIN_CALIBRATION = 256;

  /** Largest deviation of ONNX latents from the engine's, relative to 1 plus the value. */
  private static final double AGREEMENT = 1e-5;

  private static final int AGREEMENT_FRAMES = 256;
  private static final int CHUNK = 64;

  private final Trainer trainer;
  private final ScorerFactory scorers;
  private final Clock clock;
  private final String codeVersion;
  private final DagSearchSettings search;
  private final MechanismSettings mechanisms;
  private final DriftSettings drift;

  /**
   * @param clock for the times in the provenance
   * @param codeVersion version of this product, for the provenance
   */
  public TrainingPipeline(Trainer trainer, ScorerFactory scorers, Clock clock, String codeVersion) {
    this(
        trainer,
        scorers,
        clock,
        codeVersion,
        DagSearchSettings.DEFAULTS,
        MechanismSettings.DEFAULTS,
        DriftSettings.DEFAULTS);
  }

  TrainingPipeline(
      Trainer trainer,
      ScorerFactory scorers,
      Clock clock,
      String codeVersion,
      DagSearchSettings search,
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

  /** Names of the latents of a model trained on this data: factors first, then z4, z5, ... */
  public static List<Latent> latents(TrainingData data, int latents, boolean labelled) {
    List<Latent> result = new ArrayList<>();
    for (int i = 0; i < latents; i++) {
      boolean anchored = labelled && i < data.factorNames().size();
      result.add(new Latent(i, anchored ? data.factorNames().get(i) : "z" + i, anchored));
    }
    return result;
  }

  /**
   * Trains.
   *
   * @param given the graph over the latents if it is known, else it is searched
   * @param parent model whose weights to start from, or null
   * @throws TrainingFailedException with the reason and the remedy
   */
  public TrainingReport run(
      TrainingData data,
      TrainingSettings settings,
      @Nullable CausalGraph given,
      @Nullable ModelBundle parent,
      TrainingProgress progress)
      throws TrainingFailedException {
    Instant started = clock.instant();
    int trained = (int) (settings.trainShare() * data.size());
    if (data.size() - trained < MIN_CALIBRATION || trained < DagSearch.MIN_ROWS) {
      throw new TrainingFailedException(
          "%d frames give %d to train on and %d to calibrate with, needed are %d and %d: give more frames"
              .formatted(
                  data.size(),
                  trained,
                  data.size() - trained,
                  DagSearch.MIN_ROWS,
                  MIN_CALIBRATION));
    }
    int[] labelled = labelled(data, trained, settings.maxLabels());
    if (labelled.length > 0 && settings.latents() < data.factorNames().size()) {
      throw new TrainingFailedException(
          "%d latents cannot carry the %d factors %s: raise --latents or name fewer --factors"
              .formatted(settings.latents(), data.factorNames().size(), data.factorNames()));
    }
    List<Latent> latents = latents(data, settings.latents(), labelled.length > 0);
    List<String> names = latents.stream().map(Latent::name).toList();
    if (given != null && !given.names().equals(names)) {
      throw new TrainingFailedException(
          "the given graph is over %s, the latents are %s".formatted(given.names(), names));
    }
    byte[] start = parent == null ? null : parent.entry(ModelBundle.WEIGHTS);
    try (TrainedNetwork network =
        trainer.train(data, trained, labelled, settings, start, progress)) {
      return finish(
          data, settings, given, parent, progress, started, trained, labelled, latents, network);
    }
  }

  private TrainingReport finish(
      TrainingData data,
      TrainingSettings settings,
      @Nullable CausalGraph given,
      @Nullable ModelBundle parent,
      TrainingProgress progress,
      Instant started,
      int trained,
      int[] labelled,
      List<Latent> latents,
      TrainedNetwork network)
      throws TrainingFailedException {
    int d = network.latents();
    List<String> names = latents.stream().map(Latent::name).toList();
    double[] mean = new double[d];
    double[] scale = new double[d];
    Arrays.fill(scale, 1);
    double disagreement;
    double[][] z;
    try (FrameScorer raw = open(network.scorer(mean, scale, null), data, d)) {
      disagreement = disagreement(data, trained, network, raw);
      LatentBatch batch = score(raw, data, 0, trained, "encoding", progress);
      z = rows(batch.observed(), trained, d);
    }
    standardize(z, latents, mean, scale);
    progress.at("searching the graph", 0, null);
    CausalGraph graph = given != null ? given : search(z, names, search.withSeed(settings.seed()));
    progress.at("fitting mechanisms", 0, null);
    Mechanisms equations = fit(graph, z, mechanisms.withSeed(settings.seed()));
    byte[] model = network.scorer(mean, scale, equations);
    try (FrameScorer scorer = open(model, data, d)) {
      LatentBatch calibration =
          score(scorer, data, trained, data.size() - trained, "calibrating", progress);
      Map<String, Double> metrics = metrics(data, trained, network, equations, calibration);
      metrics.put("onnx.disagreement", disagreement);
      BundleManifest manifest =
          manifest(
              data, settings, parent, started, trained, labelled, latents, network, given, metrics);
      ModelBundle bundle =
          BundleBuilder.build(
              manifest,
              graph,
              network,
              model,
              scorer,
              data,
              trained,
              calibration,
              drift,
              settings.seed(),
              fraction -> progress.at("calibrating drift", fraction, null));
      return new TrainingReport(bundle, graph, network.learntEdges(), metrics, network.warnings());
    } catch (IllegalArgumentException e) {
      throw new TrainingFailedException("calibration failed: " + e.getMessage(), e);
    }
  }

  private FrameScorer open(byte[] model, TrainingData data, int d) throws TrainingFailedException {
    try {
      return scorers.open(model, data.shape(), d);
    } catch (IllegalArgumentException e) {
      throw new TrainingFailedException("the exported scorer is unusable: " + e.getMessage(), e);
    }
  }

  private static CausalGraph search(double[][] z, List<String> names, DagSearchSettings settings)
      throws TrainingFailedException {
    try {
      return DagSearch.search(z, names, settings);
    } catch (IllegalArgumentException e) {
      throw new TrainingFailedException("the graph cannot be searched: " + e.getMessage(), e);
    }
  }

  private static Mechanisms fit(CausalGraph graph, double[][] z, MechanismSettings settings)
      throws TrainingFailedException {
    try {
      return Mechanisms.fit(graph, z, settings);
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new TrainingFailedException("mechanisms cannot be fitted: " + e.getMessage(), e);
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

  private static double disagreement(
      TrainingData data, int trained, TrainedNetwork network, FrameScorer raw)
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
          "scorer.onnx deviates from the trained network by %.3g on %d frames, allowed is %.0e: this is a fault of this program or of the processor's libraries, not of the data"
              .formatted(worst, frames, AGREEMENT));
    }
    return worst;
  }

  private static LatentBatch score(
      FrameScorer scorer,
      TrainingData data,
      int from,
      int frames,
      String stage,
      TrainingProgress progress) {
    int d = scorer.latents();
    int size = data.shape().size();
    float[] observed = new float[frames * d];
    float[] expected = new float[frames * d];
    float[] residuals = new float[frames * d];
    float[] errors = new float[frames];
    byte[] pixels = new byte[CHUNK * size];
    for (int at = 0; at < frames; at += CHUNK) {
      int count = Math.min(CHUNK, frames - at);
      for (int i = 0; i < count; i++) {
        data.read(from + at + i, pixels, i * size);
      }
      LatentBatch batch = scorer.score(pixels, count);
      System.arraycopy(batch.observed(), 0, observed, at * d, count * d);
      System.arraycopy(batch.expected(), 0, expected, at * d, count * d);
      System.arraycopy(batch.residuals(), 0, residuals, at * d, count * d);
      System.arraycopy(batch.reconstructionErrors(), 0, errors, at, count);
      progress.at(stage, (double) (at + count) / frames, null);
    }
    return new LatentBatch(frames, d, observed, expected, residuals, errors);
  }

  private static double[][] rows(float[] values, int n, int d) {
    double[][] rows = new double[n][d];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < d; j++) {
        rows[i][j] = values[i * d + j];
      }
    }
    return rows;
  }

  /**
   * Brings latents that no label anchored to mean 0 and variance 1; anchored ones are in standard
   * deviations of their labels already and stay so.
   */
  private static void standardize(double[][] z, List<Latent> latents, double[] mean, double[] scale)
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
      if (!latent.anchored()) {
        mean[j] = centre;
        scale[j] = sd;
        for (double[] row : z) {
          row[j] = (row[j] - centre) / sd;
        }
      }
    }
  }

  private static Map<String, Double> metrics(
      TrainingData data,
      int trained,
      TrainedNetwork network,
      Mechanisms equations,
      LatentBatch calibration) {
    Map<String, Double> metrics = new LinkedHashMap<>();
    TrainingLosses losses = network.finalLosses();
    metrics.put("training.reconstruction", losses.reconstruction());
    metrics.put("training.label", losses.label());
    metrics.put("training.mmd", losses.mmd());
    metrics.put("training.structural", losses.structural());
    metrics.put("training.learntEdges", losses.edges());
    metrics.put("training.stepMillis", network.stepMillis());
    double mse = 0;
    for (float error : calibration.reconstructionErrors()) {
      mse += error / calibration.frames();
    }
    metrics.put("reconstruction.mse", mse);
    metrics.put("reconstruction.shareOfVariance", mse / pixelVariance(data, trained));
    for (int i = 0; i < calibration.latents(); i++) {
      metrics.put("explained." + i, equations.explainedVariance(i));
    }
    return metrics;
  }

  /** Variance of intensity around the mean image, mean over pixels, of the calibration frames. */
  private static double pixelVariance(TrainingData data, int from) {
    int size = data.shape().size();
    int frames = Math.min(1_000, data.size() - from);
    byte[] pixels = new byte[size];
    double[] mean = new double[size];
    double squares = 0;
    for (int n = 0; n < frames; n++) {
      data.read(from + (int) ((long) n * (data.size() - from) / frames), pixels, 0);
      for (int i = 0; i < size; i++) {
        double value = (pixels[i] & 0xff) / 255.0;
        double before = value - mean[i];
        mean[i] += before / (n + 1);
        squares += before * (value - mean[i]);
      }
    }
    return Math.max(1e-12, squares / ((double) frames * size));
  }

  private BundleManifest manifest(
      TrainingData data,
      TrainingSettings settings,
      @Nullable ModelBundle parent,
      Instant started,
      int trained,
      int[] labelled,
      List<Latent> latents,
      TrainedNetwork network,
      @Nullable CausalGraph given,
      Map<String, Double> metrics) {
    Map<String, String> hyper = new LinkedHashMap<>();
    hyper.put("latents", Integer.toString(network.latents()));
    hyper.put("steps", Integer.toString(settings.steps()));
    hyper.put("batch", Integer.toString(settings.batch()));
    hyper.put(
        "labelledBatch", Integer.toString(labelled.length == 0 ? 0 : settings.labelledBatch()));
    hyper.put("learningRate", Double.toString(settings.learningRate()));
    hyper.put("labelWeight", Double.toString(settings.labelWeight()));
    hyper.put("trainShare", Double.toString(settings.trainShare()));
    hyper.put("threads", Integer.toString(settings.threads()));
    hyper.put("graph", given == null ? "searched" : "given");
    double[][] learnt = network.learntEdges();
    StringBuilder edges = new StringBuilder();
    for (int i = 0; i < learnt.length; i++) {
      for (int j = 0; j < learnt.length; j++) {
        if (learnt[i][j] > 0.5) {
          edges
              .append(edges.isEmpty() ? "" : ", ")
              .append(latents.get(i).name())
              .append(" -> ")
              .append(latents.get(j).name());
        }
      }
    }
    hyper.put("learntGraph", edges.isEmpty() ? "no edges" : edges.toString());
    Instant finished = clock.instant();
    ModelProvenance provenance =
        new ModelProvenance(
            data.name(),
            "frames 0..%d, calibration %d..%d".formatted(trained - 1, trained, data.size() - 1),
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

  private static String slug(String name) {
    String slug = name.toLowerCase(java.util.Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    return slug.isBlank() || slug.equals("-") ? "model" : slug;
  }
}
