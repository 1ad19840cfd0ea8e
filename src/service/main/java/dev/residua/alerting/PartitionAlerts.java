package dev.residua.alerting;

import dev.residua.alerting.AlertListener.Result;
import dev.residua.alerting.PendingAlerts.Lost;
import dev.residua.alerting.ReceiverWorker.BatchResult;
import dev.residua.incident.ControlCommand;
import dev.residua.incident.ControlCommand.Acknowledgement;
import dev.residua.incident.ControlCommand.Feedback;
import dev.residua.incident.ControlCommand.FeedbackVerdict;
import dev.residua.incident.Incident;
import dev.residua.telemetry.Tracing;
import dev.residua.topic.TopicSpans;
import dev.residua.wire.BoundedMap;
import dev.residua.wire.FrameReader;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.Headers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One membership in the group of alerting processes: follows the incidents of its partitions,
 * stores pending notifications, commits, and only then passes them to the receivers' workers.
 */
final class PartitionAlerts implements ConsumerRebalanceListener {
  private static final Logger LOG = LoggerFactory.getLogger(PartitionAlerts.class);
  private static final int MAX_TRACES = 1_000;
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration SWEEP = Duration.ofSeconds(1);

  /** Notifications given to a receiver at once if it accepts one per request. */
  private static final int ROOM = 10;

  /** Traces of the incidents that changed last; those from before a restart end at the topic. */
  private final Map<String, Headers> traces = BoundedMap.ofLatest(MAX_TRACES);

  private final Consumer<byte[], byte[]> member;
  private final Consumer<byte[], byte[]> control;
  private final Function<IsolationLevel, ? extends Consumer<byte[], byte[]>> readers;
  private final AlertStore store;
  private final ModelChangeNotifier models;
  private final AlertLoop.Context context;
  private final PendingAlerts alerts;

  /** Ends of the control commands that are to be read before anything is escalated. */
  private final Map<TopicPartition, Long> unread;

  private final Set<Integer> owned = new TreeSet<>();
  private final Map<TopicPartition, Long> history = new HashMap<>();
  private boolean read; // something that is not committed
  private Instant swept = Instant.EPOCH;

  /**
   * @param member subscribes with this as its listener
   * @param control reads control commands from the start
   * @param readers for the stored state of assigned partitions; closed here
   */
  PartitionAlerts(
      Consumer<byte[], byte[]> member,
      Consumer<byte[], byte[]> control,
      Function<IsolationLevel, ? extends Consumer<byte[], byte[]>> readers,
      AlertStore store,
      ModelChangeNotifier models,
      AlertLoop.Context context) {
    this.member = member;
    this.control = control;
    this.readers = readers;
    this.store = store;
    this.models = models;
    this.context = context;
    this.alerts = new PendingAlerts(context.active().settings(), context.random());
    List<TopicPartition> all = TopicSpans.partitions(control, context.topics().control().name());
    control.assign(all);
    control.seekToBeginning(all);
    this.unread = new HashMap<>(control.endOffsets(all));
  }

  void round() throws InterruptedException {
    AlertingSettings next = context.active().offered();
    if (next != null) {
      use(next);
    }
    for (ConsumerRecord<byte[], byte[]> record : member.poll(POLL)) {
      onIncident(record);
    }
    for (ConsumerRecord<byte[], byte[]> record : control.poll(Duration.ZERO)) {
      onControl(record);
    }
    for (ReceiverWorker worker : context.active().workers()) {
      applyResult(worker, false);
    }
    Instant now = context.clock().instant();
    alerts.group(now);
    alerts.outcomes().forEach(context.listener()::decided);
    escalate(now);
    if (!now.isBefore(swept.plus(SWEEP))) {
      swept = now;
      sweep(now);
    }
    models.notifyReceivers(now, false);
    commit();
    context.active().workers().forEach(worker -> deliver(worker, now));
  }

  /** Applies other settings; deliveries in progress to receivers that change are awaited. */
  private void use(AlertingSettings next) throws InterruptedException {
    for (ReceiverWorker worker : context.active().outdated(next)) {
      applyResult(worker, true);
    }
    Instant now = context.clock().instant();
    models.notifyReceivers(now, true);
    context.active().apply(next);
    alerts.use(next, now);
    context.listener().receivers(next.receivers().stream().map(ReceiverSettings::name).toList());
  }

  /** Escalates alerts once all acknowledgements from before the start are known. */
  private void escalate(Instant now) {
    unread.entrySet().removeIf(end -> control.position(end.getKey()) >= end.getValue());
    if (unread.isEmpty()) {
      for (AlertEntry alert : alerts.escalate(context.acknowledgedBy(), now)) {
        LOG.info(
            "nobody acknowledged an incident in time: incident={} source={} receivers={}",
            alert.incident().id(),
            alert.incident().source(),
            alert.escalation().to().keySet());
      }
    }
  }

  /** Returns true if this process is the one that notifies receivers. */
  boolean ownsPartitions() {
    return !owned.isEmpty();
  }

  /** Waits for deliveries in progress, then stores and commits their results. */
  void end() throws InterruptedException {
    for (ReceiverWorker worker : context.active().workers()) {
      applyResult(worker, true);
    }
    models.notifyReceivers(context.clock().instant(), true);
    commit();
  }

  private void onIncident(ConsumerRecord<byte[], byte[]> record) {
    TopicPartition partition = new TopicPartition(record.topic(), record.partition());
    read = true;
    if (record.value() == null || !owned.contains(record.partition())) {
      return;
    }
    try {
      Incident incident = context.topics().incidents().read(record.value());
      try (Tracing.Step step =
          context
              .tracing()
              .process(
                  record.topic(),
                  record.partition(),
                  record.offset(),
                  member.groupMetadata().groupId(),
                  incident.source(),
                  record.headers())) {
        alerts.incident(
            incident,
            new PendingAlerts.Position(
                record.partition(),
                record.offset(),
                FrameReader.recordTime(record),
                record.offset() < history.getOrDefault(partition, 0L)),
            context.clock().instant());
        if (Tracing.carries(record.headers())) {
          traces.put(incident.id(), step.context());
        }
      }
    } catch (SerializationException | IllegalArgumentException e) {
      LOG.warn(
          "unreadable incident skipped: topic={} partition={} offset={} reason={}",
          record.topic(),
          record.partition(),
          record.offset(),
          e.getMessage());
    } catch (KafkaException e) {
      throw e;
    } catch (RuntimeException e) {
      LOG.error(
          "incident skipped, as it could not be evaluated: topic={} partition={} offset={}",
          record.topic(),
          record.partition(),
          record.offset(),
          e);
    }
  }

  /** Remembers who acknowledged an incident or confirmed the alarm. */
  private void onControl(ConsumerRecord<byte[], byte[]> record) {
    if (record.value() == null) {
      return;
    }
    try {
      ControlCommand command = context.topics().control().read(record.value());
      if (command instanceof Feedback feedback
          && feedback.verdict() == FeedbackVerdict.TRUE_ALARM) {
        context.acknowledgedBy().put(feedback.incidentId(), feedback.order().by());
      } else if (command instanceof Acknowledgement acknowledgement) {
        context.acknowledgedBy().put(acknowledgement.incidentId(), acknowledgement.assignee());
      }
    } catch (SerializationException e) {
      LOG.debug("unreadable control command skipped", e);
    }
  }

  private void applyResult(ReceiverWorker worker, boolean wait) throws InterruptedException {
    BatchResult finished = worker.finishedBatch(wait);
    if (finished == null) {
      return;
    }
    Instant now = context.clock().instant();
    context.listener().latency(worker.name, finished.nanos());
    if (!finished.results().isEmpty()) {
      worker.recordAvailability(finished.results().get(finished.results().size() - 1), now);
    }
    for (int i = 0; i < finished.notifications().size(); i++) {
      Notification sent = finished.notifications().get(i);
      if (i >= finished.results().size()) {
        alerts.returned(worker.name, sent);
        continue;
      }
      DeliveryResult result = finished.results().get(i);
      if (result instanceof DeliveryResult.Accepted && PendingAlerts.limited(sent)) {
        worker.limit.use(now);
      }
      context.listener().sent(worker.name, Result.of(result));
      recordSpan(worker.name, sent, result, finished.nanos());
      Optional<Lost> lost = alerts.applyResult(worker.name, sent, result, now);
      if (lost.isPresent()) {
        store.deadLetter(worker.name, lost.get());
      }
    }
  }

  private void recordSpan(
      String receiver, Notification notification, DeliveryResult result, long nanos) {
    Headers trace = traces.get(notification.entry().incident().id());
    if (trace != null && notification.action() != Action.REPEAT) {
      context
          .tracing()
          .recordNotification(
              receiver,
              trace,
              Duration.ofNanos(nanos),
              result instanceof DeliveryResult.Accepted ? "" : result.detail());
    }
  }

  private void sweep(Instant now) {
    for (ReceiverWorker worker : context.active().workers()) {
      if (worker.isGivenUp(now)) {
        for (Lost lost : alerts.expire(worker.name, "it was unavailable", now)) {
          context.listener().sent(worker.name, Result.GIVEN_UP);
          store.deadLetter(worker.name, lost);
        }
      }
      context
          .listener()
          .waiting(worker.name, alerts.waiting(worker.name, now), alerts.limited(worker.name));
    }
    alerts.sweep(now);
  }

  /** Stores all changes together with the offsets of the records that were read. */
  private void commit() {
    store.save(alerts);
    if (!store.hasWrites() && !read) {
      return;
    }
    String topic = context.topics().incidents().name();
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    for (int number : owned) {
      TopicPartition partition = new TopicPartition(topic, number);
      offsets.put(partition, new OffsetAndMetadata(member.position(partition)));
    }
    store.commit(offsets, member.groupMetadata());
    read = false;
  }

  private void deliver(ReceiverWorker worker, Instant now) {
    if (!worker.isIdle(now)) {
      return;
    }
    int room = Math.max(ROOM, worker.channel.receiver().type().capabilities().batch());
    List<Notification> notifications =
        alerts.due(worker.name, room, worker.limit.free(now), context.acknowledgedBy(), now);
    if (!notifications.isEmpty()) {
      worker.start(notifications);
    }
  }

  @Override
  public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
    if (partitions.isEmpty()) {
      return;
    }
    Map<TopicPartition, Long> ends = member.endOffsets(partitions);
    Map<TopicPartition, OffsetAndMetadata> committed = member.committed(new HashSet<>(partitions));
    for (TopicPartition partition : partitions) {
      if (committed.get(partition) == null) {
        history.put(partition, ends.getOrDefault(partition, 0L));
      }
      alerts.drop(partition.partition());
      Map<String, Long> notified =
          store.restore(readers, partition.partition(), alerts, context.stopped());
      if (partition.partition() == ModelChangeNotifier.PARTITION) {
        models.own(notified);
      }
      owned.add(partition.partition());
      long restored = alerts.size(partition.partition());
      if (restored > 0) {
        LOG.info("alerting restored: partition={} incidents={}", partition.partition(), restored);
      }
    }
  }

  @Override
  public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
    if (partitions.isEmpty()) {
      return;
    }
    try {
      end();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    drop(partitions);
  }

  @Override
  public void onPartitionsLost(Collection<TopicPartition> partitions) {
    drop(partitions);
  }

  private void drop(Collection<TopicPartition> partitions) {
    for (TopicPartition partition : partitions) {
      owned.remove(partition.partition());
      alerts.drop(partition.partition());
      history.remove(partition);
      if (partition.partition() == ModelChangeNotifier.PARTITION) {
        models.disown();
      }
    }
  }
}
