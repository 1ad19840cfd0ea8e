package dev.residua.app.kafka;

import dev.residua.app.process.StartFailedException;
import dev.residua.incident.ControlCommand;
import dev.residua.wire.KafkaFailures;
import dev.residua.wire.RootCause;
import dev.residua.wire.Topic;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/** Writes commands of operators to the control topic. For any thread. */
public final class ControlWriter implements AutoCloseable {
  private static final long TIMEOUT_SECONDS = 30;

  private final Topic<String, ControlCommand> topic;
  private final String servers;
  private final KafkaProducer<byte[], byte[]> producer;

  /**
   * Connects with the first command.
   *
   * @throws StartFailedException if the settings of the clients cannot be used
   */
  public ControlWriter(KafkaClients clients, Topic<String, ControlCommand> topic)
      throws StartFailedException {
    this.topic = topic;
    this.servers = clients.bootstrapServers();
    this.producer = clients.create(clients::frameProducer);
  }

  /**
   * Writes a command and waits until Kafka has stored it.
   *
   * @param id identity of the command
   * @param command null takes an earlier command back
   * @throws IOException with the remedy, if Kafka does not store it
   */
  public void write(String id, @Nullable ControlCommand command) throws IOException {
    byte[] key = topic.key().serializer().serialize(topic.name(), id);
    byte[] value = topic.write(command);
    try {
      producer
          .send(new ProducerRecord<>(topic.name(), key, value))
          .get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw failed(Objects.requireNonNullElse(e.getCause(), e));
    } catch (TimeoutException | KafkaException e) {
      throw failed(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted before the command was written", e);
    }
  }

  private IOException failed(Throwable why) {
    return new IOException(
        KafkaFailures.explain(why, servers)
            .map(reason -> "cannot write to %s: %s".formatted(topic.name(), reason))
            .orElse(
                "writing to %s on %s failed: %s; is a broker running there, and does the topic exist?"
                    .formatted(topic.name(), servers, RootCause.message(why))),
        why);
  }

  @Override
  public void close() {
    producer.close(Duration.ofSeconds(2));
  }
}
