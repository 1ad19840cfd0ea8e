package dev.residua.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.residua.avro.state.TimelineState;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.avro.message.BinaryMessageEncoder;
import org.apache.avro.specific.SpecificData;
import org.junit.jupiter.api.Test;

class StateCodecTest {
  private static final StateCodec<TimelineState> CODEC =
      new StateCodec<>(TimelineState.class, "timeline state");

  private static TimelineState state(long first, ByteBuffer names) {
    return new TimelineState(
        first, 2L, 3L, 4L, 5L, 6, 7L, 8, 9L, 10L, 11L, 12L, 13L, 14L, 15L, names);
  }

  @Test
  void shouldWriteWhatAvroWrites() throws IOException {
    // Given records that follow each other in one buffer, the largest in the middle
    SpecificData data = SpecificData.getForClass(TimelineState.class);
    BinaryMessageEncoder<TimelineState> avro =
        new BinaryMessageEncoder<>(data, TimelineState.getClassSchema());
    List<byte[]> written = new ArrayList<>();
    List<byte[]> expected = new ArrayList<>();
    for (int numbers : new int[] {0, 3, 100_000, 7}) {
      TimelineState state = state(numbers, Blocks.of(new int[numbers]));
      // When
      written.add(CODEC.encode(state));
      expected.add(Blocks.bytes(avro.encode(state)));
    }
    // Then
    assertThat(written).containsExactlyElementsOf(expected);
  }

  @Test
  void shouldReadWhatItWrote() {
    // Given
    Random random = new Random(1);
    int[] names = random.ints(50).toArray();
    // When
    TimelineState read = CODEC.decode(CODEC.encode(state(-1, Blocks.of(names))));
    // Then
    assertThat(read).isEqualTo(state(-1, Blocks.of(names)));
    assertThat(Blocks.ints(read.getNames())).isEqualTo(names);
  }

  @Test
  void shouldRefuseAnotherSchema() {
    // Given
    byte[] bytes = CODEC.encode(state(1, Blocks.of(new int[2])));
    bytes[5] ^= 1;
    // When and then
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CODEC.decode(bytes))
        .withMessageContaining("another schema");
  }

  @Test
  void shouldKeepBlocksWhileTheBufferGrows() {
    // Given
    StateBuffer buffer = StateBuffer.start();
    List<ByteBuffer> blocks = new ArrayList<>();
    // When blocks need more than twice the first memory
    for (int i = 0; i < 40; i++) {
      blocks.add(buffer.block(new float[] {i, -i}));
      blocks.add(buffer.block(new double[] {i}));
      blocks.add(buffer.block(new long[] {i}));
      blocks.add(buffer.block(new int[300]));
    }
    // Then
    for (int i = 0; i < 40; i++) {
      assertThat(Blocks.floats(blocks.get(4 * i))).containsExactly(i, -i);
      assertThat(Blocks.doubles(blocks.get(4 * i + 1))).containsExactly(i);
      assertThat(Blocks.longs(blocks.get(4 * i + 2))).containsExactly(i);
      assertThat(Blocks.ints(blocks.get(4 * i + 3))).isEqualTo(new int[300]);
      assertThat(blocks.get(4 * i).order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
    }
  }
}
