package dev.residua.scoring;

import dev.residua.causal.ScoredFrame;
import dev.residua.frame.RejectedFrameException.Reason;
import dev.residua.model.RegistryRecord.Activation;
import dev.residua.model.RegistryRecord.Start;

/** Told what the loop did, after it is committed. Called on the loop's thread; must be quick. */
public interface ScoringListener {
  /** Ignores everything. */
  ScoringListener NONE =
      new ScoringListener() {
        @Override
        public void committed(int scored, int rejected, long nanos) {}

        @Override
        public void scored(ScoredFrame score) {}

        @Override
        public void rejected(Reason reason) {}
      };

  /**
   * A transaction was committed.
   *
   * @param scored frames that got a score
   * @param rejected records that became dead letters
   * @param nanos time from the poll's return to the commit
   */
  void committed(int scored, int rejected, long nanos);

  /** A frame was scored; told when it is sent, so again if its transaction is repeated. */
  void scored(ScoredFrame score);

  /** A record was refused; counted when it is seen, so again if its transaction is repeated. */
  void rejected(Reason reason);

  /**
   * The loop turns; told about once a second, also where nothing comes.
   *
   * @param behind records of its partitions that it has not taken yet
   */
  default void turned(long behind) {}

  /** A model took over on a partition; told after the commit that says so. */
  default void swapped(Activation activation, Start start) {}
}
