package dev.residua.app.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class UncaughtExceptionsTest {
  private final List<String> ended = Collections.synchronizedList(new ArrayList<>());
  private final UncaughtExceptions handler =
      new UncaughtExceptions(
          why -> ended.add(Thread.currentThread().getName() + ": " + why.getMessage()));

  private void run(String name) throws InterruptedException {
    Thread thread =
        new Thread(
            () -> {
              throw new IllegalStateException("unforeseen");
            },
            name);
    thread.setUncaughtExceptionHandler(handler);
    thread.start();
    thread.join(10_000);
  }

  @Test
  void shouldEndTheProcessWithTheReasonWhenAThreadOfTheProgramEnds() throws Exception {
    // When
    run("residua-alert");
    // Then
    assertThat(ended).containsExactly("residua-alert: unforeseen");
  }

  @Test
  void shouldOnlyReportTheEndOfAThreadOfALibrary() throws Exception {
    // When
    run("pool-7-thread-1");
    // Then
    assertThat(ended).isEmpty();
  }
}
