package dev.residua.app.roles;

import dev.residua.app.kafka.ConsumerGroups;
import dev.residua.app.kafka.KafkaClients;
import dev.residua.model.ModelStore;
import dev.residua.scoring.Guarantee;
import dev.residua.scoring.ModelPool;
import dev.residua.scoring.ScoringSettings;
import dev.residua.scoring.ShadowLoop;
import dev.residua.source.SourceRule;
import dev.residua.wire.Topics;
import java.time.Clock;
import java.util.function.Function;

/** The shadow role of a process: idle unless a challenger scores next to the active model. */
public final class ShadowRole implements AutoCloseable {
  private static final long STOP_MILLIS = 10_000;

  private final LoopThread thread;

  /**
   * @param rules the latest rule of each source
   * @param heartbeat called after every step
   */
  public ShadowRole(
      KafkaClients clients,
      Topics topics,
      String prefix,
      Function<String, SourceRule> rules,
      ModelStore store,
      ModelPool.Loader loader,
      ScoringSettings settings,
      Runnable heartbeat) {
    String member = ConsumerGroups.shadow(prefix) + "-" + settings.instance();
    ShadowLoop loop =
        new ShadowLoop(
            () ->
                clients.scoringConsumer(
                    ConsumerGroups.shadow(prefix), member, settings.maxFrames()),
            () -> clients.resultProducer(Guarantee.AT_LEAST_ONCE, member),
            topics,
            rules,
            store,
            loader,
            settings,
            Clock.systemUTC(),
            heartbeat);
    this.thread = new LoopThread("residua-shadow", loop, loop::stop, STOP_MILLIS);
  }

  @Override
  public void close() throws InterruptedException {
    thread.close();
  }
}
