package dev.residua.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LogLimitTest {
  private final AtomicLong now = new AtomicLong(-5); // nanoTime may be negative
  private final LogLimit limit = new LogLimit(now::get);
  private final List<Long> lines = new ArrayList<>();

  @Test
  void shouldWriteTheFirstAndThenOneLinePerMinuteWithTheCount() {
    // When
    for (int i = 0; i < 1_000; i++) {
      limit.log(lines::add);
    }
    now.addAndGet(LogLimit.PERIOD.toNanos() - 1);
    limit.log(lines::add);
    now.incrementAndGet();
    limit.log(lines::add);
    now.addAndGet(LogLimit.PERIOD.toNanos());
    limit.log(lines::add);
    // Then
    assertThat(lines).containsExactly(1L, 1_001L, 1L);
  }
}
