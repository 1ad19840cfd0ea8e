package dev.residua.access;

import dev.residua.access.AuditEntry.Outcome;
import dev.residua.frame.ValidTimeRange;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * Which audit entries are asked for.
 *
 * @param text part of the author, the action, the target, a source, the scene or the detail; in any
 *     case
 * @param outcome only entries with this outcome; empty for all
 * @param from first moment
 * @param to last moment
 */
public record AuditQuery(String text, Optional<Outcome> outcome, Instant from, Instant to) {
  public AuditQuery {
    text = text.strip().toLowerCase(Locale.ROOT);
    if (to.isBefore(from)) {
      throw new IllegalArgumentException(
          "the range of time ends at %s, before it begins at %s".formatted(to, from));
    }
  }

  /**
   * The query of texts; an empty one does not restrict.
   *
   * @throws IllegalArgumentException with the one that is wrong
   */
  public static AuditQuery of(String text, String outcome, String from, String to) {
    return new AuditQuery(
        text, outcome(outcome), time("from", from, Instant.MIN), time("to", to, Instant.MAX));
  }

  private static Optional<Outcome> outcome(String text) {
    if (text.isBlank()) {
      return Optional.empty();
    }
    for (Outcome one : Outcome.values()) {
      if (one.text().equals(text.strip().toLowerCase(Locale.ROOT))) {
        return Optional.of(one);
      }
    }
    throw new IllegalArgumentException(
        "outcome must be done, denied or failed but was '%s'".formatted(text));
  }

  private static Instant time(String name, String text, Instant otherwise) {
    return text.isBlank() ? otherwise : ValidTimeRange.parse(name, text.strip());
  }

  /** Returns true if an entry is asked for. */
  public boolean matches(AuditEntry entry) {
    return (outcome.isEmpty() || outcome.get() == entry.outcome())
        && !entry.at().isBefore(from)
        && !entry.at().isAfter(to)
        && (text.isEmpty()
            || "%s\n%s\n%s\n%s\n%s\n%s"
                .formatted(
                    entry.by(),
                    entry.action(),
                    entry.target(),
                    String.join("\n", entry.sources()),
                    entry.scene(),
                    entry.detail())
                .toLowerCase(Locale.ROOT)
                .contains(text));
  }
}
