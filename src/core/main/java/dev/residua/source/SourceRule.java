package dev.residua.source;

import dev.residua.causal.Finding.Severity;
import dev.residua.causal.GeoLocation;
import dev.residua.causal.TimeVariable;
import dev.residua.causal.Variables;
import dev.residua.frame.FrameGeometry;
import dev.residua.frame.FrameGeometry.Aspect;
import dev.residua.frame.FrameGeometry.Region;
import dev.residua.frame.Polygon;
import dev.residua.frame.SceneName;
import dev.residua.frame.ValidTimeRange;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One revision of the settings of the sources that match a pattern. Null is the setting of the
 * installation. A new setting needs a component here, an argument of the call of {@code
 * SETTINGS.check}, and a field of the Avro schema.
 *
 * @param id identity of the rule: letters, digits, dots, hyphens and underscores; empty for {@link
 *     #DEFAULTS}
 * @param revision counts the changes of the rule, from 1; 0 before it is written
 * @param removed true if this revision removes the rule
 * @param by author of this revision, not blank
 * @param changedAt time of this revision
 */
@RecordBuilder
public record SourceRule(
    String id,
    long revision,
    boolean removed,
    @Setting(
            effect = "names of the sources: `*` matches any characters, `?` one",
            unset = "required",
            example = "line3/*")
        SourceGlob match,
    @Setting(effect = "what the sources look at", unset = "`default`") String scene,
    @Setting(
            effect =
                "[part of the picture](#region-rotation-and-mask) that the model reads: `left,top,width,height` as"
                    + " fractions of the upright picture, such as `0.1,0.2,0.5,0.6`",
            unset = "the whole picture",
            example = "0,0,1,1")
        Region region,
    @Setting(
            effect =
                "degrees by which the region is turned clockwise, so that it stands upright, 0 to below 360",
            unset = "0")
        double rotation,
    @Setting(
            effect =
                "parts of the region that count in nothing: polygons such as `0,0 0.3,0 0.3,0.2`, corners as"
                    + " fractions of the region, a semicolon between polygons",
            unset = "none",
            example = "0,0 0.3,0 0.3,0.2")
        List<Polygon> mask,
    @Setting(
            effect =
                "how a region of another aspect ratio fills the model's picture: `stretch`, or `letterbox` with"
                    + " bars that count in nothing",
            unset = "`stretch`")
        Aspect aspect,
    @Setting(
            effect =
                "`true`: small [vibrations of the camera](#vibrating-cameras) are compensated before the model"
                    + " reads a picture",
            unset = "`false`")
        boolean stabilize,
    @Setting(
            effect = "decides between rules with as many literal characters; the higher wins",
            unset = "0",
            min = "-1000000",
            max = "1000000")
        int priority,
    @Setting(
            effect =
                "`false`: frames are scored, but not monitored. Open incidents are closed, and the state of the"
                    + " source is dropped",
            unset = "`true`")
        boolean enabled,
    @Setting(
            effect = "[false alarms](concepts.md) per week and source, or of all sources together",
            unset = "`residua.incidents.false-alarms-per-week`",
            min = "0.000001",
            max = "1000000")
        @Nullable Double falseAlarmsPerWeek,
    @Setting(
            effect =
                "`each`: every source may give this number of false alarms. `shared`: [all that match"
                    + " together](#one-budget-for-many-sources)",
            unset = "`each`")
        @Nullable SharedBudget budget,
    @Setting(
            effect = "frame rate until it is measured",
            unset = "`residua.incidents.frames-per-second`",
            min = "0.000001",
            max = "10000")
        @Nullable Double framesPerSecond,
    @Setting(
            effect =
                "time without a frame after which an incident about silence opens, such as `2m`. If it is longer"
                    + " than `residua.sources.forget-after`, the source is forgotten first",
            unset = "`residua.sources.silent-after`",
            min = "PT1S",
            max = "P30D")
        @Nullable Duration silentAfter,
    @Setting(
            effect =
                "no silence outside these hours, such as `Mon-Fri 06:00-22:00, Sat 08:00-14:00 Europe/Berlin`."
                    + " Time outside them does not count as silence",
            unset = "always active",
            example = "Mon-Fri 06:00-22:00 Europe/Berlin")
        @Nullable ActiveHours activeHours,
    @Setting(
            effect =
                "what distinguishes frames that each have a [normal of their own](#contexts): an attribute of the"
                    + " frames, such as `product`; a schedule, such as `day: 06:00-22:00 Europe/Berlin`; or both,"
                    + " joined by `+`",
            unset = "one normal for all frames",
            example = "product")
        @Nullable SourceContext context,
    @Setting(
            effect =
                "latitude and longitude in degrees, for models that use the [position of the"
                    + " sun](training.md#time-of-day-and-the-sun)",
            unset = "unknown",
            example = "52.5,13.4")
        @Nullable GeoLocation location,
    @Setting(
            effect =
                "time zone, such as `Europe/Berlin`, for models that use the [time of"
                    + " day](training.md#time-of-day-and-the-sun)",
            unset = "unknown",
            example = "Europe/Berlin")
        @Nullable ZoneId timeZone,
    @Setting(
            effect =
                "whether sources [learn what is normal](#what-is-normal-for-a-source): `never`, `once`, or again"
                    + " after days, such as `P30D` (`P2D` to `P366D`). They learn again only while no incident is"
                    + " open, and are watched meanwhile",
            unset = "`residua.sources.commissioning`",
            example = "once")
        @Nullable SourceLearning learn,
    @Setting(
            effect =
                "address from which the role [ingest](ingest.md) reads the frames, such as `rtsp://10.0.0.7/live`; with"
                    + " `credentials=NAME` after a space, the file with user and password. `match` must then be"
                    + " the name of one source, without `*` and `?`",
            unset = "another program sends the frames",
            example = "rtsp://10.0.0.7/live credentials=NAME")
        @Nullable SourceCamera camera,
    @Setting(
            effect =
                "`true`: the role [ingest](ingest.md#redacted-pictures) blackens the mask before it"
                    + " stores a picture. Needs `camera` and `mask`",
            unset = "`false`")
        boolean redact,
    @Setting(
            effect =
                "time for which [pictures are stored](#retention): frames, dead letters and evidence, such as"
                    + " `P7D`",
            unset = "that of the topics",
            min = "PT1H",
            max = "P3650D")
        @Nullable Duration retention,
    @Setting(
            effect =
                "smallest [effect](#deviations-too-small-to-matter) on a latent that opens an incident, such as"
                    + " `level=3, lamp=0.2`: in the unit of its factor, or in standard deviations of a latent"
                    + " without one; `0` for no minimum. Smaller ones are recorded only",
            unset = "no minimum",
            example = "level=3, lamp=0.2")
        MinimumEffect minimumEffect,
    @Setting(
            effect =
                "smallest [share of the pixels](#deviations-too-small-to-matter) that a change of the picture"
                    + " must touch to open an incident, such as `0.02`. Smaller ones are recorded only",
            unset = "no minimum",
            example = "0.02",
            min = "0",
            max = "0.5")
        double minimumPixels,
    @Setting(
            effect =
                "lowest severity of the incidents: `info`, `warning` or `critical`. An incident may be more"
                    + " severe, never less",
            unset = "by the finding")
        @Nullable Severity severity,
    @Setting(
            effect =
                "names and values that incidents and alerts carry from their start, at most 16. Incidents of"
                    + " sources with a common label are sent as [one alert](alerting.md#groups). The names"
                    + " `alertname`, `incident`, `kind`, `scene`, `severity` and `source` are taken",
            unset = "none",
            example = "site=north, line=3")
        Map<String, String> labels,
    String by,
    Instant changedAt)
    implements SourceRuleBuilder.With {
  /** Most labels of a rule. */
  public static final int MAX_LABELS = 16;

  /** Longest value of a label, in characters. */
  public static final int MAX_LABEL_CHARACTERS = 255;

  /** Name of the label with the scene, which all incidents have. */
  public static final String SCENE = "scene";

  /** Names of labels that alerts have already. */
  public static final Set<String> RESERVED_LABELS =
      Set.of("alertname", "incident", "kind", SCENE, "severity", "source");

  /** Author of the rules that Residua itself writes. */
  static final String BY_RESIDUA = "residua";

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");
  private static final Pattern LABEL = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_]{0,63}");

  /** The settings by name. */
  public static final SettingTable<SourceRule> SETTINGS =
      new SettingTable<>(SourceRule.class, () -> SourceRule.DEFAULTS);

  /** The settings of the installation: they apply to sources that match no rule. */
  public static final SourceRule DEFAULTS =
      SourceRuleBuilder.builder()
          .id("")
          .match(new SourceGlob("*"))
          .scene(SceneName.DEFAULT)
          .region(Region.WHOLE)
          .mask(List.of())
          .aspect(Aspect.STRETCH)
          .enabled(true)
          .minimumEffect(MinimumEffect.NONE)
          .labels(Map.of())
          .by(BY_RESIDUA)
          .changedAt(Instant.EPOCH)
          .build();

  public SourceRule {
    if (!id.isEmpty() && !NAME.matcher(id).matches()) {
      throw new IllegalArgumentException(
          "the id of a rule must be 1 to 100 letters, digits, dots, hyphens or underscores but was '%s'"
              .formatted(id));
    }
    SETTINGS.check(
        id,
        match,
        scene,
        region,
        rotation,
        mask,
        aspect,
        stabilize,
        priority,
        enabled,
        falseAlarmsPerWeek,
        budget,
        framesPerSecond,
        silentAfter,
        activeHours,
        context,
        location,
        timeZone,
        learn,
        camera,
        redact,
        retention,
        minimumEffect,
        minimumPixels,
        severity,
        labels);
    SceneName.checked(scene);
    mask = new FrameGeometry(region, rotation, mask, aspect).mask();
    if (revision < 0) {
      throw invalid(id, "revision", revision, "expected at least 0");
    }
    if (camera != null && match.literals() < match.text().length()) {
      throw invalid(
          id, "match", match, "a rule with a camera is for one source, expected its name");
    }
    if (redact && (camera == null || mask.isEmpty())) {
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
    return DEFAULTS.with(rule -> rule.id(id).match(new SourceGlob(match)));
  }

  /** Name of this revision: id, slash, revision. Empty for {@link #DEFAULTS}. */
  public String key() {
    return id.isEmpty() ? "" : id + "/" + revision;
  }

  /** Returns the part of the pictures that a model reads. */
  public FrameGeometry geometry() {
    return new FrameGeometry(region, rotation, mask, aspect);
  }

  /** Number that changes with the part of the pictures that a model sees; 0 for all of them. */
  public int viewFingerprint() {
    int fingerprint = geometry().fingerprint();
    if (redact) {
      fingerprint = 31 * fingerprint + 1;
    }
    return stabilize ? 31 * fingerprint + 2 : fingerprint;
  }

  /**
   * Returns the value of a variable in a frame of the source: that of its attribute, or else the
   * one that follows from the time of the frame and the place of the source.
   *
   * @return NaN if neither is known
   */
  public double variable(Map<String, String> attributes, Instant capturedAt, String name) {
    String attribute = attributes.get(Variables.PREFIX + name);
    TimeVariable timed = attribute == null ? TimeVariable.of(name) : null;
    return timed == null ? Variables.value(attribute) : timed.at(capturedAt, location, timeZone);
  }

  /** Share of one source in the budget, above 0 and at most 1. */
  public double budgetShare() {
    return 1.0 / Math.max(1, budget == null ? 1 : budget.among());
  }

  /** Returns true if another revision has the same settings, by any author. */
  public boolean sameSettings(SourceRule other) {
    return anonymous().equals(other.anonymous());
  }

  private SourceRule anonymous() {
    return with(rule -> rule.revision(0).by(DEFAULTS.by).changedAt(Instant.EPOCH));
  }
}
