package dev.residua.app.process;

/** One part of the product that a process can run. */
public enum Role {
  /** Frames to scores: a consumer, the network, a transactional producer. */
  SCORE,
  /** Scores to verdicts and drift: Kafka Streams. */
  MONITOR,
  /**
   * Scores a share of the frames with a challenger, for a limited time, next to the active model.
   */
  SHADOW,
  /** Trains models from the stream's own frames, one at a time, in a process of its own. */
  TRAIN,
  /** Notifies the configured receivers of incidents. */
  ALERT,
  /** Reads cameras, takes frames over HTTP, and sends all to Kafka. */
  INGEST,
  /** The dashboard and its data. */
  DASHBOARD
}
