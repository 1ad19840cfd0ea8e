package dev.residua.source;

import dev.residua.causal.Finding.Severity;
import dev.residua.causal.GeoLocation;
import dev.residua.frame.FrameGeometry;
import dev.residua.frame.FrameGeometry.Aspect;
import dev.residua.frame.FrameGeometry.Region;
import dev.residua.frame.HumanDuration;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Text form of the values of one Java type.
 *
 * @param label the value in a usage message, such as {@code DURATION}
 * @param json type of the value in JSON
 * @param choices all values, if there are few
 * @param expected completes "expected ..."; null if the parser says it
 * @param parser reads the stripped text
 * @param writer returns a string, a number, a boolean or a map
 */
public record SettingType<T>(
    String label,
    String json,
    List<String> choices,
    @Nullable String expected,
    Function<String, @Nullable T> parser,
    Function<T, Object> writer) {
  private static final Map<Class<?>, SettingType<?>> ALL =
      Map.ofEntries(
          Map.entry(boolean.class, truth()),
          Map.entry(int.class, number("integer", "a whole number", Integer::valueOf)),
          Map.entry(double.class, number("number", "a number", Double::valueOf)),
          Map.entry(Double.class, number("number", "a number", Double::valueOf)),
          Map.entry(String.class, text("NAME", text -> text, text -> text)),
          Map.entry(SourceGlob.class, text("GLOB", SourceGlob::new, SourceGlob::text)),
          Map.entry(Region.class, text("L,T,W,H", Region::parse, Region::toString)),
          Map.entry(
              List.class, text("POLYGONS", FrameGeometry::parseMask, FrameGeometry::maskText)),
          Map.entry(Aspect.class, words("HOW", Aspect.values())),
          Map.entry(SharedBudget.class, budget()),
          Map.entry(Duration.class, duration()),
          Map.entry(GeoLocation.class, text("LAT,LON", GeoLocation::parse, GeoLocation::toString)),
          Map.entry(ZoneId.class, zone()),
          Map.entry(ActiveHours.class, text("HOURS", ActiveHours::parse, ActiveHours::toString)),
          Map.entry(
              SourceContext.class, text("CONTEXT", SourceContext::parse, SourceContext::toString)),
          Map.entry(
              SourceLearning.class, text("WHEN", SourceLearning::parse, SourceLearning::toString)),
          Map.entry(SourceCamera.class, text("ADDRESS", SourceCamera::parse, SourceCamera::text)),
          Map.entry(
              MinimumEffect.class,
              text("LATENT=SIZE,...", MinimumEffect::parse, MinimumEffect::toString)),
          Map.entry(Severity.class, words("LEVEL", Severity.values())),
          Map.entry(Map.class, labels()));

  /** Returns the form of a type. */
  static SettingType<?> of(Class<?> type) {
    SettingType<?> found = ALL.get(type);
    if (found == null) {
      throw new IllegalArgumentException("no setting has the type " + type.getName());
    }
    return found;
  }

  /** Returns the form of a type whose JSON form is a string; null for other types. */
  @SuppressWarnings("unchecked") // the map has forms under their own types
  public static <T> @Nullable SettingType<T> textOf(Class<T> type) {
    SettingType<?> found = ALL.get(type);
    return found != null && found.json.equals("string") ? (SettingType<T>) found : null;
  }

  private static SettingType<Boolean> truth() {
    return new SettingType<>(
        "BOOLEAN",
        "boolean",
        List.of("true", "false"),
        "true or false",
        text -> {
          if (!text.equals("true") && !text.equals("false")) {
            throw new IllegalArgumentException(text);
          }
          return text.equals("true");
        },
        value -> value);
  }

  private static <T extends Number> SettingType<T> number(
      String json, String expected, Function<String, T> parser) {
    return new SettingType<>("N", json, List.of(), expected, parser::apply, value -> value);
  }

  private static <T> SettingType<T> text(
      String label, Function<String, T> parser, Function<T, Object> writer) {
    return new SettingType<>(label, "string", List.of(), null, parser::apply, writer);
  }

  private static <E extends Enum<E>> SettingType<E> words(String label, E[] values) {
    Map<String, E> words =
        Arrays.stream(values)
            .collect(
                Collectors.toMap(
                    value -> value.name().toLowerCase(Locale.ROOT), Function.identity()));
    List<String> choices =
        Arrays.stream(values).map(value -> value.name().toLowerCase(Locale.ROOT)).toList();
    return new SettingType<>(
        label,
        "string",
        choices,
        String.join(", ", choices),
        text -> {
          E value = words.get(text.toLowerCase(Locale.ROOT));
          if (value == null) {
            throw new IllegalArgumentException(text);
          }
          return value;
        },
        value -> value.name().toLowerCase(Locale.ROOT));
  }

  private static SettingType<SharedBudget> budget() {
    return new SettingType<>(
        "WHOSE",
        "string",
        List.of("each", "shared"),
        "each or shared",
        text ->
            switch (text) {
              case "each" -> null;
              case "shared" -> new SharedBudget(0);
              default -> throw new IllegalArgumentException(text);
            },
        value -> "shared");
  }

  private static SettingType<ZoneId> zone() {
    return new SettingType<>(
        "ZONE",
        "string",
        List.of(),
        "a time zone such as Europe/Berlin",
        text -> {
          try {
            return ZoneId.of(text);
          } catch (DateTimeException e) {
            throw new IllegalArgumentException(text, e);
          }
        },
        ZoneId::getId);
  }

  private static SettingType<Duration> duration() {
    return new SettingType<>(
        "DURATION",
        "string",
        List.of(),
        "a duration such as 5m",
        text -> {
          try {
            return HumanDuration.parse(text);
          } catch (DateTimeException e) {
            throw new IllegalArgumentException(e);
          }
        },
        SettingType::days);
  }

  /** A duration, in days if it is a whole number of them. */
  private static String days(Duration duration) {
    return duration.equals(Duration.ofDays(duration.toDays()))
        ? "P%dD".formatted(duration.toDays())
        : duration.toString();
  }

  private static SettingType<Map<String, String>> labels() {
    return new SettingType<>(
        "NAME=VALUE",
        "object",
        List.of(),
        "names and values",
        text -> {
          throw new IllegalArgumentException(text);
        },
        value -> value);
  }
}
