package dev.residua.cli.model;

import dev.residua.app.model.Models;
import dev.residua.incident.AuthorName;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.registry.ModelAdmin.Author;
import java.time.Instant;
import picocli.CommandLine.Option;

/** A command that changes the registry. */
abstract class RegistryChangeCommand extends RegistryCommand {
  @Option(
      names = "--by",
      paramLabel = "NAME",
      defaultValue = "${sys:user.name}",
      description = "Author of the change; stored as a claim.")
  String by;

  /** Checks that the model of a bundle can be opened and passes its self-test. */
  static void checkRuns(ModelBundle bundle) throws BadBundleException {
    Models.scoring(bundle, 1).close();
  }

  /** The author of a change that is made now. */
  Author author(String reason) {
    return new Author(AuthorName.claimed(by), reason, Instant.now());
  }
}
