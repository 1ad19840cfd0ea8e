package dev.residua.renewal.job;

import dev.residua.anomaly.AnomalyCalibration;
import dev.residua.causal.ScoredFrame;
import dev.residua.commissioning.CommissioningFit;
import dev.residua.commissioning.CommissioningReference;
import dev.residua.commissioning.CommissioningWindow;
import dev.residua.drift.CalibrationPhase;
import dev.residua.drift.DriftScore;
import dev.residua.drift.UniformDistance;
import dev.residua.monitor.SourcePValues;
import dev.residua.renewal.trigger.UniformityMonitor;
import dev.residua.topic.TopicSpans;
import dev.residua.wire.Topic;
import dev.residua.wire.Topics;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

/**
 * Compares the p-values of a challenger and of the active model on the same live frames. Both are
 * those under the calibration in force: for a source with a calibration of its own, the p-values of
 * its innovations; under the challenger, of those that it learnt from these frames.
 *
 * @param frames frames that both have evaluated
 * @param challengerDistance largest Kolmogorov distance of the challenger's p-values of a latent to
 *     the uniform distribution, in [0, 1]; NaN without frames
 * @param activeDistance that of the active model
 * @param bound distance that sampling explains for that many independent frames, at level {@value
 *     #LEVEL} over all latents, see {@link UniformityMonitor}
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
   * The challenger, as far as p-values depend on it.
   *
   * @param scoredAs id under which it scores in shadow
   * @param commissioning shared reference of its sources; empty if they cannot be commissioned
   */
  record Challenger(
      String scoredAs,
      AnomalyCalibration calibration,
      Optional<CommissioningReference> commissioning) {}

  /** One frame of one source. */
  private record FrameKey(String source, long sequence) {}

  /**
   * A frame that both have evaluated.
   *
   * @param active p-values of the active model
   */
  @SuppressWarnings("ArrayRecordComponent") // not compared
  private record Compared(ScoredFrame frame, float[] active) {}

  /** Frames that share a calibration. */
  private record Group(String source, String context, boolean ownCalibration) {}

  /**
   * Returns true if the challenger scored enough frames, is calibrated as well as the active model,
   * and leaves no source without a watch.
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
        : "on %,d live frames the p-values of the new model are %.3f from uniform, those of the active one %.3f (sampling explains %.3f for independent frames)"
            .formatted(frames, challengerDistance, activeDistance, bound);
  }

  /**
   * Compares the records of the topics.
   *
   * @param from first offsets of both topics, by partition
   * @param sources at the end of the trial
   */
  static ShadowTrial of(
      Supplier<? extends Consumer<byte[], byte[]>> consumers,
      Topics topics,
      Map<TopicPartition, Long> from,
      Challenger challenger,
      SourceReadiness sources,
      BooleanSupplier cancelled) {
    List<ScoredFrame> challengers = new ArrayList<>();
    read(
        consumers,
        topics.shadowScores(),
        from,
        score -> {
          if (score.modelId().equals(challenger.scoredAs()) && challengers.size() < MAX_FRAMES) {
            challengers.add(score);
          }
        },
        cancelled);
    List<DriftScore> actives = new ArrayList<>();
    read(consumers, topics.drift(), from, actives::add, cancelled);
    return of(challengers, actives, challenger, sources);
  }

  /**
   * Compares frames.
   *
   * @param challengers scored by the challenger
   * @param actives evaluated with the active model; others are ignored
   */
  static ShadowTrial of(
      List<ScoredFrame> challengers,
      List<DriftScore> actives,
      Challenger challenger,
      SourceReadiness sources) {
    Map<FrameKey, DriftScore> known = new HashMap<>();
    for (DriftScore score : actives) {
      float[] pValues = score.calibration().pValues();
      if (pValues.length > 0 && allFinite(pValues)) {
        known.put(new FrameKey(score.source(), score.sequence()), score);
      }
    }
    Map<Group, List<Compared>> groups = new HashMap<>();
    for (ScoredFrame frame : challengers) {
      DriftScore active = known.get(new FrameKey(frame.source(), frame.sequence()));
      if (active != null && allFinite(frame.statistics().standardized())) {
        boolean own = active.calibration().phase() != CalibrationPhase.MODEL;
        groups
            .computeIfAbsent(
                new Group(frame.source(), frame.context(), own), any -> new ArrayList<>())
            .add(new Compared(frame, active.calibration().pValues()));
      }
    }
    List<float[]> first = new ArrayList<>();
    List<float[]> second = new ArrayList<>();
    groups.forEach(
        (group, frames) -> {
          frames.sort(Comparator.comparingLong(one -> one.frame().sequence()));
          List<float[]> pValues =
              pValues(group, frames.stream().map(Compared::frame).toList(), challenger);
          for (int i = 0; i < pValues.size(); i++) {
            first.add(pValues.get(i));
            second.add(frames.get(i).active());
          }
        });
    int n = first.size();
    if (n == 0) {
      return new ShadowTrial(0, Double.NaN, Double.NaN, Double.NaN, sources);
    }
    int d = challenger.calibration().latents();
    int scores = challenger.calibration().size();
    double log = Math.log(2 * d / LEVEL) / 2;
    return new ShadowTrial(
        n,
        distance(first),
        distance(second),
        Math.sqrt(log / n) + Math.sqrt(log / scores) + 1.0 / scores,
        sources);
  }

  /** The challenger's p-values of frames; empty if they are too few for a calibration. */
  private static List<float[]> pValues(
      Group group, List<ScoredFrame> frames, Challenger challenger) {
    List<float[]> all = new ArrayList<>();
    CommissioningReference shared = challenger.commissioning().orElse(null);
    if (shared == null || !group.ownCalibration()) {
      frames.forEach(frame -> all.add(frame.statistics().pValues()));
      return all;
    }
    CommissioningWindow window = CommissioningWindow.start(challenger.calibration().latents());
    for (ScoredFrame frame : frames) {
      float[] expected = new float[challenger.calibration().latents()];
      for (int k = 0; k < expected.length; k++) {
        expected[k] = frame.expected()[k] / challenger.calibration().scale(k);
      }
      window = window.plus(frame.statistics().standardized(), expected, true);
    }
    if (CommissioningFit.possible(window)) {
      CommissioningFit fit = CommissioningFit.of(window, 1);
      SourcePValues source =
          new SourcePValues(fit.calibration(), shared.distribution().ofSource(fit.innovations()));
      frames.forEach(frame -> all.add(source.next(frame.statistics().standardized())));
    }
    return all;
  }

  private static boolean allFinite(float[] values) {
    for (float value : values) {
      if (!Float.isFinite(value)) {
        return false;
      }
    }
    return true;
  }

  /** The largest distance of a latent. */
  private static double distance(List<float[]> pValues) {
    double largest = 0;
    for (int k = 0; k < pValues.get(0).length; k++) {
      int latent = k;
      largest =
          Math.max(
              largest, UniformDistance.of(pValues.stream().mapToDouble(p -> p[latent]).toArray()));
    }
    return largest;
  }

  private static <V> void read(
      Supplier<? extends Consumer<byte[], byte[]>> consumers,
      Topic<String, V> topic,
      Map<TopicPartition, Long> from,
      java.util.function.Consumer<V> each,
      BooleanSupplier cancelled) {
    try (Consumer<byte[], byte[]> consumer = consumers.get()) {
      Map<TopicPartition, Long> ends =
          consumer.endOffsets(TopicSpans.partitions(consumer, topic.name()));
      new TopicSpans(consumer, TopicSpans.spans(from, ends))
          .stoppedBy(cancelled)
          .readAll(topic.values((value, at) -> each.accept(value)));
    }
  }

  /** The current end offsets of both topics. */
  static Map<TopicPartition, Long> endOffsets(
      Supplier<? extends Consumer<byte[], byte[]>> consumers, Topics topics) {
    try (Consumer<byte[], byte[]> consumer = consumers.get()) {
      Map<TopicPartition, Long> ends =
          new HashMap<>(
              consumer.endOffsets(TopicSpans.partitions(consumer, topics.drift().name())));
      ends.putAll(
          consumer.endOffsets(TopicSpans.partitions(consumer, topics.shadowScores().name())));
      return ends;
    }
  }
}
