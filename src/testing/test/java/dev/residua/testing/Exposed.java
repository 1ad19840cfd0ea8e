package dev.residua.testing;

import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the page that Prometheus would scrape, and which of it expressions use. */
public final class Exposed {
  private static final Pattern SAMPLE = Pattern.compile("^([a-zA-Z_:][a-zA-Z0-9_:]*)[ {]");
  private static final Pattern USED =
      Pattern.compile("(?<![a-zA-Z0-9_:\"/.-])residua_[a-z0-9_]+(?![a-zA-Z0-9_:.-])");

  private Exposed() {}

  /** Names of the samples of a scrape, such as {@code residua_score_seconds_bucket}. */
  public static Set<String> names(String scrape) {
    Set<String> names = new TreeSet<>();
    for (String line : scrape.split("\n")) {
      Matcher sample = SAMPLE.matcher(line);
      if (sample.find()) {
        names.add(sample.group(1));
      }
    }
    return names;
  }

  /** Names of the product's metrics that a text uses. */
  public static Set<String> used(String text) {
    Set<String> names = new TreeSet<>();
    Matcher used = USED.matcher(text);
    while (used.find()) {
      names.add(used.group());
    }
    return names;
  }
}
