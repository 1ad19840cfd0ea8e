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
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The alerting role of a process: follows the incidents and notifies the receivers. */
public final class AlertRole implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AlertRole.class);
  private static final long STOP_MILLIS = 15_000;
  private static final int POLLED = 500;

  private final Clock clock = Clock.systemUTC();
  private final Clock steady;
  private final AlertLoop loop;
  private final LoopThread loopThread;
  private final Callable<Map<Partition, Offsets>> pipeline;
  private final Function<List<ReceiverSettings>, SourceStatePublisher> publisher;
  private AlertingSettings settings;
  private @Nullable LoopThread heartbeat;
  private @Nullable LoopThread states;

  /** Starts evidence, retention and, if receivers are configured, notifications. */
  public static void start(RoleContext context, ActiveModel model) throws StartFailedException {
    ResiduaConfig config = context.config();
    context.closing().accept(new EvidenceStore(context));
    context.closing().accept(new RetentionRole(context));
    Optional<Path> file = config.alerting().file();
    AlertingSettings settings = AlertingSetup.settings(config.alerting());
    if (settings.receivers().isEmpty() && file.isEmpty()) {
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
    if (file.isPresent()) {
      AlertingFileFollower follower = new AlertingFileFollower(file.get(), settings, alerts::use);
      AlertMetrics.file(context.meters(), () -> follower.successful() ? 1 : 0);
      context
          .closing()
          .accept(new LoopThread("residua-alerting-file", follower, follower::stop, STOP_MILLIS));
    }
  }

  /**
   * @param prefix start of all topic names
   * @param instance name of this process
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
    this.steady = new SteadyClock(clock, System::nanoTime);
    this.settings = settings;
    this.loop =
        new AlertLoop(
            () -> clients.onlyConsumer(group, member, POLLED),
            clients::stateReader,
            () -> clients.resultProducer(Guarantee.EXACTLY_ONCE, member),
            topics,
            settings,
            (receiver, used) -> Channel.to(receiver, used, clock),
            activations,
            listener,
            tracing,
            steady,
            new Random());
    this.pipeline = () -> pipeline(clients, prefix, topics);
    String states = ConsumerGroups.states(prefix);
    this.publisher =
        brokers ->
            new SourceStatePublisher(
                () -> clients.onlyConsumer(states, states + "-" + instance, POLLED),
                topics.sourceStates(),
                brokers,
                listener::progressed,
                steady,
                new Random());
    this.heartbeat = heartbeat(settings);
    this.loopThread = new LoopThread("residua-alert", loop, loop::stop, STOP_MILLIS);
    this.states = states(settings);
    LOG.info("alerting: receivers={} routes={}", settings.receivers(), settings.routes().size());
  }

  /** Uses other settings; receivers that they do not change are not disturbed. */
  synchronized void use(AlertingSettings next) throws InterruptedException {
    AlertingSettings before = settings;
    settings = next;
    loop.use(next);
    if (!beating(next).equals(beating(before)) || !next.dashboard().equals(before.dashboard())) {
      close(heartbeat);
      heartbeat = heartbeat(next);
    }
    if (!brokers(next).equals(brokers(before))) {
      close(states);
      states = states(next);
    }
    LOG.info("alerting: receivers={} routes={}", next.receivers(), next.routes().size());
  }

  /** The receiver of the heartbeat with its interval. */
  private static Optional<Map.Entry<ReceiverSettings, Duration>> beating(
      AlertingSettings settings) {
    return settings
        .heartbeat()
        .map(beat -> Map.entry(settings.receiver(beat.receiver()), beat.interval()));
  }

  private static List<ReceiverSettings> brokers(AlertingSettings settings) {
    return settings.receivers().stream().filter(r -> r.type() == ReceiverType.MQTT).toList();
  }

  private @Nullable LoopThread heartbeat(AlertingSettings used) {
    return beating(used)
        .map(
            beat -> {
              Heartbeat made =
                  new Heartbeat(
                      Channel.to(beat.getKey(), used, clock),
                      beat.getValue(),
                      loop::notifies,
                      pipeline,
                      steady);
              return new LoopThread("residua-heartbeat", made, made::stop, STOP_MILLIS);
            })
        .orElse(null);
  }

  private @Nullable LoopThread states(AlertingSettings used) {
    List<ReceiverSettings> brokers = brokers(used);
    if (brokers.isEmpty()) {
      return null;
    }
    SourceStatePublisher made = publisher.apply(brokers);
    return new LoopThread("residua-source-states", made, made::stop, STOP_MILLIS);
  }

  private static Map<Partition, Offsets> pipeline(
      KafkaClients clients, String prefix, Topics topics) throws StartFailedException {
    try (TopicAdmin admin = new TopicAdmin(clients)) {
      return admin.state().pipeline(prefix, topics);
    }
  }

  @Override
  public synchronized void close() throws InterruptedException {
    close(heartbeat);
    close(loopThread);
    close(states);
  }

  private static void close(@Nullable LoopThread thread) throws InterruptedException {
    if (thread != null) {
      thread.close();
    }
  }
}
