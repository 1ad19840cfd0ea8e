package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.app.kafka.BrokerSettings;
import dev.residua.app.kafka.EmbeddedKafka;
import dev.residua.app.kafka.KafkaClients;
import dev.residua.app.kafka.TopicAdmin;
import dev.residua.app.process.StartFailedException;
import dev.residua.testing.Camera;
import dev.residua.testing.Service;
import dev.residua.testing.TopicReader;
import dev.residua.wire.Topics;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Transactions that a real broker ends another way than the service wants. */
@Tag("slow")
@Tag("alone")
class TransactionFailuresIT {
  private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int SOURCES = 4;

  @TempDir Path directory;

  @Test
  void shouldEndWithOneMessageWhenAnotherProcessHasItsInstance() throws Exception {
    try (EmbeddedKafka kafka = broker(Map.of())) {
      KafkaClients clients = KafkaClients.of(kafka.bootstrapServers());
      try (Service first = Service.serve(directory.resolve("one"), clients).awaitReady();
          Camera camera = new Camera(clients, TOPICS, SOURCES, 50)) {
        first.awaitRecords(LIMIT, clients, TOPICS.drift(), 20);

        // When
        try (Service second = Service.serve(directory.resolve("two"), clients).awaitReady()) {
          assertThat(first.awaitEnd(LIMIT)).as("exit code of the first").isEqualTo(1);

          // Then
          assertThat(errors(first)).as("errors of:\n" + first.err()).hasSize(1);
          assertThat(first.err())
              .contains("another process took over", "residua.instance", "--instance")
              .doesNotContain("\tat ");
          long[] sent = camera.stop();
          int all = (int) Arrays.stream(sent).sum();
          second.awaitRecords(LIMIT, clients, TOPICS.scores(), all);
          second.awaitRecords(LIMIT, clients, TOPICS.drift(), all);
          Camera.assertScoredOnceAndInOrder(clients, TOPICS, sent);
        }
      }
    }
  }

  @Test
  void shouldReadAgainWhatTheBrokerAbortedBecauseItTookTooLong() throws Exception {
    try (EmbeddedKafka kafka =
        broker(Map.of("transaction.abort.timed.out.transaction.cleanup.interval.ms", "200"))) {
      KafkaClients clients = KafkaClients.of(kafka.bootstrapServers());
      try (Camera camera = new Camera(clients, TOPICS, SOURCES, 300);
          Service service = serve(clients, "residua.kafka.transaction-timeout=PT1S").awaitReady()) {
        service.awaitRecords(LIMIT, clients, TOPICS.drift(), 20);

        // When
        suspendInTransaction(service, clients);
        Thread.sleep(3_000);
        service.resume();

        // Then
        service.await(
            LIMIT,
            "a transaction that took too long",
            () -> service.err().contains("residua.kafka.transaction-timeout"));
        long[] sent = camera.stop();
        int all = (int) Arrays.stream(sent).sum();
        service.awaitRecords(LIMIT, clients, TOPICS.scores(), all);
        service.awaitRecords(LIMIT, clients, TOPICS.drift(), all);
        Camera.assertScoredOnceAndInOrder(clients, TOPICS, sent);
        assertThat(service.err()).doesNotContain("\tat ");
      }
    }
  }

  /** Suspends the process while it has an open transaction of scores. */
  private static void suspendInTransaction(Service service, KafkaClients clients) throws Exception {
    ListTransactionsOptions ongoing =
        new ListTransactionsOptions().filterStates(List.of(TransactionState.ONGOING));
    try (Admin admin = Admin.create(clients.admin())) {
      for (int attempt = 1; attempt < 1_000; attempt++) {
        service.suspend();
        if (admin.listTransactions(ongoing).all().get().stream()
            .anyMatch(open -> open.transactionalId().startsWith("residua.score-"))) {
          return;
        }
        service.resume();
        Thread.sleep(7);
      }
    }
    throw new AssertionError("the process had no open transaction in 1,000 attempts");
  }

  @Test
  void shouldLeaveTheValueOutOfADeadLetterThatIsLargerThanItsTopicAllows() throws Exception {
    try (EmbeddedKafka kafka = broker(Map.of())) {
      KafkaClients clients = KafkaClients.of(kafka.bootstrapServers());
      limit(clients, TOPICS.deadLetters().name(), 100_000);
      byte[] large = new byte[200_000];
      byte[] small = "no picture".getBytes(StandardCharsets.UTF_8);
      try (Service service = Service.serve(directory.resolve("one"), clients).awaitReady();
          Producer<byte[], byte[]> producer = clients.frameProducer()) {
        // When
        long whole = send(producer, small);
        long cut = send(producer, large);
        long after = send(producer, small);

        // Then
        service.awaitRecords(LIMIT, clients, text(TOPICS.deadLetters()), 3);
        List<ConsumerRecord<byte[], byte[]>> letters = new ArrayList<>();
        try (TopicReader<byte[], byte[]> reader =
            new TopicReader<>(
                clients.follower(TOPICS.deadLetters()), TOPICS.deadLetters().name())) {
          reader.readToEnd(letters::add);
        }
        assertThat(letters).hasSize(3);
        assertThat(letters)
            .extracting(letter -> header(letter, "__streams.errors.offset"))
            .containsExactly("" + whole, "" + cut, "" + after);
        assertThat(letters.get(0).value()).isEqualTo(small);
        assertThat(letters.get(1).value()).isNull();
        assertThat(header(letters.get(1), "residua.dead-letter.truncated"))
            .contains("200004 bytes", "residua.frames-0 offset " + cut);
        assertThat(letters.get(2).value()).isEqualTo(small);
        assertThat(service.err()).doesNotContain("\tat ");
      }
    }
  }

  @Test
  void shouldEndWithWhatToRaiseWhereARecordIsLargerThanItsTopicAllows() throws Exception {
    try (EmbeddedKafka kafka = broker(Map.of())) {
      KafkaClients clients = KafkaClients.of(kafka.bootstrapServers());
      try (Camera camera = new Camera(clients, TOPICS, 1, 1)) { // a record a request
        for (String topic : List.of(TOPICS.scores().name(), TOPICS.drift().name())) {
          // When the limit comes while it runs
          try (Service service = Service.serve(directory.resolve("one"), clients).awaitReady()) {
            int sent = Math.toIntExact(camera.sent()[0]);
            service.awaitRecords(LIMIT, clients, TOPICS.drift(), sent);
            limit(clients, topic, 100);
            assertThat(service.awaitEnd(LIMIT)).as("exit code").isEqualTo(1);

            // Then
            assertThat(errors(service)).hasSize(1);
            assertThat(service.err()).contains("max.message.bytes", topic).doesNotContain("\tat ");
          }

          // When it starts with such a limit
          Service.Result result =
              Service.run(
                  directory,
                  LIMIT,
                  List.of(
                      "serve",
                      "--demo-model",
                      "--bootstrap",
                      clients.bootstrapServers(),
                      "--http-port",
                      "0"));

          // Then
          assertThat(result.exitCode()).isEqualTo(1);
          assertThat(result.err().lines()).hasSize(1);
          assertThat(result.err())
              .contains("topic " + topic + " has max.message.bytes=100", "at least 65536");
          limit(clients, topic, 100_000);
        }

        // When it is raised
        long[] sent = camera.stop();
        try (Service next = Service.serve(directory.resolve("one"), clients).awaitReady()) {
          next.awaitRecords(LIMIT, clients, TOPICS.drift(), (int) Arrays.stream(sent).sum());
        }

        // Then
        Camera.assertScoredOnceAndInOrder(clients, TOPICS, sent);
      }
    }
  }

  private static List<String> errors(Service service) {
    return service.err().lines().filter(line -> line.contains(" ERROR ")).toList();
  }

  private EmbeddedKafka broker(Map<String, String> properties) throws StartFailedException {
    EmbeddedKafka kafka =
        EmbeddedKafka.start(
            directory.resolve("broker"),
            BrokerSettings.single(Service.freePort(), Service.freePort(), Topics.MAX_RECORD_BYTES)
                .with(properties));
    try (TopicAdmin admin = new TopicAdmin(KafkaClients.of(kafka.bootstrapServers()))) {
      admin.create(TOPICS, 1, Optional.empty());
    }
    return kafka;
  }

  private Service serve(KafkaClients clients, String property) throws Exception {
    Path data = Files.createDirectories(directory.resolve("one"));
    return Service.start(
        data,
        List.of("-D" + property),
        List.of(
            "serve",
            "--demo-model",
            "--bootstrap",
            clients.bootstrapServers(),
            "--data-dir",
            data.toString()));
  }

  private static dev.residua.wire.Topic<String, byte[]> text(
      dev.residua.wire.Topic<byte[], byte[]> topic) {
    return new dev.residua.wire.Topic<>(
        topic.name(),
        org.apache.kafka.common.serialization.Serdes.String(),
        topic.value(),
        topic.settings());
  }

  private static void limit(KafkaClients clients, String topic, int bytes) throws Exception {
    try (Admin admin = Admin.create(clients.admin())) {
      admin
          .incrementalAlterConfigs(
              Map.of(
                  new ConfigResource(ConfigResource.Type.TOPIC, topic),
                  List.of(
                      new AlterConfigOp(
                          new ConfigEntry("max.message.bytes", Integer.toString(bytes)),
                          AlterConfigOp.OpType.SET))))
          .all()
          .get();
    }
  }

  private static long send(Producer<byte[], byte[]> producer, byte[] value) throws Exception {
    return producer
        .send(
            new ProducerRecord<>(
                TOPICS.frames().name(), "cam1".getBytes(StandardCharsets.UTF_8), value))
        .get()
        .offset();
  }

  private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
    return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
  }
}
