package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.app.kafka.KafkaClients;
import dev.residua.frame.ImageShape;
import dev.residua.testing.FaultySource;
import dev.residua.testing.RecordingServer;
import dev.residua.testing.Service;
import dev.residua.testing.TestBroker;
import dev.residua.testing.TopicFuzzer;
import dev.residua.testing.TopicReader;
import dev.residua.wire.Topic;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Floods every topic with records of all kinds, and then expects a frame, its scores, an incident
 * and an alert from every role: of the process that was there, and of one that starts on what the
 * topics then hold.
 */
@Tag("soak")
class TopicFuzzIT {
  /** Records per topic; the default fits the other long tests. */
  private static final int RECORDS = Integer.getInteger("residua.fuzz.records", 400);

  private static final int FAULT_FROM = 300;
  private static final int FRAMES = 450;
  private static final long ROOM_BYTES = 24L << 20;
  private static final Duration LIMIT = Duration.ofSeconds(240);
  private static final ImageShape SHAPE = new ImageShape(64, 64, 3);
  private static final byte[] FIRST_ACTIVATION = "activation/0".getBytes(StandardCharsets.UTF_8);
  private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);

  @TempDir Path directory;

  @Test
  void shouldGoOnInEveryRoleWhateverIsOnAnyTopic() throws Exception {
    // Given
    try (TestBroker kafka = TestBroker.start(TOPICS, 2);
        RecordingServer hook = RecordingServer.anything()) {
      KafkaClients clients = kafka.clients();
      List<String> options =
          List.of(
              "-Dresidua.monitor.live-sources=8", // so that caches are full early
              "-Dresidua.monitor.cache-bytes=1048576",
              "-Dresidua.alerting.group-wait=PT1S",
              "-Dresidua.alerting.receivers.hook.type=webhook",
              "-Dresidua.alerting.receivers.hook.url=" + hook.url().resolve("/in"));
      Path data = directory.resolve("service");
      TopicFuzzer fuzzer = new TopicFuzzer(TOPICS, 20_26);
      long half;
      long all;
      try (Service service = Service.serve(data, options, clients)) {
        service.awaitReady();
        assertWorks(service, clients, hook, "before");

        // When
        long start = System.nanoTime();
        flood(clients, fuzzer, RECORDS / 2);
        assertWorks(service, clients, hook, "halfway");
        half = service.liveHeapBytes();
        flood(clients, fuzzer, RECORDS - RECORDS / 2);

        // Then
        assertWorks(service, clients, hook, "after");
        all = service.liveHeapBytes();
        System.out.printf(
            "topic fuzz test: %d records per topic in %.0f s; live heap %d and %d MiB%n",
            RECORDS, (System.nanoTime() - start) / 1e9, half >> 20, all >> 20);
        assertThat(service.stop(Duration.ofSeconds(60))).isIn(0, 143);
      }
      try (Service next = Service.serve(data, options, clients)) {
        next.awaitReady();
        assertWorks(next, clients, hook, "again");
      }
      assertThat(all).as("live heap in bytes, at half %d", half).isLessThan(half + ROOM_BYTES);
    }
  }

  private static void flood(KafkaClients clients, TopicFuzzer fuzzer, int perTopic) {
    AtomicReference<Exception> failure = new AtomicReference<>();
    try (KafkaProducer<byte[], byte[]> producer = clients.frameProducer()) {
      for (int i = 0; i < perTopic; i++) {
        for (Topic<?, ?> topic : TOPICS.all()) {
          ProducerRecord<byte[], byte[]> record = fuzzer.next(topic);
          boolean compacted =
              topic.settings().getOrDefault("cleanup.policy", "").startsWith("compact");
          if (compacted && record.key() == null) {
            continue; // the broker refuses it
          }
          if (Arrays.equals(record.key(), FIRST_ACTIVATION)) {
            continue; // it would be a decision of an administrator: no model would be active
          }
          producer.send(
              record,
              (metadata, e) -> {
                if (e != null) {
                  failure.compareAndSet(null, e);
                }
              });
        }
      }
    }
    assertThat(failure.get()).as("the broker takes all of them").isNull();
  }

  /** A source with a fault goes through scoring, monitoring, alerting and the dashboard. */
  private static void assertWorks(
      Service service, KafkaClients clients, RecordingServer hook, String source)
      throws IOException {
    Instant first = Instant.now().minusMillis(50L * FRAMES);
    FaultySource.publish(
        clients,
        TOPICS,
        FaultySource.frames(source, first, FRAMES, FAULT_FROM, FRAMES - FAULT_FROM));
    awaitKey(service, clients, TOPICS.scores(), source, FRAMES);
    awaitKey(service, clients, TOPICS.drift(), source, FRAMES);
    service.await(
        LIMIT,
        "an alert of " + source,
        () ->
            hook.taken().stream()
                .anyMatch(request -> request.body().toString().contains('"' + source + '"')));
    service.await(
        LIMIT,
        "the dashboard shows " + source,
        () -> service.get("/api/sources").contains('"' + source + '"'));
    assertThat(service.json("/q/health/live").path("status").asText()).isEqualTo("UP");
    assertThat(service.json("/q/health/ready").path("status").asText()).isEqualTo("UP");
  }

  private static void awaitKey(
      Service service, KafkaClients clients, Topic<?, ?> topic, String key, int wanted) {
    byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
    int[] count = {0};
    try (TopicReader<byte[], byte[]> reader =
        new TopicReader<>(clients.follower(TOPICS.frames()), topic.name())) {
      service.await(
          LIMIT,
          "%s has %d records of %s".formatted(topic.name(), wanted, key),
          () -> {
            reader.poll().forEach(r -> count[0] += Arrays.equals(r.key(), bytes) ? 1 : 0);
            return count[0] >= wanted;
          });
    }
  }
}
