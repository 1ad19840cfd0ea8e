package dev.residua.cli.model;

import dev.residua.model.ModelRegistry;
import dev.residua.model.TrustedKeys;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code model rollback}: activates an earlier model. */
@Command(
    name = "rollback",
    description = "Activates the previous model again, or a given earlier one.")
final class ModelRollbackCommand extends ActivationCommand {
  @Option(
      names = "--to",
      paramLabel = "ID",
      description = "Model to activate again (default: the previous one).",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  @Nullable String to;

  @Override
  public Integer call() throws IOException {
    TrustedKeys keys = trusted();
    if (!keys.trustEverything()) {
      Optional.ofNullable(to)
          .or(() -> registry.use(r -> r.registry().scene(scene.scene).previous()))
          .ifPresent(id -> checkTrusted(keys, id));
    }
    ModelRegistry changed =
        registry.change(admin -> admin.rollback(scene.scene, to, author(reason)));
    record("rollback", changed);
    return printStart(changed);
  }
}
