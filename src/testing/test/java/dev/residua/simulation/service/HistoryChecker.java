package dev.residua.simulation.service;

import static dev.residua.simulation.service.Installation.TOPICS;

import dev.residua.causal.ScoredFrame;
import dev.residua.incident.ControlCommand;
import dev.residua.incident.ControlCommand.Maintenance;
import dev.residua.incident.ControlCommand.Retire;
import dev.residua.incident.Incident;
import dev.residua.incident.Incident.Reason;
import dev.residua.incident.Incident.State;
import dev.residua.incident.Subject;
import dev.residua.model.ModelRegistry;
import dev.residua.model.RegistryRecord;
import dev.residua.model.RegistryRecord.Activation;
import dev.residua.wire.DeadLetter;
import dev.residua.wire.ModelRecords;
import dev.residua.wire.Topic;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;

/** Judges what an installation left on its topics. Each violation is one sentence. */
final class HistoryChecker {
  private final Installation installation;
  private final SimulatedBroker broker;
  private final SimulatedReceiver receiver;
  private final boolean undisturbed;
  private final List<String> violations = new ArrayList<>();

  // Transactions of the monitor, by their numbers.
  private final Map<String, Integer> opened = new TreeMap<>(); // by incident
  private final Map<String, Integer> delivered = new TreeMap<>(); // by reason of the order
  private final Set<Long> seen = new HashSet<>(); // offsets of orders
  private int batches;

  private static final Set<Reason> OF_ORDERS =
      Set.of(
          Reason.RESOLVED_BY_OPERATOR,
          Reason.FALSE_ALARM,
          Reason.ACCEPTED_AS_NORMAL,
          Reason.SOURCE_RETIRED);

  private static final Set<Reason> OF_OTHERS =
      Set.of(Reason.MERGED, Reason.REDIAGNOSED, Reason.EXPIRED);

  private record Place(int partition, long offset) {}

  HistoryChecker(Installation installation) {
    this.installation = installation;
    this.broker = installation.broker;
    this.receiver = installation.receiver;
    this.undisturbed = installation.undisturbed();
  }

  List<String> check() {
    checkScores();
    checkModels();
    checkDecisions();
    checkEvaluated();
    checkReplay();
    checkIncidents();
    checkSilence();
    checkOrders();
    checkAlerts();
    checkAlertState();
    return violations;
  }

  /** Returns true if the receiver got all that it should get. */
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

  /** Each score is by the model whose activation holds for its frame, and all activations began. */
  private void checkModels() {
    ModelRegistry registry = installation.registry();
    for (ScoredFrame score : scores()) {
      if (!score.scene().equals(Installation.scene(score.source()))) {
        violations.add("frame at %s is scored in another scene".formatted(score.position()));
      }
      String expected =
          registry
              .scene(score.scene())
              .at(score.position().partition(), score.position().offset())
              .map(Activation::modelId)
              .orElse("none");
      boolean replaced = // by the one before, as documented
          installation.unfetched.contains(expected)
              && registry.scene(score.scene()).activations().stream()
                  .anyMatch(one -> one.modelId().equals(score.modelId()));
      if (!expected.equals(score.modelId()) && !replaced && !installation.registryHeldUp()) {
        violations.add(
            "frame at %s is scored by %s, but the activation of %s holds there"
                .formatted(score.position(), score.modelId(), expected));
      }
    }
    if (!begun()) {
      violations.add("activation %s never began on all partitions".formatted(registry.active()));
    }
  }

  private List<ScoredFrame> scores() {
    List<ScoredFrame> scores = new ArrayList<>();
    for (SimulatedLog.Entry entry : broker.records(TOPICS.scores().name())) {
      try {
        scores.add(TOPICS.scores().read(entry.value()));
      } catch (SerializationException e) {
        // a violation of its own
      }
    }
    return scores;
  }

  /** Returns true if the last activation that can be used holds everywhere. */
  boolean begun() {
    ModelRegistry registry = installation.registry();
    return registry.scenes().containsAll(Installation.SCENES)
        && registry.active().stream()
            .allMatch(
                last ->
                    last.kind() == Activation.Kind.INITIAL
                        || registry.starts(last.number()).size() == Installation.PARTITIONS);
  }

  /** Each decision that was confirmed is there, and none shares its number with another one. */
  private void checkDecisions() {
    Map<Long, Activation> decisions = new TreeMap<>();
    for (SimulatedLog.Entry entry : broker.records(TOPICS.models().name())) {
      Optional<RegistryRecord> fact = Optional.empty();
      try {
        fact = ModelRecords.fact(entry.key(), entry.value());
      } catch (SerializationException e) {
        // damaged
      }
      if (fact.orElse(null) instanceof Activation one
          && !one.by().equals(SimulatedAdministrator.FORGER)) {
        Activation before = decisions.put(one.number(), one);
        if (before != null && !before.equals(one)) {
          violations.add("%s and %s have the same number".formatted(before, one));
        }
      }
    }
    Set<String> reasons = new TreeSet<>();
    for (Activation one : decisions.values()) {
      if (one.by().startsWith("admin") && !reasons.add(one.reason())) {
        violations.add("%s was carried out twice".formatted(one.reason()));
      }
    }
    installation.administrators.stream()
        .flatMap(administrator -> administrator.confirmed().stream())
        .filter(one -> !decisions.containsValue(one))
        .forEach(one -> violations.add("confirmed, but not in the registry: " + one));
  }

  /** The committed transactions of the monitor evaluated each score once, in order. */
  private void checkEvaluated() {
    Map<Integer, List<Long>> evaluated = new TreeMap<>();
    for (MonitorJournal.Batch batch : installation.journal.committed(broker)) {
      for (MonitorJournal.Input input : batch.inputs()) {
        ConsumerRecord<byte[], byte[]> record = input.record();
        if (record != null && record.topic().equals(TOPICS.scores().name())) {
          evaluated
              .computeIfAbsent(record.partition(), p -> new ArrayList<>())
              .add(record.offset());
        }
      }
    }
    for (SimulatedLog log : broker.topic(TOPICS.scores().name())) {
      List<Long> offsets = log.committed().stream().map(SimulatedLog.Entry::offset).toList();
      if (!evaluated.getOrDefault(log.place.partition(), List.of()).equals(offsets)) {
        violations.add("the monitor did not evaluate each score of %s once".formatted(log.place));
      }
    }
  }

  /** A monitor that fails nowhere finds the same in what the committed transactions took. */
  private void checkReplay() {
    Map<String, Map<String, List<String>>> expected = new TreeMap<>();
    Map<String, byte[]> state = Map.of();
    SimulatedMonitor.Machine machine = null;
    MonitorJournal.Life life = null;
    for (MonitorJournal.Batch batch : installation.journal.committed(broker)) {
      if (!batch.life().equals(life)) {
        if (machine != null) {
          state = machine.state();
          machine.close();
        }
        life = batch.life();
        machine = new SimulatedMonitor.Machine(life, state, installation.sabotage);
      }
      batches++;
      for (MonitorJournal.Input input : batch.inputs()) {
        machine.take(input);
        note(input.record());
      }
      for (ProducerRecord<byte[], byte[]> result : machine.results()) {
        if (result.topic().equals(TOPICS.incidents().name())) {
          opened.putIfAbsent(TOPICS.incidents().read(result.value()).id(), batches);
        }
        add(expected, result.topic(), result.key(), result.value());
      }
    }
    if (machine != null) {
      machine.close();
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

  /** Notes in which transaction an order was new. */
  private void note(@Nullable ConsumerRecord<byte[], byte[]> record) {
    try {
      if (record != null
          && record.topic().equals(TOPICS.control().name())
          && record.value() != null
          && seen.add(record.offset())) {
        delivered.put(TOPICS.control().read(record.value()).order().reason(), batches);
      }
    } catch (SerializationException e) {
      // no command
    }
  }

  /** Properties of the incidents of each source, which are in order on one partition. */
  private void checkIncidents() {
    Map<String, Incident> last = new TreeMap<>();
    List<Incident> all = incidents();
    for (int i = 0; i < all.size(); i++) {
      Incident now = all.get(i);
      checkChange(last.put(now.id(), now), now);
      if (i + 1 == all.size() || !sameMoment(now, all.get(i + 1))) {
        checkOpen(
            now.source(),
            last.values().stream()
                .filter(one -> one.open() && one.source().equals(now.source()))
                .toList());
      }
    }
    for (Incident one : last.values()) {
      if (one.open()) {
        violations.add("incident %s of %s never ended".formatted(one.id(), one.source()));
      }
    }
  }

  private List<Incident> incidents() {
    return broker.records(TOPICS.incidents().name()).stream()
        .map(entry -> TOPICS.incidents().read(entry.value()))
        .toList();
  }

  /** Returns true if two records are of the same change; in between, one may be open too many. */
  private static boolean sameMoment(Incident one, Incident other) {
    return one.source().equals(other.source())
        && one.updatedSequence() == other.updatedSequence()
        && one.updatedAt().equals(other.updatedAt());
  }

  /**
   * An id keeps its subject once it has one, and its source; severity never falls while it is open;
   * a closed one stays closed, and a resolved one comes back with one flap more.
   */
  private void checkChange(@Nullable Incident before, Incident now) {
    if (before == null) {
      return;
    }
    if (!before.source().equals(now.source())
        || (!before.subject().equals(now.subject())
            && !before.subject().equals(Subject.UNDETERMINED))) {
      violations.add(
          "incident %s changes its subject to %s of %s"
              .formatted(now.id(), now.subject(), now.source()));
    }
    if (before.open() && now.open() && now.severity().compareTo(before.severity()) < 0) {
      violations.add("severity of incident %s falls while it is open".formatted(now.id()));
    }
    if (!before.open()
        && (before.state() == State.CLOSED || !now.open() || now.flaps() <= before.flaps())) {
      violations.add(
          "incident %s comes back from %s as %s".formatted(now.id(), before.state(), now.state()));
    }
  }

  /** At most one is open for each subject, and few in all. */
  private void checkOpen(String source, List<Incident> open) {
    if (open.stream().map(Incident::subject).distinct().count() < open.size()) {
      violations.add(
          "incidents %s of %s are open for the same subject"
              .formatted(open.stream().map(Incident::id).toList(), source));
    }
    if (open.size() > SimulatedModels.LATENTS + 4) {
      violations.add("%d incidents of %s are open at once".formatted(open.size(), source));
    }
  }

  /** Each source whose last frames were scored became silent, unless orders say otherwise. */
  private void checkSilence() {
    if (installation.nemesis.monitorMayForget()) {
      return;
    }
    Map<String, Long> sent = new TreeMap<>();
    for (ScoredFrame score : scores()) {
      sent.put(score.source(), score.sequence());
    }
    Set<String> noticed = new TreeSet<>();
    for (Incident incident : incidents()) {
      if (incident.subject().equals(Subject.SILENCE)
          && incident.updatedSequence() == sent.getOrDefault(incident.source(), -1L)) {
        noticed.add(incident.source());
      }
    }
    for (String source : sent.keySet()) {
      boolean ordered =
          orders().stream()
              .anyMatch(
                  one ->
                      (one instanceof Retire || one instanceof Maintenance)
                          && one.order().covers(source));
      if (!noticed.contains(source) && !ordered) {
        violations.add("silence of %s was not noticed".formatted(source));
      }
    }
  }

  /** The commands that were given, in their order. */
  private List<ControlCommand> orders() {
    List<ControlCommand> orders = new ArrayList<>();
    for (SimulatedLog.Entry entry : broker.records(TOPICS.control().name())) {
      try {
        if (entry.value() != null) {
          orders.add(TOPICS.control().read(entry.value()));
        }
      } catch (SerializationException e) {
        // no command
      }
    }
    return orders;
  }

  /**
   * An order closes nothing that opened after the monitor got it; those that were given while
   * nothing failed were followed.
   */
  private void checkOrders() {
    Map<String, Incident> last = new TreeMap<>();
    for (Incident incident : incidents()) {
      last.put(incident.id(), incident);
      String note = incident.note();
      if (incident.state() == State.CLOSED
          && note != null
          && OF_ORDERS.contains(incident.reason())) {
        String order = note.substring(note.lastIndexOf(": ") + 2);
        if (opened.getOrDefault(incident.id(), 0) > delivered.getOrDefault(order, 0)) {
          violations.add(
              "%s is followed at frame %d of %s, again or late: it was there before incident %s"
                  .formatted(order, incident.updatedSequence(), incident.source(), incident.id()));
        }
      }
    }
    for (String id : installation.operator.lastResolved()) {
      Incident incident = last.get(id);
      if (incident == null || incident.open() || incident.reason() == Reason.SOURCE_GONE) {
        violations.add("the last order about incident %s did not close it".formatted(id));
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
    Set<String> followed = new TreeSet<>();
    last.values().stream()
        .map(Incident::follows)
        .filter(java.util.Objects::nonNull)
        .forEach(followed::add);
    last.forEach(
        (id, incident) -> {
          if (!followed.contains(id)
              && !received.contains(state(incident))
              && !isUnknownToAlerting(incident)) {
            violations.add("the receiver never got the last state %s".formatted(state(incident)));
          }
        });
  }

  /**
   * Returns true if alerting may never have seen an incident open: its earlier records were
   * compacted, and it ended before alerting began, or as a part of another one.
   */
  private boolean isUnknownToAlerting(Incident incident) {
    if (incident.open()
        || receiver.deliveries().stream()
            .anyMatch(delivery -> delivery.id().startsWith(incident.id()))) {
      return false;
    }
    for (SimulatedLog log : broker.topic(TOPICS.incidents().name())) {
      List<SimulatedLog.Entry> records =
          log.committed().stream()
              .filter(e -> TOPICS.incidents().read(e.value()).id().equals(incident.id()))
              .toList();
      if (!records.isEmpty()) {
        long end = records.get(records.size() - 1).offset();
        return records.stream().filter(log::kept).count() <= 1
            && ((incident.reason() != null && OF_OTHERS.contains(incident.reason()))
                || end < broker.firstCommitted(Installation.ALERTING, log.place));
      }
    }
    return false;
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

  /**
   * @param value null at the end of a source's state
   */
  private static void add(
      Map<String, Map<String, List<String>>> all,
      String topic,
      byte[] key,
      byte @Nullable [] value) {
    all.computeIfAbsent(topic, t -> new TreeMap<>())
        .computeIfAbsent(new String(key, StandardCharsets.UTF_8), k -> new ArrayList<>())
        .add(value == null ? "end" : Base64.getEncoder().encodeToString(value));
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
        Optional.empty());
  }
}
