package dev.residua.cli.model;

import dev.residua.model.TrustedKeys;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code model rollback}: activates an earlier model. */
@Command(
    name = "rollback",
    description =
        "Goes back to the model that was in use before the active one was promoted, or to a given"
            + " one.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class ModelRollbackCommand extends ActivationCommand {
  @Option(
      names = "--to",
      paramLabel = "ID",
      description = "Model to go back to (default: the one before).",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  @Nullable String to;

  @Override
  public Integer call() {
    TrustedKeys keys = trusted();
    if (!keys.trustEverything()) {
      Optional<String> target =
          Optional.ofNullable(to).or(() -> registry.use(r -> r.registry().previous()));
      target.ifPresent(id -> checkTrusted(keys, id));
    }
    return printStart(
        registry.change(admin -> admin.rollback(to, ModelRegistryOptions.author(by, reason))));
  }
}
