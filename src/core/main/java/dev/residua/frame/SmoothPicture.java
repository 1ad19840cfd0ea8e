package dev.residua.frame;

/**
 * A smoothed picture of one size, and points of the reference of that size. Mutable: pictures
 * follow each other, the points stay.
 */
final class SmoothPicture {
  /** Cells on the longer side, and most points in one: points are spread over the picture. */
  private static final int CELLS = 8;

  private static final int POINTS_PER_CELL = 4;

  /** Grey levels per pixel from which a point has structure. */
  private static final float STEEP = 3;

  private final int width;
  private final int height;
  private final float[] unsmoothed;
  private final float[] acrossOnly; // smoothed in one direction
  private final float[] smoothed;

  private int points;
  private float[] x = {}; // from the centre
  private float[] y = {};
  private float[] value = {};
  private float[] slopeAcross = {};
  private float[] slopeDown = {};

  SmoothPicture(int width, int height) {
    this.width = width;
    this.height = height;
    this.unsmoothed = new float[width * height];
    this.acrossOnly = new float[width * height];
    this.smoothed = new float[width * height];
  }

  int width() {
    return width;
  }

  int height() {
    return height;
  }

  /** Receives a picture, {@code [height][width]}, before {@link #smooth}. */
  float[] unsmoothed() {
    return unsmoothed;
  }

  /** Smooths by weights 1 2 1 in both directions; the border is repeated. */
  void smooth() {
    for (int v = 0; v < height; v++) {
      int first = v * width;
      int last = first + width - 1;
      for (int at = first + 1; at < last; at++) {
        acrossOnly[at] = (unsmoothed[at - 1] + 2 * unsmoothed[at] + unsmoothed[at + 1]) / 4;
      }
      acrossOnly[first] = (3 * unsmoothed[first] + unsmoothed[first + 1]) / 4;
      acrossOnly[last] = (3 * unsmoothed[last] + unsmoothed[last - 1]) / 4;
    }
    for (int v = 0; v < height; v++) {
      int at = v * width;
      int above = v == 0 ? at : at - width;
      int below = v == height - 1 ? at : at + width;
      for (int u = 0; u < width; u++) {
        smoothed[at + u] =
            (acrossOnly[above + u] + 2 * acrossOnly[at + u] + acrossOnly[below + u]) / 4;
      }
    }
  }

  /** Means of two by two pixels of the smoothed picture. */
  void halve(float[] into) {
    for (int v = 0, to = 0; v < height / 2; v++) {
      for (int u = 0; u < width / 2; u++, to++) {
        int at = 2 * (v * width + u);
        into[to] =
            (smoothed[at] + smoothed[at + 1] + smoothed[at + width] + smoothed[at + width + 1]) / 4;
      }
    }
  }

  /** Makes the present picture the reference: its steepest points in each cell. */
  void chooseReferencePoints() {
    int cell = Math.max(1, Math.max(width, height) / CELLS);
    int most = ((width + cell - 1) / cell) * ((height + cell - 1) / cell) * POINTS_PER_CELL;
    x = new float[most];
    y = new float[most];
    value = new float[most];
    slopeAcross = new float[most];
    slopeDown = new float[most];
    int[] steepest = new int[POINTS_PER_CELL];
    for (int top = 0; top < height; top += cell) {
      for (int left = 0; left < width; left += cell) {
        int found = 0;
        for (int v = Math.max(1, top); v < Math.min(height - 1, top + cell); v++) {
          for (int u = Math.max(1, left); u < Math.min(width - 1, left + cell); u++) {
            if (steepness(v * width + u) >= STEEP * STEEP) {
              found = insert(v * width + u, steepest, found);
            }
          }
        }
        for (int k = 0; k < found; k++) {
          addPoint(steepest[k]);
        }
      }
    }
  }

  /** Keeps the steepest points in falling order; returns how many there are. */
  private int insert(int at, int[] steepest, int found) {
    int k = Math.min(found, POINTS_PER_CELL - 1);
    if (found == POINTS_PER_CELL && steepness(steepest[k]) >= steepness(at)) {
      return found;
    }
    for (; k > 0 && steepness(steepest[k - 1]) < steepness(at); k--) {
      steepest[k] = steepest[k - 1];
    }
    steepest[k] = at;
    return Math.min(POINTS_PER_CELL, found + 1);
  }

  private float across(int at) {
    return (smoothed[at + 1] - smoothed[at - 1]) / 2;
  }

  private float down(int at) {
    return (smoothed[at + width] - smoothed[at - width]) / 2;
  }

  private float steepness(int at) {
    return across(at) * across(at) + down(at) * down(at);
  }

  private void addPoint(int at) {
    x[points] = at % width - (width - 1) / 2f;
    y[points] = at / width - (height - 1) / 2f;
    value[points] = smoothed[at];
    slopeAcross[points] = across(at);
    slopeDown[points] = down(at);
    points++;
  }

  int points() {
    return points;
  }

  /** Distance of a point to the right of the centre, in pixels. */
  float x(int point) {
    return x[point];
  }

  /** Distance of a point below the centre, in pixels. */
  float y(int point) {
    return y[point];
  }

  float value(int point) {
    return value[point];
  }

  /** Grey levels per pixel to the right at a point of the reference. */
  float slopeAcross(int point) {
    return slopeAcross[point];
  }

  /** Grey levels per pixel down at a point of the reference. */
  float slopeDown(int point) {
    return slopeDown[point];
  }

  /**
   * The present picture between four pixels; NaN outside.
   *
   * @param right to the right of the centre, in pixels
   * @param below below the centre
   */
  float at(double right, double below) {
    double u = right + (width - 1) / 2.0;
    double v = below + (height - 1) / 2.0;
    if (!(u >= 0 && v >= 0 && u < width - 1 && v < height - 1)) {
      return Float.NaN;
    }
    int column = (int) u;
    int line = (int) v;
    float a = (float) (u - column);
    float b = (float) (v - line);
    int at = line * width + column;
    float upper = smoothed[at] + a * (smoothed[at + 1] - smoothed[at]);
    float lower = smoothed[at + width] + a * (smoothed[at + width + 1] - smoothed[at + width]);
    return upper + b * (lower - upper);
  }
}
