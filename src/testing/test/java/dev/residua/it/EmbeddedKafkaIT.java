package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.app.kafka.BrokerSettings;
import dev.residua.app.kafka.EmbeddedKafka;
import dev.residua.app.kafka.KafkaClients;
import dev.residua.app.kafka.TopicAdmin;
import dev.residua.app.process.Ports;
import dev.residua.app.process.StartFailedException;
import dev.residua.testing.Service;
import dev.residua.testing.TopicReader;
import dev.residua.testing.Waits;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.FileRecords;
import org.apache.kafka.common.record.MemoryRecords;
import org.apache.kafka.common.record.RecordBatch;
import org.apache.kafka.common.record.SimpleRecord;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class EmbeddedKafkaIT {
  private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);

  @TempDir Path directory;

  @Test
  void shouldKeepTopicsAndRecordsOverARestart() throws Exception {
    // Given
    try (EmbeddedKafka kafka = start(0)) {
      KafkaClients clients = KafkaClients.of(kafka.bootstrapServers());
      try (TopicAdmin admin = new TopicAdmin(clients)) {
        admin.create(TOPICS, 2, Optional.empty());
      }
      send(clients, "cam1", "first");
      send(clients, "cam2", "second");
    }

    // When
    List<String> values = new ArrayList<>();
    List<String> problems;
    List<String> created;
    try (EmbeddedKafka kafka = start(0)) {
      KafkaClients clients = KafkaClients.of(kafka.bootstrapServers());
      try (TopicReader<byte[], byte[]> reader =
          new TopicReader<>(clients.follower(TOPICS.frames()), TOPICS.frames().name())) {
        reader.readToEnd(r -> values.add(new String(r.value(), StandardCharsets.UTF_8)));
      }
      try (TopicAdmin admin = new TopicAdmin(clients)) {
        problems = admin.check(TOPICS);
        created = admin.create(TOPICS, 2, Optional.empty());
      }
    }

    // Then
    assertThat(values).containsExactlyInAnyOrder("first", "second");
    assertThat(problems).isEmpty();
    assertThat(created).isEmpty();
  }

  @Test
  void shouldSayThatANewerReleaseWroteItsData() throws Exception {
    // Given
    start(0).close();
    Path log = directory.resolve("kafka/__cluster_metadata-0/00000000000000000000.log");
    try (FileRecords records = FileRecords.open(log.toFile())) {
      long end = 0;
      int epoch = 0;
      for (RecordBatch batch : records.batches()) {
        end = batch.nextOffset();
        epoch = batch.partitionLeaderEpoch();
      }
      // a frame of version 1, the record type 9999, which no release has, and its version 0
      SimpleRecord unknown =
          new SimpleRecord(System.currentTimeMillis(), null, new byte[] {1, (byte) 0x8F, 0x4E, 0});
      records.append(
          MemoryRecords.withRecords(
              RecordBatch.CURRENT_MAGIC_VALUE,
              end,
              Compression.NONE,
              TimestampType.CREATE_TIME,
              RecordBatch.NO_PRODUCER_ID,
              RecordBatch.NO_PRODUCER_EPOCH,
              RecordBatch.NO_SEQUENCE,
              epoch,
              false,
              unknown));
    }
    // Then
    assertThatThrownBy(() -> start(0))
        .isInstanceOf(StartFailedException.class)
        .hasMessageContaining("a newer release wrote them")
        .hasMessageContaining("choose another directory with --data-dir");
  }

  @Test
  void shouldServeEveryPartitionAsSoonAsTheTopicsAreCreated() throws Exception {
    // Given
    try (EmbeddedKafka kafka = start(0)) {
      KafkaClients clients = KafkaClients.of(kafka.bootstrapServers());
      List<String> refused = new CopyOnWriteArrayList<>();

      // When
      for (int round = 0; round < 8; round++) {
        Topics topics = new Topics("round-" + round + ".");
        try (TopicAdmin admin = new TopicAdmin(clients);
            KafkaProducer<byte[], byte[]> producer = withoutRetries(kafka)) {
          admin.create(topics, 16, Optional.empty());
          for (int i = 0; i < 16; i++) {
            producer.send(
                new ProducerRecord<>(topics.frames().name(), i, new byte[1], new byte[1]),
                (metadata, e) -> {
                  if (e != null) {
                    refused.add(e.toString());
                  }
                });
          }
        }
      }

      // Then
      assertThat(refused).isEmpty();
    }
  }

  @Test
  void shouldListenOnLoopbackOnlyUnlessConfiguredOtherwise() throws Exception {
    // Given
    int port = Ports.free();
    int controller = Ports.free(port);
    BrokerSettings settings = BrokerSettings.single(port, controller, Topics.MAX_RECORD_BYTES);

    // When, Then
    try (EmbeddedKafka kafka = EmbeddedKafka.start(directory.resolve("loopback"), settings)) {
      for (int one : List.of(kafka.port(), controller)) {
        assertThat(addresses(one))
            .as("addresses that port %d listens on", one)
            .isNotEmpty()
            .allMatch(InetAddress::isLoopbackAddress);
      }
    }

    // When, Then: configured otherwise
    BrokerSettings open =
        settings.with(
            Map.of(
                "listeners",
                "PLAINTEXT://0.0.0.0:%d,CONTROLLER://localhost:%d".formatted(port, controller)));
    try (EmbeddedKafka kafka = EmbeddedKafka.start(directory.resolve("open"), open)) {
      assertThat(addresses(kafka.port())).isNotEmpty().noneMatch(InetAddress::isLoopbackAddress);
      assertThat(addresses(controller)).isNotEmpty().allMatch(InetAddress::isLoopbackAddress);
    }
  }

  /** Addresses on which sockets of this machine listen at a port, as Linux lists them. */
  private static List<InetAddress> addresses(int port) throws IOException {
    List<InetAddress> addresses = new ArrayList<>();
    for (String table : List.of("/proc/self/net/tcp", "/proc/self/net/tcp6")) {
      if (!Files.exists(Path.of(table))) {
        continue; // no IPv6
      }
      for (String line : Files.readAllLines(Path.of(table))) {
        String[] columns = line.strip().split("\\s+", -1);
        String[] local = columns[1].split(":", -1);
        if (columns[3].equals("0A") && Integer.parseInt(local[1], 16) == port) {
          byte[] bytes = HexFormat.of().parseHex(local[0]);
          for (int i = 0; i < bytes.length; i += 4) { // words of the processor, low byte first
            ByteBuffer word = ByteBuffer.wrap(bytes, i, 4);
            word.putInt(i, Integer.reverseBytes(word.getInt(i)));
          }
          addresses.add(InetAddress.getByAddress(bytes));
        }
      }
    }
    return addresses;
  }

  /** Every answer of a broker that is not ready yet shows. */
  private static KafkaProducer<byte[], byte[]> withoutRetries(EmbeddedKafka kafka) {
    return new KafkaProducer<>(
        Map.of(
            "bootstrap.servers", kafka.bootstrapServers(),
            "enable.idempotence", "false",
            "retries", "0"),
        new ByteArraySerializer(),
        new ByteArraySerializer());
  }

  @Test
  void shouldGiveTimelinesAsManyPartitionsAsTheFramesHave() throws Exception {
    // Given frames of an earlier installation with six partitions
    Topics topics = new Topics("six.");
    Topics fewer = new Topics("fewer.");
    try (EmbeddedKafka kafka =
            EmbeddedKafka.start(directory.resolve("data"), 0, Topics.MAX_RECORD_BYTES);
        Admin kafkaAdmin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()));
        TopicAdmin admin = new TopicAdmin(KafkaClients.of(kafka.bootstrapServers()))) {
      kafkaAdmin
          .createTopics(
              List.of(
                  new NewTopic(topics.frames().name(), 6, (short) 1)
                      .configs(topics.frames().settings()),
                  new NewTopic(fewer.frames().name(), 6, (short) 1)
                      .configs(fewer.frames().settings()),
                  new NewTopic(fewer.timelines().name(), 2, (short) 1)
                      .configs(fewer.timelines().settings()),
                  new NewTopic(fewer.incidents().name(), 4, (short) 1)
                      .configs(fewer.incidents().settings()),
                  new NewTopic(fewer.alerts().name(), 3, (short) 1)
                      .configs(fewer.alerts().settings()),
                  new NewTopic(fewer.control().name(), 2, (short) 1)
                      .configs(fewer.control().settings())))
          .all()
          .get();
      // When
      admin.create(topics, 2, Optional.empty());
      admin.create(fewer, 2, Optional.empty());
      // Then
      assertThat(admin.check(topics)).isEmpty();
      assertThat(admin.check(fewer))
          .satisfiesExactly(
              problem ->
                  assertThat(problem)
                      .contains(
                          "fewer.timelines has 2 partitions and fewer.frames has 6",
                          "--partitions 6"),
              problem ->
                  assertThat(problem)
                      .contains(
                          "fewer.alerts has 3 partitions and fewer.incidents has 4",
                          "--partitions 4"),
              problem ->
                  assertThat(problem).contains("fewer.control has 2 partitions, expected 1"));
    }
  }

  @Test
  void shouldRefuseAPortThatIsInUse() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("localhost"))) {
      // When, Then
      assertThatThrownBy(() -> start(taken.getLocalPort()))
          .isInstanceOf(StartFailedException.class)
          .hasMessageContaining("port %d is in use".formatted(taken.getLocalPort()))
          .hasMessageContaining("--kafka-port");
    }
  }

  @Test
  void shouldTakeTheWantedPortWhenItIsFree() throws Exception {
    int wanted = Service.freePort();
    try (EmbeddedKafka kafka = start(wanted)) {
      assertThat(kafka.port()).isEqualTo(wanted);
    }
  }

  @Test
  void shouldSayWhatToDoWhenTheDirectoryCannotBeWritten() throws IOException {
    // Given
    Path file = Files.createFile(directory.resolve("file"));

    // When, Then
    for (Path unwritable : List.of(file, file.resolve("below"))) {
      assertThatThrownBy(() -> EmbeddedKafka.start(unwritable, 0, Topics.MAX_RECORD_BYTES))
          .isInstanceOf(StartFailedException.class)
          .hasMessageContaining(unwritable.toString())
          .hasMessageContaining("--data-dir");
    }
  }

  @Test
  void shouldSayWhatToDoWhenAnotherBrokerUsesTheDirectory() throws Exception {
    try (EmbeddedKafka first = start(0)) {
      // When
      assertThatThrownBy(() -> start(0))
          // Then
          .isInstanceOf(StartFailedException.class)
          .hasMessageContaining(directory.toString())
          .hasMessageContaining("another process uses the data directory")
          .hasMessageContaining("--data-dir");
      try (TopicAdmin admin = new TopicAdmin(KafkaClients.of(first.bootstrapServers()))) {
        assertThat(admin.create(TOPICS, 1, Optional.empty())).isNotEmpty();
      }
    }
  }

  private EmbeddedKafka start(int port) throws StartFailedException {
    return EmbeddedKafka.start(directory, port, Topics.MAX_RECORD_BYTES);
  }

  private static void send(KafkaClients clients, String key, String value) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer = clients.frameProducer()) {
      producer
          .send(
              new ProducerRecord<>(
                  TOPICS.frames().name(),
                  key.getBytes(StandardCharsets.UTF_8),
                  value.getBytes(StandardCharsets.UTF_8)))
          .get(Waits.seconds(20), TimeUnit.SECONDS);
    }
  }
}
