package dev.residua.bench.experiment;

import dev.residua.anomaly.AnomalySettings;
import dev.residua.anomaly.FrameScorer;
import dev.residua.anomaly.ReconstructionPlan;
import dev.residua.causal.Finding;
import dev.residua.causal.ScoredFrame;
import dev.residua.frame.Frame;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.FramePosition;
import dev.residua.frame.FrameTiming;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelFormat;
import dev.residua.frame.RejectedFrameException;
import dev.residua.incident.ActiveControls;
import dev.residua.incident.Incident;
import dev.residua.incident.IncidentSettings;
import dev.residua.intervention.InterventionKind;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.monitor.MonitorThresholds;
import dev.residua.monitor.SourceMonitor;
import dev.residua.monitor.SourceSettings;
import dev.residua.runtime.BundleOpener;
import dev.residua.runtime.FrameBatch;
import dev.residua.runtime.ScoringModel;
import dev.residua.simulation.Scenario;
import dev.residua.simulation.ScenarioEvent;
import dev.residua.simulation.ScenarioStream;
import dev.residua.simulation.SimulatedScene;
import dev.residua.source.SourceRule;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Pictures of scenes with memory and delays, each stream with one event or none, watched by the
 * service's own scorer and monitor under one false alarm per week.
 *
 * <p>A source first learns its own normal. A stream is quiet for {@value #QUIET} frames; then the
 * event lasts for {@value #CHANGED}. It is found if an incident is published first in that time,
 * although the change that it states may be dated some frames earlier; latent and kind are those of
 * the incident's last state. Frames come at the rate of the training, none is missing.
 */
final class SequenceTrial {
  static final Experiment EXPERIMENT =
      new Experiment(
          "sequences",
          Experiment.Needs.TRAININGS,
          "Pictures of a tank, a belt and a heated plate: leaks, delays, slow responses, held"
              + " readings and weaker causes, found and named by the service's own monitor.",
          (cells, scale) -> {
            for (String scene : List.of("tank", "belt", "plate")) {
              cells.addRows(
                  scene,
                  (bench, seed) -> {
                    DataSpec spec = scale.data(scene, seed);
                    ModelBundle bundle = bench.train(spec, scale.settings(seed)).bundle();
                    bench.progress().at("playing events", 0, null);
                    return new SequenceTrial(bundle, spec.simulated(), spec.noise(), seed).rows();
                  });
            }
          });

  private static final int QUIET = 6_000;
  private static final int CHANGED = 1_500;
  private static final int STREAMS = 4;
  private static final int LONG = 10_000;
  private static final double RATE = 2; // frames per second, see Scenario.nominal
  private static final double WEEK = 7 * 86_400;
  private static final int BATCH = 32;
  private static final SourceSettings OWN_NORMAL =
      new SourceSettings(
          Optional.empty(), Finding.Severity.INFO, Map.of(), true, Optional.empty(), 0);
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private final ModelBundle bundle;
  private final SimulatedScene scene;
  private final List<Double> noise;
  private final long seed;

  SequenceTrial(ModelBundle bundle, SimulatedScene scene, List<Double> noise, long seed) {
    this.bundle = bundle;
    this.scene = scene;
    this.noise = noise;
    this.seed = seed;
  }

  /** An event, and the kind that it should get. */
  private record Script(String name, ScenarioEvent event, InterventionKind kind) {
    static Script of(
        String name, ScenarioEvent.Kind event, String node, double size, InterventionKind kind) {
      return of(name, event, node, size, null, kind);
    }

    static Script of(
        String name,
        ScenarioEvent.Kind event,
        String node,
        double size,
        @Nullable String cause,
        InterventionKind kind) {
      return new Script(
          name,
          new ScenarioEvent(event, node, QUIET, CHANGED, size, ScenarioEvent.DEFAULT_RATE, cause),
          kind);
    }
  }

  private List<Script> scripts() {
    return switch (scene.name()) {
      case "tank" ->
          List.of(
              leak(0.055),
              leak(0.11),
              leak(0.22),
              later("gauge"),
              slower("level"),
              held("gauge"),
              weaker("valve", "level"));
      case "belt" -> List.of(later("second"), held("second"), weaker("first", "second"));
      default -> List.of(slower("plate"), weaker("power", "plate"), held("strip"));
    };
  }

  private static Script leak(double share) {
    return Script.of(
        String.format(Locale.ROOT, "leak of %.1f %%", 100 * share),
        ScenarioEvent.Kind.LEAK,
        "level",
        share,
        InterventionKind.BALANCE_CHANGE);
  }

  private static Script later(String node) {
    return Script.of(
        node + " 7 frames later",
        ScenarioEvent.Kind.DELAY_CHANGE,
        node,
        7,
        InterventionKind.DELAY_CHANGE);
  }

  private static Script slower(String node) {
    return Script.of(
        node + " half as fast",
        ScenarioEvent.Kind.RESPONSE_CHANGE,
        node,
        0.5,
        InterventionKind.RESPONSE_CHANGE);
  }

  private static Script held(String node) {
    return Script.of(
        node + " held",
        ScenarioEvent.Kind.HARD_INTERVENTION,
        node,
        0,
        InterventionKind.HARD_INTERVENTION);
  }

  private static Script weaker(String cause, String node) {
    return Script.of(
        cause + " with half of the influence",
        ScenarioEvent.Kind.EDGE_CHANGE,
        node,
        0.5,
        cause,
        InterventionKind.MECHANISM_CHANGE);
  }

  /** Incidents of one stream before and after its event. */
  private record Outcome(int before, @Nullable Incident last, int delay) {
    boolean names(@Nullable String node) {
      return last != null && last.subject().name().equals(node);
    }

    boolean isOf(InterventionKind kind) {
      return last != null && last.kind().endsWith("." + kind);
    }
  }

  List<ResultLog.Row> rows() throws BadBundleException, IOException {
    try (ScoringModel model = BundleOpener.scoring(bundle, 1)) {
      return rows(
          model,
          new MonitorThresholds(
              BundleOpener.monitor(
                  bundle, AnomalySettings.DEFAULTS, WEEK * RATE, IncidentSettings.DEFAULTS)));
    }
  }

  private List<ResultLog.Row> rows(ScoringModel model, MonitorThresholds thresholds) {
    List<ResultLog.Row> rows = new ArrayList<>();
    for (Script script : scripts()) {
      List<Outcome> outcomes = new ArrayList<>();
      for (int stream = 0; stream < STREAMS; stream++) {
        outcomes.add(play(model, thresholds, List.of(script.event()), QUIET + CHANGED, stream));
      }
      Map<String, Double> columns = new LinkedHashMap<>();
      List<Outcome> found = outcomes.stream().filter(o -> o.last() != null).toList();
      columns.put("streams", (double) STREAMS);
      columns.put("found", (double) found.size());
      columns.put(
          "frames, median",
          found.isEmpty()
              ? Double.NaN
              : found.stream().mapToInt(Outcome::delay).sorted().toArray()[found.size() / 2]);
      columns.put(
          "right latent",
          (double) found.stream().filter(o -> o.names(script.event().node())).count());
      columns.put(
          "right kind",
          (double)
              found.stream()
                  .filter(o -> o.names(script.event().node()) && o.isOf(script.kind()))
                  .count());
      columns.put("false before", (double) outcomes.stream().mapToInt(Outcome::before).sum());
      rows.add(new ResultLog.Row(scene.name() + ": " + script.name(), seed, columns));
    }
    int quiet = 0;
    for (int stream = 0; stream < STREAMS; stream++) {
      quiet += play(model, thresholds, List.of(), LONG, 100 + stream).before();
    }
    Map<String, Double> columns = new LinkedHashMap<>();
    columns.put("streams", (double) STREAMS);
    columns.put("false before", (double) quiet);
    rows.add(new ResultLog.Row(scene.name() + ": quiet", seed, columns));
    return rows;
  }

  private Outcome play(
      ScoringModel model,
      MonitorThresholds thresholds,
      List<ScenarioEvent> events,
      int frames,
      int stream) {
    Scenario scenario =
        new Scenario(scene, noise, RATE, seed + 5_000 + 17L * stream, 0, frames, events);
    ImageShape shape = bundle.manifest().image();
    ScenarioStream pictures = new ScenarioStream(scenario, shape);
    SourceMonitor monitor = SourceMonitor.start(thresholds);
    Map<String, Incident> seen = new LinkedHashMap<>();
    int before = 0;
    int foundAt = 0;
    String found = null;
    FrameBatch batch =
        new FrameBatch(
            model,
            FrameLimits.DEFAULTS,
            ReconstructionPlan.EVERY_FRAME,
            BATCH,
            Clock.systemUTC(),
            FrameScorer.Observer.NONE);
    byte[] pixels = new byte[shape.size()];
    for (int t = 0; t < frames; t++) {
      pictures.next(pixels, 0);
      Frame frame =
          new Frame(
              "plant",
              t,
              START.plusMillis(Math.round(1_000 * t / RATE)),
              shape.width(),
              shape.height(),
              shape.channels() == 1 ? PixelFormat.GRAY8 : PixelFormat.RGB8,
              pixels.clone(),
              Map.of());
      try {
        batch.add(
            frame, new FramePosition("frames", 0, t), FrameTiming.ON_TIME, SourceRule.DEFAULTS);
      } catch (RejectedFrameException e) {
        throw new IllegalStateException(e);
      }
      if (t % BATCH == BATCH - 1 || t == frames - 1) {
        for (ScoredFrame score : batch.score()) {
          for (Incident incident :
              monitor.next(score, ActiveControls.EMPTY, OWN_NORMAL).incidents()) {
            if (seen.put(incident.id(), incident) == null) {
              int at = (int) score.sequence();
              if (events.isEmpty() || at < QUIET) {
                before++;
              } else if (found == null) {
                found = incident.id();
                foundAt = at;
              }
            }
          }
        }
      }
    }
    return new Outcome(before, found == null ? null : seen.get(found), foundAt - QUIET);
  }
}
