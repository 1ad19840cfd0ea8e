package dev.residua.app.metrics;

import dev.residua.alerting.AlertListener;
import dev.residua.alerting.AlertingSettings;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Counts of the alerting loop, labelled with the configured receivers. For one thread. */
public final class AlertMetrics implements AlertListener {
  private static final String RECEIVER = "receiver";

  private final Map<String, Receiver> receivers = new HashMap<>();
  private final Counter[] outcomes;
  private final BiConsumer<String, String> health;
  private final Runnable heartbeat;

  /** Meters of one receiver. */
  private record Receiver(
      Counter[] sent, Timer took, AtomicInteger waiting, AtomicInteger limited, AtomicInteger up) {
    static Receiver of(MeterRegistry meters, String name) {
      Receiver receiver =
          new Receiver(
              Meters.counters(
                  meters,
                  "residua.alerts.sent",
                  "Notifications to receivers, by result",
                  "result",
                  Result.values(),
                  RECEIVER,
                  name),
              Timer.builder("residua.alert.send")
                  .description("Time for one batch of notifications to a receiver")
                  .tag(RECEIVER, name)
                  .register(meters),
              new AtomicInteger(),
              new AtomicInteger(),
              new AtomicInteger(1));
      Meters.gauge(
          meters,
          "residua.alert.receiver.up",
          "1 if the receiver accepted the last notification, else 0",
          receiver.up::get,
          RECEIVER,
          name);
      Meters.gauge(
          meters,
          "residua.alerts.waiting",
          "Incidents whose current state was not delivered to the receiver",
          receiver.waiting::get,
          RECEIVER,
          name);
      Meters.gauge(
          meters,
          "residua.alerts.limited",
          "Incidents among them that wait for the rate limit of the receiver",
          receiver.limited::get,
          RECEIVER,
          name);
      return receiver;
    }
  }

  /**
   * @param health receives the name of a receiver and its problem, empty for none
   * @param heartbeat called after every step of the loop
   */
  public AlertMetrics(
      MeterRegistry meters,
      AlertingSettings settings,
      BiConsumer<String, String> health,
      Runnable heartbeat) {
    this.outcomes =
        Meters.counters(
            meters,
            "residua.alerts.incidents",
            "Incidents by how receivers are notified: at once, alone after a wait, in a group, or"
                + " merged into another incident",
            "outcome",
            Outcome.values());
    this.health = health;
    this.heartbeat = heartbeat;
    settings.receivers().forEach(one -> receivers.put(one.name(), Receiver.of(meters, one.name())));
  }

  private void of(String receiver, Consumer<Receiver> action) {
    Optional.ofNullable(receivers.get(receiver)).ifPresent(action);
  }

  @Override
  public void progressed() {
    heartbeat.run();
  }

  @Override
  public void decided(Outcome outcome, int incidents) {
    outcomes[outcome.ordinal()].increment(incidents);
  }

  @Override
  public void sent(String receiver, Result result) {
    of(receiver, meters -> meters.sent()[result.ordinal()].increment());
  }

  @Override
  public void latency(String receiver, long nanos) {
    of(receiver, meters -> meters.took().record(nanos, TimeUnit.NANOSECONDS));
  }

  @Override
  public void waiting(String receiver, int waiting, int limited) {
    of(receiver, meters -> meters.waiting().set(waiting));
    of(receiver, meters -> meters.limited().set(limited));
  }

  @Override
  public void reachable(String receiver, String problem) {
    of(receiver, meters -> meters.up().set(problem.isEmpty() ? 1 : 0));
    health.accept(receiver, problem);
  }
}
