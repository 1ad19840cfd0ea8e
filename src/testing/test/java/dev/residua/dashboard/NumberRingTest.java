package dev.residua.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class NumberRingTest {
  private static NumberRing filled(int limit, int rows) {
    NumberRing ring = new NumberRing(1, limit);
    for (int i = 1; i <= rows; i++) {
      ring.add(i, 1_000L * i, new float[] {i / 10f});
    }
    return ring;
  }

  @Test
  void shouldKeepTheLastRowsInTheirOrder() {
    // Given
    NumberRing ring = filled(40, 100);
    // When
    NumberRing.Series all = ring.since(0);
    // Then
    assertThat(all.sequence()).hasSize(40).startsWith(61, 62).endsWith(99, 100);
    assertThat(all.millis()).startsWith(61_000).endsWith(100_000);
    assertThat(all.columns()[0]).startsWith(6.1f).endsWith(10f);
    assertThat(all.cursor()).isEqualTo(100);
  }

  @Test
  void shouldSayOnlyWhatCameSinceACursor() {
    // Given
    NumberRing ring = filled(40, 100);
    long cursor = ring.cursor();
    ring.add(101, 101_000, new float[] {10.1f});
    // When, Then
    assertThat(ring.since(cursor).sequence()).containsExactly(101);
    assertThat(ring.since(ring.cursor()).sequence()).isEmpty();
    assertThat(ring.since(ring.cursor() + 5).sequence()).as("a cursor of another ring").hasSize(40);
  }

  @Test
  void shouldSayWhatIsLeftWhenAReaderWasAwayForLong() {
    // Given
    NumberRing ring = filled(40, 10);
    long cursor = ring.cursor();
    for (int i = 11; i <= 200; i++) {
      ring.add(i, 1_000L * i, new float[] {0});
    }
    // When, Then
    assertThat(ring.since(cursor).sequence()).hasSize(40).startsWith(161).endsWith(200);
  }

  @Test
  void shouldDropTheOldestRowsWhenTheLimitFalls() {
    // Given
    NumberRing ring = filled(40, 57);
    // When
    ring.limit(5);
    ring.add(58, 58_000, new float[] {0});
    // Then
    assertThat(ring.since(0).sequence()).containsExactly(54, 55, 56, 57, 58);
    assertThat(ring.lastSequence()).isEqualTo(58);
    assertThat(ring.millisBeforeLast(4)).isEqualTo(54_000);
  }

  @Test
  void shouldRefuseToKeepNothing() {
    assertThatThrownBy(() -> new NumberRing(1, 0)).hasMessageContaining("at least");
  }
}
