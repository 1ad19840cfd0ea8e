package dev.residua.runtime;

import dev.residua.anomaly.FrameScorer;
import dev.residua.anomaly.PendingFrame;
import dev.residua.anomaly.ReconstructionPlan;
import dev.residua.causal.DetailStatistics;
import dev.residua.causal.ScoredFrame;
import dev.residua.decoding.FrameDecoder;
import dev.residua.decoding.Stabilizer;
import dev.residua.detail.DetailChannel;
import dev.residua.frame.CameraRegistration;
import dev.residua.frame.Frame;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.FramePosition;
import dev.residua.frame.FrameTiming;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelMask;
import dev.residua.frame.RejectedFrameException;
import dev.residua.source.SourceRule;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Collects decoded frames of one model and scores them together, in the order of arrival. The plan
 * chooses the frames to reconstruct. Not thread-safe.
 */
public final class FrameBatch {
  private static final byte[] NO_DATA = {};

  private final ScoringModel model;
  private final FrameDecoder decoder;
  private final Stabilizer stabilizer;
  private final ImageShape shape;
  private final FrameScorer scorer;
  private final List<PendingFrame> frames = new ArrayList<>();
  private final int capacity;
  private final byte[] pixels;
  private final float[] variables; // [capacity][k], standardised
  private final Clock clock;
  private final FrameScorer.Observer observer;

  /**
   * @param capacity frames that go through the network together, at least 1
   * @param plan which frames are reconstructed
   */
  public FrameBatch(
      ScoringModel model,
      FrameLimits limits,
      ReconstructionPlan plan,
      int capacity,
      Clock clock,
      FrameScorer.Observer observer) {
    this.model = model;
    this.shape = model.scorer().imageShape();
    DetailChannel channel = model.details();
    this.decoder =
        new FrameDecoder(limits, shape, channel == null ? null : channel.model().shape());
    CameraRegistration registration = new CameraRegistration(shape, model.meanPicture());
    this.stabilizer = new Stabilizer(registration, model.mask());
    this.scorer =
        new FrameScorer(
            model.id(),
            model.digest(),
            model.scorer(),
            model.calibration(),
            model.appearance(),
            registration,
            plan);
    this.capacity = capacity;
    this.pixels = new byte[Math.multiplyExact(capacity, shape.size())];
    this.variables = new float[capacity * model.variables().size()];
    this.clock = clock;
    this.observer = observer;
  }

  public ScoringModel model() {
    return model;
  }

  /** Memory of the batch and its model, in bytes; an estimate. */
  public long bytes() {
    return model.bytes() + 2L * pixels.length; // twice: those that are reconstructed are copied
  }

  /**
   * Decodes a frame into the batch, which must not be full.
   *
   * @param rule of its source
   * @throws RejectedFrameException if the frame cannot be decoded; the batch is then as before
   */
  public void add(Frame frame, FramePosition position, FrameTiming timing, SourceRule rule)
      throws RejectedFrameException {
    PixelMask mask = decode(frame, rule);
    DetailChannel channel = model.details();
    add(
        frame,
        position,
        timing,
        rule,
        mask,
        channel == null ? null : channel.statistics(decoder.details(), 0, decoder.detailMask()));
  }

  /**
   * Like the above, for a frame of a data set, which shows only the part that the network reads.
   *
   * @param ofFrame its details; null if they are not known
   */
  public void add(
      Frame frame,
      FramePosition position,
      FrameTiming timing,
      SourceRule rule,
      @Nullable DetailStatistics ofFrame)
      throws RejectedFrameException {
    add(frame, position, timing, rule, decode(frame, rule), ofFrame);
  }

  /** Reads a frame as its rule says; returns the pixels that show nothing. */
  private PixelMask decode(Frame frame, SourceRule rule) throws RejectedFrameException {
    return decoder.decode(
        frame,
        rule.geometry(),
        rule.stabilize() ? stabilizer : null,
        pixels,
        frames.size() * shape.size());
  }

  private void add(
      Frame frame,
      FramePosition position,
      FrameTiming timing,
      SourceRule rule,
      PixelMask mask,
      @Nullable DetailStatistics details) {
    int k = model.variables().size();
    model
        .variables()
        .read(
            name -> rule.variable(frame.attributes(), frame.capturedAt(), name),
            variables,
            frames.size() * k);
    frames.add(
        new PendingFrame(
            frame.with(NO_DATA, Map.of()), // a whole batch of pictures would not fit into memory
            position,
            timing,
            rule.scene(),
            rule.key(),
            rule.context() == null ? "" : rule.context().of(frame.attributes(), frame.capturedAt()),
            mask.union(model.mask()),
            rule.stabilize(),
            rule.stabilize() ? stabilizer.motion() : null,
            details));
  }

  /** Returns true if the batch must be scored before the next {@link #add}. */
  public boolean isFull() {
    return frames.size() == capacity;
  }

  /** Scores the frames in the batch, one score per frame in their order, and empties it. */
  public List<ScoredFrame> score() {
    if (frames.isEmpty()) {
      return List.of();
    }
    float[] observed = Arrays.copyOf(variables, frames.size() * model.variables().size());
    List<ScoredFrame> scores = scorer.score(pixels, frames, observed, clock, observer);
    clear();
    return scores;
  }

  /** Drops the frames in the batch unscored. */
  public void clear() {
    frames.clear();
  }
}
