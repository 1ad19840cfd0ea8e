package dev.residua.cli.model;

import dev.residua.cli.console.ConsoleCommand;
import dev.residua.cli.console.ModelAndData;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code report}: shows a model as an HTML page. */
@Command(
    name = "report",
    description = {
      "Writes one HTML page about a model: its origin, its graph, reconstructions, and its residuals,"
          + " p-values and scores on a data set.",
      "On the data set that trained the model, the page uses only frames that did not train it."
    })
public final class ReportCommand extends ConsoleCommand {
  @Mixin ModelAndData input = new ModelAndData();

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE.html",
      description = "Page to write.")
  Path out;

  @Override
  public Integer call() throws IOException, BadBundleException {
    ModelBundle bundle = input.model();
    ReportFile.write(bundle, input.data(bundle), out, 1);
    print("written to %s", out);
    return 0;
  }
}
