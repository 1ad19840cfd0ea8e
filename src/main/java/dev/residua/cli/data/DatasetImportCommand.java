package dev.residua.cli.data;

import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Failures;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.ProgressBar;
import dev.residua.cli.console.SizeConverter;
import dev.residua.dataset.DatasetImport;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.ImageShape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Makes a data set of a user's own images. */
@Command(
    name = "import",
    description = {
      "Makes a data set of your own images.",
      "Images of other sizes are averaged down or interpolated up; their aspect ratio is not kept."
          + " A labels file has a header line and one row an image; cells may be empty, and columns"
          + " of numbers become factors."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class DatasetImportCommand implements Callable<Integer> {
  @Option(
      names = "--images",
      required = true,
      paramLabel = "DIR|FILE.npy",
      description =
          "Folder of PNG and JPEG files, or uint8 array [n, height, width, channels] or [n, height,"
              + " width].")
  Path images;

  @Option(
      names = "--labels",
      paramLabel = "FILE.csv",
      description =
          "What is known of each image. Rows are in the order of file names, or a column 'file'"
              + " names the images.")
  @Nullable Path labels;

  @Option(names = "--out", required = true, paramLabel = "DIR", description = "Folder to make.")
  Path out;

  @Option(
      names = "--size",
      paramLabel = "WxH[xC]",
      defaultValue = "64x64x3",
      converter = SizeConverter.class,
      description = "Size that all images are brought to; one channel is gray.")
  ImageShape size;

  @Option(names = "--force", description = "Replace a data set that is already in DIR.")
  boolean force;

  @Option(names = "--json", description = "Print the result as JSON.")
  boolean json;

  @CommandLine.Spec CommandLine.Model.CommandSpec spec;

  @Override
  public Integer call() {
    DatasetImport.Result result;
    try (ProgressBar bar = new ProgressBar("importing images")) {
      result =
          new DatasetImport(FrameLimits.DEFAULTS, size, force)
              .run(images, labels, out, bar::update);
    } catch (IOException | IllegalArgumentException e) {
      throw new CommandFailedException(Failures.reason(e), e);
    }
    if (json) {
      Map<String, Object> printed = new LinkedHashMap<>();
      printed.put("out", out.toString());
      printed.put("frames", result.frames());
      printed.put("shape", size.toString());
      printed.put("factors", result.factors());
      printed.put("otherColumns", result.otherColumns());
      printed.put("ignored", result.ignored());
      printed.put("sha256", result.sha256());
      spec.commandLine().getOut().println(Json.of(printed));
    } else {
      spec.commandLine()
          .getOut()
          .printf(
              "%s: %d frames of %s, %s%n",
              out,
              result.frames(),
              size,
              result.factors().isEmpty()
                  ? "no factors"
                  : "factors " + String.join(", ", result.factors()));
      if (!result.otherColumns().isEmpty()) {
        spec.commandLine()
            .getOut()
            .printf(
                "kept but no factors, since they do not hold numbers: %s%n",
                String.join(", ", result.otherColumns()));
      }
      if (!result.ignored().isEmpty()) {
        spec.commandLine()
            .getOut()
            .printf(
                "%d other files were left out, such as %s%n",
                result.ignored().size(), result.ignored().get(0));
      }
    }
    return 0;
  }
}
