package dev.residua.cli.model;

import dev.residua.app.model.Models;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Failures;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import picocli.CommandLine.Option;

/** A command that changes the registry. */
abstract class RegistryChangeCommand extends RegistryCommand {
  @Option(
      names = "--by",
      paramLabel = "NAME",
      defaultValue = "${sys:user.name}",
      description = "Who does it.")
  String by;

  static ModelBundle checked(ModelBundle bundle) {
    try {
      Models.scoring(bundle, 1).close();
      return bundle;
    } catch (BadBundleException | IllegalArgumentException e) {
      throw new CommandFailedException(Failures.reason(e), e);
    }
  }
}
