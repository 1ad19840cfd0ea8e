package dev.residua.cli.model;

import dev.residua.cli.console.Json;
import dev.residua.cli.console.JsonCommand;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.model.SigningKey;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code model sign}: signs a bundle. */
@Command(
    name = "sign",
    description = "Signs a bundle. Replaces an earlier signature; the digest stays the same.")
final class ModelSignCommand extends JsonCommand {
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

  @Override
  public Integer call() throws IOException, BadBundleException {
    SigningKey signing = SigningKey.read(key);
    ModelBundle signed = ModelBundle.read(in).signed(signing);
    signed.write(out);
    print(
        Json.map("model", signed.id(), "digest", signed.digest(), "key", signing.keyId()),
        () ->
            print(
                "%s: model %s, digest %s, signed by key %s",
                out, signed.id(), signed.digest(), signing.keyId()));
    return 0;
  }
}
