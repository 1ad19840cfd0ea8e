package dev.residua.incident;

import dev.residua.causal.ChangePoint;
import dev.residua.causal.Finding;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Evidence of one frame for its source's incidents.
 *
 * @param at the frame
 * @param maintained whether a maintenance window covers it
 * @param residuals alarm of the residuals' detector
 * @param picture alarm of the picture's detector
 * @param fault fault of the sensor that holds; null if none does
 * @param diagnoses whether an alarm is diagnosed some frames later
 * @param named subjects that a diagnosis of this frame names, the leading one first; empty if none
 *     was made or none can be named
 * @param reports findings of this frame, weakest first
 */
public record Evidence(
    Moment at,
    boolean maintained,
    Alarm residuals,
    Alarm picture,
    @Nullable Subject fault,
    boolean diagnoses,
    List<Subject> named,
    List<Report> reports) {
  public Evidence {
    named = List.copyOf(named);
    reports = List.copyOf(reports);
  }

  /** State of an alarm after the commands of operators. */
  public enum Alarm {
    /** It is off. */
    NONE,
    /** It is on and must not open an incident now. */
    SUPPRESSED,
    /** It is on. */
    ON
  }

  /** Detectors, in the order in which one explains the next. */
  public enum Channel {
    SENSOR,
    RESIDUALS,
    PICTURE
  }

  /**
   * One finding.
   *
   * @param channel detector that it comes from
   * @param weight its strength
   * @param kind its kind, such as {@code DRIFT.RESIDUAL}
   * @param finding the finding
   * @param changePoint estimated begin of the change, if known
   */
  public record Report(
      Channel channel,
      Weight weight,
      String kind,
      Finding finding,
      @Nullable ChangePoint changePoint) {}

  /** Strength of a finding; later ones are stronger. */
  public enum Weight {
    /** One frame was unusual. */
    FRAME,
    /** Something has changed. */
    CHANGE,
    /** Kind and place of the change. */
    DIAGNOSIS
  }
}
