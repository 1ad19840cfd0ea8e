package dev.residua.cli.console;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine;

/** The page of documentation for each command; {@code --help} and errors show it. */
public final class HelpPages {
  private static final String MONITORING = "src/docs/operations.md";
  private static final String DATA = "src/docs/datasets.md";
  private static final String MODELS = "src/docs/models.md";
  private static final String SECURITY = "src/docs/security.md";
  private static final String CONTROL = "src/docs/control-commands.md";
  private static final String TRAINING = "src/docs/training.md";
  private static final String RUNNING = "src/docs/running.md";

  private static final Map<String, String> PAGES =
      Map.ofEntries(
          Map.entry("demo", "README.md"),
          Map.entry("serve", RUNNING),
          Map.entry("dataset", DATA),
          Map.entry("teach", "src/docs/teaching.md"),
          Map.entry("train", TRAINING),
          Map.entry("evaluate", TRAINING),
          Map.entry("report", TRAINING),
          Map.entry("experiment", "src/docs/results/lanca.md"),
          Map.entry("score", DATA),
          Map.entry("backtest", MONITORING),
          Map.entry("drift", "src/docs/concepts.md"),
          Map.entry("ingest", "src/docs/ingest.md"),
          Map.entry("publish", "src/docs/frames.md"),
          Map.entry("watch", "src/docs/topics.md"),
          Map.entry("export", "src/docs/keeping.md"),
          Map.entry("model", MODELS),
          Map.entry("doctor", MONITORING),
          Map.entry("topics", RUNNING),
          Map.entry("dead-letters", "src/docs/frames.md"),
          Map.entry("schemas", "src/docs/registry.md"),
          Map.entry("silence", CONTROL),
          Map.entry("announce", CONTROL),
          Map.entry("suppress", CONTROL),
          Map.entry("accept-normal", CONTROL),
          Map.entry("resolve", CONTROL),
          Map.entry("acknowledge", CONTROL),
          Map.entry("note", CONTROL),
          Map.entry("source", "src/docs/sources.md"),
          Map.entry("why", MONITORING),
          Map.entry("feedback", CONTROL),
          Map.entry("audit", SECURITY),
          Map.entry("token", SECURITY),
          Map.entry("proposals", CONTROL),
          Map.entry("precision", CONTROL),
          Map.entry("alerts", "src/docs/alerting.md"),
          Map.entry("test-alert", "src/docs/alerting.md"),
          Map.entry("retrain", MODELS),
          Map.entry("bench", "src/docs/results/pipeline.md"));

  /** The commands of the whole program by purpose. */
  private static final Map<String, List<String>> GROUPS = groups();

  private HelpPages() {}

  private static Map<String, List<String>> groups() {
    Map<String, List<String>> groups = new LinkedHashMap<>();
    groups.put("Try and train", List.of("demo", "dataset", "teach", "train", "evaluate", "report"));
    groups.put(
        "Run the service",
        List.of(
            "serve",
            "ingest",
            "publish",
            "watch",
            "export",
            "doctor",
            "token",
            "topics",
            "schemas",
            "dead-letters"));
    groups.put("Models of the service", List.of("model", "retrain"));
    groups.put(
        "Sources, incidents and alerts",
        List.of(
            "source",
            "why",
            "silence",
            "announce",
            "suppress",
            "accept-normal",
            "acknowledge",
            "note",
            "resolve",
            "feedback",
            "proposals",
            "precision",
            "audit",
            "alerts",
            "test-alert"));
    groups.put(
        "Analyse and measure",
        List.of("score", "backtest", "drift", "experiment", "bench", "completion"));
    return groups;
  }

  /** The page of a command or of its parent; empty for the whole program. */
  public static Optional<String> of(CommandLine command) {
    CommandLine at = command;
    while (at.getParent() != null && at.getParent().getParent() != null) {
      at = at.getParent();
    }
    return Optional.ofNullable(PAGES.get(at.getCommandName()));
  }

  /** Lists the commands of the whole program in groups. */
  public static void group(CommandLine program) {
    program
        .getHelpSectionMap()
        .put(CommandLine.Model.UsageMessageSpec.SECTION_KEY_COMMAND_LIST_HEADING, help -> "");
    program
        .getHelpSectionMap()
        .put(
            CommandLine.Model.UsageMessageSpec.SECTION_KEY_COMMAND_LIST,
            help -> {
              Map<String, CommandLine.Help> commands = help.subcommands();
              StringBuilder text = new StringBuilder();
              GROUPS.forEach(
                  (title, names) -> {
                    Map<String, CommandLine.Help> some = new LinkedHashMap<>(commands);
                    some.keySet().retainAll(names);
                    text.append("%n%s:%n".formatted(title)).append(help.commandList(some));
                  });
              return text.toString();
            });
  }

  /** Names of the commands that the groups list. */
  static Stream<String> grouped() {
    return GROUPS.values().stream().flatMap(List::stream);
  }

  /** Puts the page below the help of every command. */
  public static void addTo(CommandLine command) {
    of(command)
        .ifPresent(
            page -> command.getCommandSpec().usageMessage().footerHeading("%nMore: ").footer(page));
    command.getSubcommands().values().forEach(HelpPages::addTo);
  }
}
