package dev.residua.cli.ops;

import dev.residua.access.AuditEntry;
import dev.residua.access.AuditExport;
import dev.residua.access.AuditQuery;
import dev.residua.cli.console.ConsoleCommand;
import dev.residua.cli.console.KafkaOptions;
import dev.residua.cli.console.OffsetRange;
import dev.residua.cli.console.ProgressBar;
import dev.residua.model.SafeText;
import dev.residua.wire.RootCause;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code audit}: reads the audit log. */
@Command(
    name = "audit",
    description = {
      "Prints who changed what and when, over HTTP and by commands, also what was denied, the oldest first.",
      "Reads the audit topic to its present end."
    })
public final class AuditCommand extends ConsoleCommand {
  private enum Format {
    TEXT,
    CSV,
    JSONL
  }

  @Mixin KafkaOptions kafka = new KafkaOptions();

  @Option(
      names = "--text",
      paramLabel = "TEXT",
      defaultValue = "",
      description =
          "Only entries with this text in the author, action, target, a source or detail.")
  String text;

  @Option(
      names = "--outcome",
      paramLabel = "done|denied|failed",
      defaultValue = "",
      description = "Only entries with this outcome.")
  String outcome;

  @Option(
      names = "--from",
      paramLabel = "TIME",
      defaultValue = "",
      description = "Only entries from this time on, such as 2026-05-01T10:00:00Z.")
  String from;

  @Option(
      names = "--to",
      paramLabel = "TIME",
      defaultValue = "",
      description = "Only entries up to this time.")
  String to;

  @Option(
      names = "--format",
      paramLabel = "text|csv|jsonl",
      defaultValue = "TEXT",
      description = "Text for people, comma-separated values, or one JSON object per line.")
  Format format;

  @Override
  public Integer call() {
    AuditQuery query = AuditQuery.of(text, outcome, from, to);
    if (format == Format.CSV) {
      out().print(AuditExport.CSV.start());
    }
    try (ProgressBar bar = new ProgressBar("reading the audit log")) {
      kafka.read(
          kafka.topics().audit().name(),
          OffsetRange.ALL,
          record -> show(record, query),
          bar::update);
    }
    out().flush();
    return 0;
  }

  private void show(ConsumerRecord<byte[], byte[]> record, AuditQuery query) {
    AuditEntry entry;
    try {
      entry = kafka.topics().audit().read(record.value());
    } catch (SerializationException e) {
      err()
          .printf(
              "residua: the record at offset %d is no audit entry: %s%n",
              record.offset(), RootCause.message(e));
      return;
    }
    if (query.matches(entry)) {
      out()
          .print(
              switch (format) {
                case TEXT -> line(entry) + System.lineSeparator();
                case CSV -> AuditExport.CSV.line(entry);
                case JSONL -> AuditExport.JSONL.line(entry);
              });
    }
  }

  /** One entry for people. */
  static String line(AuditEntry entry) {
    String concerned =
        !entry.scene().isEmpty()
            ? "scene " + entry.scene()
            : entry.sourceCount() == 1 && entry.sources().size() == 1
                ? entry.sources().get(0)
                : entry.sourceCount() == 0 ? "-" : entry.sourceCount() + " sources";
    return SafeText.of(
        "%s  %-6s  %s  %s %s  %s  %s"
            .formatted(
                entry.at(),
                entry.outcome().text(),
                entry.by(),
                entry.action(),
                entry.target(),
                concerned,
                entry.detail()));
  }
}
