package dev.residua.renewal.gate;

import dev.residua.frame.ImageShape;
import java.util.stream.IntStream;

/** Held-out frames by row number, sequence after sequence. */
final class HeldOutFrames {
  private final HeldOutSet heldOut;
  private final int[] frames;
  private final int[] lengths;

  HeldOutFrames(HeldOutSet heldOut) {
    this.heldOut = heldOut;
    this.frames = heldOut.sequences().stream().flatMapToInt(IntStream::of).toArray();
    this.lengths = heldOut.lengths();
  }

  int count() {
    return frames.length;
  }

  /** Frames of each sequence; must not be changed. */
  int[] lengths() {
    return lengths;
  }

  ImageShape shape() {
    return heldOut.data().shape();
  }

  /** Copies the pixels of a row. */
  void read(int row, byte[] into, int offset) {
    heldOut.data().read(frames[row], into, offset);
  }
}
