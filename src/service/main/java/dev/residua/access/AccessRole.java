package dev.residua.access;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Right of a person on the sources of a scope. Each role includes those before it, but only owner
 * includes sender.
 */
public enum AccessRole {
  /** Sends frames, such as a device; sees nothing. */
  SENDER,
  /** Sees sources, incidents, pictures and models. */
  VIEWER,
  /** Acknowledges, notes, silences, suppresses, gives feedback, and accepts a normal state. */
  OPERATOR,
  /** Promotes and trains models, and changes rules, budgets and settings. */
  OWNER;

  /** As people write it: {@code operator}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns true if a person with this role has the rights of another role. */
  boolean includes(AccessRole other) {
    return other == SENDER ? this == SENDER || this == OWNER : compareTo(other) >= 0;
  }

  /**
   * The role of a text.
   *
   * @throws IllegalArgumentException with all roles, if it is none
   */
  public static AccessRole of(String text) {
    for (AccessRole role : values()) {
      if (role.text().equals(text)) {
        return role;
      }
    }
    List<String> all = Arrays.stream(values()).map(AccessRole::text).toList();
    throw new IllegalArgumentException(
        "the role must be one of %s but was '%s'".formatted(String.join(", ", all), text));
  }
}
