package dev.residua.app;

import dev.residua.app.config.ResiduaConfig;
import dev.residua.app.demo.DemoNarrator;
import dev.residua.app.demo.DemoSettings;
import dev.residua.app.demo.SimulatedCamera;
import dev.residua.app.kafka.KafkaClients;
import dev.residua.app.kafka.KafkaConnection;
import dev.residua.app.kafka.KafkaSettings;
import dev.residua.app.kafka.SourceRulesTable;
import dev.residua.app.metrics.ModelMetrics;
import dev.residua.app.metrics.RoleHealth;
import dev.residua.app.metrics.SourceRuleMetrics;
import dev.residua.app.model.ActiveModelNotifier;
import dev.residua.app.model.BundleStores;
import dev.residua.app.model.InitialModel;
import dev.residua.app.process.ClockWatch;
import dev.residua.app.process.DiskSpace;
import dev.residua.app.process.Heartbeats;
import dev.residua.app.process.LocalToken;
import dev.residua.app.process.Role;
import dev.residua.app.process.RoleEndedException;
import dev.residua.app.process.SelfLauncher;
import dev.residua.app.process.StartFailedException;
import dev.residua.app.process.UncaughtExceptions;
import dev.residua.app.roles.AlertRole;
import dev.residua.app.roles.IngestRole;
import dev.residua.app.roles.MonitorRole;
import dev.residua.app.roles.RoleContext;
import dev.residua.app.roles.RoleContext.ActiveModel;
import dev.residua.app.roles.RoleStarter;
import dev.residua.app.roles.ScoringSetup;
import dev.residua.app.roles.ShadowRole;
import dev.residua.app.roles.TrainRole;
import dev.residua.app.web.DashboardRole;
import dev.residua.app.web.FrameRequests;
import dev.residua.app.web.HttpAccess;
import dev.residua.app.web.HttpGuard;
import dev.residua.model.ModelBundle;
import dev.residua.model.ModelStore;
import dev.residua.model.RegistryRecord.Activation;
import dev.residua.model.TrustedKeys;
import dev.residua.registry.RegistryFollower;
import dev.residua.registry.TrustedModels;
import dev.residua.source.SourceRules;
import dev.residua.telemetry.OtlpTracing;
import dev.residua.telemetry.Tracing;
import dev.residua.topic.TopicTable;
import dev.residua.wire.RegistryUnavailableException;
import dev.residua.wire.RootCause;
import dev.residua.wire.Topics;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.microprofile.config.Config;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts this process's roles in the order of their dependencies, and stops them in the opposite
 * order: broker, topics, model, monitor, scoring, dashboard, simulated camera.
 */
@ApplicationScoped
public class Roles {
  private static final Logger LOG = LoggerFactory.getLogger(Roles.class);

  /** In the order of their start. */
  private static final List<Map.Entry<Role, RoleStarter>> STARTERS =
      List.of(
          Map.entry(Role.MONITOR, MonitorRole::start),
          Map.entry(Role.SCORE, ScoringSetup::start),
          Map.entry(Role.SHADOW, ShadowRole::start),
          Map.entry(Role.TRAIN, TrainRole::start),
          Map.entry(Role.ALERT, AlertRole::start));

  private final ResiduaConfig config;
  private final Config properties;
  private final MeterRegistry meters;
  private final RoleHealth health;
  private final DashboardRole dashboard;
  private final HttpGuard guard;
  private final FrameRequests frames;
  private final Deque<AutoCloseable> running = new ArrayDeque<>();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  @Inject
  public Roles(
      ResiduaConfig config,
      Config properties,
      MeterRegistry meters,
      RoleHealth health,
      DashboardRole dashboard,
      HttpGuard guard,
      FrameRequests frames) {
    this.config = config;
    this.properties = properties;
    this.meters = meters;
    this.health = health;
    this.dashboard = dashboard;
    this.guard = guard;
    this.frames = frames;
  }

  /** Starts all roles; on failure stops those that already run. */
  public void start() throws StartFailedException {
    try {
      startAll();
    } catch (StartFailedException e) {
      stopAll();
      throw e;
    } catch (RuntimeException e) {
      stopAll();
      throw new StartFailedException("cannot start: " + RootCause.message(e), e);
    } catch (InternalError e) { // a mapped file that the disk has no space for
      stopAll();
      throw new StartFailedException(
          "cannot start: %s; a full disk does this: check the free space of %s and %s"
              .formatted(
                  e.getMessage(),
                  config.dataDir().toAbsolutePath(),
                  System.getProperty("java.io.tmpdir")),
          e);
    }
  }

  private void startAll() throws StartFailedException {
    Topics topics = topics();
    HttpAccess access = httpAccess();
    guard.protect(access);
    createDataDirectory();
    Thread.setDefaultUncaughtExceptionHandler(new UncaughtExceptions(this::fail));
    Heartbeats heartbeats = heartbeats();
    health.supervise(heartbeats);
    running.push(ClockWatch.start(this::fail));
    Tracing tracing = tracing();
    running.push(tracing);
    TrustedKeys trusted = trustedKeys();
    InitialModel initial =
        InitialModel.prepare(config, KafkaSettings.isEmbedded(properties), trusted);
    health.waitsFor("an answer from Kafka");
    KafkaClients clients = connect(topics);
    BundleStores places = bundlePlaces();
    running.push(places);
    RegistryFollower follower =
        new RegistryFollower(
            clients.registry(config.topicPrefix()), topics, places, heartbeats::beat);
    running.push(follower);
    RoleContext context =
        new RoleContext(
            config,
            properties,
            clients,
            topics,
            followRules(clients, topics, heartbeats),
            new TrustedModels(follower, trusted),
            health,
            meters,
            new ModelMetrics(meters),
            tracing,
            this::fail,
            running::push);
    openBeforeModel(context, access);
    startWithModel(context, activeModel(context, initial, places), access);
  }

  /** Takes frames and changes of rules: cameras send before there is a model. */
  private void openBeforeModel(RoleContext context, HttpAccess access) throws StartFailedException {
    boolean ingest = config.roles().contains(Role.INGEST);
    boolean pages = config.roles().contains(Role.DASHBOARD);
    if (!ingest && !pages) {
      return;
    }
    if (!access.namesPeople()) {
      access.admitLocal(LocalToken.create(config.dataDir(), httpPort()));
    }
    if (ingest) {
      IngestRole.start(context);
      frames.start(context);
    }
    if (pages) {
      running.push(dashboard);
      dashboard.openRules(config, context.clients(), context.topics(), context.rules());
    }
    guard.open();
  }

  private int httpPort() {
    return properties.getValue("quarkus.http.port", Integer.class);
  }

  private void startWithModel(RoleContext context, ActiveModel model, HttpAccess access)
      throws StartFailedException {
    health.waitsFor("the start of the roles");
    for (Map.Entry<Role, RoleStarter> role : STARTERS) {
      if (config.roles().contains(role.getKey())) {
        role.getValue().start(context, model);
      }
    }
    startDashboard(context, model, access);
    guard.open();
    String kafka = context.clients().bootstrapServers();
    model.changes().onChange((scene, next) -> health.ready(config.roles(), next.id(), kafka));
    model.changes().start();
    health.ready(config.roles(), model.bundle().id(), kafka);
    LOG.info("ready: roles={} kafka={} model={}", config.roles(), kafka, model.bundle().id());
  }

  private KafkaClients connect(Topics topics) throws StartFailedException {
    KafkaConnection kafka = KafkaConnection.open(config, properties, topics);
    running.push(kafka);
    return kafka.clients().withTransactionTimeout(config.kafka().transactionTimeout());
  }

  /** Waits until a model is active, and reports it and its successors. */
  private ActiveModel activeModel(RoleContext context, InitialModel initial, BundleStores places)
      throws StartFailedException {
    health.waitsFor("a first model");
    ModelStore models = context.models();
    context.modelMetrics().ignored(() -> models.registry().ignored().size());
    ModelBundle bundle =
        initial.use(
            context.clients(),
            context.topics(),
            models,
            places,
            () ->
                health.waitsForPerson("an active model: residua model promote FILE --reason TEXT"));
    reportActive(models);
    models.onChange(() -> reportActive(models));
    ActiveModelNotifier changes = new ActiveModelNotifier(models, health.heartbeats());
    running.push(changes);
    changes.onChange(
        (scene, next) -> context.modelMetrics().active(scene, next.id(), next.digest()));
    return new ActiveModel(bundle, changes);
  }

  /** Starts the dashboard and the simulated camera of the demo, which reports on the terminal. */
  private void startDashboard(RoleContext context, ActiveModel model, HttpAccess access)
      throws StartFailedException {
    Optional<DemoSettings> demo = DemoSettings.of(config.demo());
    DemoNarrator narrator = new DemoNarrator(System.out);
    if (config.roles().contains(Role.DASHBOARD)) {
      dashboard.start(
          config,
          context.clients(),
          context.topics(),
          context.models(),
          model.bundle(),
          model.changes(),
          access.writable(),
          demo.isPresent() ? narrator::found : finding -> {},
          health.heartbeats()::beat);
    }
    if (demo.isPresent()) {
      narrator.start(
          model.bundle(),
          context.clients().bootstrapServers(),
          httpPort(),
          config.http().token().filter(token -> config.demo().signInLink()));
      running.push(
          new SimulatedCamera(
              context.clients(),
              context.topics(),
              model.bundle().manifest().image(),
              demo.get(),
              narrator::fault));
    }
  }

  /** The topics, whose schemas are registered if their format needs it. */
  private Topics topics() throws StartFailedException {
    try {
      Topics topics = ScoringSetup.topics(config);
      topics.registerSchemas();
      return topics;
    } catch (IllegalArgumentException | IllegalStateException | RegistryUnavailableException e) {
      throw new StartFailedException(String.valueOf(e.getMessage()), e);
    }
  }

  /** Follows the rules of sources, once all that are stored are read. */
  private TopicTable<SourceRules> followRules(
      KafkaClients clients, Topics topics, Heartbeats heartbeats) throws StartFailedException {
    TopicTable<SourceRules> rules =
        SourceRulesTable.follow(
            clients.sources(config.topicPrefix()), topics.sources(), heartbeats::beat);
    running.push(rules);
    SourceRuleMetrics.ignored(meters, rules::ignored);
    try {
      rules.refreshed();
    } catch (IOException e) {
      throw new StartFailedException(RootCause.message(e), e);
    }
    return rules;
  }

  private BundleStores bundlePlaces() throws StartFailedException {
    try {
      return BundleStores.of(config);
    } catch (IllegalArgumentException e) {
      throw new StartFailedException(String.valueOf(e.getMessage()), e);
    }
  }

  private Heartbeats heartbeats() throws StartFailedException {
    try {
      return new Heartbeats(System::nanoTime, config.stuckAfter());
    } catch (IllegalArgumentException e) {
      throw new StartFailedException(String.valueOf(e.getMessage()), e);
    }
  }

  private TrustedKeys trustedKeys() throws StartFailedException {
    try {
      return TrustedKeys.read(config.models().trustedKeys().orElse(List.of()));
    } catch (IOException e) {
      throw new StartFailedException(
          "residua.models.trusted-keys cannot be read: " + e.getMessage(), e);
    }
  }

  private void reportActive(ModelStore registry) {
    health.active(registry.registry().active().stream().map(Activation::modelId).toList());
  }

  private HttpAccess httpAccess() throws StartFailedException {
    try {
      return HttpAccess.of(config.http());
    } catch (IllegalArgumentException e) {
      throw new StartFailedException(String.valueOf(e.getMessage()), e);
    }
  }

  private void createDataDirectory() throws StartFailedException {
    Path directory = config.dataDir();
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new StartFailedException(
          "the data directory %s cannot be created (%s); choose another with --data-dir"
              .formatted(directory.toAbsolutePath(), e.getMessage()),
          e);
    }
    if (!Files.isWritable(directory)) {
      throw new StartFailedException(
          "the data directory %s cannot be written; choose another with --data-dir"
              .formatted(directory.toAbsolutePath()));
    }
    DiskSpace.check(directory, "residua.data-dir", "choose another directory with --data-dir");
    DiskSpace.check(
        Path.of(System.getProperty("java.io.tmpdir")),
        "temporary files and native libraries",
        "choose another folder with -Djava.io.tmpdir");
  }

  private Tracing tracing() throws StartFailedException {
    Optional<URI> endpoint = config.tracing().endpoint();
    if (endpoint.isEmpty()) {
      return Tracing.OFF;
    }
    try {
      return OtlpTracing.to(
          endpoint.get(), config.tracing().ratio(), config.instance(), SelfLauncher.version());
    } catch (IllegalArgumentException e) {
      throw new StartFailedException(String.valueOf(e.getMessage()), e);
    }
  }

  /** Ends the process after a role failed, so that its supervisor restarts it. */
  private void fail(Throwable why) {
    if (!failure.compareAndSet(null, why)) {
      return; // a consequence of the first failure
    }
    if (why instanceof RoleEndedException) {
      LOG.error("the process ends: reason={}", why.getMessage());
      health.failed(String.valueOf(why.getMessage()));
    } else {
      LOG.error(
          "a role failed, the process ends: part={} reason={}",
          Thread.currentThread().getName(),
          RootCause.message(why),
          why);
      health.failed(RootCause.message(why));
    }
    Quarkus.asyncExit(1);
  }

  int exitCode() {
    return failure.get() == null ? 0 : 1;
  }

  void onShutdown(@Observes @Priority(Integer.MAX_VALUE) ShutdownEvent event) {
    stopAll();
  }

  private synchronized void stopAll() {
    while (!running.isEmpty()) {
      AutoCloseable part = running.pop();
      try {
        part.close();
      } catch (Exception e) {
        LOG.warn(
            "a part did not stop cleanly: part={} reason={}",
            part.getClass().getSimpleName(),
            e.toString());
      }
    }
  }
}
