package dev.residua.state;

import dev.residua.commissioning.CommissioningWindow;

/** Store of the parts of one source's state that most frames do not change. */
@FunctionalInterface
public interface StateBlocks {
  /** Store of a source without blocks. */
  StateBlocks NONE =
      (slot, context, channel, block) -> {
        throw new IllegalArgumentException("there is no block %d".formatted(block));
      };

  /** Model under which a calibration was learned. */
  enum Slot {
    /** Model that scores the source. */
    PRESENT,
    /** Previous model. */
    BEFORE,
    /** Model that scores in shadow. */
    CHALLENGER
  }

  /** Part of a calibration that is stored apart. */
  enum Channel {
    /** Frames from which the residuals are learned. */
    RESIDUALS,
    /** Frames from which the picture is learned. */
    PICTURE,
    /** Distribution of the innovations of the residuals, in one block. */
    LAW
  }

  /**
   * Returns the bytes of a block, see {@link CommissioningWindow#block}.
   *
   * @param context index of the context
   * @throws IllegalArgumentException if it is missing
   */
  byte[] read(Slot slot, int context, Channel channel, int block);

  /**
   * Returns the bytes of a block of a ring, see {@link Ring#block}.
   *
   * @throws IllegalArgumentException if it is missing
   */
  default byte[] read(Ring ring, int block) {
    throw new IllegalArgumentException("there is no block %d of %s".formatted(block, ring));
  }
}
