package dev.residua.cli.ops;

import dev.residua.app.config.ResiduaConfig;
import dev.residua.app.config.ServerConfiguration;
import dev.residua.app.kafka.SourceRulesWriter;
import dev.residua.app.process.StartFailedException;
import dev.residua.app.roles.MonitorRole;
import dev.residua.causal.ScoredFrame;
import dev.residua.cli.console.AuthorOption;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.JsonCommand;
import dev.residua.cli.console.KafkaOptions;
import dev.residua.cli.console.ModelOption;
import dev.residua.cli.console.OffsetRange;
import dev.residua.cli.console.ProgressBar;
import dev.residua.cli.console.ServiceClient;
import dev.residua.cli.console.ServiceClient.Answer;
import dev.residua.cli.console.ServiceOptions;
import dev.residua.dashboard.FeedbackViews.DecidedProposal;
import dev.residua.dashboard.FeedbackViews.FalseAlarmProposal;
import dev.residua.dashboard.FeedbackViews.FeedbackView;
import dev.residua.feedback.Proposal;
import dev.residua.feedback.ProposalReplay;
import dev.residua.model.BadBundleException;
import dev.residua.model.SafeText;
import dev.residua.monitor.MonitorModel;
import dev.residua.monitor.MonitorThresholds;
import dev.residua.monitor.SourceSettings;
import dev.residua.source.SourceRules;
import dev.residua.wire.Topic;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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

  /** {@code proposals list}: all. */
  @Command(
      name = "list",
      description = "Lists the proposals, those with the most false alarms first.")
  static final class ListCommand extends JsonCommand {
    @Mixin ServiceOptions service = new ServiceOptions();

    @Override
    public Integer call() {
      Answer<FeedbackView> answer = service.client().get("/api/feedback", FeedbackView.class);
      print(answer.json(), () -> show(answer.view().proposals()));
      return 0;
    }

    private void show(List<FalseAlarmProposal> proposals) {
      for (FalseAlarmProposal one : proposals) {
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
    }
  }

  /** A name as one word of a shell. */
  static String quoted(String name) {
    return "'%s'".formatted(SafeText.uncut(name).replace("'", "'\\''"));
  }

  /** A command that decides about one. */
  abstract static class Decide extends JsonCommand {
    private final boolean apply;

    @Parameters(paramLabel = "ID", description = "The proposal, as proposals list shows it.")
    String id;

    @Mixin ServiceOptions service = new ServiceOptions();

    @Mixin AuthorOption by = new AuthorOption();

    @Option(
        names = "--reason",
        paramLabel = "TEXT",
        required = true,
        description = "Reason; stored with the decision.")
    String reason;

    Decide(boolean apply) {
      this.apply = apply;
    }

    @Override
    public Integer call() {
      ServiceClient client = service.client();
      Answer<DecidedProposal> answer =
          client.send(
              "POST",
              ServiceClient.path(
                  "/api/feedback/proposals", Map.of(), id, apply ? "apply" : "dismiss"),
              Json.map("by", client.author(by).orElse(null), "reason", reason),
              DecidedProposal.class);
      print(answer.json(), () -> show(answer.view()));
      return 0;
    }

    private void show(DecidedProposal decided) {
      print(
          "%s: %s",
          decided.applied() ? "applied" : "dismissed", SafeText.uncut(decided.sentence()));
      decided.commands().stream()
          .filter(command -> command.startsWith("suppress:"))
          .forEach(command -> print("take it back: residua suppress --take-back %s", command));
    }
  }

  /** {@code proposals backtest}: what one would have changed, on stored scores. */
  @Command(
      name = "backtest",
      description = {
        "Evaluates the stored scores of the proposal's sources as they are and as if it had been applied, and prints which incidents differ.",
        "Both begin without a past: each source learns first, from its first stored frames."
      })
  static final class BacktestProposalCommand extends JsonCommand {
    @Mixin KafkaOptions kafka = new KafkaOptions();

    @Option(
        names = "--config",
        paramLabel = "FILE",
        description = "Properties of the server (default: ${DEFAULT-VALUE}).")
    Path config = Path.of(ServerConfiguration.FILE);

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
      ResiduaConfig settings =
          ServerConfiguration.mapped(config, Map.of()).getConfigMapping(ResiduaConfig.class);
      SourceRules rules =
          SourceRulesWriter.of(kafka.clients(), kafka.topics(), kafka.prefix()).read();
      StoredReviews reviews = StoredReviews.read(kafka);
      Proposal proposal = find(reviews.proposals(rules, settings));
      MonitorModel monitored =
          MonitorRole.model(model.read(kafka, () -> proposal.basis().scene()), settings);
      double framesPerSecond = settings.incidents().framesPerSecond();
      ProposalReplay replay =
          new ProposalReplay(
              proposal,
              new MonitorThresholds(monitored),
              rules,
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

    private Proposal find(List<Proposal> proposals) {
      return proposals.stream()
          .filter(one -> one.id().equals(id))
          .findFirst()
          .orElseThrow(
              () ->
                  new CommandFailedException(
                      "there is no proposal '%s'; residua proposals list shows all proposals"
                          .formatted(id)));
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

  /** {@code proposals apply}: makes the change of a proposal. */
  @Command(
      name = "apply",
      description = "Makes the change of a proposal, and stores who decided it.")
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
