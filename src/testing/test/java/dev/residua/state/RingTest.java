package dev.residua.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.residua.causal.Reconstruction;
import dev.residua.causal.ScoredFrame;
import dev.residua.incident.ActiveControls;
import dev.residua.monitor.MonitorThresholds;
import dev.residua.monitor.SourceMonitor;
import dev.residua.monitor.SourceMonitorState;
import dev.residua.testing.Scored;
import dev.residua.testing.TestModels;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RingTest {
  private static final MonitorThresholds THRESHOLDS = calibrated();

  private final Random random = new Random(5);
  private final SourceMonitor monitor = SourceMonitor.start(THRESHOLDS);
  private final Stored stored = new Stored();

  /** Blocks of all rings. */
  private static final class Stored implements StateBlocks {
    final Map<List<Object>, byte[]> blocks = new HashMap<>();
    final Map<Ring, Long> completed = new HashMap<>();

    void write(SourceMonitorState state) {
      for (Ring ring : Ring.values()) {
        long now = ring.completed(state);
        for (long n = ring.firstSince(completed.put(ring, now), state); n < now; n++) {
          blocks.put(List.of(ring, (int) (n % ring.blocks())), ring.block(state, n));
        }
      }
    }

    @Override
    public byte[] read(Slot slot, int context, Channel channel, int block) {
      throw new IllegalArgumentException("no window");
    }

    @Override
    public byte[] read(Ring ring, int block) {
      byte[] bytes = blocks.get(List.of(ring, block));
      return bytes == null ? StateBlocks.super.read(ring, block) : bytes;
    }
  }

  private static MonitorThresholds calibrated() {
    Random random = new Random(3);
    List<ScoredFrame> frames = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      frames.add(frame(random, i));
    }
    return new MonitorThresholds(TestModels.ofShadow(frames).build());
  }

  private static ScoredFrame frame(Random random, int sequence) {
    float[] values = new float[4];
    for (int k = 0; k < values.length; k++) {
      values[k] = (float) random.nextGaussian();
    }
    return Scored.nominal()
        .residuals(values)
        .reconstruction(sequence % 3 == 1 ? Reconstruction.ASKED : Reconstruction.SAMPLED)
        .reconstructionError((float) (0.001 * Math.exp(0.2 * random.nextGaussian())))
        .frame(sequence);
  }

  private void watch(int from, int to) {
    for (int i = from; i < to; i++) {
      monitor.next(frame(random, i), ActiveControls.EMPTY);
      stored.write(monitor.state());
    }
  }

  @BeforeEach
  void storeNothing() {
    stored.write(monitor.state());
  }

  @Test
  void shouldBePutTogetherFromBlocksWrittenWhenTheyWereComplete() {
    for (int i = 0; i < 700; i++) {
      // When
      watch(i, i + 1);
      SourceMonitorState read =
          MonitorStates.decode(MonitorStates.encodeOpen(monitor.state()), stored);
      // Then
      assertThat(MonitorStates.encode(read))
          .as("after frame %d", i)
          .isEqualTo(MonitorStates.encode(monitor.state()));
    }
    assertThat(MonitorStates.encodeOpen(monitor.state())).hasSizeLessThan(4_000);
  }

  @Test
  void shouldRefuseBlocksThatAreMissingOrOfAnotherSize() {
    // Given
    watch(0, Ring.BLOCK + 3);
    byte[] bytes = MonitorStates.encodeOpen(monitor.state());
    // When and then
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MonitorStates.decode(bytes, StateBlocks.NONE))
        .withMessageContaining("there is no block 0 of RESIDUALS");
    stored.blocks.put(List.of(Ring.WINDOW, 0), new byte[7]);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MonitorStates.decode(bytes, stored))
        .withMessageContaining("block 0 of WINDOW has 7 bytes, expected 1568");
  }
}
