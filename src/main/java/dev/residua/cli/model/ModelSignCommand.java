package dev.residua.cli.model;

import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Failures;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.model.SigningKey;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code model sign}: a bundle with a signature. */
@Command(
    name = "sign",
    description =
        "Signs a bundle, in place of a signature that it may have; its digest stays the same.",
    mixinStandardHelpOptions = true)
final class ModelSignCommand implements Callable<Integer> {
  @Option(
      names = "--key",
      required = true,
      paramLabel = "KEY.pem",
      description = "Private Ed25519 key (PKCS#8); see model keygen.")
  Path key;

  @Option(
      names = "--in",
      required = true,
      paramLabel = "FILE.residua",
      description = "Bundle to sign.")
  Path in;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE.residua",
      description = "Bundle to write; may be the same file.")
  Path out;

  @CommandLine.Spec CommandLine.Model.CommandSpec spec;

  @Override
  public Integer call() {
    try {
      SigningKey signing = SigningKey.read(key);
      ModelBundle signed = ModelBundle.read(in).signed(signing);
      signed.write(out);
      spec.commandLine()
          .getOut()
          .printf(
              "%s: model %s, digest %s, signed by key %s%n",
              out, signed.id(), signed.digest(), signing.keyId());
      return 0;
    } catch (IOException | BadBundleException e) {
      throw new CommandFailedException(Failures.reason(e), e);
    }
  }
}
