package dev.residua.simulation;

import dev.residua.frame.ImageShape;
import dev.residua.frame.Luma;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Draws in the coordinates of a plot, y upwards, as Matplotlib lays out a figure of one inch at 96
 * dots: the axes take 77.5 % of the width from 12.5 % on and 77 % of the height from 11 % above the
 * bottom, and everything is clipped to them. White background, anti-aliased. Keeps its image, so it
 * is for one thread.
 */
final class Canvas {
  private static final double LEFT = 0.125;
  private static final double WIDTH = 0.775;
  private static final double BOTTOM = 0.11;
  private static final double HEIGHT = 0.77;

  /** A point is 1/72 inch and the figure is one inch. */
  private static final double POINTS_PER_FIGURE = 72;

  private final double minX;
  private final double maxX;
  private final double minY;
  private final double maxY;
  private @Nullable ImageShape shape;
  private BufferedImage image = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB);
  private Graphics2D graphics = image.createGraphics();

  Canvas(double minX, double maxX, double minY, double maxY) {
    this.minX = minX;
    this.maxX = maxX;
    this.minY = minY;
    this.maxY = maxY;
  }

  void start(ImageShape wanted) {
    if (!wanted.equals(shape)) {
      graphics.dispose();
      image = new BufferedImage(wanted.width(), wanted.height(), BufferedImage.TYPE_INT_RGB);
      graphics = image.createGraphics();
      graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
      graphics.setRenderingHint(
          RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
      graphics.setBackground(Color.WHITE);
      graphics.setClip(
          new Rectangle2D.Double(
              wanted.width() * LEFT,
              wanted.height() * (1 - BOTTOM - HEIGHT),
              wanted.width() * WIDTH,
              wanted.height() * HEIGHT));
      shape = wanted;
    }
    Arrays.fill(pixels(), 0xFFFFFF);
  }

  private int[] pixels() {
    return ((DataBufferInt) image.getRaster().getDataBuffer()).getData();
  }

  private double x(double x) {
    return image.getWidth() * (LEFT + WIDTH * (x - minX) / (maxX - minX));
  }

  private double y(double y) {
    return image.getHeight() * (1 - BOTTOM - HEIGHT * (y - minY) / (maxY - minY));
  }

  /** A filled circle, which is an ellipse in pixels if the axes have different scales. */
  void disc(double centreX, double centreY, double radius, Color colour) {
    graphics.setColor(colour);
    double left = x(centreX - radius);
    double top = y(centreY + radius);
    graphics.fill(
        new Ellipse2D.Double(left, top, x(centreX + radius) - left, y(centreY - radius) - top));
  }

  void box(double left, double bottom, double width, double height, Color colour) {
    graphics.setColor(colour);
    double top = y(bottom + height);
    graphics.fill(new Rectangle2D.Double(x(left), top, x(left + width) - x(left), y(bottom) - top));
  }

  void line(double fromX, double fromY, double toX, double toY, double points, Color colour) {
    stroke(points, colour);
    graphics.draw(new Line2D.Double(x(fromX), y(fromY), x(toX), y(toY)));
  }

  /** A line from a point in a direction, counterclockwise from the right. */
  void hand(double x, double y, double length, double degrees, double points, Color colour) {
    double angle = Math.toRadians(degrees);
    line(x, y, x + length * Math.cos(angle), y + length * Math.sin(angle), points, colour);
  }

  void path(double[] xs, double[] ys, double points, Color colour) {
    stroke(points, colour);
    Path2D.Double path = new Path2D.Double();
    path.moveTo(x(xs[0]), y(ys[0]));
    for (int i = 1; i < xs.length; i++) {
      path.lineTo(x(xs[i]), y(ys[i]));
    }
    graphics.draw(path);
  }

  /** Lines have flat ends, so that a shadow is as long as its factor. */
  private void stroke(double points, Color colour) {
    double side = Math.sqrt((double) image.getWidth() * image.getHeight());
    graphics.setColor(colour);
    graphics.setStroke(
        new BasicStroke(
            (float) (points / POINTS_PER_FIGURE * side),
            BasicStroke.CAP_BUTT,
            BasicStroke.JOIN_ROUND));
  }

  /** Copies the picture as unsigned bytes, {@code [height][width][channels]}. */
  void copy(byte[] into, int offset) {
    int[] pixels = pixels();
    int at = offset;
    if (shape != null && shape.channels() == 3) {
      for (int rgb : pixels) {
        into[at++] = (byte) (rgb >> 16);
        into[at++] = (byte) (rgb >> 8);
        into[at++] = (byte) rgb;
      }
    } else {
      for (int rgb : pixels) {
        into[at++] = (byte) Luma.of(rgb >> 16 & 0xFF, rgb >> 8 & 0xFF, rgb & 0xFF);
      }
    }
  }
}
