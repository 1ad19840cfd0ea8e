package dev.residua.cli.data;

import dev.residua.cli.console.Json;
import dev.residua.cli.console.JsonCommand;
import dev.residua.cli.console.ProgressBar;
import dev.residua.frame.FrameLimits;
import dev.residua.importing.DatasetImport;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dataset import}: makes a data set from a user's own images. */
@Command(
    name = "import",
    description = {
      "Makes a data set from your own images.",
      "Images of other sizes are scaled to --size; their aspect ratio is not kept."
          + " A labels file has a header line and one row per image. Cells may be empty. Columns of"
          + " numbers become factors."
    })
final class DatasetImportCommand extends JsonCommand {
  @Option(
      names = "--images",
      required = true,
      paramLabel = "DIR|FILE.npy",
      description =
          "Folder of images, or uint8 array [n, height, width, channels] or [n, height,"
              + " width].")
  Path images;

  @Option(
      names = "--labels",
      paramLabel = "FILE.csv",
      description =
          "Labels of the images. Rows are in the order of the file names, or a column 'file' names"
              + " the image of each row.")
  @Nullable Path labels;

  @Mixin NewDataset target = new NewDataset();

  @Override
  public Integer call() throws IOException {
    DatasetImport.Result result;
    try (ProgressBar bar = new ProgressBar("importing images")) {
      result =
          new DatasetImport(FrameLimits.DEFAULTS, target.size, target.force)
              .run(images, labels, target.out, bar::update);
    }
    print(
        Json.map(
            "out", target.out.toString(),
            "frames", result.frames(),
            "shape", target.size.toString(),
            "factors", result.factors(),
            "otherColumns", result.otherColumns(),
            "ignored", result.ignored(),
            "sha256", result.sha256()),
        () -> printText(result));
    return 0;
  }

  private void printText(DatasetImport.Result result) {
    print(
        "%s: %d frames of %s, %s",
        target.out,
        result.frames(),
        target.size,
        result.factors().isEmpty()
            ? "no factors"
            : "factors " + String.join(", ", result.factors()));
    if (!result.otherColumns().isEmpty()) {
      print(
          "kept but no factors, since they do not hold numbers: %s",
          String.join(", ", result.otherColumns()));
    }
    if (!result.ignored().isEmpty()) {
      print(
          "%d other files were left out, such as %s",
          result.ignored().size(), result.ignored().get(0));
    }
  }
}
