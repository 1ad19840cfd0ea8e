package dev.residua.cli.model;

import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Json;
import dev.residua.model.RegistryRecord.Shadow;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code model shadow}: lets a challenger score in addition to the active model. */
@Command(
    name = "shadow",
    description = {
      "Lets a model in the registry score a share of the frames in addition to the active model, for"
          + " a limited time. Processes with the role shadow do it and write to"
          + " residua.scores.shadow."
    })
final class ModelShadowCommand extends RegistryChangeCommand {
  @Parameters(
      arity = "0..1",
      paramLabel = "ID",
      description = "Model that scores in addition to the active one.")
  @Nullable String model;

  @Mixin SceneOption scene = new SceneOption();

  @Option(names = "--rate", paramLabel = "R", description = "Share of the frames, in (0, 1].")
  double rate = 0.1;

  @Option(names = "--for", paramLabel = "DURATION", description = "Duration.")
  Duration length = Duration.ofHours(1);

  @Option(names = "--end", description = "End the shadow scoring now.")
  boolean end;

  @Override
  public Integer call() {
    if (end == (model != null)) {
      throw new CommandFailedException("give either the ID of a model or --end");
    }
    String challenger = model;
    if (challenger == null) {
      registry.change(admin -> admin.endShadow(scene.scene));
      record("end-shadow", "", scene.scene, "");
      print(Json.map("scene", scene.scene, "model", null), () -> {});
      return 0;
    }
    Instant now = Instant.now();
    Shadow shadow = new Shadow(scene.scene, challenger, rate, now, now.plus(length));
    registry.change(admin -> admin.shadow(shadow));
    record(
        "shadow-model",
        challenger,
        scene.scene,
        "rate=%s until=%s".formatted(rate, shadow.until()));
    print(
        Json.map(
            "scene",
            scene.scene,
            "model",
            challenger,
            "rate",
            rate,
            "until",
            shadow.until().toString()),
        () -> print("%s shadows until %s", challenger, shadow.until()));
    return 0;
  }
}
