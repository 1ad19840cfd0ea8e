package dev.residua.app.roles;

import dev.residua.app.config.ResiduaConfig;
import dev.residua.app.kafka.ConsumerGroups;
import dev.residua.app.kafka.KafkaClients;
import dev.residua.app.metrics.EvidenceMetrics;
import dev.residua.app.model.Models;
import dev.residua.evidence.EvidenceLoop;
import dev.residua.evidence.EvidenceModels;
import dev.residua.scoring.Guarantee;
import java.time.Duration;

/** The part of the alerting role that stores the evidence of incidents, on a thread of its own. */
final class EvidenceStore implements AutoCloseable {
  private static final long STOP_MILLIS = 15_000;
  private static final Duration PAUSE = Duration.ofSeconds(2);

  private final LoopThread thread;

  EvidenceStore(RoleContext context) {
    ResiduaConfig config = context.config();
    KafkaClients clients = context.clients();
    String group = ConsumerGroups.evidence(config.topicPrefix());
    String member = group + "-" + config.instance();
    EvidenceLoop loop =
        new EvidenceLoop(
            () -> clients.scoringConsumer(group, member, EvidenceLoop.POLLED),
            () -> clients.resultProducer(Guarantee.AT_LEAST_ONCE, member),
            () -> ScoringSetup.lookup(config, clients, context.topics(), context.rules()::state),
            () -> new EvidenceModels(context.models(), Models::evidence),
            context.topics(),
            new EvidenceMetrics(context.meters(), context::beat),
            PAUSE);
    this.thread = new LoopThread("residua-evidence", loop, loop::stop, STOP_MILLIS);
  }

  @Override
  public void close() throws InterruptedException {
    thread.close();
  }
}
