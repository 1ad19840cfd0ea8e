package dev.residua.access;

import org.jspecify.annotations.Nullable;

/**
 * Who sends a request.
 *
 * @param name the authenticated name; null if nobody has authenticated one
 * @param grants rights of the person
 */
public record Person(@Nullable String name, Grants grants) {
  /** Longest name, in characters. */
  public static final int MAX_NAME = 200;

  /** Nobody, who may do nothing. */
  public static final Person NOBODY = new Person(null, Grants.NONE);

  public Person {
    if (name != null && (name.isBlank() || name.length() > MAX_NAME)) {
      throw new IllegalArgumentException(
          "the name of a person must have 1 to %d characters but has %d"
              .formatted(MAX_NAME, name.length()));
    }
  }
}
