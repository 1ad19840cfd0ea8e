package dev.residua.simulation.service;

import static dev.residua.simulation.service.Installation.TOPICS;

import dev.residua.causal.Finding.Severity;
import dev.residua.incident.ControlCommand.Resolve;
import dev.residua.incident.Incident;
import dev.residua.incident.Incident.Reason;
import dev.residua.incident.Incident.State;
import dev.residua.incident.Subject;
import dev.residua.model.RegistryRecord.Activation;
import dev.residua.model.RegistryRecord.Start;
import dev.residua.scoring.ScoringModels;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;

/** A defect that a test builds into an installation, which the checker must find. */
enum Sabotage {
  NONE(""),
  A_SCORE_IS_LOST("scores and", TOPICS.scores().name(), 0),
  A_SCORE_IS_WRITTEN_TWICE("is scored twice", TOPICS.scores().name(), 2),
  A_DEAD_LETTER_IS_LOST("scores and", TOPICS.deadLetters().name(), 0),
  A_DEAD_LETTER_IS_WRITTEN_TWICE("scores and", TOPICS.deadLetters().name(), 2),
  A_DRIFT_SCORE_IS_LOST("when replayed", TOPICS.drift().name(), 0),
  AN_INCIDENT_IS_LOST("when replayed", TOPICS.incidents().name(), 0),
  AN_ALERT_IS_LOST("never got the last state", null, 0),
  AN_ALERT_IS_DELIVERED_TWICE("arrived twice", null, 2),
  ABORTED_RECORDS_ARE_VISIBLE(""),
  OFFSETS_ARE_LOST(""),

  // Of the monitor; a replay repeats them, so that only the check of the property finds them.
  AN_INCIDENT_NEVER_ENDS("never ended"),
  AN_INCIDENT_OPENS_TWICE("are open for the same subject"),
  AN_ID_IS_REUSED("changes its subject"),
  A_CLOSED_INCIDENT_COMES_BACK("comes back"),
  SEVERITY_FALLS("falls while it is open"),
  TOO_MANY_INCIDENTS_ARE_OPEN("are open at once"),
  SILENCE_IS_NOT_NOTICED("silence of"),
  ORDERS_ARE_FOLLOWED_AGAIN("again or late"),
  ORDERS_ARE_IGNORED("did not close"),

  // Of the registry.
  A_START_IS_LOST("holds there"),
  ADMINISTRATORS_ARE_NOT_FENCED("have the same number"),
  ACTIVATIONS_NEVER_BEGIN("never began");

  /** Number of the record that is lost or doubled. */
  private static final int WHICH = 20;

  /** A part of the violation that shows it; empty if there are several. */
  final String sign;

  private final @Nullable String topic;
  private final int copies;

  Sabotage(String sign) {
    this(sign, null, 1);
  }

  Sabotage(String sign, @Nullable String topic, int copies) {
    this.sign = sign;
    this.topic = topic;
    this.copies = copies;
  }

  /** Number of copies of the n-th record of a topic. */
  int copies(String topic, byte @Nullable [] key, int n) {
    if (this == A_START_IS_LOST && topic.equals(TOPICS.models().name())) {
      return new String(key, StandardCharsets.UTF_8).startsWith("start/") ? 0 : 1;
    }
    boolean few = !topic.equals(TOPICS.scores().name()) && !topic.equals(TOPICS.drift().name());
    return topic.equals(this.topic) && (few ? n == 3 : n == WHICH) ? copies : 1;
  }

  boolean ofAlerts() {
    return this == AN_ALERT_IS_LOST || this == AN_ALERT_IS_DELIVERED_TWICE;
  }

  /** Returns true if the n-th commit of offsets does nothing. */
  boolean losesOffsets(int n) {
    return this == OFFSETS_ARE_LOST && n % 2 == 0;
  }

  /** Number of arrivals of the n-th alert. */
  int alerts(int n) {
    return ofAlerts() && n == 2 ? copies : 1;
  }

  /** Incidents that the monitor publishes in place of one. */
  List<Incident> distorted(Incident incident) {
    return switch (this) {
      case AN_INCIDENT_NEVER_ENDS -> incident.open() ? List.of(incident) : List.of();
      case AN_INCIDENT_OPENS_TWICE -> List.of(incident, incident.withId(incident.id() + "-2"));
      case AN_ID_IS_REUSED -> List.of(incident.withId("of " + incident.source()));
      case A_CLOSED_INCIDENT_COMES_BACK ->
          incident.state() == State.CLOSED
              ? List.of(
                  incident,
                  incident.with(
                      i -> i.state(State.UPDATED).reason(null).endedAt(null).mergedInto(null)))
              : List.of(incident);
      case SEVERITY_FALLS ->
          List.of(
              incident.state() == State.SUSPENDED
                  ? incident.withSeverity(Severity.INFO)
                  : incident);
      case TOO_MANY_INCIDENTS_ARE_OPEN ->
          Stream.concat(
                  Stream.of(incident),
                  IntStream.range(0, incident.state() == State.OPENED ? 7 : 0)
                      .mapToObj(
                          i ->
                              incident
                                  .withId(incident.id() + i)
                                  .withSubject(Subject.latent("extra" + i, true))))
              .toList();
      case ORDERS_ARE_FOLLOWED_AGAIN ->
          List.of(
              incident.reason() == Reason.SOURCE_GONE
                  ? incident
                      .withReason(Reason.RESOLVED_BY_OPERATOR)
                      .withNote("resolved by operator: order 0")
                  : incident);
      case SILENCE_IS_NOT_NOTICED ->
          incident.subject().equals(Subject.SILENCE) ? List.of() : List.of(incident);
      default -> List.of(incident);
    };
  }

  /** The transactional id of a writer of the registry. */
  String transactionsOfRegistry(String name) {
    return this == ADMINISTRATORS_ARE_NOT_FENCED ? "residua.models." + name : "residua.models";
  }

  /** Models that the scoring loop gets in place of its own. */
  ScoringModels distorted(ScoringModels models) {
    if (this != ACTIVATIONS_NEVER_BEGIN) {
      return models;
    }
    return new ScoringModels() {
      @Override
      public void refresh() {
        models.refresh();
      }

      @Override
      public Optional<Activation> activationAt(String scene, int partition, long offset) {
        return models.activationAt(scene, partition, offset);
      }

      @Override
      public List<Activation> pending(int partition) {
        return List.of();
      }

      @Override
      public void activationsCommitted(Collection<Start> starts) {
        models.activationsCommitted(starts);
      }

      @Override
      public Lease lease(Activation activation) {
        return models.lease(activation);
      }
    };
  }

  /** Returns true if the monitor does not see an order. */
  boolean ignores(ConsumerRecord<byte[], byte[]> order) {
    try {
      return this == ORDERS_ARE_IGNORED
          && order.value() != null
          && TOPICS.control().read(order.value()) instanceof Resolve;
    } catch (SerializationException e) {
      return false;
    }
  }
}
