package dev.residua.access;

import dev.residua.frame.SceneName;
import dev.residua.source.SourceGlob;
import dev.residua.source.SourceRule;
import java.util.regex.Pattern;

/** The sources to which a grant applies. The rule in force for a source decides. */
public sealed interface Scope {
  /** All sources, known or not. */
  Scope ALL = new All();

  /** Returns true if the sources of a rule are in the scope. */
  boolean covers(SourceRule rule);

  /** Returns true if a source with a rule is in the scope. */
  default boolean covers(String source, SourceRule rule) {
    return covers(rule);
  }

  /** As people write it: {@code scene=pumps}; empty for all sources. */
  String text();

  /** Every source. */
  record All() implements Scope {
    @Override
    public boolean covers(SourceRule rule) {
      return true;
    }

    @Override
    public String text() {
      return "";
    }
  }

  /**
   * The sources of a scene, and the scene's models.
   *
   * @param name of the scene
   */
  record Scene(String name) implements Scope {
    public Scene {
      SceneName.checked(name);
    }

    @Override
    public boolean covers(SourceRule rule) {
      return rule.scene().equals(name);
    }

    @Override
    public String text() {
      return SourceRule.SCENE + "=" + name;
    }
  }

  /**
   * The sources with a name, known or not. It covers no rule as a whole.
   *
   * @param match pattern for their names, as in rules
   */
  record Source(SourceGlob match) implements Scope {
    private static final String NAME = "source";

    public Source {
      if (match.text().indexOf(',') >= 0) {
        throw new IllegalArgumentException(
            "the name '%s' must not contain a comma".formatted(match.text()));
      }
    }

    @Override
    public boolean covers(SourceRule rule) {
      return false;
    }

    @Override
    public boolean covers(String source, SourceRule rule) {
      return match.matches(source);
    }

    @Override
    public String text() {
      return NAME + "=" + match.text();
    }
  }

  /**
   * The sources whose rule has a label.
   *
   * @param name of the label
   * @param value of the label
   */
  record Label(String name, String value) implements Scope {
    private static final Pattern NAME = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_]{0,63}");

    public Label {
      if (!NAME.matcher(name).matches() || SourceRule.RESERVED_LABELS.contains(name)) {
        throw new IllegalArgumentException(
            "'%s' is not the name of a label of sources, expected such as site=north or scene=pumps"
                .formatted(name));
      }
      if (value.isBlank()
          || value.length() > SourceRule.MAX_LABEL_CHARACTERS
          || value.indexOf(',') >= 0
          || value.chars().anyMatch(Character::isISOControl)) {
        throw new IllegalArgumentException(
            "the value of the label %s must have 1 to %d characters and no comma but was '%s'"
                .formatted(name, SourceRule.MAX_LABEL_CHARACTERS, value));
      }
    }

    @Override
    public boolean covers(SourceRule rule) {
      return value.equals(rule.labels().get(name));
    }

    @Override
    public String text() {
      return name + "=" + value;
    }
  }

  /**
   * The scope of a text: empty, {@code scene=NAME}, {@code source=PATTERN} or {@code LABEL=VALUE}.
   *
   * @throws IllegalArgumentException with the reason, if it is none
   */
  static Scope parse(String text) {
    if (text.isEmpty()) {
      return ALL;
    }
    int equals = text.indexOf('=');
    if (equals < 1) {
      throw new IllegalArgumentException(
          "the scope '%s' must be scene=NAME or LABEL=VALUE".formatted(text));
    }
    String name = text.substring(0, equals);
    String value = text.substring(equals + 1);
    return switch (name) {
      case SourceRule.SCENE -> new Scene(value);
      case Source.NAME -> new Source(new SourceGlob(value));
      default -> new Label(name, value);
    };
  }
}
