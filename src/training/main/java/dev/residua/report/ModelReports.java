package dev.residua.report;

import dev.residua.causal.FrameStatistics;
import dev.residua.causal.LatentDecoder;
import dev.residua.causal.ResidualScorer;
import dev.residua.causal.Variables;
import dev.residua.dataset.FrameDataset;
import dev.residua.dynamics.DynamicModel;
import dev.residua.frame.ImageShape;
import dev.residua.model.BundleManifest;
import dev.residua.model.ModelBundle;
import dev.residua.model.ModelFinding;
import dev.residua.model.ModelProvenance;
import dev.residua.report.ModelReport.PictureRow;
import dev.residua.report.ModelReport.Table;
import dev.residua.training.CalibratedFrames;
import dev.residua.training.DatasetEvaluation;
import dev.residua.training.DatasetSource;
import dev.residua.training.ModelCalibration;
import dev.residua.training.ModelEvaluation;
import dev.residua.training.ModelVerdicts.Verdict;
import dev.residua.training.OwnPixels;
import dev.residua.training.TrainingHistory;
import dev.residua.training.TrainingInput;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleConsumer;

/** Makes the report on a model from its bundle and from frames. */
public final class ModelReports {
  private static final int MAX_FRAMES = 5_000;
  private static final int TRAVERSED_FRAMES = 1_000;
  private static final int PICTURES = 7;

  /** Brightness of parts of a frame on which a reading does not depend. */
  private static final double DIM = 0.15;

  private static final long SEED = 1;

  private ModelReports() {}

  /**
   * The network of a bundle without standardisation, correction and equations.
   *
   * @param encoder computes the network's own latents
   * @param decoder draws those
   */
  public record Network(ResidualScorer encoder, LatentDecoder decoder) {}

  /**
   * Scores at most 5,000 nominal frames of a data set and makes the report. Of the model's own data
   * set it uses the calibration frames, which were not trained on, but omits their p-values, which
   * are uniform by construction.
   *
   * @param factors columns of the labels that are true factors; may be empty
   * @param scorer of the bundle
   * @param decoder of the bundle
   * @param network of the bundle
   * @param progress receives the completed share, in [0, 1]
   * @throws IllegalArgumentException if frames have another shape than the model reads, too few are
   *     nominal, or an entry of the bundle is damaged
   */
  public static ModelReport of(
      ModelBundle bundle,
      FrameDataset set,
      List<String> factors,
      ResidualScorer scorer,
      LatentDecoder decoder,
      Network network,
      DoubleConsumer progress) {
    BundleManifest manifest = bundle.manifest();
    if (!set.shape().equals(manifest.image())) {
      throw new IllegalArgumentException(
          "%s has frames of %s, the model reads %s"
              .formatted(set.name(), set.shape(), manifest.image()));
    }
    boolean own = set.sha256().equals(manifest.provenance().dataSha256());
    DynamicModel dynamics = ModelCalibration.dynamics(bundle);
    DatasetEvaluation.Scores scores =
        DatasetEvaluation.score(
            scorer,
            manifest.observed(),
            dynamics,
            set,
            frames(bundle, set, dynamics != null),
            progress);
    int[] frames = scores.index();
    FrameStatistics[] statistics = statistics(bundle, set, scores);
    List<Table> tables =
        new ArrayList<>(
            EvaluationTables.of(
                DatasetEvaluation.of(scores, bundle.graph(), set, factors, null, SEED),
                DatasetEvaluation.readings(bundle, set, scores)));
    OwnPixels ownPixels = DatasetEvaluation.ownPixels(bundle, scorer, decoder, set, frames);
    tables.add(table(bundle, ownPixels));
    List<Verdict> verdicts = DatasetEvaluation.verdicts(bundle, set, scores, ownPixels);
    return new ModelReport(
        bundle.id(),
        verdicts,
        facts(manifest),
        warnings(bundle, verdicts),
        withProvenance(tables, manifest.provenance()),
        bundle.entryNames().contains(ModelBundle.LOSSES)
            ? TrainingHistory.fromCsv(bundle.entry(ModelBundle.LOSSES))
            : List.of(),
        bundle.graph(),
        own
            ? "%,d frames of %s that calibrated the model and did not train it."
                .formatted(frames.length, set.name())
            : "%,d frames of %s.".formatted(frames.length, set.name()),
        Arrays.stream(statistics).map(ModelReports::standardized).toArray(double[][]::new),
        own ? Map.of() : pValues(statistics, bundle),
        pictures(bundle, set, frames, network, ownPixels),
        set.shape());
  }

  /** Findings that are not evidence of a verdict already, and the warnings of the training. */
  private static List<String> warnings(ModelBundle bundle, List<Verdict> verdicts) {
    List<String> warnings = new ArrayList<>();
    if (!bundle.findings().isEmpty()) {
      warnings.add("The model is used only with --accept, because it cannot read something.");
    }
    ModelFinding.sentences(bundle.findings()).stream()
        .filter(finding -> verdicts.stream().noneMatch(v -> v.evidence().startsWith(finding)))
        .forEach(warnings::add);
    bundle
        .find(ModelBundle.WARNINGS)
        .ifPresent(lines -> warnings.addAll(TrainingHistory.fromLines(lines)));
    return warnings;
  }

  private static int[] frames(ModelBundle bundle, FrameDataset set, boolean inSequence) {
    BundleManifest manifest = bundle.manifest();
    int from = DatasetEvaluation.heldOutFrom(bundle, set);
    List<String> names = manifest.latents().stream().map(latent -> latent.name()).toList();
    int[] nominal =
        TrainingInput.nominal(new DatasetSource(set, names, manifest.observed().names()), from);
    if (nominal.length < ModelEvaluation.MIN_LABELLED) {
      throw new IllegalArgumentException(
          "%s has %d frames in which nothing was broken on purpose%s, a report needs %d"
              .formatted(
                  set.name(),
                  nominal.length,
                  from > 0 ? " behind those trained on" : "",
                  ModelEvaluation.MIN_LABELLED));
    }
    return inSequence
        ? Arrays.copyOf(nominal, Math.min(MAX_FRAMES, nominal.length))
        : spread(nominal, MAX_FRAMES);
  }

  private static int[] spread(int[] all, int most) {
    int n = Math.min(most, all.length);
    int[] chosen = new int[n];
    Arrays.setAll(chosen, i -> all[(int) ((long) i * all.length / n)]);
    return chosen;
  }

  private static FrameStatistics[] statistics(
      ModelBundle bundle, FrameDataset set, DatasetEvaluation.Scores scores) {
    CalibratedFrames calibrated = new CalibratedFrames(bundle, new DatasetSource(set, List.of()));
    FrameStatistics[] statistics = new FrameStatistics[scores.index().length];
    Arrays.setAll(
        statistics,
        i ->
            calibrated.statistics(
                scores.index()[i], scores.residuals()[i], scores.reconstructionErrors()[i]));
    return statistics;
  }

  private static double[] standardized(FrameStatistics statistics) {
    double[] row = new double[statistics.standardized().length];
    Arrays.setAll(row, j -> statistics.standardized()[j]);
    return row;
  }

  private static Map<String, double[]> pValues(FrameStatistics[] statistics, ModelBundle bundle) {
    Map<String, double[]> channels = new LinkedHashMap<>();
    List<String> names = bundle.graph().names();
    for (int j = 0; j < names.size(); j++) {
      int latent = j;
      channels.put(
          names.get(j), Arrays.stream(statistics).mapToDouble(s -> s.pValues()[latent]).toArray());
    }
    channels.put(
        "all latents", Arrays.stream(statistics).mapToDouble(s -> s.jointPValue()).toArray());
    channels.put(
        "reconstruction",
        Arrays.stream(statistics).mapToDouble(s -> s.reconstructionPValue()).toArray());
    channels.put(
        "appearance", Arrays.stream(statistics).mapToDouble(s -> s.appearancePValue()).toArray());
    return channels;
  }

  private static Map<String, String> facts(BundleManifest manifest) {
    ModelProvenance provenance = manifest.provenance();
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("data", provenance.data());
    facts.put("range", provenance.dataRange());
    facts.put("digest of the data", provenance.dataSha256());
    facts.put("labelled frames", Integer.toString(provenance.labelledFrames()));
    if (!manifest.variables().isEmpty()) {
      facts.put("variables", String.join(", ", manifest.observed().names()));
    }
    facts.put("frames", manifest.image().toString());
    facts.put("network", manifest.architecture());
    if (manifest.parentId() != null) {
      facts.put("started from", manifest.parentId());
    }
    facts.put("seed", Long.toString(provenance.seed()));
    facts.put("trained", provenance.startedAt() + " to " + provenance.finishedAt());
    facts.put("version", provenance.codeVersion());
    facts.put("Java", provenance.jvm());
    return facts;
  }

  private static List<Table> withProvenance(List<Table> tables, ModelProvenance provenance) {
    List<Table> all = new ArrayList<>(tables);
    List<List<String>> settings = new ArrayList<>();
    provenance.hyperParameters().forEach((name, value) -> settings.add(List.of(name, value)));
    all.add(new Table("Hyper-parameters", "", List.of("name", "value"), settings));
    List<List<String>> metrics = new ArrayList<>();
    provenance
        .metrics()
        .forEach((name, value) -> metrics.add(List.of(name, EvaluationTables.number(value))));
    all.add(
        new Table(
            "Figures of the training",
            "As the bundle has them.",
            List.of("name", "value"),
            metrics));
    return all;
  }

  private static List<PictureRow> pictures(
      ModelBundle bundle, FrameDataset set, int[] frames, Network network, OwnPixels ownPixels) {
    List<PictureRow> rows =
        new ArrayList<>(reconstructions(set, spread(frames, PICTURES), network));
    rows.add(influences(bundle, set, frames[0], ownPixels));
    int[] seen = spread(frames, TRAVERSED_FRAMES);
    int d = network.decoder().latents();
    double[][] sorted = new double[d][seen.length];
    float[] latents = encode(set, seen, network);
    for (int j = 0; j < d; j++) {
      for (int i = 0; i < seen.length; i++) {
        sorted[j][i] = latents[i * d + j];
      }
      Arrays.sort(sorted[j]);
    }
    for (int j = 0; j < d; j++) {
      double low = quantile(sorted[j], 0.01);
      double high = quantile(sorted[j], 0.99);
      float[] steps = new float[PICTURES * d];
      for (int p = 0; p < PICTURES; p++) {
        for (int k = 0; k < d; k++) {
          steps[p * d + k] =
              (float) (k == j ? low + (high - low) * p / (PICTURES - 1) : quantile(sorted[k], 0.5));
        }
      }
      rows.add(
          new PictureRow(
              "One latent at a time, the others at their medians",
              "%s from %.2f to %.2f, its 1st and 99th percentile, in the network's own units"
                  .formatted(bundle.graph().name(j), low, high),
              bytes(network.decoder().decode(steps, PICTURES), set.shape(), PICTURES)));
    }
    return rows;
  }

  private static Table table(ModelBundle bundle, OwnPixels ownPixels) {
    List<String> names = bundle.manifest().latentNames();
    List<String> columns = new ArrayList<>(List.of("pixels of"));
    columns.addAll(names);
    List<List<String>> rows = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      List<String> row = new ArrayList<>(List.of(names.get(i)));
      for (double movement : ownPixels.movements()[i]) {
        row.add(Double.isFinite(movement) ? "%.3f".formatted(movement) : "");
      }
      rows.add(row);
    }
    return new Table(
        "Reads and moves with",
        "Movement of each reading, in standard deviations, per standard deviation by which the pixels of one latent alone change. A latent without figures has no place of its own in the picture.",
        columns,
        rows);
  }

  /** A frame for each latent, bright in the parts on which its reading depends. */
  private static PictureRow influences(
      ModelBundle bundle, FrameDataset set, int frame, OwnPixels ownPixels) {
    ImageShape shape = set.shape();
    byte[] pixels = set.read(frame, 1);
    List<byte[]> shown = new ArrayList<>();
    for (double[] influences : ownPixels.influences()) {
      double most = Math.max(Double.MIN_NORMAL, Arrays.stream(influences).max().orElse(0));
      byte[] lit = new byte[pixels.length];
      for (int v = 0; v < lit.length; v++) {
        int pixel = v / shape.channels();
        int row = pixel / shape.width() * OwnPixels.TILES / shape.height();
        int column = pixel % shape.width() * OwnPixels.TILES / shape.width();
        double share = influences[row * OwnPixels.TILES + column] / most;
        lit[v] = (byte) ((pixels[v] & 0xff) * (DIM + (1 - DIM) * share));
      }
      shown.add(lit);
    }
    return new PictureRow(
        "Parts of the picture that each latent is read from",
        "bright in the parts on which the reading depends; from the left: "
            + String.join(", ", bundle.manifest().latentNames()),
        shown);
  }

  private static List<PictureRow> reconstructions(FrameDataset set, int[] frames, Network network) {
    int size = set.shape().size();
    int n = frames.length;
    List<byte[]> originals = new ArrayList<>();
    for (int frame : frames) {
      originals.add(set.read(frame, 1));
    }
    List<byte[]> decoded =
        bytes(network.decoder().decode(encode(set, frames, network), n), set.shape(), n);
    int largest = 1;
    int[][] differences = new int[n][size];
    for (int i = 0; i < n; i++) {
      for (int k = 0; k < size; k++) {
        differences[i][k] = Math.abs((originals.get(i)[k] & 0xff) - (decoded.get(i)[k] & 0xff));
        largest = Math.max(largest, differences[i][k]);
      }
    }
    int stretch = 255 / largest;
    List<byte[]> stretched = new ArrayList<>();
    for (int[] difference : differences) {
      byte[] pixels = new byte[size];
      for (int k = 0; k < size; k++) {
        pixels[k] = (byte) (stretch * difference[k]);
      }
      stretched.add(pixels);
    }
    String section = "Reconstruction";
    return List.of(
        new PictureRow(section, "frames", originals),
        new PictureRow(section, "reconstructions from their latents", decoded),
        new PictureRow(
            section,
            "absolute difference, %d times; the largest is %d of 255 grey levels"
                .formatted(stretch, largest),
            stretched));
  }

  /** The network's own latents, {@code [n][d]}. */
  private static float[] encode(FrameDataset set, int[] frames, Network network) {
    int d = network.encoder().latents();
    float[] latents = new float[frames.length * d];
    double[][] rows =
        DatasetEvaluation.score(
                network.encoder(), Variables.NONE, null, set, frames, fraction -> {})
            .latents();
    for (int i = 0; i < frames.length; i++) {
      for (int j = 0; j < d; j++) {
        latents[i * d + j] = (float) rows[i][j];
      }
    }
    return latents;
  }

  private static List<byte[]> bytes(float[] intensities, ImageShape shape, int n) {
    List<byte[]> pictures = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      byte[] pixels = new byte[shape.size()];
      for (int k = 0; k < pixels.length; k++) {
        float white = 255 * intensities[i * pixels.length + k];
        pixels[k] = (byte) Math.max(0, Math.min(255, Math.round(white)));
      }
      pictures.add(pixels);
    }
    return pictures;
  }

  private static double quantile(double[] sorted, double share) {
    return sorted[(int) Math.round(share * (sorted.length - 1))];
  }
}
