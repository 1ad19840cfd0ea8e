package dev.residua.cli.model;

import dev.residua.cli.console.Json;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code model publish}: puts a bundle into the registry. */
@Command(
    name = "publish",
    description = "Checks a bundle and puts it into the registry, without activating it.")
final class ModelPublishCommand extends RegistryChangeCommand {
  @Parameters(paramLabel = "FILE", description = "Model bundle.")
  Path file;

  @Mixin SceneOption scene = new SceneOption();

  @Mixin ModelStoreOption store = new ModelStoreOption();

  @Mixin AcceptOption acceptance = new AcceptOption();

  @Override
  public Integer call() throws BadBundleException {
    ModelBundle bundle = registry.bundle(file.toString());
    acceptance.check(bundle);
    checkRuns(bundle);
    publish(bundle, scene.scene, store.store, "published");
    if (acceptance.accept) {
      accept(bundle.id(), scene.scene, "published");
    }
    print(Json.map("model", bundle.id()), () -> print("published %s", bundle.id()));
    return 0;
  }
}
