package dev.residua.wire;

import dev.residua.avro.Frame;
import dev.residua.frame.RejectedFrameException;
import dev.residua.frame.RejectedFrameException.Reason;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.io.DatumReader;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;

/**
 * Cache of a registry's schemas by id: a reader of frames, or a reason to refuse them. Requests
 * each id once, and a missing id again after a while. If the registry does not answer, tries for
 * some seconds and then throws an exception that does not blame the record. Thread-safe.
 */
final class WriterSchemas {
  /** Max number of cached ids; the least recently used one is evicted. */
  static final int CAPACITY = 1000;

  /** Max time for which a call waits for the registry. */
  static final Duration TIMEOUT = Duration.ofSeconds(5);

  private static final Duration UNKNOWN_FOR = Duration.ofSeconds(10);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);
  private static final int MAX_SCHEMA_CHARACTERS = 1 << 20;
  private static final int MAX_REFERENCES = 32;

  private static final SpecificData DATA = SpecificData.getForClass(Frame.class);
  private static final Schema FRAME = DATA.getSchema(Frame.class);

  private final RegistryClient registry;
  private final Duration patience;
  private final LongSupplier nanoTime;
  private final Map<Integer, Known> known = BoundedMap.ofLastUsed(CAPACITY);

  private sealed interface Known permits Readable, Unreadable {}

  private record Readable(DatumReader<Frame> reader) implements Known {}

  /**
   * @param sinceNanos when the registry said so
   */
  private record Unreadable(Reason reason, String why, long sinceNanos) implements Known {}

  /**
   * @param patience how long the registry may be away before a call gives up
   * @param nanoTime as {@link System#nanoTime}
   */
  WriterSchemas(RegistryClient registry, Duration patience, LongSupplier nanoTime) {
    this.registry = registry;
    this.patience = patience;
    this.nanoTime = nanoTime;
  }

  /**
   * The reader of records that were written with a schema.
   *
   * @param id as it stands in the record
   * @throws RejectedFrameException if the registry has no such schema, or it cannot be read as a
   *     frame
   * @throws RegistryUnavailableException if the registry does not say
   */
  DatumReader<Frame> reader(int id) throws RejectedFrameException {
    Known found;
    synchronized (known) {
      found = known.get(id);
    }
    if (found == null || isOver(found)) {
      found = fetch(id);
      synchronized (known) {
        known.put(id, found);
      }
    }
    if (found instanceof Unreadable refusal) {
      throw new RejectedFrameException(refusal.reason(), refusal.why());
    }
    return ((Readable) found).reader();
  }

  /** Known schemas never change; a missing schema may be added to the registry. */
  private boolean isOver(Known found) {
    return found instanceof Unreadable refusal
        && refusal.reason() == Reason.UNKNOWN_SCHEMA
        && nanoTime.getAsLong() - refusal.sinceNanos() > UNKNOWN_FOR.toNanos();
  }

  private Known fetch(int id) {
    long end = nanoTime.getAsLong() + patience.toNanos();
    long pause = FIRST_PAUSE.toNanos();
    while (true) {
      try {
        return ask(id);
      } catch (RegistryUnavailableException e) {
        if (nanoTime.getAsLong() + pause > end || Thread.currentThread().isInterrupted()) {
          throw e;
        }
        LockSupport.parkNanos(pause);
        pause = Math.min(2 * pause, LONGEST_PAUSE.toNanos());
      }
    }
  }

  private Known ask(int id) {
    String name = "the schema with id " + Integer.toUnsignedString(id);
    Optional<RegistrySchema> found = registry.byId(id);
    if (found.isEmpty()) {
      return refusal(
          Reason.UNKNOWN_SCHEMA,
          "the schema registry at %s has no schema with id %s; expected one under which the producer registered its Frame"
              .formatted(registry.url(), Integer.toUnsignedString(id)));
    }
    RegistrySchema schema = found.get();
    if (!schema.type().equals(RegistrySchema.AVRO)) {
      return refusal(
          Reason.INCOMPATIBLE_SCHEMA,
          "%s is of type %s; expected AVRO, with the record %s"
              .formatted(name, schema.type(), FRAME.getFullName()));
    }
    if (schema.text().length() > MAX_SCHEMA_CHARACTERS) {
      return refusal(
          Reason.INCOMPATIBLE_SCHEMA,
          "%s has %,d characters; the most is %,d"
              .formatted(name, schema.text().length(), MAX_SCHEMA_CHARACTERS));
    }
    Schema writer;
    Optional<String> expensive;
    try {
      Schema.Parser parser = new Schema.Parser();
      parseReferences(schema, parser, new HashSet<>());
      writer = parser.parse(schema.text());
      expensive = SchemaCost.expensive(writer);
    } catch (RegistryUnavailableException e) {
      throw e;
    } catch (RuntimeException | StackOverflowError e) { // Avro's parser throws many types
      return refusal(
          Reason.INCOMPATIBLE_SCHEMA,
          "%s is not an Avro schema: %s".formatted(name, e.getMessage()));
    }
    List<String> broken = SchemaRules.broken(FRAME, writer);
    if (!broken.isEmpty()) {
      return refusal(
          Reason.INCOMPATIBLE_SCHEMA,
          "%s (%s) cannot be read as %s: %s"
              .formatted(
                  name, writer.getFullName(), FRAME.getFullName(), String.join("; ", broken)));
    }
    if (expensive.isPresent()) {
      return refusal(
          Reason.INCOMPATIBLE_SCHEMA,
          "%s (%s) is too expensive to read: %s"
              .formatted(name, writer.getFullName(), expensive.get()));
    }
    return new Readable(new SpecificDatumReader<>(writer, FRAME, DATA));
  }

  /** Parses the types that a schema uses from other subjects, dependencies first. */
  private void parseReferences(
      RegistrySchema schema, Schema.Parser parser, Set<RegistrySchema.Reference> seen) {
    for (RegistrySchema.Reference reference : schema.references()) {
      if (!seen.add(reference)) {
        continue;
      }
      if (seen.size() > MAX_REFERENCES) {
        throw new AvroRuntimeException(
            "it refers to more than %d others".formatted(MAX_REFERENCES));
      }
      RegistrySchema referred =
          registry
              .version(reference.subject(), reference.version())
              .orElseThrow(
                  () ->
                      new AvroRuntimeException(
                          "it refers to version %d of %s, which the registry does not have"
                              .formatted(reference.version(), reference.subject())));
      parseReferences(referred, parser, seen);
      parser.parse(referred.text());
    }
  }

  private Known refusal(Reason reason, String why) {
    return new Unreadable(reason, why, nanoTime.getAsLong());
  }
}
