package dev.residua.scoring;

import dev.residua.causal.ScoredFrame;
import dev.residua.frame.RejectedFrameException.Reason;
import dev.residua.model.RegistryRecord.Activation;
import dev.residua.model.RegistryRecord.Start;

/**
 * Observes the scoring loop. Called on the loop's thread after a transaction was committed, so that
 * nothing is reported twice; must be quick. Its exceptions are logged and have no effect.
 */
public interface ScoringListener {
  /** Ignores everything. */
  ScoringListener NONE = new ScoringListener() {};

  /**
   * A transaction was committed.
   *
   * @param scored frames that got a score
   * @param rejected records that became dead letters
   * @param nanos time from the poll's return to the commit
   */
  default void committed(int scored, int rejected, long nanos) {}

  /** The score of a frame was committed. */
  default void scored(ScoredFrame score) {}

  /** The dead letter of a refused record was committed. */
  default void rejected(Reason reason) {}

  /**
   * The loop is running. Called about once per second, also without frames.
   *
   * @param behind records of its partitions that it has not taken yet
   */
  default void progressed(long behind) {}

  /** The loop made a step, be it an attempt that failed: it is not stuck. */
  default void stepped() {}

  /** The activation of a model on a partition was committed. */
  default void activationCommitted(Activation activation, Start start) {}
}
