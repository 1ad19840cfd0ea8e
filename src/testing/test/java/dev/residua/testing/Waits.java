package dev.residua.testing;

import java.time.Duration;
import java.util.Arrays;

/**
 * Limits of the waits of tests. A limit only ends a test that would never end, so it is generous:
 * twice the given time on the machine that the times were written for, and in proportion more on a
 * slower one. Tests that wait for an event name the time that it may take on an idle machine.
 */
public final class Waits {
  /** Duration of {@link #work} on an idle machine of two cores of an AMD EPYC at 2.9 GHz. */
  private static final double REFERENCE_NANOS = 10e6;

  private static final double MAX_FACTOR = 20;

  /** Factor of all limits, measured once per process, so other work on the machine counts too. */
  private static final double FACTOR = Math.min(MAX_FACTOR, 2 * Math.max(1, slowness()));

  private Waits() {}

  /** Returns the limit of a wait that takes at most this time on an idle machine. */
  public static Duration limit(Duration idle) {
    return Duration.ofMillis((long) Math.ceil(idle.toMillis() * FACTOR));
  }

  /** Like {@link #limit}, in seconds. */
  public static long seconds(int idle) {
    return (long) Math.ceil(idle * FACTOR);
  }

  /** Like {@link #limit}, in milliseconds, for sockets. */
  public static int millis(int idle) {
    return (int) Math.ceil(idle * FACTOR);
  }

  /** Median duration of the work over its duration on the reference machine. */
  private static double slowness() {
    long[] nanos = new long[7];
    long sum = 0;
    for (int i = 0; i < nanos.length; i++) {
      long start = System.nanoTime();
      sum += work();
      nanos[i] = System.nanoTime() - start;
    }
    Arrays.sort(nanos);
    return sum == 0 ? 1 : nanos[nanos.length / 2] / REFERENCE_NANOS;
  }

  /** Arithmetic and reads that miss the first caches. */
  private static long work() {
    int[] cells = new int[1 << 18];
    int x = 1;
    for (int i = 0; i < 4_000_000; i++) {
      x = x * 1_664_525 + 1_013_904_223;
      cells[x >>> 14] += x;
    }
    return cells[x >>> 14] | 1L;
  }
}
