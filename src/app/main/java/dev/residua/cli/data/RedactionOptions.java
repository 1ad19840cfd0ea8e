package dev.residua.cli.data;

import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Json;
import dev.residua.decoding.Redactor;
import dev.residua.frame.FrameGeometry;
import dev.residua.frame.FrameLimits;
import dev.residua.ingest.Redaction;
import dev.residua.source.SourceRule;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that say what is blackened before a frame is sent. */
final class RedactionOptions {
  @Option(
      names = "--redact",
      paramLabel = "POLYGONS",
      description =
          "Parts to blacken before a frame is sent: corners such as '0,0 0.3,0 0.3,0.2' as fractions"
              + " of the picture, polygons separated by semicolons.")
  @Nullable String redact;

  @Option(
      names = "--region",
      paramLabel = "L,T,W,H",
      description =
          "With --redact: its corners are fractions of this part of the picture, as in a rule.")
  @Nullable String region;

  @Option(
      names = "--rotation",
      paramLabel = "DEGREES",
      description = "With --redact: rotation of the region, as in a rule.")
  @Nullable String rotation;

  /**
   * The redaction of these options.
   *
   * @param quality of JPEG files, 1 to 100
   */
  Redaction redaction(FrameLimits limits, int quality) {
    if (redact == null) {
      if (region != null || rotation != null) {
        throw new CommandFailedException("--region and --rotation need --redact");
      }
      return Redaction.NONE;
    }
    FrameGeometry geometry = geometry();
    if (geometry.mask().isEmpty()) {
      throw new CommandFailedException("--redact has no polygon, such as '0,0 0.3,0 0.3,0.2'");
    }
    Redactor redactor = new Redactor(limits, quality);
    return frame -> redactor.redact(frame, geometry);
  }

  private FrameGeometry geometry() {
    Map<String, @Nullable Object> fields =
        Json.map("region", region, "rotation", rotation, "mask", redact);
    fields.values().removeIf(value -> value == null);
    try {
      return SourceRule.SETTINGS.apply(SourceRule.DEFAULTS, fields).geometry();
    } catch (IllegalArgumentException e) {
      throw new CommandFailedException(String.valueOf(e.getMessage()), e);
    }
  }
}
