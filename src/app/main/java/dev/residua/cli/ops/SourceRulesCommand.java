package dev.residua.cli.ops;

import dev.residua.cli.console.AuthorOption;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.JsonCommand;
import dev.residua.cli.console.ServiceClient;
import dev.residua.cli.console.ServiceClient.Answer;
import dev.residua.cli.console.ServiceOptions;
import dev.residua.cli.console.SettingOptions;
import dev.residua.dashboard.RuleViews.ChangedRules;
import dev.residua.dashboard.RuleViews.RuleChange;
import dev.residua.dashboard.RuleViews.RuleView;
import dev.residua.dashboard.RuleViews.RulesView;
import dev.residua.source.SourceRule;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
  private static final String RULES = "/api/sources/rules";

  @Mixin ServiceOptions service = new ServiceOptions();

  /** The pattern of a rule. */
  static Object match(RuleView rule) {
    return rule.settings().getOrDefault("match", "");
  }

  /** The settings of a rule in one line, without its pattern. */
  static String summary(RuleView rule) {
    Map<String, Object> settings = new LinkedHashMap<>(rule.settings());
    settings.remove("match");
    return settings.isEmpty()
        ? "settings of the installation"
        : settings.entrySet().stream()
            .map(setting -> setting.getKey() + "=" + setting.getValue())
            .collect(Collectors.joining(" "));
  }

  /** {@code source list}: all rules. */
  @Command(name = "list", description = "Lists the rules of sources, the most specific first.")
  static final class ListCommand extends SourceRulesCommand {
    @Override
    public Integer call() {
      Answer<RulesView> answer = service.client().get(RULES, RulesView.class);
      print(
          answer.json(),
          () -> {
            if (answer.view().rules().isEmpty()) {
              print("no rules: the settings of the installation apply to every source");
              print("add one: residua source set ID --match 'line3/*' --scene valve");
            }
            for (RuleView rule : answer.view().rules()) {
              print("%-16s %-24s %s", rule.id(), match(rule), summary(rule));
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
    public Integer call() {
      Answer<RulesView> answer =
          service
              .client()
              .get(ServiceClient.path(RULES, Map.of("source", source)), RulesView.class);
      print(answer.json(), () -> show(answer.view()));
      return 0;
    }

    private void show(RulesView view) {
      if (view.rules().isEmpty()) {
        print("%s: no rule matches, the settings of the installation hold", source);
        return;
      }
      RuleView rule = view.rules().get(0);
      print(
          "%s: rule %s (revision %d, by %s, %s)",
          source, rule.id(), rule.revision(), rule.by(), rule.changedAt());
      if (view.why() != null) {
        print("  before rule %s: %s", view.rules().get(1).id(), view.why());
      }
      rule.settings().forEach((name, value) -> print("%-20s %s", name, value));
      if (rule.sharedAmong() != null) {
        print("The budget is divided among %d.", Math.max(1, rule.sharedAmong()));
      }
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
    public Integer call() {
      ServiceClient client = service.client();
      Map<String, @Nullable Object> body = fields();
      body.put("by", client.author(author).orElse(null));
      Answer<ChangedRules> answer =
          client.send("PATCH", ServiceClient.path(RULES, Map.of(), id), body, ChangedRules.class);
      print(answer.json(), () -> show(answer.view()));
      return 0;
    }

    private void show(ChangedRules changed) {
      if (changed.changed().isEmpty()) {
        print("rule %s is like that already", id);
      }
      for (RuleView rule : changed.changed()) {
        print("rule %s, revision %d: %s", rule.id(), rule.revision(), summary(rule));
        print("It applies to %s from the next frames on.", match(rule));
      }
      changed.warnings().forEach(warning -> print("warning: %s", warning));
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
    public Integer call() {
      ServiceClient client = service.client();
      Map<String, Object> by = Json.map("by", client.author(author).orElse(null));
      Answer<ChangedRules> answer =
          client.send("DELETE", ServiceClient.path(RULES, by, id), Map.of(), ChangedRules.class);
      print(answer.json(), () -> print("removed rule %s", id));
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

    @Option(names = "--dry-run", description = "Print the changes without making them.")
    boolean dryRun;

    @Option(names = "--prune", description = "Also remove the rules that the file does not have.")
    boolean prune;

    @Override
    public Integer call() throws IOException {
      Map<String, Map<String, Object>> rules = new LinkedHashMap<>();
      SourceRulesFile.read(file).forEach((id, rule) -> rules.put(id, SourceRule.SETTINGS.of(rule)));
      ServiceClient client = service.client();
      Answer<ChangedRules> answer =
          client.send(
              "PUT",
              RULES,
              Json.map(
                  "rules", rules,
                  "prune", prune,
                  "dryRun", dryRun,
                  "by", client.author(author).orElse(null)),
              ChangedRules.class);
      print(
          answer.json(),
          () -> {
            for (RuleChange change : answer.view().changes()) {
              print("%s %s", change.action(), change.id());
              change.differences().forEach(line -> print("    %s", line));
            }
            answer.view().warnings().forEach(warning -> print("warning: %s", warning));
            print(
                "%d of %d rules %s",
                answer.view().changes().size(), rules.size(), dryRun ? "would change" : "changed");
          });
      return 0;
    }
  }
}
