package dev.residua.app.process;

/** A part that a process can play. */
public enum Role {
  /** Frames to scores: a consumer, the network, a transactional producer. */
  SCORE,
  /** Scores to verdicts and drift: Kafka Streams. */
  MONITOR,
  /** Frames to scores of a challenger, a share of them and for a while, beside the active model. */
  SHADOW,
  /** Trains models from the stream's own frames, one at a time, in a process of its own. */
  TRAIN,
  /** Tells the configured receivers about incidents. */
  ALERT,
  /** The dashboard and its data. */
  DASHBOARD
}
