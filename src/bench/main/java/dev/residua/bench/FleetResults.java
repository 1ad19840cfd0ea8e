package dev.residua.bench;

import dev.residua.causal.ScoredFrame;
import dev.residua.drift.CalibrationPhase;
import dev.residua.drift.DriftScore;
import dev.residua.incident.ControlCommand;
import dev.residua.incident.Incident;
import dev.residua.incident.Subject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.HdrHistogram.Histogram;

/**
 * Results of a running service for a fleet: times from the capture of a frame to its committed
 * results, the calibration of each source, incidents and trainings. For any thread.
 */
public final class FleetResults implements ResultCounter.Listener {
  private final Histogram scored = new Histogram(3);
  private final Histogram evaluated = new Histogram(3);
  private final Histogram scoredInAll = new Histogram(3);
  private final Histogram evaluatedInAll = new Histogram(3);
  private boolean warm;
  private final Map<String, CalibrationPhase> phases = new HashMap<>();
  private final Map<String, Opened> opened = new LinkedHashMap<>();
  private final List<ControlCommand.Training> trainings = new ArrayList<>();

  /**
   * An incident, open or not.
   *
   * @param phase calibration of its source when it opened
   */
  record Opened(
      String source, Subject subject, String kind, CalibrationPhase phase, Instant openedAt) {}

  /**
   * Times from the capture of a frame to a committed result that a consumer has.
   *
   * @param p50Millis median
   * @param p99Millis 99th percentile
   * @param maxMillis largest
   */
  public record Lag(double p50Millis, double p99Millis, double maxMillis) {
    static Lag of(Histogram millis) {
      return new Lag(
          millis.getValueAtPercentile(50), millis.getValueAtPercentile(99), millis.getMaxValue());
    }
  }

  /** Lags of scores and of drift scores. */
  public record Lags(Lag scored, Lag evaluated) {}

  @Override
  public synchronized void onScore(ScoredFrame score) {
    scored.recordValue(millis(score.capturedAt()));
  }

  @Override
  public synchronized void onEvaluation(DriftScore score) {
    evaluated.recordValue(millis(score.capturedAt()));
    phases.put(score.source(), score.calibration().phase());
  }

  @Override
  public synchronized void onIncident(Incident incident) {
    Opened known = opened.get(incident.id());
    CalibrationPhase phase =
        known == null
            ? phases.getOrDefault(incident.source(), CalibrationPhase.LEARNING)
            : known.phase();
    opened.put(
        incident.id(),
        new Opened(
            incident.source(), incident.subject(), incident.kind(), phase, incident.openedAt()));
  }

  @Override
  public synchronized void onControl(ControlCommand command) {
    if (command instanceof ControlCommand.Training training
        && training.phase() != ControlCommand.TrainingPhase.SUPPRESSED) {
      trainings.add(training);
    }
  }

  private static long millis(Instant capturedAt) {
    return Math.max(0, Duration.between(capturedAt, Instant.now()).toMillis());
  }

  synchronized Lags takeLags() {
    Lags lags = new Lags(Lag.of(scored), Lag.of(evaluated));
    if (warm) {
      scoredInAll.add(scored);
      evaluatedInAll.add(evaluated);
    }
    warm = true;
    scored.reset();
    evaluated.reset();
    return lags;
  }

  /** Lags of all calls of {@link #takeLags} but the first, when the service was still starting. */
  synchronized Lags lagsInAll() {
    return new Lags(Lag.of(scoredInAll), Lag.of(evaluatedInAll));
  }

  /** Sources by their calibration. */
  synchronized Map<CalibrationPhase, Integer> phases() {
    Map<CalibrationPhase, Integer> counts = new EnumMap<>(CalibrationPhase.class);
    phases.values().forEach(phase -> counts.merge(phase, 1, Integer::sum));
    return counts;
  }

  /** Returns true if all of some sources are watched with a calibration of their own. */
  synchronized boolean armed(List<String> sources) {
    return sources.stream().allMatch(s -> phases.get(s) == CalibrationPhase.ARMED);
  }

  synchronized List<Opened> opened() {
    return List.copyOf(opened.values());
  }

  /** Latest state of the latest training of a scene that was not suppressed. */
  synchronized Optional<ControlCommand.Training> training(String scene) {
    return trainings.stream()
        .filter(training -> training.scene().equals(scene))
        .reduce((before, last) -> last);
  }
}
