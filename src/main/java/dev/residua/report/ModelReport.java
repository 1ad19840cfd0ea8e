package dev.residua.report;

import dev.residua.causal.CausalGraph;
import dev.residua.frame.ImageShape;
import dev.residua.training.TrainingLosses;
import java.util.List;
import java.util.Map;

/**
 * What a report shows of a model. Arrays are owned by this record.
 *
 * @param title name of the model
 * @param facts how it was made: name and value, in order
 * @param warnings what is wrong with it, in words; may be empty
 * @param losses of the training over time; empty where they are not known
 * @param graph latents and structural equations
 * @param residuals standardised residuals of nominal frames that were not trained on, {@code
 *     [n][d]}
 * @param pValues conformal p-values of the same frames, {@code [n][d]}, in (0, 1]
 * @param pictures rows of pictures with a caption each
 * @param shape of every picture
 * @param figures sections of named figures: quality, independence, monitorability
 */
@SuppressWarnings("ArrayRecordComponent")
public record ModelReport(
    String title,
    Map<String, String> facts,
    List<String> warnings,
    List<TrainingLosses> losses,
    CausalGraph graph,
    double[][] residuals,
    double[][] pValues,
    List<PictureRow> pictures,
    ImageShape shape,
    Map<String, Map<String, String>> figures) {

  /**
   * Pictures side by side.
   *
   * @param section heading under which it stands; rows of one section follow each other
   * @param caption what the row is
   * @param pixels one entry a picture, unsigned bytes {@code [height][width][channels]}
   */
  public record PictureRow(String section, String caption, List<byte[]> pixels) {
    public PictureRow {
      pixels = List.copyOf(pixels);
    }
  }
}
