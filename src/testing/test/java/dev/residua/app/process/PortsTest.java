package dev.residua.app.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PortsTest {
  @Test
  void shouldNotGiveAPortThatAnotherServerWillUse() {
    // Given 15 in 16 ports; systems give even or odd ones first, so one that was given is allowed
    int allowed = Ports.free() % 16;
    int[] most = IntStream.rangeClosed(1, 65_535).filter(port -> port % 16 != allowed).toArray();

    // When
    int given = Ports.free(most);

    // Then
    assertThat(given % 16).isEqualTo(allowed);
    assertThat(Ports.isFree(given)).isTrue();
  }
}
