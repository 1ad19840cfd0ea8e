package dev.residua.simulation.service;

import dev.residua.wire.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;

/** Injects faults, one after the other, each of which may still last when the next one comes. */
final class Nemesis implements Runnable {
  private final Installation installation;
  private final Simulator simulator;
  private final int faults;
  private final List<String> log = new ArrayList<>();
  private int rivals;
  private boolean monitorMayForget;

  Nemesis(Installation installation, int faults) {
    this.installation = installation;
    this.simulator = installation.simulator;
    this.faults = faults;
  }

  /**
   * Returns true if the clock of the monitor jumped, perhaps beyond the time after which it
   * forgets.
   */
  boolean monitorMayForget() {
    return monitorMayForget;
  }

  /** The faults so far, for a person. */
  List<String> log() {
    return log;
  }

  @Override
  public void run() {
    for (int i = 0; i < faults; i++) {
      simulator.sleep(simulator.between(Duration.ofMillis(100), Duration.ofSeconds(5)));
      inject();
    }
  }

  private void inject() {
    List<String> names = installation.roleNames();
    String role = names.get(simulator.random().nextInt(names.size()));
    SimulatedProcess process = installation.process(role);
    Duration time = simulator.between(Duration.ofMillis(200), Duration.ofSeconds(45));
    int requests = simulator.random().nextInt(20);
    int kind = simulator.random().nextInt(12);
    log.add(
        "%.3f s: fault %d at %s, request %d, %.1f s"
            .formatted(simulator.nanos() / 1e9, kind, role, requests, time.toMillis() / 1e3));
    switch (kind) {
      case 0, 1 -> process.at(requests, () -> crash(role, process));
      case 2 -> process.at(requests, () -> process.freeze(time));
      case 3 -> process.at(requests, () -> process.disconnect(time));
      case 4 -> process.slow(time);
      case 5 -> process.loseAnswers(time);
      case 6 -> hangTransaction();
      case 7 -> {
        process.skew(simulator.between(Duration.ofHours(-1), Duration.ofHours(1)));
        monitorMayForget |= role.equals("monitor");
      }
      case 8 -> installation.receiver.down(time);
      case 9 -> installation.receiver.loseAnswers(time);
      case 10 -> fillDisk(time);
      default -> compact();
    }
  }

  /** Fills all disks, or that of one topic. */
  private void fillDisk(Duration time) {
    List<String> topics = Installation.TOPICS.all().stream().map(Topic::name).toList();
    installation.broker.fill(
        simulator.chance(0.3) ? null : topics.get(simulator.random().nextInt(topics.size())), time);
  }

  private void crash(String role, SimulatedProcess process) {
    process.crash();
    Duration pause = simulator.between(Duration.ZERO, Duration.ofSeconds(15));
    simulator.spawn(
        "supervisor",
        () -> {
          simulator.sleep(pause);
          installation.start(role);
        });
  }

  /**
   * Leaves a transaction open, with a record on each of some topics, until the broker aborts it.
   */
  private void hangTransaction() {
    try {
      sendWithoutEnd();
    } catch (KafkaException e) {
      // other faults were faster
    }
  }

  private void sendWithoutEnd() {
    SimulatedProcess foreign = new SimulatedProcess("foreign", simulator, installation.broker);
    Duration timeout = simulator.between(Duration.ofSeconds(1), Duration.ofSeconds(50));
    Producer<byte[], byte[]> producer = foreign.producer("foreign-" + rivals++, timeout);
    producer.initTransactions();
    producer.beginTransaction();
    List<String> topics =
        List.of(
            Installation.TOPICS.frames().name(),
            Installation.TOPICS.timelines().name(),
            Installation.TOPICS.scores().name(),
            Installation.TOPICS.incidents().name(),
            Installation.TOPICS.models().name(),
            Installation.TOPICS.control().name());
    for (String topic : topics) {
      if (simulator.chance(0.4)) {
        int partition = simulator.random().nextInt(installation.broker.topic(topic).size());
        producer.send(new ProducerRecord<>(topic, partition, new byte[] {'x'}, new byte[] {1}));
      }
    }
    producer.flush();
  }

  private void compact() {
    for (String topic :
        List.of(
            Installation.TOPICS.timelines().name(),
            Installation.TOPICS.alerts().name(),
            Installation.TOPICS.control().name(),
            Installation.TOPICS.models().name(),
            Installation.TOPICS.incidents().name())) {
      installation.broker.topic(topic).forEach(SimulatedLog::compact);
    }
  }
}
