package dev.residua.source;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;

/**
 * Returns true if and how often sources learn what is normal for them: {@code never}, {@code once},
 * or again after a time such as {@code P30D}.
 *
 * @param own whether they learn at all
 * @param again time for which a calibration is used before they learn again; null for ever
 */
public record SourceLearning(boolean own, @Nullable Duration again) {
  /** Shortest time: a calibration covers a day. */
  public static final Duration LEAST = Duration.ofDays(2);

  /** Longest time. */
  public static final Duration MOST = Duration.ofDays(366);

  public static final SourceLearning NEVER = new SourceLearning(false, null);
  public static final SourceLearning ONCE = new SourceLearning(true, null);

  public SourceLearning {
    if (again != null
        && (!own
            || !again.equals(Duration.ofDays(again.toDays()))
            || again.compareTo(LEAST) < 0
            || again.compareTo(MOST) > 0)) {
      throw invalid(again.toString());
    }
  }

  /**
   * Parses a setting.
   *
   * @throws IllegalArgumentException with the reason, if it is none
   */
  public static SourceLearning parse(String text) {
    return switch (text) {
      case "never" -> NEVER;
      case "once" -> ONCE;
      default -> {
        try {
          yield new SourceLearning(true, Duration.parse(text));
        } catch (DateTimeParseException | IllegalArgumentException e) {
          throw invalid(text);
        }
      }
    };
  }

  private static IllegalArgumentException invalid(String text) {
    return new IllegalArgumentException(
        "learn is '%s', expected never, once, or days from P2D to P366D after which sources learn again"
            .formatted(text));
  }

  /** As {@link #parse} reads it. */
  @Override
  public String toString() {
    return !own ? "never" : again == null ? "once" : "P%dD".formatted(again.toDays());
  }
}
