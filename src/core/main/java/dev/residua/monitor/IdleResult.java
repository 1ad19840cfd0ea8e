package dev.residua.monitor;

import dev.residua.commissioning.CommissioningReport;
import dev.residua.incident.Incident;
import java.util.List;
import java.util.Optional;

/**
 * Result of commands without a frame.
 *
 * @param retired whether the source was retired: it is not watched until it sends again
 * @param commissioning status of the source's own calibration, if that changed
 */
public record IdleResult(
    List<Incident> incidents, boolean retired, Optional<CommissioningReport> commissioning) {
  /** Nothing. */
  public static final IdleResult NOTHING = new IdleResult(List.of(), false, Optional.empty());

  public IdleResult {
    incidents = List.copyOf(incidents);
  }
}
