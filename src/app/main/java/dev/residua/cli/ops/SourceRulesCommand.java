package dev.residua.cli.ops;

import dev.residua.app.kafka.SourceCalibrations;
import dev.residua.app.kafka.SourceRulesWriter;
import dev.residua.cli.console.AuthorOption;
import dev.residua.cli.console.CommandAudit;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.GeometryOptions;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.JsonCommand;
import dev.residua.cli.console.KafkaOptions;
import dev.residua.source.SourceRule;
import dev.residua.source.SourceRuleFields;
import dev.residua.source.SourceRules;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A command about the rules of sources. */
abstract class SourceRulesCommand extends JsonCommand {
  @Mixin KafkaOptions kafka = new KafkaOptions();

  /** Reads and changes the rules. */
  final SourceRulesWriter writer() {
    return SourceRulesWriter.of(kafka.clients(), kafka.topics(), kafka.prefix());
  }

  /** What a change has found and written. */
  record Changed(SourceRules before, List<SourceRule> written) {}

  /** Changes the rules. */
  final Changed change(SourceRulesWriter.Decision decision) throws IOException {
    SourceRules[] before = {SourceRules.EMPTY}; // of the last attempt
    List<SourceRule> written =
        writer()
            .change(
                rules -> {
                  before[0] = rules;
                  return decision.on(rules);
                });
    return new Changed(before[0], written);
  }

  /** Adds changed and removed rules to the audit log. */
  final void record(Changed changed) {
    Set<String> known = knownSources();
    CommandAudit.record(
        kafka,
        err(),
        changed.written().stream()
            .map(
                rule ->
                    CommandAudit.entry(
                        rule.by(),
                        rule.removed() ? "remove-rule" : "change-rule",
                        rule.id(),
                        known.stream().filter(rule.match()::matches).toList(),
                        "",
                        String.join(
                            "; ",
                            SourceRuleFields.differences(
                                changed.before().rule(rule.id()).orElse(null),
                                rule.removed() ? null : rule))))
            .toList());
  }

  private Set<String> knownSources() {
    try {
      return SourceCalibrations.read(kafka.clients(), kafka.topics().calibrations()).keySet();
    } catch (IOException e) {
      return Set.of(); // may not read them
    }
  }

  /** A rule as JSON: id, revision, settings, author. */
  static Map<String, Object> json(SourceRule rule) {
    Map<String, Object> json = Json.map("id", rule.id(), "revision", rule.revision());
    json.putAll(SourceRuleFields.of(rule));
    if (rule.sharedAmong() != null) {
      json.put("sharedAmong", rule.sharedAmong());
    }
    json.put("by", rule.by());
    json.put("changedAt", rule.changedAt().toString());
    return json;
  }

  /** The settings of a rule in one line, without its pattern. */
  static String summary(SourceRule rule) {
    Map<String, Object> fields = SourceRuleFields.of(rule);
    fields.remove("match");
    return fields.isEmpty()
        ? "settings of the installation"
        : fields.entrySet().stream()
            .map(field -> field.getKey() + "=" + field.getValue())
            .collect(Collectors.joining(" "));
  }

  /** A rule that an author changes now. */
  static SourceRule signed(AuthorOption author, SourceRule rule) {
    return rule.with(
        r -> r.by(author.claimed()).changedAt(Instant.now().truncatedTo(ChronoUnit.MICROS)));
  }

  /** {@code source list}: all rules. */
  @Command(name = "list", description = "Lists the rules of sources, the most specific first.")
  static final class ListCommand extends SourceRulesCommand {
    @Override
    public Integer call() throws IOException {
      List<SourceRule> rules = writer().read().rules();
      print(
          Json.map("rules", rules.stream().map(SourceRulesCommand::json).toList()),
          () -> {
            if (rules.isEmpty()) {
              print("no rules: the settings of the installation hold for every source");
              print("add one: residua source set ID --match 'line3/*' --scene valve");
            }
            for (SourceRule rule : rules) {
              print("%-16s %-24s %s", rule.id(), rule.match(), summary(rule));
            }
          });
      return 0;
    }
  }

  /** {@code source show}: the rule of one source. */
  @Command(
      name = "show",
      description = "Shows the settings of one source, which rule they come from, and why.")
  static final class ShowCommand extends SourceRulesCommand {
    @Parameters(paramLabel = "SOURCE", description = "Name of the source.")
    String source;

    @Override
    public Integer call() throws IOException {
      List<SourceRule> matching = writer().read().matching(source);
      SourceRule rule = matching.isEmpty() ? SourceRule.DEFAULTS : matching.get(0);
      List<String> reasons = new ArrayList<>();
      for (SourceRule other : matching.subList(Math.min(1, matching.size()), matching.size())) {
        reasons.add("before rule %s: %s".formatted(other.id(), SourceRules.whyBefore(rule, other)));
      }
      print(
          Json.map(
              "source",
              source,
              "rule",
              matching.isEmpty() ? null : json(rule),
              "others",
              matching.stream().skip(1).map(SourceRule::id).toList(),
              "reasons",
              reasons),
          () -> {
            if (matching.isEmpty()) {
              print("%s: no rule matches, the settings of the installation hold", source);
              return;
            }
            print(
                "%s: rule %s (revision %d, by %s, %s)",
                source, rule.id(), rule.revision(), rule.by(), rule.changedAt());
            reasons.forEach(reason -> print("  %s", reason));
            SourceRuleFields.of(rule).forEach((name, value) -> print("%-20s %s", name, value));
            if (rule.sharedAmong() != null) {
              print("The budget is divided among %d.", Math.max(1, rule.sharedAmong()));
            }
          });
      return 0;
    }
  }

  /** {@code source set}: creates or changes a rule. */
  @Command(
      name = "set",
      description = {
        "Creates a rule, or changes settings of one.",
        "Settings that are not given stay as they are; those of a new rule are the installation's."
      })
  static final class SetCommand extends SourceRulesCommand {
    @Parameters(paramLabel = "ID", description = "The rule.")
    String id;

    @Mixin AuthorOption author = new AuthorOption();

    @Option(
        names = "--match",
        paramLabel = "GLOB",
        description =
            "Names of the sources: * matches any characters, ? one. Required for a new rule.")
    @Nullable String match;

    @Option(names = "--scene", paramLabel = "NAME", description = "What the sources look at.")
    @Nullable String scene;

    @Mixin GeometryOptions geometry = new GeometryOptions();

    @Option(
        names = "--stabilize",
        paramLabel = "BOOLEAN",
        description =
            "Whether small vibrations of the camera are compensated before the model reads a picture:"
                + " true or false.")
    @Nullable String stabilize;

    @Option(
        names = "--priority",
        paramLabel = "N",
        description = "Decides between rules with as many literal characters; the higher wins.")
    @Nullable String priority;

    @Option(
        names = "--enabled",
        paramLabel = "BOOLEAN",
        description = "Whether the sources are monitored: true or false.")
    @Nullable String enabled;

    @Option(
        names = "--false-alarms-per-week",
        paramLabel = "N",
        description = "False alarms per week and source, or of all sources with --budget shared.")
    @Nullable String falseAlarmsPerWeek;

    @Option(
        names = "--budget",
        paramLabel = "WHOSE",
        description =
            "Whose the false alarms are: of each source (each), or of all that match (shared).")
    @Nullable String budget;

    @Option(
        names = "--frames-per-second",
        paramLabel = "N",
        description = "Frame rate until it is measured.")
    @Nullable String framesPerSecond;

    @Option(
        names = "--silent-after",
        paramLabel = "DURATION",
        description = "Time without a frame after which a source is silent, such as 2m.")
    @Nullable String silentAfter;

    @Option(
        names = "--active-hours",
        paramLabel = "HOURS",
        description =
            "Hours outside which a source may be silent, such as 'Mon-Fri 06:00-22:00"
                + " Europe/Berlin'.")
    @Nullable String activeHours;

    @Option(
        names = "--context",
        paramLabel = "CONTEXT",
        description =
            "What distinguishes frames that have a normal of their own: an attribute, such as product,"
                + " or a schedule, such as 'day: 06:00-22:00 Europe/Berlin'.")
    @Nullable String context;

    @Option(
        names = "--learn",
        paramLabel = "WHEN",
        description =
            "Whether sources learn what is normal for them: never, once, or again after days, from"
                + " P2D to P366D.")
    @Nullable String learn;

    @Option(
        names = "--camera",
        paramLabel = "ADDRESS",
        description =
            "Where the role ingest reads the frames of the one source from, such as rtsp://10.0.0.7/live"
                + " or 'rtsp://10.0.0.7/live credentials=NAME'.")
    @Nullable String camera;

    @Option(
        names = "--redact",
        paramLabel = "BOOLEAN",
        description =
            "Whether the role ingest blackens what is under the mask before it stores a picture of the"
                + " camera: true or false.")
    @Nullable String redact;

    @Option(
        names = "--retention",
        paramLabel = "DURATION",
        description =
            "Time for which frames and evidence of the sources are stored, such as P7D; a topic may keep"
                + " them for less.")
    @Nullable String retention;

    @Option(
        names = "--severity",
        paramLabel = "LEVEL",
        description = "Lowest severity of the incidents: info, warning or critical.")
    @Nullable String severity;

    @Option(
        names = "--label",
        paramLabel = "NAME=VALUE",
        description =
            "A label that incidents and alerts carry; repeat for several. Replaces all labels.")
    @Nullable Map<String, String> labels;

    @Option(
        names = "--unset",
        paramLabel = "SETTING",
        description = "A setting that is the installation's again, such as silentAfter; repeat.")
    List<String> unset = List.of();

    private Map<String, @Nullable Object> fields() {
      Map<String, @Nullable Object> given =
          Json.map(
              "match",
              match,
              "scene",
              scene,
              "stabilize",
              stabilize,
              "priority",
              priority,
              "enabled",
              enabled,
              "falseAlarmsPerWeek",
              falseAlarmsPerWeek,
              "budget",
              budget,
              "framesPerSecond",
              framesPerSecond,
              "silentAfter",
              silentAfter,
              "activeHours",
              activeHours,
              "context",
              context,
              "learn",
              learn,
              "camera",
              camera,
              "redact",
              redact,
              "retention",
              retention,
              "severity",
              severity,
              "labels",
              labels);
      given.putAll(geometry.fields());
      Map<String, @Nullable Object> fields = new LinkedHashMap<>();
      given.forEach(
          (name, value) -> {
            if (value != null) {
              fields.put(name, value);
            }
          });
      unset.forEach(name -> fields.put(name, null));
      return fields;
    }

    @Override
    public Integer call() throws IOException {
      Changed changed =
          change(
              rules -> {
                Optional<SourceRule> before = rules.rule(id);
                if (before.isEmpty() && match == null) {
                  throw new CommandFailedException(
                      "there is no rule '%s' yet; a new one needs --match, such as --match 'line3/*'"
                          .formatted(id));
                }
                return List.of(
                    signed(
                        author,
                        SourceRuleFields.apply(
                            before.orElseGet(() -> SourceRule.of(id, "*")), fields())));
              });
      List<SourceRule> written = changed.written();
      print(
          Json.map("changed", written.stream().map(SourceRulesCommand::json).toList()),
          () -> {
            if (written.isEmpty()) {
              print("rule %s is like that already", id);
            }
            for (SourceRule rule : written) {
              print("rule %s, revision %d: %s", rule.id(), rule.revision(), summary(rule));
              print("It holds for %s from the next frames on.", rule.match());
            }
          });
      record(changed);
      return 0;
    }
  }

  /** {@code source remove}: removes a rule. */
  @Command(
      name = "remove",
      description = "Removes a rule. Its sources follow the next rule that matches.")
  static final class RemoveCommand extends SourceRulesCommand {
    @Parameters(paramLabel = "ID", description = "The rule.")
    String id;

    @Mixin AuthorOption author = new AuthorOption();

    @Override
    public Integer call() throws IOException {
      Changed changed =
          change(
              rules ->
                  List.of(
                      signed(
                          author,
                          rules
                              .rule(id)
                              .orElseThrow(
                                  () ->
                                      new CommandFailedException(
                                          "there is no rule '%s'; residua source list shows all"
                                              .formatted(id)))
                              .withRemoved(true))));
      print(Json.map("removed", id), () -> print("removed rule %s", id));
      record(changed);
      return 0;
    }
  }

  /** {@code source apply}: makes the rules as a file describes them. */
  @Command(
      name = "apply",
      description = {
        "Makes the rules as a YAML file describes them; running it again changes nothing.",
        "Other rules stay, unless --prune is given."
      })
  static final class ApplyCommand extends SourceRulesCommand {
    @Option(
        names = {"-f", "--file"},
        paramLabel = "FILE",
        required = true,
        description = "The file: rules:, then a map of settings for each id.")
    Path file;

    @Mixin AuthorOption author = new AuthorOption();

    @Option(names = "--dry-run", description = "Print what would change, and change nothing.")
    boolean dryRun;

    @Option(names = "--prune", description = "Also remove the rules that the file does not have.")
    boolean prune;

    @Override
    public Integer call() throws IOException {
      Map<String, SourceRule> wanted = SourceRulesFile.read(file, author.claimed());
      Changed changed =
          dryRun
              ? new Changed(writer().read(), List.of())
              : change(rules -> changes(rules, wanted));
      List<Change> report = new ArrayList<>();
      changes(changed.before(), wanted)
          .forEach(rule -> report(changed.before(), rule).ifPresent(report::add));
      print(
          Json.map("dryRun", dryRun, "changes", report),
          () -> {
            for (Change change : report) {
              print("%s %s", change.action(), change.id());
              change.differences().forEach(line -> print("    %s", line));
            }
            print(
                "%d of %d rules %s",
                report.size(), wanted.size(), dryRun ? "would change" : "changed");
          });
      record(changed);
      return 0;
    }

    /** What becomes of one rule. */
    record Change(String action, String id, List<String> differences) {}

    private List<SourceRule> changes(SourceRules rules, Map<String, SourceRule> wanted) {
      List<SourceRule> changes = new ArrayList<>();
      wanted.values().forEach(rule -> changes.add(signed(author, rule)));
      if (prune) {
        rules.rules().stream()
            .filter(rule -> !wanted.containsKey(rule.id()))
            .forEach(rule -> changes.add(signed(author, rule.withRemoved(true))));
      }
      return changes;
    }

    private static Optional<Change> report(SourceRules before, SourceRule rule) {
      SourceRule old = before.rule(rule.id()).orElse(null);
      List<String> differences = SourceRuleFields.differences(old, rule.removed() ? null : rule);
      String action = rule.removed() ? "remove" : old == null ? "add" : "change";
      return differences.isEmpty()
          ? Optional.empty()
          : Optional.of(new Change(action, rule.id(), differences));
    }
  }
}
