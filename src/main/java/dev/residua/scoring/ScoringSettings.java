package dev.residua.scoring;

import dev.residua.frame.FrameLimits;
import dev.residua.wire.RegistrySettings;
import java.util.Optional;

/**
 * How a process scores.
 *
 * @param group consumer group of all scoring processes
 * @param instance name of this process, unique among those that run together and the same after a
 *     restart
 * @param threads scoring threads, each with partitions and a transaction of its own, at least 1
 * @param networkThreads threads inside the network for one batch, at least 1
 * @param maxFrames most frames in one transaction, at least 1
 * @param limits what a frame may cost before it is decoded
 * @param registry where the schemas are of frames that carry a schema's id
 */
public record ScoringSettings(
    String group,
    String instance,
    int threads,
    int networkThreads,
    int maxFrames,
    FrameLimits limits,
    Optional<RegistrySettings> registry) {
  public ScoringSettings {
    atLeastOne("residua.scoring.threads", threads);
    atLeastOne("residua.scoring.network-threads", networkThreads);
    atLeastOne("residua.scoring.max-frames", maxFrames);
    if (instance.isBlank()) {
      throw new IllegalArgumentException("residua.instance must not be blank");
    }
  }

  private static void atLeastOne(String key, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(key + " must be at least 1 but was " + value);
    }
  }

  /** Static member id and transactional id of one thread. */
  public String threadId(int thread) {
    return group + "-" + instance + "-" + thread;
  }
}
