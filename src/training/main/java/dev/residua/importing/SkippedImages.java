package dev.residua.importing;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Files that an import leaves out, counted by the endings of their names.
 *
 * @param counts files by ending, such as {@code .txt}; at most {@value #MAX_ENDINGS} endings
 */
public record SkippedImages(Map<String, Integer> counts) {
  /** Nothing was left out. */
  public static final SkippedImages NONE = new SkippedImages(Map.of());

  private static final int MAX_ENDINGS = 20;
  private static final String OTHER = "other";

  public SkippedImages {
    counts = new TreeMap<>(counts);
  }

  static void add(Map<String, Integer> counts, String name) {
    int dot = name.lastIndexOf('.');
    String ending = dot < 0 ? OTHER : name.substring(dot).toLowerCase(Locale.ROOT);
    boolean known = counts.containsKey(ending) || counts.size() < MAX_ENDINGS;
    counts.merge(known ? ending : OTHER, 1, Integer::sum);
  }

  /** Number of files. */
  public int total() {
    return counts.values().stream().mapToInt(Integer::intValue).sum();
  }

  boolean hasAny(Iterable<String> endings) {
    for (String ending : endings) {
      if (counts.containsKey(ending)) {
        return true;
      }
    }
    return false;
  }

  /** The counts as {@code 2 .csv, 10 .heic}. */
  public String text() {
    return counts.entrySet().stream()
        .map(entry -> entry.getValue() + " " + entry.getKey())
        .collect(Collectors.joining(", "));
  }
}
