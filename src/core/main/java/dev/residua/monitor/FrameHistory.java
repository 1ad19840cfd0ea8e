package dev.residua.monitor;

import dev.residua.drift.DriftSettings;

/**
 * Sequences of the last frames of a source, and which frames the last samples of the picture's
 * detector were. Mutable, for one thread.
 */
final class FrameHistory {
  static final int KEPT = DriftSettings.MAX_SCALE;

  private final ChangeMonitor residuals;
  private final ChangeMonitor picture;
  private final long[] sequences = new long[KEPT];

  /** Frame, counted from 0, of each of the last samples of the picture's detector. */
  private final long[] pictureFrames = new long[KEPT];

  FrameHistory(ChangeMonitor residuals, ChangeMonitor picture) {
    this.residuals = residuals;
    this.picture = picture;
  }

  /** Adds a frame, before the residuals' detector takes it. */
  void addFrame(long sequence) {
    sequences[(int) (residuals.detector.count() % KEPT)] = sequence;
  }

  /** Adds the last frame as a sample of the picture's detector, before that takes it. */
  void addPictureSample() {
    pictureFrames[(int) (picture.detector.count() % KEPT)] = residuals.detector.count() - 1;
  }

  long sequenceBefore(int frames) {
    return sequenceAt(residuals.detector.count() - frames);
  }

  /** Sequence of the frame before which {@code seen} frames had been seen, at most 128 back. */
  long sequenceAt(long seen) {
    return sequences[slot(residuals.detector.count(), seen)];
  }

  /** Like {@link #sequenceAt}, but for samples of the picture's detector. */
  long pictureSequenceAt(long seen) {
    return sequenceAt(pictureFrame(seen));
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
    return count == 0 ? 0 : pictureFrames[slot(count, seen)];
  }

  private static int slot(long count, long seen) {
    long within = Math.max(Math.max(0, count - KEPT), Math.min(seen, count - 1));
    return (int) (within % KEPT);
  }

  /** The history's own array, to be used before the next frame. */
  long[] sequences() {
    return sequences;
  }

  /** The history's own array, to be used before the next frame. */
  long[] pictureFrames() {
    return pictureFrames;
  }

  /**
   * Continues from stored arrays.
   *
   * @throws IllegalArgumentException if they have another size
   */
  void restore(long[] newSequences, long[] newPictureFrames) {
    if (newSequences.length != KEPT || newPictureFrames.length != KEPT) {
      throw new IllegalArgumentException(
          "monitor state has %d sequences and %d frames of the picture, expected %d of each"
              .formatted(newSequences.length, newPictureFrames.length, KEPT));
    }
    System.arraycopy(newSequences, 0, sequences, 0, KEPT);
    System.arraycopy(newPictureFrames, 0, pictureFrames, 0, KEPT);
  }
}
