package dev.residua.app.metrics;

import dev.residua.alerting.AlertListener;
import dev.residua.alerting.AlertingSettings;
import dev.residua.alerting.ReceiverSettings;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Counts of the alerting loop, labelled with the configured receivers. For one thread. */
public final class AlertMetrics implements AlertListener {
  private static final String RECEIVER = "receiver";

  private final MeterRegistry meters;
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
    this.meters = meters;
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
    receivers(settings.receivers().stream().map(ReceiverSettings::name).toList());
  }

  /** Registers the state of the file with the settings of alerting. */
  public static void file(MeterRegistry meters, Supplier<Number> successful) {
    Meters.gauge(
        meters,
        "residua.alerting.file.last.reload.successful",
        "1 if the file of residua.alerting.file is in force, 0 if it could not be used",
        successful);
  }

  @Override
  public void receivers(List<String> names) {
    Set<String> gone = new HashSet<>(receivers.keySet());
    names.forEach(gone::remove);
    for (String name : gone) {
      receivers.remove(name);
      meters.getMeters().stream()
          .filter(meter -> name.equals(meter.getId().getTag(RECEIVER)))
          .forEach(meters::remove);
      health.accept(name, "");
    }
    names.forEach(name -> receivers.computeIfAbsent(name, one -> Receiver.of(meters, one)));
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
