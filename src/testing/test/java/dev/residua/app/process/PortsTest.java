package dev.residua.app.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PortsTest {
  @Test
  void shouldNotGiveAPortThatAnotherServerWillUse() {
    // Given 15 in 16 ports
    int allowed = Ports.free() % 16;
    int[] most = IntStream.rangeClosed(1, 65_535).filter(port -> port % 16 != allowed).toArray();

    // When
    int given = Ports.free(most);

    // Then
    assertThat(given % 16).isEqualTo(allowed);
    assertThat(Ports.isFree(given)).isTrue();
  }

  @Test
  void shouldGiveNoPortOfOutgoingConnections() {
    for (int i = 0; i < 200; i++) { // from 32,768 on, of which Linux would give one nearly always
      assertThat(Ports.free()).isBetween(1_024, 32_767);
    }
  }
}
