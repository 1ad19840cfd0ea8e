package dev.residua.streams;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MonitorCacheTest {
  private static final int MOST = 64;

  private final Set<String> known = new HashSet<>();
  private final MonitorCache<String> held = new MonitorCache<>(MOST, known::remove);

  /** Returns true if it was held, when its turn came. */
  private boolean turn(String source) {
    boolean ready = held.use(source) != null;
    known.add(source);
    held.put(source, source);
    return ready;
  }

  /** How many of these sources are found over a number of rounds in which they take turns. */
  private int found(int first, int sources, int rounds) {
    int found = 0;
    for (int round = 0; round < rounds; round++) {
      for (int i = first; i < first + sources; i++) {
        found += turn("cam" + i) ? 1 : 0;
      }
    }
    return found;
  }

  @Test
  void shouldKeepAllThatFit() {
    found(0, MOST / 2, 1);

    assertThat(found(0, MOST / 2, 10)).isEqualTo(MOST / 2 * 10);
    assertThat(known).hasSize(MOST / 2);
  }

  @Test
  void shouldKeepSomeWhereMoreTakeTurnsThanFit() {
    found(0, 2 * MOST, 10);

    // Those seen last would be found never; at most MOST can be in each round.
    assertThat(found(0, 2 * MOST, 100)).isGreaterThan(MOST * 100 * 8 / 10);
  }

  @Test
  void shouldLetGoOfSourcesThatStopped() {
    found(0, MOST, 100);

    found(1_000, MOST, 200);

    assertThat(found(1_000, MOST, 10)).isGreaterThan(MOST * 10 * 9 / 10);
  }

  @Test
  void shouldSayWhatLeftAndHoldNoMoreThanItMay() {
    for (int i = 0; i < 20 * MOST; i++) {
      turn("cam" + i * 7 % 200);

      assertThat(known)
          .hasSizeLessThanOrEqualTo(MOST)
          .allMatch(source -> held.look(source) != null);
    }
    assertThat(held.left()).isNotNull();
    assertThat(held.left()).as("once").isNull();
  }

  @Test
  void shouldHoldNothingWhereNothingMayBeHeld() {
    MonitorCache<String> none = new MonitorCache<>(0, known::remove);
    known.add("cam");

    none.put("cam", "cam");

    assertThat(none.use("cam")).isNull();
    assertThat(none.left()).isEqualTo("cam");
    assertThat(known).isEmpty();
  }

  @Test
  void shouldHoldFewerOnceItIsResized() {
    // Given
    for (int i = 0; i < MOST; i++) {
      held.put("cam" + i, "state");
    }
    // When
    held.resize(1);
    // Then
    long left = 0;
    for (int i = 0; i < MOST; i++) {
      left += held.look("cam" + i) == null ? 0 : 1;
    }
    assertThat(left).isLessThanOrEqualTo(1);
  }
}
