package dev.residua.simulation.service;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** Runs one task after the other in a simulated process, each on a task of the simulator. */
final class SimulatedScheduler extends SimulatedExecutor implements ScheduledExecutorService {
  private final SimulatedProcess process;
  private final Deque<Runnable> queue = new ArrayDeque<>();
  private boolean running;

  SimulatedScheduler(SimulatedProcess process) {
    this.process = process;
  }

  @Override
  public void execute(Runnable command) {
    queue.add(command);
    if (!running) {
      running = true;
      process.start(this::work);
    }
  }

  private void work() {
    while (!queue.isEmpty()) {
      queue.remove().run();
    }
    running = false;
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
    process.start(
        () -> {
          process.simulator.sleep(Duration.ofNanos(unit.toNanos(delay)));
          execute(command);
        });
    return new Scheduled(command);
  }

  private static final class Scheduled extends FutureTask<Void> implements ScheduledFuture<Void> {
    Scheduled(Runnable command) {
      super(command, null);
    }

    @Override
    public long getDelay(TimeUnit unit) {
      return 0;
    }

    @Override
    public int compareTo(Delayed other) {
      return 0;
    }
  }

  @Override
  public <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
    throw new UnsupportedOperationException();
  }

  @Override
  public ScheduledFuture<?> scheduleAtFixedRate(
      Runnable command, long initialDelay, long period, TimeUnit unit) {
    throw new UnsupportedOperationException();
  }

  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(
      Runnable command, long initialDelay, long delay, TimeUnit unit) {
    throw new UnsupportedOperationException();
  }
}
