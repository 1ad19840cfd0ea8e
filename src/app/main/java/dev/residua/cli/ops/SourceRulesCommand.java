package dev.residua.cli.ops;

import dev.residua.app.kafka.SourceCalibrations;
import dev.residua.app.kafka.SourceRulesWriter;
import dev.residua.cli.console.AuthorOption;
import dev.residua.cli.console.CommandAudit;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.JsonCommand;
import dev.residua.cli.console.KafkaOptions;
import dev.residua.cli.console.SettingOptions;
import dev.residua.source.SourceRule;
import dev.residua.source.SourceRules;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

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
                            SourceRule.SETTINGS.differences(
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
    json.putAll(SourceRule.SETTINGS.of(rule));
    if (rule.budget() != null) {
      json.put("sharedAmong", rule.budget().among());
    }
    json.put("by", rule.by());
    json.put("changedAt", rule.changedAt().toString());
    return json;
  }

  /** The settings of a rule in one line, without its pattern. */
  static String summary(SourceRule rule) {
    Map<String, Object> fields = SourceRule.SETTINGS.of(rule);
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
            SourceRule.SETTINGS.of(rule).forEach((name, value) -> print("%-20s %s", name, value));
            if (rule.budget() != null) {
              print("The budget is divided among %d.", Math.max(1, rule.budget().among()));
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

    private final SettingOptions settings = new SettingOptions(SourceRule.SETTINGS.fields());

    @Option(
        names = "--unset",
        paramLabel = "SETTING",
        description = "A setting to remove, such as severity; repeat for several.")
    List<String> unset = List.of();

    @Spec
    void options(CommandSpec command) {
      settings.addTo(command);
    }

    private Map<String, @Nullable Object> fields() {
      Map<String, @Nullable Object> fields = settings.given();
      unset.forEach(name -> fields.put(name, null));
      return fields;
    }

    @Override
    public Integer call() throws IOException {
      Changed changed =
          change(
              rules -> {
                Optional<SourceRule> before = rules.rule(id);
                if (before.isEmpty() && fields().get("match") == null) {
                  throw new CommandFailedException(
                      "there is no rule '%s' yet; a new one needs --match, such as --match 'line3/*'"
                          .formatted(id));
                }
                return List.of(
                    signed(
                        author,
                        SourceRule.SETTINGS.apply(
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
      List<String> differences = SourceRule.SETTINGS.differences(old, rule.removed() ? null : rule);
      String action = rule.removed() ? "remove" : old == null ? "add" : "change";
      return differences.isEmpty()
          ? Optional.empty()
          : Optional.of(new Change(action, rule.id(), differences));
    }
  }
}
