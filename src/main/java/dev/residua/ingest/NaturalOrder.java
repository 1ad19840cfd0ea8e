package dev.residua.ingest;

import java.math.BigInteger;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Orders paths as people do: {@code 2.png} before {@code 10.png}. */
final class NaturalOrder implements Comparator<Path> {
  private static final Pattern PART = Pattern.compile("\\d+|\\D+");

  @Override
  public int compare(Path one, Path other) {
    Matcher a = PART.matcher(one.toString());
    Matcher b = PART.matcher(other.toString());
    while (true) {
      boolean more = a.find();
      boolean moreOther = b.find();
      if (!more || !moreOther) {
        int shorter = Boolean.compare(more, moreOther);
        return shorter != 0 ? shorter : one.compareTo(other); // 01 and 1
      }
      int order = comparePart(a.group(), b.group());
      if (order != 0) {
        return order;
      }
    }
  }

  private static int comparePart(String a, String b) {
    return Character.isDigit(a.charAt(0)) && Character.isDigit(b.charAt(0))
        ? new BigInteger(a).compareTo(new BigInteger(b))
        : a.compareTo(b);
  }
}
