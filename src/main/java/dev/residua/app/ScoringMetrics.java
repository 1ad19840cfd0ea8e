package dev.residua.app;

import dev.residua.frame.RejectedFrameException.Reason;
import dev.residua.scoring.ScoringListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Counts of the scoring loops in Prometheus' names. */
final class ScoringMetrics implements ScoringListener {
  private final Counter scored;
  private final Timer transactions;
  private final Counter[] rejected = new Counter[Reason.values().length];

  /**
   * @param engine that scores, a label of an info metric
   */
  ScoringMetrics(MeterRegistry meters, String engine) {
    Gauge.builder("residua.scoring.engine.info", () -> 1)
        .description("Engine that runs the network")
        .tag("engine", engine)
        .register(meters);
    scored =
        Counter.builder("residua.frames.scored")
            .description("Frames that got a committed score")
            .register(meters);
    transactions =
        Timer.builder("residua.score.transaction")
            .description("Time from a poll to its commit")
            .publishPercentileHistogram()
            .register(meters);
    for (Reason reason : Reason.values()) {
      rejected[reason.ordinal()] =
          Counter.builder("residua.dead.letters")
              .description("Records refused, by reason")
              .tag("reason", reason.name().toLowerCase(Locale.ROOT))
              .register(meters);
    }
  }

  @Override
  public void committed(int frames, int deadLetters, long nanos) {
    scored.increment(frames);
    transactions.record(nanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public void rejected(Reason reason) {
    rejected[reason.ordinal()].increment();
  }
}
