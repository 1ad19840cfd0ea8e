package dev.residua.frame;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Part of a camera's picture that a model reads, and its way to the model's size.
 *
 * <p>The picture is first turned upright by its EXIF data. The region is cut out of it, turned by
 * the rotation about its centre, and scaled to the model's size. Pixels under the mask, outside the
 * picture, or in the bars of a letterbox are masked: they count in no statistic.
 *
 * @param region part of the upright picture
 * @param rotation degrees by which the region is turned clockwise, in [0, 360). Quarter turns
 *     exchange width and height; the rest, from -45 to 45 degrees, turns the content within the
 *     region
 * @param mask polygons in fractions of the region, before quarter turns; at most {@value
 *     #MAX_POLYGONS}
 * @param aspect placement of a region whose aspect ratio is not the model's
 */
@RecordBuilder
public record FrameGeometry(Region region, double rotation, List<Polygon> mask, Aspect aspect)
    implements FrameGeometryBuilder.With {
  /** Most polygons of a mask. */
  public static final int MAX_POLYGONS = 32;

  /** The whole picture, stretched. */
  public static final FrameGeometry WHOLE =
      new FrameGeometry(Region.WHOLE, 0, List.of(), Aspect.STRETCH);

  /** Placement of a region in a picture of another aspect ratio. */
  public enum Aspect {
    /** Each axis is scaled on its own. */
    STRETCH,
    /** Both axes are scaled alike; the rest of the picture is masked. */
    LETTERBOX;

    /**
     * Reads a name in any case.
     *
     * @throws IllegalArgumentException if there is no such aspect
     */
    public static Aspect parse(String text) {
      for (Aspect aspect : values()) {
        if (aspect.toString().equals(text.strip().toLowerCase(Locale.ROOT))) {
          return aspect;
        }
      }
      throw new IllegalArgumentException(
          "aspect was '%s'; expected stretch or letterbox".formatted(text));
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * A rectangle in fractions of a picture. It may leave the picture by a quarter, so that a region
   * can follow a camera that was moved.
   *
   * @param left of the width, at least -0.25
   * @param top of the height, at least -0.25
   * @param width above 0
   * @param height above 0
   */
  public record Region(double left, double top, double width, double height) {
    /** The whole picture. */
    public static final Region WHOLE = new Region(0, 0, 1, 1);

    private static final double OUTSIDE = 0.25;
    private static final double LEAST = 0.001;

    public Region {
      if (!(left >= -OUTSIDE
          && top >= -OUTSIDE
          && width >= LEAST
          && height >= LEAST
          && left + width <= 1 + OUTSIDE + 1e-9
          && top + height <= 1 + OUTSIDE + 1e-9)) {
        throw new IllegalArgumentException(
            "region was %s,%s,%s,%s; expected left,top,width,height as fractions of the picture, such as 0.1,0.2,0.5,0.6"
                .formatted(text(left), text(top), text(width), text(height)));
      }
    }

    /**
     * Reads {@code left,top,width,height}.
     *
     * @throws IllegalArgumentException if the text has another form
     */
    public static Region parse(String text) {
      double[] n = numbers("region", text, 4, "left,top,width,height");
      return new Region(n[0], n[1], n[2], n[3]);
    }

    /** The text that {@link #parse} reads. */
    @Override
    public String toString() {
      return "%s,%s,%s,%s".formatted(text(left), text(top), text(width), text(height));
    }
  }

  public FrameGeometry {
    mask = List.copyOf(mask);
    if (!(rotation >= 0 && rotation < 360)) {
      throw new IllegalArgumentException(
          "rotation was %s; expected degrees clockwise, at least 0 and below 360"
              .formatted(rotation));
    }
    if (mask.size() > MAX_POLYGONS) {
      throw new IllegalArgumentException(
          "mask had %d polygons; expected at most %d".formatted(mask.size(), MAX_POLYGONS));
    }
  }

  /** Quarter turns clockwise, 0 to 3. */
  public int quarterTurns() {
    return (int) Math.floor((rotation + 45) / 90) % 4;
  }

  /** Degrees clockwise that quarter turns leave, at least -45 and below 45. */
  public double fineRotation() {
    return rotation - 90 * Math.floor((rotation + 45) / 90);
  }

  /**
   * Returns the geometry that shows the former scene after the camera moved: a proposal, as the
   * motion is an estimate.
   *
   * @param motion of the model's picture
   * @param frameAspect width of the upright frame over its height, above 0
   * @param pictureAspect width of the model's picture over its height, above 0
   * @throws IllegalArgumentException if the scene is too far outside of the frame
   */
  public FrameGeometry after(CameraMotion motion, double frameAspect, double pictureAspect) {
    // In units of the frame's height. Content at C + R(-F) p is at C + R(-F) (s R(d) p + t) now.
    boolean turned = quarterTurns() % 2 == 1;
    double width = turned ? region.height() : region.width() * frameAspect; // of the content
    double height = turned ? region.width() * frameAspect : region.height();
    boolean barred = aspect == Aspect.LETTERBOX;
    double right = motion.right() * (barred ? Math.max(width, height * pictureAspect) : width);
    double down = motion.down() * (barred ? Math.max(height, width / pictureAspect) : height);
    double cos = StrictMath.cos(StrictMath.toRadians(rotation));
    double sin = StrictMath.sin(StrictMath.toRadians(rotation));
    double x = (right * cos + down * sin) / frameAspect;
    double y = down * cos - right * sin;
    double scale = motion.scale();
    Region moved =
        new Region(
            region.left() + region.width() * (1 - scale) / 2 + x,
            region.top() + region.height() * (1 - scale) / 2 + y,
            region.width() * scale,
            region.height() * scale);
    double left = (rotation - motion.degrees()) % 360;
    return withRegion(moved).withRotation(left < 0 ? left + 360 : left);
  }

  /**
   * Reads the polygons of a mask: corners separated by spaces, polygons by semicolons.
   *
   * @throws IllegalArgumentException if the text has another form
   */
  public static List<Polygon> parseMask(String text) {
    List<Polygon> mask = new ArrayList<>();
    for (String polygon : text.split(";")) {
      if (!polygon.isBlank()) {
        mask.add(Polygon.parse(polygon));
      }
    }
    return mask;
  }

  /** The text that {@link #parseMask} reads. */
  public static String maskText(List<Polygon> mask) {
    return String.join("; ", mask.stream().map(Polygon::toString).toList());
  }

  /**
   * Number that other geometries have only by chance; 0 for {@link #WHOLE}. The same everywhere.
   */
  public int fingerprint() {
    return equals(WHOLE)
        ? 0
        : String.join("|", region.toString(), text(rotation), maskText(mask), aspect.toString())
            .hashCode();
  }

  static double[] numbers(String what, String text, int count, String form) {
    String[] parts = text.strip().split("\\s*,\\s*", -1);
    double[] numbers = new double[count];
    try {
      for (int i = 0; i < count && parts.length == count; i++) {
        numbers[i] = Double.parseDouble(parts[i]);
      }
    } catch (NumberFormatException e) {
      parts = new String[0];
    }
    if (parts.length != count) {
      throw new IllegalArgumentException(
          "%s was '%s'; expected %s as fractions from 0 to 1".formatted(what, text, form));
    }
    return numbers;
  }

  /** A fraction with at most six decimals. */
  static String text(double fraction) {
    if (!Double.isFinite(fraction)) {
      return String.valueOf(fraction);
    }
    BigDecimal rounded =
        BigDecimal.valueOf(fraction).setScale(6, RoundingMode.HALF_EVEN).stripTrailingZeros();
    return rounded.toPlainString();
  }
}
