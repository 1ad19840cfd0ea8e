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
import dev.residua.topic.PollingThread;
import dev.residua.topic.TopicSpans;
import dev.residua.wire.DeadLetter;
import dev.residua.wire.Topic;
import dev.residua.wire.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the output topics and feeds the pages: scores, drift scores and interventions from a
 * while ago, so that the pages have a history at once; anomalies and drifts, incidents,
 * calibrations, alerts, commands of operators and the status of trainings from the beginning; the
 * last evidence of incidents and audit entries; dead letters from the end of the topic.
 */
public final class FindingsFollower implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FindingsFollower.class);
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
  private final Consumer<byte[], byte[]> consumer;
  private final java.util.function.Consumer<FindingView> onFinding;
  private final Runnable heartbeat;
  private final PollingThread thread;
  private final Map<String, Followed> followed = new HashMap<>(); // by topic
  private final Map<TopicPartition, Long> now;

  /** Start of the records that are shown; earlier ones count for reviews of incidents alone. */
  private final Map<TopicPartition, Long> shownFrom = new HashMap<>();

  private final Map<TopicPartition, Long> starts = new HashMap<>();
  private volatile boolean caughtUp;

  /** Chooses the first record that is read of a partition. */
  private interface Start {
    /**
     * @param first offset of the oldest record
     * @param recent offset from which records are shown
     * @param end offset of the next record
     */
    long of(long first, long recent, long end);

    Start ALL = (first, recent, end) -> first;
    Start RECENT = (first, recent, end) -> recent;
    Start NONE = (first, recent, end) -> end;

    static Start last(long records) {
      return (first, recent, end) -> Math.max(first, end - records);
    }
  }

  private record Followed(Start start, Handler handler) {}

  private interface Handler {
    void show(ConsumerRecord<byte[], byte[]> record, boolean isNew);
  }

  private interface ValueHandler<V> {
    void show(V value, ConsumerRecord<byte[], byte[]> record, boolean isNew);
  }

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
    values(topics.scores(), Start.RECENT, (score, record, isNew) -> history.scored(score, isNew));
    values(topics.drift(), Start.RECENT, (score, record, isNew) -> history.drift(score));
    // Incidents are reviewed long after they alarmed.
    values(topics.anomalies(), Start.last(MOST_BACK), this::anomaly);
    values(topics.drifts(), Start.last(MOST_BACK), this::drift);
    values(topics.interventions(), Start.RECENT, this::intervention);
    values(topics.incidents(), Start.ALL, (incident, record, isNew) -> found(incident, isNew));
    values(
        topics.evidence(),
        Start.last(EVIDENCE_BACK),
        (one, record, isNew) -> evidence.stored(one, record.partition(), record.offset()));
    values(
        topics.audit(),
        Start.last(LiveAudit.MAX_ENTRIES),
        (entry, record, isNew) -> audit.add(entry));
    follow(
        topics.alerts(),
        Start.ALL,
        (record, isNew) ->
            history.alert(new String(record.key(), StandardCharsets.UTF_8), record.value()));
    follow(topics.control(), Start.ALL, (record, isNew) -> commanded(record));
    follow(topics.calibrations(), Start.ALL, (record, isNew) -> commissioned(record));
    follow(
        topics.deadLetters(),
        Start.NONE,
        (record, isNew) -> history.deadLetter(DeadLetter.of(record).label()));
    this.consumer = clients.follower();
    List<TopicPartition> partitions =
        ConsumerGroups.readByDashboard(topics).stream()
            .flatMap(topic -> TopicSpans.partitions(consumer, topic.name()).stream())
            .toList();
    consumer.assign(partitions);
    this.now = consumer.endOffsets(partitions); // fixes "now" before anything else starts
    findStarts(partitions, Instant.now().minus(back));
    starts.forEach(consumer::seek);
    this.thread = new PollingThread("residua-dashboard", consumer, this::step);
  }

  private void follow(Topic<?, ?> topic, Start start, Handler handler) {
    followed.put(topic.name(), new Followed(start, handler));
  }

  private <V> void values(Topic<?, V> topic, Start start, ValueHandler<V> handler) {
    follow(
        topic,
        start,
        (record, isNew) -> {
          if (record.value() != null) {
            handler.show(topic.read(record.value()), record, isNew);
          }
        });
  }

  private Followed followed(String topic) {
    return Objects.requireNonNull(followed.get(topic), topic);
  }

  private void findStarts(List<TopicPartition> partitions, Instant from) {
    Map<TopicPartition, Long> first = consumer.beginningOffsets(partitions);
    Map<TopicPartition, Long> since = TopicSpans.offsets(consumer, partitions, from);
    for (TopicPartition partition : partitions) {
      long end = now.getOrDefault(partition, 0L);
      long oldest = first.getOrDefault(partition, 0L);
      long recent = shownFrom(oldest, Math.min(end, since.getOrDefault(partition, end)), end);
      shownFrom.put(partition, recent);
      starts.put(partition, followed(partition.topic()).start().of(oldest, recent, end));
    }
  }

  private static long shownFrom(long first, long since, long end) {
    return Math.max(first, Math.max(end - MOST_BACK, Math.min(since, end - LEAST_BACK)));
  }

  /** First offset that this reads of a partition; the highest number if it reads none. */
  long start(TopicPartition partition) {
    return starts.getOrDefault(partition, Long.MAX_VALUE);
  }

  private boolean isShown(ConsumerRecord<byte[], byte[]> record) {
    return record.offset()
        >= shownFrom.getOrDefault(new TopicPartition(record.topic(), record.partition()), 0L);
  }

  /** Returns true if everything from before the start has been read. */
  boolean isCaughtUp() {
    return caughtUp;
  }

  private boolean isNew(ConsumerRecord<byte[], byte[]> record) {
    return record.offset()
        >= now.getOrDefault(new TopicPartition(record.topic(), record.partition()), 0L);
  }

  static void logNotShown(ConsumerRecord<?, ?> record, RuntimeException why) {
    LOG.debug(
        "record not shown: topic={} partition={} offset={} reason={}",
        record.topic(),
        record.partition(),
        record.offset(),
        why.toString());
  }

  private void step() {
    heartbeat.run();
    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
      try {
        followed(record.topic()).handler().show(record, isNew(record));
      } catch (RuntimeException e) { // no record stops the dashboard
        logNotShown(record, e);
      }
    }
    caughtUp =
        caughtUp
            || now.entrySet().stream()
                .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
  }

  private void anomaly(AnomalyEvent event, ConsumerRecord<byte[], byte[]> record, boolean isNew) {
    if (isShown(record)) {
      history.happened(event);
      found(event.finding(), "anomaly", event.kind(), isNew);
    } else {
      history.reviewed(event);
    }
  }

  private void drift(DriftEvent event, ConsumerRecord<byte[], byte[]> record, boolean isNew) {
    if (isShown(record)) {
      history.happened(event);
      found(event.finding(), "drift", event.kind(), isNew);
    } else {
      history.reviewed(event);
    }
  }

  private void intervention(
      InterventionEvent event, ConsumerRecord<byte[], byte[]> record, boolean isNew) {
    history.happened(event);
    found(event.finding(), "intervention", event.kind(), isNew);
  }

  private void commanded(ConsumerRecord<byte[], byte[]> record) {
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
            finding.summary().headline(),
            finding.summary().explanation()),
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
            incident.summary().headline(),
            incident.summary().explanation()),
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
    thread.close();
  }
}
