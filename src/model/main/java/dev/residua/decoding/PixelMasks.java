package dev.residua.decoding;

import dev.residua.frame.FrameGeometry;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelMask;
import dev.residua.frame.Polygon;
import dev.residua.frame.Span;
import java.awt.geom.Path2D;
import java.util.BitSet;
import java.util.List;

/** Finds the pixels of the model's picture that a geometry masks. */
final class PixelMasks {
  private static final double ROUNDING = 1e-6;

  private PixelMasks() {}

  /**
   * The masked pixels: those in the bars of a letterbox, those that reach out of the picture, and
   * those that are computed from anything under the mask. The source of a pixel ends at most one
   * stored pixel outside it, and where the content is turned one pixel of its own.
   */
  static PixelMask of(
      FrameGeometry geometry, Placement place, Span columns, Span rows, ImageShape target) {
    List<Path2D> paths = geometry.mask().stream().map(Polygon::toPath).toList();
    double marginX = margin(place.left(), place.width(), place.across(), place.fine());
    double marginY = margin(place.top(), place.height(), place.down(), place.fine());
    double angle = Math.toRadians(place.fine());
    double cos = Math.cos(angle);
    double sin = Math.sin(angle);
    BitSet masked = new BitSet();
    masked.set(0, target.width() * target.height());
    for (int row = 0; row < place.rows(); row++) {
      for (int column = 0; column < place.columns(); column++) {
        int from = place.source(column, row);
        double x = (double) (from % place.across()) / place.across();
        double y = (double) (from / place.across()) / place.down();
        double w = 1.0 / place.across();
        double h = 1.0 / place.down();
        boolean hidden =
            isOutside(place, cos, sin, x, y, columns, rows)
                || isOutside(place, cos, sin, x + w, y, columns, rows)
                || isOutside(place, cos, sin, x, y + h, columns, rows)
                || isOutside(place, cos, sin, x + w, y + h, columns, rows);
        for (Path2D path : paths) {
          hidden |= path.intersects(x - marginX, y - marginY, w + 2 * marginX, h + 2 * marginY);
        }
        masked.set((place.y() + row) * target.width() + place.x() + column, hidden);
      }
    }
    return PixelMask.of(masked);
  }

  /** Distance outside a pixel to which its source reaches, as a fraction of the region. */
  private static double margin(double from, double length, int pixels, double fine) {
    if (fine != 0) {
      return 1 / length + 1.0 / pixels;
    }
    boolean copied = length == pixels && from == Math.rint(from);
    return copied ? 0 : 1 / length;
  }

  /** Returns true if a point, in fractions of the region, is outside the picture. */
  private static boolean isOutside(
      Placement place, double cos, double sin, double x, double y, Span columns, Span rows) {
    double u = (x - 0.5) * place.width();
    double v = (y - 0.5) * place.height();
    double across = place.left() + place.width() / 2 + u * cos + v * sin;
    double down = place.top() + place.height() / 2 + v * cos - u * sin;
    double tolerance = ROUNDING * Math.max(columns.length(), rows.length());
    return across < -tolerance
        || down < -tolerance
        || across > columns.length() + tolerance
        || down > rows.length() + tolerance;
  }
}
