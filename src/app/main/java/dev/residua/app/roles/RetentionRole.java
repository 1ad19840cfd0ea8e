package dev.residua.app.roles;

import dev.residua.app.kafka.ConsumerGroups;
import dev.residua.app.kafka.KafkaClients;
import dev.residua.app.kafka.SourceRetention;
import dev.residua.source.SourceRules;
import dev.residua.wire.Topics;
import java.time.Clock;
import java.time.Duration;
import java.util.function.Supplier;

/** The part of the alerting role that deletes what is past the retention of its source. */
public final class RetentionRole implements AutoCloseable {
  private static final Duration PERIOD = Duration.ofMinutes(1);
  private static final int POLLED = 200;
  private static final long STOP_MILLIS = 15_000;

  private final LoopThread thread;

  /**
   * @param prefix start of all topic names
   * @param instance name of this process
   * @param rules as read so far
   */
  public RetentionRole(
      KafkaClients clients,
      Topics topics,
      String prefix,
      String instance,
      Supplier<SourceRules> rules,
      SourceRetention.Listener listener) {
    String group = ConsumerGroups.retention(prefix);
    SourceRetention retention =
        new SourceRetention(
            () -> clients.scoringConsumer(group, group + "-" + instance, POLLED),
            SourceRetention.Deletion.of(clients),
            topics,
            rules,
            Clock.systemUTC(),
            PERIOD,
            listener);
    this.thread = new LoopThread("residua-retention", retention, retention::stop, STOP_MILLIS);
  }

  @Override
  public void close() throws InterruptedException {
    thread.close();
  }
}
