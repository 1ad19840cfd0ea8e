package dev.residua.app;

/** A part that a process can play. */
public enum Role {
  /** Frames to scores: a consumer, the network, a transactional producer. */
  SCORE,
  /** Scores to verdicts and drift: Kafka Streams. */
  MONITOR,
  /** The status page and its data. */
  DASHBOARD
}
