package dev.residua.app.roles;

import dev.residua.alerting.AlertListener;
import dev.residua.alerting.AlertLoop;
import dev.residua.alerting.AlertingSettings;
import dev.residua.alerting.Channel;
import dev.residua.alerting.Heartbeat;
import dev.residua.alerting.PipelineProgress.Offsets;
import dev.residua.alerting.PipelineProgress.Partition;
import dev.residua.alerting.ReceiverSettings;
import dev.residua.alerting.ReceiverType;
import dev.residua.alerting.SourceStatePublisher;
import dev.residua.alerting.SteadyClock;
import dev.residua.app.config.AlertingSetup;
import dev.residua.app.config.ResiduaConfig;
import dev.residua.app.kafka.ConsumerGroups;
import dev.residua.app.kafka.KafkaClients;
import dev.residua.app.kafka.TopicAdmin;
import dev.residua.app.metrics.AlertMetrics;
import dev.residua.app.process.StartFailedException;
import dev.residua.app.roles.RoleContext.ActiveModel;
import dev.residua.model.RegistryRecord.Activation;
import dev.residua.scoring.Guarantee;
import dev.residua.telemetry.Tracing;
import dev.residua.wire.Topics;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The alerting role of a process: follows the incidents and notifies the receivers. */
public final class AlertRole implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AlertRole.class);
  private static final long STOP_MILLIS = 15_000;
  private static final int POLLED = 500;

  private final List<LoopThread> threads = new ArrayList<>();

  /** Starts evidence, retention and, if receivers are configured, notifications. */
  public static void start(RoleContext context, ActiveModel model) throws StartFailedException {
    ResiduaConfig config = context.config();
    context.closing().accept(new EvidenceStore(context));
    context.closing().accept(new RetentionRole(context));
    AlertingSettings settings = AlertingSetup.settings(config.alerting());
    if (settings.receivers().isEmpty()) {
      LOG.info("alerting is off: no residua.alerting.receivers are configured");
      return;
    }
    AlertRole alerts =
        new AlertRole(
            context.clients(),
            context.topics(),
            config.topicPrefix(),
            config.instance(),
            settings,
            () -> context.models().registry().activations(),
            new AlertMetrics(context.meters(), settings, context.health()::receiver, context::beat),
            context.tracing());
    context.closing().accept(alerts);
  }

  /**
   * @param prefix start of all topic names
   * @param instance name of this process
   * @param settings with at least one receiver
   * @param activations known activations of models
   * @param tracing continues traces
   */
  public AlertRole(
      KafkaClients clients,
      Topics topics,
      String prefix,
      String instance,
      AlertingSettings settings,
      Supplier<List<Activation>> activations,
      AlertListener listener,
      Tracing tracing) {
    String group = ConsumerGroups.alert(prefix);
    String member = group + "-" + instance;
    Clock clock = Clock.systemUTC();
    Clock steady = new SteadyClock(clock, System::nanoTime);
    AlertLoop loop =
        new AlertLoop(
            () -> clients.onlyConsumer(group, member, POLLED),
            clients::stateReader,
            () -> clients.resultProducer(Guarantee.EXACTLY_ONCE, member),
            topics,
            settings,
            settings.receivers().stream()
                .map(receiver -> Channel.to(receiver, settings, clock))
                .toList(),
            activations,
            listener,
            tracing,
            steady,
            new Random());
    settings
        .heartbeat()
        .map(
            beat ->
                new Heartbeat(
                    Channel.to(settings.receiver(beat.receiver()), settings, clock),
                    beat.interval(),
                    loop::notifies,
                    () -> pipeline(clients, prefix, topics),
                    steady))
        .ifPresent(
            heartbeat ->
                threads.add(
                    new LoopThread("residua-heartbeat", heartbeat, heartbeat::stop, STOP_MILLIS)));
    threads.add(new LoopThread("residua-alert", loop, loop::stop, STOP_MILLIS));
    List<ReceiverSettings> brokers =
        settings.receivers().stream().filter(r -> r.type() == ReceiverType.MQTT).toList();
    if (!brokers.isEmpty()) {
      String states = ConsumerGroups.states(prefix);
      SourceStatePublisher publisher =
          new SourceStatePublisher(
              () -> clients.onlyConsumer(states, states + "-" + instance, POLLED),
              topics.sourceStates(),
              brokers,
              listener::progressed,
              steady,
              new Random());
      threads.add(new LoopThread("residua-source-states", publisher, publisher::stop, STOP_MILLIS));
    }
    LOG.info("alerting: receivers={} routes={}", settings.receivers(), settings.routes().size());
  }

  private static Map<Partition, Offsets> pipeline(
      KafkaClients clients, String prefix, Topics topics) throws StartFailedException {
    try (TopicAdmin admin = new TopicAdmin(clients)) {
      return admin.state().pipeline(prefix, topics);
    }
  }

  @Override
  public void close() throws InterruptedException {
    for (LoopThread thread : threads) {
      thread.close();
    }
  }
}
