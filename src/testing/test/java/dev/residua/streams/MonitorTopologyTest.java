package dev.residua.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.residua.anomaly.AnomalyEvent;
import dev.residua.anomaly.AnomalyKind;
import dev.residua.causal.Finding;
import dev.residua.causal.ScoredFrame;
import dev.residua.commissioning.CommissioningReport;
import dev.residua.drift.CalibrationPhase;
import dev.residua.drift.DriftEvent;
import dev.residua.drift.DriftScore;
import dev.residua.frame.ImageShape;
import dev.residua.frame.SensorReadings;
import dev.residua.incident.ActiveControls;
import dev.residua.incident.ControlCommand;
import dev.residua.incident.ControlCommand.Order;
import dev.residua.incident.ControlCommand.Retire;
import dev.residua.incident.Incident;
import dev.residua.incident.Subject;
import dev.residua.intervention.InterventionEvent;
import dev.residua.monitor.MonitorModel;
import dev.residua.monitor.MonitorThresholds;
import dev.residua.monitor.SourceSettings;
import dev.residua.monitor.SourceState;
import dev.residua.monitor.SourceState.OpenIncident;
import dev.residua.source.ActiveHours;
import dev.residua.source.MinimumEffect;
import dev.residua.source.SharedBudget;
import dev.residua.source.SourceRule;
import dev.residua.source.SourceRules;
import dev.residua.state.MonitorStates;
import dev.residua.telemetry.Tracing;
import dev.residua.testing.ChangedModel;
import dev.residua.testing.PictureReferences;
import dev.residua.testing.Scored;
import dev.residua.testing.TestModels;
import dev.residua.wire.RecordFormat;
import dev.residua.wire.TopicFormats;
import dev.residua.wire.Topics;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.errors.LogAndContinueExceptionHandler;
import org.apache.kafka.streams.processor.Punctuator;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class MonitorTopologyTest {
  private static final int LENGTH = 2;
  private static final SourceLimits NONE_LIVE = SourceLimits.DEFAULTS.withLive(0);

  private static MonitorModel model;
  private static MonitorModel learning;
  private static MonitorModel diagnosing;

  @TempDir Path stateDirectory;
  private final Topics topics = new Topics("residua.");
  private TopologyTestDriver driver;

  @BeforeAll
  static void calibrate() {
    Random random = new Random(11);
    int n = 1_000;
    float[][] residuals = new float[n][4];
    for (int i = 0; i < n * 4; i++) {
      residuals[i / 4][i % 4] = (float) random.nextGaussian();
    }
    List<ScoredFrame> frames = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      frames.add(
          Scored.nominal()
              .residuals(residuals[i])
              .reconstructionError(random.nextFloat())
              .appearance((float) (0.001 * random.nextGaussian()), 0.5f)
              .frame(i));
    }
    TestModels models =
        TestModels.ofShadow(frames).edge(0, 3).edge(1, 3).picture(PictureReferences.silent());
    model = models.targetRunLength(500).build();
    learning = models.targetRunLength(20_000).learns().build();
    diagnosing = models.diagnoses().build();
  }

  @BeforeEach
  void open() {
    driver = driver();
  }

  private TopologyTestDriver driver() {
    return driver(MonitorModels.fixed(model));
  }

  private TopologyTestDriver driver(MonitorModels models) {
    return driver(models, SourceLimits.DEFAULTS);
  }

  private TopologyTestDriver driver(MonitorModels models, SourceLimits limits) {
    return new TopologyTestDriver(
        MonitorTopology.build(topics, models, new ControlCommandStore(), limits), settings());
  }

  private Properties settings() {
    Properties settings = new Properties();
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "monitor");
    settings.put(StreamsConfig.STATE_DIR_CONFIG, stateDirectory.toString());
    settings.put(
        StreamsConfig.DESERIALIZATION_EXCEPTION_HANDLER_CLASS_CONFIG,
        LogAndContinueExceptionHandler.class);
    settings.put(StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG, ScoreErrors.class);
    settings.put(
        StreamsConfig.ERRORS_DEAD_LETTER_QUEUE_TOPIC_NAME_CONFIG, topics.deadLetters().name());
    return settings;
  }

  @AfterEach
  void close() {
    driver.close();
  }

  private void send(ScoredFrame frame) {
    driver
        .createInputTopic(
            topics.scores().name(), new StringSerializer(), topics.scores().value().serializer())
        .pipeInput(frame.source(), frame);
  }

  private TestOutputTopic<String, DriftScore> drift() {
    return driver.createOutputTopic(
        topics.drift().name(),
        topics.drift().key().deserializer(),
        topics.drift().value().deserializer());
  }

  private TestOutputTopic<String, DriftEvent> drifts() {
    return driver.createOutputTopic(
        topics.drifts().name(),
        topics.drifts().key().deserializer(),
        topics.drifts().value().deserializer());
  }

  private TestOutputTopic<String, InterventionEvent> interventions() {
    return driver.createOutputTopic(
        topics.interventions().name(),
        topics.interventions().key().deserializer(),
        topics.interventions().value().deserializer());
  }

  private TestOutputTopic<String, AnomalyEvent> anomalies() {
    return driver.createOutputTopic(
        topics.anomalies().name(),
        topics.anomalies().key().deserializer(),
        topics.anomalies().value().deserializer());
  }

  @Test
  void shouldTellTheProductsStoryInItsDescription() {
    // When
    Topology topology =
        MonitorTopology.build(
            topics, MonitorModels.fixed(model), new ControlCommandStore(), SourceLimits.DEFAULTS);
    // Then
    assertThat(topology.describe().toString())
        .contains("scores", "check-model", "monitor-source", "incidents", "control-commands");
  }

  private void sendBytes(String topic, String key, byte[] value) {
    driver
        .createInputTopic(topic, new StringSerializer(), new ByteArraySerializer())
        .pipeInput(key, value);
  }

  private byte[] bytes(ScoredFrame frame) {
    return topics.scores().value().serializer().serialize("", frame);
  }

  private List<String> refusals() {
    return driver
        .createOutputTopic(
            topics.deadLetters().name(), new ByteArrayDeserializer(), new ByteArrayDeserializer())
        .readRecordsToList()
        .stream()
        .map(letter -> header(letter, "__streams.errors.message"))
        .toList();
  }

  @Test
  void shouldMakeDeadLettersOfScoresThatNoScorerWritesAndGoOn() {
    // Given
    ScoredFrame good = Scored.nominal().frame(0);
    Map<String, ScoredFrame> bad = new LinkedHashMap<>();
    bad.put("p-value is 0.0", Scored.nominal().appearance(0, 0).frame(1));
    bad.put("p-value is NaN", Scored.nominal().appearance(0, Float.NaN).frame(1));
    bad.put("p-value is 1.5", Scored.nominal().appearance(0, 1.5f).frame(1));
    bad.put("appearance is 3.0E38", Scored.nominal().appearance(3e38f, 0.5f).frame(1));
    bad.put("residual is Infinity", Scored.nominal().broken(LENGTH, 1 / 0f).frame(1));
    bad.put(
        "it has 2 latents, its model has 4",
        Scored.nominal().residuals(1, 2).expected(0, 0).frame(1));
    bad.put("a time of it is 2343", Scored.nominal().frame(200_000_000_000L));
    bad.put("100000 characters", Scored.nominal().source("x".repeat(100_000)).frame(1));
    // When
    sendBytes(topics.scores().name(), "cam1", null);
    sendBytes(topics.scores().name(), null, bytes(good));
    sendBytes(topics.scores().name(), "cam2", bytes(good));
    bad.values().forEach(score -> sendBytes(topics.scores().name(), score.source(), bytes(score)));
    send(good);
    // Then
    List<String> refusals = refusals();
    assertThat(refusals).hasSize(3 + bad.size());
    assertThat(refusals.get(0)).contains("no value");
    assertThat(refusals.subList(1, 3)).allMatch(message -> message.contains("record key"));
    int i = 3;
    for (String why : bad.keySet()) {
      assertThat(refusals.get(i++)).contains(why);
    }
    assertThat(drift().readValuesToList()).as("the good one").hasSize(1);
  }

  @Test
  void shouldQuarantineAScoreWhoseEvaluationFailsAndKeepTheStateOfItsSource() {
    // Given
    List<ScoredFrame> frames = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      frames.add(Scored.nominal().frame(i));
    }
    frames.forEach(this::send);
    byte[] undisturbed = driver.<String, byte[]>getKeyValueStore(MonitorSource.STORE).get("cam1");
    driver.close();
    // When the evaluation of one score fails, and every call of an observer
    AtomicBoolean broken = new AtomicBoolean();
    ControlCommandStore commands =
        new ControlCommandStore() {
          @Override
          public ActiveControls active() {
            if (broken.get()) {
              throw new IllegalStateException("nobody foresaw this");
            }
            return super.active();
          }
        };
    MonitorListener failing =
        (partition, frame, result, open) -> {
          throw new IllegalStateException("metrics are broken");
        };
    driver =
        new TopologyTestDriver(
            MonitorTopology.build(
                topics,
                MonitorModels.fixed(model),
                commands,
                MonitorRules.NONE,
                SourceLimits.DEFAULTS,
                failing,
                Tracing.OFF),
            settings());
    frames.subList(0, 20).forEach(this::send);
    broken.set(true);
    send(Scored.nominal().broken(LENGTH, 9.5f).frame(20));
    broken.set(false);
    frames.subList(20, 40).forEach(this::send);
    // Then
    assertThat(refusals()).hasSize(1).allMatch(why -> why.contains("nobody foresaw this"));
    assertThat(drift().readValuesToList()).hasSize(40);
    assertThat(driver.<String, byte[]>getKeyValueStore(MonitorSource.STORE).get("cam1"))
        .isEqualTo(undisturbed);
  }

  @Test
  void shouldSkipControlRecordsThatItCannotReadAlsoAfterARestart() {
    // Given
    ControlCommand known =
        new ControlCommand.Suppression(
            new ControlCommand.Order("s", "cam1", "kim", "a test", Instant.EPOCH), "light", 2);
    byte[] valid = topics.control().value().serializer().serialize("", known);
    List<RefusalListener.Reason> skipped = new ArrayList<>();
    ControlCommandStore commands = new ControlCommandStore(skipped::add);
    driver.close();
    driver =
        new TopologyTestDriver(
            MonitorTopology.build(
                topics, MonitorModels.fixed(model), commands, SourceLimits.DEFAULTS),
            settings());
    // When
    sendBytes(topics.control().name(), "s", valid);
    sendBytes(topics.control().name(), "junk", "no command".getBytes(StandardCharsets.UTF_8));
    sendBytes(topics.control().name(), "cut", Arrays.copyOf(valid, 20));
    sendBytes(topics.control().name(), null, valid);
    send(Scored.nominal().frame(0));
    // Then
    assertThat(skipped).hasSize(2).containsOnly(RefusalListener.Reason.UNREADABLE_CONTROL);
    assertThat(commands.active().suppressed("cam1", "light", 1)).isTrue();
    assertThat(drift().readValuesToList()).hasSize(1);
    // When a later version replaces the command by one of a kind that this one does not know
    sendBytes(topics.control().name(), "s", "a kind of tomorrow".getBytes(StandardCharsets.UTF_8));
    // Then
    assertThat(commands.active().suppressed("cam1", "light", 1)).isFalse();
  }

  @Test
  void shouldNameTheBrokenMechanismOncePerEpisode() {
    // Given
    for (int i = 0; i < 30; i++) {
      send(Scored.nominal().frame(i));
    }
    // When
    for (int i = 30; i < 35; i++) {
      send(Scored.nominal().broken(LENGTH, 9.5f).frame(i));
    }
    // Then
    List<TestRecord<String, AnomalyEvent>> events = anomalies().readRecordsToList();
    assertThat(events).hasSize(1);
    AnomalyEvent event = events.get(0).value();
    Finding finding = event.finding();
    assertThat(event.kind()).isEqualTo(AnomalyKind.RESIDUAL);
    assertThat(finding.lastSequence()).isEqualTo(30);
    assertThat(finding.summary().explanation())
        .isEqualTo("shadow length 9.5 sd above what pendulum and light explain");
    assertThat(finding.causes().get(0).latent()).isEqualTo("shadow_length");
    assertThat(finding.causes().get(0).parents()).containsExactly("pendulum", "light");
    assertThat(event.statistic()).isGreaterThanOrEqualTo(event.threshold());
    assertThat(finding.links())
        .containsOnlyKeys("frame", "expected", "heatmap:shadow_length")
        .containsEntry(
            "frame",
            "/api/pictures/frame?model=%s&source=%s&partition=%d&offset=%d"
                .formatted(
                    finding.modelId(),
                    finding.source(),
                    finding.position().partition(),
                    finding.position().offset()))
        .containsEntry(
            "expected",
            "/api/pictures/decoded?model=%s&latents=0.0000,0.0000,0.0000,0.0000"
                .formatted(finding.modelId()));
    assertThat(event.resolution()).isEqualTo(1 / 876.0);
    assertThat(event.tailPValue()).isBetween(1e-12, 1e-3);
  }

  @Test
  void shouldReportAgainAfterAQuietStretch() {
    // Given
    send(Scored.nominal().broken(LENGTH, 9.5f).frame(0));
    for (int i = 1; i <= model.rule().settings().quietFrames(); i++) {
      send(Scored.nominal().frame(i));
    }
    // When
    send(Scored.nominal().broken(LENGTH, 9.5f).frame(100));
    // Then
    assertThat(anomalies().readValuesToList())
        .extracting(event -> event.finding().lastSequence())
        .containsExactly(0L, 100L);
  }

  @Test
  void shouldBlameNoMechanismWhenTheWholePictureGotDarker() {
    // When
    send(Scored.nominal().broken(LENGTH, 9.5f).appearance(-0.2f, 1e-4f).frame(0));
    // Then
    AnomalyEvent event = anomalies().readValue();
    assertThat(event.kind()).isEqualTo(AnomalyKind.APPEARANCE);
    assertThat(event.finding().causes()).isEmpty();
    assertThat(event.finding().summary().explanation()).contains("51 grey levels darker");
  }

  @Test
  void shouldGiveEveryEventCloudEventsHeaders() {
    // When
    send(Scored.nominal().broken(LENGTH, 9.5f).frame(7));
    // Then
    TestRecord<String, AnomalyEvent> event = anomalies().readRecord();
    assertThat(header(event, "ce_type")).isEqualTo("dev.residua.anomaly");
    assertThat(header(event, "ce_specversion")).isEqualTo("1.0");
    assertThat(header(event, "ce_id")).isEqualTo(event.value().finding().eventId());
    assertThat(header(event, "ce_subject")).isEqualTo("cam1");
  }

  @Test
  void shouldReadAndWriteJsonWhereTheTopicsAreConfiguredSo() throws Exception {
    // Given
    Topics json =
        new Topics(
            "residua.",
            new TopicFormats(
                Map.of("scores", RecordFormat.JSON, "anomalies", RecordFormat.JSON),
                Optional.empty()));
    driver.close();
    driver =
        new TopologyTestDriver(
            MonitorTopology.build(
                json, MonitorModels.fixed(model), new ControlCommandStore(), SourceLimits.DEFAULTS),
            settings());
    byte[] score = json.scores().write(Scored.nominal().broken(LENGTH, 9.5f).frame(7));
    // When
    sendBytes(json.scores().name(), "cam1", score);
    // Then
    TestRecord<String, byte[]> event =
        driver
            .createOutputTopic(
                json.anomalies().name(), new StringDeserializer(), new ByteArrayDeserializer())
            .readRecord();
    assertThat(header(event, "content-type")).isEqualTo("application/json");
    JsonNode value = new ObjectMapper().readTree(event.value());
    assertThat(value.at("/finding/lastSequence").longValue()).isEqualTo(7);
    assertThat(value.at("/finding/explanation").textValue())
        .isEqualTo(json.anomalies().read(event.value()).finding().summary().explanation());
    assertThat(drift().readRecord().value().sequence()).isEqualTo(7);
  }

  private static String header(TestRecord<?, ?> record, String name) {
    return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
  }

  @Test
  void shouldGiveOneDriftScoreAFrameAndOneOnsetAndEndADrift() {
    // Given
    Random random = new Random(5);
    int quiet = 150;
    int shifted = 60;
    int after = 400;
    // When
    for (int i = 0; i < quiet + shifted + after; i++) {
      boolean drifted = i >= quiet && i < quiet + shifted;
      send(Scored.nominal().residuals(noise(random, drifted ? 3 : 0)).frame(i));
    }
    // Then
    List<DriftScore> scores = drift().readValuesToList();
    assertThat(scores).hasSize(quiet + shifted + after);
    assertThat(scores.get(scores.size() - 1).samples()).isEqualTo(scores.size());
    List<DriftEvent> events = drifts().readValuesToList();
    assertThat(events)
        .extracting(DriftEvent::kind)
        .containsExactly(DriftEvent.Kind.ONSET, DriftEvent.Kind.END);
    DriftEvent onset = events.get(0);
    assertThat(onset.finding().lastSequence()).isBetween((long) quiet, quiet + 10L);
    assertThat(onset.changePoint().low()).isBetween(quiet - 20L, quiet + 5L);
    assertThat(onset.finding().causes().get(0).latent()).isEqualTo("shadow_length");
    assertThat(onset.finding().summary().explanation())
        .startsWith("shadow length no longer follows pendulum and light");
  }

  @Test
  void shouldNameNoMechanismInADriftOfADarkerPicture() {
    // Given
    Random random = new Random(5);
    int quiet = 150;
    // When
    for (int i = 0; i < quiet + 30; i++) {
      Scored frame = Scored.nominal().residuals(noise(random, i < quiet ? 0 : 3));
      send((i < quiet ? frame : frame.appearance(-0.2f, 1e-4f)).frame(i));
    }
    // Then
    DriftEvent onset = drifts().readValue();
    assertThat(onset.finding().causes()).isEmpty();
    assertThat(onset.finding().summary().explanation()).contains("no mechanism is named");
  }

  @Test
  void shouldNameTheLatentThatStandsStill() {
    // Given
    Random random = new Random(5);
    int quiet = 150;
    // When
    for (int i = 0; i < quiet + 100; i++) {
      float[] residuals = noise(random, 0);
      if (i >= quiet) {
        residuals[LENGTH] = 0;
      }
      send(Scored.nominal().residuals(residuals).frame(i));
    }
    // Then
    DriftEvent onset = drifts().readValue();
    assertThat(onset.finding().causes().get(0).latent()).isEqualTo("shadow_length");
    assertThat(onset.finding().summary().explanation())
        .startsWith("shadow length deviates less than usual from what pendulum and light explain");
  }

  @Test
  void shouldMakeOneIncidentOfAFaultAlsoAcrossARestart() {
    // Given
    Random random = new Random(8);
    List<ScoredFrame> frames = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      boolean broken = i >= 200 && i < 300;
      frames.add(Scored.nominal().residuals(noise(random, broken ? 3 : 0)).frame(i));
    }
    // When
    frames.subList(0, 250).forEach(this::send);
    List<Incident> incidents = new ArrayList<>(incidents().readValuesToList());
    Map<String, byte[]> kept = state();
    driver.close();
    driver = driver();
    kept.forEach(driver.<String, byte[]>getKeyValueStore(MonitorSource.STORE)::put);
    frames.subList(250, 500).forEach(this::send);
    incidents.addAll(incidents().readValuesToList());
    // Then
    assertThat(incidents)
        .extracting(Incident::state)
        .containsExactly(Incident.State.OPENED, Incident.State.RESOLVED);
    assertThat(incidents).extracting(Incident::id).containsOnly(incidents.get(0).id());
    assertThat(incidents.get(0).kind()).isEqualTo("DRIFT.RESIDUAL");
    assertThat(incidents.get(0).causes().get(0).latent()).isEqualTo("shadow_length");
    assertThat(incidents.get(1).updatedSequence()).isBetween(330L, 495L);
    List<DriftEvent> drifts = drifts().readValuesToList();
    assertThat(drifts)
        .extracting(e -> e.finding().incidentId())
        .containsOnly(incidents.get(0).id());
  }

  @Test
  void shouldOpenNoIncidentWhileMaintained() {
    // Given
    command(
        new ControlCommand.Maintenance(
            new ControlCommand.Order("m", "cam1", "kim", "cleaning", Instant.EPOCH),
            new ControlCommand.Period(Scored.time(200), Scored.time(280))));
    Random random = new Random(8);
    // When
    for (int i = 0; i < 300; i++) {
      send(Scored.nominal().residuals(noise(random, i < 200 ? 0 : 3)).frame(i));
    }
    // Then
    assertThat(incidents().readValuesToList())
        .extracting(Incident::updatedSequence)
        .containsExactly(280L);
  }

  @Test
  void shouldLetAChangeWithinItsMarginPass() {
    // Given
    command(
        new ControlCommand.Suppression(
            new ControlCommand.Order("s", "cam1", "kim", "known wear", Instant.EPOCH),
            "shadow_length",
            5));
    Random random = new Random(8);
    // When
    for (int i = 0; i < 300; i++) {
      send(Scored.nominal().residuals(noise(random, i < 200 ? 0 : 3)).frame(i));
    }
    // Then
    assertThat(drifts().readValuesToList()).hasSize(1);
    assertThat(incidents().isEmpty()).isTrue();
  }

  @Test
  void shouldStartAroundTheNewNormalWhenAnOperatorAcceptsIt() {
    // Given
    Random random = new Random(8);
    for (int i = 0; i < 400; i++) {
      send(Scored.nominal().residuals(noise(random, i < 200 ? 0 : 3)).frame(i));
    }
    assertThat(incidents().readValue().state()).isEqualTo(Incident.State.OPENED);
    // When
    command(
        new ControlCommand.AcceptNormal(
            new ControlCommand.Order("a", "cam1", "kim", "new lamp", Instant.EPOCH)));
    for (int i = 400; i < 600; i++) {
      send(Scored.nominal().residuals(noise(random, 3)).frame(i));
    }
    // Then
    List<Incident> after = incidents().readValuesToList();
    assertThat(after)
        .extracting(Incident::reason)
        .containsExactly(Incident.Reason.ACCEPTED_AS_NORMAL);
    assertThat(after.get(0).updatedSequence()).isEqualTo(400);
    assertThat(after.get(0).note()).isEqualTo("accepted as normal by kim: new lamp");
  }

  @Test
  void shouldReportASilentSourceAndSuspendItsOtherIncidents() {
    // Given an open incident
    Random random = new Random(8);
    for (int i = 0; i < 300; i++) {
      send(Scored.nominal().residuals(noise(random, i < 200 ? 0 : 3)).frame(i));
    }
    incidents().readValuesToList();
    // When
    pass(SourceLimits.DEFAULTS.silentAfter().minusSeconds(1));
    assertThat(incidents().isEmpty()).as("not silent yet").isTrue();
    pass(Duration.ofSeconds(2));
    pass(Duration.ofMinutes(30));
    // Then
    List<Incident> silent = incidents().readValuesToList();
    assertThat(silent)
        .extracting(i -> i.subject() + " " + i.state())
        .containsExactly("silence OPENED", "undetermined SUSPENDED");
    assertThat(silent.get(0).summary().explanation())
        .isEqualTo(
            "no frame since %s UTC; the last one was #299"
                .formatted(Scored.time(299).toString().substring(0, 19).replace('T', ' ')));
    assertThat(silent.get(0).severity()).isEqualTo(Finding.Severity.WARNING);
    assertThat(silent.get(0).updatedAt()).isEqualTo(Scored.time(299).plusSeconds(301));
    // When it sends again
    send(Scored.nominal().residuals(noise(random, 3)).frame(300));
    // Then
    assertThat(incidents().readValuesToList())
        .extracting(i -> i.subject() + " " + i.state())
        .containsExactly("silence RESOLVED", "undetermined UPDATED");
  }

  /** Lets time pass in steps that all count. */
  private void pass(Duration time) {
    Duration left = time;
    while (left.compareTo(SourceClock.LONGEST_STEP) > 0) {
      driver.advanceWallClockTime(SourceClock.LONGEST_STEP);
      left = left.minus(SourceClock.LONGEST_STEP);
    }
    driver.advanceWallClockTime(left);
  }

  private void restart(MonitorRules rules) {
    restart(rules, MonitorModels.fixed(model));
  }

  private void restart(MonitorRules rules, MonitorModels models) {
    driver.close();
    driver =
        new TopologyTestDriver(
            MonitorTopology.build(
                topics,
                models,
                new ControlCommandStore(),
                rules,
                SourceLimits.DEFAULTS,
                MonitorListener.NONE,
                Tracing.OFF),
            settings(),
            Instant.parse("2026-03-02T12:00:00Z")); // a Monday
  }

  private static final MonitorRules COMMISSIONED =
      new MonitorRules(() -> SourceRules.EMPTY, () -> SourceRules.EMPTY, Optional.empty(), true);

  /** Reports of two sources that take turns, one of which learns from frames that are shifted. */
  private List<CommissioningReport> learned(int live) {
    driver.close();
    driver =
        new TopologyTestDriver(
            MonitorTopology.build(
                topics,
                MonitorModels.fixed(learning),
                new ControlCommandStore(),
                COMMISSIONED,
                SourceLimits.DEFAULTS.withLive(live),
                MonitorListener.NONE,
                Tracing.OFF),
            settings());
    Random random = new Random(8);
    for (int i = 0; i < 1_400; i++) {
      for (String source : List.of("cam1", "cam2")) {
        float[] values = new float[4];
        for (int k = 0; k < 4; k++) {
          values[k] = (float) random.nextGaussian() + (source.equals("cam2") ? 1 : 0);
        }
        send(
            Scored.nominal()
                .source(source)
                .residuals(values)
                .reconstructionError(random.nextFloat())
                .frame(i));
      }
    }
    assertThat(incidents().isEmpty()).isTrue();
    return driver
        .createOutputTopic(
            topics.calibrations().name(),
            topics.calibrations().key().deserializer(),
            topics.calibrations().value().deserializer())
        .readValuesToList();
  }

  @Test
  void shouldLearnTheSameWhenSourcesAreReadBackFromTheStore() {
    // When
    List<CommissioningReport> ready = learned(2);
    long blocks = driver.getKeyValueStore(MonitorTopology.STATE_STORE).approximateNumEntries();
    List<CommissioningReport> readBack = learned(0);
    // Then
    assertThat(readBack).isEqualTo(ready);
    assertThat(blocks).isGreaterThan(10);
    assertThat(ready)
        .filteredOn(report -> report.status().phase() == CalibrationPhase.ARMED)
        .extracting(CommissioningReport::source)
        .contains("cam1", "cam2");
    CommissioningReport last = ready.get(ready.size() - 1);
    assertThat(last.calibration().latents())
        .allSatisfy(
            latent ->
                assertThat(latent.location())
                    .isCloseTo(last.source().equals("cam2") ? 1 : 0, within(0.15)));
  }

  @Test
  void shouldDecideTheSameWhenSourcesAreReadBackFromTheStore() {
    // When
    List<Object> ready = watched(2);
    List<Object> readBack = watched(0);
    // Then
    assertThat(readBack).isEqualTo(ready);
    assertThat(ready)
        .filteredOn(Incident.class::isInstance)
        .map(Incident.class::cast)
        .extracting(Incident::kind, Incident::state)
        .contains(
            tuple("SENSOR.FROZEN", Incident.State.RESOLVED),
            tuple("DRIFT.RESIDUAL", Incident.State.CLOSED));
  }

  /**
   * Scores and incidents of two sources that take turns, with faults and orders that empty the
   * rings of their detectors.
   */
  private List<Object> watched(int live) {
    driver.close();
    driver = driver(MonitorModels.fixed(model), SourceLimits.DEFAULTS.withLive(live));
    Random random = new Random(8);
    for (int i = 0; i < 1_600; i++) {
      boolean frozen = i % 500 >= 450 && i % 500 < 480;
      if (i == 900) {
        command(
            new ControlCommand.AcceptNormal(
                new ControlCommand.Order("a", "cam2", "kim", "new lamp", Instant.EPOCH)));
      }
      for (String source : List.of("cam1", "cam2")) {
        boolean shifted = source.equals("cam2") && i >= 700;
        send(
            Scored.nominal()
                .source(source)
                .residuals(noise(random, shifted ? 3 : 0))
                .reconstructionError(random.nextFloat())
                .sensor(new SensorReadings(128, 0, 0, 100, 1, frozen ? 1 : i))
                .frame(i));
      }
    }
    List<Object> seen = new ArrayList<>();
    for (DriftScore score : drift().readValuesToList()) {
      seen.add(List.of(score.source(), score.samples(), score.statistic(), score.others()));
    }
    seen.addAll(incidents().readValuesToList());
    seen.addAll(states().readValuesToList());
    return seen;
  }

  @Test
  void shouldLearnUnderAChallengerFromItsScores() {
    // Given
    learned(0);
    TestInputTopic<String, ScoredFrame> shadow =
        driver.createInputTopic(
            topics.shadowScores().name(),
            topics.shadowScores().key().serializer(),
            topics.shadowScores().value().serializer());
    TestOutputTopic<String, CommissioningReport> calibrations =
        driver.createOutputTopic(
            topics.calibrations().name(),
            topics.calibrations().key().deserializer(),
            topics.calibrations().value().deserializer());
    // When
    Random random = new Random(9);
    for (int i = 0; i < 1_400; i++) {
      for (String source : List.of("cam1", "cam2", "unknown")) {
        float[] values = new float[4];
        for (int k = 0; k < 4; k++) {
          values[k] = (float) random.nextGaussian();
        }
        shadow.pipeInput(
            source,
            Scored.nominal()
                .source(source)
                .modelId(learning.id())
                .residuals(values)
                .reconstructionError(random.nextFloat())
                .frame(1_400 + i));
      }
    }
    shadow.pipeInput("cam1", Scored.nominal().source("cam1").modelId("gone").frame(9_000));
    // Then
    Map<String, CommissioningReport> last = new TreeMap<>();
    calibrations.readKeyValuesToList().forEach(one -> last.put(one.key, one.value));
    assertThat(last).containsOnlyKeys("cam1", "cam2");
    assertThat(last.values())
        .allSatisfy(
            report -> {
              assertThat(report.status().phase()).isEqualTo(CalibrationPhase.ARMED);
              assertThat(report.challenger().modelId()).isEqualTo(learning.id());
              assertThat(report.challenger().status().phase()).isEqualTo(CalibrationPhase.ARMED);
            });
  }

  @Test
  void shouldDeleteAllOfARetiredSourceThatLearns() {
    // Given
    learned(2);
    // When
    command(new Retire(new Order("r", "cam.*", "kim", "gone", Instant.EPOCH)));
    driver.advanceWallClockTime(Duration.ofSeconds(2));
    // Then
    KeyValueStore<String, byte[]> store = driver.getKeyValueStore(MonitorTopology.STATE_STORE);
    try (KeyValueIterator<String, byte[]> all = store.all()) {
      assertThat(all.hasNext()).isFalse();
    }
    assertThat(
            driver
                .createOutputTopic(
                    topics.calibrations().name(),
                    topics.calibrations().key().deserializer(),
                    new ByteArrayDeserializer())
                .readKeyValuesToMap())
        .containsEntry("cam1", null)
        .containsEntry("cam2", null);
  }

  private static MonitorRules rules(AtomicReference<SourceRules> rules) {
    return new MonitorRules(
        rules::get, rules::get, Optional.of(new SourceSettings.Budget(1, 20)), false);
  }

  private static final SourceRule RULE = SourceRule.of("line", "cam*").withRevision(1);

  @Test
  void shouldGiveIncidentsTheLabelsAndLowestSeverityOfTheRuleThatTheScoreNames() {
    // Given two revisions
    SourceRule first =
        RULE.with(
            rule ->
                rule.labels(Map.of("site", "north"))
                    .falseAlarmsPerWeek(1_000.0)
                    .severity(Finding.Severity.CRITICAL));
    SourceRule second = first.with(rule -> rule.revision(2).labels(Map.of("site", "south")));
    restart(rules(new AtomicReference<>(new SourceRules(List.of(first, second)))));
    Random random = new Random(8);
    // When the scores name the first
    for (int i = 0; i < 300; i++) {
      send(Scored.nominal().residuals(noise(random, i < 200 ? 0 : 3)).rule("line/1").frame(i));
    }
    // Then
    assertThat(incidents().readValuesToList().get(0))
        .satisfies(
            incident -> {
              assertThat(incident.labels()).isEqualTo(Map.of("scene", "default", "site", "north"));
              assertThat(incident.severity()).isEqualTo(Finding.Severity.CRITICAL);
            });
  }

  @Test
  void shouldRecordADeviationBelowTheMinimumOfTheRuleWithoutAnIncident() {
    // Given a minimum that the shift stays below, and a later revision with a smaller one
    SourceRule first =
        RULE.with(rule -> rule.minimumEffect(MinimumEffect.parse("shadow_length=5")));
    SourceRule second =
        first.with(rule -> rule.revision(2).minimumEffect(MinimumEffect.parse("shadow_length=2")));
    restart(
        rules(new AtomicReference<>(new SourceRules(List.of(first, second)))),
        MonitorModels.fixed(diagnosing));
    Random random = new Random(8);
    // When
    for (int i = 0; i < 330; i++) {
      send(Scored.nominal().residuals(noise(random, i < 200 ? 0 : 3)).rule("line/1").frame(i));
    }
    List<Incident> before = incidents().readValuesToList();
    List<InterventionEvent> recorded = interventions().readValuesToList();
    for (int i = 330; i < 500; i++) {
      send(Scored.nominal().residuals(noise(random, 3)).rule("line/2").frame(i));
    }
    // Then
    assertThat(before).isEmpty();
    assertThat(recorded)
        .singleElement()
        .satisfies(event -> assertThat(event.finding().isBelowMinimum()).isTrue());
    Incident opened = incidents().readValue();
    assertThat(opened.effect().minimum()).isEqualTo(2);
    assertThat(opened.threshold()).endsWith("above the minimum of 2 standard deviations.");
  }

  @Test
  void shouldSetThresholdsForTheBudgetAtTheMeasuredFrameRate() {
    // Given frames at 20 per second, where 2 are configured
    SourceRule rule = RULE.with(one -> one.falseAlarmsPerWeek(100.0).framesPerSecond(2.0));
    restart(rules(new AtomicReference<>(new SourceRules(List.of(rule)))));
    // When
    for (int i = 0; i < 130; i++) {
      send(Scored.nominal().rule("line/1").frame(i));
    }
    // Then each of two detectors has twice the run length of the whole
    List<DriftScore> scores = drift().readValuesToList();
    assertThat(scores.get(0).targetRunLength()).isEqualTo(2 * 604_800 * 2 / 100.0);
    assertThat(scores.get(0).others().framesPerSecond()).isNaN();
    assertThat(scores.get(129).others().framesPerSecond()).isCloseTo(20, within(0.01));
    assertThat(scores.get(129).targetRunLength())
        .isCloseTo(2 * 604_800 * 20 / 100.0, withinPercentage(0.1));
    assertThat(scores.get(129).threshold()).isGreaterThan(scores.get(0).threshold());
  }

  @Test
  void shouldGiveASourceTheShareOfTheBudgetThatItsScoreNames() {
    // Given
    SourceRule alone = RULE.with(one -> one.falseAlarmsPerWeek(100.0).budget(new SharedBudget(1)));
    SourceRule shared = alone.with(one -> one.revision(2).budget(new SharedBudget(8)));
    restart(rules(new AtomicReference<>(new SourceRules(List.of(alone, shared)))));
    // When
    send(Scored.nominal().rule("line/1").frame(0));
    send(Scored.nominal().rule("line/2").frame(1));
    send(Scored.nominal().rule("line/1").frame(2));
    // Then
    double whole = drift().readValue().targetRunLength();
    assertThat(drift().readValuesToList())
        .extracting(DriftScore::targetRunLength)
        .containsExactly(8 * whole, whole);
  }

  @Test
  void shouldReadOnForARuleThatItDoesNotKnowYet() {
    // Given
    SourceRule rule = RULE.withFalseAlarmsPerWeek(100.0);
    restart(
        new MonitorRules(
            () -> SourceRules.EMPTY,
            () -> new SourceRules(List.of(rule)),
            Optional.of(new SourceSettings.Budget(1, 20)),
            false));
    // When
    send(Scored.nominal().rule("line/1").frame(0));
    // Then
    assertThat(drift().readValue().targetRunLength()).isEqualTo(2 * 604_800 * 20 / 100.0);
  }

  @Test
  void shouldCloseTheIncidentsOfASourceThatARuleDisablesAndDropItsFrames() {
    // Given an open incident
    SourceRule on = RULE.withFalseAlarmsPerWeek(1_000.0);
    SourceRule off = on.with(rule -> rule.revision(2).enabled(false));
    AtomicReference<SourceRules> rules = new AtomicReference<>(new SourceRules(List.of(on)));
    restart(rules(rules));
    Random random = new Random(8);
    for (int i = 0; i < 300; i++) {
      send(Scored.nominal().residuals(noise(random, i < 200 ? 0 : 3)).rule("line/1").frame(i));
    }
    incidents().readValuesToList();
    drift().readValuesToList();
    rules.set(new SourceRules(List.of(on, off)));
    // When
    send(Scored.nominal().rule("line/2").frame(300));
    // Then
    assertThat(incidents().readValuesToList())
        .extracting(i -> i.state() + " " + i.reason() + " " + i.note())
        .containsExactly("CLOSED SOURCE_RETIRED source rule line/2 disables monitoring");
    assertThat(drift().isEmpty()).isTrue();
    pass(Duration.ofHours(1));
    assertThat(incidents().isEmpty()).as("it is not silent either").isTrue();
  }

  @Test
  void shouldForgetASourceThatARuleDisablesWhileItSendsNothing() {
    // Given
    AtomicReference<SourceRules> rules = new AtomicReference<>(SourceRules.EMPTY);
    restart(rules(rules));
    send(Scored.nominal().frame(0));
    // When
    rules.set(new SourceRules(List.of(RULE.withEnabled(false))));
    pass(Duration.ofHours(1));
    // Then
    assertThat(incidents().isEmpty()).isTrue();
    assertThat(driver.getKeyValueStore(MonitorTopology.STATE_STORE).get("cam1")).isNull();
  }

  @Test
  void shouldReportSilenceAfterTheTimeOfTheLatestRule() {
    // Given
    AtomicReference<SourceRules> rules =
        new AtomicReference<>(
            new SourceRules(
                List.of(
                    RULE.withSilentAfter(Duration.ofSeconds(30)),
                    SourceRule.of("slow", "cam2").withSilentAfter(Duration.ofHours(2)))));
    restart(rules(rules));
    for (String source : List.of("cam1", "cam2", "other")) {
      send(Scored.nominal().source(source).frame(0));
    }
    // When, Then
    pass(Duration.ofSeconds(31));
    assertThat(incidents().readValuesToList()).extracting(Incident::source).containsExactly("cam1");
    pass(Duration.ofMinutes(10));
    assertThat(incidents().readValuesToList())
        .extracting(Incident::source)
        .containsExactly("other");
    pass(Duration.ofHours(2));
    assertThat(incidents().readValuesToList()).extracting(Incident::source).containsExactly("cam2");
  }

  @Test
  void shouldReportNoSilenceOutsideTheActiveHours() {
    // Given a source that stops on Monday at 12:00
    AtomicReference<SourceRules> rules =
        new AtomicReference<>(
            new SourceRules(List.of(RULE.withActiveHours(ActiveHours.parse("06:00-12:01 UTC")))));
    restart(rules(rules));
    send(Scored.nominal().frame(0));
    // When
    pass(Duration.ofHours(18));
    assertThat(incidents().isEmpty()).as("until 06:00 of Tuesday").isTrue();
    pass(Duration.ofMinutes(4));
    assertThat(incidents().isEmpty()).as("time outside the hours does not count").isTrue();
    pass(Duration.ofMinutes(2));
    // Then
    assertThat(incidents().readValuesToList())
        .extracting(i -> i.subject().toString())
        .containsExactly("silence");
  }

  @Test
  void shouldFindNoSourceSilentWhenTheWallClockIsSet() {
    // Given
    send(Scored.nominal().frame(0));
    pass(Duration.ofSeconds(20));
    // When it is set forward by more than the time after which a source is forgotten
    driver.advanceWallClockTime(SourceLimits.DEFAULTS.forgetAfter().plusDays(1));
    // Then
    assertThat(incidents().isEmpty()).isTrue();
    pass(SourceLimits.DEFAULTS.silentAfter().minusSeconds(31));
    assertThat(incidents().isEmpty()).as("30 s before it is silent").isTrue();
    pass(Duration.ofSeconds(31));
    assertThat(incidents().readValuesToList())
        .extracting(Incident::subject)
        .containsExactly(Subject.SILENCE);
  }

  @Test
  void shouldCountSilenceFromARestart() {
    // Given a source that was seen by a process before
    send(Scored.nominal().frame(0));
    byte[] kept = driver.<String, byte[]>getKeyValueStore(MonitorSource.STORE).get("cam1");
    MockProcessorContext<String, Object> context = new MockProcessorContext<>();
    KeyValueStore<String, byte[]> store =
        Stores.keyValueStoreBuilder(
                Stores.inMemoryKeyValueStore(MonitorSource.STORE),
                Serdes.String(),
                Serdes.ByteArray())
            .withLoggingDisabled()
            .build();
    store.init(context.getStateStoreContext(), store);
    context.addStateStore(store);
    store.put("cam1", kept);
    context.setCurrentSystemTimeMs(Duration.ofDays(20_000).toMillis());
    // When the process starts
    new MonitorSource(
            MonitorModels.fixed(model),
            new ControlCommandStore(),
            MonitorRules.NONE,
            SourceLimits.DEFAULTS,
            new LiveSources(SourceLimits.DEFAULTS.live(), 1L << 30),
            topics,
            MonitorListener.NONE,
            Tracing.OFF)
        .init(context);
    Punctuator tick = context.scheduledPunctuators().get(0).getPunctuator();
    for (int second = 1; second < 300; second++) {
      tick.punctuate(context.currentSystemTimeMs() + 1_000L * second);
    }
    // Then
    assertThat(context.forwarded()).isEmpty();
    tick.punctuate(context.currentSystemTimeMs() + 300_000);
    assertThat(context.forwarded())
        .map(forward -> forward.record().value())
        .filteredOn(Incident.class::isInstance)
        .extracting(value -> ((Incident) value).subject())
        .containsExactly(Subject.SILENCE);
  }

  @Test
  void shouldCloseAllIncidentsOfASourceThatIsRetiredOrStaysAway() {
    // Given two silent sources, of which one is retired
    send(Scored.nominal().source("cam1").frame(0));
    send(Scored.nominal().source("cam2").frame(0));
    states().readValuesToList();
    pass(Duration.ofMinutes(6));
    assertThat(incidents().readValuesToList()).hasSize(2);
    assertThat(states().readValuesToList())
        .hasSize(2)
        .allSatisfy(
            state -> {
              assertThat(state.capturedAt()).isEqualTo(Scored.time(0));
              assertThat(state.incidents())
                  .extracting(OpenIncident::subject)
                  .containsExactly(Subject.SILENCE);
            });
    // When
    command(
        new ControlCommand.Retire(
            new ControlCommand.Order("r", "cam1", "kim", "moved", Instant.EPOCH)));
    pass(Duration.ofSeconds(1));
    // Then
    List<Incident> retired = incidents().readValuesToList();
    assertThat(retired)
        .extracting(i -> i.source() + " " + i.subject() + " " + i.reason())
        .containsExactly("cam1 silence SOURCE_RETIRED");
    assertThat(retired.get(0).note()).isEqualTo("retired by kim: moved");
    assertThat(state()).doesNotContainKey("cam1").containsKey("cam2");
    assertThat(states().readKeyValuesToMap()).containsOnlyKeys("cam1").containsEntry("cam1", null);
    // When
    pass(SourceLimits.DEFAULTS.forgetAfter());
    // Then
    assertThat(incidents().readValuesToList())
        .extracting(i -> i.source() + " " + i.subject() + " " + i.reason())
        .containsExactly("cam2 silence SOURCE_GONE");
    assertThat(state()).isEmpty();
    assertThat(states().readKeyValuesToMap()).containsOnlyKeys("cam2").containsEntry("cam2", null);
  }

  @Test
  void shouldResolveAnIncidentOnAnOrderAlsoWhileNothingIsSent() {
    // Given
    send(Scored.nominal().frame(0));
    pass(Duration.ofMinutes(6));
    Incident silence = incidents().readValue();
    // When
    command(
        new ControlCommand.Resolve(
            new ControlCommand.Order("x", ".*", "kim", "planned", Instant.EPOCH), silence.id()));
    pass(Duration.ofMinutes(10));
    // Then
    assertThat(incidents().readValuesToList())
        .extracting(Incident::reason)
        .containsExactly(Incident.Reason.RESOLVED_BY_OPERATOR);
  }

  @Test
  void shouldCutTheReasonOfAnOrderThatIsTooLongForANote() {
    // Given
    send(Scored.nominal().frame(0));
    pass(Duration.ofMinutes(6));
    Incident silence = incidents().readValue();
    // When
    command(
        new ControlCommand.Resolve(
            new ControlCommand.Order("x", ".*", "kim", "x".repeat(60_000), Instant.EPOCH),
            silence.id()));
    pass(Duration.ofSeconds(1));
    // Then
    assertThat(incidents().readValue().note())
        .hasSize(Incident.MAX_NOTE)
        .startsWith("resolved by kim: xxx")
        .endsWith("x…");
  }

  @Test
  void shouldCloseTheIncidentsOfASourceWhoseModelIsGone() {
    // Given a silent source of one model, and one of another
    MonitorModel next = renamed(model, "model-2");
    Map<String, MonitorThresholds> known = new HashMap<>();
    known.put(model.id(), new MonitorThresholds(model));
    known.put(next.id(), new MonitorThresholds(next));
    driver.close();
    driver = driver(id -> Optional.ofNullable(known.get(id)), NONE_LIVE);
    send(Scored.nominal().source("cam1").frame(0));
    pass(Duration.ofMinutes(6));
    Incident silence = incidents().readValue();
    known.remove(model.id());
    send(Scored.nominal().source("cam2").modelId("model-2").frame(0));
    // When
    pass(SourceLimits.DEFAULTS.forgetAfter());
    // Then
    assertThat(incidents().readValuesToList())
        .filteredOn(incident -> incident.source().equals("cam1"))
        .extracting(Incident::id, Incident::reason)
        .containsExactly(tuple(silence.id(), Incident.Reason.SOURCE_GONE));
  }

  @Test
  void shouldLookOnlyAtTheSourcesThatAnOrderConcerns() {
    // Given three silent sources, none of which is held ready
    List<String> asked = new ArrayList<>();
    MonitorModels models = MonitorModels.fixed(model);
    driver.close();
    driver =
        driver(
            id -> {
              asked.add(id);
              return models.find(id);
            },
            NONE_LIVE);
    send(Scored.nominal().source("cam1").frame(0));
    send(Scored.nominal().source("cam2").frame(0));
    send(Scored.nominal().source("cam3").frame(0));
    pass(Duration.ofMinutes(6));
    incidents().readValuesToList();
    asked.clear();
    // When
    command(
        new ControlCommand.Retire(
            new ControlCommand.Order("r", "cam1", "kim", "moved", Instant.EPOCH)));
    command(
        new ControlCommand.CancelTraining(
            new ControlCommand.Order("c", ".*", "kim", "too slow", Instant.EPOCH), "t"));
    pass(Duration.ofSeconds(1));
    // Then
    assertThat(asked).hasSize(1);
    assertThat(incidents().readValuesToList()).extracting(Incident::source).containsExactly("cam1");
  }

  @Test
  void shouldKeepNoMoreControlRecordsThanCanBeInForce() {
    // Given
    ControlCommand known =
        new ControlCommand.AcceptNormal(
            new ControlCommand.Order("known", "cam1", "kim", "new lamp", Instant.EPOCH));
    command(known);
    byte[] junk = "no command".getBytes(StandardCharsets.UTF_8);

    // When
    for (int i = 0; i < 4 * ActiveControls.MOST; i++) {
      sendBytes(topics.control().name(), "junk-" + i, junk);
    }

    // Then
    KeyValueStore<String, byte[]> kept = driver.getKeyValueStore(ControlCommandStore.STORE);
    assertThat(kept.approximateNumEntries()).isEqualTo(1);
    assertThat(kept.get("known")).isNotNull();
  }

  private void command(ControlCommand command) {
    driver
        .createInputTopic(
            topics.control().name(),
            topics.control().key().serializer(),
            topics.control().value().serializer())
        .pipeInput(command.order().id(), command);
  }

  private TestOutputTopic<String, SourceState> states() {
    return driver.createOutputTopic(
        topics.sourceStates().name(),
        topics.sourceStates().key().deserializer(),
        topics.sourceStates().value().deserializer());
  }

  @Test
  void shouldPublishTheStateOfASourceAtIntervalsAndWhenAnIncidentChanges() {
    // Given
    Random random = new Random(8);
    // When 50 s of 20 frames per second, the last 10 s shifted
    for (int i = 0; i < 1_000; i++) {
      send(Scored.nominal().residuals(noise(random, i < 800 ? 0 : 3)).frame(i));
    }
    // Then
    List<SourceState> states = states().readValuesToList();
    assertThat(states.subList(0, 5))
        .extracting(SourceState::sequence)
        .containsExactly(0L, 200L, 400L, 600L, 800L);
    assertThat(states.subList(0, 5)).allSatisfy(state -> assertThat(state.incidents()).isEmpty());
    List<Incident> incidents = incidents().readValuesToList();
    assertThat(incidents).isNotEmpty();
    assertThat(states.subList(5, states.size()))
        .as("one per change, in the transaction of the incident")
        .extracting(SourceState::sequence)
        .isSubsetOf(incidents.stream().map(Incident::updatedSequence).toList());
    assertThat(states.get(5).incidents())
        .singleElement()
        .satisfies(open -> assertThat(open.incidentId()).isEqualTo(incidents.get(0).id()));
  }

  @Test
  void shouldPublishTheSameStatesAfterARestart() throws Exception {
    // Given
    Random random = new Random(8);
    List<ScoredFrame> frames = new ArrayList<>();
    for (int i = 0; i < 700; i++) {
      frames.add(Scored.nominal().residuals(noise(random, i < 500 ? 0 : 3)).frame(i));
    }
    frames.forEach(this::send);
    List<SourceState> uninterrupted = states().readValuesToList();
    // When
    driver.close();
    deleteState();
    driver = driver();
    frames.subList(0, 550).forEach(this::send);
    List<SourceState> restarted = new ArrayList<>(states().readValuesToList());
    Map<String, byte[]> kept = state();
    driver.close();
    deleteState();
    driver = driver(MonitorModels.fixed(model), NONE_LIVE);
    kept.forEach(driver.<String, byte[]>getKeyValueStore(MonitorSource.STORE)::put);
    frames.subList(550, 700).forEach(this::send);
    restarted.addAll(states().readValuesToList());
    // Then
    assertThat(restarted).isEqualTo(uninterrupted);
    assertThat(uninterrupted.get(uninterrupted.size() - 1).incidents()).isNotEmpty();
  }

  private TestOutputTopic<String, Incident> incidents() {
    return driver.createOutputTopic(
        topics.incidents().name(),
        topics.incidents().key().deserializer(),
        topics.incidents().value().deserializer());
  }

  /** Independent standard normal residuals; the shadow's length shifted. */
  private static float[] noise(Random random, float shift) {
    float[] values = new float[4];
    for (int k = 0; k < 4; k++) {
      values[k] = (float) random.nextGaussian();
    }
    values[LENGTH] += shift;
    return values;
  }

  /**
   * The first 300 of some quiet frames in a fresh driver, after all of them in another one.
   *
   * @param rest the other frames
   * @param uninterrupted statistics of all frames without a break
   * @param restarted statistics of the first 300
   */
  private record Interrupted(
      List<ScoredFrame> rest, List<Float> uninterrupted, List<Float> restarted) {}

  private Interrupted interrupted(int count) throws Exception {
    Random random = new Random(6);
    List<ScoredFrame> frames = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      frames.add(Scored.nominal().residuals(noise(random, 0)).frame(i));
    }
    frames.forEach(this::send);
    List<Float> uninterrupted = statistics();
    driver.close();
    deleteState();
    driver = driver();
    frames.subList(0, 300).forEach(this::send);
    return new Interrupted(
        frames.subList(300, count), uninterrupted, new ArrayList<>(statistics()));
  }

  @Test
  void shouldGoOnBitForBitAfterARestart() throws Exception {
    // Given
    Interrupted monitor = interrupted(400);
    Map<String, byte[]> kept = state();
    // When
    driver.close();
    deleteState();
    driver = driver();
    kept.forEach(driver.<String, byte[]>getKeyValueStore(MonitorSource.STORE)::put);
    monitor.rest().forEach(this::send);
    monitor.restarted().addAll(statistics());
    // Then
    assertThat(kept.get("cam1")).hasSizeLessThan(3_000);
    assertThat(kept.values().stream().mapToInt(bytes -> bytes.length).sum()).isLessThan(24_000);
    assertThat(monitor.restarted()).isEqualTo(monitor.uninterrupted());
  }

  @Test
  void shouldGoOnFromAStateThatWasWrittenWhole() throws Exception {
    // Given what version 0.1.0 has stored of a source
    Interrupted monitor = interrupted(500);
    SourceStates states =
        new SourceStates(driver.getKeyValueStore(MonitorSource.STORE), topics.sourceStates());
    byte[] whole = MonitorStates.encode(states.read("cam1").orElseThrow());
    driver.close();
    deleteState();
    driver = driver(MonitorModels.fixed(model), NONE_LIVE);
    driver.<String, byte[]>getKeyValueStore(MonitorSource.STORE).put("cam1", whole);
    // When it is read back after every frame
    monitor.rest().forEach(this::send);
    monitor.restarted().addAll(statistics());
    // Then
    assertThat(whole).hasSizeGreaterThan(10_000);
    assertThat(state().get("cam1")).hasSizeLessThan(3_000);
    assertThat(monitor.restarted()).isEqualTo(monitor.uninterrupted());
  }

  /** All that is stored. */
  private Map<String, byte[]> state() {
    Map<String, byte[]> state = new TreeMap<>();
    KeyValueStore<String, byte[]> store = driver.getKeyValueStore(MonitorSource.STORE);
    try (KeyValueIterator<String, byte[]> all = store.all()) {
      all.forEachRemaining(entry -> state.put(entry.key, entry.value));
    }
    return state;
  }

  private List<Float> statistics() {
    return drift().readValuesToList().stream().map(DriftScore::statistic).toList();
  }

  private void deleteState() throws Exception {
    try (var files = Files.walk(stateDirectory)) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        if (!file.equals(stateDirectory)) {
          Files.delete(file);
        }
      }
    }
  }

  @Test
  void shouldMakeScoresOfAnotherModelDeadLetters() {
    // When
    send(Scored.nominal().modelId("model-2").frame(0));
    send(Scored.nominal().frame(1));
    // Then
    TestRecord<byte[], byte[]> dead = deadLetters().readRecord();
    assertThat(header(dead, "__streams.errors.message")).contains("'model-2'", "registry");
    assertThat(drift().readValuesToList()).extracting(DriftScore::sequence).containsExactly(1L);
  }

  @Test
  void shouldStartItsDetectorsAnewWhereAnotherModelTakesOverAndKeepTheIncident() {
    // Given two models, and an incident under the first
    MonitorModel next = renamed(model, "model-2");
    Map<String, MonitorThresholds> limits =
        Map.of(model.id(), new MonitorThresholds(model), next.id(), new MonitorThresholds(next));
    driver.close();
    driver = driver(id -> Optional.ofNullable(limits.get(id)));
    Random random = new Random(8);
    for (int i = 0; i < 300; i++) {
      send(Scored.nominal().residuals(noise(random, i < 200 ? 0 : 3)).frame(i));
    }
    List<Incident> before = incidents().readValuesToList();
    assertThat(before.get(before.size() - 1).open()).isTrue();
    drift().readValuesToList();
    // When the second one sees nothing unusual
    for (int i = 300; i < 321; i++) {
      send(Scored.nominal().modelId("model-2").residuals(noise(random, 0)).frame(i));
    }
    // Then
    List<DriftScore> scores = drift().readValuesToList();
    assertThat(scores).extracting(DriftScore::modelId).containsOnly("model-2");
    assertThat(scores.get(0).samples()).as("samples of the first frame after").isEqualTo(1);
    List<Incident> after = incidents().readValuesToList();
    assertThat(after).hasSize(1);
    assertThat(after.get(0).id()).isEqualTo(before.get(0).id());
    assertThat(after.get(0).state()).isEqualTo(Incident.State.RESOLVED);
    assertThat(deadLetters().isEmpty()).isTrue();
  }

  private static MonitorModel renamed(MonitorModel model, String id) {
    return ChangedModel.of(
        model,
        other -> {
          other.id = id;
          other.digest = "cd34";
          other.image = new ImageShape(64, 64, 3);
          other.commissioning = Optional.empty();
        });
  }

  @Test
  void shouldMakeBytesThatAreNoScoreDeadLetters() {
    // When
    driver
        .createInputTopic(topics.scores().name(), new StringSerializer(), new ByteArraySerializer())
        .pipeInput("cam1", new byte[] {1, 2, 3});
    // Then
    TestRecord<byte[], byte[]> dead = deadLetters().readRecord();
    assertThat(dead.value()).containsExactly(1, 2, 3);
    assertThat(drift().isEmpty()).isTrue();
  }

  private TestOutputTopic<byte[], byte[]> deadLetters() {
    return driver.createOutputTopic(
        topics.deadLetters().name(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  @Test
  void shouldKeepSourcesApart() {
    // When
    send(Scored.nominal().source("cam1").broken(LENGTH, 9.5f).frame(0));
    send(Scored.nominal().source("cam2").broken(LENGTH, 9.5f).frame(0));
    // Then
    assertThat(anomalies().readValuesToList())
        .extracting(event -> event.finding().source())
        .containsExactly("cam1", "cam2");
    assertThat(drift().readValuesToList()).extracting(DriftScore::samples).containsExactly(1L, 1L);
  }
}
