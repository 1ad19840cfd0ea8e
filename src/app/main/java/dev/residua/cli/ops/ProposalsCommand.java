package dev.residua.cli.ops;

import dev.residua.app.config.ResiduaConfig;
import dev.residua.app.config.ServerConfiguration;
import dev.residua.app.kafka.ControlWriter;
import dev.residua.app.kafka.SourceRulesWriter;
import dev.residua.app.process.StartFailedException;
import dev.residua.app.roles.MonitorRole;
import dev.residua.causal.ScoredFrame;
import dev.residua.cli.console.AuthorOption;
import dev.residua.cli.console.CommandAudit;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.JsonCommand;
import dev.residua.cli.console.KafkaOptions;
import dev.residua.cli.console.ModelOption;
import dev.residua.cli.console.OffsetRange;
import dev.residua.cli.console.ProgressBar;
import dev.residua.feedback.FeedbackFields;
import dev.residua.feedback.Proposal;
import dev.residua.feedback.ProposalReplay;
import dev.residua.feedback.StaleProposalException;
import dev.residua.incident.ControlCommand;
import dev.residua.incident.ControlCommand.ProposalDecision;
import dev.residua.incident.ControlCommand.Suppression;
import dev.residua.model.BadBundleException;
import dev.residua.model.SafeText;
import dev.residua.monitor.MonitorModel;
import dev.residua.monitor.MonitorThresholds;
import dev.residua.monitor.SourceSettings;
import dev.residua.wire.Topic;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;
import picocli.CommandLine;
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
      ProposalsCommand.BacktestProposalCommand.class,
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
      return SourceRulesWriter.of(kafka.clients(), kafka.topics(), kafka.prefix());
    }

    final ResiduaConfig settings() throws StartFailedException {
      return ServerConfiguration.mapped(config, Map.of()).getConfigMapping(ResiduaConfig.class);
    }

    final List<Proposal> proposals(StoredReviews reviews) throws IOException, StartFailedException {
      return reviews.proposals(rules(), settings().incidents().falseAlarmsPerWeek(), Instant.now());
    }

    static Proposal find(List<Proposal> proposals, String id) {
      return proposals.stream()
          .filter(one -> one.id().equals(id))
          .findFirst()
          .orElseThrow(
              () ->
                  new CommandFailedException(
                      "there is no proposal '%s'; %s"
                          .formatted(
                              id,
                              proposals.isEmpty()
                                  ? "there is none now"
                                  : "there are "
                                      + proposals.stream()
                                          .map(Proposal::id)
                                          .collect(Collectors.joining(", ")))));
    }
  }

  /** {@code proposals list}: all. */
  @Command(
      name = "list",
      description = "Lists the proposals, those with the most false alarms first.")
  static final class ListCommand extends OnVerdicts {
    @Override
    public Integer call() throws IOException, StartFailedException {
      List<Proposal> proposals = proposals(StoredReviews.read(kafka));
      print(
          Json.map("proposals", proposals.stream().map(FeedbackFields::of).toList()),
          () -> {
            for (Proposal one : proposals) {
              print("%s", SafeText.uncut(one.id()));
              print("  %s", SafeText.uncut(one.sentence()));
              print("  %s", SafeText.uncut(one.effect()));
            }
            print(
                "%s",
                proposals.isEmpty()
                    ? "no proposals: none is made before three false alarms that one change would have spared"
                    : "see what one would have changed: residua proposals backtest %s%napply it: residua proposals apply %<s --reason TEXT"
                        .formatted(quoted(proposals.get(0).id())));
          });
      return 0;
    }
  }

  /** A name as one word of a shell. */
  static String quoted(String name) {
    return "'%s'".formatted(SafeText.uncut(name).replace("'", "'\\''"));
  }

  /** A command that decides about one. */
  abstract static class Decide extends OnVerdicts {
    private final boolean apply;

    @Parameters(paramLabel = "ID", description = "The proposal, as proposals list shows it.")
    String id;

    @Mixin AuthorOption by = new AuthorOption();

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
      Proposal proposal = find(proposals(StoredReviews.read(kafka)), id);
      Proposal.Author author = new Proposal.Author(by.claimed(), reason, Instant.now());
      List<ControlCommand> commands;
      try (ControlWriter writer = new ControlWriter(kafka.clients(), kafka.topics().control())) {
        commands =
            proposal.decide(
                author, apply, decision -> rules().change(decision::apply), writer::write);
      } catch (StaleProposalException e) {
        throw new CommandFailedException(String.valueOf(e.getMessage()));
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
            print("%s: %s", apply ? "applied" : "dismissed", SafeText.uncut(proposal.sentence()));
            commands.stream()
                .filter(command -> command instanceof Suppression)
                .forEach(
                    command ->
                        print(
                            "take it back: residua suppress --take-back %s", command.order().id()));
          });
      return 0;
    }
  }

  /** {@code proposals backtest}: what one would have changed, on stored scores. */
  @Command(
      name = "backtest",
      description = {
        "Evaluates the stored scores of the proposal's sources as they are and as if it had been applied, and prints which incidents differ.",
        "Both begin without a past: each source learns first, from its first stored frames."
      })
  static final class BacktestProposalCommand extends OnVerdicts {
    @Parameters(paramLabel = "ID", description = "The proposal, as proposals list shows it.")
    String id;

    @Mixin ModelOption model = new ModelOption();

    @Option(
        names = "--offsets",
        paramLabel = "A..B",
        converter = OffsetRange.Converter.class,
        description =
            "Offsets of every partition of the scores, from A to before B; either may be missing.",
        showDefaultValue = CommandLine.Help.Visibility.NEVER)
    OffsetRange offsets = OffsetRange.ALL;

    private String otherModel = "";

    @Override
    public Integer call() throws IOException, BadBundleException, StartFailedException {
      ResiduaConfig settings = settings();
      StoredReviews reviews = StoredReviews.read(kafka);
      Proposal proposal = find(proposals(reviews), id);
      MonitorModel monitored =
          MonitorRole.model(model.read(kafka, () -> proposal.basis().scene()), settings);
      double framesPerSecond = settings.incidents().framesPerSecond();
      ProposalReplay replay =
          new ProposalReplay(
              proposal,
              new MonitorThresholds(monitored),
              rules().read(),
              new SourceSettings.Budget(settings.incidents().falseAlarmsPerWeek(), framesPerSecond),
              settings.sources().commissioning(),
              reviews.orders(),
              reviews.incidents());
      Topic<String, ScoredFrame> scores = kafka.topics().scores();
      try (ProgressBar bar = new ProgressBar("evaluating")) {
        kafka.read(
            scores.name(),
            offsets,
            record -> next(record, scores, replay, monitored.id()),
            bar::update);
      }
      if (replay.frames() == 0) {
        throw new CommandFailedException(
            otherModel.isEmpty()
                ? "no score of these sources is stored on %s".formatted(scores.name())
                : "the stored scores of these sources are of model %s; give that with --model"
                    .formatted(otherModel));
      }
      ProposalReport report = new ProposalReport(proposal, replay, framesPerSecond);
      print(report.json(), () -> report.lines(width()).forEach(out()::println));
      return 0;
    }

    private void next(
        ConsumerRecord<byte[], byte[]> record,
        Topic<String, ScoredFrame> scores,
        ProposalReplay replay,
        String modelId) {
      if (record.key() == null
          || record.value() == null
          || !replay.concerns(new String(record.key(), StandardCharsets.UTF_8))) {
        return;
      }
      try {
        ScoredFrame frame = scores.read(record.value());
        if (frame.modelId().equals(modelId)) {
          replay.next(frame);
        } else {
          otherModel = frame.modelId();
        }
      } catch (SerializationException e) {
        // it is of another version, or of nobody
      }
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
