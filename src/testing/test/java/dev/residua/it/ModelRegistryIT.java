package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.app.kafka.TopicAdmin;
import dev.residua.app.model.Models;
import dev.residua.app.process.StartFailedException;
import dev.residua.frame.SceneName;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.model.ModelRegistry;
import dev.residua.model.RegistryRecord;
import dev.residua.model.RegistryRecord.Activation;
import dev.residua.model.RegistryRecord.Entry;
import dev.residua.model.RegistryRecord.Start;
import dev.residua.registry.ModelAdmin;
import dev.residua.registry.ModelAdmin.Author;
import dev.residua.registry.RegistryFollower;
import dev.residua.testing.Bundles;
import dev.residua.testing.TestBroker;
import dev.residua.topic.TopicClients;
import dev.residua.topic.TopicTable;
import dev.residua.wire.ModelRecords;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The registry of models on a real broker. */
@Tag("newer-jdk")
class ModelRegistryIT {
  private static final int LARGE = 700_000; // of each entry: several parts
  private static final ModelAdmin.Discarding NOTHING_OUTSIDE =
      (entry, location) -> {
        throw new AssertionError("all bundles lie in Kafka");
      };
  private static TestBroker broker;
  private static int number;

  private String prefix;
  private Topics topics;
  private TopicClients clients;
  private ModelAdmin admin;

  @BeforeAll
  static void start() {
    broker = TestBroker.start();
  }

  @AfterAll
  static void stop() {
    TestBroker.close(broker);
  }

  @BeforeEach
  void openRegistry() throws StartFailedException {
    prefix = "registry" + number++ + ".";
    topics = new Topics(prefix);
    clients = broker.clients().registry(prefix);
    admin = ModelAdmin.of(clients, topics);
    try (TopicAdmin topicAdmin = new TopicAdmin(broker.clients())) {
      topicAdmin.create(topics, 2, java.util.Optional.empty());
    }
  }

  @AfterEach
  void closeRegistry() {
    admin.close();
  }

  private static Author author(String reason) {
    return new Author("a test", reason, Instant.parse("2026-03-01T12:00:00Z"));
  }

  private RegistryFollower follower() throws IOException {
    RegistryFollower follower = new RegistryFollower(clients, topics, Models.OUTSIDE);
    follower.refreshed();
    return follower;
  }

  @Test
  void shouldGiveBundlesBackByteForByte() throws Exception {
    // Given
    ModelBundle one = Bundles.filled("one", LARGE);
    ModelBundle two = Bundles.filled("two", LARGE);
    // When
    admin.begin(one, null, author("first"));
    admin.begin(two, null, author("late")); // something is active already: nothing happens
    admin.publish(two, SceneName.DEFAULT, null, "promoted: better", author("trained"));
    admin.promote(SceneName.DEFAULT, "two", author("better"));
    // Then
    try (RegistryFollower follower = follower()) {
      ModelRegistry registry = follower.registry();
      assertThat(registry.entries()).extracting(Entry::id).containsExactly("one", "two");
      assertThat(registry.entry("two").orElseThrow().parts()).isGreaterThan(5);
      assertThat(registry.entry("two").orElseThrow().verdict()).isEqualTo("promoted: better");
      assertThat(registry.activations())
          .extracting(Activation::modelId)
          .containsExactly("one", "two");
      assertThat(follower.bundle("one").toBytes()).isEqualTo(one.toBytes());
      assertThat(follower.bundle("two").toBytes()).isEqualTo(two.toBytes());
    }
  }

  @Test
  void shouldStartWithWhatIsCommittedWhileATransactionOfAnotherProcessStaysOpen() throws Exception {
    // Given
    admin.begin(Bundles.empty("one"), null, author("first"));
    try (Producer<byte[], byte[]> hanging =
        new KafkaProducer<>(
            Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                broker.clients().bootstrapServers(),
                ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                "a-process-that-hangs"),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      hanging.initTransactions();
      hanging.beginTransaction();
      hanging.send(new ProducerRecord<>(topics.models().name(), 0, new byte[] {1}, null)).get();

      // When
      long start = System.nanoTime();
      try (RegistryFollower follower = follower()) {
        Duration took = Duration.ofNanos(System.nanoTime() - start);

        // Then
        assertThat(follower.registry().scene(SceneName.DEFAULT).active().orElseThrow().modelId())
            .isEqualTo("one");
        assertThat(took).isGreaterThanOrEqualTo(TopicTable.OPEN_LIMIT);
        hanging.abortTransaction();
        assertThat(follower.refreshed().scene(SceneName.DEFAULT).active().orElseThrow().modelId())
            .isEqualTo("one");
      }
    }
  }

  @Test
  void shouldGoBackOnlyWhereThereIsAWay() throws Exception {
    // Given
    admin.begin(Bundles.empty("one"), null, author("first"));
    admin.publish(Bundles.empty("two"), SceneName.DEFAULT, null, null, author("second"));
    admin.promote(SceneName.DEFAULT, "two", author("better"));
    admin.promote(SceneName.DEFAULT, "two", author("said twice")); // changes nothing
    // When
    ModelRegistry back = admin.rollback(SceneName.DEFAULT, null, author("worse after all"));
    // Then
    assertThat(back.scene(SceneName.DEFAULT).active().orElseThrow().modelId()).isEqualTo("one");
    assertThat(back.scene(SceneName.DEFAULT).active().orElseThrow().kind())
        .isEqualTo(Activation.Kind.ROLLBACK);
    assertThat(back.scene(SceneName.DEFAULT).active().orElseThrow().number()).isEqualTo(2);
    assertThatThrownBy(() -> admin.rollback(SceneName.DEFAULT, null, author("further")))
        .hasMessageContaining("no model was in use in the scene 'default' before one");
    assertThatThrownBy(() -> admin.promote(SceneName.DEFAULT, "three", author("?")))
        .hasMessageContaining("no model 'three', only [one, two]");
    assertThatThrownBy(() -> admin.remove("two", NOTHING_OUTSIDE))
        .hasMessageContaining("in activation 1");
  }

  @Test
  void shouldNeverChangeAModelThatIsThere() throws Exception {
    // Given
    admin.begin(Bundles.filled("one", 100), null, author("first"));
    // When, Then
    assertThatThrownBy(
            () ->
                admin.publish(
                    Bundles.filled("one", 101), SceneName.DEFAULT, null, null, author("other")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("another model 'one'")
        .hasMessageContaining("another id");
  }

  /** Each of them decides on the records of the one before, whatever they do at the same time. */
  @Test
  void shouldGiveEveryDecisionItsOwnNumberWhoeverElseDecides() throws Exception {
    // Given
    int writers = 3;
    int each = 3;
    admin.begin(Bundles.empty("m"), null, author("first"));
    for (int i = 0; i < writers * each; i++) {
      admin.publish(Bundles.empty("m" + i), SceneName.DEFAULT, null, null, author("candidate"));
    }
    // When
    ExecutorService threads = Executors.newFixedThreadPool(writers);
    List<Future<Void>> done = new ArrayList<>();
    for (int w = 0; w < writers; w++) {
      int writer = w;
      Callable<Void> work =
          () -> {
            try (ModelAdmin own = ModelAdmin.of(clients, topics)) {
              for (int i = 0; i < each; i++) {
                promoteUntilTaken(own, "m" + (writer * each + i));
              }
            }
            return null;
          };
      done.add(threads.submit(work));
    }
    for (Future<Void> one : done) {
      one.get();
    }
    threads.shutdown();
    // Then
    try (RegistryFollower follower = follower()) {
      assertThat(follower.registry().activations())
          .extracting(Activation::number)
          .containsExactlyElementsOf(LongStream.rangeClosed(0, writers * each).boxed().toList());
      assertThat(follower.registry().activations().subList(1, writers * each + 1))
          .extracting(Activation::modelId)
          .containsExactlyInAnyOrderElementsOf(
              IntStream.range(0, writers * each).mapToObj(i -> "m" + i).toList());
    }
  }

  /** With this number of writers at once some give up and report it. */
  private static void promoteUntilTaken(ModelAdmin admin, String id) throws IOException {
    for (int attempt = 0; ; attempt++) {
      try {
        admin.promote(SceneName.DEFAULT, id, author("its turn"));
        return;
      } catch (IOException e) {
        assertThat(e).hasMessageContaining("overtaken by another process");
        if (attempt == 10) {
          throw e;
        }
      }
    }
  }

  @Test
  void shouldRefuseABundleOfWhichAPartWasChanged() throws Exception {
    // Given
    ModelBundle bundle = Bundles.filled("one", LARGE);
    admin.begin(bundle, null, author("first"));
    write(new ModelRecords.Part("one", 2).key(), new byte[] {1, 2, 3});
    // When, Then
    try (RegistryFollower follower = follower()) {
      assertThatThrownBy(() -> follower.bundle("one"))
          .isInstanceOf(BadBundleException.class)
          .hasMessageContaining("the bundle of model one has SHA-256")
          .hasMessageContaining("the registry says");
      // and when it is gone
      write(new ModelRecords.Part("one", 2).key(), null);
      follower.refreshed();
      assertThatThrownBy(() -> follower.bundle("one"))
          .isInstanceOf(BadBundleException.class)
          .hasMessageContaining("lacks 1 of the");
      assertThatThrownBy(() -> follower.bundle("two"))
          .isInstanceOf(BadBundleException.class)
          .hasMessageContaining("no model 'two', only [one]");
    }
  }

  @Test
  void shouldRefuseABundleThatIsNotTheOneOfItsEntry() throws Exception {
    // Given an entry that says of other bytes that they are this model
    ModelBundle bundle = Bundles.filled("one", 100);
    ModelRegistry registry = admin.begin(bundle, null, author("first"));
    Entry entry = registry.entry("one").orElseThrow();
    Entry lying =
        new Entry(
            "one",
            SceneName.DEFAULT,
            "00",
            null,
            entry.publishedAt(),
            entry.publishedBy(),
            entry.bytes(),
            entry.sha256(),
            entry.parts(),
            null,
            null,
            Map.of(),
            List.of(),
            null);
    write(ModelRecords.key(lying.key()), ModelRecords.value(lying));
    // When, Then
    try (RegistryFollower follower = follower()) {
      assertThatThrownBy(() -> follower.bundle("one"))
          .isInstanceOf(BadBundleException.class)
          .hasMessageContaining("has the digest 00, its bundle is one with " + bundle.digest());
    }
  }

  @Test
  void shouldLeaveOutWhatItCannotReadAndGoOn() throws Exception {
    // Given
    write(ModelRecords.key("model/odd"), new byte[] {9, 9});
    write(ModelRecords.key("of-a-later-version"), new byte[] {1});
    // When
    admin.begin(Bundles.empty("one"), null, author("first"));
    // Then
    try (RegistryFollower follower = follower()) {
      assertThat(follower.registry().entries()).extracting(Entry::id).containsExactly("one");
    }
  }

  /** Also after its model got a label: compaction then keeps only the entry behind it. */
  @Test
  void shouldIgnoreAnActivationOfAModelThatWasNeverPublished() throws Exception {
    // Given
    admin.begin(Bundles.empty("one"), null, author("first"));
    admin.label("one", "site", "north");
    RegistryRecord forged =
        new Activation(
            7,
            SceneName.DEFAULT,
            "never-published",
            "00",
            Activation.Kind.PROMOTION,
            Instant.EPOCH,
            "x",
            "forged");
    write(ModelRecords.key(forged.key()), ModelRecords.value(forged));
    RegistryRecord start = new Start(7, 0, 0);
    write(ModelRecords.key(start.key()), ModelRecords.value(start));
    admin.publish(Bundles.empty("two"), SceneName.DEFAULT, null, null, author("second"));
    // When
    try (RegistryFollower follower = follower()) {
      // Then
      assertThat(follower.registry().scene(SceneName.DEFAULT).active().orElseThrow().modelId())
          .isEqualTo("one");
      assertThat(follower.registry().scene(SceneName.DEFAULT).at(0, 5).orElseThrow().modelId())
          .isEqualTo("one");
      admin.promote(SceneName.DEFAULT, "two", author("better"));
      assertThat(follower.refreshed().scene(SceneName.DEFAULT).active().orElseThrow().number())
          .isEqualTo(8);
      assertThat(follower.registry().scene(SceneName.DEFAULT).at(0, 5).orElseThrow().modelId())
          .isEqualTo("one");
      // and it can be removed
      admin.cleanUp(Map.of(0, 0L), 0, NOTHING_OUTSIDE);
      assertThat(follower.refreshed().ignored()).isEmpty();
      assertThat(follower.registry().starts(7)).isEmpty();
    }
  }

  @Test
  void shouldTellListenersAndCleanUp() throws Exception {
    // Given
    admin.begin(Bundles.empty("one"), null, author("first"));
    admin.publish(
        Bundles.empty("tried"), SceneName.DEFAULT, null, "kept: no better", author("candidate"));
    admin.publish(Bundles.empty("named"), SceneName.DEFAULT, null, null, author("candidate"));
    admin.label("named", "site", "north");
    List<Integer> sizes = new ArrayList<>();
    try (RegistryFollower follower = follower()) {
      Runnable stop = follower.onChange(() -> sizes.add(follower.registry().entries().size()));
      // When
      admin.cleanUp(Map.of(0, 0L), 0, NOTHING_OUTSIDE);
      follower.refreshed();
      stop.run();
      // Then
      assertThat(follower.registry().entries())
          .extracting(Entry::id)
          .containsExactly("named", "one");
      assertThat(sizes).last().isEqualTo(2);
      assertThatThrownBy(() -> follower.bundle("tried")).hasMessageContaining("no model 'tried'");
    }
  }

  @Test
  void shouldKeepStartsThatScoringWroteInBetween() throws Exception {
    // Given
    admin.begin(Bundles.empty("one"), null, author("first"));
    admin.publish(Bundles.empty("two"), SceneName.DEFAULT, null, null, author("second"));
    admin.promote(SceneName.DEFAULT, "two", author("better"));
    RegistryRecord start = new Start(1, 0, 42);
    write(ModelRecords.key(start.key()), ModelRecords.value(start));
    // When
    ModelRegistry registry = admin.rollback(SceneName.DEFAULT, null, author("worse"));
    // Then
    assertThat(registry.scene(SceneName.DEFAULT).at(0, 42).orElseThrow().modelId())
        .isEqualTo("two");
    assertThat(registry.scene(SceneName.DEFAULT).at(0, 41).orElseThrow().modelId())
        .isEqualTo("one");
    assertThat(registry.scene(SceneName.DEFAULT).pending(0).orElseThrow().modelId())
        .isEqualTo("one");
  }

  private void write(byte[] key, byte[] value) throws Exception {
    try (Producer<byte[], byte[]> producer = broker.clients().frameProducer()) {
      producer.send(new ProducerRecord<>(topics.models().name(), 0, key, value)).get();
    }
  }
}
