package dev.residua.cli.model;

import dev.residua.frame.SceneName;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The scene whose models a command shows or changes. */
final class SceneOption {
  @Spec(Spec.Target.MIXEE)
  CommandSpec command;

  String scene = SceneName.DEFAULT;

  @Option(
      names = "--scene",
      paramLabel = "SCENE",
      defaultValue = SceneName.DEFAULT,
      description = "Scene of the model.")
  void scene(String name) {
    try {
      scene = SceneName.checked(name);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), "--scene: " + e.getMessage(), e);
    }
  }
}
