package dev.residua.cli.console;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Help;
import picocli.CommandLine.Option;

/** Options that say what of a picture is read, as in a rule of sources. */
public final class GeometryOptions {
  @Option(
      names = "--region",
      paramLabel = "L,T,W,H",
      description =
          "Part of the picture that is read: left,top,width,height as fractions of it, such as"
              + " 0.1,0.2,0.5,0.6.",
      showDefaultValue = Help.Visibility.NEVER)
  @Nullable String region;

  @Option(
      names = "--rotation",
      paramLabel = "DEGREES",
      description =
          "Degrees by which what is cut out is turned clockwise, so that it stands upright.",
      showDefaultValue = Help.Visibility.NEVER)
  @Nullable String rotation;

  @Option(
      names = "--mask",
      paramLabel = "POLYGONS",
      description =
          "Parts that count in nothing: corners such as '0,0 0.3,0 0.3,0.2' as fractions of the"
              + " region, polygons separated by semicolons.",
      showDefaultValue = Help.Visibility.NEVER)
  @Nullable String mask;

  @Option(
      names = "--aspect",
      paramLabel = "HOW",
      description =
          "How a region of another aspect ratio fills the model's picture: stretch, or letterbox"
              + " with bars that count in nothing.",
      showDefaultValue = Help.Visibility.NEVER)
  @Nullable String aspect;

  /** The settings of a rule by name; null for one that was not given. */
  public Map<String, @Nullable Object> fields() {
    return Json.map("region", region, "rotation", rotation, "mask", mask, "aspect", aspect);
  }
}
