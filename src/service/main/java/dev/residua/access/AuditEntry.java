package dev.residua.access;

import dev.residua.frame.ValidTimeRange;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * One change of a person, or one that was denied.
 *
 * @param at time of the change
 * @param by who made it; marked if nobody has authenticated the name; {@value #UNKNOWN} if there is
 *     none
 * @param action such as {@code silence}, {@code promote}, {@code change-rule}
 * @param target id of the command, incident, model or rule, or the path of the request; cut to
 *     {@value #MAX_TARGET} characters
 * @param sources first {@value #MAX_SOURCES} sources that it concerned, as known then
 * @param sourceCount how many it concerned, at least as many as are named
 * @param scene scene whose models it concerned; empty for none
 * @param outcome its outcome
 * @param detail reason of the person, the settings that changed, or why it was not done; cut to
 *     {@value #MAX_DETAIL} characters
 */
public record AuditEntry(
    Instant at,
    String by,
    String action,
    String target,
    List<String> sources,
    int sourceCount,
    String scene,
    Outcome outcome,
    String detail) {
  /** Most sources that an entry names. */
  public static final int MAX_SOURCES = 20;

  /** Longest target, in characters. */
  public static final int MAX_TARGET = 300;

  /** Longest detail, in characters. */
  public static final int MAX_DETAIL = 1_000;

  /** Longest name of an author, in characters. */
  public static final int MAX_BY = 300;

  /** Author if there is no name. */
  public static final String UNKNOWN = "unknown";

  private static final Pattern ACTION = Pattern.compile("[a-z][a-z-]{0,39}");

  /** Outcome of a change. */
  public enum Outcome {
    /** It was stored. */
    DONE,
    /** The grants of the person did not allow it. */
    DENIED,
    /** It could not be stored, or nobody knows whether it was. */
    FAILED;

    /** As people read it: {@code done}. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public AuditEntry {
    if (!ValidTimeRange.contain(at)) {
      throw new IllegalArgumentException(
          "an audit entry is from %s, expected a time before %s".formatted(at, ValidTimeRange.END));
    }
    if (!ACTION.matcher(action).matches()) {
      throw new IllegalArgumentException(
          "the action of an audit entry must have 1 to 40 small letters and hyphens but was '%s'"
              .formatted(action));
    }
    if (sourceCount < sources.size()) {
      throw new IllegalArgumentException(
          "an audit entry names %d sources but counts %d".formatted(sources.size(), sourceCount));
    }
    by = by.isBlank() ? UNKNOWN : cut(by, MAX_BY);
    target = cut(target, MAX_TARGET);
    sources = sources.stream().limit(MAX_SOURCES).toList();
    detail = cut(detail, MAX_DETAIL);
  }

  private static String cut(String text, int most) {
    return text.length() <= most ? text : text.substring(0, most - 1) + "…";
  }

  /**
   * Returns true if a person may read the entry: an owner of every source any; others those that
   * they own all sources of, or the scene.
   */
  public boolean isVisibleTo(Visitor visitor) {
    if (visitor.person().grants().allowEverywhere(AccessRole.OWNER)) {
      return true;
    }
    if (!scene.isEmpty() || sources.isEmpty() || sourceCount > sources.size()) {
      return !scene.isEmpty() && visitor.mayAdminister(scene);
    }
    return sources.stream().allMatch(visitor::mayConfigure);
  }
}
