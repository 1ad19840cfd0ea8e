package dev.residua.app.roles;

import dev.residua.app.kafka.BudgetSharing;
import dev.residua.app.kafka.SourceRulesWriter;
import java.time.Duration;

/** The part of the monitoring role that divides shared budgets. */
final class SharedBudgetRole implements AutoCloseable {
  private static final Duration PERIOD = Duration.ofSeconds(10);
  private static final long STOP_MILLIS = 5_000;

  private final LoopThread thread;

  SharedBudgetRole(RoleContext context) {
    BudgetSharing sharing =
        new BudgetSharing(
            context.clients()::follower,
            context.topics().calibrations(),
            context.rules()::state,
            SourceRulesWriter.of(
                context.clients(), context.topics(), context.config().topicPrefix()),
            PERIOD,
            context::beat);
    this.thread = new LoopThread("residua-budgets", sharing, sharing::stop, STOP_MILLIS);
  }

  @Override
  public void close() throws InterruptedException {
    thread.close();
  }
}
