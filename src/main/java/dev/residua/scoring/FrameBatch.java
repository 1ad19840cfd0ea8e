package dev.residua.scoring;

import dev.residua.anomaly.FrameStatistics;
import dev.residua.causal.LatentBatch;
import dev.residua.causal.ScoredFrame;
import dev.residua.frame.Frame;
import dev.residua.frame.FrameDecoder;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.FramePosition;
import dev.residua.frame.ImageShape;
import dev.residua.frame.RejectedFrameException;
import dev.residua.frame.SensorMeter;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Collects decoded frames and scores them together, in the order in which they came. One model for
 * its whole life. Not thread-safe.
 */
public final class FrameBatch {
  private final ScoringModel model;
  private final FrameDecoder decoder;
  private final SensorMeter meter;
  private final ImageShape shape;
  private final byte[] pixels;
  private final Frame[] frames;
  private final FramePosition[] positions;
  private final Clock clock;
  private final Consumer<ScoredFrame> sink;
  private int size;

  /**
   * @param capacity frames that go through the network together, at least 1
   * @param sink receives one score a frame
   */
  public FrameBatch(
      ScoringModel model,
      FrameLimits limits,
      int capacity,
      Clock clock,
      Consumer<ScoredFrame> sink) {
    this.model = model;
    this.shape = model.scorer().imageShape();
    this.decoder = new FrameDecoder(limits, shape);
    this.meter = new SensorMeter(shape);
    this.pixels = new byte[Math.multiplyExact(capacity, shape.size())];
    this.frames = new Frame[capacity];
    this.positions = new FramePosition[capacity];
    this.clock = clock;
    this.sink = sink;
  }

  ScoringModel model() {
    return model;
  }

  /**
   * Decodes a frame into the batch; scores the batch when it is full.
   *
   * @throws RejectedFrameException if the frame cannot be decoded; the batch is then as before
   */
  public void add(Frame frame, FramePosition position) throws RejectedFrameException {
    decoder.decode(frame, pixels, size * shape.size());
    frames[size] = frame;
    positions[size] = position;
    if (++size == frames.length) {
      flush();
    }
  }

  /** Scores what is in the batch. */
  public void flush() {
    if (size == 0) {
      return;
    }
    LatentBatch batch = model.scorer().score(pixels, size);
    Instant scoredAt = clock.instant();
    for (int row = 0; row < size; row++) {
      sink.accept(scored(batch, row, scoredAt));
    }
    clear();
  }

  /** Forgets what is in the batch, unscored. */
  void clear() {
    Arrays.fill(frames, null);
    size = 0;
  }

  private ScoredFrame scored(LatentBatch batch, int row, Instant scoredAt) {
    Frame frame = frames[row];
    float appearance = model.appearance().deviation(pixels, row * shape.size());
    FrameStatistics statistics = model.calibration().statistics(batch, row, appearance);
    int from = row * batch.latents();
    int to = from + batch.latents();
    return new ScoredFrame(
        frame.source(),
        frame.sequence(),
        frame.capturedAt(),
        scoredAt,
        model.id(),
        Arrays.copyOfRange(batch.observed(), from, to),
        Arrays.copyOfRange(batch.expected(), from, to),
        Arrays.copyOfRange(batch.residuals(), from, to),
        statistics.standardized(),
        statistics.pValues(),
        statistics.jointPValue(),
        batch.reconstructionErrors()[row],
        statistics.reconstructionPValue(),
        appearance,
        statistics.appearancePValue(),
        meter.measure(pixels, row * shape.size()),
        positions[row]);
  }
}
