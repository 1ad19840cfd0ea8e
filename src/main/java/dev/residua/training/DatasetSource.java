package dev.residua.training;

import dev.residua.dataset.FrameDataset;
import dev.residua.dataset.LabelTable;
import dev.residua.frame.ImageShape;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A data set as the trainer sees it. Where a frame's label {@code event} says that something was
 * done to it, {@code event_node} names the factor whose mechanism was broken.
 */
public record DatasetSource(FrameDataset set, List<String> factorNames) implements TrainingData {
  private static final String EVENT = "event";
  private static final String NODE = "event_node";

  @Override
  public String name() {
    return set.name();
  }

  @Override
  public String sha256() {
    return set.sha256();
  }

  @Override
  public ImageShape shape() {
    return set.shape();
  }

  @Override
  public int size() {
    return set.size();
  }

  @Override
  public void read(int index, byte[] into, int offset) {
    set.read(index, into, offset);
  }

  /** Also unknown where something was done to the whole picture, which then shows other factors. */
  @Override
  public double @Nullable [] factors(int index) {
    if (text(index, EVENT) != null && text(index, NODE) == null) {
      return null;
    }
    double[] values = new double[factorNames.size()];
    boolean known = false;
    for (int f = 0; f < values.length; f++) {
      values[f] = set.labels().value(index, factorNames.get(f));
      known |= Double.isFinite(values[f]);
    }
    return known ? values : null;
  }

  /**
   * The factor that {@code event_node} names; all factors where it names none of them: a cause that
   * is no factor of the model, or the whole picture.
   */
  @Override
  public int[] broken(int index) {
    String node = text(index, NODE);
    if (node == null && text(index, EVENT) == null) {
      return new int[0];
    }
    int factor = node == null ? -1 : factorNames.indexOf(node);
    if (factor >= 0) {
      return new int[] {factor};
    }
    int[] all = new int[Math.max(1, factorNames.size())];
    Arrays.setAll(all, i -> i);
    return all;
  }

  private @Nullable String text(int index, String column) {
    LabelTable labels = set.labels();
    String text = labels.has(column) ? labels.text(index, column) : null;
    return text == null || text.isBlank() ? null : text;
  }
}
