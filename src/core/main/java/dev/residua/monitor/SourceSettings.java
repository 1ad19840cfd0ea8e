package dev.residua.monitor;

import dev.residua.causal.Finding.Severity;
import dev.residua.drift.DriftReference;
import dev.residua.drift.FalseAlarmBudget.Period;
import dev.residua.source.MinimumEffect;
import dev.residua.source.SourceLearning;
import dev.residua.source.SourceRule;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Settings of one source for one frame.
 *
 * @param budget false alarms per time; empty for the run length of the model, in frames
 * @param lowestSeverity lowest severity of an incident
 * @param labels labels of incidents that open
 * @param commissioned whether the source learns its normal
 * @param learnAgain time after which it learns that again; empty for never
 * @param geometry fingerprint of the part of the pictures that is read
 * @param minimumEffect smallest effects on latents that open an incident
 * @param minimumPixels smallest share of the pixels of a changed picture that opens one; 0 for none
 */
public record SourceSettings(
    Optional<Budget> budget,
    Severity lowestSeverity,
    Map<String, String> labels,
    boolean commissioned,
    Optional<Duration> learnAgain,
    int geometry,
    MinimumEffect minimumEffect,
    double minimumPixels) {
  /** The model's run length, no labels. */
  public static final SourceSettings NONE =
      new SourceSettings(Optional.empty(), Severity.INFO, Map.of(), false, Optional.empty(), 0);

  public SourceSettings {
    labels = Map.copyOf(labels);
  }

  /** Settings without minimum effects. */
  public SourceSettings(
      Optional<Budget> budget,
      Severity lowestSeverity,
      Map<String, String> labels,
      boolean commissioned,
      Optional<Duration> learnAgain,
      int geometry) {
    this(budget, lowestSeverity, labels, commissioned, learnAgain, geometry, MinimumEffect.NONE, 0);
  }

  /** Returns these settings for a source that learns its normal, or does not. */
  public SourceSettings withCommissioned(boolean newCommissioned) {
    return new SourceSettings(
        budget,
        lowestSeverity,
        labels,
        newCommissioned,
        learnAgain,
        geometry,
        minimumEffect,
        minimumPixels);
  }

  /**
   * False alarms per week of one source.
   *
   * @param alarmsPerWeek above 0
   * @param framesPerSecond frame rate until it is measured, above 0
   */
  public record Budget(double alarmsPerWeek, double framesPerSecond) {
    /**
     * Mean run length to a false alarm at a frame rate, in frames, within the range that can be
     * promised.
     */
    double runLength(double measuredPerSecond) {
      double frames = Period.WEEK.seconds() * measuredPerSecond / alarmsPerWeek;
      return Math.max(DriftReference.MIN_TARGET, Math.min(DriftReference.MAX_TARGET, frames));
    }
  }

  /**
   * The settings of a rule.
   *
   * @param installation budget if the rule sets none; null for the run length of the model
   * @param commissioned whether sources learn their normal if the rule does not say
   */
  public static SourceSettings of(
      SourceRule rule, @Nullable Budget installation, boolean commissioned) {
    return new SourceSettings(
        Optional.ofNullable(installation)
            .map(
                budget ->
                    new Budget(
                        rule.budgetShare()
                            * (rule.falseAlarmsPerWeek() == null
                                ? budget.alarmsPerWeek()
                                : rule.falseAlarmsPerWeek()),
                        rule.framesPerSecond() == null
                            ? budget.framesPerSecond()
                            : rule.framesPerSecond())),
        rule.severity() == null ? Severity.INFO : rule.severity(),
        labels(rule),
        rule.learn() == null ? commissioned : rule.learn().own(),
        Optional.ofNullable(rule.learn()).map(SourceLearning::again),
        rule.viewFingerprint(),
        rule.minimumEffect(),
        rule.minimumPixels());
  }

  /** The labels of a rule, and the scene, so that alerts can be grouped by either. */
  private static Map<String, String> labels(SourceRule rule) {
    Map<String, String> labels = new TreeMap<>(rule.labels());
    labels.put(SourceRule.SCENE, rule.scene());
    return labels;
  }
}
