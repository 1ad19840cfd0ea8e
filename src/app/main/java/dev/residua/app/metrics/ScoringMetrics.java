package dev.residua.app.metrics;

import dev.residua.app.process.Role;
import dev.residua.causal.Reconstruction;
import dev.residua.causal.ScoredFrame;
import dev.residua.frame.FrameTiming.Arrival;
import dev.residua.frame.RejectedFrameException.Reason;
import dev.residua.model.RegistryRecord.Activation;
import dev.residua.model.RegistryRecord.Start;
import dev.residua.scoring.ScoringListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Metrics of the scoring loops. For any thread. */
public final class ScoringMetrics implements ScoringListener {
  private static final double[] BATCH_FRAMES = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512};
  private static final Duration[] SCORE_TIMES =
      millis(1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000);
  private static final Duration[] AGES =
      millis(
          5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 300_000,
          1_800_000, 7_200_000);

  private final Counter scored;
  private final Timer transactions;
  private final Timer ages;
  private final DistributionSummary batches;
  private final Counter missing;
  private final ModelMetrics used;
  private final Runnable onTurn;
  private final Runnable heartbeat;
  private final Counter[] arrivals;
  private final Counter[] reconstructions;
  private final Counter[] rejected;
  private final Map<Thread, Long> behind = new ConcurrentHashMap<>();

  /**
   * @param engine that scores, a label of an info metric
   * @param used notified of models that take over
   * @param onTurn notified about once per second of every loop that makes progress
   * @param heartbeat called after every step of a loop, be it an attempt that failed
   */
  public ScoringMetrics(
      MeterRegistry meters, String engine, ModelMetrics used, Runnable onTurn, Runnable heartbeat) {
    this.used = used;
    this.onTurn = onTurn;
    this.heartbeat = heartbeat;
    Meters.gauge(
        meters,
        "residua.scoring.engine.info",
        "Engine that runs the network",
        () -> 1,
        "engine",
        engine);
    scored = Meters.counter(meters, "residua.frames.scored", "Frames that got a committed score");
    transactions =
        Timer.builder("residua.score")
            .description("Time of one scoring transaction, from a poll to its commit")
            .serviceLevelObjectives(SCORE_TIMES)
            .register(meters);
    ages =
        Timer.builder("residua.frame.age")
            .description("Time from a frame's capture to its score")
            .serviceLevelObjectives(AGES)
            .register(meters);
    batches =
        DistributionSummary.builder("residua.score.batch.frames")
            .description("Frames of one scoring transaction")
            .serviceLevelObjectives(BATCH_FRAMES)
            .register(meters);
    Meters.consumerLag(meters, Role.SCORE, () -> behind.values().stream().mapToLong(n -> n).sum());
    arrivals =
        Meters.counters(
            meters,
            "residua.frames.arrived",
            "Frames scored, by how they came after the others of their source",
            "arrival",
            Arrival.values());
    missing =
        Meters.counter(
            meters,
            "residua.frames.missing",
            "Frames that were missing when a later one of their source came");
    reconstructions =
        Meters.counters(
            meters,
            "residua.frames.reconstructed",
            "Frames scored, by whether they were reconstructed and why",
            "reconstruction",
            Reconstruction.values());
    rejected = Meters.deadLetters(meters, Reason.values());
  }

  private static Duration[] millis(long... values) {
    return Arrays.stream(values).mapToObj(Duration::ofMillis).toArray(Duration[]::new);
  }

  @Override
  public void committed(int frames, int deadLetters, long nanos) {
    scored.increment(frames);
    transactions.record(nanos, TimeUnit.NANOSECONDS);
    batches.record(frames + (double) deadLetters);
  }

  @Override
  public void scored(ScoredFrame score) {
    arrivals[score.timing().arrival().ordinal()].increment();
    missing.increment(score.timing().missing());
    reconstructions[score.statistics().reconstruction().ordinal()].increment();
    Duration age = Duration.between(score.capturedAt(), score.scoredAt());
    ages.record(age.isNegative() ? Duration.ZERO : age); // a camera's clock may be ahead
  }

  @Override
  public void rejected(Reason reason) {
    rejected[reason.ordinal()].increment();
  }

  @Override
  public void activationCommitted(Activation activation, Start start) {
    used.swapped(activation.number());
  }

  @Override
  public void stepped() {
    heartbeat.run();
  }

  @Override
  public void progressed(long records) {
    behind.put(Thread.currentThread(), records);
    onTurn.run();
  }
}
