package dev.residua.app;

import dev.residua.causal.Reconstruction;
import dev.residua.causal.ScoredFrame;
import dev.residua.frame.FrameTiming.Arrival;
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
  private final Counter missing;
  private final Counter[] arrivals = new Counter[Arrival.values().length];
  private final Counter[] reconstructions = new Counter[Reconstruction.values().length];
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
    for (Arrival arrival : Arrival.values()) {
      arrivals[arrival.ordinal()] =
          Counter.builder("residua.frames.arrived")
              .description("Frames scored, by how they came after the others of their source")
              .tag("arrival", arrival.name().toLowerCase(Locale.ROOT))
              .register(meters);
    }
    missing =
        Counter.builder("residua.frames.missing")
            .description("Frames that were missing when a later one of their source came")
            .register(meters);
    for (Reconstruction kind : Reconstruction.values()) {
      reconstructions[kind.ordinal()] =
          Counter.builder("residua.frames.reconstructed")
              .description("Frames scored, by whether they were reconstructed and why")
              .tag("reconstruction", kind.name().toLowerCase(Locale.ROOT))
              .register(meters);
    }
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
  public void scored(ScoredFrame score) {
    arrivals[score.timing().arrival().ordinal()].increment();
    missing.increment(score.timing().missing());
    reconstructions[score.reconstruction().ordinal()].increment();
  }

  @Override
  public void rejected(Reason reason) {
    rejected[reason.ordinal()].increment();
  }
}
