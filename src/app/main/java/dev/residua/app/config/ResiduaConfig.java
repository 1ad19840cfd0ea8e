package dev.residua.app.config;

import dev.residua.app.process.Role;
import dev.residua.wire.RecordFormat;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Configuration of one Residua process, under {@code residua.} */
@ConfigMapping(prefix = "residua")
public interface ResiduaConfig {
  /** Roles of this process; all but {@code ingest} by default. */
  @WithDefault("score,monitor,shadow,train,alert,dashboard")
  Set<Role> roles();

  /**
   * Name of this process within its roles, unique among the processes that run at the same time and
   * the same after a restart: it is the static group membership and the transactional id. Pod or
   * host name, for instance.
   */
  @WithDefault("1")
  String instance();

  /** Start of every topic name and group id, so that installations can share a cluster. */
  @WithDefault("residua.")
  String topicPrefix();

  /** Directory for the state stores and the embedded Kafka's data; survives restarts. */
  @WithDefault("data")
  Path dataDir();

  /**
   * Time without progress after which a loop of this process counts as stuck: the liveness probe
   * fails, and a supervisor such as Kubernetes restarts the process. A loop without work, or whose
   * brokers do not answer, is not stuck.
   */
  @WithDefault("PT5M")
  Duration stuckAfter();

  /**
   * First model bundle of the installation. If there is none, a process on an embedded broker uses
   * the noisy pendulum of the demo, and one on your Kafka waits until a model is promoted.
   */
  Optional<Path> model();

  /**
   * Uses the demo's model of a noisy pendulum as the first model on your Kafka. Ignored if {@code
   * residua.model} is set.
   */
  @WithDefault("false")
  boolean demoModel();

  /**
   * Use the model of {@code residua.model} although its training found that it cannot read
   * something.
   */
  @WithDefault("false")
  boolean acceptModel();

  ModelsConfig models();

  S3Config s3();

  /**
   * Format of the values of the topic NAME, without the prefix: {@code scores}, {@code drift},
   * {@code anomalies}, {@code drifts}, {@code interventions}, {@code incidents}, {@code
   * incident-groups}, {@code calibrations} or {@code source-states}. {@code avro} is single-object
   * encoding and the default; {@code avro-registry} has the id of a schema in {@code
   * residua.registry.url} in front. All processes of an installation need the same formats.
   */
  Map<String, RecordFormat> formats();

  KafkaConfig kafka();

  FramesConfig frames();

  SourcesConfig sources();

  RegistryConfig registry();

  IngestConfig ingest();

  ScoringConfig scoring();

  MonitorConfig monitor();

  TrainingConfig training();

  AnomalyConfig anomaly();

  IncidentsConfig incidents();

  AlertingConfig alerting();

  MetricsConfig metrics();

  TracingConfig tracing();

  DashboardConfig dashboard();

  HttpConfig http();

  DemoConfig demo();
}
