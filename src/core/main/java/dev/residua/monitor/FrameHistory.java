package dev.residua.monitor;

import dev.residua.causal.ScoredFrame;
import dev.residua.drift.DriftSettings;
import dev.residua.frame.FramePosition;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sequences, times and offsets of the last frames of a source, and which frames the last samples of
 * the picture's detector were. Mutable, for one thread.
 */
public final class FrameHistory {
  static final int KEPT = DriftSettings.MAX_SCALE;

  private final ChangeMonitor residuals;
  private final ChangeMonitor picture;
  private final long[] sequences = new long[KEPT];
  private final long[] times = new long[KEPT];
  private final long[] offsets = new long[KEPT];
  private @Nullable FramePosition newest;
  private long samePartitionSince;

  /** Frame, counted from 0, of each of the last samples of the picture's detector. */
  private final long[] pictureFrames = new long[KEPT];

  /**
   * Identity of a recent frame.
   *
   * @param position location on Kafka; null if it was on another partition than the last frame
   */
  record PastFrame(long sequence, Instant at, @Nullable FramePosition position) {}

  /**
   * State between two frames. Arrays are those of the history: use them before its next frame.
   *
   * @param sequences of the last frames, frame t at {@code t % 128}
   * @param times capture times of these frames, in microseconds since 1970
   * @param offsets of these frames
   * @param newest position of the last frame; null before the first
   * @param samePartitionSince frames that had arrived before the first one on that partition
   * @param pictureFrames frame number of the last samples of the picture's detector
   */
  @SuppressWarnings("ArrayRecordComponent") // stored once per frame: copies would cost more
  public record State(
      long[] sequences,
      long[] times,
      long[] offsets,
      @Nullable FramePosition newest,
      long samePartitionSince,
      long[] pictureFrames) {}

  FrameHistory(ChangeMonitor residuals, ChangeMonitor picture) {
    this.residuals = residuals;
    this.picture = picture;
  }

  /** Adds a frame, before the residuals' detector takes it. */
  void addFrame(ScoredFrame frame) {
    long seen = residuals.detector.count();
    int slot = (int) (seen % KEPT);
    FramePosition position = frame.position();
    sequences[slot] = frame.sequence();
    times[slot] = ChronoUnit.MICROS.between(Instant.EPOCH, frame.capturedAt());
    offsets[slot] = position.offset();
    if (newest != null
        && !(newest.partition() == position.partition()
            && newest.topic().equals(position.topic()))) {
      samePartitionSince = seen;
    }
    newest = position;
  }

  /** Adds the last frame as a sample of the picture's detector, before that takes it. */
  void addPictureSample() {
    pictureFrames[(int) (picture.detector.count() % KEPT)] = residuals.detector.count() - 1;
  }

  long sequenceBefore(int frames) {
    long count = residuals.detector.count();
    return sequences[(int) (within(count, count - frames) % KEPT)];
  }

  /** Returns the frame before which {@code seen} frames had been seen, at most 128 back. */
  PastFrame frameAt(long seen) {
    long frame = within(residuals.detector.count(), seen);
    int slot = (int) (frame % KEPT);
    return new PastFrame(
        sequences[slot],
        Instant.EPOCH.plus(times[slot], ChronoUnit.MICROS),
        newest == null || frame < samePartitionSince
            ? null
            : new FramePosition(newest.topic(), newest.partition(), offsets[slot]));
  }

  /** Like {@link #frameAt}, but for samples of the picture's detector. */
  PastFrame pictureFrameAt(long seen) {
    return frameAt(pictureFrame(seen));
  }

  /**
   * Returns the number of frames that had arrived when a detector got the last of its first {@code
   * samples} samples. That sample must be within the detector's memory.
   */
  long framesBefore(ChangeMonitor watch, long samples) {
    return watch == residuals || samples == 0 ? samples : pictureFrame(samples - 1) + 1;
  }

  private long pictureFrame(long seen) {
    long count = picture.detector.count();
    return count == 0 ? 0 : pictureFrames[(int) (within(count, seen) % KEPT)];
  }

  private static long within(long count, long seen) {
    return Math.max(Math.max(0, count - KEPT), Math.min(seen, count - 1));
  }

  State state() {
    return new State(sequences, times, offsets, newest, samePartitionSince, pictureFrames);
  }

  /**
   * Continues from a state.
   *
   * @throws IllegalArgumentException if an array has another size
   */
  void restore(State state) {
    copy(state.sequences(), sequences);
    copy(state.times(), times);
    copy(state.offsets(), offsets);
    copy(state.pictureFrames(), pictureFrames);
    newest = state.newest();
    samePartitionSince = state.samePartitionSince();
  }

  private static void copy(long[] from, long[] to) {
    if (from.length != KEPT) {
      throw new IllegalArgumentException(
          "monitor state has %d frames, expected %d".formatted(from.length, KEPT));
    }
    System.arraycopy(from, 0, to, 0, KEPT);
  }
}
