package dev.residua.frame;

import java.util.regex.Pattern;

/**
 * Validates names of scenes. A scene is shared by a family of sources and has models of its own.
 */
public final class SceneName {
  /** The scene of sources that no rule names one for. */
  public static final String DEFAULT = "default";

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}");

  private SceneName() {}

  /**
   * Returns true if a text can name a scene: 1 to 100 letters, digits, dots, hyphens and
   * underscores.
   */
  public static boolean isValid(String text) {
    return NAME.matcher(text).matches();
  }

  /**
   * Returns a name that can be used.
   *
   * @throws IllegalArgumentException with the rule, if it cannot
   */
  public static String checked(String text) {
    if (!isValid(text)) {
      throw new IllegalArgumentException(
          "a scene has a name of 1 to 100 letters, digits, '.', '-' and '_', not beginning with '.', but was '%s'"
              .formatted(text.length() > 120 ? text.substring(0, 120) + "..." : text));
    }
    return text;
  }
}
