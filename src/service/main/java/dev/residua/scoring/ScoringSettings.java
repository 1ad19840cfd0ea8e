package dev.residua.scoring;

import dev.residua.anomaly.ReconstructionPlan;
import dev.residua.causal.ResidualScorer;
import dev.residua.frame.FrameLimits;
import dev.residua.wire.RegistrySettings;
import java.time.Duration;
import java.util.Optional;

/**
 * Settings of scoring in one process.
 *
 * @param group consumer group of all scoring processes
 * @param instance name of this process, unique among those that run together and the same after a
 *     restart
 * @param threads scoring threads, each with partitions and a transaction of its own, at least 1
 * @param networkThreads threads inside the network for one batch, at least 1
 * @param maxFrames most frames in one transaction, at least 1
 * @param guarantee of delivery after a failure
 * @param batchDeadline how long a first frame waits for others to be scored with, at least 0; see
 *     {@link FrameQueue#gather}
 * @param modelMemory bytes of open models of all threads together beyond which those that were not
 *     used for the longest time are closed, above 0
 * @param transactionDeadline time after which a transaction takes no further frames, above 0
 * @param reconstruction which frames are reconstructed
 * @param timelines settings of the memory of frames of sources
 * @param limits limits of a frame before it is decoded
 * @param references places of frames that are too large for Kafka
 * @param registry registry of the schemas of frames that carry a schema's id
 */
public record ScoringSettings(
    String group,
    String instance,
    int threads,
    int networkThreads,
    int maxFrames,
    Guarantee guarantee,
    long modelMemory,
    Duration batchDeadline,
    Duration transactionDeadline,
    ReconstructionPlan reconstruction,
    TimelineSettings timelines,
    FrameLimits limits,
    ReferenceSettings references,
    Optional<RegistrySettings> registry) {
  /** See {@link #batchDeadline}. */
  public static final Duration BATCH_DEADLINE = Duration.ofMillis(5);

  /** See {@link #modelMemory}. */
  public static final long MODEL_MEMORY = 512L << 20;

  /** See {@link #transactionDeadline}. */
  public static final Duration TRANSACTION_DEADLINE = Duration.ofMillis(200);

  public ScoringSettings {
    atLeastOne("residua.scoring.threads", threads);
    atLeastOne("residua.scoring.network-threads", networkThreads);
    atLeastOne("residua.scoring.max-frames", maxFrames);
    if (modelMemory < 1) {
      throw new IllegalArgumentException(
          "residua.scoring.model-memory must be at least 1 but was " + modelMemory);
    }
    notNegative("residua.scoring.batch-deadline", batchDeadline);
    if (transactionDeadline.isNegative() || transactionDeadline.isZero()) {
      throw new IllegalArgumentException(
          "residua.scoring.transaction-deadline must be above 0 but was " + transactionDeadline);
    }
    if (instance.isBlank()) {
      throw new IllegalArgumentException("residua.instance must not be blank");
    }
  }

  private static void atLeastOne(String key, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(key + " must be at least 1 but was " + value);
    }
  }

  private static void notNegative(String key, Duration value) {
    if (value.isNegative()) {
      throw new IllegalArgumentException(key + " must be at least 0 but was " + value);
    }
  }

  /** One thread, exactly once, every frame reconstructed, no references, no registry. */
  public static ScoringSettings defaults(String group, String instance) {
    return new ScoringSettings(
        group,
        instance,
        1,
        1,
        256,
        Guarantee.EXACTLY_ONCE,
        MODEL_MEMORY,
        BATCH_DEADLINE,
        TRANSACTION_DEADLINE,
        ReconstructionPlan.EVERY_FRAME,
        TimelineSettings.DEFAULTS,
        FrameLimits.DEFAULTS,
        ReferenceSettings.NONE,
        Optional.empty());
  }

  /** Limits of decoded frames: a referenced file may be larger than a value. */
  FrameLimits decodedLimits() {
    return references.roots().isEmpty()
        ? limits
        : new FrameLimits(
            Math.max(limits.maxBytes(), references.maxBytes()),
            limits.maxSide(),
            limits.maxPixels());
  }

  /** Frames that go through the network together. */
  int batchFrames(ResidualScorer scorer) {
    return Math.min(scorer.batchFrames(), maxFrames);
  }

  /** Static member id and transactional id of one thread. */
  public String threadId(int thread) {
    return group + "-" + instance + "-" + thread;
  }
}
