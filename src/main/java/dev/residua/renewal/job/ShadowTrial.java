package dev.residua.renewal.job;

import dev.residua.causal.ScoredFrame;
import dev.residua.drift.UniformDistance;
import dev.residua.frame.FramePosition;
import dev.residua.renewal.trigger.UniformityMonitor;
import dev.residua.wire.Topic;
import dev.residua.wire.Topics;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

/**
 * Compares the scores of a challenger and of the active model on the same live frames.
 *
 * @param frames frames that both have scored
 * @param challengerDistance Kolmogorov distance of the challenger's joint p-values to the uniform
 *     law, in [0, 1]; NaN without frames
 * @param activeDistance the same of the active model
 * @param bound distance that sampling explains for that many independent frames, at level {@value
 *     #LEVEL}, see {@link UniformityMonitor}
 * @param sources whether they would be watched under the challenger
 */
record ShadowTrial(
    int frames,
    double challengerDistance,
    double activeDistance,
    double bound,
    SourceReadiness sources) {
  static final double LEVEL = 1e-3;

  /** Fewest frames for a comparison. */
  private static final int MIN_FRAMES = 100;

  /** Most frames that are compared. */
  private static final int MAX_FRAMES = 20_000;

  /**
   * Whether the challenger scored enough frames, is calibrated as well as the active model, and
   * leaves no source without a watch.
   */
  boolean passed() {
    return frames >= MIN_FRAMES
        && challengerDistance <= Math.max(bound, activeDistance)
        && sources.ready();
  }

  String sentence() {
    return compared() + (sources.watched() == 0 ? "" : "; " + sources.sentence());
  }

  private String compared() {
    return frames < MIN_FRAMES
        ? "the new model scored %d live frames, needed are %d: does a process with the role shadow run?"
            .formatted(frames, MIN_FRAMES)
        : "on %,d live frames the joint p-values of the new model are %.3f from uniform, those of the active one %.3f (sampling explains %.3f for independent frames)"
            .formatted(frames, challengerDistance, activeDistance, bound);
  }

  /**
   * Compares the scores on the topics.
   *
   * @param from first offsets of both topics, by partition
   * @param calibrationScores number of calibration scores behind the challenger's p-values
   * @param sources at the end of the trial
   */
  static ShadowTrial of(
      Supplier<? extends Consumer<byte[], byte[]>> consumers,
      Topics topics,
      Map<TopicPartition, Long> from,
      String challenger,
      int calibrationScores,
      SourceReadiness sources,
      BooleanSupplier cancelled) {
    Map<FramePosition, Float> challengers = new HashMap<>();
    read(
        consumers,
        topics.shadowScores(),
        from,
        score -> {
          if (score.modelId().equals(challenger)
              && challengers.size() < MAX_FRAMES
              && !score.statistics().isPartial()) {
            challengers.put(score.position(), score.statistics().jointPValue());
          }
        },
        cancelled);
    Map<FramePosition, Float> actives = new HashMap<>();
    read(
        consumers,
        topics.scores(),
        from,
        score -> {
          if (challengers.containsKey(score.position()) && !score.statistics().isPartial()) {
            actives.put(score.position(), score.statistics().jointPValue());
          }
        },
        cancelled);
    challengers.keySet().retainAll(actives.keySet());
    int n = challengers.size();
    if (n == 0) {
      return new ShadowTrial(0, Double.NaN, Double.NaN, Double.NaN, sources);
    }
    double sampling = Math.sqrt(Math.log(2 / LEVEL) / (2.0 * n));
    double calibration = Math.sqrt(Math.log(2 / LEVEL) / (2.0 * calibrationScores));
    return new ShadowTrial(
        n,
        distance(challengers),
        distance(actives),
        sampling + calibration + 1.0 / calibrationScores,
        sources);
  }

  private static double distance(Map<FramePosition, Float> pValues) {
    return UniformDistance.of(pValues.values().stream().mapToDouble(Float::doubleValue).toArray());
  }

  private static void read(
      Supplier<? extends Consumer<byte[], byte[]>> consumers,
      Topic<String, ScoredFrame> topic,
      Map<TopicPartition, Long> from,
      java.util.function.Consumer<ScoredFrame> each,
      BooleanSupplier cancelled) {
    try (Consumer<byte[], byte[]> consumer = consumers.get()) {
      Map<TopicPartition, Long> ends =
          consumer.endOffsets(TopicReader.partitions(consumer, topic.name()));
      TopicReader.forEach(
          consumer,
          TopicReader.spans(from, ends),
          TopicReader.values(topic, (score, at) -> each.accept(score)),
          fraction -> {},
          cancelled);
    }
  }

  /** The current end offsets of both topics. */
  static Map<TopicPartition, Long> endOffsets(
      Supplier<? extends Consumer<byte[], byte[]>> consumers, Topics topics) {
    try (Consumer<byte[], byte[]> consumer = consumers.get()) {
      Map<TopicPartition, Long> ends =
          new HashMap<>(
              consumer.endOffsets(TopicReader.partitions(consumer, topics.scores().name())));
      ends.putAll(
          consumer.endOffsets(TopicReader.partitions(consumer, topics.shadowScores().name())));
      return ends;
    }
  }
}
