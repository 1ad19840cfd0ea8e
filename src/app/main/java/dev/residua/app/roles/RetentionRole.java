package dev.residua.app.roles;

import dev.residua.app.kafka.ConsumerGroups;
import dev.residua.app.kafka.KafkaClients;
import dev.residua.app.kafka.SourceRetention;
import dev.residua.app.metrics.RetentionMetrics;
import java.time.Clock;
import java.time.Duration;

/** The part of the alerting role that deletes records past the retention of their source. */
final class RetentionRole implements AutoCloseable {
  private static final Duration PERIOD = Duration.ofMinutes(1);
  private static final int POLLED = 200;
  private static final long STOP_MILLIS = 15_000;

  private final LoopThread thread;

  RetentionRole(RoleContext context) {
    KafkaClients clients = context.clients();
    String group = ConsumerGroups.retention(context.config().topicPrefix());
    String member = group + "-" + context.config().instance();
    SourceRetention retention =
        new SourceRetention(
            () -> clients.scoringConsumer(group, member, POLLED),
            SourceRetention.Deletion.of(clients),
            context.topics(),
            context.rules()::state,
            Clock.systemUTC(),
            PERIOD,
            new RetentionMetrics(context.meters(), context::beat));
    this.thread = new LoopThread("residua-retention", retention, retention::stop, STOP_MILLIS);
  }

  @Override
  public void close() throws InterruptedException {
    thread.close();
  }
}
