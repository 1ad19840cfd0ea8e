package dev.residua.topic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.topic.FakeTopic.NextCommit;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;

/**
 * Two writers and a follower of one table. The oracle is a map to which every change is applied
 * once, in the order of the commits: a change counts the changes of its key or deletes the key, so
 * that a lost, doubled or stale change shows.
 */
class TopicTableTest {
  private static final TableTopic<Map<String, Count>> TABLE =
      new TableTopic<>("the counts", FakeTopic.partition(0), Counts::new);

  /**
   * Number of changes of a key.
   *
   * @param by the change that wrote it, unique
   */
  private record Count(String key, int count, int by) {
    static Count parse(String key, byte[] value) {
      String[] parts = new String(value, StandardCharsets.UTF_8).split(" ", -1);
      return new Count(key, Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
    }

    boolean isDeleted() {
      return count == 0;
    }

    byte @Nullable [] value() {
      return isDeleted() ? null : bytes(count + " " + by);
    }
  }

  private static final class Counts implements TableState<Map<String, Count>> {
    private final Map<String, Count> counts = new HashMap<>();

    @Override
    public boolean apply(ConsumerRecord<byte[], byte[]> record) {
      if (record.key() == null) {
        throw new SerializationException("no key");
      }
      String key = new String(record.key(), StandardCharsets.UTF_8);
      if (record.value() == null) {
        return counts.remove(key) != null;
      }
      counts.put(key, Count.parse(key, record.value()));
      return true;
    }

    @Override
    public Map<String, Count> snapshot() {
      return Map.copyOf(counts);
    }
  }

  private static final class Format implements TopicWriter.Format<Map<String, Count>, Count> {
    @Override
    public boolean contains(Map<String, Count> state, List<Count> facts) {
      return facts.stream()
          .allMatch(
              fact ->
                  fact.isDeleted()
                      ? !state.containsKey(fact.key())
                      : fact.equals(state.get(fact.key())));
    }

    @Override
    public List<ProducerRecord<byte[], byte[]>> records(
        Map<String, Count> state, List<Count> facts) {
      return facts.stream()
          .map(
              fact ->
                  new ProducerRecord<byte[], byte[]>(
                      FakeTopic.NAME, 0, bytes(fact.key()), fact.value()))
          .toList();
    }
  }

  private sealed interface Step {
    /**
     * A change.
     *
     * @param overtaken whether the other writer changes the same key while this one decides
     */
    record Change(int writer, int key, boolean delete, boolean overtaken, NextCommit commit)
        implements Step {}

    record Damage(int kind) implements Step {}

    record Restart(int writer) implements Step {}

    record FollowAgain() implements Step {}

    record Compact(int seed) implements Step {}
  }

  private final FakeTopic topic = new FakeTopic(1);
  private final Map<String, Integer> expected = new TreeMap<>();
  private int changes;
  private int damaged;

  @Property(tries = 60, edgeCases = EdgeCasesMode.NONE, seed = "7")
  void shouldApplyEveryChangeOnceAndSkipDamagedRecords(@ForAll("histories") List<Step> steps)
      throws Exception {
    // Given
    List<TopicWriter<Map<String, Count>, Count>> writers = List.of(writer(), writer());
    TopicTable<Map<String, Count>> table = follow();
    try {
      for (Step step : steps) {
        // When
        if (step instanceof Step.Change change) {
          topic.nextCommit(change.overtaken() ? NextCommit.CONFIRMED : change.commit());
          change(writers, change.writer(), change);
        } else if (step instanceof Step.Damage damage) {
          damage(damage.kind());
        } else if (step instanceof Step.Restart restart) {
          writers.get(restart.writer()).close();
        } else if (step instanceof Step.Compact compact) {
          topic.compact(new Random(compact.seed()));
        } else {
          table.close();
          table = follow();
        }
        // Then
        assertThat(counts(table.refreshed())).isEqualTo(expected);
        assertThat(table.state()).isEqualTo(table.refreshed());
        assertThat(table.ignored()).isEqualTo(damaged);
      }
      assertThat(counts(TopicTable.read(topic.clients(), TABLE))).isEqualTo(expected);
    } finally {
      table.close();
      writers.forEach(TopicWriter::close);
    }
  }

  private TopicWriter<Map<String, Count>, Count> writer() {
    return new TopicWriter<>(topic.clients(), TABLE, new Format());
  }

  private TopicTable<Map<String, Count>> follow() {
    return new TopicTable<>("test-table", topic.clients(), TABLE, () -> {});
  }

  private void change(
      List<TopicWriter<Map<String, Count>, Count>> writers, int writer, Step.Change change)
      throws IOException {
    String key = "key" + change.key();
    int by = ++changes;
    boolean isNothing = change.delete() && !expected.containsKey(key);
    boolean[] overtaken = new boolean[] {!change.overtaken()};
    TopicWriter.Change<Map<String, Count>, Count> result =
        writers
            .get(writer)
            .change(
                counts -> {
                  if (!overtaken[0]) {
                    overtaken[0] = true;
                    change(
                        writers,
                        1 - writer,
                        new Step.Change(
                            1 - writer, change.key(), false, false, NextCommit.CONFIRMED));
                  }
                  Count known = counts.get(key);
                  int count = change.delete() ? 0 : known == null ? 1 : known.count() + 1;
                  return count == 0 && known == null
                      ? List.of()
                      : List.of(new Count(key, count, by));
                });
    if (change.delete() && !isNothing) {
      expected.remove(key);
    } else if (!change.delete()) {
      expected.merge(key, 1, Integer::sum);
    }
    assertThat(result.facts()).hasSize(isNothing ? 0 : 1);
  }

  private void damage(int kind) {
    byte[] unique = bytes("damaged" + damaged++);
    switch (kind) {
      case 0 -> topic.append(0, 0, null, bytes("1 1"));
      case 1 -> topic.append(0, 0, unique, new byte[0]);
      case 2 -> topic.append(0, 0, unique, bytes("foreign"));
      default -> topic.append(0, 0, null, null);
    }
  }

  private static Map<String, Integer> counts(Map<String, Count> state) {
    Map<String, Integer> counts = new TreeMap<>();
    state.forEach((key, count) -> counts.put(key, count.count()));
    return counts;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Provide
  Arbitrary<List<Step>> histories() {
    Arbitrary<Integer> writer = Arbitraries.integers().between(0, 1);
    Arbitrary<Step> change =
        Combinators.combine(
                writer,
                Arbitraries.integers().between(0, 2),
                Arbitraries.integers().between(0, 3).map(n -> n == 0),
                Arbitraries.integers().between(0, 3).map(n -> n == 0),
                Arbitraries.of(
                    NextCommit.CONFIRMED,
                    NextCommit.CONFIRMED,
                    NextCommit.STORED_WITHOUT_ANSWER,
                    NextCommit.LOST_WITHOUT_ANSWER))
            .as(Step.Change::new);
    return Arbitraries.frequencyOf(
            Tuple.of(8, change),
            Tuple.of(2, Arbitraries.integers().between(0, 3).map(Step.Damage::new)),
            Tuple.of(1, writer.map(Step.Restart::new)),
            Tuple.of(1, Arbitraries.create(Step.FollowAgain::new)),
            Tuple.of(1, Arbitraries.integers().map(Step.Compact::new)))
        .list()
        .ofMaxSize(15);
  }
}
