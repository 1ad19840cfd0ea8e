package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.access.AuditEntry;
import dev.residua.app.kafka.KafkaClients;
import dev.residua.app.model.Models;
import dev.residua.testing.CommandRun;
import dev.residua.testing.TestBroker;
import dev.residua.testing.TopicReader;
import dev.residua.wire.Topics;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Entries of the audit log by commands that change the registry and the topics. */
class RegistryAuditIT {
  private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);

  @TempDir Path directory;

  private KafkaClients clients;

  private void residua(String... words) {
    List<String> all = new ArrayList<>(List.of(words));
    all.addAll(List.of("--by", "ann"));
    CommandRun run = CommandRun.against(clients, all.toArray(String[]::new));
    assertThat(run.exit()).as(run.output()).isZero();
    assertThat(run.output()).doesNotContain("not recorded");
  }

  private String bundle(String id) throws Exception {
    Path file = directory.resolve(id + ".residua");
    Models.read(Optional.empty()).withId(id).write(file);
    return file.toString();
  }

  @Test
  void shouldRecordEveryChangeOfRegistryAndTopics() throws Exception {
    try (TestBroker kafka = TestBroker.start()) {
      // Given
      clients = kafka.clients();

      // When
      residua("topics", "create", "--partitions", "1");
      residua("topics", "create"); // has nothing to do
      residua("model", "publish", bundle("one"), "--scene", "pumps");
      residua("model", "label", "one", "site=north");
      residua("model", "promote", "one", "--scene", "pumps", "--reason", "new", "--wait", "PT0S");
      residua("model", "promote", bundle("two"), "--reason", "first", "--wait", "PT0S");
      residua("model", "shadow", "one", "--rate", "0.5");
      residua("model", "shadow", "--end");
      residua("model", "publish", bundle("three"));
      residua("model", "remove", "three");
      residua("model", "publish", bundle("four"));
      residua("model", "clean", "--keep", "0");

      // Then
      List<AuditEntry> entries = TopicReader.values(clients, TOPICS.audit());
      assertThat(entries)
          .extracting(e -> "%s %s %s".formatted(e.action(), e.target(), e.scene()).strip())
          .satisfies(first -> assertThat(first.get(0)).startsWith("create-topics residua."))
          .endsWith(
              "publish-model one pumps",
              "label-model one pumps",
              "promote one pumps",
              "publish-model two default",
              "promote two default",
              "shadow-model one default",
              "end-shadow  default",
              "publish-model three default",
              "remove-model three default",
              "publish-model four default",
              "remove-model four default")
          .hasSize(12);
      assertThat(entries).extracting(AuditEntry::by).containsOnly("ann (claimed)");
      assertThat(entries)
          .extracting(AuditEntry::detail)
          .contains("partitions=1 replication=default", "site=north", "first");
      assertThat(entries)
          .filteredOn(e -> e.action().equals("shadow-model"))
          .singleElement()
          .extracting(AuditEntry::detail)
          .asString()
          .startsWith("rate=0.5 until=");
    }
  }
}
