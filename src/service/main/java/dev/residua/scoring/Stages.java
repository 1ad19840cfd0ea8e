package dev.residua.scoring;

import dev.residua.anomaly.FrameScorer;

/** Observes the stages of the scoring loop, to measure them. Called on the loop's thread. */
public interface Stages extends FrameScorer.Observer {
  /** Measures nothing. */
  Stages NONE = stage -> {};

  /** Stages of the work on a frame. */
  enum Stage {
    /** Fetching records, and waiting for them. */
    CONSUME,
    /** Reading records and decoding pictures. */
    DECODE,
    /** Recognising duplicates. */
    TIMELINE,
    /** The network: encoder, structural equations, decoder if it is asked for. */
    MODEL,
    /** p-values, appearance and readings of the sensor. */
    STATISTICS,
    /** Encoding and sending results. */
    PRODUCE,
    /** Ending transactions. */
    COMMIT
  }

  /** The thread enters a stage; it ends with the next call. */
  void enter(Stage stage);

  @Override
  default void network() {
    enter(Stage.MODEL);
  }

  @Override
  default void statistics() {
    enter(Stage.STATISTICS);
  }
}
