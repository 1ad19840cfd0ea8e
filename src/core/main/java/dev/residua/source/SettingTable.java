package dev.residua.source;

import dev.residua.records.RecordShape;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a record by name, as people write them. Each component with {@link Setting} is
 * one of them.
 *
 * @param <R> the record
 */
public final class SettingTable<R extends Record> {
  private final Class<R> type;
  private final RecordShape shape;
  private final List<String> components;
  private final Supplier<R> defaults;
  private final Map<String, Field<?>> fields = new LinkedHashMap<>();

  /**
   * Setting of a rule.
   *
   * @param type form of its values
   * @param min smallest value, null for no bound
   * @param max largest value, null for no bound
   */
  public record Field<T>(
      String name,
      SettingType<T> type,
      Setting description,
      @Nullable Object min,
      @Nullable Object max) {
    /** Returns the effect without markup. */
    public String effect() {
      return plain(description.effect());
    }

    /** Returns the value of a rule without this setting, without markup. */
    public String unset() {
      return plain(description.unset());
    }

    /** Returns true if every rule needs this setting. */
    public boolean required() {
      return description.unset().equals("required");
    }

    private static String plain(String markdown) {
      return markdown.replaceAll("\\[([^]]*)]\\([^)]*\\)", "$1").replace("`", "");
    }

    private @Nullable Object parse(@Nullable Object value) {
      if (value instanceof Map<?, ?> map && type.json().equals("object")) {
        Map<String, String> strings = new TreeMap<>();
        map.forEach((key, text) -> strings.put(String.valueOf(key), String.valueOf(text)));
        return strings;
      }
      if (value instanceof Map || value instanceof List) {
        throw invalid(value, "one value");
      }
      try {
        return type.parser().apply(String.valueOf(value).strip());
      } catch (IllegalArgumentException e) {
        if (type.expected() == null) {
          throw e;
        }
        throw invalid(value, type.expected());
      }
    }

    private @Nullable Object write(@Nullable Object value) {
      @SuppressWarnings("unchecked") // a component of this type
      T own = (T) value;
      return own == null ? null : type.writer().apply(own);
    }

    private IllegalArgumentException invalid(@Nullable Object value, String expected) {
      return new IllegalArgumentException(
          "%s is '%s', expected %s".formatted(name, value, expected));
    }

    private void check(String id, Object value) {
      if ((min != null && !(compare(value, min) >= 0))
          || (max != null && !(compare(value, max) <= 0))) {
        throw new IllegalArgumentException(
            "source rule '%s': %s was '%s'; expected %s to %s"
                .formatted(id, name, value, description.min(), description.max()));
      }
    }

    private static double compare(Object value, Object bound) {
      return value instanceof Duration duration
          ? duration.compareTo((Duration) bound)
          : ((Number) value).doubleValue()
              - ((Number) bound).doubleValue(); // NaN fails both bounds
    }
  }

  /**
   * @param type a record whose annotated components have types of {@link SettingType}
   * @param defaults returns the record without any setting; asked late, as it may use this table
   */
  public SettingTable(Class<R> type, Supplier<R> defaults) {
    this.type = type;
    this.shape = RecordShape.of(type);
    this.components = shape.components().stream().map(RecordComponent::getName).toList();
    this.defaults = defaults;
    for (RecordComponent component : shape.components()) {
      Setting setting = component.getAnnotation(Setting.class);
      if (setting != null) {
        fields.put(component.getName(), field(component, setting));
      }
    }
  }

  private static Field<?> field(RecordComponent component, Setting setting) {
    SettingType<?> type = SettingType.of(component.getType());
    return new Field<>(
        component.getName(),
        type,
        setting,
        setting.min().isEmpty() ? null : type.parser().apply(setting.min()),
        setting.max().isEmpty() ? null : type.parser().apply(setting.max()));
  }

  /** Returns the settings in the order of their components. */
  public List<Field<?>> fields() {
    return List.copyOf(fields.values());
  }

  /** Returns some of the settings. */
  public List<Field<?>> fields(Set<String> names) {
    return fields.values().stream().filter(field -> names.contains(field.name())).toList();
  }

  /** Returns the names in the order of the components. */
  public List<String> names() {
    return List.copyOf(fields.keySet());
  }

  /**
   * Refuses values outside of their bounds: a constructor calls it.
   *
   * @param id names the rule in the message
   * @param values of all settings, in their order
   */
  public void check(String id, @Nullable Object... values) {
    if (values.length != fields.size()) {
      throw new IllegalStateException(
          "%d values for %d settings".formatted(values.length, fields.size()));
    }
    int at = 0;
    for (Field<?> field : fields.values()) {
      Object value = values[at++];
      if (value != null) {
        field.check(id, value);
      }
    }
  }

  /**
   * Returns a record with changed settings.
   *
   * @param changes texts, numbers, booleans or maps by name; null removes a setting
   * @throws IllegalArgumentException with the reason, if a setting is unknown or has no such value
   */
  public R apply(R record, Map<String, @Nullable Object> changes) {
    for (String name : changes.keySet()) {
      if (!fields.containsKey(name)) {
        throw new IllegalArgumentException(
            "unknown setting '%s'; %s"
                .formatted(
                    name,
                    NearestName.of(name, names())
                        .map("did you mean %s?"::formatted)
                        .orElse("expected one of " + String.join(", ", names()))));
      }
    }
    @Nullable Object[] values = new Object[components.size()];
    for (int i = 0; i < values.length; i++) {
      String name = components.get(i);
      Field<?> field = fields.get(name);
      values[i] = shape.get(i, record);
      if (field != null && changes.containsKey(name)) {
        Object change = changes.get(name);
        if (change == null && field.required()) {
          throw field.invalid(null, "a value");
        }
        Object changed = change == null ? shape.get(i, defaults.get()) : field.parse(change);
        if (!Objects.equals(field.write(values[i]), field.write(changed))) {
          values[i] = changed; // otherwise it may know more than its text
        }
      }
    }
    return type.cast(shape.make(values));
  }

  /** Returns the settings of a record that differ from those of the installation. */
  public Map<String, Object> of(R record) {
    Map<String, Object> settings = new LinkedHashMap<>();
    for (int i = 0; i < components.size(); i++) {
      Field<?> field = fields.get(components.get(i));
      if (field != null) {
        Object value = shape.get(i, record);
        Object written = field.write(value);
        if (value != null
            && written != null
            && (field.required() || !value.equals(shape.get(i, defaults.get())))) {
          settings.put(field.name(), written);
        }
      }
    }
    return settings;
  }

  /**
   * Returns the settings in which two records differ, one line for each.
   *
   * @param before null for a new record
   * @param after null for a removed one
   */
  public List<String> differences(@Nullable R before, @Nullable R after) {
    Map<String, Object> old = before == null ? Map.of() : of(before);
    Map<String, Object> now = after == null ? Map.of() : of(after);
    return fields.keySet().stream()
        .filter(name -> !Objects.equals(old.get(name), now.get(name)))
        .map(name -> "%s: %s -> %s".formatted(name, text(old.get(name)), text(now.get(name))))
        .toList();
  }

  private static String text(@Nullable Object value) {
    return value == null ? "(default)" : value.toString();
  }
}
