package dev.residua.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Phrases and metaphors that are not used, their replacements, and exceptions.
 *
 * @param phrases banned in prose
 * @param metaphors banned as words of identifiers
 * @param pending packages that are not checked yet, with those below them
 * @param done files and folders to which a list is limited
 */
public record WordList(
    List<Entry> phrases, List<Entry> metaphors, List<String> pending, List<String> done) {
  /**
   * One line of the list with its exceptions.
   *
   * @param banned a regular expression
   * @param instead the replacement
   * @param allowed texts that may contain it
   */
  public record Entry(Pattern banned, String instead, List<Pattern> allowed) {
    private boolean allows(String text, int start, int end) {
      return allowed.stream()
          .flatMap(exception -> exception.matcher(text).results())
          .anyMatch(match -> match.start() <= start && match.end() >= end);
    }
  }

  /** Reads a file in which each line starts with phrase, identifier, except, pending or done. */
  public static WordList read(Path file) throws IOException {
    List<Entry> phrases = new ArrayList<>();
    List<Entry> metaphors = new ArrayList<>();
    List<String> pending = new ArrayList<>();
    List<String> done = new ArrayList<>();
    List<Pattern> exceptions = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      String[] parts = line.split(":", 2);
      String[] sides = parts[1].split("=>", 2);
      String text = sides[0].strip();
      switch (parts[0].strip()) {
        case "pending" -> pending.add(text);
        case "done" -> done.add(text);
        case "except" -> exceptions.add(pattern(text));
        default -> {
          exceptions = new ArrayList<>();
          Entry entry = new Entry(pattern(text), sides[1].strip(), exceptions);
          (parts[0].equals("phrase") ? phrases : metaphors).add(entry);
        }
      }
    }
    return new WordList(phrases, metaphors, pending, done);
  }

  private static Pattern pattern(String text) {
    return Pattern.compile(
        "\\b(?:" + text.replace(" ", "(?:[ \\t]+|[ \\t]*\\n[ \\t]*)") + ")\\b",
        Pattern.CASE_INSENSITIVE);
  }

  /** Returns true if a file or its folder is listed as done, and not as pending. */
  public boolean isDone(String file) {
    return done.stream().anyMatch(path -> isIn(file, path))
        && pending.stream().noneMatch(path -> isIn(file, path));
  }

  private static boolean isIn(String file, String path) {
    return file.equals(path) || file.startsWith(path + "/");
  }

  /** Returns true if a package is not checked yet. */
  public boolean isPending(String name) {
    return pending.stream().anyMatch(p -> name.equals(p) || name.startsWith(p + "."));
  }

  /**
   * The banned phrases of a text, each with its place and replacement.
   *
   * @param line of the text's first line in its file; 0 if unknown
   */
  public List<String> bannedIn(String file, int line, String text) {
    List<String> found = new ArrayList<>();
    for (Entry entry : phrases) {
      for (MatchResult match : entry.banned().matcher(text).results().toList()) {
        if (!entry.allows(text, match.start(), match.end())) {
          int breaks = (int) text.substring(0, match.start()).chars().filter(c -> c == 10).count();
          found.add(
              "%s: \"%s\"; write: %s (%s)"
                  .formatted(
                      line == 0 ? file : file + ":" + (line + breaks),
                      match.group().replaceAll("\\s+", " "),
                      entry.instead(),
                      around(text, match)));
        }
      }
    }
    return found;
  }

  private static String around(String text, MatchResult match) {
    return text.substring(
            Math.max(0, match.start() - 40), Math.min(text.length(), match.end() + 40))
        .replaceAll("\\s+", " ")
        .strip();
  }

  /** The metaphors in an identifier or package, whose words start with capitals or after dots. */
  public List<String> metaphorsIn(String file, String name) {
    String words =
        name.replaceAll("([a-z0-9])([A-Z])", "$1 $2")
            .replaceAll("[._]", " ")
            .toLowerCase(Locale.ROOT);
    List<String> found = new ArrayList<>();
    for (Entry entry : metaphors) {
      for (MatchResult match : entry.banned().matcher(words).results().toList()) {
        if (!entry.allows(words, match.start(), match.end())) {
          found.add("%s: %s; use: %s".formatted(file, name, entry.instead()));
        }
      }
    }
    return found;
  }
}
