package dev.residua.simulation.service;

import static dev.residua.simulation.service.Installation.TOPICS;

import dev.residua.frame.SceneName;
import dev.residua.incident.ControlCommand;
import dev.residua.incident.ControlCommand.AcceptNormal;
import dev.residua.incident.ControlCommand.Announcement;
import dev.residua.incident.ControlCommand.CancelTraining;
import dev.residua.incident.ControlCommand.Feedback;
import dev.residua.incident.ControlCommand.FeedbackVerdict;
import dev.residua.incident.ControlCommand.Maintenance;
import dev.residua.incident.ControlCommand.Order;
import dev.residua.incident.ControlCommand.Period;
import dev.residua.incident.ControlCommand.Resolve;
import dev.residua.incident.ControlCommand.Retire;
import dev.residua.incident.ControlCommand.Retrain;
import dev.residua.incident.ControlCommand.Suppression;
import dev.residua.incident.Incident;
import dev.residua.incident.Incident.State;
import dev.residua.incident.Subject;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/** Gives orders of every kind, some of them twice, with a clock that is wrong. */
final class SimulatedOperator {
  private static final TopicPartition CONTROL = new TopicPartition(TOPICS.control().name(), 0);
  private static final List<String> LATENTS = List.of("cause", "effect");

  private final Installation installation;
  private final SimulatedProcess process;
  private final SplittableRandom random;
  private final List<String> given = new ArrayList<>();

  /** Incidents that an order closes while nothing fails. */
  private final List<String> lastResolved = new ArrayList<>();

  private int orders;

  SimulatedOperator(Installation installation, SplittableRandom random) {
    this.installation = installation;
    this.process = new SimulatedProcess("operator", installation.simulator, installation.broker);
    this.random = random;
    process.skew(Duration.ofSeconds(random.nextInt(-7_200, 7_200)));
  }

  /** Gives some orders; returns when the last one has arrived. */
  Simulator.Task start(int count) {
    process.start(
        () -> {
          for (int i = 0; i < count; i++) {
            installation.simulator.sleep(Duration.ofMillis(500 + random.nextInt(6_000)));
            giveOne();
          }
        });
    return installation.simulator.lastSpawned();
  }

  /** Resolves half of the incidents that are open; for a task of the simulator. */
  void resolveSome() {
    for (Incident incident : installation.incidents().values()) {
      if (incident.open() && !isAboutToEnd(incident) && random.nextBoolean()) {
        Order order = order("order-" + orders, ".*");
        lastResolved.add(incident.id());
        send(order.id(), new Resolve(order, incident.id()));
      }
    }
  }

  /** Returns true if the monitor may forget the silent source before it sees an order. */
  private boolean isAboutToEnd(Incident incident) {
    boolean silent =
        incident.subject().equals(Subject.SILENCE) || incident.state() == State.SUSPENDED;
    return silent
        && incident
            .updatedAt()
            .plus(SimulatedMonitor.FORGET_AFTER)
            .minus(SimulatedMonitor.SILENT_AFTER.multipliedBy(2))
            .isBefore(installation.simulator.clock().instant());
  }

  List<String> lastResolved() {
    return lastResolved;
  }

  private void giveOne() {
    if (random.nextInt(10) == 0) {
      process.loseAnswers(Duration.ofSeconds(1));
    }
    Order order = order(sources());
    String latent = LATENTS.get(random.nextInt(LATENTS.size()));
    switch (random.nextInt(16)) {
      case 0 -> send(order.id(), new Maintenance(order, period()));
      case 1 -> send(order.id(), new Announcement(order, period(), latent));
      case 2 -> send(order.id(), new Suppression(order, latent, 0.1 + random.nextDouble()));
      case 3, 4 -> send(order.id(), new AcceptNormal(order));
      case 5, 6, 7 -> send(order.id(), new Resolve(order, incident()));
      case 8, 14 -> send(order.id(), new Retire(order));
      case 9 -> send(order.id(), new Feedback(order, incident(), FeedbackVerdict.FALSE_ALARM));
      case 10 -> send(order.id(), new Feedback(order, incident(), FeedbackVerdict.TRUE_ALARM));
      case 11 -> send(earlier(), null);
      case 12 -> send(order.id(), new Retrain(order, SceneName.DEFAULT, List.of(incident())));
      case 13 -> send(order.id(), new CancelTraining(order, "training-1"));
      default -> write(earlier(), "no command".getBytes(StandardCharsets.UTF_8));
    }
  }

  /** An order whose id is sometimes that of an earlier one, which it replaces. */
  private Order order(String sources) {
    return order(random.nextInt(8) == 0 ? earlier() : "order-" + orders, sources);
  }

  /** An order with a reason of its own. */
  private Order order(String id, String sources) {
    return new Order(id, sources, "operator", "order " + orders++, process.clock().instant());
  }

  private String earlier() {
    return given.isEmpty() ? "order-none" : given.get(random.nextInt(given.size()));
  }

  private String sources() {
    return switch (random.nextInt(6)) {
      case 0 -> ".*";
      case 1 -> "nobody";
      default -> "cam" + random.nextInt(4);
    };
  }

  private Period period() {
    Clock clock = random.nextBoolean() ? process.clock() : installation.simulator.clock();
    Instant from = clock.instant().plusSeconds(random.nextInt(-10, 10));
    return new Period(from, from.plusSeconds(1 + random.nextInt(30)));
  }

  /** The id of an incident, open or not; sometimes one that there is not. */
  private String incident() {
    List<Incident> all = List.copyOf(installation.incidents().values());
    List<Incident> open = all.stream().filter(Incident::open).toList();
    List<Incident> some = random.nextInt(4) == 0 || open.isEmpty() ? all : open;
    return some.isEmpty() ? "no-incident" : some.get(random.nextInt(some.size())).id();
  }

  private void send(String id, @Nullable ControlCommand command) {
    given.add(id);
    write(id, TOPICS.control().write(command));
  }

  private void write(String id, byte @Nullable [] value) {
    byte[] key = id.getBytes(StandardCharsets.UTF_8);
    boolean twice = random.nextInt(15) == 0;
    while (true) {
      try {
        process.request(
            () ->
                process.broker.append(
                    null,
                    0,
                    CONTROL,
                    key,
                    value,
                    new RecordHeaders(),
                    installation.simulator.millis()));
        if (!twice) {
          return;
        }
        twice = false;
      } catch (TimeoutException e) {
        // sent again, although it may have arrived
      }
    }
  }
}
