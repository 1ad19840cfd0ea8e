package dev.residua.training;

import dev.residua.dataset.DetailPictures;
import dev.residua.dataset.FrameTimes;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelMask;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Training frames in the order of their capture, with their labels. Implementations may read frames
 * from disk; for one thread at a time.
 */
public interface TrainingData {
  String name();

  /** Digest of frames and labels, lower-case hexadecimal. */
  String sha256();

  ImageShape shape();

  int size();

  /**
   * Copies one frame.
   *
   * @param index from 0 to {@code size() - 1}
   * @param into receives {@code shape().size()} unsigned bytes, {@code [height][width][channels]}
   * @param offset of the first byte
   */
  void read(int index, byte[] into, int offset);

  /** Pixels of a frame that show nothing, and so count in no statistic and no loss. */
  default PixelMask mask(int index) {
    return PixelMask.NONE;
  }

  /** Pixels that are masked in every frame. */
  default PixelMask commonMask() {
    PixelMask common = mask(0);
    for (int i = 1; i < size() && !common.isEmpty(); i++) {
      common = common.equals(mask(i)) ? common : common.intersection(mask(i));
    }
    return common;
  }

  /** Times at which the frames were taken; {@link FrameTimes#NONE} if they count as independent. */
  default FrameTimes times() {
    return FrameTimes.NONE;
  }

  /** Larger gray pictures of the frames, by the same index; null if there are none. */
  default @Nullable DetailPictures details() {
    return null;
  }

  /** Names of the known factors, in the order of {@link #factors}; may be empty. */
  List<String> factorNames();

  /**
   * Names of the categories of each factor, in the order of their numbers 0, 1, ...; an empty list
   * for a factor that is a real number.
   *
   * @return shape {@code [factorNames().size()]}
   */
  default List<List<String>> categories() {
    return Collections.nCopies(factorNames().size(), List.of());
  }

  /**
   * Known factors of a frame; of a categorical one the number of its category.
   *
   * @return shape {@code [factorNames().size()]}, in the factors' own units, NaN for an unknown
   *     one; null if none is known
   */
  double @Nullable [] factors(int index);

  /**
   * True noise of every factor of a simulated frame; its own value for a factor without causes.
   * Only to evaluate a model, never to train it.
   *
   * @return shape {@code [factorNames().size()]}, in any units; null if some noise is unknown
   */
  default double @Nullable [] noises(int index) {
    return null;
  }

  /**
   * Names of the variables that frames bring, in the order of {@link #variables}; they become nodes
   * of the model's graph behind the latents.
   */
  default List<String> variableNames() {
    return List.of();
  }

  /**
   * Variables of a frame.
   *
   * @return shape {@code [variableNames().size()]}, in their own units, NaN for a missing one
   */
  default double[] variables(int index) {
    return new double[0];
  }

  /** Returns true if no variable of a frame is missing. */
  default boolean hasVariables(int index) {
    return Arrays.stream(variables(index)).allMatch(Double::isFinite);
  }

  /**
   * Factors whose mechanism was broken on purpose in a frame, as in a commissioning run. The frame
   * trains the network, but shows neither the mechanisms of those factors nor a normal picture.
   *
   * @return indices into {@link #factorNames} and, behind them, {@link #variableNames}; empty for a
   *     usual frame; all of them if no single factor explains the change
   */
  default int[] broken(int index) {
    return new int[0];
  }

  /**
   * Returns true if a frame repeats values of another one on purpose, so that it cannot calibrate
   * although every mechanism is unbroken.
   */
  default boolean repeats(int index) {
    return false;
  }

  /**
   * Pairs of frames that share only the value of one factor. They assign a latent to that factor
   * without labels. The held factor is {@link #broken} in both.
   */
  default List<HeldPair> heldPairs() {
    return List.of();
  }

  /**
   * Answers to the question in which of two frames a factor is higher. They assign a latent to that
   * factor, and its sign, without labels. Mechanisms hold in those frames unless they are {@link
   * #broken}.
   */
  default List<OrderAnswer> answers() {
    return List.of();
  }
}
