package dev.residua.streams;

import dev.residua.monitor.SourceSettings;
import dev.residua.source.SourceRule;
import dev.residua.source.SourceRules;
import dev.residua.wire.BoundedMap;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.kafka.streams.errors.StreamsException;
import org.jspecify.annotations.Nullable;

/**
 * The rules of sources, as the monitor uses them. Each score names the revision that was in force,
 * so that a replay gives the same results; between frames the latest revisions hold. For any
 * thread.
 */
public final class MonitorRules {
  /** No rules, and the run length of each model. */
  public static final MonitorRules NONE =
      new MonitorRules(() -> SourceRules.EMPTY, () -> SourceRules.EMPTY, Optional.empty(), false);

  private final Supplier<SourceRules> latest;
  private final Refresh refresh;
  private final SourceSettings.@Nullable Budget installation;
  private final boolean commissioned;

  /** Revisions that there are not, with the rules among which they were looked for. */
  private final Map<String, SourceRules> unknown =
      Collections.synchronizedMap(BoundedMap.ofLastUsed(1_000));

  /** Settings of the revisions in force. */
  private final Map<SourceRule, SourceSettings> settings =
      Collections.synchronizedMap(BoundedMap.ofLastUsed(SourceRules.MAX_RULES));

  /**
   * @param latest the rules as read so far
   * @param refresh reads on to the present end
   * @param installation the budget if a rule sets none; empty to use the run length of each model
   * @param commissioned whether sources learn what is normal for them
   */
  public MonitorRules(
      Supplier<SourceRules> latest,
      Refresh refresh,
      Optional<SourceSettings.Budget> installation,
      boolean commissioned) {
    this.latest = latest;
    this.refresh = refresh;
    this.installation = installation.orElse(null);
    this.commissioned = commissioned;
  }

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
    SourceRules now = latest.get();
    Optional<SourceRule> known = now.revision(key);
    if (known.isPresent()) {
      return known.get();
    }
    if (unknown.get(key) == now) {
      return SourceRule.DEFAULTS; // nothing was written since
    }
    try {
      SourceRules read = refresh.read();
      Optional<SourceRule> found = read.revision(key);
      if (found.isEmpty()) {
        unknown.put(key, read);
      }
      return found.orElse(SourceRule.DEFAULTS);
    } catch (IOException e) {
      throw new UnavailableException(e);
    }
  }

  /** The rules as read so far. */
  SourceRules latest() {
    return latest.get();
  }

  SourceSettings settings(SourceRule rule) {
    return settings.computeIfAbsent(
        rule, one -> SourceSettings.of(one, installation, commissioned));
  }

  /** Returns true if a source has been silent for too long, by the latest rules. */
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
