package dev.residua.dashboard;

import dev.residua.causal.Finding;
import dev.residua.causal.ScoredFrame;
import dev.residua.dashboard.LiveViews.EventView;
import dev.residua.drift.CalibrationPhase;
import dev.residua.drift.DriftScore;
import dev.residua.dynamics.DynamicHistory;
import dev.residua.frame.FrameTiming;
import dev.residua.incident.Incident;
import dev.residua.incident.Incident.State;
import dev.residua.incident.Subject;
import dev.residua.monitor.InnovationStage;
import dev.residua.wire.BoundedMap;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Bounded history of one source. Not thread-safe. */
final class SourceHistory {
  static final int MAX_EVENTS = 60;

  /** Max number of latents or scales of a shown score; models have fewer. */
  static final int MAX_COLUMNS = 62;

  /** Max number of open incidents; the monitor has one per latent and four more. */
  static final int MAX_OPEN = MAX_COLUMNS + 4;

  /** Columns of a drift row before those of the scales. */
  static final int DRIFT_COLUMNS = 4;

  private static final int PACE_FRAMES = 32;

  /** Max time by which the clock of a camera may be ahead for the long history. */
  private static final Duration AHEAD = LongHistory.LONG_PERIOD;

  private final Deque<EventView> events = new ArrayDeque<>();
  private final Map<String, Incident> open = BoundedMap.ofLatest(MAX_OPEN);
  private int rows;
  private Instant latestPossible = Instant.EPOCH;
  private NumberRing scores;
  private NumberRing drift;
  private Trend trend;
  private LongHistory past;
  private int half;
  private int generation;
  private long frames;
  private @Nullable ScoredFrame lastFrame;
  private @Nullable InnovationStage model;
  private @Nullable InnovationStage innovations;
  private @Nullable DriftScore lastDrift;
  private @Nullable Finding belowMinimum;
  private List<LastReading> readings = List.of();

  /**
   * @param rows max number of frames, at least 1
   * @param half number of times that the long history is halved
   */
  SourceHistory(int rows, int half) {
    this.rows = rows;
    this.half = half;
    this.past = new LongHistory(0, half);
    this.scores = new NumberRing(1, rows);
    this.drift = new NumberRing(DRIFT_COLUMNS, rows);
    this.trend = new Trend(1);
  }

  /** Changes the max number of frames. */
  void limit(int newRows) {
    rows = newRows;
    scores.limit(rows);
    drift.limit(rows);
  }

  void halve(int newHalf) {
    half = newHalf;
    past.halve(newHalf);
  }

  /** Returns the number of latents of its long history. */
  int latents() {
    return past.latents();
  }

  LongHistory past() {
    return past;
  }

  void past(ScoredFrame frame) {
    float[] residuals = frame.statistics().standardized();
    if (past.latents() == 0 && residuals.length <= MAX_COLUMNS) {
      past = new LongHistory(residuals.length, half);
    }
    if (residuals.length == past.latents() && isPast(frame)) {
      past.residuals(frame.capturedAt().toEpochMilli(), residuals);
    }
  }

  void past(DriftScore score) {
    if (isWatched(score) && score.threshold() > 0 && isPast(score)) {
      past.drift(score.capturedAt().toEpochMilli(), score.statistic() / score.threshold());
    }
  }

  /** Returns false for a frame of the future, whose values would replace older ones. */
  private boolean isPast(ScoredFrame frame) {
    latestPossible = frame.scoredAt().isAfter(latestPossible) ? frame.scoredAt() : latestPossible;
    return !frame.capturedAt().isAfter(frame.scoredAt().plus(AHEAD));
  }

  /** Like the check of a frame, but by the capture time: a drift score has no other. */
  private boolean isPast(DriftScore score) {
    return !score.capturedAt().isAfter(latestPossible.plus(AHEAD));
  }

  /**
   * Adds a frame.
   *
   * @param ofModel completes the scores of the frame's model; null if no equation uses earlier
   *     frames
   */
  void scored(ScoredFrame single, @Nullable InnovationStage ofModel) {
    if (model != ofModel) {
      model = ofModel;
      innovations = ofModel == null ? null : ofModel.fresh();
    }
    ScoredFrame frame = innovations == null ? single : innovations.next(single, false);
    int d = frame.statistics().standardized().length;
    if (d > MAX_COLUMNS) {
      return;
    }
    if (scores.columns() != d + 1) {
      scores = new NumberRing(d + 1, rows);
      trend = new Trend(d + 1);
      past = past.latents() == d ? past : new LongHistory(d, half);
      generation++;
    }
    float[] row = new float[d + 1];
    System.arraycopy(frame.statistics().standardized(), 0, row, 0, d);
    row[d] = (float) -Math.log10(frame.statistics().jointPValue());
    long at = frame.capturedAt().toEpochMilli();
    scores.add(frame.sequence(), at, row);
    trend.add(at, 1, frame.statistics().standardized());
    if (isPast(frame)) {
      past.residuals(at, frame.statistics().standardized());
    }
    frames++;
    read(frame);
    lastFrame = frame;
  }

  private void read(ScoredFrame frame) {
    float[] latents = frame.latents();
    boolean known =
        lastFrame != null
            && lastFrame.modelId().equals(frame.modelId())
            && readings.size() == latents.length;
    if (known && frame.timing().arrival() == FrameTiming.Arrival.LATE) {
      return;
    }
    List<LastReading> next = new ArrayList<>(latents.length);
    for (int i = 0; i < latents.length; i++) {
      LastReading before = known ? readings.get(i) : LastReading.NONE;
      next.add(before.next(latents[i], frame.capturedAt()));
    }
    readings = next;
  }

  void drift(DriftScore score) {
    int scales = score.perScale().length;
    if (scales > MAX_COLUMNS) {
      return;
    }
    if (drift.columns() != DRIFT_COLUMNS + scales) {
      drift = new NumberRing(DRIFT_COLUMNS + scales, rows);
      generation++;
    }
    float[] row = new float[DRIFT_COLUMNS + scales];
    Arrays.fill(row, Float.NaN);
    row[1] = score.threshold();
    row[3] = score.others().pictureThreshold();
    if (isWatched(score)) {
      row[0] = score.statistic();
      row[2] = pictureStatistic(score);
      System.arraycopy(score.perScale(), 0, row, DRIFT_COLUMNS, scales);
    }
    long at = score.capturedAt().toEpochMilli();
    drift.add(score.sequence(), at, row);
    if (isWatched(score) && score.threshold() > 0) {
      trend.add(at, 0, score.statistic() / score.threshold());
      if (isPast(score)) {
        past.drift(at, score.statistic() / score.threshold());
      }
    }
    lastDrift = score;
  }

  /** Returns true if a calibration applied to the frame; without one the statistics are 0. */
  static boolean isWatched(DriftScore score) {
    DriftScore.Calibration calibration = score.calibration();
    return calibration.phase() == CalibrationPhase.MODEL || calibration.pValues().length > 0;
  }

  /** Returns the statistic of the picture; NaN while the source learns its picture. */
  private static float pictureStatistic(DriftScore score) {
    float statistic = score.others().pictureStatistic();
    boolean learns = score.calibration().phase() != CalibrationPhase.MODEL && statistic == 0;
    return learns ? Float.NaN : statistic;
  }

  void happened(Finding finding, EventView event) {
    belowMinimum = finding.isBelowMinimum() ? finding : belowMinimum;
    events.addFirst(event);
    if (events.size() > MAX_EVENTS) {
      events.removeLast();
    }
  }

  void incident(Incident incident) {
    if (incident.open()) {
      open.put(incident.id(), incident);
    } else {
      open.remove(incident.id());
    }
  }

  /** Returns the last finding whose effect was below its minimum. */
  @Nullable Finding belowMinimum() {
    return belowMinimum;
  }

  Deque<EventView> events() {
    return events;
  }

  /** Returns the open incidents, the oldest first. */
  Map<String, Incident> open() {
    return open;
  }

  NumberRing scores() {
    return scores;
  }

  NumberRing drift() {
    return drift;
  }

  Trend trend() {
    return trend;
  }

  /** Returns a number that grows when rows get other columns. */
  int generation() {
    return generation;
  }

  long frames() {
    return frames;
  }

  /** Returns the last reading of each node of the model of the last frame. */
  List<LastReading> readings() {
    return readings;
  }

  @Nullable ScoredFrame lastFrame() {
    return lastFrame;
  }

  @Nullable DriftScore lastDrift() {
    return lastDrift;
  }

  /** Returns the last frames, of which a forecast begins; empty if no equation uses them. */
  Optional<DynamicHistory> innovations() {
    return Optional.ofNullable(innovations).map(InnovationStage::history);
  }

  /** Returns the mean interval of the last 32 frames; zero if unknown. */
  Duration interval() {
    int n = Math.min(PACE_FRAMES, scores.size()) - 1;
    if (n < 1) {
      return Duration.ZERO;
    }
    long span = scores.millisBeforeLast(0) - scores.millisBeforeLast(n);
    return span <= 0 ? Duration.ZERO : Duration.ofNanos(span * 1_000_000 / n);
  }

  /**
   * Returns the condition of the source.
   *
   * @param nowMillis milliseconds since 1970
   * @param maintained true if an operator silenced it
   */
  SourceCondition condition(long nowMillis, boolean maintained) {
    ScoredFrame frame = lastFrame;
    DriftScore score = lastDrift;
    Duration since =
        frame == null
            ? Duration.ofDays(1)
            : Duration.ofMillis(Math.max(0, nowMillis - frame.scoredAt().toEpochMilli()));
    List<Incident> deviations =
        open.values().stream().filter(one -> !one.subject().equals(Subject.SILENCE)).toList();
    boolean incident = deviations.stream().anyMatch(one -> one.state() != State.SUSPENDED);
    boolean drifting =
        incident && deviations.stream().allMatch(one -> one.kind().startsWith("DRIFT"));
    int[] scales = score == null ? new int[0] : score.scales();
    boolean warmingUp =
        score == null || (scales.length > 0 && score.samples() < scales[scales.length - 1]);
    return SourceCondition.of(
        new SourceCondition.Facts(
            maintained,
            incident,
            drifting,
            score != null && score.threshold() > 0 && score.statistic() >= score.threshold(),
            score == null || isWatched(score),
            warmingUp,
            since,
            interval()));
  }
}
