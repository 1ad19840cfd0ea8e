package dev.residua.simulation.service;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.jspecify.annotations.Nullable;

/** What a broker shows for the same operations, in words. */
enum BrokerScripts {
  ABORTED_RECORDS_ARE_INVISIBLE {
    @Override
    void run() {
      Producer<byte[], byte[]> producer = clients.producer("writer", LONG);
      producer.initTransactions();
      producer.beginTransaction();
      send(producer, 0, "a");
      producer.flush();
      producer.abortTransaction();
      producer.beginTransaction();
      send(producer, 0, "b");
      producer.commitTransaction();
      producer.close();
      showRecords();
      showEnds();
    }
  },
  A_SUCCESSOR_FENCES_AND_ABORTS {
    @Override
    void run() {
      Producer<byte[], byte[]> first = clients.producer("writer", LONG);
      first.initTransactions();
      first.beginTransaction();
      send(first, 0, "of the first");
      first.flush();
      Producer<byte[], byte[]> second = clients.producer("writer", LONG);
      second.initTransactions();
      show("commit of the first: " + failure(first::commitTransaction));
      second.beginTransaction();
      send(second, 0, "of the second");
      second.commitTransaction();
      show("begin of the first: " + failure(first::beginTransaction));
      first.close(Duration.ZERO);
      second.close();
      showRecords();
    }
  },
  A_HANGING_TRANSACTION_HIDES_WHAT_FOLLOWS {
    @Override
    void run() {
      Producer<byte[], byte[]> hanging = clients.producer("hanging", LONG);
      Producer<byte[], byte[]> plain = clients.producer(null, LONG);
      hanging.initTransactions();
      hanging.beginTransaction();
      send(plain, 0, "before");
      plain.flush();
      send(hanging, 0, "inside");
      hanging.flush();
      send(plain, 0, "after");
      plain.flush();
      showRecords();
      showEnds();
      hanging.abortTransaction();
      clients.sleep(Duration.ofSeconds(1)); // the marker may come later
      showRecords();
      showEnds();
      hanging.close();
      plain.close();
    }
  },
  A_TRANSACTION_THAT_TAKES_TOO_LONG_IS_ABORTED {
    @Override
    void run() {
      Producer<byte[], byte[]> slow = clients.producer("slow", Duration.ofSeconds(1));
      slow.initTransactions();
      slow.beginTransaction();
      send(slow, 0, "too slow");
      slow.flush();
      Producer<byte[], byte[]> plain = clients.producer(null, LONG);
      send(plain, 0, "after");
      plain.flush();
      try (Consumer<byte[], byte[]> reader = reader(true)) {
        until(() -> reader.endOffsets(places()).get(place(0)) > 1);
      }
      show("commit: " + failure(slow::commitTransaction));
      slow.close(Duration.ZERO);
      plain.close();
      showRecords();
    }
  },
  A_PRODUCER_WHOSE_TRANSACTION_WAS_ABORTED_SENDS_NOTHING {
    @Override
    void run() {
      Producer<byte[], byte[]> slow = clients.producer("slow", Duration.ofSeconds(1));
      slow.initTransactions();
      slow.beginTransaction();
      send(slow, 0, "too slow");
      slow.flush();
      try (Consumer<byte[], byte[]> reader = reader(true)) {
        until(() -> reader.endOffsets(places()).get(place(0)) > 1);
      }
      send(slow, 0, "too late");
      slow.flush();
      show("commit: " + failure(slow::commitTransaction));
      slow.close(Duration.ZERO);
      Producer<byte[], byte[]> next = clients.producer("slow", LONG);
      next.initTransactions();
      next.beginTransaction();
      send(next, 0, "next");
      next.commitTransaction();
      next.close();
      showRecords();
    }
  },
  OFFSETS_ARE_COMMITTED_WITH_THE_RECORDS {
    @Override
    void run() {
      Producer<byte[], byte[]> producer = clients.producer("writer", LONG);
      try (Consumer<byte[], byte[]> member = clients.member("group-of-" + topic)) {
        List<TopicPartition> mine = join(member);
        until(() -> mine.size() == PARTITIONS || poll(member));
        producer.initTransactions();
        for (boolean commit : new boolean[] {false, true}) {
          producer.beginTransaction();
          send(producer, 1, commit ? "committed" : "aborted");
          producer.flush();
          producer.sendOffsetsToTransaction(
              Map.of(place(0), new OffsetAndMetadata(commit ? 7 : 5)), member.groupMetadata());
          if (commit) {
            producer.commitTransaction();
          } else {
            producer.abortTransaction();
          }
          OffsetAndMetadata offset = member.committed(Set.of(place(0))).get(place(0));
          show("committed offset: " + (offset == null ? "none" : offset.offset()));
        }
      }
      producer.close();
      showRecords();
    }
  },
  A_FORMER_MEMBER_COMMITS_NOTHING {
    @Override
    void run() {
      ConsumerGroupMetadata former;
      try (Consumer<byte[], byte[]> member = clients.member("group-of-" + topic)) {
        List<TopicPartition> mine = join(member);
        until(() -> mine.size() == PARTITIONS || poll(member));
        former = member.groupMetadata();
      }
      Producer<byte[], byte[]> producer = clients.producer("writer", LONG);
      producer.initTransactions();
      producer.beginTransaction();
      send(producer, 0, "of a former member");
      producer.flush();
      show(
          "offsets: "
              + failure(
                  () ->
                      producer.sendOffsetsToTransaction(
                          Map.of(place(0), new OffsetAndMetadata(1)), former)));
      producer.abortTransaction();
      producer.beginTransaction();
      send(producer, 0, "later");
      producer.commitTransaction();
      producer.close();
      showRecords();
    }
  },
  MEMBERS_SHARE_THE_PARTITIONS {
    @Override
    void run() {
      String group = "group-of-" + topic;
      Consumer<byte[], byte[]> one = clients.member(group);
      List<TopicPartition> first = join(one);
      until(() -> first.size() == PARTITIONS || poll(one));
      show("alone: " + first.size());
      try (Consumer<byte[], byte[]> other = clients.member(group)) {
        List<TopicPartition> second = join(other);
        until(
            () ->
                !second.isEmpty() && first.size() + second.size() == PARTITIONS
                    || poll(one)
                    || poll(other));
        Set<String> all = new TreeSet<>();
        first.forEach(place -> all.add(place.toString()));
        second.forEach(place -> all.add(place.toString()));
        show(
            "two: "
                + (all.size() == PARTITIONS && !first.isEmpty() ? "disjoint and complete" : all));
      }
      until(() -> first.size() == PARTITIONS || poll(one));
      show("alone again: " + first.size());
      one.close();
    }
  },
  WHAT_IS_SENT_TWICE_IS_THERE_TWICE {
    @Override
    void run() {
      Producer<byte[], byte[]> plain = clients.producer(null, LONG);
      send(plain, 2, "again");
      plain.flush();
      send(plain, 2, "again"); // as after a lost answer
      plain.flush();
      plain.close();
      showRecords();
    }
  },
  READERS_PASS_MARKERS {
    @Override
    void run() {
      Producer<byte[], byte[]> producer = clients.producer("writer", LONG);
      producer.initTransactions();
      producer.beginTransaction();
      send(producer, 0, "x");
      producer.commitTransaction();
      producer.close();
      try (Consumer<byte[], byte[]> reader = reader(true)) {
        until(() -> reader.position(place(0)) == 2 || poll(reader));
        show("position behind the marker: " + reader.position(place(0)));
      }
    }
  };

  static final int PARTITIONS = 3;
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final int TRIES = 600;

  Clients clients;
  String topic;
  private List<String> shown = new ArrayList<>();

  /** Kafka's clients of a broker, real or simulated. */
  interface Clients {
    Producer<byte[], byte[]> producer(@Nullable String transactionalId, Duration timeout);

    Consumer<byte[], byte[]> member(String group);

    Consumer<byte[], byte[]> reader(boolean committedOnly);

    void sleep(Duration time);
  }

  abstract void run();

  /** What is seen on a topic without records. */
  List<String> seen(Clients clients, String topic) {
    this.clients = clients;
    this.topic = topic;
    this.shown = new ArrayList<>();
    run();
    return shown;
  }

  void show(String what) {
    shown.add(what);
  }

  TopicPartition place(int partition) {
    return new TopicPartition(topic, partition);
  }

  List<TopicPartition> places() {
    return IntStream.range(0, PARTITIONS).mapToObj(this::place).toList();
  }

  void send(Producer<byte[], byte[]> producer, int partition, String text) {
    producer.send(
        new ProducerRecord<>(
            topic, partition, null, text.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
  }

  /** The kind of exception that an action ends with. */
  static String failure(Runnable action) {
    try {
      action.run();
      return "succeeds";
    } catch (RuntimeException e) {
      for (Throwable cause = e; cause != null; cause = cause.getCause()) {
        if (cause instanceof ProducerFencedException
            || cause instanceof InvalidProducerEpochException) {
          return "fenced";
        }
      }
      return e.getClass().getSimpleName();
    }
  }

  void until(BooleanSupplier condition) {
    for (int i = 0; i < TRIES; i++) {
      if (condition.getAsBoolean()) {
        return;
      }
      clients.sleep(Duration.ofMillis(50));
    }
    throw new AssertionError("the broker never shows what is expected of it");
  }

  static boolean poll(Consumer<byte[], byte[]> consumer) {
    consumer.poll(Duration.ofMillis(50));
    return false;
  }

  Consumer<byte[], byte[]> reader(boolean committedOnly) {
    Consumer<byte[], byte[]> reader = clients.reader(committedOnly);
    reader.assign(places());
    reader.seekToBeginning(places());
    return reader;
  }

  /** Subscribes, and returns a list that holds the partitions from now on. */
  List<TopicPartition> join(Consumer<byte[], byte[]> member) {
    List<TopicPartition> mine = new ArrayList<>();
    member.subscribe(
        List.of(topic),
        new ConsumerRebalanceListener() {
          @Override
          public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            mine.removeAll(partitions);
          }

          @Override
          public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            mine.addAll(partitions);
          }
        });
    return mine;
  }

  void showEnds() {
    for (boolean committedOnly : new boolean[] {true, false}) {
      try (Consumer<byte[], byte[]> reader = reader(committedOnly)) {
        show("end %s: %d".formatted(committedOnly, reader.endOffsets(places()).get(place(0))));
      }
    }
  }

  /** Shows the records that readers get within a second, of every partition. */
  void showRecords() {
    for (boolean committedOnly : new boolean[] {true, false}) {
      List<String> records = new ArrayList<>();
      try (Consumer<byte[], byte[]> reader = reader(committedOnly)) {
        for (int i = 0; i < 20; i++) {
          for (ConsumerRecord<byte[], byte[]> record : reader.poll(Duration.ofMillis(50))) {
            records.add(
                "%d/%d %s"
                    .formatted(
                        record.partition(),
                        record.offset(),
                        new String(record.value(), java.nio.charset.StandardCharsets.UTF_8)));
          }
        }
      }
      records.sort(null);
      show("records %s: %s".formatted(committedOnly ? "committed" : "all", records));
    }
  }
}
