package dev.residua.source;

import dev.residua.causal.Finding.Severity;
import dev.residua.frame.FrameGeometry;
import dev.residua.frame.SceneName;
import dev.residua.frame.ValidTimeRange;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One revision of the settings of the sources that match a pattern. A setting that is null is the
 * one of the installation.
 *
 * @param id identity of the rule: letters, digits, dots, hyphens and underscores; empty for {@link
 *     #DEFAULTS}
 * @param revision counts the changes of the rule, from 1; 0 before it is written
 * @param removed whether this revision removes the rule
 * @param match names of the sources
 * @param priority decides between rules that are equally specific; the higher wins
 * @param scene what the sources look at, which decides on their model
 * @param geometry which part of their pictures is read, and how
 * @param stabilize whether small vibrations of their cameras are compensated
 * @param enabled whether the sources are monitored
 * @param falseAlarmsPerWeek false alarms per week, above 0: of each source, or of all together
 * @param sharedAmong number among which the sources divide one budget, 0 until they are counted;
 *     null where each has the whole budget
 * @param framesPerSecond frame rate until it is measured, above 0
 * @param silentAfter time without a frame after which a source is silent
 * @param activeHours hours outside which a source may be silent
 * @param context what distinguishes frames that have a normal of their own
 * @param learn whether and how often sources learn what is normal for them
 * @param camera where the frames are read from; only in a rule for one source
 * @param redact whether what is under the mask is blackened before a picture of the camera is
 *     stored
 * @param retention time for which their frames and evidence are stored; null for that of the topics
 * @param severity lowest severity of the incidents of the sources
 * @param labels names and values that incidents and alerts carry; at most {@value #MAX_LABELS}
 * @param by who wrote this revision, not blank
 * @param changedAt when it was written
 */
@RecordBuilder
public record SourceRule(
    String id,
    long revision,
    boolean removed,
    SourceGlob match,
    int priority,
    String scene,
    FrameGeometry geometry,
    boolean stabilize,
    boolean enabled,
    @Nullable Double falseAlarmsPerWeek,
    @Nullable Integer sharedAmong,
    @Nullable Double framesPerSecond,
    @Nullable Duration silentAfter,
    @Nullable ActiveHours activeHours,
    @Nullable SourceContext context,
    @Nullable SourceLearning learn,
    @Nullable SourceCamera camera,
    boolean redact,
    @Nullable Duration retention,
    @Nullable Severity severity,
    Map<String, String> labels,
    String by,
    Instant changedAt)
    implements SourceRuleBuilder.With {
  /** Most labels of a rule. */
  public static final int MAX_LABELS = 16;

  /** Longest value of a label, in characters. */
  public static final int MAX_LABEL_CHARACTERS = 255;

  /** Longest time after which a source is silent. */
  public static final Duration MAX_SILENT_AFTER = Duration.ofDays(30);

  /** Shortest time for which the frames of a source are stored. */
  public static final Duration MIN_RETENTION = Duration.ofHours(1);

  /** Longest time for which they are. */
  public static final Duration MAX_RETENTION = Duration.ofDays(3_650);

  /** Largest priority, and with a minus sign the smallest. */
  public static final int MAX_PRIORITY = 1_000_000;

  /** Name of the label with the scene, which all incidents have. */
  public static final String SCENE = "scene";

  /** Largest number among which a budget is divided. */
  public static final int MAX_SHARED = 1 << 20;

  /** Names of labels that alerts have already. */
  public static final Set<String> RESERVED_LABELS =
      Set.of("alertname", "incident", "kind", SCENE, "severity", "source");

  /** Author of what Residua itself writes. */
  static final String BY_RESIDUA = "residua";

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");
  private static final Pattern LABEL = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_]{0,63}");

  /** Holds where no rule matches: the settings of the installation. */
  public static final SourceRule DEFAULTS =
      new SourceRule(
          "",
          0,
          false,
          new SourceGlob("*"),
          -MAX_PRIORITY,
          SceneName.DEFAULT,
          FrameGeometry.WHOLE,
          false,
          true,
          null,
          null,
          null,
          null,
          null,
          null,
          null,
          null,
          false,
          null,
          null,
          Map.of(),
          BY_RESIDUA,
          Instant.EPOCH);

  public SourceRule {
    if (!id.isEmpty() && !NAME.matcher(id).matches()) {
      throw new IllegalArgumentException(
          "the id of a rule must be 1 to 100 letters, digits, dots, hyphens or underscores but was '%s'"
              .formatted(id));
    }
    SceneName.checked(scene);
    if (revision < 0) {
      throw invalid(id, "revision", revision, "expected at least 0");
    }
    if (Math.abs((long) priority) > MAX_PRIORITY) {
      throw invalid(
          id, "priority", priority, "expected %d to %d".formatted(-MAX_PRIORITY, MAX_PRIORITY));
    }
    checkRange(id, "falseAlarmsPerWeek", falseAlarmsPerWeek, 1e-6, 1e6);
    if (sharedAmong != null && (sharedAmong < 0 || sharedAmong > MAX_SHARED)) {
      throw invalid(id, "sharedAmong", sharedAmong, "expected 0 to " + MAX_SHARED);
    }
    checkRange(id, "framesPerSecond", framesPerSecond, 1e-6, 1e4);
    if (silentAfter != null
        && (silentAfter.compareTo(Duration.ofSeconds(1)) < 0
            || silentAfter.compareTo(MAX_SILENT_AFTER) > 0)) {
      throw invalid(id, "silentAfter", silentAfter, "expected PT1S to " + MAX_SILENT_AFTER);
    }
    if (camera != null && match.literals() < match.text().length()) {
      throw invalid(
          id, "match", match, "a rule with a camera is for one source, expected its name");
    }
    if (retention != null
        && (retention.compareTo(MIN_RETENTION) < 0 || retention.compareTo(MAX_RETENTION) > 0)) {
      throw invalid(
          id,
          "retention",
          retention,
          "expected %s to P%dD".formatted(MIN_RETENTION, MAX_RETENTION.toDays()));
    }
    if (redact && (camera == null || geometry.mask().isEmpty())) {
      throw invalid(
          id,
          "redact",
          true,
          "only pictures that the role ingest reads can be redacted, expected a camera and a mask");
    }
    if (by.isBlank() || by.length() > 255) {
      throw invalid(id, "by", by, "expected who writes it, in 1 to 255 characters");
    }
    if (!ValidTimeRange.contain(changedAt)) {
      throw invalid(id, "changedAt", changedAt, "expected a time before " + ValidTimeRange.END);
    }
    labels = Collections.unmodifiableMap(new TreeMap<>(labels));
    checkLabels(id, labels);
  }

  private static void checkRange(
      String id, String field, @Nullable Double value, double least, double most) {
    if (value != null && !(value >= least && value <= most)) {
      throw invalid(id, field, value, "expected %s to %s".formatted(least, most));
    }
  }

  private static void checkLabels(String id, Map<String, String> labels) {
    if (labels.size() > MAX_LABELS) {
      throw invalid(id, "labels", labels.size() + " of them", "expected at most " + MAX_LABELS);
    }
    labels.forEach(
        (name, value) -> {
          if (!LABEL.matcher(name).matches() || RESERVED_LABELS.contains(name)) {
            throw invalid(
                id,
                "labels",
                name,
                "a name has letters, digits and underscores, at most 64, and is none of "
                    + RESERVED_LABELS.stream().sorted().toList());
          }
          if (value.isBlank()
              || value.length() > MAX_LABEL_CHARACTERS
              || value.chars().anyMatch(Character::isISOControl)) {
            throw invalid(
                id,
                "labels." + name,
                value,
                "expected 1 to %d characters".formatted(MAX_LABEL_CHARACTERS));
          }
        });
  }

  private static IllegalArgumentException invalid(
      String id, String field, Object value, String expected) {
    return new IllegalArgumentException(
        "source rule '%s': %s was '%s'; %s".formatted(id, field, value, expected));
  }

  /** Rule for a pattern, with the settings of the installation. */
  public static SourceRule of(String id, String match) {
    return DEFAULTS.with(rule -> rule.id(id).match(new SourceGlob(match)).priority(0));
  }

  /** Name of this revision: id, slash, revision. Empty for {@link #DEFAULTS}. */
  public String key() {
    return id.isEmpty() ? "" : id + "/" + revision;
  }

  /** Number that changes with what a model sees of the pictures; 0 for all of them. */
  public int viewFingerprint() {
    int fingerprint = geometry.fingerprint();
    if (redact) {
      fingerprint = 31 * fingerprint + 1;
    }
    return stabilize ? 31 * fingerprint + 2 : fingerprint;
  }

  /** Share of one source in the budget, above 0 and at most 1. */
  public double budgetShare() {
    return 1.0 / Math.max(1, sharedAmong == null ? 1 : sharedAmong);
  }

  /** Whether another revision has the same settings, by any author. */
  public boolean sameSettings(SourceRule other) {
    return anonymous().equals(other.anonymous());
  }

  private SourceRule anonymous() {
    return with(rule -> rule.revision(0).by(DEFAULTS.by).changedAt(Instant.EPOCH));
  }
}
