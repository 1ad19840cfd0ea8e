package dev.residua.scoring;

import dev.residua.anomaly.AnomalyCalibration;
import dev.residua.anomaly.AppearanceMeter;
import dev.residua.causal.DetailStatistics;
import dev.residua.causal.FrameDraw;
import dev.residua.causal.FrameInputs;
import dev.residua.causal.FrameStatistics;
import dev.residua.causal.LatentBatch;
import dev.residua.causal.Reconstruction;
import dev.residua.causal.ScoredFrame;
import dev.residua.decoding.FrameDecoder;
import dev.residua.decoding.Stabilizer;
import dev.residua.detail.DetailChannel;
import dev.residua.frame.CameraMotion;
import dev.residua.frame.CameraRegistration;
import dev.residua.frame.Frame;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.FramePosition;
import dev.residua.frame.FrameTiming;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelMask;
import dev.residua.frame.RejectedFrameException;
import dev.residua.frame.SensorMeter;
import dev.residua.frame.SensorReadings;
import dev.residua.scoring.Stages.Stage;
import dev.residua.source.SourceRule;
import java.time.Clock;
import java.time.Instant;
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
  private final SensorMeter meter;
  private final AppearanceMeter appearance;
  private final CameraRegistration registration;
  private final Stabilizer stabilizer;
  private final ImageShape shape;
  private final ReconstructionPlan plan;
  private final byte[] pixels;
  private final byte[] chosenPixels; // empty where every frame is reconstructed
  private final Frame[] frames;
  private final FramePosition[] positions;
  private final FrameTiming[] timings;
  private final float[] variables; // [capacity][k], standardised
  private final PixelMask[] masks;
  private final @Nullable CameraMotion[] motions; // before they were compensated
  private final @Nullable DetailStatistics[] details;
  private final SourceRule[] rules;
  private final String[] contexts;
  private final Clock clock;
  private final Stages stages;
  private int size;

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
      Stages stages) {
    this.model = model;
    this.shape = model.scorer().imageShape();
    DetailChannel channel = model.details();
    this.decoder =
        new FrameDecoder(limits, shape, channel == null ? null : channel.model().shape());
    this.details = new DetailStatistics[capacity];
    this.meter = new SensorMeter(shape);
    this.appearance = new AppearanceMeter(model.appearance());
    this.registration = new CameraRegistration(shape, model.meanPicture());
    this.stabilizer = new Stabilizer(registration, model.mask());
    this.plan = plan;
    this.pixels = new byte[Math.multiplyExact(capacity, shape.size())];
    this.chosenPixels = plan.everyFrame() ? new byte[0] : new byte[pixels.length];
    this.frames = new Frame[capacity];
    this.positions = new FramePosition[capacity];
    this.timings = new FrameTiming[capacity];
    this.variables = new float[capacity * model.variables().size()];
    this.masks = new PixelMask[capacity];
    this.motions = new CameraMotion[capacity];
    this.rules = new SourceRule[capacity];
    this.contexts = new String[capacity];
    this.clock = clock;
    this.stages = stages;
  }

  ScoringModel model() {
    return model;
  }

  /** Memory of the batch and its model, in bytes; an estimate. */
  long bytes() {
    return model.bytes() + pixels.length + chosenPixels.length;
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
   * The same for a frame of a data set, which shows only what the network reads.
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
    Stabilizer used = rule.stabilize() ? stabilizer : null;
    PixelMask mask = decoder.decode(frame, rule.geometry(), used, pixels, size * shape.size());
    motions[size] = used == null ? null : used.motion();
    return mask;
  }

  private void add(
      Frame frame,
      FramePosition position,
      FrameTiming timing,
      SourceRule rule,
      PixelMask mask,
      @Nullable DetailStatistics ofFrame)
      throws RejectedFrameException {
    masks[size] = mask.union(model.mask());
    details[size] = ofFrame;
    model.variables().read(frame.attributes(), variables, size * model.variables().size());
    // What the score needs: a whole batch of referenced pictures would not fit into memory
    frames[size] = frame.with(NO_DATA, Map.of());
    positions[size] = position;
    timings[size] = timing;
    rules[size] = rule;
    contexts[size] =
        rule.context() == null ? "" : rule.context().of(frame.attributes(), frame.capturedAt());
    size++;
  }

  /** Whether the batch must be scored before the next {@link #add}. */
  public boolean isFull() {
    return size == frames.length;
  }

  /** Scores the frames in the batch, one score per frame in their order, and empties it. */
  public List<ScoredFrame> score() {
    if (size == 0) {
      return List.of();
    }
    List<ScoredFrame> scores = new ArrayList<>(size);
    if (plan.everyFrame()) {
      stages.enter(Stage.MODEL);
      LatentBatch batch = model.scorer().score(inputs());
      stages.enter(Stage.STATISTICS);
      Instant scoredAt = clock.instant();
      for (int row = 0; row < size; row++) {
        FrameStatistics statistics = model.calibration().statistics(batch, row, appearance(row));
        scores.add(scored(batch, row, statistics, scoredAt));
      }
    } else {
      scorePartly(scores);
    }
    clear();
    return scores;
  }

  private void scorePartly(List<ScoredFrame> scores) {
    AnomalyCalibration calibration = model.calibration();
    stages.enter(Stage.MODEL);
    LatentBatch batch = model.scorer().encode(inputs());
    stages.enter(Stage.STATISTICS);
    int d = batch.encoded();
    FrameStatistics[] statistics = new FrameStatistics[size];
    Reconstruction[] reasons = new Reconstruction[size];
    float[] codes = new float[size * d];
    List<PixelMask> chosenMasks = new ArrayList<>();
    int chosen = 0;
    for (int row = 0; row < size; row++) {
      statistics[row] = calibration.withoutReconstruction(batch, row, appearance(row));
      reasons[row] = reason(frames[row], statistics[row]);
      if (reasons[row] != Reconstruction.NONE) {
        System.arraycopy(
            pixels, row * shape.size(), chosenPixels, chosen * shape.size(), shape.size());
        System.arraycopy(batch.codes(), row * d, codes, chosen * d, d);
        chosenMasks.add(masks[row]);
        chosen++;
      }
    }
    stages.enter(Stage.MODEL);
    float[] errors =
        chosen == 0
            ? new float[0]
            : model.scorer().reconstructionErrors(chosenPixels, chosen, codes, chosenMasks);
    stages.enter(Stage.STATISTICS);
    Instant scoredAt = clock.instant();
    for (int row = 0, next = 0; row < size; row++) {
      FrameStatistics of = statistics[row];
      FrameStatistics all =
          reasons[row] == Reconstruction.NONE
              ? of
              : calibration.reconstructed(of, reasons[row], errors[next++]);
      scores.add(scored(batch, row, all, scoredAt));
    }
  }

  private FrameInputs inputs() {
    long[] numbers = new long[size];
    Arrays.setAll(numbers, row -> FrameDraw.frame(frames[row].source(), frames[row].sequence()));
    return new FrameInputs(
        pixels,
        size,
        Arrays.asList(masks).subList(0, size),
        Arrays.copyOf(variables, size * model.variables().size()),
        numbers);
  }

  private Reconstruction reason(Frame frame, FrameStatistics statistics) {
    if (plan.samples(frame)) {
      return Reconstruction.SAMPLED;
    }
    return plan.asks(statistics.jointPValue()) ? Reconstruction.ASKED : Reconstruction.NONE;
  }

  private float appearance(int row) {
    return appearance.deviation(pixels, row * shape.size(), masks[row]);
  }

  private SensorReadings sensor(int row) {
    int at = row * shape.size();
    SensorReadings readings = meter.measure(pixels, at, masks[row]);
    if (!MotionSampling.samples(frames[row])) {
      return readings;
    }
    return readings.withMotion(
        rules[row].stabilize() ? motions[row] : registration.estimate(pixels, at, masks[row]));
  }

  /** Drops the frames in the batch unscored. */
  void clear() {
    Arrays.fill(frames, null);
    size = 0;
  }

  private ScoredFrame scored(
      LatentBatch batch, int row, FrameStatistics statistics, Instant scoredAt) {
    Frame frame = frames[row];
    int from = row * batch.latents();
    int to = from + batch.latents();
    return new ScoredFrame(
        frame.source(),
        frame.sequence(),
        frame.capturedAt(),
        scoredAt,
        model.id(),
        rules[row].scene(),
        Arrays.copyOfRange(batch.observed(), from, to),
        Arrays.copyOfRange(batch.expected(), from, to),
        Arrays.copyOfRange(batch.residuals(), from, to),
        statistics.withDetails(details[row]),
        sensor(row),
        timings[row],
        positions[row],
        rules[row].key(),
        contexts[row]);
  }
}
