package dev.residua.monitor;

import dev.residua.anomaly.AnomalyEpisode;
import dev.residua.anomaly.AnomalyEvent;
import dev.residua.anomaly.FrameStatistics;
import dev.residua.anomaly.Verdict;
import dev.residua.causal.Finding;
import dev.residua.causal.ScoredFrame;
import dev.residua.drift.DriftEvent;
import dev.residua.drift.DriftScore;
import dev.residua.drift.DriftSettings;
import dev.residua.drift.PictureNumbers;
import dev.residua.incident.ControlBoard;
import dev.residua.incident.ControlCommand.AcceptNormal;
import dev.residua.incident.Evidence;
import dev.residua.incident.Evidence.Alarm;
import dev.residua.incident.Evidence.Report;
import dev.residua.incident.Evidence.Weight;
import dev.residua.incident.Incident;
import dev.residua.incident.IncidentLife;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Judges the frames of one source in their order, and keeps what must be remembered between two of
 * them. The same frames and commands give the same events, bit for bit, however often the state is
 * written and read in between. Mutable, for one thread.
 *
 * <p>What opens an incident is an alarm of a detector, under one false-alarm budget; single unusual
 * frames are events that join an open incident. An alarm is held back in a maintenance window,
 * where a suppression covers it, and where its cause is announced.
 *
 * <p>About 5 us a frame and 12 kB of state for 4 latents.
 */
public final class SourceMonitor {
  private static final int VERSION = 1;
  private static final int KEPT = DriftSettings.MAX_SCALE;

  private final MonitorModel model;
  private final Findings findings;
  private final ChangeWatch residuals;
  private final @Nullable ChangeWatch picture;
  private final long[] sequences;
  private final float[] offsets; // [d], in standard deviations of the calibration
  private String acceptedOrder;
  private AnomalyEpisode episode;
  private boolean heldBack;
  private IncidentLife life;

  private SourceMonitor(
      MonitorModel model,
      ChangeWatch residuals,
      @Nullable ChangeWatch picture,
      long[] sequences,
      float[] offsets,
      String acceptedOrder,
      AnomalyEpisode episode,
      boolean heldBack,
      IncidentLife life) {
    this.model = model;
    this.findings = new Findings(model);
    this.residuals = residuals;
    this.picture = picture;
    this.sequences = sequences;
    this.offsets = offsets;
    this.acceptedOrder = acceptedOrder;
    this.episode = episode;
    this.heldBack = heldBack;
    this.life = life;
  }

  /** The monitor of a source that was never seen. */
  public static SourceMonitor start(Limits limits) {
    return start(limits, IncidentLife.QUIET);
  }

  private static SourceMonitor start(Limits limits, IncidentLife life) {
    return new SourceMonitor(
        limits.model,
        ChangeWatch.start(limits.residuals),
        limits.picture.map(ChangeWatch::start).orElse(null),
        new long[KEPT],
        new float[limits.model.graph().size()],
        "",
        AnomalyEpisode.QUIET,
        false,
        life);
  }

  /** A model with its thresholds, worked out once for all sources. */
  public static final class Limits {
    private final MonitorModel model;
    private final ChangeWatch.Limits residuals;
    private final Optional<ChangeWatch.Limits> picture;

    public Limits(MonitorModel model) {
      this.model = model;
      this.residuals = model.residualLimits();
      this.picture = model.pictureLimits();
    }

    public MonitorModel model() {
      return model;
    }
  }

  /** Whether an incident of this source is open. */
  public boolean incidentOpen() {
    return life.open();
  }

  /**
   * Judges the next frame of the source.
   *
   * @param board what operators have said by now
   */
  public Judgement next(ScoredFrame frame, ControlBoard board) {
    List<Incident> incidents = new ArrayList<>();
    accept(frame, board, incidents);
    float[] sample = sample(frame);
    FrameStatistics statistics = statistics(frame, sample);
    boolean appearanceChanged = model.rule().appearanceChanged(statistics);

    List<Report> reports = new ArrayList<>();
    List<AnomalyEvent> anomalies = judgeFrame(frame, statistics, reports);
    sequences[(int) (residuals.detector.count() % KEPT)] = frame.sequence();
    List<DriftEvent> drifts = new ArrayList<>();
    watchResiduals(frame, sample, appearanceChanged, board, drifts, reports);
    watchPicture(frame, drifts, reports);

    Evidence evidence = evidence(frame, alarm(frame, board), reports);
    IncidentLife.Step step = life.next(evidence, model.incidents());
    String before = life.openId();
    life = step.next();
    if (step.changed() != null) {
      incidents.add(step.changed());
    }
    String id = life.openId() == null ? before : life.openId();
    return new Judgement(
        score(frame),
        anomalies.stream().map(e -> e.with(grouped(e.finding(), id))).toList(),
        drifts.stream().map(e -> e.with(grouped(e.finding(), id))).toList(),
        incidents);
  }

  private Alarm alarm(ScoredFrame frame, ControlBoard board) {
    boolean pictureOn = picture != null && picture.alarm().drifting();
    if (!pictureOn && !residuals.alarm().drifting()) {
      return Alarm.NONE;
    }
    return (pictureOn || !heldBack) && !board.maintained(frame.source(), frame.capturedAt())
        ? Alarm.ON
        : Alarm.HELD_BACK;
  }

  private static Finding grouped(Finding finding, @Nullable String incident) {
    return incident == null ? finding : finding.withIncident(incident);
  }

  private static Evidence evidence(ScoredFrame frame, Alarm alarm, List<Report> reports) {
    return new Evidence(
        frame.source(),
        frame.sequence(),
        frame.capturedAt(),
        frame.position().toString(),
        frame.modelId(),
        alarm,
        reports);
  }

  /** Takes the present as normal where an operator says so and this source has not done it yet. */
  private void accept(ScoredFrame frame, ControlBoard board, List<Incident> incidents) {
    Optional<AcceptNormal> order = board.accepted(frame.source());
    if (order.isEmpty() || order.get().order().id().equals(acceptedOrder)) {
      return;
    }
    acceptedOrder = order.get().order().id();
    int window = (int) Math.min(KEPT, residuals.detector.count());
    if (window > 0) {
      float[] means = residuals.detector.sampleMeans(window);
      for (int k = 0; k < offsets.length; k++) {
        offsets[k] += means[k];
      }
    }
    residuals.restart();
    if (picture != null) {
      picture.restart();
    }
    heldBack = false;
    episode = AnomalyEpisode.QUIET;
    IncidentLife.Step step = life.accepted(evidence(frame, Alarm.NONE, List.of()));
    life = step.next();
    if (step.changed() != null) {
      incidents.add(step.changed());
    }
  }

  private float[] sample(ScoredFrame frame) {
    float[] sample = frame.standardized().clone();
    for (int k = 0; k < sample.length; k++) {
      sample[k] -= offsets[k];
    }
    return sample;
  }

  /** Those of the frame, or made anew where its source has a normal of its own. */
  private FrameStatistics statistics(ScoredFrame frame, float[] sample) {
    for (float offset : offsets) {
      if (offset != 0) {
        float[] shifted = new float[sample.length];
        for (int k = 0; k < sample.length; k++) {
          shifted[k] = sample[k] * model.calibration().scale(k) + model.calibration().location(k);
        }
        return model
            .calibration()
            .statistics(shifted, 0, frame.reconstructionError(), frame.appearance());
      }
    }
    return new FrameStatistics(
        frame.standardized(),
        frame.pValues(),
        frame.jointPValue(),
        frame.reconstructionPValue(),
        frame.appearancePValue(),
        frame.appearance());
  }

  private List<AnomalyEvent> judgeFrame(
      ScoredFrame frame, FrameStatistics statistics, List<Report> reports) {
    Verdict verdict = model.rule().decide(statistics);
    AnomalyEpisode.Step step = episode.next(verdict, model.rule().settings());
    episode = step.next();
    if (!step.report() || !(verdict instanceof Verdict.Anomalous anomaly)) {
      return List.of();
    }
    AnomalyEvent event = findings.anomaly(frame, anomaly);
    reports.add(new Report(Weight.FRAME, "ANOMALY." + event.kind(), event.finding()));
    return List.of(event);
  }

  private void watchResiduals(
      ScoredFrame frame,
      float[] sample,
      boolean appearanceChanged,
      ControlBoard board,
      List<DriftEvent> drifts,
      List<Report> reports) {
    long startedAt = residuals.alarm().startedAt();
    switch (residuals.next(sample)) {
      case NONE -> {}
      case STARTED -> {
        int window = residuals.reading.scale();
        DriftEvent onset =
            findings.residualsChanged(frame, residuals, appearanceChanged, sequenceBefore(window));
        heldBack =
            board.expectsChange(frame.source(), frame.capturedAt())
                || suppressed(onset, window, board);
        report(onset, drifts, reports);
      }
      case ENDED -> {
        heldBack = false;
        drifts.add(findings.ended(frame, residuals, DriftEvent.Channel.RESIDUAL, startedAt));
      }
    }
  }

  /** Whether all that has changed are means within the margins that were granted. */
  private boolean suppressed(DriftEvent onset, int window, ControlBoard board) {
    Finding finding = onset.finding();
    return !finding.causes().isEmpty()
        && finding.causes().stream()
            .allMatch(
                cause ->
                    board.suppressed(
                        finding.source(), cause.latent(), cause.evidence() / Math.sqrt(window)));
  }

  private void watchPicture(ScoredFrame frame, List<DriftEvent> drifts, List<Report> reports) {
    if (picture == null) {
      return;
    }
    long startedAt = picture.alarm().startedAt();
    float[] numbers =
        PictureNumbers.of(
            frame.reconstructionError(),
            frame.appearance(),
            model.rule().settings().minGreyLevels());
    switch (picture.next(numbers)) {
      case NONE -> {}
      case STARTED ->
          report(
              findings.pictureChanged(frame, picture, sequenceBefore(picture.reading.scale())),
              drifts,
              reports);
      case ENDED ->
          drifts.add(findings.ended(frame, picture, DriftEvent.Channel.PICTURE, startedAt));
    }
  }

  private static void report(DriftEvent onset, List<DriftEvent> drifts, List<Report> reports) {
    drifts.add(onset);
    reports.add(new Report(Weight.CHANGE, "DRIFT." + onset.channel(), onset.finding()));
  }

  /** Sequence of the first frame of the last {@code window} frames, at most 128 back. */
  private long sequenceBefore(int window) {
    long first = Math.max(0, residuals.detector.count() - Math.min(window, KEPT));
    return sequences[(int) (first % KEPT)];
  }

  private DriftScore score(ScoredFrame frame) {
    return new DriftScore(
        frame.source(),
        frame.sequence(),
        frame.capturedAt(),
        model.id(),
        residuals.reading.statistic(),
        residuals.limits.threshold().value(),
        residuals.limits.threshold().targetRunLength(),
        residuals.reading.perScale(),
        residuals.limits.reference().settings().scales(),
        residuals.reading.samples());
  }

  /**
   * The state: a version, the incident (which outlives its model), then what belongs to the model.
   * Each part has its length before it.
   */
  public byte[] toBytes() {
    byte[][] parts = {
      life.toBytes(),
      residuals.toBytes(),
      picture == null ? new byte[0] : picture.toBytes(),
      episode.toBytes(),
      acceptedOrder.getBytes(StandardCharsets.UTF_8)
    };
    int bytes = Integer.BYTES + 1 + KEPT * Long.BYTES + offsets.length * Float.BYTES;
    for (byte[] part : parts) {
      bytes += Integer.BYTES + part.length;
    }
    ByteBuffer out = ByteBuffer.allocate(bytes).putInt(VERSION);
    for (byte[] part : parts) {
      out.putInt(part.length).put(part);
    }
    out.put((byte) (heldBack ? 1 : 0));
    for (long sequence : sequences) {
      out.putLong(sequence);
    }
    for (float offset : offsets) {
      out.putFloat(offset);
    }
    return out.array();
  }

  /**
   * Reads what {@link #toBytes} wrote. Where it belongs to another model, whose numbers mean
   * nothing to this one, the monitor starts anew but for its incident, which then ends like any
   * other.
   *
   * @throws IllegalArgumentException if it is of another version or damaged
   */
  public static SourceMonitor fromBytes(Limits limits, byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    try {
      int version = in.getInt();
      if (version != VERSION) {
        throw new IllegalArgumentException(
            "monitor state has version %d, expected %d".formatted(version, VERSION));
      }
      IncidentLife life = IncidentLife.fromBytes(part(in));
      byte[] residuals = part(in);
      byte[] picture = part(in);
      byte[] episode = part(in);
      String accepted = new String(part(in), StandardCharsets.UTF_8);
      boolean heldBack = in.get() == 1;
      long[] sequences = new long[KEPT];
      for (int i = 0; i < KEPT; i++) {
        sequences[i] = in.getLong();
      }
      float[] offsets = new float[limits.model.graph().size()];
      if (in.remaining() != offsets.length * Float.BYTES) {
        return start(limits, life);
      }
      for (int k = 0; k < offsets.length; k++) {
        offsets[k] = in.getFloat();
      }
      ChangeWatch residualWatch;
      ChangeWatch pictureWatch;
      try {
        residualWatch = ChangeWatch.fromBytes(limits.residuals, residuals);
        pictureWatch = limits.picture.map(l -> ChangeWatch.fromBytes(l, picture)).orElse(null);
      } catch (IllegalArgumentException e) {
        return start(limits, life); // detectors of another reference
      }
      return new SourceMonitor(
          limits.model,
          residualWatch,
          pictureWatch,
          sequences,
          offsets,
          accepted,
          AnomalyEpisode.fromBytes(episode),
          heldBack,
          life);
    } catch (BufferUnderflowException e) {
      throw new IllegalArgumentException(
          "monitor state of %d bytes is truncated".formatted(bytes.length), e);
    }
  }

  private static byte[] part(ByteBuffer in) {
    int length = in.getInt();
    if (length < 0 || length > in.remaining()) {
      throw new IllegalArgumentException(
          "monitor state has a part of %d bytes but only %d are left"
              .formatted(length, in.remaining()));
    }
    byte[] part = new byte[length];
    in.get(part);
    return part;
  }
}
