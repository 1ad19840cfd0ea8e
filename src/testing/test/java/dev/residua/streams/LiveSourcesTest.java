package dev.residua.streams;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LiveSourcesTest {
  @Test
  void shouldDivideASmallHeapAmongThePartitions() {
    // Given 93 MiB for sources of 0.6 MB
    LiveSources live = new LiveSources(256, 400L << 20);
    // When, Then
    assertThat(live.each()).isEqualTo(162);
    for (int i = 0; i < 4; i++) {
      live.opened();
    }
    assertThat(live.each()).isEqualTo(40);
    live.closed();
    assertThat(live.each()).isEqualTo(54);
  }

  @Test
  void shouldKeepTheSettingIfTheHeapHasRoom() {
    // Given the heap of the launcher and the partitions of the embedded broker
    LiveSources live = new LiveSources(256, 1L << 30);
    for (int i = 0; i < 4; i++) {
      live.opened();
    }
    // When, Then
    assertThat(live.each()).isEqualTo(256);
    assertThat(new LiveSources(0, 1L << 30).each()).isZero();
    assertThat(new LiveSources(256, 1 << 20).each()).isEqualTo(8);
  }
}
