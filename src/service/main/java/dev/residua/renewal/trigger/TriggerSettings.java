package dev.residua.renewal.trigger;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * When a model is retrained.
 *
 * @param schedule fixed moments; null for none
 * @param lastingDrift how long an incident of an accepted kind is open before it counts as lasting,
 *     above zero; incidents open for half as long then count too. Choose more than the longest
 *     change that passes, such as a day or a shift
 * @param acceptedKinds kinds of incidents that may be learnt without an operator. A moved root is a
 *     change of the world; a broken mechanism is a fault, and learning it would silence the alarm
 * @param evidence whether anytime-valid evidence against the calibration counts. It does not name
 *     the mechanism that moved: if a slow fault must not be learnt, disable it or approve every new
 *     model
 * @param evidenceWait how long evidence waits for a diagnosis before it counts, at least zero
 * @param uniformity settings of the test for calibration decay; null to disable it
 * @param cooldown time after a training during which only a command starts another, at least zero
 * @param budget most trainings that start in {@code budgetPeriod}, at least 1; commands count but
 *     are never suppressed by it
 * @param budgetPeriod above zero
 */
@RecordBuilder
public record TriggerSettings(
    @Nullable Schedule schedule,
    Duration lastingDrift,
    Set<String> acceptedKinds,
    boolean evidence,
    Duration evidenceWait,
    @Nullable UniformitySettings uniformity,
    Duration cooldown,
    int budget,
    Duration budgetPeriod)
    implements TriggerSettingsBuilder.With {
  /** The only kind of incident that is learnt automatically: a latent without causes has moved. */
  public static final String ROOT_MOVED = "INTERVENTION.COVARIATE_DRIFT";

  /**
   * No schedule; a root that has moved for six hours, evidence older than one hour, or a decayed
   * calibration; six hours between trainings and at most seven per week.
   */
  public static final TriggerSettings DEFAULTS =
      new TriggerSettings(
          null,
          Duration.ofHours(6),
          Set.of(ROOT_MOVED),
          true,
          Duration.ofHours(1),
          UniformitySettings.DEFAULTS,
          Duration.ofHours(6),
          7,
          Duration.ofDays(7));

  public TriggerSettings {
    acceptedKinds = Set.copyOf(acceptedKinds);
    atLeast("lastingDrift", lastingDrift, Duration.ofNanos(1));
    atLeast("evidenceWait", evidenceWait, Duration.ZERO);
    atLeast("cooldown", cooldown, Duration.ZERO);
    atLeast("budgetPeriod", budgetPeriod, Duration.ofNanos(1));
    if (budget < 1) {
      throw new IllegalArgumentException(
          "budget must be at least 1 training in %s but was %d".formatted(budgetPeriod, budget));
    }
  }

  private static void atLeast(String name, Duration value, Duration least) {
    if (value.compareTo(least) < 0) {
      throw new IllegalArgumentException(
          "%s must be %s but was %s"
              .formatted(name, least.isZero() ? "at least zero" : "above zero", value));
    }
  }
}
