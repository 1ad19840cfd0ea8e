package dev.residua.it;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.app.kafka.ConsumerGroups;
import dev.residua.app.kafka.KafkaClients;
import dev.residua.testing.Camera;
import dev.residua.testing.Service;
import dev.residua.testing.TestBroker;
import dev.residua.testing.TopicReader;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two monitors share the sources, and one is killed: the other continues with the sources of the
 * dead one, from its own copy of their state if it keeps one and from the changelog where not.
 */
@Tag("soak")
class StandbyIT {
  private static final int PARTITIONS = 8;
  private static final int SOURCES = 300;
  private static final double FRAMES_PER_SECOND = 300;

  /** Frames judged before the kill. */
  private static final int BUILT_UP = 6_000;

  /** Frames of each source; the drift statistic needs 32, its shortest window, to rise above 0. */
  private static final int FRAMES_EACH = 60;

  /** The dead monitor's open transaction holds its partitions up for so long. */
  private static final Duration TRANSACTION_TIMEOUT = Duration.ofSeconds(10);

  private static final Duration LIMIT = Duration.ofSeconds(150);
  private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);
  private static final String GROUP = ConsumerGroups.monitor(Topics.DEFAULT_PREFIX);
  private static final String CHANGELOG = ConsumerGroups.monitorChangelog(Topics.DEFAULT_PREFIX);

  /** Line of Kafka Streams when the state of a partition is complete. */
  private static final Pattern RESTORED =
      Pattern.compile(
          "Finished restoring changelog "
              + Pattern.quote(CHANGELOG)
              + "-(\\d+) to store \\S+ with a total number of (\\d+) records");

  @TempDir Path directory;
  private TestBroker broker;
  private KafkaClients clients;

  /**
   * Work of the survivor.
   *
   * @param sources of the dead monitor
   * @param written changelog records of these that there were at the kill
   * @param restored changelog records that the survivor read to continue with them
   */
  private record Takeover(int sources, long written, long restored) {}

  @BeforeEach
  void start() {
    broker = TestBroker.start(TOPICS, PARTITIONS);
    clients = broker.clients();
  }

  @AfterEach
  void stop() {
    TestBroker.close(broker);
  }

  @Test
  void shouldGoOnFromTheStandbyWhenAMonitorDies() throws Exception {
    // Given, When and Then, but for what is special here
    Takeover takeover = takeover(1);

    // Then
    assertThat(takeover.restored())
        .as("changelog records restored, of %d", takeover.written())
        .isLessThan(takeover.written() / 4);
  }

  @Test
  void shouldGoOnFromTheChangelogWhenAMonitorDiesWithoutAStandby() throws Exception {
    // Given, When and Then, but for what is special here
    Takeover takeover = takeover(0);

    // Then every record was read again: the count tells the two apart
    assertThat(takeover.restored())
        .as("changelog records restored, of %d", takeover.written())
        .isGreaterThanOrEqualTo(takeover.written());
  }

  /** Kills one of two monitors and checks the other with its sources. */
  private Takeover takeover(int standbys) throws Exception {
    // Given two monitors that have half of the partitions each, and have seen every source
    try (Service scoring = serve("score", "s", standbys);
        Service survivor = serve("monitor", "a", standbys);
        Service victim = serve("monitor", "b", standbys)) {
      survivor.await(LIMIT, "both monitors have partitions", this::bothHavePartitions);
      Camera camera = new Camera(clients, TOPICS, SOURCES, FRAMES_PER_SECOND);
      try (camera;
          TopicReader<byte[], byte[]> drifts = reader(TOPICS.drift().name())) {
        Map<Integer, Set<String>> sources = new TreeMap<>();
        int[] judged = {0};
        survivor.await(
            LIMIT,
            BUILT_UP + " frames are judged",
            () -> {
              for (ConsumerRecord<byte[], byte[]> record : drifts.poll()) {
                sources.computeIfAbsent(record.partition(), p -> new HashSet<>()).add(key(record));
                judged[0]++;
              }
              return judged[0] >= BUILT_UP;
            });
        Set<Integer> lost = partitions().get(GROUP + "-b");
        Set<String> orphans =
            lost.stream().flatMap(p -> sources.getOrDefault(p, Set.of()).stream()).collect(toSet());
        int said = survivor.err().length();

        // When
        victim.kill();
        long killedAt = System.currentTimeMillis();
        long written = records(CHANGELOG, lost);
        Map<String, Long> again = judgedAgain(survivor, drifts, orphans, killedAt);
        survivor.await(
            LIMIT,
            FRAMES_EACH + " frames of each source are sent",
            () -> LongStream.of(camera.sent()).allMatch(count -> count >= FRAMES_EACH));
        long[] sent = camera.stop();
        long all = IntStream.range(0, SOURCES).mapToLong(i -> sent[i]).sum();
        survivor.awaitRecords(LIMIT, clients, TOPICS.drift(), Math.toIntExact(all));

        // Then
        Map<Integer, Long> restored = restored(survivor.err().substring(said));
        Takeover takeover =
            new Takeover(
                orphans.size(),
                written,
                restored.values().stream().mapToLong(Long::longValue).sum());
        System.out.printf(
            "standby test: %d standby: %d of %d sources judged again after %.1f s (first) to %.1f s (last); %d of %d changelog records restored%n",
            standbys,
            takeover.sources(),
            SOURCES,
            again.values().stream().mapToLong(Long::longValue).min().orElseThrow() / 1e3,
            again.values().stream().mapToLong(Long::longValue).max().orElseThrow() / 1e3,
            takeover.restored(),
            takeover.written());
        assertThat(restored.keySet()).as("partitions taken over").isEqualTo(lost);
        assertThat(takeover.sources()).isBetween(SOURCES / 5, SOURCES * 4 / 5);
        Camera.assertScoredOnceAndInOrder(clients, TOPICS, sent);
        UndisturbedMonitor.assertSameDriftScores(
            TOPICS,
            UndisturbedMonitor.values(clients, TOPICS.scores().name()),
            UndisturbedMonitor.values(clients, TOPICS.drift().name()));
        return takeover;
      }
    }
  }

  /**
   * Waits until frames scored after the kill are judged, of each of these sources.
   *
   * @return milliseconds after the kill, by source
   */
  private static Map<String, Long> judgedAgain(
      Service survivor,
      TopicReader<byte[], byte[]> drifts,
      Set<String> sources,
      long killedAtMillis) {
    Map<String, Long> again = new HashMap<>();
    survivor.await(
        LIMIT,
        "the dead monitor's sources are judged again",
        () -> {
          for (ConsumerRecord<byte[], byte[]> record : drifts.poll()) {
            if (record.timestamp() > killedAtMillis && sources.contains(key(record))) {
              again.putIfAbsent(key(record), System.currentTimeMillis() - killedAtMillis);
            }
          }
          return again.size() == sources.size();
        });
    return again;
  }

  private Service serve(String role, String instance, int standbys) throws IOException {
    return Service.role(
        directory,
        List.of(
            "-Dresidua.monitor.standby-replicas=" + standbys,
            "-Dresidua.kafka.transaction-timeout=" + TRANSACTION_TIMEOUT,
            "-Dquarkus.log.category.\"org.apache.kafka.streams.processor.internals.StoreChangelogReader\".level=INFO"),
        clients,
        role,
        instance);
  }

  private boolean bothHavePartitions() {
    Map<String, Set<Integer>> partitions = partitions();
    return partitions.size() == 2
        && partitions.values().stream().allMatch(p -> p.size() == PARTITIONS / 2);
  }

  /** Partitions of the scores topic by monitor. */
  private Map<String, Set<Integer>> partitions() {
    Map<String, Set<Integer>> partitions = new TreeMap<>();
    try (Admin admin = Admin.create(clients.admin())) {
      for (MemberDescription member :
          admin.describeConsumerGroups(List.of(GROUP)).all().get().get(GROUP).members()) {
        String thread = member.groupInstanceId().orElseThrow();
        partitions.put(
            thread.substring(0, thread.lastIndexOf('-')),
            member.assignment().topicPartitions().stream()
                .filter(p -> p.topic().equals(TOPICS.scores().name()))
                .map(TopicPartition::partition)
                .collect(toSet()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    } catch (ExecutionException e) {
      return Map.of(); // the group is not there yet
    }
    return partitions;
  }

  private TopicReader<byte[], byte[]> reader(String topic) {
    return new TopicReader<>(
        clients.follower(new ByteArrayDeserializer(), new ByteArrayDeserializer()), topic);
  }

  /** Committed records of some partitions of a topic. */
  private long records(String topic, Set<Integer> partitions) {
    long[] count = {0};
    try (TopicReader<byte[], byte[]> reader = reader(topic)) {
      reader.readToEnd(record -> count[0] += partitions.contains(record.partition()) ? 1 : 0);
    }
    return count[0];
  }

  /** Changelog records restored, by partition, from the log of a monitor. */
  private static Map<Integer, Long> restored(String log) {
    Map<Integer, Long> restored = new TreeMap<>();
    Matcher line = RESTORED.matcher(log);
    while (line.find()) {
      restored.merge(Integer.valueOf(line.group(1)), Long.valueOf(line.group(2)), Long::sum);
    }
    return restored;
  }

  private static String key(ConsumerRecord<byte[], byte[]> record) {
    return new String(record.key(), StandardCharsets.UTF_8);
  }
}
