package dev.residua.cli.model;

import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.model.ModelRegistry;
import dev.residua.model.TrustedKeys;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code model promote}: activates a model. */
@Command(
    name = "promote",
    description = {
      "Activates a model: a bundle file, which is checked and published first, or the id of a model"
          + " in the registry.",
      "Exactly one model of its scene scores each frame: the activation records the first offset of each"
          + " partition."
    })
final class ModelPromoteCommand extends ActivationCommand {
  @Parameters(paramLabel = "FILE|ID", description = "The model.")
  String model;

  @Mixin ModelStoreOption store = new ModelStoreOption();

  @Mixin AcceptOption acceptance = new AcceptOption();

  @Override
  public Integer call() throws IOException, BadBundleException {
    TrustedKeys keys = trusted();
    String id;
    if (ModelRegistryOptions.isFile(model)) {
      ModelBundle bundle = registry.bundle(model);
      keys.check(bundle);
      acceptance.check(bundle);
      checkRuns(bundle);
      id = bundle.id();
      publish(bundle, scene.scene, store.store, reason);
    } else {
      id = model;
    }
    checkTrusted(keys, id); // the registry may have had another bundle of this id
    if (acceptance.accept) {
      accept(id, scene.scene, reason);
    }
    ModelRegistry changed =
        registry.change(admin -> admin.promote(scene.scene, id, author(reason)));
    record("promote", changed);
    return printStart(changed);
  }
}
