package dev.residua.monitor;

import dev.residua.anomaly.AnomalyKind;
import dev.residua.anomaly.CameraPosition;
import dev.residua.anomaly.SensorFault;
import dev.residua.anomaly.SensorMonitor;
import dev.residua.frame.CameraMotion;
import dev.residua.frame.SensorReadings;
import dev.residua.incident.Subject;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Stage that detects faults of the sensor: unusable pictures, a moved camera, frames without the
 * variables of the model, or with latents that cannot be read. Mutable, for one thread.
 */
public final class SensorStage {
  /** Frames of the last 32 without a variable that are a fault. */
  static final int MISSING_FRAMES = 16;

  /**
   * Frames of the last 32 with a latent that cannot be read that are a fault. On three of them the
   * position of the camera is estimated, so a move is known first.
   */
  public static final int UNREADABLE_FRAMES = 8;

  /**
   * Standard deviations from its mean at which a latent of consecutive frames is about to leave the
   * values of the training, which the decoder cannot draw either: nothing hides it.
   */
  private static final double EDGE = 1.6;

  private final MonitorModel model;
  private final Findings findings;
  private State state;

  /**
   * State between two frames.
   *
   * @param pictures recent faults of single pictures
   * @param missing frames without a variable
   * @param unreadable frames with a latent that cannot be read
   * @param readings last known value of each latent and variable, NaN before the first; none at the
   *     start
   * @param fault fault of the last frame; null if there was none
   * @param faultSince frames that the detector of the residuals had seen before that fault
   */
  @SuppressWarnings("ArrayRecordComponent") // read here alone
  public record State(
      SensorMonitor pictures,
      CameraPosition position,
      LastFrames missing,
      LastFrames unreadable,
      float[] readings,
      @Nullable AnomalyKind fault,
      long faultSince) {
    static final State START =
        new State(
            SensorMonitor.START,
            CameraPosition.START,
            LastFrames.NONE,
            LastFrames.NONE,
            new float[0],
            null,
            0);
  }

  SensorStage(MonitorModel model, State state) {
    this.model = model;
    this.findings = new Findings(model);
    this.state = state;
  }

  State state() {
    return state;
  }

  /** Returns the fault of the camera; null if it has none. */
  @Nullable AnomalyKind fault() {
    return state.fault();
  }

  long faultSince() {
    return state.faultSince();
  }

  /** Returns the subject of the current fault of the sensor; null if the sensor has no fault. */
  @Nullable Subject subject() {
    if (state.fault() != null) {
      return Subject.sensor(state.fault());
    }
    if (state.missing().reported()) {
      return Subject.VARIABLE_MISSING;
    }
    return state.unreadable().reported() ? Subject.UNREADABLE : null;
  }

  /**
   * Evaluates a frame and reports a new fault.
   *
   * @param seen frames that the detector of the residuals has seen
   * @return whether a fault of the camera has ended
   */
  boolean next(MonitoredFrame frame, long seen) {
    SensorMonitor.Step step = state.pictures().next(frame.scored().sensor(), model.sensor());
    CameraPosition position = nextPosition(frame, step.fault());
    AnomalyKind before = state.fault();
    AnomalyKind now = fault(step.fault(), position);
    if (now != null && now != before) {
      frame
          .events()
          .add(
              now == AnomalyKind.MOVED
                  ? findings.moved(frame.scored(), position.motion(model.image()))
                  : findings.sensor(frame.scored(), Objects.requireNonNull(step.fault())));
    }
    LastFrames missing = state.missing().next(frame.lacksVariable(model), MISSING_FRAMES);
    if (missing.reported() && !state.missing().reported()) {
      frame.events().add(findings.variablesMissing(frame.scored(), missing));
    }
    float[] readings = readings(frame);
    LastFrames unreadable =
        now != null // which explains it
            ? LastFrames.NONE
            : state.unreadable().next(hidesLatent(frame, readings), UNREADABLE_FRAMES);
    if (unreadable.reported() && !state.unreadable().reported()) {
      frame.events().add(findings.unreadable(frame.scored(), unreadable, readings));
    }
    boolean begins = before == null && now != null;
    state =
        new State(
            step.next(),
            position,
            missing,
            unreadable,
            readings,
            now,
            begins ? seen : state.faultSince());
    return before != null && now == null;
  }

  /** Returns the last known values after a frame. */
  private float[] readings(MonitoredFrame frame) {
    float[] readings = state.readings();
    if (readings.length != model.graph().size()) {
      readings = new float[model.graph().size()];
      Arrays.fill(readings, Float.NaN);
    }
    readings = readings.clone();
    for (int i = 0; i < readings.length; i++) {
      float value = frame.scored().latents()[i];
      readings[i] = Float.isNaN(value) ? readings[i] : value;
    }
    return readings;
  }

  /** Returns true if something hides a latent, so that it cannot be read. */
  private boolean hidesLatent(MonitoredFrame frame, float[] readings) {
    for (int i = 0; i < model.encoded(); i++) {
      boolean leaves = model.dynamics().isPresent() && Math.abs(readings[i]) > EDGE;
      if (frame.isUnreadable(i) && !leaves) {
        return true;
      }
    }
    return false;
  }

  private CameraPosition nextPosition(MonitoredFrame frame, @Nullable SensorFault fault) {
    SensorReadings readings = frame.scored().sensor();
    CameraMotion motion = readings.motion();
    return motion != null && (fault == null || isTorn(fault)) && !frame.isMaintained()
        ? state.position().next(motion, model.image())
        : state.position();
  }

  private boolean isTorn(SensorFault fault) {
    return fault.kind() == AnomalyKind.TORN && state.position().usual() != null;
  }

  private @Nullable AnomalyKind fault(@Nullable SensorFault fault, CameraPosition position) {
    // Edges that a turned camera shows aslant look like tears.
    boolean sure = state.fault() == AnomalyKind.MOVED || position.isAgreed(model.image());
    if (position.moved() && (fault == null || (isTorn(fault) && sure))) {
      return AnomalyKind.MOVED;
    }
    return fault == null ? null : fault.kind();
  }

  /** Starts again, because other parts of the pictures are read. */
  void restart() {
    state =
        new State(
            SensorMonitor.START,
            CameraPosition.START,
            state.missing(),
            state.unreadable(),
            state.readings(),
            null,
            state.faultSince());
  }

  void learnPosition() {
    state =
        new State(
            state.pictures(),
            CameraPosition.START,
            state.missing(),
            state.unreadable(),
            state.readings(),
            state.fault(),
            state.faultSince());
  }

  /** The detector of the residuals starts again. */
  void detectorsRestarted() {
    state =
        new State(
            state.pictures(),
            state.position(),
            state.missing(),
            state.unreadable(),
            state.readings(),
            state.fault(),
            0);
  }
}
