package dev.residua.training;

import dev.residua.anomaly.AnomalyCalibration;
import dev.residua.anomaly.AnomalySettings;
import dev.residua.anomaly.AppearanceReference;
import dev.residua.anomaly.SensorReference;
import dev.residua.causal.CausalGraph;
import dev.residua.causal.DetailStatistics;
import dev.residua.causal.Latent;
import dev.residua.causal.LatentBatch;
import dev.residua.causal.LatentDecoder;
import dev.residua.causal.NodeColumns;
import dev.residua.causal.ResidualScorer;
import dev.residua.commissioning.CommissioningReference;
import dev.residua.dataset.DetailPictures;
import dev.residua.detail.DetailModel;
import dev.residua.detail.TilePatterns;
import dev.residua.drift.DriftReference;
import dev.residua.drift.DriftSettings;
import dev.residua.drift.ImageStatistics;
import dev.residua.dynamics.DynamicModel;
import dev.residua.frame.PixelMask;
import dev.residua.frame.SensorMeter;
import dev.residua.intervention.JointAttribution;
import dev.residua.intervention.MechanismReference;
import dev.residua.model.BadBundleException;
import dev.residua.model.BundleManifest;
import dev.residua.model.ModelBundle;
import dev.residua.model.NetworkPlan;
import dev.residua.model.SelfTest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.DoubleConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Calibrates a model: makes the parts of its bundle that describe normal frames, from nominal
 * frames in time order that the network was not trained on.
 */
public final class ModelCalibration {
  /** Fewest nominal frames that calibrate a model. */
  public static final int MIN_FRAMES = 256;

  /** Name of the figure for the spread of disturbances, see {@link Monitorability}. */
  static final String LEAKAGE = "monitorability.leakage";

  private static final int ATTRIBUTION_FRAMES = 1_000;
  private static final int LEAKAGE_FRAMES = 1_000;

  private ModelCalibration() {}

  /**
   * Recalibrates a model on the usual frames of a data set; network, graph and weights stay. Use it
   * for a camera with other noise or light, or with more frames for rarer false alarms.
   *
   * <p>The frames must be in time order, from one camera, with nothing broken, and of the kind that
   * the network was trained on, but not frames that trained it: their labels give the latents their
   * units and check their names. About a minute for 10,000 frames of 64x64 pixels. Without detail
   * pictures in the data, the calibration of details stays.
   *
   * @param scorer the model's own
   * @param decoder of the model, in the units of the scorer
   * @return a model with an id of its own and the old model as its parent
   * @throws IllegalArgumentException if there are fewer than {@link #MIN_FRAMES} such frames, they
   *     are not of the model's shape, or the data has other variables than the model
   */
  public static ModelBundle again(
      ModelBundle model,
      ResidualScorer scorer,
      LatentDecoder decoder,
      TrainingData data,
      DriftSettings driftSettings,
      long seed,
      TrainingProgress progress) {
    check(model, data);
    int[] nominal = enough(data, TrainingInput.nominal(data, 0));
    NodeColumns columns = NodeColumns.of(model.manifest().latents());
    return again(
        model,
        model.id() + "-" + data.sha256().substring(0, 6),
        scorer,
        data,
        nominal,
        decoder,
        OwnPixels.of(
                scorer,
                decoder,
                columns,
                data,
                nominal,
                PixelOwners.of(data, nominal, model.manifest().latentNames()),
                seed)
            .metrics(),
        driftSettings,
        seed,
        progress);
  }

  /**
   * Returns the equations of a model; null if none uses earlier frames.
   *
   * @throws IllegalArgumentException if the entry is damaged
   */
  public static @Nullable DynamicModel dynamics(ModelBundle model) {
    try {
      return model.dynamics().orElse(null);
    } catch (BadBundleException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  private static int[] enough(TrainingData data, int[] nominal) {
    if (nominal.length < MIN_FRAMES) {
      throw new IllegalArgumentException(
          "%s has %d nominal frames, calibration needs at least %d"
              .formatted(data.name(), nominal.length, MIN_FRAMES));
    }
    return nominal;
  }

  /**
   * Checks that a model can read a data set.
   *
   * @throws IllegalArgumentException if its frames are not of the model's shape, or it has other
   *     variables than the model
   */
  static void check(ModelBundle model, TrainingData data) {
    if (!data.shape().equals(model.manifest().image())) {
      throw new IllegalArgumentException(
          "%s has frames of %s, the model reads %s"
              .formatted(data.name(), data.shape(), model.manifest().image()));
    }
    if (!data.variableNames().equals(model.manifest().observed().names())) {
      throw new IllegalArgumentException(
          "%s has the variables %s, the model reads %s"
              .formatted(data.name(), data.variableNames(), model.manifest().observed().names()));
    }
  }

  /**
   * Recalibrates a model as above on some nominal frames.
   *
   * @param id of the new model
   * @param usual nominal frames
   * @param decoder of the model; null to keep the regions of its latents
   * @param ownPixels figures of {@link OwnPixels}
   */
  static ModelBundle again(
      ModelBundle model,
      String id,
      ResidualScorer scorer,
      TrainingData data,
      int[] usual,
      @Nullable LatentDecoder decoder,
      Map<String, Double> ownPixels,
      DriftSettings driftSettings,
      long seed,
      TrainingProgress progress) {
    KnownScores known =
        KnownScores.of(
            dynamics(model),
            data,
            usual,
            FrameScores.of(
                scorer,
                data,
                model.manifest().observed(),
                usual,
                fraction -> progress.at("scoring", fraction, null)));
    LatentBatch scores = known.scores();
    int[] nominal = enough(data, known.frames());
    Optional<Monitorability> measured =
        monitorability(model.graph(), dynamics(model), data, nominal, scores);
    Optional<Monitorability> leaning =
        measured.isPresent()
            ? Optional.empty()
            : Leaning.of(
                model.graph(),
                ownPixels,
                model.manifest().latents().size(),
                FrameScores.rows(scores.observed(), scores.frames(), scores.latents()),
                FrameScores.rows(scores.residuals(), scores.frames(), scores.latents()));
    Map<String, byte[]> entries = new TreeMap<>();
    for (String name : model.manifest().sha256().keySet()) {
      // A verdict applies to the old calibration.
      if (!name.equals(ModelBundle.GRAPH) && !name.equals(ModelBundle.GATE_VERDICT)) {
        entries.put(name, model.entry(name));
      }
    }
    DetailPictures details = data.details();
    DetailCalibration ofDetails = null;
    if (details != null && model.find(ModelBundle.DETAIL_MODEL).isPresent()) {
      TilePatterns patterns =
          DetailModel.fromBytes(model.entry(ModelBundle.DETAIL_MODEL)).patterns();
      if (!details.shape().equals(patterns.shape())) {
        throw new IllegalArgumentException(
            "%s has detail pictures of %s, the model reads %s: import the frames with --details %dx%d"
                .formatted(
                    data.name(),
                    details.shape(),
                    patterns.shape(),
                    patterns.shape().width(),
                    patterns.shape().height()));
      }
      ofDetails = DetailCalibration.of(details, patterns, nominal, progress);
    }
    entries.putAll(
        entries(
            model.graph(),
            scorer,
            appearance(data, nominal),
            data,
            nominal,
            scores,
            measured.or(() -> leaning),
            ofDetails,
            driftSettings,
            seed,
            fraction -> progress.at("calibrating", fraction, null)));
    if (decoder != null) {
      PixelOwners owners = PixelOwners.of(data, nominal, model.manifest().latentNames());
      entries.putAll(
          readability(
              model.manifest().latents(), scorer, decoder, data, nominal, scores, owners, seed));
    }
    Map<String, Double> figures =
        NamingErrors.of(
            model.manifest().latents(),
            data,
            nominal,
            FrameScores.rows(scores.observed(), scores.frames(), scores.latents()));
    figures.putAll(ownPixels);
    measured.ifPresent(m -> figures.put(LEAKAGE, m.leakage()));
    leaning.ifPresent(m -> figures.put(Leaning.LEAKAGE, m.leakage()));
    ModelBundle calibrated =
        ModelBundle.of(
            model
                .manifest()
                .withLatents(
                    FactorScaleFit.scaled(model.manifest().latents(), data, nominal, scores))
                .calibrated(
                    id,
                    "%s, %d frames, SHA-256 %s"
                        .formatted(data.name(), nominal.length, data.sha256()),
                    figures),
            model.graph(),
            entries);
    return ModelReadings.with(
        calibrated, ModelReadings.measured(calibrated, data, nominal, scores));
  }

  /**
   * Calibrates a newly trained scorer and returns the complete bundle.
   *
   * @param warnings reasons to distrust the model
   * @param scores of the input's nominal frames
   * @param monitorability spread of disturbances over the residuals, if it is known
   * @param details of the same frames; null if the data has no detail pictures
   * @param decoder in the units of the scorer
   */
  static ModelBundle bundle(
      TrainingInput input,
      BundleManifest manifest,
      CausalGraph graph,
      TrainedNetwork network,
      NetworkPlan plan,
      ResidualScorer scorer,
      List<String> warnings,
      LatentBatch scores,
      Optional<Monitorability> monitorability,
      @Nullable DetailCalibration details,
      LatentDecoder decoder,
      DriftSettings driftSettings,
      DoubleConsumer progress) {
    Map<String, byte[]> entries = new TreeMap<>(ModelBundle.entries(plan));
    entries.putAll(
        readability(
            manifest.latents(),
            scorer.masked(input.data.commonMask()),
            decoder,
            input.data,
            input.nominal,
            scores,
            PixelOwners.of(input.data, input.labelled, manifest.latentNames()),
            input.settings.seed()));
    entries.put(ModelBundle.WEIGHTS, network.weights());
    entries.putAll(
        entries(
            graph,
            scorer.masked(input.data.commonMask()),
            appearance(input.data, input.usualPictures()),
            input.data,
            input.nominal,
            scores,
            monitorability,
            details,
            driftSettings,
            input.settings.seed(),
            progress));
    PixelMask mask = input.data.commonMask();
    if (!mask.isEmpty()) {
      int pixels = input.data.shape().width() * input.data.shape().height();
      entries.put(ModelBundle.MASK, mask.toBytes(pixels));
    }
    entries.put(ModelBundle.LOSSES, TrainingHistory.toCsv(network.history()));
    entries.put(ModelBundle.WARNINGS, TrainingHistory.toLines(warnings));
    return ModelBundle.of(manifest, graph, entries);
  }

  /** The regions of the latents and their limits; no entry for a model with categories. */
  private static Map<String, byte[]> readability(
      List<Latent> latents,
      ResidualScorer scorer,
      LatentDecoder decoder,
      TrainingData data,
      int[] nominal,
      LatentBatch scores,
      PixelOwners owners,
      long seed) {
    if (latents.stream().anyMatch(Latent::categorical)) {
      return Map.of();
    }
    int pixels = data.shape().width() * data.shape().height();
    return Map.of(
        ModelBundle.READABILITY,
        ReadabilityFit.of(scorer, decoder, data, nominal, scores, owners, seed).toBytes(pixels));
  }

  private static AppearanceReference appearance(TrainingData data, int[] frames) {
    byte[] pixels = new byte[data.shape().size()];
    AppearanceReference.Builder builder = AppearanceReference.builder(data.shape());
    for (int frame : frames) {
      data.read(frame, pixels, 0);
      builder.add(pixels, 0, data.mask(frame));
    }
    return builder.build();
  }

  private static Map<String, byte[]> entries(
      CausalGraph graph,
      ResidualScorer scorer,
      AppearanceReference appearance,
      TrainingData data,
      int[] nominal,
      LatentBatch scores,
      Optional<Monitorability> monitorability,
      @Nullable DetailCalibration details,
      DriftSettings driftSettings,
      long seed,
      DoubleConsumer progress) {
    int n = scores.frames();
    int d = scores.latents();
    byte[] pixels = new byte[data.shape().size()];
    float[] deviations = new float[n];
    SensorMeter meter = new SensorMeter(data.shape());
    SensorReference.Builder sensor = SensorReference.builder();
    for (int i = 0; i < n; i++) {
      data.read(nominal[i], pixels, 0);
      PixelMask mask = data.mask(nominal[i]);
      deviations[i] = appearance.deviation(pixels, 0, mask);
      sensor.add(meter.measure(pixels, 0, mask));
    }
    AnomalyCalibration anomaly =
        AnomalyCalibration.fit(scores.residuals(), d, scores.reconstructionErrors(), deviations);
    double[][] standardized = new double[n][d];
    float[][] observed = new float[n][];
    float[][] expected = new float[n][];
    float[][] residuals = new float[n][d];
    float[][] predicted = new float[n][d];
    double[][] picture = new double[n][];
    float[][] numbersOf = new float[n][];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < d; j++) {
        standardized[i][j] =
            (scores.residuals()[i * d + j] - anomaly.location(j)) / anomaly.scale(j);
        residuals[i][j] = (float) standardized[i][j];
        predicted[i][j] = scores.expected()[i * d + j] / anomaly.scale(j);
      }
      observed[i] = Arrays.copyOfRange(scores.observed(), i * d, (i + 1) * d);
      expected[i] = Arrays.copyOfRange(scores.expected(), i * d, (i + 1) * d);
      float error = scores.reconstructionErrors()[i];
      DetailStatistics ofFrame = details == null ? null : details.statistics(i);
      float[] numbers =
          ImageStatistics.withDetails(
              ImageStatistics.of(error, deviations[i], AnomalySettings.DEFAULTS.minGreyLevels()),
              ofFrame);
      numbersOf[i] =
          ImageStatistics.withDetails(ImageStatistics.dithered(error, deviations[i], i), ofFrame);
      picture[i] = new double[numbers.length];
      for (int j = 0; j < numbers.length; j++) {
        picture[i][j] = numbers[j];
      }
    }
    Map<String, byte[]> entries = new TreeMap<>();
    if (details != null) {
      entries.putAll(details.entries());
    }
    entries.put(ModelBundle.SELF_TEST, selfTest(scorer, data, nominal).toBytes());
    entries.put(ModelBundle.ANOMALY_CALIBRATION, anomaly.toBytes());
    entries.put(ModelBundle.APPEARANCE, appearance.toBytes());
    entries.put(ModelBundle.SENSOR_REFERENCE, sensor.build().toBytes());
    entries.put(
        ModelBundle.ATTRIBUTION_REFERENCE, JointAttribution.ofEnergy(thinned(residuals)).toBytes());
    if (n >= MechanismReference.MIN_FRAMES) {
      entries.put(
          ModelBundle.MECHANISM_REFERENCE,
          MechanismReference.calibrate(
                  graph, observed, expected, residuals, leakage(d, monitorability))
              .toBytes());
    }
    entries.put(
        ModelBundle.DRIFT_REFERENCE,
        DriftReference.calibrate(
                standardized, driftSettings, seed, fraction -> progress.accept(fraction / 3))
            .toBytes());
    entries.put(
        ModelBundle.PICTURE_REFERENCE,
        DriftReference.calibrate(
                picture, driftSettings, seed, fraction -> progress.accept((1 + fraction) / 3))
            .toBytes());
    if (n >= CommissioningReference.MIN_FRAMES) {
      entries.put(
          ModelBundle.COMMISSIONING_REFERENCE,
          CommissioningReference.calibrate(
                  residuals,
                  predicted,
                  numbersOf,
                  driftSettings,
                  seed,
                  fraction -> progress.accept((2 + fraction) / 3))
              .toBytes());
    }
    return entries;
  }

  /** The matrix to invert; the identity if none is known or its inverse would add noise. */
  private static double[][] leakage(int d, Optional<Monitorability> monitorability) {
    if (monitorability.isPresent() && monitorability.get().leakage() < 1) {
      return monitorability.get().matrix();
    }
    double[][] identity = new double[d][d];
    for (int i = 0; i < d; i++) {
      identity[i][i] = 1;
    }
    return identity;
  }

  /**
   * Spread of a disturbance of one mechanism over the residuals; empty unless the true noises of
   * enough nominal frames are known, as for frames of a simulated scene.
   *
   * @param dynamics equations that use earlier frames, of whose noises frames bring no values; null
   *     if there are none
   * @param scores of the nominal frames
   */
  static Optional<Monitorability> monitorability(
      CausalGraph graph,
      @Nullable DynamicModel dynamics,
      TrainingData data,
      int[] nominal,
      LatentBatch scores) {
    int d = graph.size();
    if (dynamics != null) {
      return Optional.empty();
    }
    int factors = data.factorNames().size();
    List<String> names = new ArrayList<>(data.factorNames());
    names.addAll(data.variableNames());
    if (!names.equals(graph.names()) || !IntStream.range(factors, d).allMatch(graph::isRoot)) {
      return Optional.empty(); // the noise of a variable with causes is not known
    }
    List<double[]> residuals = new ArrayList<>();
    List<double[]> noises = new ArrayList<>();
    for (int i = 0; i < nominal.length; i++) {
      double[] noise = data.noises(nominal[i]);
      if (noise != null) {
        double[] row = new double[d];
        for (int k = 0; k < d; k++) {
          row[k] = scores.residuals()[i * d + k];
        }
        residuals.add(row);
        double[] all = Arrays.copyOf(noise, d);
        System.arraycopy(data.variables(nominal[i]), 0, all, factors, d - factors);
        noises.add(all);
      }
    }
    return residuals.size() < LEAKAGE_FRAMES
        ? Optional.empty()
        : Optional.of(
            Monitorability.of(residuals.toArray(double[][]::new), noises.toArray(double[][]::new)));
  }

  private static float[][] thinned(float[][] rows) {
    int kept = Math.min(rows.length, ATTRIBUTION_FRAMES);
    float[][] thinned = new float[kept][];
    for (int i = 0; i < kept; i++) {
      thinned[i] = rows[(int) ((long) i * rows.length / kept)];
    }
    return thinned;
  }

  /** Frames spread over the calibration range. */
  private static SelfTest selfTest(ResidualScorer scorer, TrainingData data, int[] nominal) {
    int size = data.shape().size();
    int frames = Math.min(SelfTest.FRAMES, nominal.length);
    byte[] pixels = new byte[frames * size];
    for (int i = 0; i < frames; i++) {
      data.read(nominal[(int) ((long) i * nominal.length / frames)], pixels, i * size);
    }
    return SelfTest.record(scorer, pixels, frames);
  }
}
