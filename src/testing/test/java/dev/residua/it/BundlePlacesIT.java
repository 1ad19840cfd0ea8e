package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.residua.app.kafka.TopicAdmin;
import dev.residua.app.model.BundleStores;
import dev.residua.app.model.ModelCleanUp;
import dev.residua.app.process.StartFailedException;
import dev.residua.frame.SceneName;
import dev.residua.model.BadBundleException;
import dev.residua.model.BundleSignature;
import dev.residua.model.ModelBundle;
import dev.residua.model.RegistryRecord;
import dev.residua.model.RegistryRecord.Activation;
import dev.residua.model.RegistryRecord.Entry;
import dev.residua.model.RegistryRecord.Start;
import dev.residua.model.SigningKey;
import dev.residua.registry.ModelAdmin;
import dev.residua.registry.ModelAdmin.Author;
import dev.residua.registry.ModelAdmin.Removal;
import dev.residua.registry.RegistryFollower;
import dev.residua.s3.S3Access;
import dev.residua.testing.AwsCredentials;
import dev.residua.testing.Bundles;
import dev.residua.testing.S3Proxy;
import dev.residua.testing.Service;
import dev.residua.testing.TestBroker;
import dev.residua.topic.TopicClients;
import dev.residua.wire.ModelRecords;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bundles that lie outside Kafka, with the registry on a real broker. */
class BundlePlacesIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static TestBroker broker;
  private static int number;

  @TempDir Path temporary;

  private String prefix;
  private Topics topics;
  private TopicClients clients;
  private ModelAdmin admin;
  private Path folder;
  private BundleStores places;

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
    prefix = "places" + number++ + ".";
    topics = new Topics(prefix);
    clients = broker.clients().registry(prefix);
    admin = ModelAdmin.of(clients, topics);
    folder = temporary.resolve("shared models");
    places = new BundleStores(folder.toUri().toString(), S3Access.AWS);
    try (TopicAdmin topicAdmin = new TopicAdmin(broker.clients())) {
      topicAdmin.create(topics, 2, Optional.empty());
    }
  }

  @AfterEach
  void closeRegistry() {
    admin.close();
    places.close();
  }

  private static Author author(String reason) {
    return new Author("a test", reason, Instant.parse("2026-03-01T12:00:00Z"));
  }

  /** As a process that keeps its own bundles in Kafka. */
  private RegistryFollower follower() throws IOException {
    RegistryFollower follower =
        new RegistryFollower(clients, topics, new BundleStores(BundleStores.KAFKA, S3Access.AWS));
    follower.refreshed();
    return follower;
  }

  private Entry entry(String id) throws Exception {
    try (RegistryFollower follower = follower()) {
      return follower.registry().entry(id).orElseThrow();
    }
  }

  private static Path file(Entry entry) {
    return Path.of(URI.create(entry.location()));
  }

  @Test
  void shouldKeepABundleInAFolderThatAnotherProcessReads() throws Exception {
    // Given
    ModelBundle bundle = Bundles.filled("one", 700_000);
    String root = folder.toUri() + "/";
    // When
    admin.begin(bundle, places.outside(), author("first"));
    Service.Result exported =
        Service.run(
            temporary,
            LIMIT,
            List.of(
                "model",
                "export",
                "--bootstrap",
                broker.bootstrapServers(),
                "--topic-prefix",
                prefix,
                "--out",
                "copy.residua"));
    // Then
    assertThat(exported.exitCode()).as(exported.err()).isZero();
    assertThat(temporary.resolve("copy.residua")).hasBinaryContent(bundle.toBytes());
    assertThat(entry("one").parts()).isZero();
    assertThat(entry("one").location())
        .isEqualTo(root + "one/" + ModelBundle.sha256(bundle.toBytes()) + ".residua");
  }

  @Test
  void shouldRefuseADamagedFileAndSayWhatToDoAboutAMissingOne() throws Exception {
    // Given
    ModelBundle bundle = Bundles.filled("one", 1_000);
    admin.begin(bundle, places.outside(), author("first"));
    Path file = file(entry("one"));
    byte[] damaged = bundle.toBytes();
    damaged[damaged.length / 2] ^= 1;
    // When
    Files.write(file, damaged);
    // Then
    try (RegistryFollower follower = follower()) {
      assertThatThrownBy(() -> follower.bundle("one"))
          .isInstanceOf(BadBundleException.class)
          .hasMessageContaining("has SHA-256 " + ModelBundle.sha256(damaged))
          .hasMessageContaining("the registry says " + ModelBundle.sha256(bundle.toBytes()));
      // and when it is gone
      Files.delete(file);
      assertThatThrownBy(() -> follower.bundle("one"))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("model one cannot be fetched from " + file.toUri())
          .hasMessageContaining("does not exist")
          .hasMessageContaining("residua model publish FILE");
      // until it is published again
      admin.publish(
          bundle,
          SceneName.DEFAULT,
          places.outside(),
          null,
          author("it is in the registry already"));
      assertThat(file).doesNotExist();
      admin.publishAgain(bundle, SceneName.DEFAULT, places.outside(), author("it was lost"));
      follower.refreshed();
      assertThat(follower.bundle("one").toBytes()).isEqualTo(bundle.toBytes());
    }
  }

  @Test
  void shouldReadNoFileThatIsNotTheEntrysOwn() throws Exception {
    // Given
    ModelBundle bundle = Bundles.filled("one", 10);
    String elsewhere = temporary.resolve("secret").toUri().toString();
    // When
    admin.publish(
        bundle, SceneName.DEFAULT, (given, bytes) -> elsewhere, null, author("a wrong place"));
    // Then
    try (RegistryFollower follower = follower()) {
      assertThatThrownBy(() -> follower.bundle("one"))
          .isInstanceOf(BadBundleException.class)
          .hasMessageContaining("cannot be fetched from '" + elsewhere)
          .hasMessageContaining("the address does not end with /one/");
    }
    assertThatThrownBy(() -> new BundleStores("ftp://host/models", S3Access.AWS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected kafka, file:///folder/ or s3://bucket/prefix");
  }

  @Test
  void shouldDeleteWhatItRemovesAndNameWhatIsLeft() throws Exception {
    // Given
    admin.begin(Bundles.filled("one", 10), null, author("first"));
    for (String id : List.of("two", "three", "four")) {
      admin.publish(
          Bundles.filled(id, 10), SceneName.DEFAULT, places.outside(), null, author("tried"));
    }
    Path two = file(entry("two"));
    Path three = file(entry("three"));
    Path four = file(entry("four"));
    Files.delete(three);
    Files.createDirectories(three.resolve("in the way")); // no longer a file
    admin.label("four", "site", "north");
    // When
    Removal removal = ModelCleanUp.run(broker.clients(), topics, admin, places::discard, 0);
    // Then
    assertThat(removal.models()).extracting(Entry::id).containsExactly("three", "two");
    assertThat(removal.left()).hasSize(1);
    assertThat(removal.left().get(0))
        .contains("removed model three is left at")
        .contains(three.getFileName() + ": it cannot be deleted");
    assertThat(two).doesNotExist();
    assertThat(four).exists();
    // and one that is named
    admin.remove("four", places::discard);
    assertThat(four).doesNotExist();
    assertThatThrownBy(() -> entry("four")).hasMessageContaining("No value present");
  }

  @Test
  void shouldForgetActivationsThatHoldForNoStoredFrame() throws Exception {
    // Given
    admin.begin(Bundles.empty("one"), null, author("first"));
    for (String id : List.of("two", "three", "four")) {
      admin.publish(Bundles.empty(id), SceneName.DEFAULT, null, null, author("better"));
      admin.promote(SceneName.DEFAULT, id, author("better"));
    }
    // When nothing is stored yet, every activation may be asked for
    Removal removal = ModelCleanUp.run(broker.clients(), topics, admin, places::discard, 0);
    // Then
    assertThat(removal.activations()).isEmpty();
    assertThat(ModelCleanUp.sentences(removal)).isEmpty();
    // and when the frames before the last two are gone
    for (long activation = 1; activation <= 3; activation++) {
      begin(activation, 0);
      begin(activation, 1);
    }
    Removal second = ModelCleanUp.run(broker.clients(), topics, admin, places::discard, 0);
    assertThat(second.activations()).containsExactly(0L, 1L);
    assertThat(ModelCleanUp.sentences(second))
        .contains("removed 2 activations that apply to no stored frame: [0, 1]")
        .anyMatch(sentence -> sentence.startsWith("removed model one, published 2026-03-01"));
    try (RegistryFollower follower = follower()) {
      assertThat(follower.registry().activations())
          .extracting(Activation::modelId)
          .containsExactly("three", "four");
    }
  }

  private void begin(long activation, int partition) throws Exception {
    RegistryRecord start = new Start(activation, partition, 0);
    try (Producer<byte[], byte[]> producer = broker.clients().frameProducer()) {
      producer
          .send(
              new ProducerRecord<>(
                  topics.models().name(),
                  Topics.REGISTRY_PARTITION,
                  ModelRecords.key(start.key()),
                  ModelRecords.value(start)))
          .get();
    }
  }

  @Test
  void shouldTakeASignatureForAModelThatIsThere() throws Exception {
    // Given
    ModelBundle plain = Bundles.filled("one", 700_000);
    SigningKey key = SigningKey.generate(new SecureRandom());
    admin.begin(plain, null, author("first"));
    admin.label("one", "site", "north");
    // When
    admin.publish(plain.signed(key), SceneName.DEFAULT, null, null, author("signed"));
    admin.publish(plain, SceneName.DEFAULT, null, null, author("does not take the signature away"));
    // Then
    try (RegistryFollower follower = follower()) {
      assertThat(follower.bundle("one").signature())
          .map(BundleSignature::keyId)
          .contains(key.keyId());
      assertThat(follower.registry().entry("one").orElseThrow().labels()).containsKey("site");
    }
    // and in a folder it lies beside the one without
    ModelBundle other = Bundles.filled("other", 10);
    admin.publish(other, SceneName.DEFAULT, places.outside(), null, author("second"));
    admin.publish(other.signed(key), SceneName.DEFAULT, places.outside(), null, author("signed"));
    try (RegistryFollower follower = follower()) {
      assertThat(follower.bundle("other").signature()).isPresent();
    }
  }

  @Test
  void shouldKeepABundleInABucket() throws Exception {
    // Given
    String problem = S3Proxy.problem();
    if (problem != null) {
      System.out.println("skipped: " + problem);
    }
    assumeTrue(problem == null, problem);
    try (AwsCredentials credentials = S3Proxy.credentials();
        S3Proxy proxy = S3Proxy.start(temporary, "models")) {
      S3Access s3 = new S3Access(Optional.of(proxy.url()), Optional.of("eu-central-1"), true);
      ModelBundle bundle = Bundles.filled("one", 700_000);
      ModelBundle tried = Bundles.filled("tried", 10);
      // When
      try (BundleStores bucket = new BundleStores("s3://models/residua", s3);
          BundleStores others = new BundleStores(BundleStores.KAFKA, s3);
          RegistryFollower follower = new RegistryFollower(clients, topics, others)) {
        admin.begin(bundle, bucket.outside(), author("first"));
        admin.publish(tried, SceneName.DEFAULT, bucket.outside(), null, author("candidate"));
        follower.refreshed();
        // Then
        assertThat(follower.registry().entry("one").orElseThrow().location())
            .startsWith("s3://models/residua/one/");
        assertThat(follower.bundle("one").toBytes()).isEqualTo(bundle.toBytes());
        Entry entry = follower.registry().entry("tried").orElseThrow();
        assertThat(admin.remove("tried", others::discard).left()).isEmpty();
        assertThatThrownBy(() -> others.fetch(entry, entry.location()))
            .isInstanceOf(IOException.class)
            .hasMessageContaining("model tried cannot be fetched from s3://models/residua/tried/")
            .hasMessageContaining("does not exist");
      }
    }
  }
}
