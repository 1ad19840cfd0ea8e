package dev.residua.cli.ops;

import dev.residua.app.config.ResiduaConfig;
import dev.residua.cli.console.KafkaOptions;
import dev.residua.cli.console.OffsetRange;
import dev.residua.cli.console.ProgressBar;
import dev.residua.feedback.IncidentReviews;
import dev.residua.feedback.Proposal;
import dev.residua.feedback.Proposals;
import dev.residua.feedback.ReviewedIncident;
import dev.residua.incident.ControlCommand;
import dev.residua.source.SourceRules;
import dev.residua.wire.Topic;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;

/**
 * Verdicts of people on the stored incidents.
 *
 * @param incidents all, with their verdicts
 * @param orders that stand, in their order
 */
record StoredReviews(List<ReviewedIncident> incidents, Collection<ControlCommand> orders) {
  /** Reads the topics to their present ends. */
  static StoredReviews read(KafkaOptions kafka) {
    IncidentReviews reviews = new IncidentReviews();
    Map<String, ControlCommand> orders = new LinkedHashMap<>();
    try (ProgressBar bar = new ProgressBar("reading incidents")) {
      Reader reader = new Reader(kafka, bar);
      reader.read(kafka.topics().incidents(), reviews::incident, 0);
      reader.read(kafka.topics().drifts(), reviews::alarmed, 1);
      reader.read(kafka.topics().anomalies(), reviews::alarmed, 2);
      Topic<String, ControlCommand> control = kafka.topics().control();
      reader.records(
          control,
          record -> {
            String key = control.key().deserializer().deserialize(record.topic(), record.key());
            orders.remove(key);
            if (record.value() != null) {
              orders.put(key, control.read(record.value()));
            }
          },
          3);
    }
    return new StoredReviews(reviews.all(orders.values()), orders.values());
  }

  /** Changes that would have prevented false alarms. */
  List<Proposal> proposals(SourceRules rules, ResiduaConfig settings) {
    return Proposals.of(
        incidents,
        Instant.now(),
        orders,
        Proposals.budgets(rules, settings.incidents().falseAlarmsPerWeek()));
  }

  private record Reader(KafkaOptions kafka, ProgressBar bar) {
    private static final double TOPICS = 4;

    <V> void read(Topic<String, V> topic, Consumer<V> each, int before) {
      records(
          topic,
          record -> {
            if (record.value() != null) {
              each.accept(topic.read(record.value()));
            }
          },
          before);
    }

    void records(Topic<?, ?> topic, Consumer<ConsumerRecord<byte[], byte[]>> each, int before) {
      kafka.read(
          topic.name(),
          OffsetRange.ALL,
          record -> {
            try {
              each.accept(record);
            } catch (SerializationException e) {
              // it belongs to another version, or to nobody
            }
          },
          part -> bar.update((before + part) / TOPICS));
    }
  }
}
