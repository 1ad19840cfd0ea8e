package dev.residua.state;

import dev.residua.commissioning.CommissioningWindow;

/** Where the blocks of a source's windows are stored: most frames change none of them. */
@FunctionalInterface
public interface WindowBlocks {
  /** For a source without blocks. */
  WindowBlocks NONE =
      (channel, block) -> {
        throw new IllegalArgumentException("there is no block %d".formatted(block));
      };

  /** What a source learns separately. */
  enum Channel {
    RESIDUALS,
    PICTURE
  }

  /**
   * Bytes of a block, see {@link CommissioningWindow#block}.
   *
   * @throws IllegalArgumentException if it is missing
   */
  byte[] read(Channel channel, int block);
}
