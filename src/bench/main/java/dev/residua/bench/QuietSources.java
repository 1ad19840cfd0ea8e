package dev.residua.bench;

import dev.residua.bench.experiment.SimulatedSource;
import dev.residua.causal.Finding.Severity;
import dev.residua.causal.FrameStatistics;
import dev.residua.causal.ModelDigest;
import dev.residua.causal.Reconstruction;
import dev.residua.causal.ScoredFrame;
import dev.residua.drift.CalibrationPhase;
import dev.residua.drift.DriftScore;
import dev.residua.frame.FramePosition;
import dev.residua.frame.FrameTiming;
import dev.residua.frame.SceneName;
import dev.residua.frame.SensorReadings;
import dev.residua.incident.ActiveControls;
import dev.residua.incident.Incident;
import dev.residua.monitor.MonitorModel;
import dev.residua.monitor.MonitorResult;
import dev.residua.monitor.MonitorThresholds;
import dev.residua.monitor.SourceMonitor;
import dev.residua.monitor.SourceSettings;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleConsumer;
import java.util.stream.IntStream;

/**
 * Quiet sources of one model, each watched by a {@link SourceMonitor} of its own: it learns its
 * normal state from its first frames and is then watched for a number of frames. Residuals are
 * those of {@link SimulatedSource}, with another distribution of innovations from source to source.
 * Frames are not reconstructed, so the picture is not watched and its half of the false-alarm
 * budget not used.
 */
public final class QuietSources {
  private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

  private final MonitorModel model;
  private final MonitorThresholds thresholds;
  private final SourceSettings settings;
  private final double framesPerSecond;

  /**
   * Results of the sources of one autocorrelation.
   *
   * @param lagOne correlation of consecutive residuals
   * @param sources that were commissioned
   * @param armed those that learned their normal state
   * @param review those that ask for a person instead; they are not watched further
   * @param framesToArm mean frames until they were armed; NaN if none was
   * @param watched frames of armed sources after that
   * @param early incidents before a source was armed
   * @param incidents that opened after that
   */
  public record Row(
      double lagOne,
      int sources,
      int armed,
      int review,
      double framesToArm,
      long watched,
      int early,
      int incidents) {}

  /**
   * @param model with a reference for sources
   * @param alarmsPerWeek false alarms of each source
   * @throws IllegalArgumentException if the model has no reference for sources
   */
  public QuietSources(MonitorModel model, double alarmsPerWeek, double framesPerSecond) {
    this.model = model;
    if (model.commissioning().isEmpty()) {
      throw new IllegalArgumentException(
          "model %s was calibrated on too few frames for sources that learn".formatted(model.id()));
    }
    this.thresholds = new MonitorThresholds(model);
    this.settings =
        new SourceSettings(
            Optional.of(new SourceSettings.Budget(alarmsPerWeek, framesPerSecond)),
            Severity.INFO,
            Map.of(),
            true,
            Optional.empty(),
            0);
    this.framesPerSecond = framesPerSecond;
  }

  /**
   * Commissions and watches sources.
   *
   * @param most frames in which a source must be armed
   * @param quiet frames that each is watched for after that
   * @param progress receives the part done, in [0, 1]
   */
  public Row run(
      double lagOne, int sources, long most, long quiet, long seed, DoubleConsumer progress) {
    long[] seeds = new SplittableRandom(seed).longs(sources).toArray();
    Watched[] all = new Watched[sources];
    AtomicInteger done = new AtomicInteger();
    IntStream.range(0, sources)
        .parallel()
        .forEach(
            i -> {
              SimulatedSource.Distribution[] distributions = SimulatedSource.Distribution.values();
              all[i] =
                  new Watched(distributions[i % distributions.length], lagOne, seeds[i])
                      .run(most, quiet);
              synchronized (done) {
                progress.accept(done.incrementAndGet() / (double) sources);
              }
            });
    int armed = (int) Arrays.stream(all).filter(one -> one.armedAt > 0).count();
    return new Row(
        lagOne,
        sources,
        armed,
        (int) Arrays.stream(all).filter(one -> one.review).count(),
        Arrays.stream(all)
            .filter(one -> one.armedAt > 0)
            .mapToLong(one -> one.armedAt)
            .average()
            .orElse(Double.NaN),
        armed * quiet,
        Arrays.stream(all).mapToInt(one -> one.early.size()).sum(),
        Arrays.stream(all).mapToInt(one -> one.late.size()).sum());
  }

  private final class Watched {
    private final SimulatedSource source;
    private final SourceMonitor monitor = SourceMonitor.start(thresholds);
    private final Set<String> early = new HashSet<>();
    private final Set<String> late = new HashSet<>();
    private long sequence;
    private long armedAt; // frames until then; 0 if it is not
    private boolean review;

    Watched(SimulatedSource.Distribution distribution, double lagOne, long seed) {
      source = new SimulatedSource(distribution, lagOne, model.graph().size(), true, seed);
    }

    Watched run(long most, long quiet) {
      while (armedAt == 0 && !review && sequence < most) {
        MonitorResult result = next();
        result.incidents().forEach(incident -> early.add(incident.id()));
        CalibrationPhase phase = result.score().map(DriftScore::calibration).orElseThrow().phase();
        review = phase == CalibrationPhase.NEEDS_REVIEW;
        armedAt = phase == CalibrationPhase.ARMED ? sequence : 0;
      }
      for (long t = 0; armedAt > 0 && t < quiet; t++) {
        for (Incident incident : next().incidents()) {
          if (!early.contains(incident.id())) {
            late.add(incident.id());
          }
        }
      }
      return this;
    }

    private MonitorResult next() {
      float[] residuals = source.next().clone();
      float[] expected = source.expected().clone();
      float[] latents = new float[residuals.length];
      float[] pValues = new float[residuals.length];
      for (int k = 0; k < latents.length; k++) {
        latents[k] = expected[k] + residuals[k];
        pValues[k] = 0.5f;
      }
      Instant at = START.plusMillis(Math.round(1_000 * sequence / framesPerSecond));
      ScoredFrame frame =
          new ScoredFrame(
              "source",
              sequence,
              at,
              at,
              model.id(),
              ModelDigest.brief(model.digest()),
              SceneName.DEFAULT,
              latents,
              expected,
              residuals,
              new FrameStatistics(
                  residuals, pValues, 0.5f, Reconstruction.NONE, Float.NaN, 0.5f, Float.NaN, 0),
              new SensorReadings(128, 0.1f, 0.1f, 1, 1, sequence),
              FrameTiming.ON_TIME,
              new FramePosition("frames", 0, sequence),
              "",
              "");
      sequence++;
      return monitor.next(frame, ActiveControls.EMPTY, settings);
    }
  }
}
