package dev.residua.incident;

import dev.residua.causal.Finding;
import java.time.Instant;
import java.util.List;

/**
 * What one frame means for its source's incident.
 *
 * @param source source of the frame
 * @param sequence its number
 * @param at its capture time
 * @param place what the identity of an incident that opens here is made of; the same for the same
 *     frame whenever it is judged
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

  /** What the detectors say, after what operators have said. */
  public enum Alarm {
    /** All quiet. */
    NONE,
    /** An alarm is on that must not open an incident now. */
    LIMITED,
    /** An alarm is on. */
    ON
  }

  /**
   * One finding.
   *
   * @param weight how much it says
   * @param kind its kind, such as {@code DRIFT.RESIDUAL}
   * @param finding the finding
   */
  public record Report(Weight weight, String kind, Finding finding) {}

  /** How much a finding says about a problem; later ones say more. */
  public enum Weight {
    /** One frame was unusual. */
    FRAME,
    /** Something has changed. */
    CHANGE,
    /** What has changed, and how. */
    DIAGNOSIS
  }
}
