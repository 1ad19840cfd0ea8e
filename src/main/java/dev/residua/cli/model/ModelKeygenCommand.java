package dev.residua.cli.model;

import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Failures;
import dev.residua.model.SigningKey;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code model keygen}: a key to sign bundles with. */
@Command(
    name = "keygen",
    description = {
      "Makes an Ed25519 key that signs bundles: KEY.pem, which only its owner may read, and"
          + " KEY.pub.pem for those who check signatures.",
      "Keys that are there already are not replaced. The files are those of openssl genpkey"
          + " -algorithm ed25519."
    },
    mixinStandardHelpOptions = true)
final class ModelKeygenCommand implements Callable<Integer> {
  @Option(
      names = "--out",
      required = true,
      paramLabel = "KEY.pem",
      description = "Private key to write.")
  Path out;

  @CommandLine.Spec CommandLine.Model.CommandSpec spec;

  @Override
  public Integer call() {
    SigningKey key = SigningKey.generate(new SecureRandom());
    Path publicKey = publicKey(out);
    try {
      key.write(out, publicKey);
    } catch (IOException e) {
      throw new CommandFailedException(Failures.reason(e), e);
    }
    spec.commandLine()
        .getOut()
        .printf("key %s: %s signs, %s checks%n", key.keyId(), out, publicKey);
    return 0;
  }

  /** {@code KEY.pub.pem} next to {@code KEY.pem}. */
  private static Path publicKey(Path key) {
    String name = key.getFileName().toString();
    String stem = name.endsWith(".pem") ? name.substring(0, name.length() - 4) : name;
    return key.resolveSibling(stem + ".pub.pem");
  }
}
