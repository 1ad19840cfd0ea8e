package dev.residua.cli.data;

import dev.residua.anomaly.AnomalyCalibration;
import dev.residua.anomaly.AppearanceReference;
import dev.residua.causal.DetailStatistics;
import dev.residua.causal.FrameDraw;
import dev.residua.causal.FrameInputs;
import dev.residua.causal.FrameStatistics;
import dev.residua.causal.LatentBatch;
import dev.residua.causal.ResidualScorer;
import dev.residua.causal.Variables;
import dev.residua.cli.console.SetDetails;
import dev.residua.dataset.FrameDataset;
import dev.residua.dataset.LabelTable;
import dev.residua.frame.ImageShape;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleConsumer;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** Writes the scores of every frame of a data set as CSV. */
final class ScoreTable {
  private static final int BATCH = 64;

  private final List<String> names;
  private final ResidualScorer scorer;
  private final Variables variables;
  private final AnomalyCalibration calibration;
  private final AppearanceReference appearance;
  private final @Nullable SetDetails details;

  /**
   * @param details finds small defects in the set's detail pictures; null to leave them out
   */
  ScoreTable(
      List<String> names,
      ResidualScorer scorer,
      Variables variables,
      AnomalyCalibration calibration,
      AppearanceReference appearance,
      @Nullable SetDetails details) {
    this.names = names;
    this.scorer = scorer;
    this.variables = variables;
    this.calibration = calibration;
    this.appearance = appearance;
    this.details = details;
  }

  /**
   * Figures over all frames.
   *
   * @param meanReconstructionError mean squared pixel error, in squared units of intensity
   * @param belowOnePercent share of frames with a joint p-value below 0.01
   * @param noiseCorrelation Pearson correlation of residual and true noise by latent, if the labels
   *     have it, over frames without events
   */
  record Summary(
      int frames,
      double meanReconstructionError,
      double belowOnePercent,
      Map<String, Double> noiseCorrelation) {}

  List<String> columns() {
    List<String> columns = new ArrayList<>();
    columns.add("index");
    for (String kind : List.of("z", "expected", "residual", "standardized", "p")) {
      for (String name : names) {
        columns.add(kind + "." + name);
      }
    }
    columns.addAll(
        List.of(
            "joint_p", "reconstruction_error", "reconstruction_p", "appearance", "appearance_p"));
    if (details != null) {
      columns.addAll(List.of("detail_score", "detail_p", "detail_across", "detail_down"));
    }
    return columns;
  }

  /**
   * Scores a data set. The file appears only when it is complete.
   *
   * @param set of the size that the model reads
   * @param progress receives the part done, in [0, 1]
   */
  Summary write(FrameDataset set, Path out, DoubleConsumer progress) throws IOException {
    Path partial = out.resolveSibling(out.getFileName() + ".part");
    Path parent = out.toAbsolutePath().getParent();
    try {
      if (parent != null) {
        Files.createDirectories(parent);
      }
      Summary summary = writeAll(set, partial, progress);
      Files.move(partial, out, StandardCopyOption.REPLACE_EXISTING);
      return summary;
    } catch (FileSystemException e) {
      throw new IOException(
          "cannot write %s (%s), expected a file in a folder that can be written"
              .formatted(out, e.getClass().getSimpleName().replace("Exception", "")),
          e);
    } finally {
      if (Files.exists(partial)) {
        Files.delete(partial);
      }
    }
  }

  private Summary writeAll(FrameDataset set, Path file, DoubleConsumer progress)
      throws IOException {
    ImageShape shape = scorer.imageShape();
    byte[] batch = new byte[BATCH * shape.size()];
    int d = names.size();
    Map<Integer, Correlation> correlations = correlations(set.labels());
    double errors = 0;
    int below = 0;
    try (LabelTable.Writer writer = new LabelTable.Writer(file, columns())) {
      for (int from = 0; from < set.size(); from += BATCH) {
        int first = from;
        int n = Math.min(BATCH, set.size() - from);
        for (int i = 0; i < n; i++) {
          set.read(from + i, batch, i * shape.size());
        }
        LatentBatch scored =
            scorer.readable(
                scorer.score(
                    FrameInputs.of(batch, n)
                        .observing(
                            variables.standardized(
                                n,
                                variables.names(),
                                i -> set.variables(first + i, variables.names())))
                        .numbered(
                            LongStream.range(from, from + n)
                                .map(i -> FrameDraw.frame(set.name(), i))
                                .toArray())));
        for (int i = 0; i < n; i++) {
          FrameStatistics statistics =
              calibration.statistics(scored, i, appearance.deviation(batch, i * shape.size()));
          writer.write(
              cells(
                  from + i, scored, i, statistics, details == null ? null : details.of(from + i)));
          errors += scored.reconstructionErrors()[i];
          below += statistics.jointPValue() < 0.01 ? 1 : 0;
          for (Map.Entry<Integer, Correlation> entry : correlations.entrySet()) {
            entry.getValue().add(from + i, scored.residuals()[i * d + entry.getKey()]);
          }
        }
        progress.accept((from + n) / (double) set.size());
      }
    }
    Map<String, Double> noise = new LinkedHashMap<>();
    correlations.forEach(
        (latent, correlation) -> {
          if (correlation.isDefined()) {
            noise.put(names.get(latent), correlation.value());
          }
        });
    return new Summary(set.size(), errors / set.size(), below / (double) set.size(), noise);
  }

  private List<String> cells(
      int index,
      LatentBatch scored,
      int row,
      FrameStatistics statistics,
      @Nullable DetailStatistics ofDetails) {
    int d = names.size();
    List<String> cells = new ArrayList<>();
    cells.add(Integer.toString(index));
    for (float[] values : List.of(scored.observed(), scored.expected(), scored.residuals())) {
      add(cells, values, row * d);
    }
    add(cells, statistics.standardized(), 0);
    add(cells, statistics.pValues(), 0);
    cells.add(Float.toString(statistics.jointPValue()));
    cells.add(Float.toString(scored.reconstructionErrors()[row]));
    cells.add(Float.toString(statistics.reconstructionPValue()));
    cells.add(Float.toString(statistics.appearanceDeviation()));
    cells.add(Float.toString(statistics.appearancePValue()));
    if (ofDetails != null) {
      cells.add(Float.toString(ofDetails.score()));
      cells.add(Float.toString(ofDetails.pValue()));
      cells.add(Float.toString(ofDetails.across()));
      cells.add(Float.toString(ofDetails.down()));
    }
    return cells;
  }

  private void add(List<String> cells, float[] values, int from) {
    for (int i = 0; i < names.size(); i++) {
      float value = values[from + i];
      boolean unknown = !variables.isEmpty() && Float.isNaN(value);
      cells.add(unknown ? "" : Float.toString(value));
    }
  }

  private Map<Integer, Correlation> correlations(LabelTable labels) {
    Map<Integer, Correlation> found = new LinkedHashMap<>();
    for (int latent = 0; latent < names.size(); latent++) {
      for (String column : labels.columns()) {
        String plain = FrameDataset.NOISE_PREFIX + names.get(latent);
        if (column.replace('_', ' ').equals(plain.replace('_', ' '))) {
          found.put(latent, new Correlation(labels, column));
        }
      }
    }
    return found;
  }

  private static final class Correlation {
    private final LabelTable labels;
    private final String column;
    private final boolean events;
    private int n;
    private double meanX;
    private double meanY;
    private double xx;
    private double yy;
    private double xy;

    Correlation(LabelTable labels, String column) {
      this.labels = labels;
      this.column = column;
      this.events = labels.has(FrameDataset.EVENT_COLUMN);
    }

    void add(int row, double y) {
      double x = labels.value(row, column);
      if (Double.isNaN(x) || (events && labels.text(row, FrameDataset.EVENT_COLUMN) != null)) {
        return;
      }
      n++;
      double stepX = x - meanX;
      double stepY = y - meanY;
      meanX += stepX / n;
      meanY += stepY / n;
      xx += stepX * (x - meanX);
      yy += stepY * (y - meanY);
      xy += stepX * (y - meanY);
    }

    boolean isDefined() {
      return xx > 0 && yy > 0;
    }

    double value() {
      return xy / Math.sqrt(xx * yy);
    }
  }
}
