package dev.residua.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RingTest {
  private static final int ROWS = 256;
  private static final int FEWER = 128;
  private static final int ROW = 3;

  /** Blocks of one ring. */
  private static final class Stored implements StateBlocks {
    final Map<Integer, byte[]> blocks = new HashMap<>();

    @Override
    public byte[] read(Slot slot, int context, Channel channel, int block) {
      throw new IllegalArgumentException("no window");
    }

    @Override
    public byte[] read(Ring ring, int block) {
      return blocks.containsKey(block) ? blocks.get(block) : StateBlocks.super.read(ring, block);
    }
  }

  /** The rows of the block that is being filled, up to that of the next sample. */
  private static ByteBuffer open(byte[] all, int samples) {
    int first = samples / Ring.BLOCK * Ring.BLOCK % (all.length / ROW);
    return ByteBuffer.wrap(all, first * ROW, (samples % Ring.BLOCK + 1) * ROW);
  }

  private static byte[] lastBlock(byte[] all, int samples) {
    int from = (samples - Ring.BLOCK) % (all.length / ROW) * ROW;
    return Arrays.copyOfRange(all, from, from + Ring.BLOCK * ROW);
  }

  @Test
  void shouldBePutTogetherFromBlocksWrittenWhenTheyWereComplete() {
    // Given
    Random random = new Random(5);
    byte[] all = new byte[ROWS * ROW];
    byte[] fewer = new byte[FEWER * ROW];
    byte[] row = new byte[ROW];
    Stored stored = new Stored();
    for (int samples = 0; samples < 3 * ROWS; samples++) {
      // When
      ByteBuffer[] whole =
          Ring.RESIDUALS.whole(samples, stored, open(all, samples), open(fewer, samples));
      // Then
      assertThat(whole[0].array()).as("after %d samples", samples).isEqualTo(all);
      assertThat(whole[1].array()).as("after %d samples", samples).isEqualTo(fewer);
      random.nextBytes(row);
      System.arraycopy(row, 0, all, samples % ROWS * ROW, ROW);
      System.arraycopy(row, 0, fewer, samples % FEWER * ROW, ROW);
      if ((samples + 1) % Ring.BLOCK == 0) {
        stored.blocks.put(
            samples / Ring.BLOCK % Ring.RESIDUALS.blocks(),
            ByteBuffer.allocate(2 * Ring.BLOCK * ROW)
                .put(lastBlock(all, samples + 1))
                .put(lastBlock(fewer, samples + 1))
                .array());
      }
    }
  }

  @Test
  void shouldRefuseBlocksThatAreMissingOrOfAnotherSize() {
    // Given
    ByteBuffer rows = ByteBuffer.allocate(4 * ROW);
    int samples = Ring.BLOCK + 3;
    Stored stored = new Stored();
    // Then
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Ring.WINDOW.whole(samples, stored, rows, rows))
        .withMessage("there is no block 0 of WINDOW");
    stored.blocks.put(0, new byte[7]);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Ring.WINDOW.whole(samples, stored, rows, rows))
        .withMessage("block 0 of WINDOW has 7 bytes, expected 192");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Ring.WINDOW.whole(3, stored, rows, ByteBuffer.allocate(11)))
        .withMessage("WINDOW has 11 bytes in 4 rows");
  }
}
