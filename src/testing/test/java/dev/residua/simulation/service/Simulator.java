package dev.residua.simulation.service;

import dev.residua.testing.SetClock;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks one at a time, in an order and at times that only a seed decides. Each task has a
 * thread, so that blocking code runs unchanged; the thread that holds the turn passes it on
 * whenever it waits. Time is simulated: it advances between turns and costs nothing.
 */
final class Simulator {
  static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
  private static final int MAX_STEP_MICROS = 2_000;

  private final SplittableRandom random;
  private final List<Task> tasks = new ArrayList<>();
  private final Semaphore ended = new Semaphore(0);
  private final List<Runnable> ticks = new ArrayList<>();
  private long nanos;
  private long steps;
  private long limitNanos;
  private boolean over;
  private @Nullable Throwable failure;
  private @Nullable Task current;

  Simulator(long seed) {
    this.random = new SplittableRandom(seed);
  }

  /** Ends the thread of a task that crashes. No product code catches it. */
  static final class Crash extends Error {
    private static final long serialVersionUID = 1L;

    Crash() {
      super("simulated crash", null, false, false);
    }
  }

  /** A task with its thread. */
  final class Task {
    final String name;
    private final Semaphore turn = new Semaphore(0);
    private BooleanSupplier ready = () -> true;
    private long until;
    private long frozenUntil;
    private boolean killed;
    private boolean done;

    Task(String name) {
      this.name = name;
    }

    /** Makes the task end at its next turn, wherever it is. */
    void kill() {
      killed = true;
      frozenUntil = 0;
    }

    boolean done() {
      return done;
    }

    boolean killed() {
      return killed;
    }

    /** Gives the task no turn for a time, as a stopped process gets none. */
    void freeze(Duration time) {
      frozenUntil = nanos + time.toNanos();
    }

    boolean frozen() {
      return nanos < frozenUntil;
    }

    private boolean eligible() {
      return !done && (killed || (!frozen() && (nanos >= until || ready.getAsBoolean())));
    }

    private long next() {
      return Math.max(until, frozenUntil);
    }
  }

  SplittableRandom random() {
    return random;
  }

  boolean chance(double probability) {
    return random.nextDouble() < probability;
  }

  Duration between(Duration least, Duration most) {
    return Duration.ofNanos(random.nextLong(least.toNanos(), most.toNanos() + 1));
  }

  long nanos() {
    return nanos;
  }

  /** Turns that were given so far. */
  long steps() {
    return steps;
  }

  long millis() {
    return START.toEpochMilli() + nanos / 1_000_000;
  }

  /** Simulated time, for everything that has no clock of its own. */
  Clock clock() {
    return clock(() -> Duration.ZERO);
  }

  /**
   * A clock that may be wrong.
   *
   * @param skew how far it is ahead now
   */
  Clock clock(java.util.function.Supplier<Duration> skew) {
    return new SetClock(() -> START.plusNanos(nanos).plus(skew.get()));
  }

  /** Calls an action after each advance of time. */
  void onTick(Runnable tick) {
    ticks.add(tick);
  }

  /** Starts a task; its first turn comes later. */
  Task spawn(String name, Runnable body) {
    Task task = new Task(name);
    tasks.add(task);
    Thread thread =
        new Thread(
            () -> {
              task.turn.acquireUninterruptibly();
              try {
                check(task);
                body.run();
              } catch (Crash e) {
                // the process is gone
              } catch (Throwable e) {
                fail(new AssertionError("%s failed: %s".formatted(task.name, e), e));
              } finally {
                task.done = true;
                tasks.remove(task);
                pass(null);
              }
            },
            "simulated-" + name);
    thread.setDaemon(true);
    thread.start();
    return task;
  }

  /** The task that was started last. */
  Task lastSpawned() {
    return tasks.get(tasks.size() - 1);
  }

  /** The task that has the turn. */
  Task current() {
    if (current == null) {
      throw new IllegalStateException("no task has the turn");
    }
    return current;
  }

  /** Passes the turn on for a time. */
  void sleep(Duration time) {
    await(() -> false, time);
  }

  /** Passes the turn on until a condition holds or a time has passed; returns the condition. */
  boolean await(BooleanSupplier condition, Duration limit) {
    Task me = current();
    check(me);
    me.ready = condition;
    me.until = nanos + limit.toNanos();
    pass(me);
    check(me);
    // A pause of the product's own, which would take real time, returns at once.
    LockSupport.unpark(Thread.currentThread());
    return condition.getAsBoolean();
  }

  private void check(Task task) {
    if (task.killed || over) {
      task.killed = true;
      throw new Crash();
    }
  }

  /** Ends the simulation with an error. */
  void fail(Throwable why) {
    if (failure == null) {
      failure = why;
    }
    finish();
  }

  /** Ends the simulation. */
  void finish() {
    over = true;
  }

  private void pass(@Nullable Task from) {
    Task next;
    try {
      next = choose();
    } catch (Throwable e) {
      fail(e);
      next = tasks.isEmpty() ? null : tasks.get(0);
    }
    current = next;
    if (next == null) {
      ended.release();
    } else if (next != from) {
      next.turn.release();
    }
    if (from != null && next != from) {
      from.turn.acquireUninterruptibly();
    }
  }

  private @Nullable Task choose() {
    if (over) {
      return tasks.isEmpty() ? null : tasks.get(0);
    }
    advance(random.nextInt(MAX_STEP_MICROS) * 1_000L);
    while (!tasks.isEmpty()) {
      steps++;
      List<Task> eligible = new ArrayList<>();
      for (Task task : tasks) {
        if (task.eligible()) {
          eligible.add(task);
        }
      }
      if (!eligible.isEmpty()) {
        return eligible.get(random.nextInt(eligible.size()));
      }
      long next = tasks.stream().mapToLong(Task::next).min().orElse(nanos);
      advance(Math.max(1_000, Math.min(next - nanos, 500_000_000L)));
    }
    return null;
  }

  private void advance(long by) {
    nanos += by;
    ticks.forEach(Runnable::run);
    if (nanos > limitNanos) {
      throw new AssertionError("not at rest after " + Duration.ofNanos(nanos) + " simulated");
    }
  }

  /**
   * Runs until all tasks ended or {@link #finish} was called.
   *
   * @param limit most simulated time; beyond, the run fails
   */
  void run(Duration limit) {
    limitNanos = limit.toNanos();
    pass(null);
    ended.acquireUninterruptibly();
    if (failure instanceof Error error) {
      throw error;
    }
    if (failure != null) {
      throw new AssertionError(failure);
    }
  }
}
