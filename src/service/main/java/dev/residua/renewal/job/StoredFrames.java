package dev.residua.renewal.job;

import dev.residua.frame.Frame;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.FramePosition;
import dev.residua.frame.RejectedFrameException;
import dev.residua.renewal.selection.Exclusions;
import dev.residua.renewal.selection.FrameCandidate;
import dev.residua.renewal.selection.FrameSelection;
import dev.residua.renewal.selection.RejectionReason;
import dev.residua.scoring.ReferenceSettings;
import dev.residua.scoring.ReferencedFrames;
import dev.residua.topic.OffsetSpan;
import dev.residua.topic.TopicSpans;
import dev.residua.training.TrainingProgress;
import dev.residua.wire.FrameReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * Chooses and reads frames that are stored on Kafka. Reads the topic twice: first without decoding
 * pictures, to choose frames; then, seeking over gaps, for the pixels of the chosen ones. Memory
 * and file space depend on the chosen frames only.
 *
 * <p>The second pass fetches pixels that frames refer to. A frame that cannot be read then is left
 * out and counted. For one thread.
 */
public final class StoredFrames {
  /** Smallest gap between two chosen offsets that is skipped by a seek. */
  private static final long MIN_SEEK = 200;

  private static final Duration POLL = Duration.ofMillis(250);
  private static final Duration STALL = Duration.ofSeconds(60);

  private final Supplier<? extends Consumer<byte[], byte[]>> consumers;
  private final String topic;
  private final FrameReader reader;
  private final FrameLimits limits;
  private final ReferenceSettings references;

  /**
   * @param consumers of bytes, committed records only, outside any group
   * @param references allowed locations of pixels that frames refer to
   */
  public StoredFrames(
      Supplier<? extends Consumer<byte[], byte[]>> consumers,
      String topic,
      FrameReader reader,
      FrameLimits limits,
      ReferenceSettings references) {
    this.consumers = consumers;
    this.topic = topic;
    this.reader = reader;
    this.limits = limits;
    this.references = references;
  }

  /**
   * The offsets of a range now, by partition; partitions without any are missing.
   *
   * @throws RetentionTooShortException if records at its beginning have been deleted; never for a
   *     topic that still has its first record
   * @throws IllegalArgumentException if there is no such topic or partition
   */
  public Map<TopicPartition, OffsetSpan> spans(FrameRange range) throws RetentionTooShortException {
    try (Consumer<byte[], byte[]> consumer = consumers.get()) {
      return spans(consumer, range);
    }
  }

  private Map<TopicPartition, OffsetSpan> spans(Consumer<byte[], byte[]> consumer, FrameRange range)
      throws RetentionTooShortException {
    List<TopicPartition> partitions = TopicSpans.partitions(consumer, topic);
    if (partitions.isEmpty()) {
      throw new IllegalArgumentException("there is no topic " + topic);
    }
    Map<TopicPartition, Long> starts = consumer.beginningOffsets(partitions);
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    Map<TopicPartition, Long> from = new HashMap<>(starts);
    Map<TopicPartition, Long> until = new HashMap<>(ends);
    if (range instanceof FrameRange.Offsets offsets) {
      from.clear();
      for (Map.Entry<Integer, OffsetSpan> one : offsets.partitions().entrySet()) {
        TopicPartition partition = new TopicPartition(topic, one.getKey());
        if (!partitions.contains(partition)) {
          throw new IllegalArgumentException(
              "there is no partition %d of %s, it has %d"
                  .formatted(one.getKey(), topic, partitions.size()));
        }
        long start = starts.getOrDefault(partition, 0L);
        if (one.getValue().from() < start) {
          throw new RetentionTooShortException(
              partition, "offset " + one.getValue().from(), "offset " + start);
        }
        from.put(partition, one.getValue().from());
        until.merge(partition, one.getValue().until(), Math::min);
      }
    } else if (range instanceof FrameRange.Times times) {
      from.putAll(TopicSpans.offsets(consumer, partitions, times.from()));
      until.putAll(TopicSpans.offsets(consumer, partitions, times.until()));
      for (TopicPartition partition : partitions) {
        long start = starts.getOrDefault(partition, 0L);
        // Earlier records of the range may have been deleted before the first that is kept.
        if (start > 0 && from.getOrDefault(partition, 0L) == start) {
          refuseIfDeleted(consumer, partition, start, ends.getOrDefault(partition, 0L), times);
        }
      }
    }
    Map<TopicPartition, OffsetSpan> spans =
        new TreeMap<>(Comparator.comparingInt(TopicPartition::partition));
    from.forEach(
        (partition, first) -> {
          long end = until.getOrDefault(partition, first);
          if (end > first) {
            spans.put(partition, new OffsetSpan(first, end));
          }
        });
    return spans;
  }

  private static void refuseIfDeleted(
      Consumer<byte[], byte[]> consumer,
      TopicPartition partition,
      long start,
      long end,
      FrameRange.Times times)
      throws RetentionTooShortException {
    if (start >= end) {
      throw new RetentionTooShortException(
          partition, times.from().toString(), "now (all its %d records are gone)".formatted(start));
    }
    List<Long> timestamps = new ArrayList<>(); // of the first records
    TopicSpans.Status status =
        new TopicSpans(consumer, Map.of(partition, new OffsetSpan(start, end)))
            .stoppedBy(() -> !timestamps.isEmpty())
            .read(record -> timestamps.add(record.timestamp()));
    if (status == TopicSpans.Status.TIMED_OUT) {
      throw new TimeoutException("the first record of %s did not arrive".formatted(partition));
    }
    if (!timestamps.isEmpty() && timestamps.get(0) > times.from().toEpochMilli()) {
      throw new RetentionTooShortException(
          partition,
          times.from().toString(),
          "%s (offset %d)".formatted(Instant.ofEpochMilli(timestamps.get(0)), start));
    }
  }

  /**
   * Chooses and reads frames.
   *
   * @param exclusions of frames that must not be learnt, see {@link StoredExclusions}
   * @param progress receives the stages {@code choosing frames} and {@code reading frames}
   * @throws RetentionTooShortException before anything is read, if the beginning of the range has
   *     been deleted; or later, if frames were deleted while they were read
   * @throws CancellationException if {@code cancelled} is true
   */
  public CollectedFrames collect(
      FrameRange range,
      Exclusions exclusions,
      FrameRequest request,
      TrainingProgress progress,
      BooleanSupplier cancelled)
      throws RetentionTooShortException {
    try (Consumer<byte[], byte[]> consumer = consumers.get()) {
      Map<TopicPartition, OffsetSpan> spans = spans(consumer, range);
      FrameSelection selection = new FrameSelection(request.selection(), exclusions);
      new TopicSpans(consumer, spans)
          .stoppedBy(cancelled)
          .withProgress(share -> progress.at("choosing frames", share, null))
          .readAll(record -> offer(record, selection, exclusions, request));
      Map<TopicPartition, Long> starts = consumer.beginningOffsets(spans.keySet());
      for (Map.Entry<TopicPartition, OffsetSpan> one : spans.entrySet()) {
        long start = starts.getOrDefault(one.getKey(), 0L);
        if (start > one.getValue().from()) {
          throw new RetentionTooShortException(
              one.getKey(),
              "offset " + one.getValue().from(),
              "offset %d, since records were deleted while they were read".formatted(start));
        }
      }
      FrameSelection.Plan plan = selection.plan();
      try (CollectedFrames.Collector collector = new CollectedFrames.Collector(request, limits)) {
        read(consumer, plan.positions(), collector, progress, cancelled);
        return collector.done(topic, plan);
      }
    }
  }

  private void offer(
      ConsumerRecord<byte[], byte[]> record,
      FrameSelection selection,
      Exclusions exclusions,
      FrameRequest request) {
    FramePosition position = new FramePosition(record.topic(), record.partition(), record.offset());
    try {
      Frame frame = reader.read(record).frame();
      if (!request.sources().test(frame.source())) {
        return;
      }
      if (request.lacksVariable(
          request.rules().apply(frame.source()), frame.attributes(), frame.capturedAt())) {
        selection.reject(null, RejectionReason.VARIABLE_MISSING); // its run continues
        return;
      }
      selection.offer(
          new FrameCandidate(
              frame.source(),
              position,
              frame.capturedAt(),
              frame.sequence(),
              CollectedFrames.known(
                  CollectedFrames.readings(frame.attributes(), request.factorNames()))));
    } catch (RejectedFrameException e) {
      selection.reject(
          record.key() == null ? null : new String(record.key(), StandardCharsets.UTF_8),
          exclusions.deadLettered(position)
              ? RejectionReason.DEAD_LETTER
              : RejectionReason.UNREADABLE);
    }
  }

  private void read(
      Consumer<byte[], byte[]> consumer,
      Set<FramePosition> wanted,
      CollectedFrames.Collector collector,
      TrainingProgress progress,
      BooleanSupplier cancelled)
      throws RetentionTooShortException {
    ReferencedFrames pixels = new ReferencedFrames(references);
    Map<Integer, List<Long>> byPartition =
        wanted.stream()
            .sorted(Comparator.comparingLong(FramePosition::offset))
            .collect(
                Collectors.groupingBy(
                    FramePosition::partition,
                    TreeMap::new,
                    Collectors.mapping(FramePosition::offset, Collectors.toList())));
    int done = 0;
    for (Map.Entry<Integer, List<Long>> one : byPartition.entrySet()) {
      TopicPartition partition = new TopicPartition(topic, one.getKey());
      long[] offsets = one.getValue().stream().mapToLong(Long::longValue).toArray();
      consumer.assign(List.of(partition));
      consumer.seek(partition, offsets[0]);
      int next = 0;
      long lastNanos = System.nanoTime();
      while (next < offsets.length) {
        if (cancelled.getAsBoolean()) {
          throw new CancellationException(
              "reading frames was cancelled after %d of %d".formatted(done, wanted.size()));
        }
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          if (next == offsets.length || record.offset() < offsets[next]) {
            continue;
          }
          if (record.offset() > offsets[next]) {
            throw new RetentionTooShortException(
                partition,
                "offset " + offsets[next],
                "offset %d, since records were deleted while they were read"
                    .formatted(record.offset()));
          }
          take(record, pixels, collector);
          next++;
          lastNanos = System.nanoTime();
          progress.at("reading frames", ++done / (double) wanted.size(), null);
        }
        if (next < offsets.length && offsets[next] - consumer.position(partition) > MIN_SEEK) {
          consumer.seek(partition, offsets[next]);
        }
        if (System.nanoTime() - lastNanos > STALL.toNanos()) {
          throw new TimeoutException(
              "offset %d of %s did not arrive for %s".formatted(offsets[next], partition, STALL));
        }
      }
    }
  }

  private void take(
      ConsumerRecord<byte[], byte[]> record,
      ReferencedFrames pixels,
      CollectedFrames.Collector collector) {
    FramePosition position = new FramePosition(record.topic(), record.partition(), record.offset());
    try {
      collector.add(position, pixels.resolve(reader.read(record).frame()));
    } catch (RejectedFrameException e) {
      return; // missing frames count as unreadable
    }
  }
}
