package dev.residua.monitor;

import dev.residua.commissioning.CommissioningReport;
import dev.residua.incident.Incident;
import java.util.List;
import java.util.Optional;

/**
 * What orders did to a source.
 *
 * @param incidents incidents that changed
 * @param retired whether the source was retired: it is not watched until it sends again
 * @param commissioning where the source's own calibration is, if that changed
 */
public record IdleResult(
    List<Incident> incidents, boolean retired, Optional<CommissioningReport> commissioning) {
  /** Nothing. */
  public static final IdleResult NOTHING = new IdleResult(List.of(), false, Optional.empty());

  public IdleResult {
    incidents = List.copyOf(incidents);
  }
}
