package dev.residua.source;

import dev.residua.causal.Finding.Severity;
import dev.residua.frame.FrameGeometry;
import dev.residua.frame.FrameGeometry.Aspect;
import dev.residua.frame.FrameGeometry.Region;
import dev.residua.frame.HumanDuration;
import dev.residua.frame.SceneName;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The settings of a rule by name, as people write them: the same names and checks everywhere. */
public final class SourceRuleFields {
  /** Names of all settings, in the order in which they are shown. */
  public static final List<String> NAMES =
      List.of(
          "match",
          "scene",
          "region",
          "rotation",
          "mask",
          "aspect",
          "stabilize",
          "priority",
          "enabled",
          "falseAlarmsPerWeek",
          "budget",
          "framesPerSecond",
          "silentAfter",
          "activeHours",
          "context",
          "learn",
          "camera",
          "redact",
          "retention",
          "severity",
          "labels");

  private static final String EACH = "each";
  private static final String SHARED = "shared";

  private SourceRuleFields() {}

  /**
   * A rule with changed settings.
   *
   * @param fields texts, numbers, booleans, or for {@code labels} a map, by name; null for the
   *     setting of the installation
   * @throws IllegalArgumentException with the reason, if a setting is unknown or has no such value
   */
  public static SourceRule apply(SourceRule rule, Map<String, @Nullable Object> fields) {
    return rule.with(
        changed ->
            fields.forEach(
                (name, value) -> {
                  if (!NAMES.contains(name)) {
                    throw new IllegalArgumentException(
                        "unknown setting '%s'; %s"
                            .formatted(
                                name,
                                NearestName.of(name, NAMES)
                                    .map("did you mean %s?"::formatted)
                                    .orElse("expected one of " + String.join(", ", NAMES))));
                  }
                  set(changed, name, value);
                }));
  }

  private static void set(SourceRuleBuilder rule, String name, @Nullable Object value) {
    if (name.equals("labels")) {
      rule.labels(labels(value, name));
      return;
    }
    if (value instanceof Map || value instanceof List) {
      throw invalid(name, value, "one value");
    }
    String text = value == null ? null : value.toString().strip();
    FrameGeometry geometry = rule.geometry();
    switch (name) {
      case "match" -> rule.match(new SourceGlob(text == null ? "" : text));
      case "scene" -> rule.scene(text == null ? SceneName.DEFAULT : text);
      case "region" ->
          rule.geometry(geometry.withRegion(text == null ? Region.WHOLE : Region.parse(text)));
      case "rotation" ->
          rule.geometry(geometry.withRotation(text == null ? 0 : number(text, name)));
      case "mask" ->
          rule.geometry(
              geometry.withMask(text == null ? List.of() : FrameGeometry.parseMask(text)));
      case "aspect" ->
          rule.geometry(geometry.withAspect(text == null ? Aspect.STRETCH : Aspect.parse(text)));
      case "stabilize" -> rule.stabilize(text != null && truth(text, name));
      case "priority" -> rule.priority(text == null ? 0 : whole(text, name));
      case "enabled" -> rule.enabled(text == null || truth(text, name));
      case "falseAlarmsPerWeek" ->
          rule.falseAlarmsPerWeek(text == null ? null : number(text, name));
      case "budget" -> budget(rule, text == null ? EACH : text, name);
      case "framesPerSecond" -> rule.framesPerSecond(text == null ? null : number(text, name));
      case "silentAfter" -> rule.silentAfter(text == null ? null : duration(text, name));
      case "activeHours" -> rule.activeHours(text == null ? null : ActiveHours.parse(text));
      case "context" -> rule.context(text == null ? null : SourceContext.parse(text));
      case "learn" -> rule.learn(text == null ? null : SourceLearning.parse(text));
      case "camera" -> rule.camera(text == null ? null : SourceCamera.parse(text));
      case "redact" -> rule.redact(text != null && truth(text, name));
      case "retention" -> rule.retention(text == null ? null : duration(text, name));
      case "severity" -> rule.severity(text == null ? null : severity(text, name));
      default -> throw new IllegalStateException("no setting " + name);
    }
  }

  private static void budget(SourceRuleBuilder rule, String text, String name) {
    switch (text) {
      case EACH -> rule.sharedAmong(null);
      case SHARED -> rule.sharedAmong(Objects.requireNonNullElse(rule.sharedAmong(), 0));
      default -> throw invalid(name, text, EACH + " or " + SHARED);
    }
  }

  private static Map<String, String> labels(@Nullable Object value, String name) {
    if (value == null) {
      return Map.of();
    }
    if (!(value instanceof Map<?, ?> map)) {
      throw invalid(name, value, "names and values");
    }
    Map<String, String> labels = new TreeMap<>();
    map.forEach((key, text) -> labels.put(String.valueOf(key), String.valueOf(text)));
    return labels;
  }

  private static int whole(String text, String name) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw invalid(name, text, "a whole number");
    }
  }

  private static double number(String text, String name) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw invalid(name, text, "a number");
    }
  }

  private static boolean truth(String text, String name) {
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw invalid(name, text, "true or false");
    };
  }

  private static Duration duration(String text, String name) {
    try {
      return HumanDuration.parse(text);
    } catch (DateTimeException e) {
      throw invalid(name, text, "a duration such as 5m");
    }
  }

  /** A duration in days where it has whole ones, as people write it. */
  private static String text(Duration duration) {
    return duration.equals(Duration.ofDays(duration.toDays()))
        ? "P%dD".formatted(duration.toDays())
        : duration.toString();
  }

  private static Severity severity(String text, String name) {
    for (Severity severity : Severity.values()) {
      if (lower(severity).equals(text.toLowerCase(Locale.ROOT))) {
        return severity;
      }
    }
    throw invalid(
        name,
        text,
        String.join(", ", Arrays.stream(Severity.values()).map(SourceRuleFields::lower).toList()));
  }

  private static String lower(Severity severity) {
    return severity.name().toLowerCase(Locale.ROOT);
  }

  private static IllegalArgumentException invalid(String name, Object value, String expected) {
    return new IllegalArgumentException("%s is '%s', expected %s".formatted(name, value, expected));
  }

  /** The settings of a rule that are not those of the installation; {@code match} is always one. */
  public static Map<String, Object> of(SourceRule rule) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("match", rule.match().text());
    if (!rule.scene().equals(SceneName.DEFAULT)) {
      fields.put("scene", rule.scene());
    }
    FrameGeometry geometry = rule.geometry();
    if (!geometry.region().equals(Region.WHOLE)) {
      fields.put("region", geometry.region().toString());
    }
    if (geometry.rotation() != 0) {
      fields.put("rotation", geometry.rotation());
    }
    if (!geometry.mask().isEmpty()) {
      fields.put("mask", geometry.maskText());
    }
    if (geometry.aspect() != Aspect.STRETCH) {
      fields.put("aspect", geometry.aspect().toString());
    }
    if (rule.stabilize()) {
      fields.put("stabilize", true);
    }
    if (rule.priority() != 0) {
      fields.put("priority", rule.priority());
    }
    if (!rule.enabled()) {
      fields.put("enabled", false);
    }
    put(fields, "falseAlarmsPerWeek", rule.falseAlarmsPerWeek());
    put(fields, "budget", rule.sharedAmong() == null ? null : SHARED);
    put(fields, "framesPerSecond", rule.framesPerSecond());
    put(fields, "silentAfter", rule.silentAfter() == null ? null : rule.silentAfter().toString());
    put(fields, "activeHours", rule.activeHours() == null ? null : rule.activeHours().toString());
    put(fields, "context", rule.context() == null ? null : rule.context().toString());
    put(fields, "learn", rule.learn() == null ? null : rule.learn().toString());
    put(fields, "camera", rule.camera() == null ? null : rule.camera().text());
    if (rule.redact()) {
      fields.put("redact", true);
    }
    put(fields, "retention", rule.retention() == null ? null : text(rule.retention()));
    put(fields, "severity", rule.severity() == null ? null : lower(rule.severity()));
    if (!rule.labels().isEmpty()) {
      fields.put("labels", rule.labels());
    }
    return fields;
  }

  private static void put(Map<String, Object> fields, String name, @Nullable Object value) {
    if (value != null) {
      fields.put(name, value);
    }
  }

  /**
   * The settings in which two rules differ, one line for each.
   *
   * @param before null for a new rule
   * @param after null for a removed one
   */
  public static List<String> differences(@Nullable SourceRule before, @Nullable SourceRule after) {
    Map<String, Object> old = before == null ? Map.of() : of(before);
    Map<String, Object> now = after == null ? Map.of() : of(after);
    Set<String> names = new TreeSet<>((a, b) -> NAMES.indexOf(a) - NAMES.indexOf(b));
    names.addAll(old.keySet());
    names.addAll(now.keySet());
    return names.stream()
        .filter(name -> !Objects.equals(old.get(name), now.get(name)))
        .map(name -> "%s: %s -> %s".formatted(name, text(old.get(name)), text(now.get(name))))
        .toList();
  }

  private static String text(@Nullable Object value) {
    return value == null ? "(default)" : value.toString();
  }
}
