package dev.residua.renewal.gate;

import dev.residua.causal.FrameStatistics;
import dev.residua.causal.LatentBatch;
import dev.residua.causal.ModelDigest;
import dev.residua.causal.ScoredFrame;
import dev.residua.frame.FramePosition;
import dev.residua.frame.FrameTiming;
import dev.residua.frame.PixelMask;
import dev.residua.frame.SceneName;
import dev.residua.frame.SensorReadings;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/** One model's scores of frames, by row, in the form that a monitor reads. */
final class HeldOutScores {
  private static final String SOURCE = "held-out";
  private static final int FRAME_MILLIS = 50;

  final ExaminedModel model;
  final int latents; // nodes: latents and variables
  final float[] observed; // [n][d]
  final float[] expected; // [n][d]
  final FrameStatistics[] statistics; // [n]
  private final SensorReadings[] sensor; // [n], shared by both models

  /**
   * @param frames number {@code n}
   * @param sensor shape {@code [n]}, filled by the caller and shared
   */
  HeldOutScores(ExaminedModel model, int frames, SensorReadings[] sensor) {
    this.model = model;
    this.latents = model.scorer().nodes();
    this.observed = new float[frames * latents];
    this.expected = new float[frames * latents];
    this.statistics = new FrameStatistics[frames];
    this.sensor = sensor;
  }

  int frames() {
    return statistics.length;
  }

  /**
   * Stores the scores of a batch.
   *
   * @param at row of its first frame
   * @param pixels of its frames
   * @param masks of its frames
   */
  void put(int at, LatentBatch batch, byte[] pixels, List<PixelMask> masks) {
    int size = model.scorer().imageShape().size();
    System.arraycopy(batch.observed(), 0, observed, at * latents, batch.frames() * latents);
    System.arraycopy(batch.expected(), 0, expected, at * latents, batch.frames() * latents);
    for (int i = 0; i < batch.frames(); i++) {
      float deviation = model.appearance().deviation(pixels, i * size, masks.get(i));
      statistics[at + i] = model.calibration().statistics(batch, i, deviation);
    }
  }

  /**
   * The scored frame of a row.
   *
   * @param sequence its sequence number, from which its time follows
   */
  ScoredFrame frame(int row, long sequence) {
    float[] z = Arrays.copyOfRange(observed, row * latents, (row + 1) * latents);
    float[] f = Arrays.copyOfRange(expected, row * latents, (row + 1) * latents);
    float[] e = new float[latents];
    for (int k = 0; k < latents; k++) {
      e[k] = z[k] - f[k];
    }
    Instant time = Instant.EPOCH.plusMillis(FRAME_MILLIS * sequence);
    return new ScoredFrame(
        SOURCE,
        sequence,
        time,
        time,
        model.bundle().id(),
        ModelDigest.brief(model.bundle().digest()),
        SceneName.DEFAULT,
        z,
        f,
        e,
        statistics[row],
        sensor[row],
        FrameTiming.ON_TIME,
        new FramePosition(SOURCE, 0, sequence),
        "",
        "");
  }

  double[][] standardized() {
    double[][] rows = new double[frames()][latents];
    for (int i = 0; i < rows.length; i++) {
      for (int k = 0; k < latents; k++) {
        rows[i][k] = statistics[i].standardized()[k];
      }
    }
    return rows;
  }
}
