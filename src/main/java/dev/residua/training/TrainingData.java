package dev.residua.training;

import dev.residua.frame.ImageShape;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Frames to learn from, in the order in which they were captured, and what is known about them.
 * Implementations may read frames from disk and may be called from one thread at a time only.
 */
public interface TrainingData {
  /** What people call this data, for the provenance. */
  String name();

  /** Digest of frames and labels, lower-case hexadecimal. */
  String sha256();

  /** Shape of every frame. */
  ImageShape shape();

  /** Number of frames. */
  int size();

  /**
   * Copies one frame.
   *
   * @param index from 0 to {@code size() - 1}
   * @param into receives {@code shape().size()} unsigned bytes, {@code [height][width][channels]}
   * @param offset where they start
   */
  void read(int index, byte[] into, int offset);

  /** Names of the known factors, in the order of {@link #factors}; may be empty. */
  List<String> factorNames();

  /**
   * Known factors of a frame.
   *
   * @return shape {@code [factorNames().size()]}, in the factors' own units, NaN where a factor is
   *     unknown; null if none is known
   */
  double @Nullable [] factors(int index);

  /**
   * True noise of every factor of a frame, where the frames were drawn and not filmed; of a factor
   * without causes its own value. Only for judging a model, never for training it.
   *
   * @return shape {@code [factorNames().size()]}, in any units; null if some noise is unknown
   */
  default double @Nullable [] noises(int index) {
    return null;
  }

  /**
   * Factors whose mechanism was broken on purpose in a frame, as in a commissioning run: the frame
   * shows the network more of what can happen, but says nothing of how those factors come about
   * otherwise, and is no example of the usual.
   *
   * @return indices into {@link #factorNames}, empty for a usual frame; all of them where something
   *     unusual was done to the frame that no single factor accounts for
   */
  default int[] broken(int index) {
    return new int[0];
  }

  /**
   * Whether a frame repeats values of another one on purpose, so that it is no independent example
   * to calibrate with, though every mechanism holds.
   */
  default boolean repeats(int index) {
    return false;
  }

  /**
   * Pairs of frames that share the value of one factor and nothing else. They tell the network
   * which latent is which factor without a label. The held factor is {@link #broken} in both.
   */
  default List<HeldPair> heldPairs() {
    return List.of();
  }
}
