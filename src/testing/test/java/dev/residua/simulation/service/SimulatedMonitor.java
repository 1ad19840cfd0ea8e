package dev.residua.simulation.service;

import static dev.residua.simulation.service.Installation.TOPICS;

import dev.residua.app.process.TemporaryFolders;
import dev.residua.incident.Incident;
import dev.residua.streams.ControlCommandStore;
import dev.residua.streams.MonitorListener;
import dev.residua.streams.MonitorRules;
import dev.residua.streams.MonitorTopology;
import dev.residua.streams.ScoreErrors;
import dev.residua.streams.SourceLimits;
import dev.residua.telemetry.Tracing;
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
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.internals.InMemoryKeyValueStore;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;

/**
 * The monitor's topology in Kafka's test driver, with the work of Kafka Streams around it: results,
 * changes of the state and offsets in one transaction; after a failure, state from its changelog.
 */
final class SimulatedMonitor {
  static final Duration SILENT_AFTER = Duration.ofSeconds(20);
  static final Duration FORGET_AFTER = Duration.ofSeconds(100);

  /** Two live sources; a pause of a camera may be shorter than both times, or longer. */
  private static final SourceLimits LIMITS =
      new SourceLimits(2, SILENT_AFTER, FORGET_AFTER, Duration.ofSeconds(10));

  static final String GROUP = "residua-monitor";
  static final String CHANGELOG = GROUP + "-" + MonitorTopology.STATE_STORE + "-changelog";
  private static final Duration TRANSACTION_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration POLL = Duration.ofMillis(100);

  /** Time between two looks at the wall clock. */
  private static final Duration TICK = Duration.ofSeconds(1);

  private static final List<TopicPartition> CONTROL =
      List.of(new TopicPartition(TOPICS.control().name(), 0));
  private final SimulatedProcess process;
  private final MonitorJournal journal;
  private final Sabotage sabotage;
  private final List<MonitorJournal.Input> inputs = new ArrayList<>(); // since the last commit
  private boolean reassigned;

  private SimulatedMonitor(SimulatedProcess process, MonitorJournal journal, Sabotage sabotage) {
    this.process = process;
    this.journal = journal;
    this.sabotage = sabotage;
  }

  /** Runs until the process ends. */
  static void run(SimulatedProcess process, MonitorJournal journal, Sabotage sabotage) {
    while (true) {
      try {
        new SimulatedMonitor(process, journal, sabotage).runOnce();
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
      control.assign(CONTROL);
      control.seekToBeginning(CONTROL);
      Map<String, byte[]> restored = restore();
      MonitorJournal.Life life = journal.begin(process.clock().instant());
      try (Machine machine = new Machine(life, restored, sabotage)) {
        restoreOrders(control, machine);
        advance(first, producer, member, life, machine);
        while (!reassigned) {
          pollOrders(control, machine);
          List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
          member.poll(POLL).forEach(records::add);
          if (!reassigned) {
            Instant now = process.clock().instant();
            if (!now.isBefore(machine.now.plus(TICK))) {
              give(MonitorJournal.Input.of(now), machine);
            }
            advance(records, producer, member, life, machine);
          }
        }
      }
    }
  }

  /** Kafka Streams reads a global topic to its end before it evaluates anything. */
  private void restoreOrders(Consumer<byte[], byte[]> control, Machine machine) {
    long end = control.endOffsets(CONTROL).getOrDefault(CONTROL.get(0), 0L);
    while (control.position(CONTROL.get(0)) < end) {
      pollOrders(control, machine);
      process.simulator.sleep(POLL);
    }
  }

  private void pollOrders(Consumer<byte[], byte[]> control, Machine machine) {
    for (ConsumerRecord<byte[], byte[]> order : control.poll(Duration.ZERO)) {
      if (!sabotage.ignores(order)) {
        give(MonitorJournal.Input.of(order), machine);
      }
    }
  }

  private void give(MonitorJournal.Input input, Machine machine) {
    inputs.add(input);
    machine.take(input);
  }

  /** Gives records to the topology and commits its results. */
  private void advance(
      List<ConsumerRecord<byte[], byte[]>> records,
      Producer<byte[], byte[]> producer,
      Consumer<byte[], byte[]> member,
      MonitorJournal.Life life,
      Machine machine) {
    Map<TopicPartition, OffsetAndMetadata> offsets = new LinkedHashMap<>();
    for (ConsumerRecord<byte[], byte[]> record : records) {
      give(MonitorJournal.Input.of(record), machine);
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
    producer.send(journal.add(life, inputs));
    inputs.clear();
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
          String source = new String(record.key(), StandardCharsets.UTF_8);
          if (record.value() == null) {
            state.remove(source);
          } else {
            state.put(source, record.value());
          }
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
    /** Opening and deleting a folder on a disk would take most of the time of a run. */
    private static final Path MEMORY = Path.of("/dev/shm");

    private final Path folder;
    private final TopologyTestDriver driver;
    private final Sabotage sabotage;
    private final Map<String, TestInputTopic<byte[], byte[]>> inputs = new HashMap<>();
    private Instant now;
    private long orders; // offset of the next record of the control topic

    Machine(MonitorJournal.Life life, Map<String, byte[]> restored, Sabotage sabotage) {
      this.now = life.start();
      this.sabotage = sabotage;
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
              MonitorTopology.build(
                  TOPICS,
                  SimulatedModels::thresholds,
                  new ControlCommandStore(),
                  MonitorRules.NONE,
                  LIMITS,
                  MonitorListener.NONE,
                  Tracing.OFF,
                  new RestoredState(restored)),
              settings,
              now);
    }

    /** The state of all sources. */
    Map<String, byte[]> state() {
      Map<String, byte[]> all = new LinkedHashMap<>();
      KeyValueStore<String, byte[]> store = driver.getKeyValueStore(MonitorTopology.STATE_STORE);
      try (KeyValueIterator<String, byte[]> iterator = store.all()) {
        iterator.forEachRemaining(entry -> all.put(entry.key, entry.value));
      }
      return all;
    }

    void take(MonitorJournal.Input input) {
      ConsumerRecord<byte[], byte[]> record = input.record();
      if (record == null) {
        advanceTo(input.time());
        return;
      }
      if (record.topic().equals(TOPICS.control().name())) {
        skip(record.offset() - orders);
        orders++;
      }
      pipe(record.topic(), record.timestamp(), record.key(), record.value(), record.headers());
    }

    /** Wall-clock time never goes back in Kafka Streams either. */
    private void advanceTo(Instant instant) {
      if (instant.isAfter(now)) {
        driver.advanceWallClockTime(Duration.between(now, instant));
        now = instant;
      }
    }

    /** The driver counts offsets; records without a key fill the gaps of a topic. */
    private void skip(long records) {
      for (long i = 0; i < records; i++) {
        pipe(TOPICS.control().name(), 0, null, null, new RecordHeaders());
        orders++;
      }
    }

    private void pipe(
        String topic,
        long timestamp,
        byte @Nullable [] key,
        byte @Nullable [] value,
        Headers headers) {
      inputs
          .computeIfAbsent(
              topic,
              name ->
                  driver.createInputTopic(
                      name, new ByteArraySerializer(), new ByteArraySerializer()))
          .pipeInput(new TestRecord<>(key, value, headers, timestamp));
    }

    /** Records that the topology wrote since the last call, changes of its state included. */
    List<ProducerRecord<byte[], byte[]>> results() {
      List<ProducerRecord<byte[], byte[]>> results = new ArrayList<>();
      for (String topic : new TreeSet<>(driver.producedTopicNames())) {
        driver
            .createOutputTopic(topic, new ByteArrayDeserializer(), new ByteArrayDeserializer())
            .readRecordsToList()
            .forEach(
                record -> {
                  if (topic.equals(TOPICS.incidents().name())) {
                    sabotage
                        .distorted(TOPICS.incidents().read(record.value()))
                        .forEach(incident -> results.add(published(incident, record)));
                  } else {
                    results.add(
                        new ProducerRecord<>(
                            topic,
                            null,
                            record.timestamp(),
                            record.key(),
                            record.value(),
                            record.headers()));
                  }
                });
      }
      return results;
    }

    /** On the partition of its source, which the driver does not tell. */
    private static ProducerRecord<byte[], byte[]> published(
        Incident incident, TestRecord<byte[], byte[]> record) {
      byte[] source = incident.source().getBytes(StandardCharsets.UTF_8);
      return new ProducerRecord<>(
          TOPICS.incidents().name(),
          BuiltInPartitioner.partitionForKey(source, Installation.PARTITIONS),
          record.timestamp(),
          incident.id().getBytes(StandardCharsets.UTF_8),
          TOPICS.incidents().write(incident),
          record.headers());
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

  /** A store in memory that has its records before any processor sees it. */
  private record RestoredState(Map<String, byte[]> records) implements KeyValueBytesStoreSupplier {
    @Override
    public String name() {
      return MonitorTopology.STATE_STORE;
    }

    @Override
    public KeyValueStore<Bytes, byte[]> get() {
      return new InMemoryKeyValueStore(name()) {
        @Override
        public void init(StateStoreContext context, StateStore root) {
          super.init(context, root);
          records.forEach(
              (source, state) -> put(Bytes.wrap(source.getBytes(StandardCharsets.UTF_8)), state));
        }
      };
    }

    @Override
    public String metricsScope() {
      return "in-memory";
    }
  }
}
