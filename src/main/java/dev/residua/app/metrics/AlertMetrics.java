package dev.residua.app.metrics;

import dev.residua.alerting.AlertListener;
import dev.residua.alerting.AlertingSettings;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;

/** Counts of the alerting loop in Prometheus' names; its labels are the configured receivers. */
public final class AlertMetrics implements AlertListener {
  private static final String RECEIVER = "receiver";

  private final Map<String, Receiver> receivers = new HashMap<>();
  private final BiConsumer<String, String> health;

  /** Meters of one receiver. */
  private record Receiver(
      Map<Result, Counter> sent,
      Timer took,
      AtomicInteger waiting,
      AtomicInteger limited,
      AtomicInteger up) {}

  /**
   * @param health receives the name of a receiver and its problem, empty for none
   */
  public AlertMetrics(
      MeterRegistry meters, AlertingSettings settings, BiConsumer<String, String> health) {
    this.health = health;
    settings
        .receivers()
        .forEach(receiver -> receivers.put(receiver.name(), of(meters, receiver.name())));
  }

  private static Receiver of(MeterRegistry meters, String name) {
    Map<Result, Counter> sent = new EnumMap<>(Result.class);
    for (Result result : Result.values()) {
      sent.put(
          result,
          Counter.builder("residua.alerts.sent")
              .description("Notices sent to receivers, by what became of them")
              .tag(RECEIVER, name)
              .tag("result", result.label())
              .register(meters));
    }
    Timer took =
        Timer.builder("residua.alert.send")
            .description("Time for one batch of notices to a receiver")
            .tag(RECEIVER, name)
            .register(meters);
    AtomicInteger up = new AtomicInteger(1);
    Gauge.builder("residua.alert.receiver.up", up, AtomicInteger::get)
        .description("Whether the receiver took the last notice, 1 or 0")
        .tag(RECEIVER, name)
        .register(meters);
    AtomicInteger waiting = new AtomicInteger();
    Gauge.builder("residua.alerts.waiting", waiting, AtomicInteger::get)
        .description("Incidents whose current state was not delivered to the receiver")
        .tag(RECEIVER, name)
        .register(meters);
    AtomicInteger limited = new AtomicInteger();
    Gauge.builder("residua.alerts.limited", limited, AtomicInteger::get)
        .description("Incidents among them that wait for the rate limit of the receiver")
        .tag(RECEIVER, name)
        .register(meters);
    return new Receiver(sent, took, waiting, limited, up);
  }

  @Override
  public void sent(String receiver, Result result) {
    Receiver meters = receivers.get(receiver);
    Counter counter = meters == null ? null : meters.sent().get(result);
    if (counter != null) {
      counter.increment();
    }
  }

  @Override
  public void latency(String receiver, long nanos) {
    Receiver meters = receivers.get(receiver);
    if (meters != null) {
      meters.took().record(nanos, TimeUnit.NANOSECONDS);
    }
  }

  @Override
  public void waiting(String receiver, int waiting, int limited) {
    Receiver meters = receivers.get(receiver);
    if (meters != null) {
      meters.waiting().set(waiting);
      meters.limited().set(limited);
    }
  }

  @Override
  public void reachable(String receiver, String problem) {
    Receiver meters = receivers.get(receiver);
    if (meters != null) {
      meters.up().set(problem.isEmpty() ? 1 : 0);
    }
    health.accept(receiver, problem);
  }
}
