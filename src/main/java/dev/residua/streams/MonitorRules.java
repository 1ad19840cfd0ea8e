package dev.residua.streams;

import dev.residua.monitor.SourceSettings;
import dev.residua.source.SourceRule;
import dev.residua.source.SourceRules;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.kafka.streams.errors.StreamsException;
import org.jspecify.annotations.Nullable;

/**
 * The rules of sources, as the monitor uses them. Each score names the revision that was in force,
 * so that a replay gives the same results; between frames the latest revisions hold. For any
 * thread.
 *
 * @param latest the rules as read so far
 * @param refresh reads on to the present end
 * @param installation the budget where a rule sets none; empty to use the run length of each model
 */
public record MonitorRules(
    Supplier<SourceRules> latest, Refresh refresh, Optional<SourceSettings.Budget> installation) {
  /** No rules, and the run length of each model. */
  public static final MonitorRules NONE =
      new MonitorRules(() -> SourceRules.EMPTY, () -> SourceRules.EMPTY, Optional.empty());

  /** Reads the rules to their present end. */
  @FunctionalInterface
  public interface Refresh {
    /** The rules, with all that is committed now. */
    SourceRules read() throws IOException;
  }

  /** The rules cannot be read now. */
  static final class UnavailableException extends StreamsException {
    private static final long serialVersionUID = 1L;

    UnavailableException(Throwable cause) {
      super(String.valueOf(cause.getMessage()), cause);
    }
  }

  /**
   * The revision that a score names.
   *
   * @return the settings of the installation if it was deleted since
   * @throws UnavailableException if it is unknown and the brokers do not answer
   */
  SourceRule revision(String key) {
    Optional<SourceRule> known = latest.get().revision(key);
    if (known.isPresent()) {
      return known.get();
    }
    try {
      return refresh.read().revision(key).orElse(SourceRule.DEFAULTS);
    } catch (IOException e) {
      throw new UnavailableException(e);
    }
  }

  SourceSettings settings(SourceRule rule) {
    return SourceSettings.of(rule, installation.orElse(null));
  }

  /** Whether a source has been silent for too long, by the latest rules. */
  boolean silent(SourceRule rule, Duration idle, java.time.Instant now, Duration installationTime) {
    @Nullable Duration own = rule.silentAfter();
    Duration limit = own == null ? installationTime : own;
    Duration counted =
        rule.activeHours() == null
            ? idle
            : Stream.of(idle, rule.activeHours().activeSince(now)).min(Duration::compareTo).get();
    return counted.compareTo(limit) >= 0;
  }

  /** Shortest time after which any source is silent. */
  Duration shortestSilence(Duration installationTime) {
    return latest.get().rules().stream()
        .flatMap(rule -> Stream.ofNullable(rule.silentAfter()))
        .reduce(installationTime, (a, b) -> a.compareTo(b) < 0 ? a : b);
  }
}
