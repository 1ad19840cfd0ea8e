package dev.residua.bench.experiment;

import dev.residua.causal.CausalGraph;
import dev.residua.causal.FrameInputs;
import dev.residua.causal.LatentBatch;
import dev.residua.causal.LatentDecoder;
import dev.residua.causal.ResidualScorer;
import dev.residua.dataset.FrameDataset;
import dev.residua.dataset.LabelTable;
import dev.residua.frame.ImageShape;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.simulation.SimulatedScene;
import dev.residua.training.DatasetEvaluation;
import dev.residua.training.OwnPixels;
import dev.residua.training.TrainingFailedException;
import dev.residua.training.TrainingReport;
import dev.residua.training.metrics.Columns;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Movements of the reading of a latent while only another one deviates from its equation: every
 * frame is drawn twice, as it was and after one intervention, with the same noise.
 *
 * <p>Interventions on each node: held at its mean, moved by a standard deviation to either side,
 * and with half of its difference from the mean. A movement is the slope, by least squares through
 * the origin, of the difference of the two readings of a latent that is not a descendant on the
 * deviation of the node, both in standard deviations of the frames without intervention. The size
 * is the same for the node itself, and 1 if it is read right. The verdict of a model is compared
 * with the movements in frames in which the node changes and its descendants do not follow.
 */
final class OwnPixelsTrial {
  private static final List<Scene> SCENES =
      List.of(
          new Scene("plant", 1),
          new Scene("plant", 0.53),
          new Scene("pendulum", 1),
          new Scene("flow", 1),
          new Scene("candle", 1));

  static final Experiment EXPERIMENT =
      new Experiment(
          "own-pixels",
          Experiment.Needs.TRAININGS,
          "Movements of readings while only another factor deviates from its equation, with and"
              + " without exchanged regions.",
          (cells, scale) -> {
            for (Scene scene : SCENES) {
              for (double weight : new double[] {0, 100}) {
                cells.add(
                    "%s, exchange %.0f".formatted(scene.title(), weight),
                    (bench, seed) -> figures(bench, scale, scene, weight, seed));
              }
            }
          });

  private static final int FRAMES = 400;
  private static final int CHUNK = 32;

  private final SimulatedScene scene;
  private final CausalGraph graph;
  private final int d;
  private final ResidualScorer scorer;
  private final int[] latentOf;
  private final double[][] factors;
  private final double[][] noises;
  private final double[][] hidden;
  private final double[] mean;
  private final double[] deviation;

  /** A scene with a part of its usual noise. */
  private record Scene(String name, double noiseFactor) {
    String title() {
      return noiseFactor == 1 ? name : "%s, noise %.2f".formatted(name, noiseFactor);
    }
  }

  private enum Intervention {
    HELD,
    MOVED,
    GAIN;

    double apply(double value, double mean, double deviation, int row) {
      return switch (this) {
        case HELD -> mean;
        case MOVED -> value + (row % 2 == 0 ? deviation : -deviation);
        case GAIN -> (value + mean) / 2;
      };
    }
  }

  private OwnPixelsTrial(
      SimulatedScene scene, ResidualScorer scorer, CausalGraph model, FrameDataset fresh) {
    this.scene = scene;
    this.graph = scene.graph();
    this.d = graph.size();
    this.scorer = scorer;
    this.latentOf = scene.factors().stream().mapToInt(model.names()::indexOf).toArray();
    LabelTable labels = fresh.labels();
    this.factors = new double[FRAMES][d];
    this.noises = new double[FRAMES][d];
    this.hidden = new double[FRAMES][scene.hidden().size()];
    for (int r = 0; r < FRAMES; r++) {
      for (int i = 0; i < d; i++) {
        factors[r][i] = labels.value(r, graph.name(i));
        noises[r][i] =
            graph.isRoot(i) ? 0 : labels.value(r, FrameDataset.NOISE_PREFIX + graph.name(i));
      }
      for (int h = 0; h < hidden[r].length; h++) {
        hidden[r][h] = labels.value(r, scene.hidden().get(h));
      }
    }
    this.mean = IntStream.range(0, d).mapToDouble(i -> mean(factors, i)).toArray();
    this.deviation = Columns.deviations(factors);
  }

  private static double mean(double[][] rows, int column) {
    return Arrays.stream(rows).mapToDouble(row -> row[column]).average().orElse(0);
  }

  private static Map<String, Double> figures(
      Workbench bench, Scale scale, Scene scene, double weight, long seed)
      throws IOException, TrainingFailedException, BadBundleException {
    DataSpec spec = scale.data(scene.name(), seed).withNoiseFactor(scene.noiseFactor());
    TrainingReport report =
        bench.train(spec, scale.settings(seed).withLanca(l -> l.exchangeWeight(weight)));
    ModelBundle bundle = report.bundle();
    Map<String, Double> row = new LinkedHashMap<>(bench.figures(spec, report));
    FrameDataset fresh = bench.data(spec.fresh(4_000));
    try (ResidualScorer scorer = bench.scorer(bundle);
        LatentDecoder decoder = bench.decoder(bundle)) {
      OwnPixels measured =
          DatasetEvaluation.ownPixels(
              bundle, scorer, decoder, fresh, IntStream.range(0, FRAMES).toArray());
      row.putAll(
          new OwnPixelsTrial(spec.simulated(), scorer, bundle.graph(), fresh).compare(measured));
    }
    return row;
  }

  private Map<String, Double> compare(OwnPixels measured) {
    double[][] before = read(factors);
    double[] unit = new double[d];
    Arrays.setAll(unit, i -> slope(before, i) * deviation[i]);
    double[] movements = new double[0];
    double least = Double.POSITIVE_INFINITY;
    double most = Double.NEGATIVE_INFINITY;
    double verdict = 0;
    double error = 0;
    for (int i = 0; i < d; i++) {
      double[] sum = new double[d];
      for (Intervention kind : Intervention.values()) {
        double[][] broken = broken(i, kind, true);
        double[] slopes = slopes(i, broken, before, read(broken), unit);
        double[][] alone = broken(i, kind, false);
        double[] slopesAlone = slopes(i, alone, before, read(alone), unit);
        least = Math.min(least, slopes[i]);
        most = Math.max(most, slopes[i]);
        for (int j = 0; j < d; j++) {
          if (i != j && !graph.isAncestor(i, j)) {
            movements = Arrays.copyOf(movements, movements.length + 1);
            movements[movements.length - 1] = Math.abs(slopes[j]);
          }
          sum[j] += slopesAlone[j] / Intervention.values().length;
        }
      }
      for (int j = 0; j < d; j++) {
        double seen = measured.movements()[latentOf[i]][latentOf[j]];
        if (i != j && Double.isFinite(seen)) {
          verdict = Math.max(verdict, Math.abs(seen));
          error = Math.max(error, Math.abs(seen - sum[j]));
        }
      }
    }
    Arrays.sort(movements);
    Map<String, Double> row = new LinkedHashMap<>();
    row.put("largest movement", movements[movements.length - 1]);
    row.put("median movement", movements[movements.length / 2]);
    row.put("verdict's figure", verdict);
    row.put("largest error of the verdict", error);
    row.put("least size", least);
    row.put("largest size", most);
    return row;
  }

  private double[] slopes(
      int i, double[][] broken, double[][] before, double[][] after, double[] unit) {
    double[] slopes = new double[d];
    double square = 0;
    for (int r = 0; r < FRAMES; r++) {
      double moved = (broken[r][i] - factors[r][i]) / deviation[i];
      square += moved * moved;
      for (int j = 0; j < d; j++) {
        slopes[j] += moved * (after[r][j] - before[r][j]) / unit[j];
      }
    }
    for (int j = 0; j < d; j++) {
      slopes[j] /= square;
    }
    return slopes;
  }

  /** Slope of a reading on its factor. */
  private double slope(double[][] readings, int i) {
    double average = mean(readings, i);
    double product = 0;
    double square = 0;
    for (int r = 0; r < FRAMES; r++) {
      double centred = factors[r][i] - mean[i];
      product += centred * (readings[r][i] - average);
      square += centred * centred;
    }
    return product / square;
  }

  /**
   * Factors after an intervention.
   *
   * @param effects whether the descendants of the node follow it
   */
  private double[][] broken(int node, Intervention kind, boolean effects) {
    double[][] all = new double[FRAMES][];
    for (int r = 0; r < FRAMES; r++) {
      double[] own = factors[r].clone();
      own[node] = scene.clip(node, kind.apply(own[node], mean[node], deviation[node], r));
      for (int k = node + 1; k < d; k++) {
        if (effects && graph.isAncestor(node, k)) {
          own[k] = scene.clip(k, scene.mechanism(k, own) + scene.noiseScale(k, own) * noises[r][k]);
        }
      }
      all[r] = own;
    }
    return all;
  }

  /** Readings of drawn frames in the order of the factors, {@code [FRAMES][d]}. */
  private double[][] read(double[][] all) {
    ImageShape shape = scorer.imageShape();
    double[][] readings = new double[FRAMES][];
    byte[] pixels = new byte[CHUNK * shape.size()];
    for (int from = 0; from < FRAMES; from += CHUNK) {
      int count = Math.min(CHUNK, FRAMES - from);
      for (int r = 0; r < count; r++) {
        scene.draw(all[from + r], hidden[from + r], pixels, r * shape.size(), shape);
      }
      LatentBatch batch = scorer.encode(scorer.atMeans(FrameInputs.of(pixels, count)));
      for (int r = 0; r < count; r++) {
        int row = r * scorer.nodes();
        readings[from + r] =
            Arrays.stream(latentOf).mapToDouble(l -> batch.observed()[row + l]).toArray();
      }
    }
    return readings;
  }
}
