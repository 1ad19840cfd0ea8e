package dev.residua.monitor;

import dev.residua.intervention.Diagnosis;
import dev.residua.intervention.MechanismReference;

/** When a change is diagnosed after an alarm, and from how many frames: soon, and again later. */
final class DiagnosisSchedule {
  /** Frames after the alarm. */
  private static final int[] AFTER = {Diagnosis.PATIENCE, 96};

  /** Most frames that each diagnosis looks at. */
  private static final int[] FRAMES = {Diagnosis.WINDOW, 96};

  private DiagnosisSchedule() {}

  /**
   * Frames for the diagnosis that is due now, or 0 if none is.
   *
   * @param sinceAlarm frames since the alarm
   * @param sinceChange frames since the change point
   * @param kept frames in the window
   */
  static int dueFrames(long sinceAlarm, long sinceChange, int kept) {
    for (int k = 0; k < AFTER.length; k++) {
      int frames = (int) Math.min(Math.min(FRAMES[k], sinceChange), kept);
      if (sinceAlarm == AFTER[k] && frames >= MechanismReference.MIN_WINDOW) {
        return frames;
      }
    }
    return 0;
  }
}
