package dev.residua.monitor;

import dev.residua.anomaly.AnomalyEpisode;
import dev.residua.anomaly.AnomalyEvent;
import dev.residua.anomaly.AnomalyKind;
import dev.residua.anomaly.SensorMonitor;
import dev.residua.anomaly.SensorRule;
import dev.residua.anomaly.Verdict;
import dev.residua.causal.Finding;
import dev.residua.causal.FrameStatistics;
import dev.residua.causal.Reconstruction;
import dev.residua.causal.ScoredFrame;
import dev.residua.drift.ConformalMartingale;
import dev.residua.drift.DriftEvent;
import dev.residua.drift.DriftScore;
import dev.residua.drift.DriftSettings;
import dev.residua.drift.ImageStatistics;
import dev.residua.drift.QuietRunLength;
import dev.residua.frame.SensorReadings;
import dev.residua.incident.ActiveControls;
import dev.residua.incident.ControlCommand.AcceptNormal;
import dev.residua.incident.Evidence;
import dev.residua.incident.Evidence.Alarm;
import dev.residua.incident.Evidence.Report;
import dev.residua.incident.Evidence.Weight;
import dev.residua.incident.Incident;
import dev.residua.incident.IncidentLifecycle;
import dev.residua.intervention.Diagnosis;
import dev.residua.intervention.InterventionEvent;
import dev.residua.intervention.InterventionKind;
import dev.residua.intervention.MechanismReference;
import dev.residua.intervention.MechanismWindow;
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
 * <p>What opens an incident is an alarm of a detector, under one false-alarm budget, or a fault of
 * the sensor; single unusual frames are events that join an open incident. An alarm is held back in
 * a maintenance window, where a suppression covers it, and where its cause is announced. Some
 * frames after an alarm the change is typed and localised, and once more when more frames are
 * there.
 *
 * <p>Bounded state, about 16 kB for 4 latents.
 */
public final class SourceMonitor {
  private static final int VERSION = 3;

  /** Without the model's id: it was seen by its detectors that they were of another. */
  private static final int NAMELESS_VERSION = 2;

  /** Without the picture's frames: its detector took every frame. */
  private static final int EVERY_FRAME_VERSION = 1;

  private static final int KEPT = DriftSettings.MAX_SCALE;

  /** Frames after an alarm at which what changed is told, and told again with more frames. */
  private static final int[] DIAGNOSED_AFTER = {Diagnosis.PATIENCE, 96};

  /** Most frames that each diagnosis looks at: those since the change point. */
  private static final int[] DIAGNOSED_FRAMES = {Diagnosis.WINDOW, 96};

  private final Limits limits;
  private final MonitorModel model;
  private final Findings findings;
  private final ChangeMonitor residuals;
  private final @Nullable ChangeMonitor picture;
  private final long[] sequences = new long[KEPT];

  /** Which frame, counted from 0, each of the last samples of the picture's detector was. */
  private final long[] pictureFrames = new long[KEPT];

  private final float[] offsets; // [d], in standard deviations of the calibration
  private MechanismWindow window;
  private QuietRunLength quiet = QuietRunLength.start();
  private ConformalMartingale evidence;
  private SensorMonitor sensor = SensorMonitor.START;
  private @Nullable AnomalyKind fault;
  private AnomalyEpisode episode = AnomalyEpisode.QUIET;
  private Hold hold = Hold.NONE;
  private String told = "";
  private String acceptedOrder = "";
  private IncidentLifecycle life;

  /** Whether the residuals' alarm may open an incident. */
  private enum Hold {
    NONE,
    /** A change is announced; whether it is this one is told by the diagnosis. */
    UNTIL_DIAGNOSIS,
    /** It is known, and announced or let pass. */
    WHILE_ON
  }

  /** A model with its thresholds, worked out once for all sources. */
  public static final class Limits {
    private final MonitorModel model;
    private final ChangeMonitor.Limits residuals;
    private final Optional<ChangeMonitor.Limits> picture;
    private final QuietRunLength.Levels quietLevels;
    private final ConformalMartingale noEvidence;

    /** Whether quiet frames look independent, which evidence frame by frame needs. */
    private final boolean independent;

    public Limits(MonitorModel model) {
      this.model = model;
      this.residuals = model.residualLimits();
      this.picture = model.pictureLimits();
      this.quietLevels =
          QuietRunLength.Levels.of(residuals.reference(), residuals.threshold().targetRunLength());
      this.independent = model.residuals().order() == 0 && model.residuals().blockLength() == 1;
      double resolution = model.rule().calibration().resolution(AnomalyKind.RESIDUAL);
      this.noEvidence = ConformalMartingale.start((int) Math.round(1 / resolution) - 1);
    }

    public MonitorModel model() {
      return model;
    }
  }

  private SourceMonitor(
      Limits limits,
      ChangeMonitor residuals,
      @Nullable ChangeMonitor picture,
      IncidentLifecycle life) {
    this.model = limits.model;
    this.findings = new Findings(model);
    this.residuals = residuals;
    this.picture = picture;
    this.offsets = new float[model.graph().size()];
    this.window = new MechanismWindow(offsets.length);
    this.evidence = limits.noEvidence;
    this.limits = limits;
    this.life = life;
  }

  /** The monitor of a source that was never seen. */
  public static SourceMonitor start(Limits limits) {
    return start(limits, null);
  }

  /**
   * The same in the memory of a monitor that nobody uses any more.
   *
   * @param spare of the same limits; must not be used afterwards
   */
  public static SourceMonitor start(Limits limits, @Nullable SourceMonitor spare) {
    return start(limits, IncidentLifecycle.QUIET, spare);
  }

  private static SourceMonitor start(
      Limits limits, IncidentLifecycle life, @Nullable SourceMonitor spare) {
    return new SourceMonitor(
        limits,
        ChangeMonitor.start(limits.residuals, spare == null ? null : spare.residuals),
        limits
            .picture
            .map(one -> ChangeMonitor.start(one, spare == null ? null : spare.picture))
            .orElse(null),
        life);
  }

  /** The thresholds that this monitor judges with. */
  public Limits limits() {
    return limits;
  }

  /** Whether an incident of this source is open. */
  public boolean incidentOpen() {
    return life.open();
  }

  /** What one frame gave so far. */
  private static final class Said {
    final List<AnomalyEvent> anomalies = new ArrayList<>();
    final List<DriftEvent> drifts = new ArrayList<>();
    final List<InterventionEvent> interventions = new ArrayList<>();
    final List<Incident> incidents = new ArrayList<>();
    final List<Report> reports = new ArrayList<>();

    void report(Weight weight, String kind, Finding finding) {
      reports.add(new Report(weight, kind, finding));
    }
  }

  /**
   * Judges the next frame of the source.
   *
   * @param board what operators have said by now
   */
  public MonitorResult next(ScoredFrame frame, ActiveControls board) {
    Said said = new Said();
    accept(frame, board, said);
    float[] sample = sample(frame);
    FrameStatistics statistics = statistics(frame, sample);
    boolean appearanceChanged = model.rule().appearanceChanged(statistics);

    watchSensor(frame, said);
    if (fault == null) {
      judgeFrame(frame, statistics, said);
    }
    sequences[(int) (residuals.detector.count() % KEPT)] = frame.sequence();
    window.push(
        frame.latents(),
        frame.expected(),
        sample,
        appearanceChanged || (fault != null && fault != AnomalyKind.FROZEN),
        fault == AnomalyKind.FROZEN);
    watchResiduals(frame, sample, appearanceChanged, board, said);
    watchPicture(frame, said);
    watchEvidence(frame, statistics, said);
    diagnose(frame, board, said);

    String before = life.openId();
    change(life.next(evidence(frame, alarm(frame, board), said.reports), model.incidents()), said);
    String incident = life.openId() == null ? before : life.openId();
    return new MonitorResult(
        score(frame),
        said.anomalies.stream().map(e -> e.with(grouped(e.finding(), incident))).toList(),
        said.drifts.stream().map(e -> e.with(grouped(e.finding(), incident))).toList(),
        said.interventions.stream().map(e -> e.with(grouped(e.finding(), incident))).toList(),
        said.incidents);
  }

  private void change(IncidentLifecycle.Step step, Said said) {
    life = step.next();
    if (step.changed() != null) {
      said.incidents.add(step.changed());
    }
  }

  private static Finding grouped(Finding finding, @Nullable String incident) {
    return incident == null ? finding : finding.withIncident(incident);
  }

  private Alarm alarm(ScoredFrame frame, ActiveControls board) {
    boolean certain = fault != null || (picture != null && picture.alarm().drifting());
    if (!certain && !residuals.alarm().drifting()) {
      return Alarm.NONE;
    }
    return (certain || hold == Hold.NONE) && !board.maintained(frame.source(), frame.capturedAt())
        ? Alarm.ON
        : Alarm.LIMITED;
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
  private void accept(ScoredFrame frame, ActiveControls board, Said said) {
    Optional<AcceptNormal> order = board.accepted(frame.source());
    if (order.isEmpty() || order.get().order().id().equals(acceptedOrder)) {
      return;
    }
    acceptedOrder = order.get().order().id();
    int frames = (int) Math.min(KEPT, residuals.detector.count());
    if (frames > 0) {
      float[] means = residuals.detector.sampleMeans(frames);
      for (int k = 0; k < offsets.length; k++) {
        offsets[k] += means[k];
      }
    }
    residuals.restart();
    if (picture != null) {
      picture.restart();
    }
    window = new MechanismWindow(offsets.length);
    hold = Hold.NONE;
    episode = AnomalyEpisode.QUIET;
    change(life.accepted(evidence(frame, Alarm.NONE, List.of())), said);
  }

  private float[] sample(ScoredFrame frame) {
    float[] sample = frame.statistics().standardized().clone();
    for (int k = 0; k < sample.length; k++) {
      sample[k] -= offsets[k];
    }
    return sample;
  }

  /** The frame's statistics, recomputed where its source has its own normal. */
  private FrameStatistics statistics(ScoredFrame frame, float[] sample) {
    for (float offset : offsets) {
      if (offset != 0) {
        float[] shifted = new float[sample.length];
        for (int k = 0; k < sample.length; k++) {
          shifted[k] =
              sample[k] * model.rule().calibration().scale(k)
                  + model.rule().calibration().location(k);
        }
        FrameStatistics statistics =
            model
                .rule()
                .calibration()
                .statistics(shifted, 0, frame.statistics().appearanceDeviation());
        return frame.statistics().reconstruction() == Reconstruction.NONE
            ? statistics
            : model
                .rule()
                .calibration()
                .reconstructed(
                    statistics,
                    frame.statistics().reconstruction(),
                    frame.statistics().reconstructionError());
      }
    }
    return frame.statistics();
  }

  private void watchSensor(ScoredFrame frame, Said said) {
    SensorReadings readings = frame.sensor();
    if (model.sensor().isEmpty()) {
      fault = null;
      return;
    }
    SensorRule rule = model.sensor().get();
    SensorMonitor.Step step = sensor.next(readings, rule);
    sensor = step.next();
    AnomalyKind now = step.fault() == null ? null : step.fault().kind();
    if (step.fault() != null && now != fault) {
      AnomalyEvent event = findings.sensor(frame, step.fault(), readings, rule.reference());
      said.anomalies.add(event);
      said.report(Weight.DIAGNOSIS, "SENSOR." + now, event.finding());
    }
    fault = now;
  }

  private void judgeFrame(ScoredFrame frame, FrameStatistics statistics, Said said) {
    Verdict verdict = model.rule().decide(statistics);
    AnomalyEpisode.Step step = episode.next(verdict, model.rule().settings());
    episode = step.next();
    if (step.report() && verdict instanceof Verdict.Anomalous anomaly) {
      AnomalyEvent event = findings.anomaly(frame, anomaly);
      said.anomalies.add(event);
      said.report(Weight.FRAME, "ANOMALY." + event.kind(), event.finding());
    }
  }

  private void watchResiduals(
      ScoredFrame frame,
      float[] sample,
      boolean appearanceChanged,
      ActiveControls board,
      Said said) {
    long startedAt = residuals.alarm().startedAt();
    switch (residuals.next(sample)) {
      case NONE -> {}
      case STARTED -> {
        int frames = residuals.reading.scale();
        DriftEvent onset =
            findings.residualsChanged(frame, residuals, appearanceChanged, fault != null, this::at);
        hold = holdFor(onset.finding(), frames, frame, board);
        told = "";
        report(onset, said);
      }
      case ENDED -> {
        hold = Hold.NONE;
        said.drifts.add(findings.ended(frame, residuals, DriftEvent.Channel.RESIDUAL, startedAt));
      }
    }
  }

  private Hold holdFor(Finding onset, int frames, ScoredFrame frame, ActiveControls board) {
    if (suppressed(onset, frames, board)) {
      return Hold.WHILE_ON;
    }
    if (!board.expectsChange(frame.source(), frame.capturedAt())) {
      return Hold.NONE;
    }
    if (model.mechanisms().isPresent()) {
      return Hold.UNTIL_DIAGNOSIS;
    }
    return announced(onset, frame, board) ? Hold.WHILE_ON : Hold.NONE;
  }

  /** Whether all that has changed are means within the margins that were granted. */
  private static boolean suppressed(Finding onset, int frames, ActiveControls board) {
    return !onset.causes().isEmpty()
        && onset.causes().stream()
            .allMatch(
                cause ->
                    board.suppressed(
                        onset.source(), cause.latent(), cause.evidence() / Math.sqrt(frames)));
  }

  private static boolean announced(Finding finding, ScoredFrame frame, ActiveControls board) {
    return !finding.causes().isEmpty()
        && board
            .announced(frame.source(), finding.causes().get(0).latent(), frame.capturedAt())
            .isPresent();
  }

  private void watchPicture(ScoredFrame frame, Said said) {
    if (picture == null || frame.statistics().reconstruction() != Reconstruction.SAMPLED) {
      return;
    }
    pictureFrames[(int) (picture.detector.count() % KEPT)] = residuals.detector.count() - 1;
    long startedAt = picture.alarm().startedAt();
    float[] numbers =
        ImageStatistics.of(
            frame.statistics().reconstructionError(),
            frame.statistics().appearanceDeviation(),
            model.rule().settings().minGreyLevels());
    switch (picture.next(numbers)) {
      case NONE -> {}
      case STARTED -> report(findings.pictureChanged(frame, picture, this::pictureAt), said);
      case ENDED ->
          said.drifts.add(findings.ended(frame, picture, DriftEvent.Channel.PICTURE, startedAt));
    }
  }

  /** Bets on the joint p-value, beside the detectors; opens no incident. */
  private void watchEvidence(ScoredFrame frame, FrameStatistics statistics, Said said) {
    boolean drifting = residuals.alarm().drifting();
    quiet = quiet.next(residuals.reading, drifting, limits.quietLevels);
    if (drifting || fault != null || !limits.independent) {
      evidence = limits.noEvidence; // what there is to say is said, or nothing can be promised
      return;
    }
    evidence = evidence.next(statistics.jointPValue());
    if (evidence.detectorCrosses(model.targetRunLength())) {
      said.drifts.add(
          findings.evidence(
              frame, evidence.logDetector(), model.targetRunLength(), evidence.frames()));
      evidence = limits.noEvidence;
    }
  }

  private static void report(DriftEvent onset, Said said) {
    said.drifts.add(onset);
    said.report(Weight.CHANGE, "DRIFT." + onset.channel(), onset.finding());
  }

  /** Tells what changed, some frames after an alarm. */
  private void diagnose(ScoredFrame frame, ActiveControls board, Said said) {
    ChangeMonitor watch = residuals.alarm().drifting() || picture == null ? residuals : picture;
    if (!watch.alarm().drifting() || model.mechanisms().isEmpty()) {
      return;
    }
    long seen = residuals.detector.count();
    long since = seen - framesBefore(watch, watch.alarm().startedAt());
    for (int k = 0; k < DIAGNOSED_AFTER.length; k++) {
      long sinceChange = seen - framesBefore(watch, watch.alarm().changePoint());
      int frames = (int) Math.min(Math.min(DIAGNOSED_FRAMES[k], sinceChange), window.size());
      if (since == DIAGNOSED_AFTER[k] && frames >= MechanismReference.MIN_WINDOW) {
        Diagnosis diagnosis = Diagnosis.of(model.mechanisms().get(), model.graph(), window, frames);
        tell(frame, diagnosis, watch, frames, board, said);
      }
    }
  }

  private void tell(
      ScoredFrame frame,
      Diagnosis diagnosis,
      ChangeMonitor watch,
      int frames,
      ActiveControls board,
      Said said) {
    InterventionEvent event =
        findings.intervention(
            frame,
            diagnosis,
            sequenceBefore(frames),
            Findings.changePoint(frame, watch, watch == residuals ? this::at : this::pictureAt));
    if (hold == Hold.UNTIL_DIAGNOSIS) {
      hold = announced(event.finding(), frame, board) ? Hold.WHILE_ON : Hold.NONE;
    }
    String news =
        diagnosis.kind()
            + (diagnosis.causes().isEmpty() ? "" : " " + diagnosis.causes().get(0).latent());
    if (diagnosis.kind() == InterventionKind.UNKNOWN || news.equals(told)) {
      return; // the drift event has said all that is known
    }
    told = news;
    said.interventions.add(event);
    said.report(Weight.DIAGNOSIS, "INTERVENTION." + diagnosis.kind(), event.finding());
  }

  /** Sequence of the first of the last frames, at most 128 back. */
  private long sequenceBefore(int frames) {
    return at(residuals.detector.count() - frames);
  }

  /** Sequence of the frame before which so many had been seen, at most 128 back. */
  private long at(long seen) {
    long count = residuals.detector.count();
    long within = Math.max(Math.max(0, count - KEPT), Math.min(seen, count - 1));
    return sequences[(int) (within % KEPT)];
  }

  /** The same for samples of the picture's detector, at most 128 of them back. */
  private long pictureAt(long seen) {
    return at(pictureFrame(seen));
  }

  private long pictureFrame(long seen) {
    long count = picture == null ? 0 : picture.detector.count();
    if (count == 0) {
      return 0;
    }
    long within = Math.max(Math.max(0, count - KEPT), Math.min(seen, count - 1));
    return pictureFrames[(int) (within % KEPT)];
  }

  /**
   * Frames seen before a detector had so many samples, where that is not longer ago than its
   * memory.
   */
  private long framesBefore(ChangeMonitor watch, long samples) {
    return watch == residuals || samples == 0 ? samples : pictureFrame(samples - 1) + 1;
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
        residuals.reading.samples(),
        beside());
  }

  private DriftScore.Beside beside() {
    QuietRunLength.Estimate estimate = quiet.estimate(limits.quietLevels);
    return new DriftScore.Beside(
        picture == null ? Float.NaN : picture.reading.statistic(),
        picture == null ? Float.NaN : picture.limits.threshold().value(),
        estimate.tooEarly() ? Double.NaN : estimate.runLength(),
        estimate.tooEarly() ? Double.NaN : estimate.low(),
        estimate.tooEarly() ? Double.NaN : estimate.high(),
        evidence.frames() == 0 ? Double.NaN : evidence.logDetector());
  }

  /**
   * The state: a version, what outlives the model (the incident and the last order that was
   * followed), the model's id, then what belongs to it. Parts of their own format have their length
   * before them.
   */
  public byte[] toBytes() {
    byte[][] parts = {
      life.toBytes(),
      acceptedOrder.getBytes(StandardCharsets.UTF_8),
      model.id().getBytes(StandardCharsets.UTF_8),
      residuals.toBytes(),
      picture == null ? new byte[0] : picture.toBytes(),
      window.toBytes(),
      quiet.toBytes(),
      evidence.toBytes(),
      sensor.toBytes(),
      episode.toBytes(),
      told.getBytes(StandardCharsets.UTF_8)
    };
    int bytes = Integer.BYTES + 2 + 2 * KEPT * Long.BYTES + offsets.length * Float.BYTES;
    for (byte[] part : parts) {
      bytes += Integer.BYTES + part.length;
    }
    ByteBuffer out = ByteBuffer.allocate(bytes).putInt(VERSION);
    for (byte[] part : parts) {
      out.putInt(part.length).put(part);
    }
    out.put((byte) hold.ordinal()).put((byte) (fault == null ? -1 : fault.ordinal()));
    for (long sequence : sequences) {
      out.putLong(sequence);
    }
    for (float offset : offsets) {
      out.putFloat(offset);
    }
    for (long frame : pictureFrames) {
      out.putLong(frame);
    }
    return out.array();
  }

  /**
   * Reads what {@link #toBytes} wrote. Where it belongs to another model, whose numbers mean
   * nothing to this one, all detectors start anew with the reference of this model. An open
   * incident is carried over under its id: it goes on where the new model sees the problem too, and
   * ends like any other where it does not. Orders that were followed are not followed again.
   *
   * @throws IllegalArgumentException if it is of another version or damaged
   */
  public static SourceMonitor fromBytes(Limits limits, byte[] bytes) {
    return fromBytes(limits, bytes, null);
  }

  /**
   * The same in the memory of a monitor that nobody uses any more, which spares 0.6 MB of garbage.
   *
   * @param spare of the same limits; must not be used afterwards
   */
  public static SourceMonitor fromBytes(
      Limits limits, byte[] bytes, @Nullable SourceMonitor spare) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    try {
      int version = in.getInt();
      if (version < EVERY_FRAME_VERSION || version > VERSION) {
        throw new IllegalArgumentException(
            "monitor state has version %d, expected %d to %d"
                .formatted(version, EVERY_FRAME_VERSION, VERSION));
      }
      boolean named = version > NAMELESS_VERSION;
      IncidentLifecycle life = IncidentLifecycle.fromBytes(part(in));
      String acceptedOrder = named ? text(in) : "";
      if (named && !text(in).equals(limits.model.id())) {
        return carried(limits, life, acceptedOrder, spare);
      }
      ChangeMonitor residuals;
      ChangeMonitor picture;
      byte[] residualBytes = part(in);
      byte[] pictureBytes = part(in);
      try {
        residuals =
            ChangeMonitor.fromBytes(
                limits.residuals, residualBytes, spare == null ? null : spare.residuals);
        picture =
            limits
                .picture
                .map(
                    one ->
                        ChangeMonitor.fromBytes(
                            one, pictureBytes, spare == null ? null : spare.picture))
                .orElse(null);
      } catch (IllegalArgumentException e) {
        return carried(limits, life, acceptedOrder, null); // detectors of another reference
      }
      SourceMonitor monitor = new SourceMonitor(limits, residuals, picture, life);
      monitor.window = MechanismWindow.fromBytes(part(in));
      monitor.quiet = QuietRunLength.fromBytes(part(in));
      monitor.evidence = ConformalMartingale.fromBytes(part(in));
      monitor.sensor = SensorMonitor.fromBytes(part(in));
      monitor.episode = AnomalyEpisode.fromBytes(part(in));
      monitor.told = text(in);
      monitor.acceptedOrder = named ? acceptedOrder : text(in);
      monitor.hold = Hold.values()[in.get()];
      int fault = in.get();
      monitor.fault = fault < 0 ? null : AnomalyKind.values()[fault];
      for (int i = 0; i < KEPT; i++) {
        monitor.sequences[i] = in.getLong();
      }
      for (int k = 0; k < monitor.offsets.length; k++) {
        monitor.offsets[k] = in.getFloat();
      }
      long count = picture == null ? 0 : picture.detector.count();
      for (int i = 0; i < KEPT; i++) {
        long newest = count - 1 - Math.floorMod(count - 1 - i, (long) KEPT);
        monitor.pictureFrames[i] =
            version == EVERY_FRAME_VERSION ? Math.max(0, newest) : in.getLong();
      }
      return monitor;
    } catch (BufferUnderflowException | ArrayIndexOutOfBoundsException e) {
      throw new IllegalArgumentException(
          "monitor state of %d bytes is truncated or damaged".formatted(bytes.length), e);
    }
  }

  private static SourceMonitor carried(
      Limits limits, IncidentLifecycle life, String acceptedOrder, @Nullable SourceMonitor spare) {
    SourceMonitor monitor = start(limits, life, spare);
    monitor.acceptedOrder = acceptedOrder;
    return monitor;
  }

  private static String text(ByteBuffer in) {
    return new String(part(in), StandardCharsets.UTF_8);
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
