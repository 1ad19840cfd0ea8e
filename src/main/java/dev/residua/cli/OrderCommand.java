package dev.residua.cli;

import dev.residua.incident.ControlCommand;
import dev.residua.incident.ControlCommand.Order;
import dev.residua.wire.Topic;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A command that puts what an operator says on the control topic. */
abstract class OrderCommand implements Callable<Integer> {
  @Mixin KafkaOptions kafka = new KafkaOptions();

  @Option(
      names = "--sources",
      paramLabel = "REGEX",
      description = "Sources that it is about: a regular expression for the whole name.")
  String sources = ".*";

  @Option(
      names = "--by",
      paramLabel = "NAME",
      defaultValue = "${sys:user.name}",
      description = "Who says so.")
  String by;

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      description = "Why; kept on the topic. Required, but with --take-back.",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  String reason = "";

  @Option(
      names = "--id",
      paramLabel = "ID",
      description = "Identity; replaces an earlier command of the same id (default: a new one).",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  @Nullable String id;

  @Option(names = "--take-back", paramLabel = "ID", description = "Take an earlier command back.")
  @Nullable String takeBack;

  @CommandLine.Spec CommandLine.Model.CommandSpec spec;

  /** What is to be said. */
  abstract ControlCommand command(Order order);

  @Override
  public Integer call() {
    ControlCommand command = null;
    String key = takeBack;
    if (key == null) {
      try {
        key = id == null ? UUID.randomUUID().toString() : id;
        command = command(new Order(key, sources, by, reason, Instant.now()));
      } catch (IllegalArgumentException e) {
        throw new CommandFailedException(Failures.reason(e), e);
      }
    }
    send(key, command);
    spec.commandLine().getOut().printf("%s %s%n", command == null ? "took back" : "said", key);
    return 0;
  }

  private void send(String key, @Nullable ControlCommand command) {
    Topic<String, ControlCommand> topic = kafka.topics().control();
    try (KafkaProducer<byte[], byte[]> producer = kafka.clients().frameProducer()) {
      byte[] value =
          command == null ? null : topic.value().serializer().serialize(topic.name(), command);
      producer
          .send(
              new ProducerRecord<>(
                  topic.name(), topic.key().serializer().serialize(topic.name(), key), value))
          .get();
    } catch (ExecutionException | KafkaException e) {
      throw new CommandFailedException(
          "writing to %s on %s failed: %s; is a broker running there, and does the topic exist?"
              .formatted(topic.name(), kafka.bootstrap, Failures.reason(e)),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailedException("interrupted before the command was written", e);
    }
  }

  /** A value that the command cannot do without. */
  static <T> T required(@Nullable T value, String option) {
    if (value == null) {
      throw new CommandFailedException(option + " is missing");
    }
    return value;
  }

  /** A period from {@code --from} (default now) that ends at {@code --until} or after a while. */
  static final class PeriodOptions {
    @Option(
        names = "--from",
        paramLabel = "TIME",
        description = "First capture time, such as 2026-05-01T10:00:00Z (default: now).")
    @Nullable String from;

    @Option(names = "--until", paramLabel = "TIME", description = "Capture time after the last.")
    @Nullable String until;

    @Option(
        names = "--for",
        paramLabel = "DURATION",
        description = "Instead of --until: how long, such as PT2H or PT30M.")
    @Nullable String length;

    ControlCommand.Period period() {
      if ((until == null) == (length == null)) {
        throw new CommandFailedException("give either --until or --for");
      }
      Instant start = from == null ? Instant.now() : time(from, "--from");
      if (until != null) {
        return new ControlCommand.Period(start, time(until, "--until"));
      }
      try {
        return new ControlCommand.Period(
            start, start.plus(Duration.parse(required(length, "--for"))));
      } catch (DateTimeException e) {
        throw new CommandFailedException(
            "--for must be an ISO-8601 duration such as PT2H but was '%s'".formatted(length), e);
      }
    }

    private static Instant time(String text, String option) {
      try {
        return OffsetDateTime.parse(text).toInstant();
      } catch (DateTimeException e) {
        throw new CommandFailedException(
            "%s must be a time such as 2026-05-01T10:00:00Z but was '%s'".formatted(option, text),
            e);
      }
    }
  }
}
