package dev.residua.app;

import dev.residua.anomaly.AnomalyEvent;
import dev.residua.causal.Finding;
import dev.residua.dashboard.LiveState.FindingView;
import dev.residua.drift.DriftEvent;
import dev.residua.incident.ControlCommand.Training;
import dev.residua.incident.Incident;
import dev.residua.intervention.InterventionEvent;
import dev.residua.wire.DeadLetter;
import dev.residua.wire.Topic;
import dev.residua.wire.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the output topics from now on, and what is said of trainings from the beginning, and
 * feeds the pages.
 */
final class FindingsFollower implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FindingsFollower.class);
  private static final Duration POLL = Duration.ofMillis(250);

  private final Topics topics;
  private final LiveFindings findings;
  private final LiveModels models;
  private final Consumer<byte[], byte[]> consumer;
  private final java.util.function.Consumer<FindingView> onFinding;
  private final Thread thread;
  private volatile boolean stopped;

  /**
   * @param onFinding also told of every finding
   */
  FindingsFollower(
      KafkaClients clients,
      Topics topics,
      LiveFindings findings,
      LiveModels models,
      java.util.function.Consumer<FindingView> onFinding) {
    this.topics = topics;
    this.onFinding = onFinding;
    this.findings = findings;
    this.models = models;
    this.consumer = clients.follower(new ByteArrayDeserializer(), new ByteArrayDeserializer());
    List<TopicPartition> partitions =
        followed(topics).stream()
            .flatMap(topic -> KafkaClients.partitions(consumer, topic.name()).stream())
            .toList();
    consumer.assign(partitions);
    consumer.seekToEnd(partitions);
    consumer.seekToBeginning(
        partitions.stream().filter(p -> p.topic().equals(topics.control().name())).toList());
    partitions.forEach(consumer::position); // fixes "now" before anything else starts
    this.thread = new Thread(this::follow, "residua-dashboard");
    thread.setDaemon(true);
    thread.start();
  }

  /** The topics that are read. */
  static List<Topic<?, ?>> followed(Topics topics) {
    List<Topic<?, ?>> followed = new ArrayList<>(topics.judgements());
    followed.add(topics.scores());
    followed.add(topics.deadLetters());
    followed.add(topics.control());
    return followed;
  }

  private void follow() {
    try (consumer) {
      while (!stopped) {
        ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
        for (ConsumerRecord<byte[], byte[]> record : records) {
          try {
            show(record);
          } catch (SerializationException | IllegalArgumentException e) {
            LOG.debug(
                "not shown: {}-{}@{}: {}",
                record.topic(),
                record.partition(),
                record.offset(),
                e.toString());
          }
        }
      }
    } catch (WakeupException e) {
      if (!stopped) {
        throw e;
      }
    }
  }

  private void show(ConsumerRecord<byte[], byte[]> record) {
    String topic = record.topic();
    byte[] value = record.value();
    if (topic.equals(topics.scores().name())) {
      findings.scored(
          topics.scores().value().deserializer().deserialize(topic, value),
          System.nanoTime() / 1_000_000_000L);
    } else if (topic.equals(topics.drift().name())) {
      findings.drift(topics.drift().value().deserializer().deserialize(topic, value));
    } else if (topic.equals(topics.anomalies().name())) {
      AnomalyEvent event = topics.anomalies().value().deserializer().deserialize(topic, value);
      found(
          event.finding(),
          "anomaly: " + event.kind().name().toLowerCase(Locale.ROOT).replace('_', ' '));
    } else if (topic.equals(topics.drifts().name())) {
      DriftEvent event = topics.drifts().value().deserializer().deserialize(topic, value);
      found(event.finding(), "drift: " + event.kind().name().toLowerCase(Locale.ROOT));
    } else if (topic.equals(topics.interventions().name())) {
      InterventionEvent event =
          topics.interventions().value().deserializer().deserialize(topic, value);
      found(
          event.finding(),
          "intervention: " + event.kind().name().toLowerCase(Locale.ROOT).replace('_', ' '));
    } else if (topic.equals(topics.control().name())) {
      if (topics.control().value().deserializer().deserialize(topic, value)
          instanceof Training training) {
        models.training(training);
      }
    } else if (topic.equals(topics.incidents().name())) {
      found(topics.incidents().value().deserializer().deserialize(topic, value));
    } else {
      findings.deadLetter(DeadLetter.of(record).label());
    }
  }

  private void found(Finding finding, String kind) {
    show(
        new FindingView(
            finding.lastAt().toString(),
            finding.source(),
            finding.lastSequence(),
            kind,
            finding.sentence()));
  }

  private void found(Incident incident) {
    show(
        new FindingView(
            incident.updatedAt().toString(),
            incident.source(),
            incident.updatedSequence(),
            "incident " + incident.state().name().toLowerCase(Locale.ROOT),
            incident.sentence()));
  }

  private void show(FindingView view) {
    findings.found(view);
    onFinding.accept(view);
  }

  @Override
  public void close() throws InterruptedException {
    stopped = true;
    consumer.wakeup();
    thread.join(5_000);
  }
}
