package dev.residua.app.web;

import dev.residua.anomaly.AnomalyEvent;
import dev.residua.app.kafka.ConsumerGroups;
import dev.residua.app.kafka.KafkaClients;
import dev.residua.causal.Finding;
import dev.residua.dashboard.LiveAudit;
import dev.residua.dashboard.LiveHistory;
import dev.residua.dashboard.LiveModels;
import dev.residua.dashboard.LiveViews.FindingView;
import dev.residua.drift.DriftEvent;
import dev.residua.incident.ControlCommand;
import dev.residua.incident.ControlCommand.Training;
import dev.residua.incident.Incident;
import dev.residua.intervention.InterventionEvent;
import dev.residua.wire.DeadLetter;
import dev.residua.wire.RootCause;
import dev.residua.wire.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the output topics and feeds the pages: scores, drift scores and interventions from a
 * while ago, so that the pages have a history at once; anomalies and drifts, incidents,
 * calibrations, commands of operators and the status of trainings from the beginning; the last
 * evidence of incidents and audit entries; dead letters from now on.
 */
public final class FindingsFollower implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FindingsFollower.class);
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final Duration POLL = Duration.ofMillis(250);

  /** Most records of a partition that are read back, however recent they are. */
  private static final long MOST_BACK = 50_000;

  /** Records of a partition that are read back, however old they are. */
  private static final long LEAST_BACK = 2_000;

  /** Records of evidence of a partition that are read back, however old they are. */
  private static final long EVIDENCE_BACK = LiveEvidence.MAX_INCIDENTS;

  private final Topics topics;
  private final LiveHistory history;
  private final LiveModels models;
  private final LiveEvidence evidence;
  private final LiveAudit audit;
  private final Consumer<byte[], byte[]> consumer;
  private final java.util.function.Consumer<FindingView> onFinding;
  private final Runnable heartbeat;
  private final Thread thread;
  private final Map<TopicPartition, Long> now;

  /** Where what is shown begins; what is before counts for reviews of incidents alone. */
  private final Map<TopicPartition, Long> shownFrom = new HashMap<>();

  private final Map<TopicPartition, Long> starts;
  private volatile boolean stopped;
  private volatile boolean caughtUp;

  /**
   * @param back age of the oldest history, at least 0
   * @param onFinding also notified of every new finding
   * @param heartbeat called after every step
   */
  public FindingsFollower(
      KafkaClients clients,
      Topics topics,
      LiveHistory history,
      LiveModels models,
      LiveEvidence evidence,
      LiveAudit audit,
      Duration back,
      java.util.function.Consumer<FindingView> onFinding,
      Runnable heartbeat) {
    if (back.isNegative()) {
      throw new IllegalArgumentException(
          "residua.dashboard.history must be at least 0 but was " + back);
    }
    this.topics = topics;
    this.onFinding = onFinding;
    this.heartbeat = heartbeat;
    this.history = history;
    this.models = models;
    this.evidence = evidence;
    this.audit = audit;
    this.consumer = clients.follower();
    List<TopicPartition> partitions =
        ConsumerGroups.readByDashboard(topics).stream()
            .flatMap(topic -> KafkaClients.partitions(consumer, topic.name()).stream())
            .toList();
    consumer.assign(partitions);
    this.now = consumer.endOffsets(partitions); // fixes "now" before anything else starts
    this.starts = Map.copyOf(starts(partitions, Instant.now().minus(back)));
    starts.forEach(consumer::seek);
    this.thread = new Thread(this::follow, "residua-dashboard");
    thread.setDaemon(true);
    thread.start();
  }

  private Map<TopicPartition, Long> starts(List<TopicPartition> partitions, Instant from) {
    Map<TopicPartition, Long> first = consumer.beginningOffsets(partitions);
    Map<TopicPartition, Long> times = new HashMap<>();
    partitions.forEach(partition -> times.put(partition, from.toEpochMilli()));
    Map<TopicPartition, OffsetAndTimestamp> since = consumer.offsetsForTimes(times);
    Map<TopicPartition, Long> starts = new HashMap<>();
    for (TopicPartition partition : partitions) {
      OffsetAndTimestamp found = since.get(partition);
      long end = now.getOrDefault(partition, 0L);
      long oldest = first.getOrDefault(partition, 0L);
      long recent = found == null ? end : found.offset();
      starts.put(partition, start(partition.topic(), oldest, recent, end));
      shownFrom.put(partition, shownFrom(oldest, recent, end));
    }
    return starts;
  }

  private long start(String topic, long first, long since, long end) {
    if (topic.equals(topics.control().name())
        || topic.equals(topics.incidents().name())
        || topic.equals(topics.calibrations().name())) {
      return first;
    }
    if (topic.equals(topics.deadLetters().name())) {
      return end;
    }
    if (topic.equals(topics.evidence().name())) {
      return Math.max(first, end - EVIDENCE_BACK);
    }
    if (topic.equals(topics.anomalies().name()) || topic.equals(topics.drifts().name())) {
      return Math.max(first, end - MOST_BACK); // incidents are reviewed long after they alarmed
    }
    if (topic.equals(topics.audit().name())) {
      return Math.max(first, end - LiveAudit.MAX_ENTRIES);
    }
    return shownFrom(first, since, end);
  }

  private static long shownFrom(long first, long since, long end) {
    return Math.max(first, Math.max(end - MOST_BACK, Math.min(since, end - LEAST_BACK)));
  }

  /** The first record of a partition that this reads; the end of one that it does not read. */
  long start(TopicPartition partition) {
    return starts.getOrDefault(partition, Long.MAX_VALUE);
  }

  private boolean isShown(ConsumerRecord<byte[], byte[]> record) {
    return record.offset()
        >= shownFrom.getOrDefault(new TopicPartition(record.topic(), record.partition()), 0L);
  }

  /** Whether everything from before the start has been read. */
  boolean isCaughtUp() {
    return caughtUp;
  }

  private boolean isNew(ConsumerRecord<byte[], byte[]> record) {
    return record.offset()
        >= now.getOrDefault(new TopicPartition(record.topic(), record.partition()), 0L);
  }

  private void follow() {
    try (consumer) {
      while (!stopped) {
        heartbeat.run();
        ConsumerRecords<byte[], byte[]> records = poll();
        for (ConsumerRecord<byte[], byte[]> record : records) {
          try {
            show(record);
          } catch (RuntimeException e) { // no record stops the dashboard
            LOG.debug(
                "record not shown: topic={} partition={} offset={} reason={}",
                record.topic(),
                record.partition(),
                record.offset(),
                e.toString());
          }
        }
        caughtUp = caughtUp || hasReadWhatWasThere();
      }
    } catch (WakeupException e) {
      if (!stopped) {
        throw e;
      }
    }
  }

  private boolean hasReadWhatWasThere() {
    try {
      return now.entrySet().stream()
          .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
    } catch (WakeupException e) {
      throw e;
    } catch (KafkaException e) {
      return false; // a place is not known, and brokers do not answer
    }
  }

  private ConsumerRecords<byte[], byte[]> poll() {
    try {
      return consumer.poll(POLL);
    } catch (WakeupException e) {
      throw e;
    } catch (KafkaException e) {
      LOG.warn("the dashboard waits for Kafka: reason={}", RootCause.message(e));
      LockSupport.parkNanos(PAUSE.toNanos());
      return ConsumerRecords.empty();
    }
  }

  private void show(ConsumerRecord<byte[], byte[]> record) {
    String topic = record.topic();
    byte[] value = record.value();
    boolean isNew = isNew(record);
    if (topic.equals(topics.scores().name())) {
      history.scored(topics.scores().read(value), isNew);
    } else if (topic.equals(topics.drift().name())) {
      history.drift(topics.drift().read(value));
    } else if (topic.equals(topics.anomalies().name())) {
      AnomalyEvent event = topics.anomalies().read(value);
      if (isShown(record)) {
        history.happened(event);
        found(event.finding(), "anomaly", event.kind(), isNew);
      } else {
        history.reviewed(event);
      }
    } else if (topic.equals(topics.drifts().name())) {
      DriftEvent event = topics.drifts().read(value);
      if (isShown(record)) {
        history.happened(event);
        found(event.finding(), "drift", event.kind(), isNew);
      } else {
        history.reviewed(event);
      }
    } else if (topic.equals(topics.interventions().name())) {
      InterventionEvent event = topics.interventions().read(value);
      history.happened(event);
      found(event.finding(), "intervention", event.kind(), isNew);
    } else if (topic.equals(topics.control().name())) {
      ordered(record);
    } else if (topic.equals(topics.audit().name())) {
      if (value != null) {
        audit.add(topics.audit().read(value));
      }
    } else if (topic.equals(topics.evidence().name())) {
      if (value != null) {
        evidence.stored(topics.evidence().read(value), record.partition(), record.offset());
      }
    } else if (topic.equals(topics.incidents().name())) {
      if (value != null) {
        found(topics.incidents().read(value), isNew);
      }
    } else if (topic.equals(topics.calibrations().name())) {
      commissioned(record);
    } else {
      history.deadLetter(DeadLetter.of(record).label());
    }
  }

  private void ordered(ConsumerRecord<byte[], byte[]> record) {
    String key = topics.control().key().deserializer().deserialize(record.topic(), record.key());
    ControlCommand command = record.value() == null ? null : topics.control().read(record.value());
    if (command instanceof Training training) {
      models.training(training);
    } else if (key != null) {
      history.ordered(key, command);
    }
  }

  private void commissioned(ConsumerRecord<byte[], byte[]> record) {
    if (record.value() != null) {
      history.commissioning(topics.calibrations().read(record.value()));
    } else if (record.key() != null) {
      history.forgotten(
          topics.calibrations().key().deserializer().deserialize(record.topic(), record.key()));
    }
  }

  private void found(Finding finding, String what, Enum<?> kind, boolean isNew) {
    show(
        new FindingView(
            finding.lastAt().toString(),
            finding.source(),
            finding.lastSequence(),
            what + ": " + kind.name().toLowerCase(Locale.ROOT).replace('_', ' '),
            finding.sentence()),
        isNew);
  }

  private void found(Incident incident, boolean isNew) {
    history.incident(incident);
    show(
        new FindingView(
            incident.updatedAt().toString(),
            incident.source(),
            incident.updatedSequence(),
            "incident " + incident.state().name().toLowerCase(Locale.ROOT),
            incident.sentence()),
        isNew);
  }

  private void show(FindingView view, boolean isNew) {
    history.found(view);
    if (isNew) {
      onFinding.accept(view);
    }
  }

  @Override
  public void close() throws InterruptedException {
    stopped = true;
    consumer.wakeup();
    thread.join(5_000);
  }
}
