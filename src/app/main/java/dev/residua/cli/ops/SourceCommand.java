package dev.residua.cli.ops;

import dev.residua.incident.ControlCommand;
import picocli.CommandLine.Command;

/** {@code source}: the settings of sources, and sources that are gone. */
@Command(
    name = "source",
    description = {
      "Shows and changes the settings of sources, and their learned normal states.",
      "Retires sources that are gone, and erases the stored records of one."
    },
    mixinStandardHelpOptions = true,
    subcommands = {
      SourceRulesCommand.ListCommand.class,
      SourceRulesCommand.ShowCommand.class,
      SourceRulesCommand.SetCommand.class,
      SourceRulesCommand.RemoveCommand.class,
      SourceRulesCommand.ApplyCommand.class,
      SourceStatusCommand.class,
      SourceEdgesCommand.class,
      SourceCommand.ArmCommand.class,
      SourceCommand.LearnCommand.class,
      SourceCommand.RetireCommand.class,
      SourceEraseCommand.class
    })
public final class SourceCommand {
  /** {@code source arm}: accepts the result under review. */
  @Command(
      name = "arm",
      description = {
        "Accepts the normal state that sources learned although it is far from that of the model.",
        "source status shows which sources need this, and why. Others are not changed."
      })
  static final class ArmCommand extends SourcesCommandBase {
    ArmCommand() {
      super(ControlCommand.Kind.ARM);
    }
  }

  /** {@code source learn}: learns again. */
  @Command(
      name = "learn",
      description = {
        "Lets sources learn their normal state again, as after a repair.",
        "The calibration in force applies until there is a new one. A result far from it needs a review."
      })
  static final class LearnCommand extends SourcesCommandBase {
    LearnCommand() {
      super(ControlCommand.Kind.LEARN);
    }
  }

  /** {@code source retire}: closes the incidents of sources that are gone. */
  @Command(
      name = "retire",
      description = {
        "Closes all incidents of these sources and stops to report that they are silent.",
        "A source that sends again is watched again."
      })
  static final class RetireCommand extends SourcesCommandBase {
    RetireCommand() {
      super(ControlCommand.Kind.RETIRE);
    }
  }
}
