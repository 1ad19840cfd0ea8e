package dev.residua.decoding;

import dev.residua.frame.FrameGeometry;
import dev.residua.frame.FrameGeometry.Aspect;
import dev.residua.frame.ImageShape;

/**
 * Position of a region in its picture, and in the model's picture.
 *
 * @param left of the region, in the units of the picture's size, as are the next three
 * @param turns quarter turns clockwise, 0 to 3
 * @param fine degrees clockwise that are left
 * @param x column of the model's picture at which the content begins
 * @param y row at which it begins
 * @param columns of the content
 * @param rows of the content
 */
record Placement(
    double left,
    double top,
    double width,
    double height,
    int turns,
    double fine,
    int x,
    int y,
    int columns,
    int rows) {

  /**
   * Places a region.
   *
   * @param width of the upright picture, in any unit
   * @param height in the same unit
   */
  static Placement of(FrameGeometry geometry, double width, double height, ImageShape target) {
    FrameGeometry.Region region = geometry.region();
    double w = region.width() * width;
    double h = region.height() * height;
    int turns = geometry.quarterTurns();
    int columns = target.width();
    int rows = target.height();
    if (geometry.aspect() == Aspect.LETTERBOX) {
      double across = turns % 2 == 0 ? w : h;
      double down = turns % 2 == 0 ? h : w;
      double scale = Math.min(columns / across, rows / down);
      columns = (int) Math.max(1, Math.min(columns, Math.round(across * scale)));
      rows = (int) Math.max(1, Math.min(rows, Math.round(down * scale)));
    }
    return new Placement(
        region.left() * width,
        region.top() * height,
        w,
        h,
        turns,
        geometry.fineRotation(),
        (target.width() - columns) / 2,
        (target.height() - rows) / 2,
        columns,
        rows);
  }

  /** Columns of the content before it is turned. */
  int across() {
    return turns % 2 == 0 ? columns : rows;
  }

  /** Rows of the content before it is turned. */
  int down() {
    return turns % 2 == 0 ? rows : columns;
  }

  /** Least pixels of the picture for each of the content, along either axis. */
  double oversampling() {
    return Math.min(width / across(), height / down());
  }

  /** Returns true if the content fills the model's picture and stays as it lies. */
  boolean isPlain(ImageShape target) {
    return turns == 0 && fine == 0 && columns == target.width() && rows == target.height();
  }

  /** Index, before the quarter turns, of the pixel at a column and row of the content. */
  int source(int column, int row) {
    return switch (turns) {
      case 1 -> (down() - 1 - column) * across() + row;
      case 2 -> (down() - 1 - row) * across() + across() - 1 - column;
      case 3 -> column * across() + across() - 1 - row;
      default -> row * across() + column;
    };
  }
}
