package dev.residua.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The tests of the pages' scripts, which Node runs. */
class PageLogicTest {
  private static final int NO_NODE = 77;
  private static final String TESTS =
      "node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' || exit %d;"
          + " node --test src/testing/test/node/*.test.mjs";

  @Test
  void shouldPassTheTestsOfThePages() throws Exception {
    // Given
    Process node =
        new ProcessBuilder("sh", "-c", TESTS.formatted(NO_NODE)).redirectErrorStream(true).start();

    // When
    String output = new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(node.waitFor(2, TimeUnit.MINUTES)).isTrue();

    // Then
    assumeTrue(
        node.exitValue() != NO_NODE,
        "skipped: no Node 20; install it with: apt-get install nodejs");
    assertThat(node.exitValue()).as(output).isZero();
  }
}
