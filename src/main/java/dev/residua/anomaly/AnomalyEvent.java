package dev.residua.anomaly;

import dev.residua.causal.Finding;

/**
 * A frame that does not fit, reported at the first frame of its episode.
 *
 * @param finding what, where, when
 * @param kind what is odd
 * @param statistic minus log10 of {@code pValue}, at least 0
 * @param threshold value of {@code statistic} at and above which a frame is reported
 * @param pValue conformal p-value that decided, in (0, 1]
 * @param condition assumption under which {@code pValue} holds
 */
public record AnomalyEvent(
    Finding finding,
    AnomalyKind kind,
    double statistic,
    double threshold,
    double pValue,
    String condition) {
  /** The event with another finding. */
  public AnomalyEvent with(Finding other) {
    return new AnomalyEvent(other, kind, statistic, threshold, pValue, condition);
  }
}
