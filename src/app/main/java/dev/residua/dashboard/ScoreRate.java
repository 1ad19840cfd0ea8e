package dev.residua.dashboard;

import java.util.Arrays;

/** Counter of scored frames and of their recent rate. Not thread-safe. */
final class ScoreRate {
  private static final int SECONDS = 10;

  private final long[] perSecond = new long[SECONDS];
  private long current;
  private long scored;

  void add() {
    scored++;
    perSecond[(int) (advance() % SECONDS)]++;
  }

  long scored() {
    return scored;
  }

  double perSecond() {
    advance();
    return Arrays.stream(perSecond).sum() / (double) SECONDS;
  }

  private long advance() {
    long now = System.nanoTime() / 1_000_000_000L;
    long steps = Math.min(SECONDS, now - current);
    for (long s = now - steps + 1; s <= now; s++) {
      perSecond[(int) Math.floorMod(s, (long) SECONDS)] = 0;
    }
    current = Math.max(current, now);
    return now;
  }
}
