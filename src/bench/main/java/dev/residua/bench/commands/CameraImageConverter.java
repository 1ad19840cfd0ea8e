package dev.residua.bench.commands;

import dev.residua.bench.CameraImage;
import dev.residua.frame.PixelFormat;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a picture such as {@code jpeg:1920x1080}. */
final class CameraImageConverter implements ITypeConverter<CameraImage> {
  private static final Pattern IMAGE = Pattern.compile("(jpeg|png|rgb8):(\\d{1,4})x(\\d{1,4})");

  @Override
  public CameraImage convert(String value) {
    Matcher matcher = IMAGE.matcher(value.strip().toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      throw new TypeConversionException(
          "'%s' is not a picture, expected FORMAT:WIDTHxHEIGHT such as jpeg:1920x1080; formats are jpeg, png and rgb8"
              .formatted(value));
    }
    return new CameraImage(
        PixelFormat.valueOf(matcher.group(1).toUpperCase(Locale.ROOT)),
        Integer.parseInt(matcher.group(2)),
        Integer.parseInt(matcher.group(3)));
  }
}
