package dev.residua.bench.alternatives;

import dev.residua.dataset.FrameDataset;
import dev.residua.dataset.LabelTable;
import dev.residua.frame.ImageShape;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Consecutive frames that are as usual until something happens.
 *
 * @param happening the event
 * @param node latent that it happens to; null for the picture as a whole
 * @param pictures as unsigned bytes, {@code [height][width][channels]}
 * @param onset index of the first picture in which it happens, below their number
 */
public record Recording(String happening, @Nullable String node, List<byte[]> pictures, int onset) {
  /** Frames before the onset, as many as there are up to this: longer than any window. */
  private static final int QUIET = 256;

  /** Labelled frames that are farther apart belong to two events. */
  private static final int GAP = 100;

  public Recording {
    pictures = List.copyOf(pictures);
    if (onset < 0 || onset >= pictures.size()) {
      throw new IllegalArgumentException(
          "an onset at picture %d of %d".formatted(onset, pictures.size()));
    }
  }

  /**
   * The events of a data set with a column of events, each with the usual frames in front of it.
   */
  public static List<Recording> events(FrameDataset set) {
    LabelTable labels = set.labels();
    boolean nodes = labels.has(FrameDataset.EVENT_NODE_COLUMN);
    List<Recording> events = new ArrayList<>();
    int quietSince = 0;
    int at = 0;
    while (at < set.size()) {
      String kind = labels.text(at, FrameDataset.EVENT_COLUMN);
      if (kind == null) {
        at++;
        continue;
      }
      int last = at;
      for (int i = at; i < set.size() && i - last <= GAP; i++) {
        last = kind.equals(labels.text(i, FrameDataset.EVENT_COLUMN)) ? i : last;
      }
      int from = Math.max(quietSince, at - QUIET);
      List<byte[]> pictures = new ArrayList<>();
      for (int i = from; i <= last; i++) {
        pictures.add(set.read(i, 1));
      }
      events.add(
          new Recording(
              kind,
              nodes ? labels.text(at, FrameDataset.EVENT_NODE_COLUMN) : null,
              pictures,
              at - from));
      quietSince = last + 1;
      at = last + 1;
    }
    return events;
  }

  /**
   * Defects that no causal model explains, drawn on usual frames: a dark spot of 3x3 and of 6x6
   * pixels at one place, a fine texture of 16x16 pixels that is 8 grey levels strong, and grain on
   * the whole picture with a standard deviation of 4 grey levels.
   *
   * @param each recordings of each defect
   */
  public static List<Recording> defects(List<byte[]> usual, ImageShape shape, int each, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Recording> all = new ArrayList<>();
    for (Defect defect : Defect.values()) {
      for (int k = 0; k < each; k++) {
        int x = 4 + random.nextInt(shape.width() - 24);
        int y = 4 + random.nextInt(shape.height() - 24);
        int start = random.nextInt(usual.size());
        List<byte[]> pictures = new ArrayList<>();
        for (int i = 0; i < 2 * QUIET; i++) {
          byte[] picture = usual.get((start + i) % usual.size()).clone();
          if (i >= QUIET) {
            defect.draw(picture, shape, x, y, random);
          }
          pictures.add(picture);
        }
        all.add(new Recording(defect.label, null, pictures, QUIET));
      }
    }
    return all;
  }

  private enum Defect {
    SMALL_SPOT("spot of 3x3 pixels", 3),
    LARGE_SPOT("spot of 6x6 pixels", 6),
    TEXTURE("texture of 16x16 pixels", 16),
    GRAIN("grain", 0);

    private final String label;
    private final int side;

    Defect(String label, int side) {
      this.label = label;
      this.side = side;
    }

    void draw(byte[] picture, ImageShape shape, int left, int top, SplittableRandom random) {
      int width = shape.width();
      int height = shape.height();
      int channels = shape.channels();
      int rows = this == GRAIN ? height : side;
      int columns = this == GRAIN ? width : side;
      int fromRow = this == GRAIN ? 0 : top;
      int fromColumn = this == GRAIN ? 0 : left;
      for (int y = fromRow; y < fromRow + rows; y++) {
        for (int x = fromColumn; x < fromColumn + columns; x++) {
          for (int c = 0; c < channels; c++) {
            int at = (y * width + x) * channels + c;
            int value = picture[at] & 0xFF;
            int changed =
                switch (this) {
                  case SMALL_SPOT, LARGE_SPOT -> value / 2;
                  case TEXTURE -> value + ((x + y) % 2 == 0 ? 8 : -8);
                  case GRAIN -> (int) Math.round(value + 4 * random.nextGaussian());
                };
            picture[at] = (byte) Math.max(0, Math.min(255, changed));
          }
        }
      }
    }
  }
}
