package dev.residua.cli.model;

import dev.residua.cli.console.ConsoleCommand;
import dev.residua.model.SigningKey;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code model keygen}: makes a key that signs bundles. */
@Command(
    name = "keygen",
    description = {
      "Makes an Ed25519 key that signs bundles: the private key KEY.pem, which only its owner may"
          + " read, and the public key KEY.pub.pem, which checks signatures.",
      "Does not replace existing keys. The files have the format of openssl genpkey -algorithm"
          + " ed25519."
    })
final class ModelKeygenCommand extends ConsoleCommand {
  @Option(
      names = "--out",
      required = true,
      paramLabel = "KEY.pem",
      description = "Private key to write.")
  Path out;

  @Override
  public Integer call() throws IOException {
    SigningKey key = SigningKey.generate(new SecureRandom());
    Path publicKey = publicKey(out);
    key.write(out, publicKey);
    print("key %s: %s signs, %s checks", key.keyId(), out, publicKey);
    return 0;
  }

  /** {@code KEY.pub.pem} next to {@code KEY.pem}. */
  private static Path publicKey(Path key) {
    String name = key.getFileName().toString();
    String stem = name.endsWith(".pem") ? name.substring(0, name.length() - 4) : name;
    return key.resolveSibling(stem + ".pub.pem");
  }
}
