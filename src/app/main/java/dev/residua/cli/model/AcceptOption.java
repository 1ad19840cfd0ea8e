package dev.residua.cli.model;

import dev.residua.cli.console.CommandFailedException;
import dev.residua.model.ModelBundle;
import dev.residua.model.ModelFinding;
import picocli.CommandLine.Option;

/** {@code --accept}: the use of a model although its training found unreadable parts. */
final class AcceptOption {
  @Option(
      names = "--accept",
      description =
          "Use the model although its training found that it cannot read something. The registry"
              + " keeps who accepted that.")
  boolean accept;

  /**
   * Refuses a bundle with findings, unless the user accepts them.
   *
   * @throws CommandFailedException with the findings and what to do next
   */
  void check(ModelBundle bundle) {
    if (!accept && !bundle.findings().isEmpty()) {
      throw new CommandFailedException(
          "model %s is not accepted: %s. To use it anyway, add --accept"
              .formatted(
                  bundle.id(), String.join("; ", ModelFinding.sentences(bundle.findings()))));
    }
  }
}
