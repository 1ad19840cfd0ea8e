package dev.residua.state;

import dev.residua.anomaly.AnomalyEpisode;
import dev.residua.anomaly.AnomalyKind;
import dev.residua.anomaly.CameraPosition;
import dev.residua.anomaly.SensorMonitor;
import dev.residua.avro.state.AlarmSuppression;
import dev.residua.avro.state.AlarmTrack;
import dev.residua.avro.state.DetectorState;
import dev.residua.avro.state.DetectorStates;
import dev.residua.avro.state.EvidenceChannel;
import dev.residua.avro.state.EvidenceWeight;
import dev.residua.avro.state.IncidentEntry;
import dev.residua.avro.state.MomentState;
import dev.residua.avro.state.MonitorState;
import dev.residua.avro.state.PendingReport;
import dev.residua.drift.ConformalMartingale;
import dev.residua.drift.DriftAlarm;
import dev.residua.drift.DriftDetector;
import dev.residua.drift.QuietRunLength;
import dev.residua.incident.Evidence.Channel;
import dev.residua.incident.Evidence.Report;
import dev.residua.incident.Evidence.Weight;
import dev.residua.incident.Moment;
import dev.residua.incident.SourceIncidents;
import dev.residua.incident.Subject;
import dev.residua.intervention.MechanismWindow;
import dev.residua.monitor.Baseline;
import dev.residua.monitor.CommissioningState;
import dev.residua.monitor.FrameRate;
import dev.residua.monitor.MissingVariables;
import dev.residua.monitor.SourceMonitor;
import dev.residua.monitor.SourceMonitorState;
import dev.residua.monitor.Suppression;
import dev.residua.state.StateBlocks.Slot;
import dev.residua.wire.FindingFields;
import dev.residua.wire.IncidentMapper;
import java.nio.ByteBuffer;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * States of source monitors to bytes and back, once per frame.
 *
 * <p>15 kB for 4 latents, or about 2 kB without complete blocks. Blocks of numbers are Avro bytes
 * and Avro's generated coders are on; without them an encoding of all takes 7.8 us instead of 4.7.
 * All that an encoding leaves as garbage is its record and, later, its bytes, see {@link
 * StateBuffer}. A restore takes 52 us.
 */
public final class MonitorStates {
  private static final StateCodec<MonitorState> CODEC =
      new StateCodec<>(MonitorState.class, "monitor state");

  private MonitorStates() {}

  /**
   * The state without the complete blocks of its rings, see {@link Ring#block}: what a frame
   * changes.
   */
  public static byte[] encodeOpen(SourceMonitorState state) {
    return encode(state, false);
  }

  /** Always the same bytes for the same state. Windows are left out, see {@link StateBlocks}. */
  public static byte[] encode(SourceMonitorState state) {
    return encode(state, true);
  }

  private static byte[] encode(SourceMonitorState state, boolean whole) {
    StateBuffer buffer = StateBuffer.start();
    MonitorState record = new MonitorState();
    record.setIncidents(state.incidents().entries().stream().map(MonitorStates::entry).toList());
    record.setTracks(state.incidents().tracks().stream().map(MonitorStates::track).toList());
    record.setFollowedOffset(state.followedOffset());
    record.setLast(moment(state.last()));
    record.setAccepted(state.baseline().latents());
    record.setAcceptedPicture(buffer.block(state.baseline().picture()));
    record.setSettling(state.baseline().settling());
    record.setModelId(state.modelId());
    DetectorStates detectors = new DetectorStates();
    detectors.setResiduals(
        detector(state.residuals(), Ring.RESIDUALS.stored(0, state, whole, buffer), buffer));
    detectors.setPicture(
        detector(state.picture(), Ring.PICTURE.stored(0, state, whole, buffer), buffer));
    detectors.setWindowCount(state.window().count());
    detectors.setWindow(Ring.WINDOW.stored(0, state, whole, buffer));
    detectors.setWindowFlags(Ring.WINDOW.stored(1, state, whole, buffer));
    detectors.setQuietPauses(buffer.block(state.quiet().pauses()));
    detectors.setQuietWatched(buffer.block(state.quiet().watched()));
    detectors.setQuietPassages(buffer.block(state.quiet().passages()));
    detectors.setEvidenceScores(state.evidence().calibrationScores());
    detectors.setEvidenceFrames(state.evidence().frames());
    detectors.setEvidenceCapitals(buffer.block(state.evidence().logCapitals()));
    detectors.setEvidenceDetectors(buffer.block(state.evidence().logDetectors()));
    detectors.setLastHash(state.sensor().lastHash());
    detectors.setEqualPictures(state.sensor().run());
    detectors.setDark(state.sensor().dark());
    detectors.setSaturated(state.sensor().saturated());
    detectors.setTorn(state.sensor().torn());
    detectors.setBlurred(state.sensor().blurred());
    detectors.setPositionLearning(CameraPositions.motions(state.position().learning()));
    detectors.setPositionUsual(CameraPositions.usual(state.position().usual()));
    detectors.setPositionRecent(CameraPositions.motions(state.position().recent()));
    detectors.setMoved(state.position().moved());
    detectors.setMissing(state.missing().history());
    detectors.setMissingReported(state.missing().reported());
    detectors.setEpisodeNames(state.episode().named());
    detectors.setEpisodeNormalFrames(state.episode().normalFrames());
    detectors.setEpisodeFrames(state.episode().anomalousFrames());
    detectors.setDiagnosed(state.diagnosed().published());
    detectors.setRediagnosed(state.diagnosed().candidate());
    detectors.setSuppression(AlarmSuppression.valueOf(state.suppression().name()));
    detectors.setFault(
        state.fault() == null ? null : dev.residua.avro.AnomalyKind.valueOf(state.fault().name()));
    detectors.setFaultSince(state.faultSince());
    detectors.setSequences(Ring.RESIDUALS.stored(1, state, whole, buffer));
    detectors.setPictureFrames(Ring.PICTURE.stored(1, state, whole, buffer));
    record.setDetectors(detectors);
    SourceMonitorState.Pace pace = state.pace();
    record.setLastMicros(pace.measured().lastMicros());
    record.setSecondsPerFrame(pace.measured().secondsPerFrame());
    record.setIntervals(buffer.block(pace.measured().intervals()));
    record.setUsedPerSecond(pace.usedPerSecond());
    record.setRunLength(pace.runLength());
    CommissioningState commissioning = state.commissioning();
    record.setCommissioning(
        commissioning == null ? null : CommissioningStates.toAvro(commissioning));
    record.setWatchedSince(state.watchedSince());
    record.setBefore(CommissioningStates.toAvro(state.before()));
    record.setChallenger(CommissioningStates.toAvro(state.challenger()));
    record.setGeometry(state.geometry());
    return CODEC.encode(record, buffer);
  }

  /**
   * Reads what {@link #encode} or {@link #encodeOpen} wrote.
   *
   * @param blocks gives what is stored apart
   * @throws IllegalArgumentException if the bytes have another schema or are damaged
   */
  public static SourceMonitorState decode(byte[] bytes, StateBlocks blocks) {
    MonitorState record = CODEC.decode(bytes);
    DetectorStates detectors = record.getDetectors();
    dev.residua.avro.AnomalyKind fault = detectors.getFault();
    try {
      if (detectors.getWindowFlags().remaining() < MechanismWindow.LENGTH) {
        addBlocks(detectors, blocks);
      }
      return new SourceMonitorState(
          new SourceIncidents(
              record.getIncidents().stream().map(MonitorStates::entry).toList(),
              record.getTracks().stream().map(MonitorStates::track).toList()),
          record.getFollowedOffset(),
          moment(record.getLast()),
          record.getModelId(),
          detector(detectors.getResiduals()),
          detector(detectors.getPicture()),
          new MechanismWindow.State(
              detectors.getWindowCount(),
              Blocks.floats(detectors.getWindow()),
              Blocks.bytes(detectors.getWindowFlags())),
          new QuietRunLength(
              Blocks.ints(detectors.getQuietPauses()),
              Blocks.longs(detectors.getQuietWatched()),
              Blocks.ints(detectors.getQuietPassages())),
          new ConformalMartingale(
              detectors.getEvidenceScores(),
              detectors.getEvidenceFrames(),
              Blocks.doubles(detectors.getEvidenceCapitals()),
              Blocks.doubles(detectors.getEvidenceDetectors())),
          new SensorMonitor(
              detectors.getLastHash(),
              detectors.getEqualPictures(),
              detectors.getDark(),
              detectors.getSaturated(),
              detectors.getTorn(),
              detectors.getBlurred()),
          new CameraPosition(
              CameraPositions.motions(detectors.getPositionLearning()),
              CameraPositions.usual(detectors.getPositionUsual()),
              CameraPositions.motions(detectors.getPositionRecent()),
              detectors.getMoved()),
          new MissingVariables(detectors.getMissing(), detectors.getMissingReported()),
          new AnomalyEpisode(
              detectors.getEpisodeNames(),
              detectors.getEpisodeNormalFrames(),
              detectors.getEpisodeFrames()),
          new SourceMonitor.Diagnosed(detectors.getDiagnosed(), detectors.getRediagnosed()),
          Suppression.valueOf(detectors.getSuppression().name()),
          fault == null ? null : AnomalyKind.valueOf(fault.name()),
          detectors.getFaultSince(),
          Blocks.longs(detectors.getSequences()),
          Blocks.longs(detectors.getPictureFrames()),
          new Baseline.State(
              new TreeMap<>(record.getAccepted()),
              Blocks.floats(record.getAcceptedPicture()),
              record.getSettling()),
          new SourceMonitorState.Pace(
              new FrameRate(
                  record.getLastMicros(),
                  record.getSecondsPerFrame(),
                  Blocks.floats(record.getIntervals())),
              record.getUsedPerSecond(),
              record.getRunLength()),
          record.getCommissioning() == null
              ? null
              : CommissioningStates.toDomain(record.getCommissioning(), Slot.PRESENT, blocks),
          record.getWatchedSince(),
          CommissioningStates.toDomain(record.getBefore(), Slot.BEFORE, blocks),
          CommissioningStates.toDomain(record.getChallenger(), Slot.CHALLENGER, blocks),
          record.getGeometry());
    } catch (RuntimeException e) {
      throw CODEC.damaged(bytes, e);
    }
  }

  /** Puts the blocks that are stored apart where {@link #encode} writes them. */
  private static void addBlocks(DetectorStates detectors, StateBlocks blocks) {
    DetectorState residuals = detectors.getResiduals();
    ByteBuffer[] ofResiduals =
        Ring.RESIDUALS.whole(
            residuals.getCount(), blocks, residuals.getSamples(), detectors.getSequences());
    residuals.setSamples(ofResiduals[0]);
    detectors.setSequences(ofResiduals[1]);
    DetectorState picture = detectors.getPicture();
    ByteBuffer[] ofPicture =
        Ring.PICTURE.whole(
            picture.getCount(), blocks, picture.getSamples(), detectors.getPictureFrames());
    picture.setSamples(ofPicture[0]);
    detectors.setPictureFrames(ofPicture[1]);
    ByteBuffer[] ofWindow =
        Ring.WINDOW.whole(
            detectors.getWindowCount(), blocks, detectors.getWindow(), detectors.getWindowFlags());
    detectors.setWindow(ofWindow[0]);
    detectors.setWindowFlags(ofWindow[1]);
  }

  private static IncidentEntry entry(SourceIncidents.Entry entry) {
    return new IncidentEntry(
        IncidentMapper.toAvro(entry.incident()),
        weight(entry.weight()),
        entry.quiet(),
        entry.openFrames());
  }

  private static SourceIncidents.Entry entry(IncidentEntry record) {
    return new SourceIncidents.Entry(
        IncidentMapper.toDomain(record.getIncident()),
        weight(record.getWeight()),
        record.getQuiet(),
        record.getOpenFrames());
  }

  private static AlarmTrack track(SourceIncidents.Track track) {
    return new AlarmTrack(
        track.alarms(),
        track.supports().stream().map(Subject::toString).toList(),
        pending(track.strongest()),
        track.waited(),
        track.dismissed(),
        track.candidate() == null ? null : track.candidate().toString());
  }

  private static SourceIncidents.Track track(AlarmTrack record) {
    String candidate = record.getCandidate();
    return new SourceIncidents.Track(
        record.getAlarms(),
        record.getSupports().stream().map(Subject::of).toList(),
        pending(record.getStrongest()),
        record.getWaited(),
        record.getDismissed(),
        candidate == null ? null : Subject.of(candidate));
  }

  private static @Nullable MomentState moment(@Nullable Moment moment) {
    return moment == null
        ? null
        : new MomentState(
            moment.source(), moment.sequence(), moment.at(), moment.place(), moment.modelId());
  }

  private static @Nullable Moment moment(@Nullable MomentState record) {
    return record == null
        ? null
        : new Moment(
            record.getSource(),
            record.getSequence(),
            record.getAt(),
            record.getPlace(),
            record.getModelId());
  }

  private static EvidenceWeight weight(Weight weight) {
    return EvidenceWeight.valueOf(weight.name());
  }

  private static Weight weight(EvidenceWeight weight) {
    return Weight.valueOf(weight.name());
  }

  private static @Nullable PendingReport pending(@Nullable Report report) {
    if (report == null) {
      return null;
    }
    PendingReport record = new PendingReport();
    FindingFields.write(report.finding(), record);
    record.setLinks(new TreeMap<>(report.finding().links()));
    record.setChannel(EvidenceChannel.valueOf(report.channel().name()));
    record.setWeight(weight(report.weight()));
    record.setKind(report.kind());
    return record;
  }

  private static @Nullable Report pending(@Nullable PendingReport record) {
    return record == null
        ? null
        : new Report(
            Channel.valueOf(record.getChannel().name()),
            weight(record.getWeight()),
            record.getKind(),
            FindingFields.read(record));
  }

  private static DetectorState detector(
      SourceMonitorState.Detector detector, ByteBuffer samplesKept, StateBuffer buffer) {
    DriftAlarm alarm = detector.alarm();
    DriftDetector.State samples = detector.samples();
    return new DetectorState(
        alarm.drifting(),
        alarm.slow(),
        alarm.startedAt(),
        alarm.changePoint(),
        alarm.below(),
        alarm.peak(),
        detector.change().at(),
        detector.change().low(),
        detector.change().high(),
        detector.change().coverage(),
        samples.reference(),
        samples.count(),
        samplesKept,
        samples.slowCount(),
        buffer.block(samples.slow()));
  }

  private static SourceMonitorState.Detector detector(DetectorState record) {
    return new SourceMonitorState.Detector(
        new DriftAlarm(
            record.getDrifting(),
            record.getSlow(),
            record.getStartedAt(),
            record.getAlarmChangePoint(),
            record.getBelow(),
            record.getPeak()),
        new SourceMonitorState.Change(
            record.getChangeAt(),
            record.getChangeLow(),
            record.getChangeHigh(),
            record.getChangeCoverage()),
        new DriftDetector.State(
            record.getReference(),
            record.getCount(),
            Blocks.floats(record.getSamples()),
            record.getSlowCount(),
            Blocks.floats(record.getSlowCharts())));
  }
}
