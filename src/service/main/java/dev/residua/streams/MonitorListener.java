package dev.residua.streams;

import dev.residua.causal.ScoredFrame;
import dev.residua.monitor.MonitorResult;

/**
 * Observes the results of the monitor; see {@link ObserveCommitted} for results that are committed.
 * Called on the threads of Kafka Streams; must be quick.
 */
public interface MonitorListener {
  /** Ignores everything. */
  MonitorListener NONE = (partition, frame, result, incidentOpen) -> {};

  /**
   * One frame was evaluated.
   *
   * @param partition of the scores
   * @param incidentOpen whether an incident of the frame's source is open now
   */
  void evaluated(int partition, ScoredFrame frame, MonitorResult result, boolean incidentOpen);

  /** Incidents changed without a frame. */
  default void changed(MonitorResult result) {}

  /** A source sent nothing for long and is forgotten. */
  default void forgotten(String source) {}

  /** A partition's sources are no longer monitored by this thread, perhaps elsewhere. */
  default void released(int partition) {}
}
