package dev.residua.app.config;

import io.smallrye.config.WithDefault;
import java.time.Duration;

/** The monitoring role. */
public interface MonitorConfig {
  /** Threads that monitor, each with partitions of its own, at least 1. */
  @WithDefault("1")
  int threads();

  /**
   * Further monitoring processes that keep a copy of each partition's state, so that one of them
   * continues without reading it from Kafka when a process dies, which takes ten seconds to notice;
   * at least 0.
   */
  @WithDefault("0")
  int standbyReplicas();

  /**
   * Sources of a partition whose derived values are held ready, about 0.6 MB each at four latents,
   * at least 0; fewer if the heap has no room. Those of other sources are recomputed.
   */
  @WithDefault("256")
  int liveSources();

  /** Time between two transactions: the longest delay of a verdict, above 0. */
  @WithDefault("PT0.1S")
  Duration commitInterval();

  /** Memory for state that is not written yet, in bytes, at least 0. */
  @WithDefault("67108864")
  long cacheBytes();

  /**
   * Capture time after which the state of a source is published on {@code source-states} again
   * although nothing has changed, at least 1 ms.
   */
  @WithDefault("PT10S")
  Duration stateInterval();
}
