package dev.residua;

import dev.residua.app.ResiduaApplication;
import dev.residua.app.process.ProgramName;
import dev.residua.cli.console.AddedCommands;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.CompletionCommand;
import dev.residua.cli.console.Failures;
import dev.residua.cli.console.HelpPages;
import dev.residua.cli.console.UsageErrors;
import dev.residua.cli.console.Version;
import dev.residua.cli.data.DatasetCommand;
import dev.residua.cli.data.DriftCommand;
import dev.residua.cli.data.ExportCommand;
import dev.residua.cli.data.IngestCommand;
import dev.residua.cli.data.PublishCommand;
import dev.residua.cli.data.ScoreCommand;
import dev.residua.cli.model.EvaluateCommand;
import dev.residua.cli.model.ModelCommand;
import dev.residua.cli.model.ReportCommand;
import dev.residua.cli.model.RetrainCommand;
import dev.residua.cli.model.TeachCommand;
import dev.residua.cli.model.TrainCommand;
import dev.residua.cli.ops.AcceptNormalCommand;
import dev.residua.cli.ops.AcknowledgeCommand;
import dev.residua.cli.ops.AlertsCommand;
import dev.residua.cli.ops.AnnounceCommand;
import dev.residua.cli.ops.AuditCommand;
import dev.residua.cli.ops.BacktestCommand;
import dev.residua.cli.ops.DeadLettersCommand;
import dev.residua.cli.ops.DoctorCommand;
import dev.residua.cli.ops.FeedbackCommand;
import dev.residua.cli.ops.NoteCommand;
import dev.residua.cli.ops.PrecisionCommand;
import dev.residua.cli.ops.ProposalsCommand;
import dev.residua.cli.ops.ResolveCommand;
import dev.residua.cli.ops.SchemasCommand;
import dev.residua.cli.ops.SilenceCommand;
import dev.residua.cli.ops.SourceCommand;
import dev.residua.cli.ops.SuppressCommand;
import dev.residua.cli.ops.TestAlertCommand;
import dev.residua.cli.ops.TokenCommand;
import dev.residua.cli.ops.TopicsCommand;
import dev.residua.cli.ops.WatchCommand;
import dev.residua.cli.ops.WhyCommand;
import dev.residua.cli.serve.BrokerCommand;
import dev.residua.cli.serve.DemoCommand;
import dev.residua.cli.serve.ServeCommand;
import dev.residua.cli.serve.TrainingJobCommand;
import dev.residua.frame.HumanDuration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The command line: the root of all commands of the product. */
@Command(
    name = "residua",
    description = "Online causal residual monitoring for image streams on Kafka.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND")
public final class Residua implements Runnable {
  private static final List<Class<?>> COMMANDS =
      List.of(
          DemoCommand.class,
          ServeCommand.class,
          DatasetCommand.class,
          TeachCommand.class,
          TrainCommand.class,
          EvaluateCommand.class,
          ReportCommand.class,
          ScoreCommand.class,
          BacktestCommand.class,
          DriftCommand.class,
          IngestCommand.class,
          PublishCommand.class,
          WatchCommand.class,
          ExportCommand.class,
          ModelCommand.class,
          TopicsCommand.class,
          DeadLettersCommand.class,
          DoctorCommand.class,
          TokenCommand.class,
          AuditCommand.class,
          SchemasCommand.class,
          SilenceCommand.class,
          AnnounceCommand.class,
          SuppressCommand.class,
          AcceptNormalCommand.class,
          AcknowledgeCommand.class,
          NoteCommand.class,
          FeedbackCommand.class,
          ProposalsCommand.class,
          PrecisionCommand.class,
          ResolveCommand.class,
          SourceCommand.class,
          WhyCommand.class,
          AlertsCommand.class,
          TestAlertCommand.class,
          RetrainCommand.class,
          TrainingJobCommand.class,
          BrokerCommand.class,
          CompletionCommand.class);

  @Option(
      names = "--stacktrace",
      scope = ScopeType.INHERIT,
      description = "Print the stack trace of an error in addition to its message.")
  boolean stacktrace;

  @CommandLine.Spec CommandLine.Model.CommandSpec spec;

  /** Parses, runs and returns the exit code: 0 done, 1 failed, 2 wrong usage. */
  public static int execute(String... args) {
    CommandLine line = commandLine(asked(args));
    line.setOut(ProgramName.writer(line.getOut()));
    line.setErr(ProgramName.writer(line.getErr()));
    return line.execute(args);
  }

  /** The command that the arguments name; all of them if they name none or need the others. */
  static List<Class<?>> asked(String... args) {
    return Stream.concat(COMMANDS.stream(), added())
        .filter(command -> command != CompletionCommand.class)
        .filter(command -> args.length > 0 && name(command).equals(args[0]))
        .findFirst()
        .<List<Class<?>>>map(List::of)
        .orElseGet(Residua::all);
  }

  private static List<Class<?>> all() {
    List<Class<?>> all = new ArrayList<>(COMMANDS);
    added().forEach(all::add);
    return all;
  }

  /** Read only if no command of the product has the name: this searches all jars. */
  private static Stream<Class<?>> added() {
    return ServiceLoader.load(AddedCommands.class).stream()
        .flatMap(provider -> provider.get().commands().stream());
  }

  private static String name(Class<?> command) {
    return command.getAnnotation(Command.class).name();
  }

  public static CommandLine commandLine() {
    return commandLine(all());
  }

  /** Reading the options of all commands takes a third of a second, those of one a tenth. */
  private static CommandLine commandLine(List<Class<?>> commands) {
    Residua root = new Residua();
    CommandLine line = new CommandLine(root);
    commands.forEach(line::addSubcommand);
    HelpPages.addTo(line);
    HelpPages.group(line);
    line.registerConverter(Duration.class, HumanDuration::parse);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setUsageHelpAutoWidth(true);
    line.setExecutionStrategy(
        parsed -> {
          if (root.stacktrace) {
            System.setProperty(ResiduaApplication.STACKTRACE, "true");
          }
          return new CommandLine.RunLast().execute(parsed);
        });
    line.setParameterExceptionHandler(
        (failure, arguments) -> {
          UsageErrors.lines(failure).forEach(failure.getCommandLine().getErr()::println);
          return CommandLine.ExitCode.USAGE;
        });
    line.setExecutionExceptionHandler(
        (failure, command, parsed) -> {
          if (root.stacktrace) {
            failure.printStackTrace(command.getErr());
          }
          command.getErr().println("residua: " + Failures.reason(failure));
          HelpPages.of(command).ifPresent(page -> command.getErr().println("residua: see " + page));
          if (!root.stacktrace
              && failure instanceof RuntimeException
              && !(failure instanceof CommandFailedException)
              && !(failure instanceof IllegalArgumentException)) {
            command
                .getErr()
                .println("residua: run it again with --stacktrace to see where this came from");
          }
          return 1;
        });
    return line;
  }

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }
}
