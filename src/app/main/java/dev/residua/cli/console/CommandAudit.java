package dev.residua.cli.console;

import dev.residua.access.AuditEntry;
import dev.residua.access.AuditEntry.Outcome;
import dev.residua.app.kafka.AuditWriter;
import dev.residua.app.process.StartFailedException;
import dev.residua.topic.TopicSpans;
import dev.residua.wire.RootCause;
import dev.residua.wire.Topics;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;

/** Adds the changes of a command to the audit log. */
public final class CommandAudit {
  private CommandAudit() {}

  /**
   * The entry of a change that was just made.
   *
   * @param by author, marked as a claim
   * @param action such as {@code silence}
   * @param target id of the changed object
   * @param sources known sources that it concerns
   * @param scene scene whose models it concerns; empty for none
   * @param detail reason, or the change
   */
  public static AuditEntry entry(
      String by,
      String action,
      String target,
      Collection<String> sources,
      String scene,
      String detail) {
    return new AuditEntry(
        Instant.now().truncatedTo(ChronoUnit.MICROS),
        by,
        action,
        target,
        sources.stream().sorted().limit(AuditEntry.MAX_SOURCES).toList(),
        sources.size(),
        scene,
        Outcome.DONE,
        detail);
  }

  /** Adds entries. If that is not possible, a line on standard error says so: the change stays. */
  public static void record(KafkaOptions kafka, PrintWriter err, List<AuditEntry> entries) {
    Topics topics = kafka.topics();
    if (entries.isEmpty()) {
      return;
    }
    try {
      try (Consumer<byte[], byte[]> consumer = kafka.consumer()) {
        if (TopicSpans.partitions(consumer, topics.audit().name()).isEmpty()) {
          warn(err, topics, "there is no such topic; residua topics create makes it");
          return;
        }
      }
      try (AuditWriter writer =
          new AuditWriter(
              kafka.clients(),
              topics.audit(),
              (lost, why) -> warn(err, topics, RootCause.message(why)))) {
        entries.forEach(writer::append);
      }
    } catch (KafkaException | StartFailedException e) {
      warn(err, topics, RootCause.message(e));
    }
  }

  private static void warn(PrintWriter err, Topics topics, String why) {
    err.printf(
        "residua: the change was made, but it is not recorded on %s: %s%n",
        topics.audit().name(), why);
    err.flush();
  }
}
