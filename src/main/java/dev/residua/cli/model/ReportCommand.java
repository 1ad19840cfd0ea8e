package dev.residua.cli.model;

import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Failures;
import dev.residua.dataset.FrameDataset;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows a model as a page. */
@Command(
    name = "report",
    description = {
      "Writes a page about a model that needs nothing else: where it comes from, its graph, what it"
          + " makes of frames, its residuals, p-values and scores on a data set.",
      "Of the set that the model was trained on, only frames it did not train on are shown."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
public final class ReportCommand implements Callable<Integer> {
  @Option(names = "--model", required = true, paramLabel = "FILE", description = "Model bundle.")
  Path model;

  @Option(names = "--data", required = true, paramLabel = "DIR", description = "Data set.")
  Path data;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE.html",
      description = "Page to write.")
  Path out;

  @CommandLine.Spec CommandLine.Model.CommandSpec spec;

  @Override
  public Integer call() {
    try {
      ReportFile.write(ModelBundle.read(model), FrameDataset.open(data), out, 1);
    } catch (BadBundleException | IOException | IllegalArgumentException e) {
      throw new CommandFailedException(Failures.reason(e), e);
    }
    spec.commandLine().getOut().printf("written to %s%n", out);
    return 0;
  }
}
