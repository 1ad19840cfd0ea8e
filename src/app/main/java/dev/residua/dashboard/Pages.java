package dev.residua.dashboard;

import java.util.List;

/** Pages of a long list. */
final class Pages {
  private static final int MOST = 200;

  private Pages() {}

  static int number(String parameter, String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "query parameter %s must be a whole number but was '%s'".formatted(parameter, text), e);
    }
  }

  /**
   * Checks the parameters of a page.
   *
   * @param page from 0
   * @param size entries of a page, from 1 to {@value #MOST}
   */
  static void check(int page, int size) {
    if (page < 0) {
      throw new IllegalArgumentException("page must be at least 0 but was " + page);
    }
    if (size < 1 || size > MOST) {
      throw new IllegalArgumentException(
          "size must be from 1 to %d but was %d".formatted(MOST, size));
    }
  }

  /** Returns the page, or the last one if the list is shorter. */
  static int within(int page, int size, List<?> all) {
    return Math.min(page, Math.max(0, (all.size() - 1) / size));
  }

  static <T> List<T> of(List<T> all, int page, int size) {
    return all.stream().skip((long) page * size).limit(size).toList();
  }
}
