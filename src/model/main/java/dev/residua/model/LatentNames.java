package dev.residua.model;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** New names for the same latents; all change at once, so that two may be exchanged. */
final class LatentNames {
  private final Map<String, String> newNames = new HashMap<>();
  private final Pattern anyOld;

  LatentNames(List<String> from, List<String> to) {
    for (int i = 0; i < from.size(); i++) {
      newNames.put(from.get(i), to.get(i));
    }
    // The longest first, since one name may begin another.
    this.anyOld =
        Pattern.compile(
            from.stream()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .map(Pattern::quote)
                .collect(
                    Collectors.joining("|", "(?<![\\p{L}\\p{N}_])(?:", ")(?![\\p{L}\\p{N}_])")));
  }

  /** A text in which names stand as words of their own. */
  String inText(String text) {
    return anyOld.matcher(text).replaceAll(this::replacement);
  }

  private String replacement(MatchResult match) {
    return Matcher.quoteReplacement(newNames.getOrDefault(match.group(), match.group()));
  }

  /** A key such as {@code held.error.light}, whose end is a name; others stay as they are. */
  String atEnd(String prefix, String key) {
    String name = key.startsWith(prefix) ? newNames.get(key.substring(prefix.length())) : null;
    return name == null ? key : prefix + name;
  }
}
