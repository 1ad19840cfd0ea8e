package dev.residua.app.web;

import dev.residua.alerting.ReceiverSettings;
import dev.residua.app.config.AlertingSetup;
import dev.residua.app.config.ResiduaConfig;
import dev.residua.app.kafka.AuditWriter;
import dev.residua.app.kafka.ControlWriter;
import dev.residua.app.kafka.KafkaClients;
import dev.residua.app.kafka.SourceRulesWriter;
import dev.residua.app.model.ActiveModelNotifier;
import dev.residua.app.process.StartFailedException;
import dev.residua.app.roles.ScoringSetup;
import dev.residua.causal.FactorScales;
import dev.residua.dashboard.AccessResource;
import dev.residua.dashboard.AcknowledgementsResource;
import dev.residua.dashboard.AuditTrail;
import dev.residua.dashboard.ControlCommandWriter;
import dev.residua.dashboard.LiveAudit;
import dev.residua.dashboard.LiveHistory;
import dev.residua.dashboard.LiveModels;
import dev.residua.dashboard.LiveViews.FindingView;
import dev.residua.dashboard.ModelCommandWriter;
import dev.residua.dashboard.RuleCommandWriter;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.model.ModelStore;
import dev.residua.registry.ModelAdmin;
import dev.residua.runtime.BundleOpener;
import dev.residua.source.SourceRule;
import dev.residua.source.SourceRules;
import dev.residua.topic.TopicTable;
import dev.residua.wire.RecordReader;
import dev.residua.wire.Topics;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The dashboard role of a process: connects the pages' beans to Kafka and the registry. */
@ApplicationScoped
public class DashboardRole implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DashboardRole.class);

  private final LiveHistory history;
  private final ModelPictures pictures;
  private final LiveFrames frames;
  private final LiveEvidence evidence;
  private final LiveModels models;
  private final ControlCommandWriter control;
  private final ModelCommandWriter modelOrders;
  private final RuleCommandWriter ruleOrders;
  private final AccessResource about;
  private final AcknowledgementsResource acknowledgements;
  private final AuditTrail trail;
  private final LiveAudit audit;
  private final List<SilencePoll> silences = new ArrayList<>();
  private @Nullable ControlWriter writer;
  private @Nullable AuditWriter auditWriter;
  private @Nullable FindingsFollower follower;
  private @Nullable HistoryBackfill backfill;

  @Inject
  public DashboardRole(
      LiveHistory history,
      ModelPictures pictures,
      LiveFrames frames,
      LiveEvidence evidence,
      LiveModels models,
      ControlCommandWriter control,
      ModelCommandWriter modelOrders,
      RuleCommandWriter ruleOrders,
      AccessResource about,
      AcknowledgementsResource acknowledgements,
      AuditTrail trail,
      LiveAudit audit) {
    this.history = history;
    this.pictures = pictures;
    this.frames = frames;
    this.evidence = evidence;
    this.models = models;
    this.control = control;
    this.modelOrders = modelOrders;
    this.ruleOrders = ruleOrders;
    this.about = about;
    this.acknowledgements = acknowledgements;
    this.trail = trail;
    this.audit = audit;
  }

  /**
   * Starts to take changes of the rules of sources.
   *
   * @param rules the latest ones
   */
  public void openRules(
      ResiduaConfig config, KafkaClients clients, Topics topics, TopicTable<SourceRules> rules)
      throws StartFailedException {
    AuditWriter entries = new AuditWriter(clients, topics.audit());
    auditWriter = entries;
    trail.open(entries::append);
    SourceRulesWriter ruleWriter = SourceRulesWriter.of(clients, topics, config.topicPrefix());
    ruleOrders.open(
        rules::state,
        decision -> {
          List<SourceRule> written = ruleWriter.change(decision::apply);
          try {
            rules.refreshed(); // so that the next question sees it
          } catch (IOException e) {
            // it is stored, and read later
          }
          return written;
        });
    frames.open(ScoringSetup.lookup(config, clients, topics, rules::state));
  }

  /**
   * Starts to fill the pages.
   *
   * @param writable whether anyone may change something over HTTP
   * @param onFinding notified of every event
   * @param heartbeat called after every step
   */
  public void start(
      ResiduaConfig config,
      KafkaClients clients,
      Topics topics,
      ModelStore registry,
      ModelBundle bundle,
      ActiveModelNotifier watch,
      boolean writable,
      Consumer<FindingView> onFinding,
      Runnable heartbeat)
      throws StartFailedException {
    models.store(registry);
    show(bundle);
    pictures.open(registry);
    watch.onChange((scene, next) -> show(next));
    evidence.open(
        new RecordReader(clients.recordReader(), topics.evidence().name(), "evidence"),
        topics.evidence());
    ControlWriter commands = new ControlWriter(clients, topics.control());
    writer = commands;
    control.open(commands::write);
    history.budget(config.incidents().falseAlarmsPerWeek());
    audit.open(new StoredAudit(clients, topics.audit()));
    acknowledgements.open(AlertingSetup.signing(config.alerting()));
    List<ReceiverSettings> alertmanagers = AlertingSetup.alertmanagers(config.alerting());
    modelOrders.open(
        registry,
        BundleOpener::check,
        () -> ModelAdmin.of(clients.registry(config.topicPrefix()), topics));
    follower =
        new FindingsFollower(
            clients,
            topics,
            history,
            models,
            evidence,
            audit,
            config.dashboard().history(),
            onFinding,
            heartbeat);
    for (ReceiverSettings receiver : alertmanagers) {
      silences.add(new SilencePoll(receiver, acknowledgements, follower::isCaughtUp));
    }
    backfill =
        new HistoryBackfill(
            clients, topics, history, Instant.now(), follower::isCaughtUp, follower::start);
    about.open(clients.bootstrapServers(), topics.frames().name(), writable);
  }

  private void show(ModelBundle model) {
    history.model(
        model.id(),
        model.graph(),
        FactorScales.of(model.manifest().nodes()),
        model.manifest().variables().size(),
        read(model, BundleOpener::innovations, "expectations over time"),
        read(model, BundleOpener::sensitivity, "the changes that are found"));
  }

  /** Reads a part of a bundle; null, with a warning, if it is damaged. */
  private static <T> @Nullable T read(ModelBundle model, Part<T> part, String shown) {
    try {
      return part.of(model).orElse(null);
    } catch (BadBundleException e) {
      LOG.warn(
          "pages leave out a part of a model: model={} part={} reason={}",
          model.id(),
          shown,
          e.getMessage());
      return null;
    }
  }

  /** A part that a bundle may have. */
  private interface Part<T> {
    Optional<T> of(ModelBundle model) throws BadBundleException;
  }

  /** Stops following Kafka; the pages keep their content. */
  @Override
  public void close() throws InterruptedException {
    try {
      for (SilencePoll poll : silences) {
        poll.close();
      }
      if (backfill != null) {
        backfill.close();
      }
      if (follower != null) {
        follower.close();
      }
    } finally {
      modelOrders.close();
      control.close();
      ruleOrders.close();
      if (writer != null) {
        writer.close();
      }
      trail.close();
      if (auditWriter != null) {
        auditWriter.close();
      }
      frames.close();
      evidence.close();
      pictures.close();
    }
  }
}
