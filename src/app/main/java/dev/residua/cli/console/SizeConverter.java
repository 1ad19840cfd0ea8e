package dev.residua.cli.console;

import dev.residua.frame.ImageShape;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Reads a size such as {@code 64}, {@code 96x64} or {@code 64x64x1}; in colour unless channels are
 * given.
 */
public final class SizeConverter implements ITypeConverter<ImageShape> {
  private static final Pattern SIZE = Pattern.compile("(\\d{1,5})(?:x(\\d{1,5})(?:x([13]))?)?");
  private static final int MAX_SIDE = 4096;

  @Override
  public ImageShape convert(String value) {
    return shape(value, 3);
  }

  /**
   * Reads a size.
   *
   * @param usual channels if the text has none
   * @throws TypeConversionException if the text is not a size
   */
  public static ImageShape shape(String value, int usual) {
    Matcher matcher = SIZE.matcher(value.strip());
    if (matcher.matches()) {
      int width = Integer.parseInt(matcher.group(1));
      int height = matcher.group(2) == null ? width : Integer.parseInt(matcher.group(2));
      int channels = matcher.group(3) == null ? usual : Integer.parseInt(matcher.group(3));
      if (width >= 1 && height >= 1 && width <= MAX_SIDE && height <= MAX_SIDE) {
        return new ImageShape(width, height, channels);
      }
    }
    throw new TypeConversionException(
        "'%s' is not a size, expected WIDTHxHEIGHT or WIDTHxHEIGHTxCHANNELS, sides 1 to %d, 1 or 3 channels"
            .formatted(value, MAX_SIDE));
  }
}
