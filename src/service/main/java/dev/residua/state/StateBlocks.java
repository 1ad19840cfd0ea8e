package dev.residua.state;

import dev.residua.commissioning.CommissioningWindow;

/** Where a source stores what most frames do not change. */
@FunctionalInterface
public interface StateBlocks {
  /** For a source without blocks. */
  StateBlocks NONE =
      (slot, context, channel, block) -> {
        throw new IllegalArgumentException("there is no block %d".formatted(block));
      };

  /** The model under which it was learnt. */
  enum Slot {
    /** The one that scores the source. */
    PRESENT,
    /** The one before. */
    BEFORE,
    /** One that scores in shadow. */
    CHALLENGER
  }

  /** What is stored apart. */
  enum Channel {
    /** The frames that the residuals are learnt from. */
    RESIDUALS,
    /** The same for the picture. */
    PICTURE,
    /** The law of the innovations of the residuals, one block. */
    LAW
  }

  /**
   * Bytes of a block, see {@link CommissioningWindow#block}.
   *
   * @param context index of the context
   * @throws IllegalArgumentException if it is missing
   */
  byte[] read(Slot slot, int context, Channel channel, int block);

  /**
   * Bytes of a block of a ring, see {@link Ring#block}.
   *
   * @throws IllegalArgumentException if it is missing
   */
  default byte[] read(Ring ring, int block) {
    throw new IllegalArgumentException("there is no block %d of %s".formatted(block, ring));
  }
}
