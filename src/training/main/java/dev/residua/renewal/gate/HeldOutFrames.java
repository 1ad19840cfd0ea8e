package dev.residua.renewal.gate;

import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelMask;
import java.util.List;
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

  List<String> variableNames() {
    return heldOut.data().variableNames();
  }

  /** Variables of a row in their own units, shape {@code [variableNames]}; must not be changed. */
  double[] variables(int row) {
    return heldOut.data().variables(frames[row]);
  }

  List<PixelMask> masks(int from, int count) {
    return IntStream.range(from, from + count).mapToObj(this::mask).toList();
  }

  /** The pixels of a row that show nothing. */
  PixelMask mask(int row) {
    return heldOut.data().mask(frames[row]);
  }

  void read(int row, byte[] into, int offset) {
    heldOut.data().read(frames[row], into, offset);
  }
}
