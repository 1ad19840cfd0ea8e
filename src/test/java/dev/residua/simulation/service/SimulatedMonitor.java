package dev.residua.simulation.service;

import static dev.residua.simulation.service.Installation.TOPICS;

import dev.residua.app.process.TemporaryFolders;
import dev.residua.streams.ControlCommandStore;
import dev.residua.streams.MonitorModels;
import dev.residua.streams.MonitorTopology;
import dev.residua.streams.ScoreErrors;
import dev.residua.streams.SourceLimits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.test.TestRecord;

/**
 * The monitor's topology in Kafka's test driver, with what Kafka Streams does around it: results,
 * changes of the state and offsets in one transaction; after a failure, state from its changelog.
 */
final class SimulatedMonitor {
  /** Two live sources; no silence, which depends on the wall clock and is no part of a replay. */
  private static final SourceLimits LIMITS =
      new SourceLimits(2, Duration.ofDays(300), Duration.ofDays(400));

  static final String GROUP = "residua-monitor";
  static final String CHANGELOG = GROUP + "-" + MonitorTopology.STATE_STORE + "-changelog";
  private static final Duration TRANSACTION_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration POLL = Duration.ofMillis(100);
  private static final MonitorModels MODELS =
      MonitorModels.fixed(SimulatedModels.monitor("model-1"));

  private final SimulatedProcess process;
  private boolean reassigned;

  private SimulatedMonitor(SimulatedProcess process) {
    this.process = process;
  }

  /** Runs until the process ends. */
  static void run(SimulatedProcess process) {
    while (true) {
      try {
        new SimulatedMonitor(process).runOnce();
      } catch (KafkaException e) {
        process.simulator.sleep(Duration.ofMillis(500));
      }
    }
  }

  private void runOnce() {
    try (Producer<byte[], byte[]> producer = process.producer(process.name, TRANSACTION_TIMEOUT);
        Consumer<byte[], byte[]> member = process.member(GROUP, process.name, 50);
        Consumer<byte[], byte[]> control = process.reader(true)) {
      producer.initTransactions();
      member.subscribe(List.of(TOPICS.scores().name()), new Reassigned());
      List<ConsumerRecord<byte[], byte[]>> first = new ArrayList<>();
      while (!reassigned) {
        member.poll(POLL).forEach(first::add);
      }
      reassigned = false;
      control.assign(partitions(TOPICS.control().name()));
      control.seekToBeginning(partitions(TOPICS.control().name()));
      try (Machine machine = new Machine(process.clock().instant())) {
        restore().forEach(machine::restore);
        advance(first, producer, member, machine);
        while (!reassigned) {
          control.poll(Duration.ZERO).forEach(machine::pipe);
          List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
          member.poll(POLL).forEach(records::add);
          if (!reassigned) {
            machine.advanceTo(process.clock().instant());
            advance(records, producer, member, machine);
          }
        }
      }
    }
  }

  /** Gives records to the topology and commits what comes of them. */
  private void advance(
      List<ConsumerRecord<byte[], byte[]>> records,
      Producer<byte[], byte[]> producer,
      Consumer<byte[], byte[]> member,
      Machine machine) {
    Map<TopicPartition, OffsetAndMetadata> offsets = new LinkedHashMap<>();
    for (ConsumerRecord<byte[], byte[]> record : records) {
      machine.pipe(record);
      offsets.put(
          new TopicPartition(record.topic(), record.partition()),
          new OffsetAndMetadata(record.offset() + 1));
    }
    List<ProducerRecord<byte[], byte[]>> results = machine.results();
    if (results.isEmpty() && offsets.isEmpty()) {
      return;
    }
    producer.beginTransaction();
    results.forEach(producer::send);
    if (!offsets.isEmpty()) {
      producer.sendOffsetsToTransaction(offsets, member.groupMetadata());
    }
    producer.commitTransaction();
  }

  private Map<String, byte[]> restore() {
    List<TopicPartition> partitions = partitions(CHANGELOG);
    Map<TopicPartition, Long> ends;
    try (Consumer<byte[], byte[]> any = process.reader(false)) {
      ends = any.endOffsets(partitions);
    }
    Map<String, byte[]> state = new LinkedHashMap<>();
    try (Consumer<byte[], byte[]> reader = process.reader(true)) {
      reader.assign(partitions);
      reader.seekToBeginning(partitions);
      while (partitions.stream().anyMatch(p -> reader.position(p) < ends.getOrDefault(p, 0L))) {
        for (ConsumerRecord<byte[], byte[]> record : reader.poll(POLL)) {
          state.put(new String(record.key(), StandardCharsets.UTF_8), record.value());
        }
      }
    }
    return state;
  }

  private static List<TopicPartition> partitions(String topic) {
    return IntStream.range(0, Installation.PARTITIONS)
        .mapToObj(i -> new TopicPartition(topic, i))
        .toList();
  }

  private final class Reassigned implements ConsumerRebalanceListener {
    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      reassigned = true;
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      reassigned = true;
    }
  }

  /** The topology with its state. */
  static final class Machine implements AutoCloseable {
    /** Opening and deleting stores on a disk would take most of the time of a run. */
    private static final Path MEMORY = Path.of("/dev/shm");

    private final Path folder;
    private final TopologyTestDriver driver;
    private final Map<String, TestInputTopic<byte[], byte[]>> inputs = new HashMap<>();
    private Instant now;

    Machine(Instant start) {
      this.now = start;
      try {
        folder =
            Files.isWritable(MEMORY)
                ? Files.createTempDirectory(MEMORY, "simulated-monitor-")
                : Files.createTempDirectory("simulated-monitor-");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      Properties settings = new Properties();
      settings.put(StreamsConfig.APPLICATION_ID_CONFIG, GROUP);
      settings.put(StreamsConfig.STATE_DIR_CONFIG, folder.toString());
      settings.put(StreamsConfig.DESERIALIZATION_EXCEPTION_HANDLER_CLASS_CONFIG, ScoreErrors.class);
      settings.put(StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG, ScoreErrors.class);
      settings.put(
          StreamsConfig.ERRORS_DEAD_LETTER_QUEUE_TOPIC_NAME_CONFIG, TOPICS.deadLetters().name());
      driver =
          new TopologyTestDriver(
              MonitorTopology.build(TOPICS, MODELS, new ControlCommandStore(), LIMITS),
              settings,
              start);
    }

    void restore(String key, byte[] value) {
      KeyValueStore<String, byte[]> store = driver.getKeyValueStore(MonitorTopology.STATE_STORE);
      store.put(key, value);
    }

    /** Wall-clock time never goes back in Kafka Streams either. */
    void advanceTo(Instant instant) {
      if (instant.isAfter(now)) {
        driver.advanceWallClockTime(Duration.between(now, instant));
        now = instant;
      }
    }

    void pipe(ConsumerRecord<byte[], byte[]> record) {
      pipe(record.topic(), record.timestamp(), record.key(), record.value(), record.headers());
    }

    void pipe(String topic, long timestamp, byte[] key, byte[] value, Headers headers) {
      inputs
          .computeIfAbsent(
              topic,
              name ->
                  driver.createInputTopic(
                      name, new ByteArraySerializer(), new ByteArraySerializer()))
          .pipeInput(new TestRecord<>(key, value, headers, timestamp));
    }

    /** What the topology wrote since the last call, changes of its state included. */
    List<ProducerRecord<byte[], byte[]>> results() {
      List<ProducerRecord<byte[], byte[]>> results = new ArrayList<>();
      for (String topic : new TreeSet<>(driver.producedTopicNames())) {
        driver
            .createOutputTopic(topic, new ByteArrayDeserializer(), new ByteArrayDeserializer())
            .readRecordsToList()
            .forEach(
                record ->
                    results.add(
                        new ProducerRecord<>(
                            topic,
                            null,
                            record.timestamp(),
                            record.key(),
                            record.value(),
                            record.headers())));
      }
      return results;
    }

    @Override
    public void close() {
      driver.close();
      try {
        TemporaryFolders.delete(folder);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
