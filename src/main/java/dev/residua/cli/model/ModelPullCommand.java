package dev.residua.cli.model;

import dev.residua.cli.console.Json;
import dev.residua.cli.console.JsonCommand;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.model.OciLayout;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code model pull}: takes a bundle out of an OCI image layout. */
@Command(
    name = "pull",
    description =
        "Writes a bundle of a folder that is an OCI image layout to a file, and checks it.")
final class ModelPullCommand extends JsonCommand {
  @Parameters(paramLabel = "TAG", description = "Name of the bundle; see model push.")
  String tag;

  @Option(names = "--layout", required = true, paramLabel = "DIR", description = "The folder.")
  Path layout;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE.residua",
      description = "Bundle to write.")
  Path out;

  @Override
  public Integer call() throws IOException, BadBundleException {
    ModelBundle bundle = new OciLayout(layout).pull(tag);
    bundle.write(out);
    print(
        Json.map("model", bundle.id(), "digest", bundle.digest()),
        () -> print("%s: model %s, digest %s", out, bundle.id(), bundle.digest()));
    return 0;
  }
}
