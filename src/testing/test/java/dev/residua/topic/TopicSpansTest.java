package dev.residua.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.topic.TopicSpans.Status;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CancellationException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopicSpansTest {
  private static final int PARTITIONS = 3;

  private final FakeTopic topic = new FakeTopic(PARTITIONS);
  private final List<ConsumerRecord<byte[], byte[]>> read = new ArrayList<>();
  private final List<Double> progress = new ArrayList<>();

  private record Place(int partition, long offset, long timestamp) {
    static Place of(ConsumerRecord<?, ?> record) {
      return new Place(record.partition(), record.offset(), record.timestamp());
    }
  }

  /** Fills the topic with records at random times and with gaps; returns their places. */
  private List<Place> fill(Random random) {
    List<Place> places = new ArrayList<>();
    for (int partition = 0; partition < PARTITIONS; partition++) {
      long offset = 0;
      long time = 0;
      for (int n = random.nextInt(20); n > 0; n--) {
        int gap = random.nextInt(3);
        topic.skip(partition, gap);
        offset += gap;
        time += random.nextInt(50);
        topic.append(partition, time, null, "value".getBytes(StandardCharsets.UTF_8));
        places.add(new Place(partition, offset++, time));
      }
      topic.skip(partition, random.nextInt(3));
    }
    return places;
  }

  private static Map<TopicPartition, OffsetSpan> spans(Random random) {
    Map<TopicPartition, Long> from = new HashMap<>();
    Map<TopicPartition, Long> until = new HashMap<>();
    for (int partition = 0; partition < PARTITIONS; partition++) {
      from.put(FakeTopic.partition(partition), (long) random.nextInt(10));
      until.put(FakeTopic.partition(partition), (long) random.nextInt(20));
    }
    return TopicSpans.spans(from, until);
  }

  /** Spans that end within the topic. */
  private Map<TopicPartition, OffsetSpan> storedSpans(Random random) {
    Map<TopicPartition, OffsetSpan> wanted = spans(random);
    Map<TopicPartition, Long> ends = topic.consumer().endOffsets(wanted.keySet());
    Map<TopicPartition, Long> from = new HashMap<>();
    Map<TopicPartition, Long> until = new HashMap<>();
    wanted.forEach(
        (partition, span) -> {
          from.put(partition, span.from());
          until.put(partition, Math.min(span.until(), ends.get(partition)));
        });
    return TopicSpans.spans(from, until);
  }

  private static List<Place> within(List<Place> places, Map<TopicPartition, OffsetSpan> spans) {
    return places.stream()
        .filter(
            place -> {
              OffsetSpan span = spans.get(FakeTopic.partition(place.partition()));
              return span != null && place.offset() >= span.from() && place.offset() < span.until();
            })
        .toList();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void shouldPassOnExactlyTheRecordsOfTheSpansInTheirOrder(long seed) {
    // Given
    Random random = new Random(seed);
    List<Place> places = fill(random);
    Map<TopicPartition, OffsetSpan> spans = storedSpans(random);
    // When
    new TopicSpans(topic.consumer(), spans).withProgress(progress::add).readAll(read::add);
    // Then
    assertThat(read.stream().map(Place::of).sorted(Comparator.comparing(Place::partition)))
        .containsExactlyElementsOf(within(places, spans));
    assertThat(progress).isSorted().allMatch(share -> share > 0 && share <= 1);
    assertThat(progress.isEmpty() ? 1.0 : progress.get(progress.size() - 1)).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void shouldMergePartitionsByTime(long seed) {
    // Given
    Random random = new Random(seed);
    List<Place> places = fill(random);
    Map<TopicPartition, OffsetSpan> spans = storedSpans(random);
    // When
    TimeOrderedRecords.readAll(topic.consumer(), spans, read::add, progress::add, () -> false);
    // Then
    assertThat(read).isSortedAccordingTo(Comparator.comparingLong(ConsumerRecord::timestamp));
    assertThat(read.stream().map(Place::of))
        .containsExactlyInAnyOrderElementsOf(within(places, spans));
  }

  @Test
  void shouldReadEverythingThatATopicHas() {
    // Given
    List<Place> places = fill(new Random(20));
    // When
    TopicSpans.all(topic.consumer(), FakeTopic.NAME).readAll(read::add);
    // Then
    assertThat(read.stream().map(Place::of)).containsExactlyInAnyOrderElementsOf(places);
  }

  @Test
  void shouldStopBeforeTheNextPoll() {
    // Given
    fill(new Random(20));
    TopicSpans spans =
        TopicSpans.all(topic.consumer(), FakeTopic.NAME).stoppedBy(() -> !read.isEmpty());
    // When
    Status status = spans.read(read::add);
    // Then
    assertThat(status).isEqualTo(Status.STOPPED);
    assertThat(read).hasSizeBetween(1, 3);
    assertThatThrownBy(() -> spans.readAll(read::add))
        .isInstanceOf(CancellationException.class)
        .hasMessageStartingWith("reading was cancelled at ");
  }

  @Test
  void shouldGiveUpIfRecordsDoNotArrive() {
    // Given
    topic.append(0, 0, null, new byte[0]);
    Map<TopicPartition, OffsetSpan> spans = Map.of(FakeTopic.partition(0), new OffsetSpan(0, 2));
    TopicSpans reading = new TopicSpans(topic.consumer(), spans).withStall(Duration.ofMillis(1));
    // When / Then
    assertThatThrownBy(() -> reading.readAll(read::add))
        .isInstanceOf(TimeoutException.class)
        .hasMessage(
            "[table-0] could not be read in time, only 1 of 2 offsets; check that the brokers run and that no transaction hangs");
    assertThat(read).hasSize(1);
  }

  @Test
  void shouldReadBackTheLastValueOfEachKey() {
    // Given
    String[][] records = {{"a", "1"}, {"b", "1"}, {"a", "2"}, {"b", null}, {null, "9"}, {"c", "1"}};
    for (String[] record : records) {
      topic.append(1, 0, bytes(record[0]), bytes(record[1]));
    }
    // When
    Map<Integer, Map<String, byte[]>> values =
        StoredValues.read(
            topic.clients().consumers(), List.of(FakeTopic.partition(1)), () -> false);
    // Then
    assertThat(values).containsOnlyKeys(1);
    assertThat(values.get(1)).containsOnlyKeys("a", "c").containsEntry("a", bytes("2"));
  }

  private static byte[] bytes(String text) {
    return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
  }
}
