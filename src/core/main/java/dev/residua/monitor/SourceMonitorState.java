package dev.residua.monitor;

import dev.residua.anomaly.AnomalyEpisode;
import dev.residua.anomaly.AnomalyKind;
import dev.residua.anomaly.CameraPosition;
import dev.residua.anomaly.SensorMonitor;
import dev.residua.drift.ConformalMartingale;
import dev.residua.drift.DriftAlarm;
import dev.residua.drift.DriftDetector;
import dev.residua.drift.QuietRunLength;
import dev.residua.incident.ActiveControls;
import dev.residua.incident.Moment;
import dev.residua.incident.SourceIncidents;
import dev.residua.intervention.MechanismWindow;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * All that a {@link SourceMonitor} needs to continue. The first three and the last outlive the
 * model, the rest belongs to it. Arrays are those of the monitor: use them before its next frame.
 *
 * @param incidents the incidents of the source
 * @param followedOffset offset on the control topic up to which orders were followed; -1 if none
 *     was
 * @param last the last frame; null before the first
 * @param modelId model that the rest belongs to
 * @param residuals detector on the residuals
 * @param picture detector on the picture
 * @param window frames for diagnoses
 * @param quiet run length of the quiet stream
 * @param evidence e-detector on the joint p-values
 * @param sensor state of the sensor
 * @param position where the camera stands
 * @param missing whether frames bring the variables of the model
 * @param episode unusual frames
 * @param diagnosed diagnoses of this alarm
 * @param suppression whether the alarm of the residuals may open an incident
 * @param fault fault of the sensor, or null
 * @param faultSince frames seen before that fault
 * @param sequences of the last frames, frame t at {@code t % 128}
 * @param pictureFrames frame number of the last samples of the picture's detector
 * @param baseline what was accepted as normal
 * @param pace frame rate and run length
 * @param commissioning the source's own calibration; null where the model's is used
 * @param watchedSince capture time since which the source neither learns nor needs a review; null
 *     while it does
 * @param before the model before, to be gone back to; null where it had no calibration of the
 *     source
 * @param challenger a model in shadow; null if there is none
 * @param geometry fingerprint of what of the last picture was read
 */
@SuppressWarnings("ArrayRecordComponent") // stored once per frame: copies would cost more
public record SourceMonitorState(
    SourceIncidents incidents,
    long followedOffset,
    @Nullable Moment last,
    String modelId,
    Detector residuals,
    Detector picture,
    MechanismWindow.State window,
    QuietRunLength quiet,
    ConformalMartingale evidence,
    SensorMonitor sensor,
    CameraPosition position,
    MissingVariables missing,
    AnomalyEpisode episode,
    SourceMonitor.Diagnosed diagnosed,
    Suppression suppression,
    @Nullable AnomalyKind fault,
    long faultSince,
    long[] sequences,
    long[] pictureFrames,
    Baseline.State baseline,
    Pace pace,
    @Nullable CommissioningState commissioning,
    @Nullable Instant watchedSince,
    @Nullable OtherModel before,
    @Nullable OtherModel challenger,
    int geometry) {
  /** Whether an order concerns this source that it has not followed yet. */
  public boolean hasOrders(String source, ActiveControls controls) {
    return Orders.isAny(controls, followedOffset, source, incidents);
  }

  /**
   * Frame rate of the source, and what the thresholds are for.
   *
   * @param measured the frame rate
   * @param usedPerSecond frame rate that the budget is for, frames per second; 0 while it is not
   *     measured
   * @param runLength mean run length to a false alarm, in frames
   */
  public record Pace(FrameRate measured, double usedPerSecond, double runLength) {}

  /**
   * One detector.
   *
   * @param alarm its alarm
   * @param change start of the change behind the alarm
   * @param samples its samples
   */
  public record Detector(DriftAlarm alarm, Change change, DriftDetector.State samples) {}

  /**
   * When the change of an alarm began, in samples seen before it.
   *
   * @param at most likely
   * @param low lower end of the interval
   * @param high upper end
   * @param coverage of the interval
   */
  public record Change(long at, long low, long high, double coverage) {
    static final Change NONE = new Change(0, 0, 0, 0);
  }
}
