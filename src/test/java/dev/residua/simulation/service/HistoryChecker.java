package dev.residua.simulation.service;

import static dev.residua.simulation.service.Installation.TOPICS;

import dev.residua.causal.ScoredFrame;
import dev.residua.wire.DeadLetter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.record.TimestampType;

/** Judges what an installation left on its topics. Each violation is one sentence. */
final class HistoryChecker {
  private final SimulatedBroker broker;
  private final List<String> violations = new ArrayList<>();

  private record Place(int partition, long offset) {}

  HistoryChecker(SimulatedBroker broker) {
    this.broker = broker;
  }

  List<String> check() {
    checkScores();
    return violations;
  }

  /** Every committed frame has one score or one dead letter, and scores keep the order. */
  private void checkScores() {
    Map<Place, Integer> scores = new HashMap<>();
    Map<Place, Integer> letters = new HashMap<>();
    Map<String, Set<List<Object>>> accepted = new HashMap<>();
    for (SimulatedLog log : broker.topic(TOPICS.scores().name())) {
      Map<Integer, Long> last = new TreeMap<>();
      for (SimulatedLog.Entry entry : log.committed()) {
        ScoredFrame score = TOPICS.scores().read(entry.value());
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
