package dev.residua.app.roles;

import dev.residua.anomaly.ReconstructionPlan;
import dev.residua.app.config.FramesConfig;
import dev.residua.app.config.RegistryConfig;
import dev.residua.app.config.ResiduaConfig;
import dev.residua.app.config.ScoringConfig;
import dev.residua.app.kafka.ConsumerGroups;
import dev.residua.app.kafka.KafkaClients;
import dev.residua.app.metrics.RoleHealth;
import dev.residua.app.metrics.ScoringMetrics;
import dev.residua.app.model.ScoringEngines;
import dev.residua.app.process.Heartbeats;
import dev.residua.app.process.StartFailedException;
import dev.residua.app.roles.RoleContext.ActiveModel;
import dev.residua.frame.FrameLimits;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.runtime.BundleOpener;
import dev.residua.runtime.ScoringModel;
import dev.residua.scoring.FrameLookup;
import dev.residua.scoring.FramesInFlight;
import dev.residua.scoring.ModelPool;
import dev.residua.scoring.ReferenceSettings;
import dev.residua.scoring.ReferencedFrames;
import dev.residua.scoring.ScoringSettings;
import dev.residua.scoring.Stages;
import dev.residua.scoring.TimelineSettings;
import dev.residua.source.SourceRules;
import dev.residua.wire.FrameReader;
import dev.residua.wire.RecordReader;
import dev.residua.wire.RegistrySettings;
import dev.residua.wire.TopicFormats;
import dev.residua.wire.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts the scoring role from the configuration: settings, engine, models, metrics. */
public final class ScoringSetup {
  private static final Logger LOG = LoggerFactory.getLogger(ScoringSetup.class);

  private final ResiduaConfig config;
  private final RoleHealth health;

  private ScoringSetup(ResiduaConfig config, RoleHealth health) {
    this.config = config;
    this.health = health;
  }

  /**
   * Starts the scoring role with the active model; models of later activations are opened on
   * demand.
   *
   * @throws StartFailedException if no engine can run the model
   */
  public static void start(RoleContext context, ActiveModel model) throws StartFailedException {
    ScoringSetup setup = new ScoringSetup(context.config(), context.health());
    try {
      ScoringEngines.Chosen first = setup.engine(model.bundle());
      ModelPool pool = setup.pool(context, BundleOpener.scoring(model.bundle(), first.scorer()));
      context
          .closing()
          .accept(
              new ScoringRole(
                  context.clients(),
                  context.topics(),
                  pool,
                  context::rule,
                  pool::close,
                  settings(context.config()),
                  new ScoringMetrics(
                      context.meters(),
                      first.engine().label(),
                      context.modelMetrics(),
                      context.health()::turned,
                      context::beat),
                  thread -> Stages.NONE,
                  context.tracing(),
                  thread ->
                      FramesInFlight.in(context.config().dataDir().resolve("in-flight-" + thread)),
                  context.onFailure()));
    } catch (BadBundleException e) {
      throw new StartFailedException(String.valueOf(e.getMessage()), e);
    }
  }

  private ModelPool pool(RoleContext context, ScoringModel first) {
    Heartbeats heartbeats = health.heartbeats();
    return new ModelPool(
        context.models(),
        first,
        config.scoring().modelMemory(),
        next -> {
          heartbeats.beat();
          try {
            return open(next);
          } finally {
            heartbeats.rest();
          }
        },
        (activation, why) -> {
          LOG.error(
              "model is not used here, its predecessor stays: scene={} model={} activation={} reason={}",
              activation.scene(),
              activation.modelId(),
              activation.number(),
              why);
          health.refused(activation.modelId(), why);
          context.modelMetrics().refused();
        });
  }

  private ScoringEngines.Chosen engine(ModelBundle bundle)
      throws StartFailedException, BadBundleException {
    ScoringEngines.Chosen chosen =
        ScoringEngines.ofThisMachine()
            .open(bundle, config.scoring().engine(), config.scoring().networkThreads());
    health.engine(chosen.engine().label());
    LOG.info("scoring engine chosen: engine={} reason={}", chosen.engine().label(), chosen.why());
    return chosen;
  }

  private ScoringModel open(ModelBundle bundle) throws BadBundleException {
    try {
      ScoringModel model = BundleOpener.scoring(bundle, engine(bundle).scorer());
      health.accepted(bundle.id());
      return model;
    } catch (StartFailedException e) {
      throw new BadBundleException(String.valueOf(e.getMessage()), e);
    }
  }

  /** Settings of all scoring loops, the shadow's included. */
  public static ScoringSettings settings(ResiduaConfig config) {
    ScoringConfig scoring = config.scoring();
    Duration longest = scoring.transactionDeadline().plus(config.frames().referenceTimeout());
    Duration limit = config.stuckAfter();
    if (config.frames().referenceRoots().isPresent() && longest.compareTo(limit) >= 0) {
      throw new IllegalArgumentException(
          "residua.scoring.transaction-deadline and residua.frames.reference-timeout together (%s) must be shorter than residua.stuck-after=%s"
              .formatted(longest, limit));
    }
    return new ScoringSettings(
        ConsumerGroups.score(config.topicPrefix()),
        config.instance(),
        scoring.threads(),
        scoring.networkThreads(),
        scoring.maxFrames(),
        scoring.guarantee(),
        scoring.modelMemory(),
        scoring.batchDeadline(),
        scoring.transactionDeadline(),
        new ReconstructionPlan(scoring.reconstructionRate(), scoring.reconstructionBelow()),
        new TimelineSettings(
            config.frames().clockTolerance(),
            config.sources().max(),
            config.sources().forgetAfter()),
        frameLimits(config),
        references(config),
        registry(config));
  }

  /** Bounds of a frame. */
  public static FrameLimits frameLimits(ResiduaConfig config) {
    FramesConfig limits = config.frames();
    return new FrameLimits(limits.maxBytes(), limits.maxSide(), limits.maxPixels());
  }

  /**
   * Finds stored frames again; owned by the caller.
   *
   * @param rules the latest rules of the sources
   */
  public static FrameLookup lookup(
      ResiduaConfig config, KafkaClients clients, Topics topics, Supplier<SourceRules> rules) {
    return new FrameLookup(
        new RecordReader(clients.recordReader(), topics.frames().name(), "frame"),
        new FrameReader(frameLimits(config), registry(config)),
        new ReferencedFrames(references(config)),
        frameLimits(config),
        source -> rules.get().of(source));
  }

  /** Permitted locations of referenced frames. */
  public static ReferenceSettings references(ResiduaConfig config) {
    FramesConfig references = config.frames();
    return new ReferenceSettings(
        references.referenceRoots().orElse(List.of()),
        references.referenceMaxBytes(),
        references.referenceTimeout(),
        references.referenceShare(),
        config.s3().access());
  }

  /**
   * The topics with the configured formats.
   *
   * @throws IllegalArgumentException if a format cannot be used
   */
  public static Topics topics(ResiduaConfig config) {
    return new Topics(config.topicPrefix(), new TopicFormats(config.formats(), registry(config)));
  }

  /** The schema registry, if one is configured. */
  public static Optional<RegistrySettings> registry(ResiduaConfig config) {
    RegistryConfig registry = config.registry();
    return registry
        .url()
        .map(
            url ->
                RegistrySettings.of(
                    url,
                    registry.user().orElse(null),
                    registry.password().orElse(null),
                    registry.timeout()));
  }
}
