package dev.residua.training;

import dev.residua.causal.FactorScales;
import dev.residua.causal.Latent;
import dev.residua.causal.LatentBatch;
import dev.residua.model.BundleManifest;
import dev.residua.model.ModelBundle;
import dev.residua.training.metrics.ReadingError;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Errors of the readings of a model, measured on labelled frames that did not train its network and
 * kept among the figures of its bundle. Readings are those that events and pages show: latents in
 * the unit of their factor by the scale in the manifest.
 */
public final class ModelReadings {
  private static final String PREFIX = "reading.";
  private static final String FRAMES = PREFIX + "frames.";
  private static final String REFUSED = PREFIX + "refused.";
  private static final String MEAN_ABSOLUTE = PREFIX + "meanAbsoluteError.";
  private static final String RANGE = PREFIX + "range.";
  private static final String RIGHT = PREFIX + "right.";

  private ModelReadings() {}

  /**
   * Measures the readings of those latents that are named by labels, of which at least {@link
   * LabelErrors#MIN_HELD_OUT} are known.
   *
   * @param data whose factors have the names of the latents
   * @param frames that did not train the network
   * @param latents of these frames, NaN if a frame does not show them, shape {@code
   *     [frames.length][d]}
   * @param residuals likewise
   * @param errors of their reconstruction, shape {@code [frames.length]}
   * @throws IllegalArgumentException if an entry of the bundle is damaged
   */
  static List<FactorReading> measured(
      ModelBundle bundle,
      TrainingData data,
      int[] frames,
      double[][] latents,
      double[][] residuals,
      double[] errors) {
    List<Latent> nodes = bundle.manifest().latents();
    double[][] known = known(nodes, data, frames);
    List<Latent> labelled =
        nodes.stream()
            .filter(Latent::anchored)
            .filter(latent -> count(known[latent.index()]) >= LabelErrors.MIN_HELD_OUT)
            .toList();
    if (labelled.isEmpty()) {
      return List.of();
    }
    CalibratedFrames calibrated = new CalibratedFrames(bundle, data);
    boolean[] refusedFrames = new boolean[frames.length];
    for (int i = 0; i < frames.length; i++) {
      refusedFrames[i] = calibrated.refuses(frames[i], residuals[i], errors[i]);
    }
    FactorScales scales = FactorScales.of(nodes);
    List<FactorReading> readings = new ArrayList<>();
    for (Latent latent : labelled) {
      int k = latent.index();
      double[] read = Arrays.stream(latents).mapToDouble(row -> scales.inUnit(k, row[k])).toArray();
      boolean[] refused = refusedFrames.clone();
      for (int i = 0; i < refused.length; i++) {
        refused[i] |= Double.isNaN(read[i]);
      }
      readings.add(
          new FactorReading(
              latent.name(),
              latent.categorical()
                  ? ReadingError.ofCategory(known[k], read, refused)
                  : latent.factor() == null
                      ? new ReadingError.NotRead(count(known[k]))
                      : ReadingError.ofNumber(known[k], read, refused)));
    }
    return readings;
  }

  static List<FactorReading> measured(
      ModelBundle bundle, TrainingData data, int[] frames, LatentBatch scores) {
    int n = scores.frames();
    double[] errors = new double[n];
    Arrays.setAll(errors, i -> scores.reconstructionErrors()[i]);
    return measured(
        bundle,
        data,
        frames,
        FrameScores.rows(scores.observed(), n, scores.latents()),
        FrameScores.rows(scores.residuals(), n, scores.latents()),
        errors);
  }

  /** Known values of the latents' factors, NaN if unknown, shape {@code [d][frames]}. */
  private static double[][] known(List<Latent> nodes, TrainingData data, int[] frames) {
    double[][] known = new double[nodes.size()][frames.length];
    for (int i = 0; i < frames.length; i++) {
      double[] labels = data.factors(frames[i]);
      for (Latent latent : nodes) {
        int factor = data.factorNames().indexOf(latent.name());
        known[latent.index()][i] =
            labels == null || factor < 0
                ? Double.NaN
                : known(latent, labels[factor], data.categories().get(factor));
      }
    }
    return known;
  }

  /** A label as a value of a latent; NaN for a text that is not a category of it. */
  private static double known(Latent latent, double label, List<String> categories) {
    if (!Double.isFinite(label) || latent.categorical() == categories.isEmpty()) {
      return Double.NaN;
    }
    int category = categories.isEmpty() ? 0 : latent.values().indexOf(categories.get((int) label));
    return categories.isEmpty() ? label : category < 0 ? Double.NaN : category;
  }

  private static int count(double[] known) {
    return (int) Arrays.stream(known).filter(value -> !Double.isNaN(value)).count();
  }

  /** The readings that the training of a model, or its last calibration, has measured. */
  public static List<FactorReading> of(BundleManifest manifest) {
    Map<String, Double> metrics = manifest.provenance().metrics();
    List<FactorReading> readings = new ArrayList<>();
    for (Latent latent : manifest.latents()) {
      int k = latent.index();
      Double frames = metrics.get(FRAMES + k);
      if (frames != null) {
        readings.add(new FactorReading(latent.name(), error(metrics, latent, frames.intValue())));
      }
    }
    return readings;
  }

  private static ReadingError error(Map<String, Double> metrics, Latent latent, int frames) {
    int k = latent.index();
    int refused = metrics.getOrDefault(REFUSED + k, 0.0).intValue();
    if (latent.categorical()) {
      return new ReadingError.OfCategory(
          frames, refused, metrics.getOrDefault(RIGHT + k, Double.NaN));
    }
    Double range = metrics.get(RANGE + k);
    return range == null
        ? new ReadingError.NotRead(frames)
        : new ReadingError.OfNumber(
            frames, refused, metrics.getOrDefault(MEAN_ABSOLUTE + k, Double.NaN), range);
  }

  /**
   * Returns the bundle without readings, since they were measured with other scales or against
   * other labels.
   */
  public static ModelBundle without(ModelBundle bundle) {
    return with(bundle, List.of());
  }

  /**
   * Returns the bundle with readings in place of those that it has.
   *
   * @param readings of its latents
   */
  static ModelBundle with(ModelBundle bundle, List<FactorReading> readings) {
    Map<String, Double> metrics = new TreeMap<>(bundle.manifest().provenance().metrics());
    metrics.keySet().removeIf(name -> name.startsWith(PREFIX));
    metrics.putAll(metrics(bundle.manifest(), readings));
    return bundle.withProvenance(bundle.manifest().provenance().withMetrics(metrics));
  }

  static Map<String, Double> metrics(BundleManifest manifest, List<FactorReading> readings) {
    Map<String, Double> metrics = new TreeMap<>();
    for (FactorReading reading : readings) {
      int k = manifest.latentNames().indexOf(reading.factor());
      ReadingError error = reading.error();
      metrics.put(FRAMES + k, (double) error.frames());
      if (error instanceof ReadingError.OfNumber number) {
        metrics.put(REFUSED + k, (double) number.refused());
        metrics.put(RANGE + k, number.range());
        put(metrics, MEAN_ABSOLUTE + k, number.meanAbsolute());
      } else if (error instanceof ReadingError.OfCategory category) {
        metrics.put(REFUSED + k, (double) category.refused());
        put(metrics, RIGHT + k, category.right());
      }
    }
    return metrics;
  }

  private static void put(Map<String, Double> metrics, String name, double value) {
    if (!Double.isNaN(value)) {
      metrics.put(name, value);
    }
  }
}
