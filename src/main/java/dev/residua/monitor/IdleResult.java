package dev.residua.monitor;

import dev.residua.incident.Incident;
import java.util.List;

/**
 * What orders did to a source.
 *
 * @param incidents incidents that changed
 * @param retired whether the source was retired: it is not watched until it sends again
 */
public record IdleResult(List<Incident> incidents, boolean retired) {
  /** Nothing. */
  public static final IdleResult NOTHING = new IdleResult(List.of(), false);

  public IdleResult {
    incidents = List.copyOf(incidents);
  }
}
