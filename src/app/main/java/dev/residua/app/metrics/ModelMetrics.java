package dev.residua.app.metrics;

import dev.residua.app.process.SelfLauncher;
import dev.residua.causal.ModelDigest;
import dev.residua.incident.ControlCommand.TrainingPhase;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** Metrics of the model in use, of swaps and of trainings. For any thread. */
public final class ModelMetrics {
  private final MeterRegistry meters;
  private final Counter applied;
  private final Counter refused;
  private final Map<TrainingPhase, Counter> ended = new EnumMap<>(TrainingPhase.class);
  private final AtomicInteger running = new AtomicInteger();
  private final Map<String, Meter> active = new HashMap<>(); // by scene
  private long lastActivation = -1;

  public ModelMetrics(MeterRegistry meters) {
    this.meters = meters;
    this.applied = swaps("applied");
    this.refused = swaps("refused");
    Meters.gauge(
        meters,
        "residua.build.info",
        "Version that runs",
        () -> 1,
        "version",
        SelfLauncher.version(),
        "java",
        System.getProperty("java.version"));
  }

  private Counter swaps(String result) {
    return Meters.counter(
        meters,
        "residua.model.swap",
        "Changes of the model that scores here, by result",
        "result",
        result);
  }

  /** The model in use in a scene. */
  public synchronized void active(String scene, String modelId, String digest) {
    Meter before = active.remove(scene);
    if (before != null) {
      meters.remove(before);
    }
    active.put(
        scene,
        Meters.gauge(
            meters,
            "residua.model.info",
            "Model in use",
            () -> 1,
            "scene",
            scene,
            "model",
            modelId,
            "digest",
            ModelDigest.brief(digest)));
  }

  /** A model took over on a partition; one change for all of them. */
  public synchronized void swapped(long activation) {
    if (activation != lastActivation) {
      lastActivation = activation;
      applied.increment();
    }
  }

  /** Reports activations that have no effect. */
  public void ignored(Supplier<Number> count) {
    Meters.gauge(
        meters,
        "residua.model.activations.ignored",
        "Activations without effect, as their model is not in the registry",
        count);
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
            Meters.counter(
                meters,
                "residua.retrain",
                "Trainings that ended, by result",
                "result",
                Meters.lower(phase)));
      }
    }
    Meters.gauge(
        meters,
        "residua.training.running",
        "Trainings that run under this process's lead",
        running::get);
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
