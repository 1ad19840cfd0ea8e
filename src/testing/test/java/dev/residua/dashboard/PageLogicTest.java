package dev.residua.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.residua.testing.Waits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The tests of the pages' scripts, which Node runs. */
class PageLogicTest {
  @Test
  void shouldPassTheTestsOfThePages() throws Exception {
    // Given
    Process node;
    try {
      node =
          new ProcessBuilder("sh", "-c", "node --test src/testing/test/node/*.test.mjs")
              .redirectErrorStream(true)
              .start();
    } catch (IOException e) {
      assumeTrue(false, "skipped: no node; install it with: apt-get install nodejs");
      return;
    }
    // When
    String output = new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    // Then
    assertThat(node.waitFor(Waits.seconds(120), TimeUnit.SECONDS)).isTrue();
    assertThat(node.exitValue()).as(output).isZero();
  }
}
