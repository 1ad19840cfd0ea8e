package dev.residua.app.roles;

import dev.residua.app.kafka.ConsumerGroups;
import dev.residua.app.kafka.KafkaClients;
import dev.residua.app.roles.RoleContext.ActiveModel;
import dev.residua.runtime.BundleOpener;
import dev.residua.scoring.Guarantee;
import dev.residua.scoring.ScoringSettings;
import dev.residua.scoring.ShadowLoop;
import java.time.Clock;

/** The shadow role of a process: idle unless a challenger scores next to the active model. */
public final class ShadowRole implements AutoCloseable {
  private static final long STOP_MILLIS = 10_000;

  private final LoopThread thread;

  ShadowRole(RoleContext context) {
    KafkaClients clients = context.clients();
    ScoringSettings settings = ScoringSetup.settings(context.config());
    String group = ConsumerGroups.shadow(context.config().topicPrefix());
    String member = group + "-" + settings.instance();
    ShadowLoop loop =
        new ShadowLoop(
            () -> clients.scoringConsumer(group, member, settings.maxFrames()),
            () -> clients.resultProducer(Guarantee.AT_LEAST_ONCE, member),
            context.topics(),
            context::rule,
            context.models(),
            read -> BundleOpener.scoring(read, context.config().scoring().networkThreads()),
            settings,
            Clock.systemUTC(),
            context::beat);
    this.thread = new LoopThread("residua-shadow", loop, loop::stop, STOP_MILLIS);
  }

  /** Starts the role. */
  public static void start(RoleContext context, ActiveModel model) {
    context.closing().accept(new ShadowRole(context));
  }

  @Override
  public void close() throws InterruptedException {
    thread.close();
  }
}
