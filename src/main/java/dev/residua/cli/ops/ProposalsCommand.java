package dev.residua.cli.ops;

import dev.residua.app.config.ResiduaConfig;
import dev.residua.app.config.ServerConfiguration;
import dev.residua.app.kafka.ControlWriter;
import dev.residua.app.kafka.SourceRulesWriter;
import dev.residua.app.process.StartFailedException;
import dev.residua.cli.console.CommandAudit;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.JsonCommand;
import dev.residua.cli.console.KafkaOptions;
import dev.residua.feedback.FeedbackFields;
import dev.residua.feedback.Proposal;
import dev.residua.incident.AuthorName;
import dev.residua.incident.ControlCommand;
import dev.residua.incident.ControlCommand.ProposalDecision;
import dev.residua.incident.ControlCommand.Suppression;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code proposals}: what would have spared false alarms. */
@Command(
    name = "proposals",
    description = {
      "Shows changes that would have spared the false alarms of the last four weeks, and applies or dismisses one."
    },
    mixinStandardHelpOptions = true,
    subcommands = {
      ProposalsCommand.ListCommand.class,
      ProposalsCommand.ApplyCommand.class,
      ProposalsCommand.DismissCommand.class
    })
public final class ProposalsCommand {
  private ProposalsCommand() {}

  /** A command that reads the verdicts. */
  abstract static class OnVerdicts extends JsonCommand {
    @Mixin KafkaOptions kafka = new KafkaOptions();

    @Option(
        names = "--config",
        paramLabel = "FILE",
        description = "Properties of the server (default: ${DEFAULT-VALUE}).")
    Path config = Path.of(ServerConfiguration.FILE);

    final SourceRulesWriter rules() {
      return SourceRulesWriter.of(kafka.clients(), kafka.topics(), kafka.prefix);
    }

    final List<Proposal> proposals() throws IOException, StartFailedException {
      double budget =
          ServerConfiguration.mapped(config, Map.of())
              .getConfigMapping(ResiduaConfig.class)
              .incidents()
              .falseAlarmsPerWeek();
      return StoredReviews.read(kafka).proposals(rules(), budget, Instant.now());
    }
  }

  /** {@code proposals list}: all. */
  @Command(
      name = "list",
      description = "Lists the proposals, those with the most false alarms first.")
  static final class ListCommand extends OnVerdicts {
    @Override
    public Integer call() throws IOException, StartFailedException {
      List<Proposal> proposals = proposals();
      print(
          Json.map("proposals", proposals.stream().map(FeedbackFields::of).toList()),
          () -> {
            for (Proposal one : proposals) {
              print("%s", one.id());
              print("  %s", one.sentence());
              print("  %s", one.effect());
            }
            print(
                "%s",
                proposals.isEmpty()
                    ? "no proposals: none is made before three false alarms that one change would have spared"
                    : "apply one: residua proposals apply %s --reason TEXT"
                        .formatted(proposals.get(0).id()));
          });
      return 0;
    }
  }

  /** A command that decides about one. */
  abstract static class Decide extends OnVerdicts {
    private final boolean apply;

    @Parameters(paramLabel = "ID", description = "The proposal, as proposals list shows it.")
    String id;

    @Option(
        names = "--by",
        paramLabel = "NAME",
        defaultValue = "${sys:user.name}",
        description = "Author of the decision; stored as a claim.")
    String by;

    @Option(
        names = "--reason",
        paramLabel = "TEXT",
        required = true,
        description = "Reason; stored on the topic.")
    String reason;

    Decide(boolean apply) {
      this.apply = apply;
    }

    @Override
    public Integer call() throws IOException, StartFailedException {
      List<Proposal> proposals = proposals();
      Proposal proposal =
          proposals.stream()
              .filter(one -> one.id().equals(id))
              .findFirst()
              .orElseThrow(() -> new CommandFailedException(unknown(proposals)));
      Proposal.Author author = new Proposal.Author(AuthorName.claimed(by), reason, Instant.now());
      List<ControlCommand> commands;
      try (ControlWriter writer = new ControlWriter(kafka.clients(), kafka.topics().control())) {
        commands =
            proposal.decide(
                author, apply, decision -> rules().change(decision::apply), writer::write);
      }
      CommandAudit.record(
          kafka,
          err(),
          List.of(
              CommandAudit.entry(
                  author.name(),
                  apply ? "apply-proposal" : "dismiss-proposal",
                  id,
                  proposal.basis().sources(),
                  "",
                  reason)));
      print(
          Json.map(
              "id",
              id,
              "applied",
              apply,
              "commands",
              commands.stream()
                  .filter(command -> !(command instanceof ProposalDecision))
                  .map(command -> command.order().id())
                  .toList()),
          () -> {
            print("%s: %s", apply ? "applied" : "dismissed", proposal.sentence());
            commands.stream()
                .filter(command -> command instanceof Suppression)
                .forEach(
                    command ->
                        print(
                            "take it back: residua suppress --take-back %s", command.order().id()));
          });
      return 0;
    }

    private String unknown(List<Proposal> proposals) {
      return "there is no proposal '%s'; %s"
          .formatted(
              id,
              proposals.isEmpty()
                  ? "there is none now"
                  : "there are "
                      + proposals.stream().map(Proposal::id).collect(Collectors.joining(", ")));
    }
  }

  /** {@code proposals apply}: does what a proposal says. */
  @Command(name = "apply", description = "Does what a proposal says, and stores who decided it.")
  static final class ApplyCommand extends Decide {
    ApplyCommand() {
      super(true);
    }
  }

  /** {@code proposals dismiss}: does not. */
  @Command(
      name = "dismiss",
      description = "Dismisses a proposal. It returns only after three more false alarms.")
  static final class DismissCommand extends Decide {
    DismissCommand() {
      super(false);
    }
  }
}
