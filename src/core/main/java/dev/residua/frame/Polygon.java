package dev.residua.frame;

import java.awt.geom.Path2D;
import java.util.ArrayList;
import java.util.List;

/**
 * A closed polygon whose corners are fractions of a rectangle.
 *
 * @param corners 3 to {@value #MAX_CORNERS}, in order
 */
public record Polygon(List<Corner> corners) {
  /** Most corners. */
  public static final int MAX_CORNERS = 100;

  /**
   * One corner.
   *
   * @param x fraction of the width, from the left, in [0, 1]
   * @param y fraction of the height, from the top, in [0, 1]
   */
  public record Corner(double x, double y) {
    public Corner {
      if (!(x >= 0 && x <= 1 && y >= 0 && y <= 1)) {
        throw new IllegalArgumentException(
            "a corner of a mask was at %s,%s; expected fractions of the region from 0 to 1"
                .formatted(x, y));
      }
    }
  }

  public Polygon {
    corners = List.copyOf(corners);
    if (corners.size() < 3 || corners.size() > MAX_CORNERS) {
      throw new IllegalArgumentException(
          "a polygon of a mask had %d corners; expected 3 to %d"
              .formatted(corners.size(), MAX_CORNERS));
    }
  }

  /**
   * Reads corners such as {@code 0,0 0.3,0 0.3,1}.
   *
   * @throws IllegalArgumentException if the text has another form
   */
  public static Polygon parse(String text) {
    List<Corner> corners = new ArrayList<>();
    for (String corner : text.strip().split("\\s+")) {
      double[] xy = FrameGeometry.numbers("a corner of a mask", corner, 2, "x,y");
      corners.add(new Corner(xy[0], xy[1]));
    }
    return new Polygon(corners);
  }

  /** The text that {@link #parse} reads. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (Corner corner : corners) {
      text.append(text.isEmpty() ? "" : " ")
          .append(FrameGeometry.text(corner.x()))
          .append(',')
          .append(FrameGeometry.text(corner.y()));
    }
    return text.toString();
  }

  /** The outline, in the same fractions. */
  public Path2D toPath() {
    Path2D path = new Path2D.Double();
    path.moveTo(corners.get(0).x(), corners.get(0).y());
    for (Corner corner : corners.subList(1, corners.size())) {
      path.lineTo(corner.x(), corner.y());
    }
    path.closePath();
    return path;
  }
}
