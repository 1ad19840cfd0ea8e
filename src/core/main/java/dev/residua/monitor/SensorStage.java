package dev.residua.monitor;

import dev.residua.anomaly.AnomalyKind;
import dev.residua.anomaly.CameraPosition;
import dev.residua.anomaly.SensorFault;
import dev.residua.anomaly.SensorMonitor;
import dev.residua.frame.CameraMotion;
import dev.residua.frame.SensorReadings;
import dev.residua.incident.Subject;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Stage that detects faults of the sensor: unusable pictures, a moved camera, frames without the
 * variables of the model. Mutable, for one thread.
 */
public final class SensorStage {
  private final MonitorModel model;
  private final Findings findings;
  private State state;

  /**
   * State between two frames.
   *
   * @param pictures recent faults of single pictures
   * @param fault fault of the last frame; null if there was none
   * @param faultSince frames that the detector of the residuals had seen before that fault
   */
  public record State(
      SensorMonitor pictures,
      CameraPosition position,
      MissingVariables missing,
      @Nullable AnomalyKind fault,
      long faultSince) {
    static final State START =
        new State(SensorMonitor.START, CameraPosition.START, MissingVariables.NONE, null, 0);
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
    return state.fault() != null
        ? Subject.sensor(state.fault())
        : state.missing().reported() ? Subject.VARIABLE_MISSING : null;
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
    MissingVariables missing = state.missing().next(frame.lacksVariable(model));
    if (missing.reported() && !state.missing().reported()) {
      frame.events().add(findings.variablesMissing(frame.scored(), missing));
    }
    boolean begins = before == null && now != null;
    state = new State(step.next(), position, missing, now, begins ? seen : state.faultSince());
    return before != null && now == null;
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
            SensorMonitor.START, CameraPosition.START, state.missing(), null, state.faultSince());
  }

  void learnPosition() {
    state =
        new State(
            state.pictures(),
            CameraPosition.START,
            state.missing(),
            state.fault(),
            state.faultSince());
  }

  /** The detector of the residuals starts again. */
  void detectorsRestarted() {
    state = new State(state.pictures(), state.position(), state.missing(), state.fault(), 0);
  }
}
