package dev.residua.app.metrics;

import dev.residua.app.process.SelfLauncher;
import dev.residua.incident.ControlCommand.TrainingPhase;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Which model is in use, what became of swaps and of trainings, as metrics. For any thread. */
public final class ModelMetrics {
  private static final int DIGEST_CHARACTERS = 12;

  private final MeterRegistry meters;
  private final Counter applied;
  private final Counter refused;
  private final Map<TrainingPhase, Counter> ended = new EnumMap<>(TrainingPhase.class);
  private final AtomicInteger running = new AtomicInteger();
  private @Nullable Meter active;
  private long lastActivation = -1;

  public ModelMetrics(MeterRegistry meters) {
    this.meters = meters;
    this.applied = swaps("applied");
    this.refused = swaps("refused");
    Gauge.builder("residua.build.info", () -> 1)
        .description("Version that runs")
        .tag("version", SelfLauncher.version())
        .tag("java", System.getProperty("java.version"))
        .register(meters);
  }

  private Counter swaps(String result) {
    return Counter.builder("residua.model.swap")
        .description("Changes of the model that scores here, by what became of them")
        .tag("result", result)
        .register(meters);
  }

  /** The model in use. */
  public synchronized void active(String modelId, String digest) {
    if (active != null) {
      meters.remove(active);
    }
    active =
        Gauge.builder("residua.model.info", () -> 1)
            .description("Model in use")
            .tag("model", modelId)
            .tag("digest", digest.substring(0, Math.min(DIGEST_CHARACTERS, digest.length())))
            .register(meters);
  }

  /** A model took over on a partition; one change for all of them. */
  public synchronized void swapped(long activation) {
    if (activation != lastActivation) {
      lastActivation = activation;
      applied.increment();
    }
  }

  public void refused() {
    refused.increment();
  }

  /** This process may train: shows all results from the beginning. */
  public void trains() {
    for (TrainingPhase phase : TrainingPhase.values()) {
      if (phase.ended()) {
        ended.put(
            phase,
            Counter.builder("residua.retrain")
                .description("Trainings that ended, by what became of them")
                .tag("result", ScoringMetrics.lower(phase))
                .register(meters));
      }
    }
    Gauge.builder("residua.training.running", running, AtomicInteger::get)
        .description("Trainings that run under this process's lead")
        .register(meters);
  }

  /** A training under this process's lead has come so far. */
  public void training(TrainingPhase phase) {
    Counter counter = ended.get(phase);
    if (counter != null) {
      counter.increment();
    }
    if (phase != TrainingPhase.SUPPRESSED) {
      running.set(phase.ended() ? 0 : 1);
    }
  }
}
