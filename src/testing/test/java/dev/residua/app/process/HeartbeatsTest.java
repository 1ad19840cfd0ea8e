package dev.residua.app.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.testing.Waits;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HeartbeatsTest {
  private static final Duration LIMIT = Duration.ofMinutes(5);

  private long nanos = Long.MAX_VALUE - 1; // System.nanoTime may overflow
  private final Heartbeats heartbeats = new Heartbeats(() -> nanos, LIMIT);

  private void later(Duration by) {
    nanos += by.toNanos();
  }

  @Test
  void shouldFindALoopStuckOnlyBeyondTheLimitAndOnlyUntilItsNextStep() {
    // Given
    heartbeats.beat();

    // When
    later(LIMIT);
    Optional<Heartbeats.Stuck> atTheLimit = heartbeats.stuck();
    later(Duration.ofSeconds(1));
    Optional<Heartbeats.Stuck> beyond = heartbeats.stuck();
    heartbeats.beat();

    // Then
    assertThat(atTheLimit).isEmpty();
    assertThat(beyond)
        .contains(new Heartbeats.Stuck(Thread.currentThread().getName(), LIMIT.plusSeconds(1)));
    assertThat(heartbeats.stuck()).isEmpty();
  }

  @Test
  void shouldExpectNothingOfATaskThatIsDone() {
    // Given
    heartbeats.beat();
    heartbeats.rest();
    // When
    later(Duration.ofDays(1));
    // Then
    assertThat(heartbeats.stuck()).isEmpty();
  }

  @Test
  void shouldFindTheLoopInsideACallThatNeverReturnsThoughOthersGoOn() throws Exception {
    // Given
    CountDownLatch never = new CountDownLatch(1);
    CountDownLatch inside = new CountDownLatch(1);
    Thread stuck =
        new Thread(
            () -> {
              heartbeats.beat();
              inside.countDown();
              try {
                never.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "residua-test-stuck");
    stuck.setDaemon(true);
    stuck.start();
    assertThat(inside.await(Waits.seconds(10), TimeUnit.SECONDS)).isTrue();

    // When
    later(Duration.ofMinutes(6));
    heartbeats.beat();
    Optional<Heartbeats.Stuck> found = heartbeats.stuck();
    never.countDown();
    stuck.join(10_000);

    // Then
    assertThat(found.orElseThrow().loop()).isEqualTo("residua-test-stuck");
    assertThat(heartbeats.stuck()).as("a thread that ended").isEmpty();
  }

  @Test
  void shouldWatchLoopsOfLibraries() {
    // Given
    heartbeats.watch("monitor", () -> Duration.ofMinutes(7));
    heartbeats.watch("other", () -> Duration.ofMinutes(6));
    // When, Then
    assertThat(heartbeats.stuck()).contains(new Heartbeats.Stuck("monitor", Duration.ofMinutes(7)));
  }

  @Test
  void shouldRefuseALimitThatNoLoopCanKeep() {
    assertThatThrownBy(() -> new Heartbeats(System::nanoTime, Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("residua.stuck-after must be above 0 but was PT0S");
  }
}
