package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.app.kafka.ControlWriter;
import dev.residua.app.kafka.KafkaClients;
import dev.residua.incident.ControlCommand;
import dev.residua.incident.ControlCommand.Order;
import dev.residua.testing.Camera;
import dev.residua.testing.FaultySource;
import dev.residua.testing.Service;
import dev.residua.testing.TestBroker;
import dev.residua.wire.Topic;
import dev.residua.wire.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Leaves a transaction open on the topics of models and of control commands, before every role
 * starts and while they run. They start, score and monitor; what was committed behind the
 * transaction counts once it ends.
 */
@Tag("soak")
class OpenTransactionIT {
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);

  @TempDir Path directory;

  @Test
  void shouldStartAndGoOnWhileATransactionStaysOpenOnInternalTopics() throws Exception {
    // Given a model, and then a transaction that stays open
    try (TestBroker broker = TestBroker.start(TOPICS, 2)) {
      KafkaClients clients = broker.clients();
      try (Service first = serve(clients).awaitReady()) {
        first.stop(LIMIT);
      }
      try (Producer<byte[], byte[]> hanging = producer(clients)) {
        hanging.initTransactions();
        hanging.beginTransaction();
        for (Topic<?, ?> topic : List.of(TOPICS.models(), TOPICS.control())) {
          for (int partition = 0; partition < partitions(hanging, topic); partition++) {
            hanging
                .send(new ProducerRecord<>(topic.name(), partition, new byte[] {1}, new byte[] {2}))
                .get();
          }
        }

        // When all roles start and work
        try (Service service = serve(clients).awaitReady();
            Camera camera = new Camera(clients, TOPICS, 4, 40);
            ControlWriter control = new ControlWriter(clients, TOPICS.control())) {
          FaultySource.publish(clients, TOPICS, "faulty");
          FaultySource.awaitEnd(service, clients, TOPICS, "faulty", LIMIT);
          control.write("behind", suppression(Camera.source(1)));
          service.await(
              LIMIT,
              "the dashboard shows a source",
              () -> service.get("/api/sources").contains(Camera.source(1)));
          hanging.abortTransaction();

          // Then
          service.await(
              LIMIT,
              "the dashboard shows the command behind the transaction",
              () -> service.get("/api/sources/" + Camera.source(1)).contains("to try"));
          long[] sent = camera.stop();
          int all = Math.toIntExact(Arrays.stream(sent).sum());
          service.awaitRecords(LIMIT, clients, TOPICS.drift(), all + 600);
          assertThat(service.isAlive()).isTrue();
          assertThat(service.err()).as("its log").doesNotContain("\tat ", " ERROR ");
        }
      }
    }
  }

  private static ControlCommand suppression(String source) {
    return new ControlCommand.Suppression(
        new Order("behind", source, "kim", "to try", Instant.now()), "light", 0.1);
  }

  private Service serve(KafkaClients clients) throws Exception {
    return Service.serve(directory.resolve("service"), clients);
  }

  private static int partitions(Producer<byte[], byte[]> producer, Topic<?, ?> topic) {
    return producer.partitionsFor(topic.name()).size();
  }

  private static Producer<byte[], byte[]> producer(KafkaClients clients) {
    return new KafkaProducer<>(
        Map.of(
            ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
            clients.bootstrapServers(),
            ProducerConfig.TRANSACTIONAL_ID_CONFIG,
            "a-process-that-hangs",
            ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
            600_000),
        new ByteArraySerializer(),
        new ByteArraySerializer());
  }
}
