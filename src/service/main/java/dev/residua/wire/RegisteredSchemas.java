package dev.residua.wire;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The ids under which a registry has the released schemas of a record. They are asked for once, all
 * together, so that reading and writing need no registry afterwards. Thread-safe.
 */
final class RegisteredSchemas {
  private final RegistryClient registry;
  private final String subject;
  private final String record;
  private @Nullable Known known;

  /**
   * @param newest id to write with; empty if the registry does not have the newest schema
   */
  private record Known(Map<Integer, Schema> byId, OptionalInt newest) {}

  private interface Question {
    OptionalInt id(Schema schema) throws RegistryClient.RefusalException;
  }

  /**
   * @param subject of the topic, such as {@code residua.scores-value}
   * @param record name without namespace
   */
  RegisteredSchemas(RegistryClient registry, String subject, String record) {
    this.registry = registry;
    this.subject = subject;
    this.record = record;
  }

  /**
   * Registers all released schemas, the oldest first. Those that are there keep their ids.
   *
   * @throws IllegalStateException if the registry refuses one
   * @throws RegistryUnavailableException if it does not answer
   */
  synchronized void register() {
    known = ask(schema -> OptionalInt.of(registry.register(subject, schema)));
  }

  /**
   * The id of the newest schema; registers it if that has not happened yet.
   *
   * @throws RegistryUnavailableException if the registry does not answer
   */
  synchronized int newest() {
    if (known == null || known.newest().isEmpty()) {
      register();
    }
    return known().newest().orElseThrow();
  }

  /**
   * The schema with an id; null if it is none of the released schemas of this record.
   *
   * @throws RegistryUnavailableException if the registry does not answer
   */
  synchronized @Nullable Schema byId(int id) {
    return known().byId().get(id);
  }

  private Known known() {
    Known now = known;
    if (now == null) {
      now = ask(schema -> registry.idOf(subject, schema));
      known = now;
    }
    return now;
  }

  private Known ask(Question question) {
    Map<Integer, Schema> byId = new HashMap<>();
    OptionalInt newest = OptionalInt.empty();
    for (Schema schema : SingleObject.releasedSchemas(record)) {
      try {
        newest = question.id(schema);
      } catch (RegistryClient.RefusalException e) {
        throw new IllegalStateException(
            "the schema registry at %s refuses the schema of %s: %s; see what differs with 'residua schemas register'"
                .formatted(registry.url(), subject, e.getMessage()),
            e);
      }
      newest.ifPresent(id -> byId.put(id, schema));
    }
    return new Known(byId, newest);
  }
}
