package dev.residua.cli.model;

import dev.residua.app.model.Models;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Failures;
import dev.residua.model.BadBundleException;
import dev.residua.model.BundleSignature;
import dev.residua.model.ModelBundle;
import dev.residua.model.TrustedKeys;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code model verify}: who signed a bundle. */
@Command(
    name = "verify",
    description =
        "Checks a bundle without running it: digests, the parts of its network, calibrations, and that one of the trusted keys has signed it.",
    mixinStandardHelpOptions = true)
final class ModelVerifyCommand implements Callable<Integer> {
  @Option(
      names = "--trusted",
      required = true,
      split = ",",
      paramLabel = "KEY.pub.pem",
      description = "Public Ed25519 keys (X.509), separated by commas.")
  List<Path> trusted;

  @Parameters(paramLabel = "FILE", description = "Model bundle.")
  Path file;

  @CommandLine.Spec CommandLine.Model.CommandSpec spec;

  @Override
  public Integer call() {
    try {
      TrustedKeys keys = TrustedKeys.read(trusted);
      ModelBundle bundle = ModelBundle.read(file);
      keys.check(bundle);
      Models.check(bundle);
      spec.commandLine()
          .getOut()
          .printf(
              "%s: model %s, digest %s, signed by the trusted key %s%n",
              file,
              bundle.id(),
              bundle.digest(),
              bundle.signature().map(BundleSignature::keyId).orElse("none"));
      return 0;
    } catch (IOException | BadBundleException e) {
      throw new CommandFailedException(Failures.reason(e), e);
    }
  }
}
