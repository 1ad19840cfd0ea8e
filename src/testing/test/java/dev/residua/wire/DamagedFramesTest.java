package dev.residua.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.residua.decoding.FrameDecoder;
import dev.residua.frame.Frame;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.ImageShape;
import dev.residua.frame.RejectedFrameException;
import dev.residua.frame.RejectedFrameException.Reason;
import dev.residua.testing.FrameFuzzer;
import java.lang.management.ManagementFactory;
import java.util.EnumMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

/** Twenty thousand damaged records of every format, fixed by a seed. */
class DamagedFramesTest {
  private static final int RECORDS = 20_000;
  private static final ImageShape SHAPE = new ImageShape(64, 64, 3);

  /** What the limits below let one picture cost, and room for what is around it. */
  private static final FrameLimits LIMITS = new FrameLimits(1 << 20, 4_096, 1_000_000);

  private static final long MOST_BYTES = 24L << 20;

  @Test
  void shouldRefuseThemWithAReasonAndAllocateNoMoreThanTheLimitsAllow() {
    // Given
    FrameFuzzer fuzzer = new FrameFuzzer(7);
    FrameReader reader = new FrameReader(LIMITS);
    FrameDecoder decoder = new FrameDecoder(LIMITS, SHAPE);
    byte[] pixels = new byte[SHAPE.size()];
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    Map<Reason, Integer> reasons = new EnumMap<>(Reason.class);
    int decoded = 0;
    // When
    for (int i = 0; i < RECORDS; i++) {
      FrameFuzzer.Mutant mutant = fuzzer.next();
      long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
      try {
        Frame frame =
            reader.read(new ConsumerRecord<>("frames", 0, i, mutant.key(), mutant.value())).frame();
        decoder.decode(frame, pixels, 0);
        decoded++;
      } catch (RejectedFrameException e) {
        reasons.merge(e.reason(), 1, Integer::sum);
        assertThat(e.getMessage()).as("record %d", i).isNotBlank();
      }
      // Then
      assertThat(threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before)
          .as("bytes allocated for record %d", i)
          .isLessThan(MOST_BYTES);
    }
    assertThat(decoded).as("some are still frames").isBetween(RECORDS / 20, RECORDS / 2);
    assertThat(reasons)
        .as("the damage reaches every check: %s", reasons)
        .containsKeys(
            Reason.EMPTY,
            Reason.SOURCE,
            Reason.UNKNOWN_FORMAT,
            Reason.UNKNOWN_SCHEMA,
            Reason.CORRUPT,
            Reason.DIMENSIONS);
  }
}
