package dev.residua.streams;

import dev.residua.causal.ScoredFrame;
import dev.residua.monitor.MonitorResult;

/**
 * Told what the monitor found, before it is committed: again where a transaction is repeated.
 * Called on the threads of Kafka Streams; must be quick.
 */
public interface MonitorListener {
  /** Ignores everything. */
  MonitorListener NONE = (partition, frame, judgement, incidentOpen) -> {};

  /**
   * One frame was judged.
   *
   * @param partition of the scores
   * @param incidentOpen whether an incident of the frame's source is open now
   */
  void judged(int partition, ScoredFrame frame, MonitorResult judgement, boolean incidentOpen);

  /** A partition's sources are no longer monitored by this thread, perhaps elsewhere. */
  default void released(int partition) {}
}
