package dev.residua.app.roles;

import dev.residua.app.kafka.BudgetSharing;
import dev.residua.app.kafka.KafkaClients;
import dev.residua.app.kafka.SourceRulesWriter;
import dev.residua.source.SourceRules;
import dev.residua.wire.Topics;
import java.time.Duration;
import java.util.function.Supplier;

/** The part of the monitoring role that divides shared budgets. */
public final class SharedBudgetRole implements AutoCloseable {
  private static final Duration PERIOD = Duration.ofSeconds(10);
  private static final long STOP_MILLIS = 5_000;

  private final LoopThread thread;

  /**
   * @param prefix start of all topic names
   * @param rules as read so far
   * @param heartbeat called after every step
   */
  public SharedBudgetRole(
      KafkaClients clients,
      Topics topics,
      String prefix,
      Supplier<SourceRules> rules,
      Runnable heartbeat) {
    BudgetSharing sharing =
        new BudgetSharing(
            clients::follower,
            topics.calibrations(),
            rules,
            SourceRulesWriter.of(clients, topics, prefix),
            PERIOD,
            heartbeat);
    this.thread = new LoopThread("residua-budgets", sharing, sharing::stop, STOP_MILLIS);
  }

  @Override
  public void close() throws InterruptedException {
    thread.close();
  }
}
