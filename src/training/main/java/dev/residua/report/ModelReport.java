package dev.residua.report;

import dev.residua.causal.CausalGraph;
import dev.residua.frame.ImageShape;
import dev.residua.training.ModelVerdicts.Verdict;
import dev.residua.training.TrainingLosses;
import java.util.List;
import java.util.Map;

/**
 * The content of a report on a model. Arrays are owned by this record.
 *
 * @param title name of the model
 * @param verdicts on the model
 * @param facts how it was made: name and value, in order
 * @param warnings findings and other reasons to distrust it, in sentences; may be empty
 * @param tables of figures, in order
 * @param losses of the training over time; empty if unknown
 * @param graph latents and structural equations
 * @param frames description of the frames of residuals and p-values
 * @param residuals standardised residuals of nominal frames, {@code [n][d]}
 * @param pValues conformal p-values of the same frames by channel, each {@code [n]}, in (0, 1];
 *     empty if the frames are those the model was calibrated on
 * @param pictures rows of pictures with a caption each
 * @param shape of every picture
 */
@SuppressWarnings("ArrayRecordComponent")
public record ModelReport(
    String title,
    List<Verdict> verdicts,
    Map<String, String> facts,
    List<String> warnings,
    List<Table> tables,
    List<TrainingLosses> losses,
    CausalGraph graph,
    String frames,
    double[][] residuals,
    Map<String, double[]> pValues,
    List<PictureRow> pictures,
    ImageShape shape) {
  public ModelReport {
    verdicts = List.copyOf(verdicts);
    warnings = List.copyOf(warnings);
    tables = List.copyOf(tables);
    losses = List.copyOf(losses);
    pictures = List.copyOf(pictures);
  }

  /**
   * Figures under a heading.
   *
   * @param title heading
   * @param note explanation of the figures in a sentence; may be empty
   * @param columns heads of all columns
   * @param rows as many cells each
   */
  public record Table(String title, String note, List<String> columns, List<List<String>> rows) {
    public Table {
      columns = List.copyOf(columns);
      rows = List.copyOf(rows);
      for (List<String> row : rows) {
        if (row.size() != columns.size()) {
          throw new IllegalArgumentException(
              "table '%s' has the row %s for the columns %s".formatted(title, row, columns));
        }
      }
    }
  }

  /**
   * Pictures side by side.
   *
   * @param section heading; rows of one section are consecutive
   * @param pixels one entry per picture, unsigned bytes {@code [height][width][channels]}
   */
  public record PictureRow(String section, String caption, List<byte[]> pixels) {
    public PictureRow {
      pixels = List.copyOf(pixels);
    }
  }
}
