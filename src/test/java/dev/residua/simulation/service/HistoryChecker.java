package dev.residua.simulation.service;

import static dev.residua.simulation.service.Installation.TOPICS;

import dev.residua.causal.ScoredFrame;
import dev.residua.incident.Incident;
import dev.residua.incident.Subject;
import dev.residua.wire.DeadLetter;
import dev.residua.wire.Topic;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;

/** Judges what an installation left on its topics. Each violation is one sentence. */
final class HistoryChecker {
  private final SimulatedBroker broker;
  private final SimulatedReceiver receiver;
  private final boolean undisturbed;
  private final List<String> violations = new ArrayList<>();

  private record Place(int partition, long offset) {}

  HistoryChecker(Installation installation) {
    this.broker = installation.broker;
    this.receiver = installation.receiver;
    this.undisturbed = installation.undisturbed();
  }

  List<String> check() {
    checkScores();
    checkReplay();
    checkAlerts();
    checkAlertState();
    return violations;
  }

  /** Whether the receiver got all that it should get. */
  boolean delivered() {
    checkAlerts();
    return violations.isEmpty();
  }

  /** Every committed frame has one score or one dead letter, and scores keep the order. */
  private void checkScores() {
    Map<Place, Integer> scores = new HashMap<>();
    Map<Place, Integer> letters = new HashMap<>();
    Map<String, Set<List<Object>>> accepted = new HashMap<>();
    for (SimulatedLog log : broker.topic(TOPICS.scores().name())) {
      Map<Integer, Long> last = new TreeMap<>();
      for (SimulatedLog.Entry entry : log.committed()) {
        ScoredFrame score;
        try {
          score = TOPICS.scores().read(entry.value());
        } catch (SerializationException e) {
          violations.add("score at offset %d: %s".formatted(entry.offset(), e.getMessage()));
          continue;
        }
        Place place = new Place(score.position().partition(), score.position().offset());
        scores.merge(place, 1, Integer::sum);
        Long before = last.put(place.partition(), place.offset());
        if (before != null && before >= place.offset()) {
          violations.add("score of " + place + " comes after that of offset " + before);
        }
        if (!accepted
            .computeIfAbsent(score.source(), s -> new HashSet<>())
            .add(List.of(score.sequence(), score.capturedAt()))) {
          violations.add(
              "frame %s #%d is scored twice".formatted(score.source(), score.sequence()));
        }
      }
    }
    for (SimulatedLog.Entry entry : broker.records(TOPICS.deadLetters().name())) {
      DeadLetter letter = DeadLetter.of(record(entry));
      if (letter.topic().equals(TOPICS.frames().name())) {
        letters.merge(new Place(letter.partition(), letter.offset()), 1, Integer::sum);
      }
    }
    for (SimulatedLog log : broker.topic(TOPICS.frames().name())) {
      for (SimulatedLog.Entry entry : log.committed()) {
        Place place = new Place(log.place.partition(), entry.offset());
        Integer scored = scores.remove(place);
        Integer refused = letters.remove(place);
        int results = (scored == null ? 0 : scored) + (refused == null ? 0 : refused);
        if (results != 1) {
          violations.add(
              "frame at %s has %s scores and %s dead letters".formatted(place, scored, refused));
        }
      }
    }
    scores.keySet().forEach(place -> violations.add("score without frame: " + place));
    letters.keySet().forEach(place -> violations.add("dead letter without frame: " + place));
  }

  /** A monitor that nothing disturbs finds the same in the same scores. */
  private void checkReplay() {
    Map<String, Map<String, List<String>>> expected = new TreeMap<>();
    try (SimulatedMonitor.Machine machine = new SimulatedMonitor.Machine(Simulator.START)) {
      for (SimulatedLog.Entry score : broker.records(TOPICS.scores().name())) {
        machine.pipe(
            TOPICS.scores().name(),
            score.timestamp(),
            score.key(),
            score.value(),
            new RecordHeaders(score.headers().toArray()));
      }
      List<Incident> incidents = new ArrayList<>();
      for (ProducerRecord<byte[], byte[]> result : machine.results()) {
        add(expected, result.topic(), result.key(), result.value());
        if (result.topic().equals(TOPICS.incidents().name())) {
          incidents.add(TOPICS.incidents().read(result.value()));
        }
      }
      checkIncidents(incidents);
    }
    Map<String, Map<String, List<String>>> found = new TreeMap<>();
    for (Topic<?, ?> topic : TOPICS.findings()) {
      broker.records(topic.name()).forEach(e -> add(found, topic.name(), e.key(), e.value()));
    }
    for (Topic<?, ?> topic : TOPICS.findings()) {
      Map<String, List<String>> before = found.getOrDefault(topic.name(), Map.of());
      Map<String, List<String>> again = expected.getOrDefault(topic.name(), Map.of());
      Set<String> keys = new TreeSet<>(before.keySet());
      keys.addAll(again.keySet());
      for (String key : keys) {
        List<String> one = before.getOrDefault(key, List.of());
        List<String> other = again.getOrDefault(key, List.of());
        if (!one.equals(other)) {
          violations.add(
              "%s of %s: %d records, %d when replayed%s"
                  .formatted(
                      topic.name(),
                      key,
                      one.size(),
                      other.size(),
                      one.size() == other.size() ? ", others" : ""));
        }
      }
    }
  }

  /**
   * An id keeps its subject once it has one, severity never falls while an incident is open, and no
   * two open incidents of a source have the same subject.
   *
   * @param records of all incidents, those of each source in their order
   */
  private void checkIncidents(List<Incident> records) {
    Map<String, Incident> last = new TreeMap<>();
    for (Incident now : records) {
      Incident before = last.put(now.id(), now);
      if (before != null
          && !before.subject().equals(now.subject())
          && !before.subject().equals(Subject.UNDETERMINED)) {
        violations.add("incident %s changes its subject to %s".formatted(now.id(), now.subject()));
      }
      if (before != null
          && before.state().open()
          && now.state().open()
          && now.severity().compareTo(before.severity()) < 0) {
        violations.add("severity of incident %s falls while it is open".formatted(now.id()));
      }
      for (Incident other : last.values()) {
        if (now.state().open()
            && other.state().open()
            && !other.id().equals(now.id())
            && other.source().equals(now.source())
            && other.subject().equals(now.subject())) {
          violations.add(
              "incidents %s and %s of %s are open for the same subject"
                  .formatted(other.id(), now.id(), now.source()));
        }
      }
    }
  }

  /** The receiver got the last state of each incident, and nothing that no incident was. */
  private void checkAlerts() {
    Map<String, Incident> last = new TreeMap<>();
    Map<String, Incident> states = new TreeMap<>();
    for (SimulatedLog.Entry entry : broker.records(TOPICS.incidents().name())) {
      Incident incident = TOPICS.incidents().read(entry.value());
      last.put(incident.id(), incident);
      states.put(state(incident), incident);
    }
    Set<String> received = new TreeSet<>();
    for (SimulatedReceiver.Delivery delivery : receiver.deliveries()) {
      if (!received.add(delivery.id()) && undisturbed) {
        violations.add("alert arrived twice without any fault: " + delivery.id());
      }
      if (!states.containsKey(delivery.id())) {
        violations.add("alert of a state that no incident had: " + delivery.id());
      }
    }
    last.forEach(
        (id, incident) -> {
          if (!received.contains(state(incident))) {
            violations.add("the receiver never got the last state %s".formatted(state(incident)));
          }
        });
  }

  /** What alerting stores of an incident never goes back to an earlier record of it. */
  private void checkAlertState() {
    Map<String, Long> revisions = new TreeMap<>();
    for (SimulatedLog.Entry entry : broker.records(TOPICS.alerts().name())) {
      String key = new String(entry.key(), StandardCharsets.UTF_8);
      if (key.startsWith("incident/") && entry.value() != null) {
        long revision = SimulatedReceiver.json(entry.value()).get("revision").asLong();
        Long before = revisions.put(key, revision);
        if (before != null && before > revision) {
          violations.add(
              "stored state of %s goes back from record %d to %d".formatted(key, before, revision));
        }
      }
    }
  }

  /** The id of the webhook's event for a state of an incident. */
  private static String state(Incident incident) {
    return "%s.%d.%s.%d"
        .formatted(
            incident.id(),
            incident.flaps(),
            incident.state().name().toLowerCase(Locale.ROOT),
            incident.updatedSequence());
  }

  private static void add(
      Map<String, Map<String, List<String>>> all, String topic, byte[] key, byte[] value) {
    all.computeIfAbsent(topic, t -> new TreeMap<>())
        .computeIfAbsent(new String(key, StandardCharsets.UTF_8), k -> new ArrayList<>())
        .add(Base64.getEncoder().encodeToString(value));
  }

  private static ConsumerRecord<byte[], byte[]> record(SimulatedLog.Entry entry) {
    return new ConsumerRecord<>(
        "",
        0,
        entry.offset(),
        entry.timestamp(),
        TimestampType.CREATE_TIME,
        0,
        0,
        entry.key(),
        entry.value(),
        entry.headers(),
        java.util.Optional.empty());
  }
}
