package dev.residua.anomaly;

import dev.residua.causal.FrameDraw;
import dev.residua.causal.FrameInputs;
import dev.residua.causal.FrameStatistics;
import dev.residua.causal.LatentBatch;
import dev.residua.causal.ModelDigest;
import dev.residua.causal.Reconstruction;
import dev.residua.causal.ResidualScorer;
import dev.residua.causal.ScoredFrame;
import dev.residua.frame.CameraRegistration;
import dev.residua.frame.PixelMask;
import dev.residua.frame.SensorMeter;
import dev.residua.frame.SensorReadings;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Scores frames: pixels to residuals, p-values and readings of the camera. The network encodes a
 * batch, the equations give residuals, the calibration ranks them among nominal frames; the frames
 * that the plan chooses are reconstructed. If every frame is, latents that cannot be read are left
 * out, see {@link dev.residua.causal.Readability}. A score depends on its frame alone. For one
 * thread.
 */
public final class FrameScorer {
  private final String modelId;
  private final String modelDigest;
  private final ResidualScorer model;
  private final AnomalyCalibration calibration;
  private final ReconstructionPlan plan;
  private final SensorMeter sensor;
  private final AppearanceMeter appearance;
  private final CameraRegistration registration;

  /** Receives the part of the work that begins, to measure it. */
  public interface Observer {
    /** Measures nothing. */
    Observer NONE =
        new Observer() {
          @Override
          public void network() {}

          @Override
          public void statistics() {}
        };

    void network();

    void statistics();
  }

  /**
   * @param modelId identity of the model, for its scores
   * @param modelDigest SHA-256 of its bundle, likewise
   * @param model owned by the caller
   * @param reference static pixels of the model
   * @param registration of pictures on the mean picture of the model
   * @param plan chooses the frames to reconstruct
   */
  public FrameScorer(
      String modelId,
      String modelDigest,
      ResidualScorer model,
      AnomalyCalibration calibration,
      AppearanceReference reference,
      CameraRegistration registration,
      ReconstructionPlan plan) {
    this.modelId = modelId;
    this.modelDigest = ModelDigest.brief(modelDigest);
    this.model = model;
    this.calibration = calibration;
    this.plan = plan;
    this.sensor = new SensorMeter(model.imageShape());
    this.appearance = new AppearanceMeter(reference);
    this.registration = registration;
  }

  /**
   * Scores frames together.
   *
   * @param pixels of the frames, shape {@code [n][height][width][channels]}; may be longer
   * @param variables observed, standardised, shape {@code [n][k]}, NaN if missing
   * @param time of the scores
   * @return one score per frame, in order
   */
  public List<ScoredFrame> score(
      byte[] pixels,
      List<PendingFrame> frames,
      float[] variables,
      InstantSource time,
      Observer observer) {
    observer.network();
    FrameInputs in =
        new FrameInputs(
            pixels,
            frames.size(),
            frames.stream().map(PendingFrame::mask).toList(),
            variables,
            frames.stream()
                .mapToLong(one -> FrameDraw.frame(one.frame().source(), one.frame().sequence()))
                .toArray());
    LatentBatch batch = plan.everyFrame() ? model.readable(model.score(in)) : model.encode(in);
    observer.statistics();
    Reconstruction how = plan.everyFrame() ? Reconstruction.SAMPLED : Reconstruction.NONE;
    FrameStatistics[] statistics = new FrameStatistics[frames.size()];
    for (int row = 0; row < statistics.length; row++) {
      PendingFrame one = frames.get(row);
      float deviation = appearance.deviation(pixels, offset(row), one.mask());
      statistics[row] = calibration.statistics(batch, row, deviation, how, one.details());
    }
    if (!plan.everyFrame()) {
      reconstruct(pixels, frames, batch, statistics, observer);
    }
    Instant scoredAt = time.instant();
    List<ScoredFrame> scores = new ArrayList<>(statistics.length);
    for (int row = 0; row < statistics.length; row++) {
      scores.add(scored(pixels, frames.get(row), batch, row, statistics[row], scoredAt));
    }
    return scores;
  }

  /** Reconstructs the frames that the plan chooses, and completes their statistics. */
  private void reconstruct(
      byte[] pixels,
      List<PendingFrame> frames,
      LatentBatch batch,
      FrameStatistics[] statistics,
      Observer observer) {
    Reconstruction[] reasons = new Reconstruction[statistics.length];
    Arrays.setAll(
        reasons, row -> plan.reason(frames.get(row).frame(), statistics[row].jointPValue()));
    int[] chosen =
        IntStream.range(0, reasons.length)
            .filter(row -> reasons[row] != Reconstruction.NONE)
            .toArray();
    if (chosen.length == 0) {
      return;
    }
    int size = model.imageShape().size();
    int d = batch.encoded();
    byte[] chosenPixels = new byte[chosen.length * size];
    float[] codes = new float[chosen.length * d];
    for (int i = 0; i < chosen.length; i++) {
      System.arraycopy(pixels, offset(chosen[i]), chosenPixels, i * size, size);
      System.arraycopy(batch.codes(), chosen[i] * d, codes, i * d, d);
    }
    List<PixelMask> masks = Arrays.stream(chosen).mapToObj(row -> frames.get(row).mask()).toList();
    observer.network();
    float[] errors = model.reconstructionErrors(chosenPixels, chosen.length, codes, masks);
    observer.statistics();
    for (int i = 0; i < chosen.length; i++) {
      int row = chosen[i];
      statistics[row] = calibration.reconstructed(statistics[row], reasons[row], errors[i]);
    }
  }

  private ScoredFrame scored(
      byte[] pixels,
      PendingFrame input,
      LatentBatch batch,
      int row,
      FrameStatistics statistics,
      Instant scoredAt) {
    int from = row * batch.latents();
    int to = from + batch.latents();
    return new ScoredFrame(
        input.frame().source(),
        input.frame().sequence(),
        input.frame().capturedAt(),
        scoredAt,
        modelId,
        modelDigest,
        input.scene(),
        Arrays.copyOfRange(batch.observed(), from, to),
        Arrays.copyOfRange(batch.expected(), from, to),
        Arrays.copyOfRange(batch.residuals(), from, to),
        statistics,
        readings(pixels, offset(row), input, batch.hides(row)),
        input.timing(),
        input.position(),
        input.rule(),
        input.context());
  }

  private SensorReadings readings(byte[] pixels, int at, PendingFrame input, boolean hiding) {
    SensorReadings readings = sensor.measure(pixels, at, input.mask());
    if (!MotionSampling.samples(input.frame(), hiding)) {
      return readings;
    }
    return readings.withMotion(
        input.stabilized() ? input.motion() : registration.estimate(pixels, at, input.mask()));
  }

  private int offset(int row) {
    return row * model.imageShape().size();
  }
}
