package dev.residua.cli.model;

import dev.residua.cli.console.Json;
import dev.residua.cli.console.JsonCommand;
import dev.residua.model.BadBundleException;
import dev.residua.model.BundleSignature;
import dev.residua.model.ModelBundle;
import dev.residua.model.TrustedKeys;
import dev.residua.runtime.BundleOpener;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code model verify}: checks a bundle and its signature. */
@Command(
    name = "verify",
    description =
        "Checks a bundle without running it: digests, the layers of its network, calibrations, and the signature by a trusted key.")
final class ModelVerifyCommand extends JsonCommand {
  @Option(
      names = "--trusted",
      required = true,
      split = ",",
      paramLabel = "KEY.pub.pem",
      description = "Public Ed25519 keys (X.509), separated by commas.")
  List<Path> trusted;

  @Parameters(paramLabel = "FILE", description = "Model bundle.")
  Path file;

  @Override
  public Integer call() throws IOException, BadBundleException {
    TrustedKeys keys = TrustedKeys.read(trusted);
    ModelBundle bundle = ModelBundle.read(file);
    keys.check(bundle);
    BundleOpener.check(bundle);
    String key = bundle.signature().map(BundleSignature::keyId).orElse("none");
    print(
        Json.map("model", bundle.id(), "digest", bundle.digest(), "key", key),
        () ->
            print(
                "%s: model %s, digest %s, signed by the trusted key %s",
                file, bundle.id(), bundle.digest(), key));
    return 0;
  }
}
