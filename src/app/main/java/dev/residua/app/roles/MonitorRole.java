package dev.residua.app.roles;

import dev.residua.anomaly.AnomalySettings;
import dev.residua.app.config.IncidentsConfig;
import dev.residua.app.config.MonitorConfig;
import dev.residua.app.config.ResiduaConfig;
import dev.residua.app.kafka.ConsumerGroups;
import dev.residua.app.kafka.KafkaClients;
import dev.residua.app.metrics.Meters;
import dev.residua.app.metrics.MonitorMetrics;
import dev.residua.app.metrics.RoleHealth;
import dev.residua.app.process.StartFailedException;
import dev.residua.app.roles.RoleContext.ActiveModel;
import dev.residua.drift.FalseAlarmBudget;
import dev.residua.drift.FalseAlarmBudget.Period;
import dev.residua.incident.ControlCommand.FeedbackVerdict;
import dev.residua.incident.IncidentSettings;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.monitor.MonitorModel;
import dev.residua.monitor.SourceSettings;
import dev.residua.runtime.BundleOpener;
import dev.residua.streams.ControlCommandStore;
import dev.residua.streams.MonitorModels;
import dev.residua.streams.MonitorRules;
import dev.residua.streams.MonitorTopology;
import dev.residua.streams.ObserveCommitted;
import dev.residua.streams.RefusalListener;
import dev.residua.streams.RegistryMonitorModels;
import dev.residua.streams.ScoreErrors;
import dev.residua.streams.SourceLimits;
import dev.residua.wire.RootCause;
import dev.residua.wire.Topic;
import dev.residua.wire.Topics;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsException;
import org.jspecify.annotations.Nullable;

/**
 * The monitoring role of a process: Kafka Streams on the scores topic. It starts Kafka Streams
 * again if local state is damaged, see {@link StateRepair}.
 */
public final class MonitorRole implements AutoCloseable {
  private static final Duration STOP = Duration.ofSeconds(15);

  /** Time for a topic that was just created to appear. */
  private static final Duration PAUSE = Duration.ofSeconds(2);

  private final Function<Consumer<Throwable>, KafkaStreams> create;
  private final StateRepair repair;
  private final Consumer<Throwable> onFailure;
  private @Nullable KafkaStreams streams;
  private boolean closed;

  /**
   * @param create makes Kafka Streams, given the receiver of damages
   */
  private MonitorRole(
      Function<Consumer<Throwable>, KafkaStreams> create,
      StateRepair repair,
      Consumer<Throwable> onFailure) {
    this.create = create;
    this.repair = repair;
    this.onFailure = onFailure;
  }

  /** Starts the monitors of all sources and the division of shared budgets. */
  public static void start(RoleContext context, ActiveModel model) throws StartFailedException {
    ResiduaConfig config = context.config();
    RegistryMonitorModels models =
        new RegistryMonitorModels(context.models(), read -> model(read, config));
    try {
      models.add(model(model.bundle(), config));
    } catch (BadBundleException e) {
      throw new StartFailedException(RootCause.message(e), e);
    }
    model.changes().onChange((scene, next) -> models.prepare());
    MonitorRules rules =
        new MonitorRules(
            context.rules()::state,
            context.rules()::refreshed,
            Optional.of(
                new SourceSettings.Budget(
                    config.incidents().falseAlarmsPerWeek(), config.incidents().framesPerSecond())),
            config.sources().commissioning());
    context.closing().accept(start(context, models, rules));
    context.closing().accept(new SharedBudgetRole(context));
  }

  /** Starts the topology; returns at once, the state is restored in the background. */
  private static MonitorRole start(RoleContext context, MonitorModels models, MonitorRules rules)
      throws StartFailedException {
    ResiduaConfig config = context.config();
    MeterRegistry meters = context.meters();
    RoleHealth health = context.health();
    MonitorMetrics metrics =
        new MonitorMetrics(
            meters,
            config.metrics().sources(),
            id -> models.findNow(id).map(of -> of.model().graph().names()).orElse(List.of()));
    ControlCommandStore desk = new ControlCommandStore(metrics);
    feedback(meters, desk);
    AtomicReference<KafkaStreams> current = new AtomicReference<>();
    Supplier<Map<MetricName, ? extends Metric>> consumers =
        () -> current.get() == null ? Map.of() : current.get().metrics();
    metrics.follow(consumers, context.topics().scores().name());
    health.heartbeats().watch("monitor", () -> sinceLastPoll(consumers.get()));
    return start(
        context.clients(),
        context.topics(),
        config.topicPrefix(),
        models,
        desk,
        rules,
        settings(config),
        new MonitorObservers(
            metrics,
            metrics,
            context.tracing(),
            streams -> {
              streams.setStateListener((next, previous) -> health.monitor(next.name()));
              current.set(streams);
            }),
        context.onFailure());
  }

  /** Time since the slowest thread of Kafka Streams asked for records, which it does when idle. */
  static Duration sinceLastPoll(Map<MetricName, ? extends Metric> metrics) {
    double seconds =
        metrics.values().stream()
            .filter(metric -> metric.metricName().name().equals("last-poll-seconds-ago"))
            .filter(
                metric ->
                    !metric.metricName().tags().getOrDefault("client-id", "").contains("restore"))
            .map(Metric::metricValue)
            .filter(Double.class::isInstance)
            .mapToDouble(Double.class::cast)
            .max()
            .orElse(0);
    return Duration.ofMillis((long) (1_000 * Math.max(0, seconds)));
  }

  /** Shows the feedback of operators on incidents. */
  public static void feedback(MeterRegistry meters, ControlCommandStore desk) {
    for (FeedbackVerdict verdict : FeedbackVerdict.values()) {
      Meters.gauge(
          meters,
          "residua.feedback",
          "Incidents with feedback of operators, by verdict",
          () -> desk.active().count(verdict),
          "verdict",
          Meters.lower(verdict));
    }
  }

  /**
   * Starts with any models and settings.
   *
   * @param prefix start of all topic names
   */
  public static MonitorRole start(
      KafkaClients clients,
      Topics topics,
      String prefix,
      MonitorModels models,
      ControlCommandStore desk,
      MonitorRules rules,
      MonitorSettings settings,
      MonitorObservers watch,
      Consumer<Throwable> onFailure) {
    String application = ConsumerGroups.monitor(prefix);
    MonitorRole role =
        new MonitorRole(
            onDamage -> {
              Properties properties = properties(clients, topics, prefix, settings);
              ObserveCommitted observers = new ObserveCommitted(watch.results(), watch.refused());
              properties.put(RefusalListener.SETTING, observers);
              KafkaStreams streams =
                  new KafkaStreams(
                      MonitorTopology.build(
                          topics,
                          models,
                          desk,
                          rules,
                          settings.sources(),
                          observers,
                          watch.tracing()),
                      properties,
                      observers);
              streams.setUncaughtExceptionHandler(
                  new MonitorThreads(
                      application,
                      topics.findings().stream().map(Topic::name).toList(),
                      System::nanoTime,
                      () -> LockSupport.parkNanos(PAUSE.toNanos()),
                      onDamage,
                      onFailure));
              watch.beforeStart().accept(streams);
              return streams;
            },
            new StateRepair(settings.stateDirectory(), application, System::nanoTime),
            onFailure);
    role.startStreams();
    return role;
  }

  private synchronized void startStreams() {
    while (!closed) {
      AtomicBoolean damaged = new AtomicBoolean();
      KafkaStreams started =
          create.apply(
              failure -> {
                if (damaged.compareAndSet(false, true)) { // other threads fail as a consequence
                  Thread thread = new Thread(() -> repair(failure), "residua-monitor-repair");
                  thread.setDaemon(true);
                  thread.start();
                }
              });
      streams = started;
      try {
        started.start(); // opens the stores that are there
        return;
      } catch (StreamsException e) {
        started.close(STOP);
        if (!StateRepair.isDamage(e)) {
          throw e;
        }
        repair.repair(e);
      }
    }
  }

  private synchronized void repair(Throwable failure) {
    try {
      if (!closed && streams != null) {
        streams.close(STOP);
        repair.repair(failure);
        startStreams();
      }
    } catch (RuntimeException e) {
      onFailure.accept(e);
    }
  }

  private static MonitorSettings settings(ResiduaConfig config) throws StartFailedException {
    MonitorConfig monitor = config.monitor();
    try {
      return new MonitorSettings(
          config.instance(),
          config.dataDir().resolve("streams-" + config.instance()),
          monitor.threads(),
          monitor.standbyReplicas(),
          new SourceLimits(
              monitor.liveSources(),
              config.sources().silentAfter(),
              config.sources().forgetAfter(),
              monitor.stateInterval()),
          monitor.commitInterval(),
          monitor.cacheBytes());
    } catch (IllegalArgumentException e) {
      throw new StartFailedException(RootCause.message(e), e);
    }
  }

  /**
   * Reads a bundle for monitoring with the settings of this process.
   *
   * @throws BadBundleException if the two do not fit
   */
  public static MonitorModel model(ModelBundle bundle, ResiduaConfig config)
      throws BadBundleException {
    try {
      IncidentsConfig incidents = config.incidents();
      return BundleOpener.monitor(
          bundle,
          new AnomalySettings(
              config.anomaly().falseAlarmRate(),
              AnomalySettings.DEFAULTS.causeFdr(),
              AnomalySettings.DEFAULTS.minGreyLevels(),
              config.anomaly().quietFrames()),
          new FalseAlarmBudget(
                  incidents.falseAlarmsPerWeek(), Period.WEEK, incidents.framesPerSecond())
              .runLength(),
          IncidentSettings.DEFAULTS.with(
              settings ->
                  settings
                      .alarmFrames(incidents.alarmFrames())
                      .ofFrames(incidents.ofFrames())
                      .resolveFrames(incidents.resolveFrames())
                      .cooldownFrames(incidents.cooldownFrames())
                      .criticalFrames(incidents.criticalFrames())
                      .flapLimit(incidents.flapLimit())
                      .maximumAge(incidents.maximumAge())));
    } catch (IllegalArgumentException e) {
      throw new BadBundleException(RootCause.message(e), e);
    }
  }

  private static Properties properties(
      KafkaClients clients, Topics topics, String prefix, MonitorSettings monitor) {
    Properties settings = clients.streams();
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, ConsumerGroups.monitor(prefix));
    settings.put(
        StreamsConfig.STATE_DIR_CONFIG, monitor.stateDirectory().toAbsolutePath().toString());
    settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, monitor.threads());
    settings.put(StreamsConfig.NUM_STANDBY_REPLICAS_CONFIG, monitor.standbyReplicas());
    settings.put(
        StreamsConfig.consumerPrefix(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG),
        ConsumerGroups.monitor(prefix) + "-" + monitor.instance());
    settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, monitor.commitInterval().toMillis());
    settings.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, monitor.cacheBytes());
    settings.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, -1); // the broker's setting
    settings.put(StreamsConfig.DESERIALIZATION_EXCEPTION_HANDLER_CLASS_CONFIG, ScoreErrors.class);
    settings.put(StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG, ScoreErrors.class);
    settings.put(StreamsConfig.PRODUCTION_EXCEPTION_HANDLER_CLASS_CONFIG, ScoreErrors.class);
    settings.put(
        StreamsConfig.ERRORS_DEAD_LETTER_QUEUE_TOPIC_NAME_CONFIG, topics.deadLetters().name());
    return settings;
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (streams != null) {
      streams.close(STOP);
    }
  }
}
