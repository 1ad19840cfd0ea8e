package dev.residua.dashboard;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.residua.source.NearestName;
import dev.residua.source.SourceRule;
import dev.residua.source.SourceRules;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** JSON of the rules of sources, which the pages and the commands show. */
public final class RuleViews {
  private RuleViews() {}

  /**
   * Some rules, by precedence.
   *
   * @param why why the first one has precedence over the second for the source that was asked for;
   *     left out without two of them
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record RulesView(List<RuleView> rules, @Nullable String why) {}

  /**
   * View of one rule.
   *
   * @param settings that differ from those of the installation
   * @param sharedAmong sources among which its budget is divided; left out without a shared one
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record RuleView(
      String id,
      long revision,
      Map<String, Object> settings,
      @Nullable Integer sharedAmong,
      String by,
      Instant changedAt) {
    public static RuleView of(SourceRule rule) {
      return new RuleView(
          rule.id(),
          rule.revision(),
          SourceRule.SETTINGS.of(rule),
          rule.budget() == null ? null : rule.budget().among(),
          rule.by(),
          rule.changedAt());
    }
  }

  /**
   * Rules that were changed, or would be.
   *
   * @param dryRun whether nothing was changed
   * @param changed the rules after the change; a removed one as it was
   * @param changes their differences
   * @param warnings about names that no model of their sources has
   */
  public record ChangedRules(
      boolean dryRun, List<RuleView> changed, List<RuleChange> changes, List<String> warnings) {
    /**
     * Returns the view of a change.
     *
     * @param before the rules before it
     * @param written as it wrote them
     * @param latents returns the latents of the models of the sources that match a rule; none if no
     *     model is known
     */
    public static ChangedRules of(
        boolean dryRun,
        SourceRules before,
        List<SourceRule> written,
        Function<SourceRule, Collection<String>> latents) {
      List<SourceRule> changed =
          written.stream().filter(rule -> !differences(before, rule).isEmpty()).toList();
      return new ChangedRules(
          dryRun,
          changed.stream().map(RuleView::of).toList(),
          changed.stream()
              .map(
                  rule ->
                      new RuleChange(
                          rule.removed()
                              ? "remove"
                              : before.rule(rule.id()).isEmpty() ? "add" : "change",
                          rule.id(),
                          differences(before, rule)))
              .toList(),
          changed.stream()
              .filter(rule -> !rule.removed())
              .flatMap(rule -> warnings(rule, latents.apply(rule)))
              .toList());
    }

    private static Stream<String> warnings(SourceRule rule, Collection<String> latents) {
      return rule.minimumEffect().unknown(latents).stream()
          .map(
              unknown ->
                  "minimumEffect of rule %s names '%s', which no model of its sources has; %s"
                      .formatted(
                          rule.id(),
                          unknown,
                          NearestName.of(unknown, latents)
                              .map("did you mean %s?"::formatted)
                              .orElse("they have " + String.join(", ", latents))));
    }
  }

  /**
   * Change of one rule.
   *
   * @param action {@code add}, {@code change} or {@code remove}
   * @param differences one line for each setting
   */
  public record RuleChange(String action, String id, List<String> differences) {}

  /** Returns the settings in which a rule differs from before, one line for each. */
  public static List<String> differences(SourceRules before, SourceRule rule) {
    return SourceRule.SETTINGS.differences(
        before.rule(rule.id()).orElse(null), rule.removed() ? null : rule);
  }
}
