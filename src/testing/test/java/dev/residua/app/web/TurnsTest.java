package dev.residua.app.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class TurnsTest {
  @Test
  void shouldRefuseAtOnceWhatIsBeyondTheRequestsThatMayWait() throws Exception {
    // Given a request that takes long, and as many behind it as may wait
    Turns turns = new Turns();
    CountDownLatch slow = new CountDownLatch(1);
    CountDownLatch entered = new CountDownLatch(LiveFrames.WAITING);
    ExecutorService threads = Executors.newFixedThreadPool(LiveFrames.WAITING);
    List<Future<String>> served = new ArrayList<>();
    try {
      for (int i = 0; i < LiveFrames.WAITING; i++) {
        served.add(
            threads.submit(
                () -> {
                  entered.countDown();
                  return turns.request(
                      () -> {
                        slow.await();
                        return "picture";
                      });
                }));
      }
      entered.await();
      // When, Then
      while (turns.waitingPlaces() > 0) {
        Thread.onSpinWait();
      }
      assertThatThrownBy(() -> turns.request(() -> "picture"))
          .isInstanceOf(IOException.class)
          .hasMessage("too many pictures are requested at once; try again");
    } finally {
      slow.countDown();
      threads.shutdown();
    }
    for (Future<String> one : served) {
      assertThat(one.get()).isEqualTo("picture");
    }
  }
}
