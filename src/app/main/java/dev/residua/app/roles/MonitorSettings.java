package dev.residua.app.roles;

import dev.residua.streams.SourceLimits;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Settings of the monitoring role.
 *
 * @param instance name of this process, unique among those that run together and the same after a
 *     restart
 * @param stateDirectory directory of the state of the sources; survives restarts
 * @param threads threads, each with partitions of its own, at least 1
 * @param standbyReplicas further processes that keep a copy of the state of each partition ready,
 *     at least 0
 * @param sources bounds of the sources of a partition
 * @param commitInterval time between two transactions, above 0
 * @param cacheBytes memory for state that is not written yet, at least 0
 */
public record MonitorSettings(
    String instance,
    Path stateDirectory,
    int threads,
    int standbyReplicas,
    SourceLimits sources,
    Duration commitInterval,
    long cacheBytes) {
  public MonitorSettings {
    atLeast("residua.monitor.threads", threads, 1);
    atLeast("residua.monitor.standby-replicas", standbyReplicas, 0);
    atLeast("residua.monitor.cache-bytes", cacheBytes, 0);
    if (commitInterval.isNegative() || commitInterval.isZero()) {
      throw new IllegalArgumentException(
          "residua.monitor.commit-interval must be above 0 but was " + commitInterval);
    }
  }

  /** One thread without standby, and the usual values of {@code residua.monitor}. */
  public static MonitorSettings defaults(String instance, Path stateDirectory) {
    return new MonitorSettings(
        instance, stateDirectory, 1, 0, SourceLimits.DEFAULTS, Duration.ofMillis(100), 64L << 20);
  }

  private static void atLeast(String key, long value, long least) {
    if (value < least) {
      throw new IllegalArgumentException(
          "%s must be at least %d but was %d".formatted(key, least, value));
    }
  }
}
