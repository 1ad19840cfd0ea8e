package dev.residua.app.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.residua.anomaly.AnomalyEvent;
import dev.residua.anomaly.AnomalyKind;
import dev.residua.anomaly.AnomalySettings;
import dev.residua.anomaly.ReconstructionPlan;
import dev.residua.app.model.Models;
import dev.residua.causal.ScoredFrame;
import dev.residua.drift.FalseAlarmBudget;
import dev.residua.frame.Frame;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.FramePosition;
import dev.residua.frame.FrameTiming;
import dev.residua.frame.ImageShape;
import dev.residua.incident.ActiveControls;
import dev.residua.incident.Incident;
import dev.residua.incident.IncidentSettings;
import dev.residua.model.ModelBundle;
import dev.residua.monitor.MonitorResult;
import dev.residua.monitor.MonitorThresholds;
import dev.residua.monitor.SourceMonitor;
import dev.residua.runtime.BundleOpener;
import dev.residua.runtime.FrameBatch;
import dev.residua.runtime.ScoringModel;
import dev.residua.scoring.Stages;
import dev.residua.simulation.Scenario;
import dev.residua.simulation.ScenarioStream;
import dev.residua.source.SourceRule;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The faults of the demo, scored and monitored as the service does. */
@Tag("slow")
class DemoIncidentsTest {
  private static final int BATCH = 64;
  private static final FrameLimits LIMITS = new FrameLimits(1 << 20, 1 << 10, 1 << 20);

  /** An incident as it ended, with the sequence of the frame that opened it. */
  private record Ended(long openedBy, Incident incident) {}

  private final List<Ended> ended = new ArrayList<>();
  private final List<AnomalyEvent> anomalies = new ArrayList<>();

  @Test
  void shouldGiveEachLastingFaultOneIncidentWithItsSubjectAndKind() throws Exception {
    // When
    play(Scenario.shipped("demo"));
    // Then
    assertThat(ended)
        .extracting(e -> e.incident().subject() + " " + e.incident().kind())
        .containsExactly(
            "root:light INTERVENTION.HARD_INTERVENTION",
            "mechanism:shadow_position INTERVENTION.MECHANISM_CHANGE",
            "mechanism:shadow_length INTERVENTION.OFFSET",
            "picture INTERVENTION.APPEARANCE_SHIFT",
            "mechanism:shadow_length INTERVENTION.NOISE_CHANGE",
            "root:pendulum INTERVENTION.COVARIATE_DRIFT",
            "sensor:frozen INTERVENTION.FROZEN_CAMERA",
            "mechanism:shadow_length INTERVENTION.STOCHASTIC_INTERVENTION",
            "mechanism:shadow_position INTERVENTION.OUTLIER");
    assertThat(ended).extracting(e -> e.incident().state()).containsOnly(Incident.State.RESOLVED);
    // The shock of one frame is an event of its latent, and no incident.
    assertThat(ended.get(0).openedBy()).isGreaterThan(400);
    assertThat(anomalies)
        .filteredOn(e -> e.finding().lastSequence() == 200)
        .extracting(AnomalyEvent::kind, e -> e.finding().causes().get(0).latent())
        .containsExactly(tuple(AnomalyKind.RESIDUAL, "shadow_length"));
  }

  /**
   * The subjects of other seeds. Faults this large are always found; a seed has 0.001 false alarms
   * on average.
   */
  @ParameterizedTest
  @ValueSource(longs = {8, 9})
  void shouldNameTheSubjectOfEachFaultForOtherSeeds(long seed) throws Exception {
    // When
    play(Scenario.shipped("demo").withSeed(seed));
    // Then
    assertThat(ended)
        .extracting(e -> e.incident().subject().toString())
        .containsExactly(
            "root:light",
            "mechanism:shadow_position",
            "mechanism:shadow_length",
            "picture",
            "mechanism:shadow_length",
            "root:pendulum",
            "sensor:frozen",
            "mechanism:shadow_length",
            "mechanism:shadow_position");
  }

  private void play(Scenario scenario) throws Exception {
    ModelBundle bundle = Models.read(Optional.empty());
    SourceMonitor monitor =
        SourceMonitor.start(
            new MonitorThresholds(
                BundleOpener.monitor(
                    bundle,
                    AnomalySettings.DEFAULTS,
                    new FalseAlarmBudget(1, FalseAlarmBudget.Period.WEEK, 20).runLength(),
                    IncidentSettings.DEFAULTS)));
    Map<String, Long> openedBy = new LinkedHashMap<>();
    try (ScoringModel scoring = BundleOpener.scoring(bundle, 1)) {
      ImageShape shape = scoring.scorer().imageShape();
      ScenarioStream stream = new ScenarioStream(scenario, shape);
      FrameBatch batch =
          new FrameBatch(
              scoring,
              LIMITS,
              ReconstructionPlan.EVERY_FRAME,
              BATCH,
              Clock.systemUTC(),
              Stages.NONE);
      for (int i = 0; i < scenario.frames(); i++) {
        byte[] pixels = new byte[shape.size()];
        stream.next(pixels, 0);
        Instant at = Instant.EPOCH.plusMillis(50L * i);
        batch.add(
            Frame.ofPixels("cam1", i, at, shape, pixels),
            new FramePosition("frames", 0, i),
            FrameTiming.ON_TIME,
            SourceRule.DEFAULTS);
        if (batch.isFull() || i == scenario.frames() - 1) {
          for (ScoredFrame frame : batch.score()) {
            MonitorResult result = monitor.next(frame, ActiveControls.EMPTY);
            anomalies.addAll(result.anomalies());
            for (Incident incident : result.incidents()) {
              openedBy.putIfAbsent(incident.id(), frame.sequence());
              System.out.printf(
                  "%d %s %s%n",
                  frame.sequence(),
                  incident.id().substring(0, 4),
                  incident.subject()
                      + " "
                      + incident.state()
                      + " "
                      + incident.reason()
                      + " "
                      + incident.severity()
                      + " "
                      + incident.kind()
                      + " "
                      + incident.summary().explanation());
              if (!incident.open()) {
                ended.add(new Ended(openedBy.get(incident.id()), incident));
              }
            }
          }
        }
      }
    }
  }
}
