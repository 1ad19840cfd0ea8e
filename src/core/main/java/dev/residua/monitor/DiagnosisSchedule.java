package dev.residua.monitor;

import dev.residua.intervention.Diagnosis;
import dev.residua.intervention.MechanismReference;

/**
 * Schedule of the diagnoses after an alarm, with their number of frames: soon, once more when more
 * frames are there, and then regularly while the alarm lasts.
 */
final class DiagnosisSchedule {
  /** Frames from a change to its second diagnosis, and most frames that one looks at. */
  private static final int SECOND = 96;

  private static final int PERIOD = 64;

  private DiagnosisSchedule() {}

  /**
   * Frames for the diagnosis that is due now, or 0 if none is.
   *
   * @param sinceAlarm frames since the alarm
   * @param sinceChange frames since the change point
   * @param kept frames in the window
   */
  static int dueFrames(long sinceAlarm, long sinceChange, int kept) {
    boolean first = isFirst(sinceAlarm, sinceChange);
    if (!first && (sinceChange < SECOND || (sinceChange - SECOND) % PERIOD != 0)) {
      return 0;
    }
    int frames = (int) Math.min(Math.min(first ? Diagnosis.WINDOW : SECOND, sinceChange), kept);
    return frames >= MechanismReference.MIN_WINDOW ? frames : 0;
  }

  /** As soon as a window of changed frames is there, which a late alarm finds, at the latest. */
  private static boolean isFirst(long sinceAlarm, long sinceChange) {
    if (sinceAlarm == 0) {
      return sinceChange >= Diagnosis.WINDOW;
    }
    return sinceAlarm <= Diagnosis.PATIENCE
        && (sinceChange == Diagnosis.WINDOW
            || (sinceAlarm == Diagnosis.PATIENCE && sinceChange < Diagnosis.WINDOW));
  }

  /** Returns true if a diagnosis is one of the later ones, which must be made twice. */
  static boolean isLater(long sinceAlarm, long sinceChange) {
    return sinceAlarm > 0 && sinceChange > SECOND;
  }
}
