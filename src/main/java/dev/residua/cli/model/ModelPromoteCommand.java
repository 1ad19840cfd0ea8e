package dev.residua.cli.model;

import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Failures;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.model.TrustedKeys;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code model promote}: activates a model. */
@Command(
    name = "promote",
    description = {
      "Uses a model from now on: a bundle file, which is checked and published first, or the id of"
          + " a model of the registry.",
      "Every frame is scored by exactly one model: the activation names the first offset of each"
          + " partition."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class ModelPromoteCommand extends ActivationCommand {
  @Parameters(paramLabel = "FILE|ID", description = "The model.")
  String model;

  @Mixin ModelStoreOption store = new ModelStoreOption();

  @Override
  public Integer call() {
    TrustedKeys keys = trusted();
    String id = model;
    if (ModelRegistryOptions.isFile(model)) {
      ModelBundle bundle = checked(trusted(keys, registry.bundle(model)));
      id = bundle.id();
      registry.publish(bundle, store.store, ModelRegistryOptions.author(by, reason));
    }
    checkTrusted(keys, id); // the one of the registry, which may have been there before
    String promoted = id;
    return printStart(
        registry.change(admin -> admin.promote(promoted, ModelRegistryOptions.author(by, reason))));
  }

  private static ModelBundle trusted(TrustedKeys keys, ModelBundle bundle) {
    try {
      keys.check(bundle);
      return bundle;
    } catch (BadBundleException e) {
      throw new CommandFailedException(Failures.reason(e), e);
    }
  }
}
