package dev.residua.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.alerting.AlertingSettings;
import dev.residua.alerting.GroupSettings;
import dev.residua.alerting.ReceiverSettings;
import dev.residua.alerting.ReceiverType;
import dev.residua.anomaly.AnomalyEvent;
import dev.residua.anomaly.AnomalyKind;
import dev.residua.app.kafka.FrameWriter;
import dev.residua.app.metrics.AlertMetrics;
import dev.residua.app.metrics.EvidenceMetrics;
import dev.residua.app.metrics.FrameInboxMetrics;
import dev.residua.app.metrics.IngestMetrics;
import dev.residua.app.metrics.ModelMetrics;
import dev.residua.app.metrics.MonitorMetrics;
import dev.residua.app.metrics.RetentionMetrics;
import dev.residua.app.metrics.ScoringMetrics;
import dev.residua.app.metrics.SourceLabels;
import dev.residua.app.metrics.SourceRuleMetrics;
import dev.residua.app.roles.MonitorRole;
import dev.residua.causal.Effect;
import dev.residua.causal.Finding;
import dev.residua.causal.Summary;
import dev.residua.drift.CalibrationPhase;
import dev.residua.drift.DriftScore;
import dev.residua.frame.FramePosition;
import dev.residua.frame.RejectedFrameException;
import dev.residua.frame.SceneName;
import dev.residua.incident.ControlCommand.TrainingPhase;
import dev.residua.incident.Incident;
import dev.residua.incident.Subject;
import dev.residua.monitor.MonitorResult;
import dev.residua.streams.ControlCommandStore;
import dev.residua.streams.RefusalListener;
import dev.residua.testing.Documents;
import dev.residua.testing.Exposed;
import dev.residua.testing.Scored;
import io.micrometer.prometheus.PrometheusConfig;
import io.micrometer.prometheus.PrometheusMeterRegistry;
import io.prometheus.client.exporter.common.TextFormat;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.junit.jupiter.api.Test;

class MetricsTest {
  private final PrometheusMeterRegistry meters =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  private String scrape() {
    return meters.scrape(TextFormat.CONTENT_TYPE_OPENMETRICS_100);
  }

  private static void judge(
      MonitorMetrics metrics, List<AnomalyEvent> anomalies, List<Incident> incidents) {
    metrics.evaluated(
        0,
        Scored.nominal().source("cam1").frame(2),
        new MonitorResult(
            Optional.of(score("cam1", 3)),
            anomalies,
            List.of(),
            List.of(),
            incidents,
            Optional.empty()),
        false);
  }

  private static void judge(
      MonitorMetrics metrics, int partition, String source, float statistic, boolean open) {
    metrics.evaluated(
        partition,
        Scored.nominal().source(source).frame(1),
        new MonitorResult(
            Optional.of(score(source, statistic)),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            Optional.empty()),
        open);
  }

  private static void evaluate(
      MonitorMetrics metrics, int partition, String source, CalibrationPhase phase) {
    evaluate(metrics, partition, source, new DriftScore.Calibration(phase, 1, false, new float[0]));
  }

  private static void evaluate(
      MonitorMetrics metrics, int partition, String source, DriftScore.Calibration calibration) {
    metrics.evaluated(
        partition,
        Scored.nominal().source(source).frame(1),
        new MonitorResult(
            Optional.of(score(source, 1, calibration)),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            Optional.empty()),
        false);
  }

  private static DriftScore score(String source, float statistic) {
    return score(source, statistic, DriftScore.Calibration.MODEL);
  }

  private static DriftScore score(
      String source, float statistic, DriftScore.Calibration calibration) {
    return new DriftScore(
        source,
        1,
        Instant.EPOCH,
        "model-1",
        "0123456789ab",
        statistic,
        10,
        1e6,
        new float[0],
        new int[0],
        1,
        calibration,
        new DriftScore.Others(2, 8, 5e5, 4e5, 6e5, 0, 20));
  }

  @Test
  void shouldShowStatisticAndThresholdWithTheSameLabels() {
    // Given
    MonitorMetrics metrics = new MonitorMetrics(meters, 10, MetricsTest::latents);
    // When
    judge(metrics, 0, "cam1", 3, true);
    // Then
    assertThat(scrape())
        .contains("residua_drift_statistic{detector=\"residual\",source=\"cam1\"} 3.0")
        .contains("residua_drift_threshold{detector=\"residual\",source=\"cam1\"} 10.0")
        .contains("residua_drift_statistic{detector=\"picture\",source=\"cam1\"} 2.0")
        .contains("residua_drift_threshold{detector=\"picture\",source=\"cam1\"} 8.0")
        .contains("residua_null_run_length_frames{source=\"cam1\"} 500000.0")
        .contains("residua_target_run_length_frames{source=\"cam1\"} 1000000.0")
        .contains("residua_incident_open{source=\"cam1\"} 1.0");
  }

  @Test
  void shouldLetSourcesBeyondTheNumberShareALabelThatShowsWhatMattersMost() {
    // Given
    MonitorMetrics metrics = new MonitorMetrics(meters, 1, MetricsTest::latents);
    judge(metrics, 0, "cam1", 9, false);
    // When
    judge(metrics, 0, "cam2", 3, true);
    judge(metrics, 0, "cam3", 7, true);
    judge(metrics, 0, "cam4", 5, false);
    // Then
    assertThat(scrape())
        .contains("residua_drift_statistic{detector=\"residual\",source=\"_other\"} 7.0")
        .contains("residua_incident_open{source=\"_other\"} 2.0")
        .contains("residua_sources 4.0")
        .doesNotContain("cam2");
  }

  @Test
  void shouldCountSourcesByThePhaseOfTheirCalibration() {
    // Given
    MonitorMetrics metrics = new MonitorMetrics(meters, 1, MetricsTest::latents);
    evaluate(metrics, 0, "cam1", CalibrationPhase.LEARNING);
    evaluate(metrics, 0, "cam2", CalibrationPhase.LEARNING);
    evaluate(metrics, 1, "cam3", CalibrationPhase.MODEL);
    evaluate(metrics, 1, "cam4", CalibrationPhase.NEEDS_REVIEW);
    assertThat(scrape())
        .contains("residua_source_calibrations{phase=\"learning\"} 2.0")
        .contains("residua_source_calibrations{phase=\"armed\"} 0.0")
        .contains("residua_source_calibrations{phase=\"model\"} 1.0");
    // When
    evaluate(metrics, 0, "cam1", CalibrationPhase.ARMED);
    metrics.released(1);
    // Then
    assertThat(scrape())
        .contains("residua_source_calibrations{phase=\"learning\"} 1.0")
        .contains("residua_source_calibrations{phase=\"armed\"} 1.0")
        .contains("residua_source_calibrations{phase=\"model\"} 0.0")
        .contains("residua_source_calibrations{phase=\"needs_review\"} 0.0");
  }

  @Test
  void shouldCountSourcesThatAreProposedForRecalibration() {
    // Given
    MonitorMetrics metrics = new MonitorMetrics(meters, 1, MetricsTest::latents);
    evaluate(metrics, 0, "cam1", CalibrationPhase.ARMED);
    // When
    evaluate(
        metrics,
        0,
        "cam2",
        new DriftScore.Calibration(CalibrationPhase.ARMED, 1, false, true, new float[0]));
    // Then
    assertThat(scrape()).contains("residua_source_recalibrations_proposed 1.0");
  }

  @Test
  void shouldForgetTheSourcesOfAPartitionThatGoesElsewhere() {
    // Given
    MonitorMetrics metrics = new MonitorMetrics(meters, 10, MetricsTest::latents);
    judge(metrics, 0, "cam1", 3, true);
    judge(metrics, 1, "cam2", 3, true);
    // When
    metrics.released(0);
    // Then
    assertThat(scrape())
        .doesNotContain("residua_incident_open{source=\"cam1\"")
        .doesNotContain("detector=\"residual\",source=\"cam1\"")
        .contains("residua_incident_open{source=\"cam2\"} 1.0");
    judge(metrics, 2, "cam1", 4, true);
    assertThat(scrape()).contains("residua_incident_open{source=\"cam1\"} 1.0");
  }

  @Test
  void shouldCountDeadLettersOfAllRolesUnderOneName() {
    // Given
    ScoringMetrics scoring = scoring();
    MonitorMetrics monitor = new MonitorMetrics(meters, 10, MetricsTest::latents);
    // When
    scoring.rejected(RejectedFrameException.Reason.TOO_LARGE);
    monitor.refused(RefusalListener.Reason.FOREIGN_SCORE);
    // Then
    assertThat(scrape())
        .contains("residua_dlq_records_total{reason=\"too_large\"} 1.0")
        .contains("residua_dlq_records_total{reason=\"foreign_score\"} 1.0")
        .contains("residua_dlq_records_total{reason=\"empty\"} 0.0");
  }

  private ScoringMetrics scoring() {
    return new ScoringMetrics(meters, "ONNX Runtime", new ModelMetrics(meters), () -> {}, () -> {});
  }

  @Test
  void shouldCountPValuesUnderTheCalibrationInForce() {
    // Given
    MonitorMetrics metrics = new MonitorMetrics(meters, 10, MetricsTest::latents);
    float[] own = {0.4f, 0.3f, Float.NaN, 0.2f};
    // When an armed source and one that learns send a frame
    evaluate(metrics, 0, "cam1", new DriftScore.Calibration(CalibrationPhase.ARMED, 1, false, own));
    evaluate(
        metrics,
        0,
        "cam2",
        new DriftScore.Calibration(CalibrationPhase.LEARNING, 0, true, new float[0]));
    // Then
    assertThat(scrape())
        .contains("residua_residual_pvalue_bucket{latent=\"light\",le=\"0.25\"} 0.0")
        .contains("residua_residual_pvalue_bucket{latent=\"light\",le=\"0.5\"} 1.0")
        .contains("residua_residual_pvalue_count{latent=\"light\"} 1.0")
        .doesNotContain("residua_residual_pvalue_count{latent=\"shadow_length\"}");
  }

  private static List<String> latents(String model) {
    return model.equals("model-1")
        ? List.of("pendulum", "light", "shadow_length", "shadow_position")
        : List.of();
  }

  @Test
  void shouldCountASwapOnceForAllPartitions() {
    // Given
    ModelMetrics models = new ModelMetrics(meters);
    models.active(SceneName.DEFAULT, "model-1", "ab12cd34ef56ab78");
    // When
    models.swapped(7);
    models.swapped(7);
    models.swapped(8);
    models.refused();
    models.active(SceneName.DEFAULT, "model-2", "cd34");
    // Then
    assertThat(scrape())
        .contains("residua_model_swap_total{result=\"applied\"} 2.0")
        .contains("residua_model_swap_total{result=\"refused\"} 1.0")
        .contains("residua_model_info{digest=\"cd34\",model=\"model-2\",scene=\"default\"} 1")
        .doesNotContain("model-1");
  }

  @Test
  void shouldCountTrainingsByWhatBecameOfThem() {
    // Given
    ModelMetrics models = new ModelMetrics(meters);
    models.trains();
    // When
    models.training(TrainingPhase.TRIGGERED);
    String during = scrape();
    models.training(TrainingPhase.KEPT);
    models.training(TrainingPhase.SUPPRESSED);
    // Then
    assertThat(during).contains("residua_training_running 1.0");
    assertThat(scrape())
        .contains("residua_training_running 0.0")
        .contains("residua_retrain_total{result=\"kept\"} 1.0")
        .contains("residua_retrain_total{result=\"suppressed\"} 1.0")
        .contains("residua_retrain_total{result=\"failed\"} 0.0")
        .doesNotContain("result=\"triggered\"");
  }

  @Test
  void shouldAddUpWhatKafkaSaysOfPartitions() {
    // Given
    Map<MetricName, Metric> kafka = new java.util.HashMap<>();
    put(kafka, "records-lag", "residua_scores", "0", 3.0);
    put(kafka, "records-lag", "residua.scores", "0", 3.0);
    put(kafka, "records-lag", "residua.scores", "1", 4.0);
    put(kafka, "records-lag", "residua.scores", "2", Double.NaN);
    put(kafka, "records-lag", "residua.control", "0", 50.0);
    put(kafka, "records-lag-avg", "residua.scores", "1", 50.0);
    // When, Then
    assertThat(MonitorMetrics.lag(kafka, "residua.scores")).isEqualTo(7);
  }

  private static void put(
      Map<MetricName, Metric> into, String name, String topic, String partition, double value) {
    MetricName full = new MetricName(name, "", "", Map.of("topic", topic, "partition", partition));
    into.put(
        full,
        new Metric() {
          @Override
          public MetricName metricName() {
            return full;
          }

          @Override
          public Object metricValue() {
            return value;
          }
        });
  }

  @Test
  void shouldRefuseANegativeNumberOfSources() {
    assertThatThrownBy(() -> new SourceLabels(-1))
        .hasMessage("residua.metrics.sources must be at least 0 but was -1");
  }

  private static Finding finding() {
    return new Finding(
        "e1",
        "e1",
        "cam1",
        1,
        1,
        Instant.EPOCH,
        Instant.EPOCH,
        "model-1",
        "ab12",
        Finding.Severity.WARNING,
        new Summary("Headline", "explanation"),
        List.of(),
        List.of(),
        new FramePosition("residua.frames", 0, 0),
        Map.of(),
        new Effect("level", 1, 3, Effect.Unit.FACTOR));
  }

  private static Incident incident(Incident.State state) {
    return new Incident(
        "i1",
        "cam1",
        Subject.latent("shadow_length", false),
        state,
        null,
        Finding.Severity.WARNING,
        "DRIFT.RESIDUAL",
        new Summary("Headline", "explanation"),
        null,
        List.of(),
        null,
        null,
        Instant.EPOCH,
        Instant.EPOCH,
        state == Incident.State.RESOLVED ? Instant.EPOCH : null,
        1,
        1,
        1,
        0,
        null,
        null,
        "model-1",
        "ab12",
        null,
        Map.of());
  }

  @Test
  void shouldCountEventsAndIncidents() {
    // Given
    MonitorMetrics metrics = new MonitorMetrics(meters, 10, MetricsTest::latents);
    judge(metrics, 0, "cam1", 3, false);
    assertThat(scrape()).contains("residua_incidents_opened_total{source=\"cam1\"} 0.0");
    // When
    judge(
        metrics,
        List.of(
            new AnomalyEvent(
                finding(), AnomalyKind.RESIDUAL, 9, 8, 0.001, "a condition", null, null, null)),
        List.of(incident(Incident.State.OPENED), incident(Incident.State.RESOLVED)));
    // Then
    assertThat(scrape())
        .contains("residua_alarms_total{kind=\"anomaly_residual\",severity=\"warning\"} 1.0")
        .contains("residua_incidents_total{severity=\"warning\",state=\"opened\"} 1.0")
        .contains("residua_incidents_total{severity=\"warning\",state=\"resolved\"} 1.0")
        .contains("residua_incidents_total{severity=\"critical\",state=\"opened\"} 0.0")
        .contains("residua_incidents_opened_total{source=\"cam1\"} 1.0");
  }

  private void alerts() {
    AlertMetrics.file(meters, () -> 1);
    ReceiverSettings receiver =
        new ReceiverSettings(
            "ops",
            ReceiverType.ALERTMANAGER,
            URI.create("http://localhost:9093"),
            Optional.empty(),
            Optional.empty(),
            List.of(),
            Optional.empty(),
            Optional.empty(),
            Duration.ofSeconds(10),
            Duration.ofMinutes(1),
            OptionalInt.empty(),
            false,
            Optional.empty());
    new AlertMetrics(
        meters,
        new AlertingSettings(
            List.of(receiver),
            List.of(),
            Optional.empty(),
            Duration.ofDays(1),
            GroupSettings.OFF,
            Optional.empty()),
        (name, problem) -> {},
        () -> {});
  }

  /** Everything that the product counts, as Prometheus sees it. */
  private String all() {
    ModelMetrics models = new ModelMetrics(meters);
    models.active(SceneName.DEFAULT, "model-1", "ab12");
    models.trains();
    models.ignored(() -> 0);
    SourceRuleMetrics.ignored(meters, () -> 0);
    ScoringMetrics scoring = new ScoringMetrics(meters, "ONNX Runtime", models, () -> {}, () -> {});
    scoring.progressed(1);
    MonitorRole.feedback(meters, new ControlCommandStore());
    alerts();
    new EvidenceMetrics(meters, () -> {});
    new IngestMetrics(meters, Clock.systemUTC());
    new FrameInboxMetrics(
        meters, new FrameWriter(new MockProducer<byte[], byte[]>(), 1, Duration.ofSeconds(1)));
    new RetentionMetrics(meters, () -> {}).deleted("residua.frames", 1);
    MonitorMetrics monitor = new MonitorMetrics(meters, 10, MetricsTest::latents);
    judge(
        monitor,
        List.of(
            new AnomalyEvent(
                finding(), AnomalyKind.RESIDUAL, 9, 8, 0.001, "a condition", null, null, null)),
        List.of());
    evaluate(
        monitor,
        0,
        "cam1",
        new DriftScore.Calibration(CalibrationPhase.ARMED, 1, false, new float[] {0.5f}));
    return scrape();
  }

  @Test
  void shouldAllBeInTheGuideAndNoOthers() throws Exception {
    // Given
    String guide = Files.readString(Path.of("src/docs/operations.md"));
    Set<String> documented = new TreeSet<>();
    Pattern.compile("(?m)^\\| `(residua_[a-z_]+)` \\|")
        .matcher(guide)
        .results()
        .forEach(row -> documented.add(row.group(1)));
    // When
    Set<String> families = families(Exposed.names(all()));
    // Then
    assertThat(families).isEqualTo(documented);
  }

  private static Set<String> families(Set<String> names) {
    Set<String> families = new TreeSet<>();
    for (String name : names) {
      if (name.startsWith("residua_")) {
        families.add(name.replaceAll("_(bucket|count|sum|max|created)$", ""));
      }
    }
    return families;
  }

  @Test
  void shouldHaveAllThatTheDocumentsName() throws Exception {
    // Given
    Set<String> named = new TreeSet<>();
    for (Path page : Documents.pages()) {
      if (!page.endsWith("CHANGELOG.md")) { // which also says how they were called
        named.addAll(families(Exposed.used(Files.readString(page))));
      }
    }
    // When
    Set<String> families = families(Exposed.names(all()));
    // Then
    assertThat(named).hasSizeGreaterThan(20);
    assertThat(families).containsAll(named);
  }

  @Test
  void shouldHaveAllThatRulesAndDashboardsUse() throws Exception {
    // Given
    List<Path> files = new ArrayList<>();
    try (Stream<Path> below = Files.walk(Path.of("deploy"))) {
      below
          .filter(f -> f.toString().matches(".*(dashboards/.*json|rules.*yml)"))
          .forEach(files::add);
    }
    Set<String> used = new TreeSet<>();
    for (Path file : files) {
      used.addAll(Exposed.used(Files.readString(file)));
    }
    // When
    Set<String> exposed = Exposed.names(all());
    // Then
    assertThat(files).hasSizeGreaterThanOrEqualTo(4);
    assertThat(used).hasSizeGreaterThan(15);
    assertThat(exposed).containsAll(used);
  }

  @Test
  void shouldRecordAllThatDashboardsAndAlertsBuildOn() throws Exception {
    // Given
    String rules = Files.readString(Path.of("deploy/prometheus/rules.yml"));
    String texts = rules.replaceAll("- record: .*", "");
    for (String name : List.of("residua-service", "residua-sources")) {
      texts += Files.readString(Path.of("deploy/grafana/dashboards", name + ".json"));
    }
    Set<String> used = new TreeSet<>();
    Pattern.compile("residua:[a-z0-9_]+:[a-z0-9_]+")
        .matcher(texts)
        .results()
        .forEach(found -> used.add(found.group()));
    // When
    Set<String> recorded = new TreeSet<>();
    Pattern.compile("record: (\\S+)")
        .matcher(rules)
        .results()
        .forEach(found -> recorded.add(found.group(1)));
    // Then
    assertThat(recorded).isEqualTo(used).isNotEmpty();
  }

  @Test
  void shouldShowWhatWaitsForAllLoops() throws Exception {
    // Given
    ScoringMetrics scoring = scoring();
    Thread other = new Thread(() -> scoring.progressed(5));
    other.start();
    other.join();
    // When
    scoring.progressed(9);
    scoring.progressed(2);
    // Then
    assertThat(scrape()).contains("residua_consumer_lag_records{role=\"score\"} 7.0");
  }
}
