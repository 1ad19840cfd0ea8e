package dev.residua.causal;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Place of a camera on the earth: {@code 52.5,13.4}.
 *
 * @param latitude degrees north of the equator, -90 to 90
 * @param longitude degrees east of Greenwich, -180 to 180
 */
public record GeoLocation(double latitude, double longitude) {
  private static final Pattern TEXT =
      Pattern.compile("([-+]?\\d{1,3}(?:\\.\\d{1,9})?) ?, ?([-+]?\\d{1,3}(?:\\.\\d{1,9})?)");

  public GeoLocation {
    if (!(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180)) {
      throw invalid(latitude + "," + longitude);
    }
  }

  /**
   * Parses the output of {@link #toString}.
   *
   * @throws IllegalArgumentException with the reason, if it is invalid
   */
  public static GeoLocation parse(String text) {
    Matcher degrees = TEXT.matcher(text.strip());
    if (!degrees.matches()) {
      throw invalid(text);
    }
    return new GeoLocation(
        Double.parseDouble(degrees.group(1)), Double.parseDouble(degrees.group(2)));
  }

  private static IllegalArgumentException invalid(String text) {
    return new IllegalArgumentException(
        "location is '%s', expected degrees of latitude (-90 to 90) and longitude (-180 to 180), such as 52.5,13.4"
            .formatted(text));
  }

  @Override
  public String toString() {
    return number(latitude) + "," + number(longitude);
  }

  private static String number(double degrees) {
    return degrees == Math.rint(degrees) ? "%d".formatted((long) degrees) : "" + degrees;
  }
}
