package dev.residua.renewal.job;

import dev.residua.causal.ScoredFrame;
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
 * What a challenger said of live frames, beside the active model's word on the same ones.
 *
 * @param frames frames that both have scored
 * @param challengerDistance Kolmogorov distance of the challenger's joint p-values to the uniform
 *     law, in [0, 1]; NaN without frames
 * @param activeDistance the same of the active model
 * @param bound distance that sampling explains for that many independent frames, at level {@value
 *     #LEVEL}, see {@link UniformityMonitor}
 */
record ShadowTrial(int frames, double challengerDistance, double activeDistance, double bound) {
  static final double LEVEL = 1e-3;

  /** Fewest frames that say anything. */
  private static final int LEAST = 100;

  /** Most frames that are compared. */
  private static final int MOST = 20_000;

  /** Whether nothing speaks against the challenger: it scores, and is calibrated as well. */
  boolean passed() {
    return frames >= LEAST && challengerDistance <= Math.max(bound, activeDistance);
  }

  String sentence() {
    return frames < LEAST
        ? "the new model scored %d live frames, needed are %d: does a process with the role shadow run?"
            .formatted(frames, LEAST)
        : "on %,d live frames the joint p-values of the new model are %.3f from uniform, those of the active one %.3f (sampling explains %.3f for independent frames)"
            .formatted(frames, challengerDistance, activeDistance, bound);
  }

  /**
   * Compares what is on the topics.
   *
   * @param from where both topics are read from, by partition
   * @param calibrationScores behind the challenger's p-values
   */
  static ShadowTrial of(
      Supplier<? extends Consumer<byte[], byte[]>> consumers,
      Topics topics,
      Map<TopicPartition, Long> from,
      String challenger,
      int calibrationScores,
      BooleanSupplier cancelled) {
    Map<FramePosition, Float> theirs = new HashMap<>();
    read(
        consumers,
        topics.shadowScores(),
        from,
        score -> {
          if (score.modelId().equals(challenger) && theirs.size() < MOST) {
            theirs.put(score.position(), score.statistics().jointPValue());
          }
        },
        cancelled);
    Map<FramePosition, Float> ours = new HashMap<>();
    read(
        consumers,
        topics.scores(),
        from,
        score -> {
          if (theirs.containsKey(score.position())) {
            ours.put(score.position(), score.statistics().jointPValue());
          }
        },
        cancelled);
    theirs.keySet().retainAll(ours.keySet());
    int n = theirs.size();
    if (n == 0) {
      return new ShadowTrial(0, Double.NaN, Double.NaN, Double.NaN);
    }
    double sampling = Math.sqrt(Math.log(2 / LEVEL) / (2.0 * n));
    double calibration = Math.sqrt(Math.log(2 / LEVEL) / (2.0 * calibrationScores));
    return new ShadowTrial(
        n, distance(theirs), distance(ours), sampling + calibration + 1.0 / calibrationScores);
  }

  private static double distance(Map<FramePosition, Float> pValues) {
    float[] values = new float[pValues.size()];
    int n = 0;
    for (float value : pValues.values()) {
      values[n++] = value;
    }
    return UniformityMonitor.distance(values);
  }

  private static void read(
      Supplier<? extends Consumer<byte[], byte[]>> consumers,
      Topic<String, ScoredFrame> topic,
      Map<TopicPartition, Long> from,
      java.util.function.Consumer<ScoredFrame> each,
      BooleanSupplier cancelled) {
    try (Consumer<byte[], byte[]> consumer = consumers.get()) {
      Map<TopicPartition, FrameRange.Span> spans = new HashMap<>();
      consumer
          .endOffsets(TopicReader.partitions(consumer, topic.name()))
          .forEach(
              (partition, end) -> {
                long start = from.getOrDefault(partition, 0L);
                if (start < end) {
                  spans.put(partition, new FrameRange.Span(start, end));
                }
              });
      TopicReader.forEach(
          consumer,
          spans,
          record -> {
            ScoredFrame score = StoredExclusions.value(topic, record);
            if (score != null) {
              each.accept(score);
            }
          },
          fraction -> {},
          cancelled);
    }
  }

  /** Where both topics end now. */
  static Map<TopicPartition, Long> now(
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
