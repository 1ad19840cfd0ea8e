package dev.residua.wire;

import dev.residua.access.AuditEntry;
import dev.residua.anomaly.AnomalyEvent;
import dev.residua.causal.ScoredFrame;
import dev.residua.commissioning.CommissioningReport;
import dev.residua.drift.DriftEvent;
import dev.residua.drift.DriftScore;
import dev.residua.incident.ControlCommand;
import dev.residua.incident.Incident;
import dev.residua.incident.IncidentEvidence;
import dev.residua.incident.IncidentGroup;
import dev.residua.intervention.InterventionEvent;
import dev.residua.monitor.SourceState;
import dev.residua.source.SourceRule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.jspecify.annotations.Nullable;

/**
 * The topics of the product. All names start with one prefix, so that several installations can
 * share a cluster.
 */
public final class Topics {
  /** Default of {@code residua.topic-prefix}. */
  public static final String DEFAULT_PREFIX = "residua.";

  /**
   * Largest record of the topics that carry frames, in bytes: large enough that a frame which is
   * far too large still arrives and becomes a dead letter with a reason.
   */
  public static final int MAX_RECORD_BYTES = 128 << 20;

  /** Partition of the topic of models that holds everything. */
  public static final int REGISTRY_PARTITION = 0;

  private static final Map<String, String> DELETE = Map.of("cleanup.policy", "delete");
  private static final Map<String, String> COMPACT = Map.of("cleanup.policy", "compact");
  private static final Map<String, String> LARGE =
      Map.of("cleanup.policy", "delete", "max.message.bytes", Integer.toString(MAX_RECORD_BYTES));
  private static final Map<String, String> LARGE_COMPACT =
      Map.of("cleanup.policy", "compact", "max.message.bytes", Integer.toString(MAX_RECORD_BYTES));

  /** For state that a reader needs when it starts: compacted soon, in small segments. */
  private static final Map<String, String> STATE =
      Map.of(
          "cleanup.policy",
          "compact",
          "segment.bytes",
          Integer.toString(16 << 20),
          "min.cleanable.dirty.ratio",
          "0.2");

  /** Time for which evidence is kept, unless an operator changes the topic. */
  public static final Duration EVIDENCE_RETENTION = Duration.ofDays(90);

  /** Bytes of evidence of one partition that are kept, unless an operator changes the topic. */
  public static final int EVIDENCE_BYTES = 256 << 20;

  private static final Map<String, String> EVIDENCE =
      Map.of(
          "cleanup.policy",
          "delete",
          "max.message.bytes",
          Integer.toString(IncidentEvidenceMapper.MAX_BYTES + (64 << 10)),
          "retention.ms",
          Long.toString(EVIDENCE_RETENTION.toMillis()),
          "retention.bytes",
          Integer.toString(EVIDENCE_BYTES),
          "segment.bytes",
          Integer.toString(32 << 20));

  /** Time for which the audit log is kept, unless an operator changes the topic. */
  public static final Duration AUDIT_RETENTION = Duration.ofDays(730);

  private static final Map<String, String> AUDIT =
      Map.of(
          "cleanup.policy",
          "delete",
          "retention.ms",
          Long.toString(AUDIT_RETENTION.toMillis()),
          "segment.bytes",
          Integer.toString(32 << 20));

  /** Time for which a group of incidents is kept, unless an operator changes the topic. */
  public static final Duration GROUPS_RETENTION = Duration.ofDays(90);

  private static final Map<String, String> GROUPS =
      Map.of(
          "cleanup.policy",
          "compact,delete",
          "retention.ms",
          Long.toString(GROUPS_RETENTION.toMillis()));

  private final Topic<byte[], byte[]> frames;
  private final Topic<String, ScoredFrame> scores;
  private final Topic<String, ScoredFrame> shadowScores;
  private final Topic<String, DriftScore> drift;
  private final Topic<String, AnomalyEvent> anomalies;
  private final Topic<String, DriftEvent> drifts;
  private final Topic<String, InterventionEvent> interventions;
  private final Topic<String, Incident> incidents;
  private final Topic<String, IncidentGroup> incidentGroups;
  private final Topic<String, IncidentEvidence> evidence;
  private final Topic<byte[], byte[]> models;
  private final Topic<String, ControlCommand> control;
  private final Topic<String, SourceRule> sources;
  private final Topic<String, AuditEntry> audit;
  private final Topic<String, CommissioningReport> calibrations;
  private final Topic<String, SourceState> sourceStates;
  private final Topic<byte[], byte[]> deadLetters;
  private final Topic<byte[], byte[]> timelines;
  private final Topic<byte[], byte[]> alerts;

  private final String prefix;

  private final TopicFormats formats;
  private final @Nullable RegistryClient registry;
  private final List<RegisteredSchemas> written = new ArrayList<>();

  /** The catalogue under a prefix such as {@code residua.}, with Avro in all topics. */
  public Topics(String prefix) {
    this(prefix, TopicFormats.DEFAULTS);
  }

  /**
   * The catalogue.
   *
   * @param prefix such as {@code residua.}
   * @param formats that are written; all of them are read
   */
  public Topics(String prefix, TopicFormats formats) {
    this.prefix = prefix;
    this.formats = formats;
    this.registry = formats.registry().map(RegistryClient::new).orElse(null);
    Serde<String> text = Serdes.String();
    Serde<byte[]> bytes = Serdes.ByteArray();
    frames = new Topic<>(prefix + "frames", bytes, bytes, LARGE);
    scores = output("scores", ScoredFrameMapper.SERDE, DELETE);
    shadowScores = new Topic<>(prefix + "scores.shadow", text, ScoredFrameMapper.SERDE, DELETE);
    drift = output("drift", DriftScoreMapper.SERDE, DELETE);
    anomalies =
        output(
            "anomalies",
            AvroCodec.serde(
                AnomalyEvent.class, dev.residua.avro.AnomalyEvent.class, AvroCodec.MAX_EVENT_BYTES),
            DELETE);
    drifts =
        output(
            "drifts",
            AvroCodec.serde(
                DriftEvent.class, dev.residua.avro.DriftEvent.class, AvroCodec.MAX_EVENT_BYTES),
            DELETE);
    interventions =
        output(
            "interventions",
            AvroCodec.serde(
                InterventionEvent.class,
                dev.residua.avro.InterventionEvent.class,
                AvroCodec.MAX_EVENT_BYTES),
            DELETE);
    incidents = output("incidents", IncidentMapper.SERDE, COMPACT);
    incidentGroups = output("incident-groups", IncidentGroupMapper.SERDE, GROUPS);
    evidence = new Topic<>(prefix + "evidence", text, IncidentEvidenceMapper.SERDE, EVIDENCE);
    models = new Topic<>(prefix + "models", bytes, bytes, LARGE_COMPACT);
    control =
        new Topic<>(
            prefix + "control",
            text,
            ControlCommandMapper.SERDE,
            Map.of("cleanup.policy", "compact,delete"));
    sources = new Topic<>(prefix + "sources", text, SourceRuleMapper.SERDE, COMPACT);
    audit =
        new Topic<>(
            prefix + "audit",
            text,
            AvroCodec.serde(
                AuditEntry.class, dev.residua.avro.AuditEntry.class, AvroCodec.MAX_EVENT_BYTES),
            AUDIT);
    calibrations = output("calibrations", CommissioningReportMapper.SERDE, COMPACT);
    sourceStates =
        output(
            "source-states",
            AvroCodec.serde(
                SourceState.class, dev.residua.avro.SourceState.class, AvroCodec.MAX_EVENT_BYTES),
            STATE);
    deadLetters = new Topic<>(prefix + "dead-letters", bytes, bytes, LARGE);
    timelines = new Topic<>(prefix + "timelines", bytes, bytes, STATE);
    alerts = new Topic<>(prefix + "alerts", bytes, bytes, STATE);
  }

  private <D> Topic<String, D> output(
      String name, RecordSerde<?, D> serde, Map<String, String> settings) {
    RecordFormat format = formats.of(name);
    RegisteredSchemas schemas =
        registry == null
            ? null
            : new RegisteredSchemas(registry, prefix + name + "-value", serde.record());
    if (format == RecordFormat.AVRO_REGISTRY && schemas != null) {
      written.add(schemas);
    }
    return new Topic<>(prefix + name, Serdes.String(), serde.in(format, schemas), settings);
  }

  /**
   * Registers the schemas of the topics whose records carry the id of a schema, so that nothing
   * asks the registry later.
   *
   * @throws IllegalStateException if the registry refuses one
   * @throws RegistryUnavailableException if it does not answer
   */
  public void registerSchemas() {
    written.forEach(RegisteredSchemas::register);
  }

  /** Beginning of all names. */
  public String prefix() {
    return prefix;
  }

  /** Frames: Avro {@code Frame} records or bare image files, keyed by source. */
  public Topic<byte[], byte[]> frames() {
    return frames;
  }

  public Topic<String, ScoredFrame> scores() {
    return scores;
  }

  /** Scores by a challenger of frames that the active model scores too; see {@code Shadow}. */
  public Topic<String, ScoredFrame> shadowScores() {
    return shadowScores;
  }

  public Topic<String, DriftScore> drift() {
    return drift;
  }

  public Topic<String, AnomalyEvent> anomalies() {
    return anomalies;
  }

  public Topic<String, DriftEvent> drifts() {
    return drifts;
  }

  public Topic<String, InterventionEvent> interventions() {
    return interventions;
  }

  public Topic<String, Incident> incidents() {
    return incidents;
  }

  /** State of each group of incidents, keyed by its id. */
  public Topic<String, IncidentGroup> incidentGroups() {
    return incidentGroups;
  }

  /** Pictures of the incidents. */
  public Topic<String, IncidentEvidence> evidence() {
    return evidence;
  }

  /**
   * The registry of models: bundles in parts, their entries, and the activations. Everything is on
   * partition {@link #REGISTRY_PARTITION}, since its order matters; see {@link ModelRecords}.
   */
  public Topic<byte[], byte[]> models() {
    return models;
  }

  /** Commands of operators, keyed by the id of the command; see {@link #hasOnePartition}. */
  public Topic<String, ControlCommand> control() {
    return control;
  }

  /** Revisions of the settings of sources, keyed by {@link SourceRule#key}. */
  public Topic<String, SourceRule> sources() {
    return sources;
  }

  /** Changes of people and denied ones, keyed by author; only added. */
  public Topic<String, AuditEntry> audit() {
    return audit;
  }

  /** State of the calibration of each source, keyed by source. */
  public Topic<String, CommissioningReport> calibrations() {
    return calibrations;
  }

  /** Newest state of each source, keyed by source. */
  public Topic<String, SourceState> sourceStates() {
    return sourceStates;
  }

  /** Refused records, bytes unchanged, with {@code __streams.errors.*} headers. */
  public Topic<byte[], byte[]> deadLetters() {
    return deadLetters;
  }

  /**
   * The timelines of the sources, partitioned like the frames. Internal; written in the
   * transactions of the scores.
   */
  public Topic<byte[], byte[]> timelines() {
    return timelines;
  }

  /** Alerts and their notifications, partitioned like the incidents. Internal JSON. */
  public Topic<byte[], byte[]> alerts() {
    return alerts;
  }

  /**
   * Returns true if the order of all records of a topic matters, so that it must have one
   * partition: commands, facts of the registry, rules of sources and the audit log.
   */
  public boolean hasOnePartition(Topic<?, ?> topic) {
    return topic == models || topic == control || topic == sources || topic == audit;
  }

  /** Topics that the monitor writes. */
  public List<Topic<?, ?>> findings() {
    return List.of(drift, anomalies, drifts, interventions, incidents, calibrations, sourceStates);
  }

  /** Topics whose records hold pictures of sources. */
  public List<Topic<?, ?>> pictures() {
    return List.of(frames, deadLetters, evidence);
  }

  /** Every topic, those that carry frames first. */
  public List<Topic<?, ?>> all() {
    List<Topic<?, ?>> all = new ArrayList<>(List.of(frames, deadLetters, scores));
    all.addAll(findings());
    all.addAll(
        List.of(
            incidentGroups,
            evidence,
            shadowScores,
            models,
            control,
            sources,
            audit,
            timelines,
            alerts));
    return List.copyOf(all);
  }
}
