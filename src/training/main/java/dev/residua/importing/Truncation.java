package dev.residua.importing;

import java.util.List;

/** Lists in messages that stay short. */
final class Truncation {
  private static final int SHOWN = 20;

  private Truncation() {}

  /** The first entries, each on a line of its own, and how many more there are. */
  static String lines(List<String> entries) {
    StringBuilder text = new StringBuilder();
    for (String entry : entries.subList(0, Math.min(SHOWN, entries.size()))) {
      text.append(System.lineSeparator()).append("  ").append(entry);
    }
    if (entries.size() > SHOWN) {
      text.append(System.lineSeparator()).append("  and %d more".formatted(entries.size() - SHOWN));
    }
    return text.toString();
  }
}
