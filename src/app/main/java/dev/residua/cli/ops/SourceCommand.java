package dev.residua.cli.ops;

import dev.residua.incident.ControlCommand;
import picocli.CommandLine.Command;

/** {@code source}: the settings of sources, and sources that are gone. */
@Command(
    name = "source",
    description = {
      "Shows and changes the settings of sources, and what they have learned as normal.",
      "Retires sources that are gone, and erases what is stored of one."
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
  /** {@code source arm}: accepts what needs a review. */
  @Command(
      name = "arm",
      description = {
        "Accepts what sources learned as normal although it is far from the model's normal.",
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
        "Lets sources learn again what is normal for them, as after a repair.",
        "The calibration in force holds until there is a new one. What differs much from it needs a review."
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
