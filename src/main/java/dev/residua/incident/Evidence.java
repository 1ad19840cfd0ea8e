package dev.residua.incident;

import dev.residua.causal.Finding;
import java.time.Instant;
import java.util.List;

/**
 * Evidence of one frame for its source's incident.
 *
 * @param source source of the frame
 * @param sequence its number
 * @param at its capture time
 * @param place what the identity of an incident that opens here is made of; the same for the same
 *     frame whenever it is evaluated
 * @param modelId model in use
 * @param alarm whether some alarm is on
 * @param reports findings of this frame, weakest first
 */
public record Evidence(
    String source,
    long sequence,
    Instant at,
    String place,
    String modelId,
    Alarm alarm,
    List<Report> reports) {
  public Evidence {
    reports = List.copyOf(reports);
  }

  /** State of the alarms after the commands of operators. */
  public enum Alarm {
    /** No alarm is on. */
    NONE,
    /** An alarm is on that must not open an incident now. */
    SUPPRESSED,
    /** An alarm is on. */
    ON
  }

  /**
   * One finding.
   *
   * @param weight its strength
   * @param kind its kind, such as {@code DRIFT.RESIDUAL}
   * @param finding the finding
   */
  public record Report(Weight weight, String kind, Finding finding) {}

  /** Strength of a finding; later ones are stronger. */
  public enum Weight {
    /** One frame was unusual. */
    FRAME,
    /** Something has changed. */
    CHANGE,
    /** What has changed, and how. */
    DIAGNOSIS
  }
}
