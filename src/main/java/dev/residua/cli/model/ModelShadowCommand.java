package dev.residua.cli.model;

import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Failures;
import dev.residua.model.RegistryRecord.Shadow;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code model shadow}: lets a challenger score next to the active model. */
@Command(
    name = "shadow",
    description = {
      "Lets a model of the registry score a share of the frames next to the active one for a limited time,"
          + " to residua.scores.shadow. Processes with the role shadow do it."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class ModelShadowCommand extends RegistryCommand {
  @Parameters(arity = "0..1", paramLabel = "ID", description = "The challenger.")
  @Nullable String model;

  @Option(names = "--rate", paramLabel = "R", description = "Share of the frames, in (0, 1].")
  double rate = 0.1;

  @Option(names = "--for", paramLabel = "DURATION", description = "For how long.")
  Duration length = Duration.ofHours(1);

  @Option(names = "--end", description = "End it now.")
  boolean end;

  @Override
  public Integer call() {
    if (end == (model != null)) {
      throw new CommandFailedException("give either the ID of a model or --end");
    }
    String challenger = model;
    if (challenger == null) {
      registry.change(admin -> admin.endShadow());
      return 0;
    }
    Shadow shadow;
    try {
      Instant now = Instant.now();
      shadow = new Shadow(challenger, rate, now, now.plus(length));
    } catch (IllegalArgumentException e) {
      throw new CommandFailedException(Failures.reason(e), e);
    }
    registry.change(admin -> admin.shadow(shadow));
    out().printf("%s shadows until %s%n", challenger, shadow.until());
    return 0;
  }
}
