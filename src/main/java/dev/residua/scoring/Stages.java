package dev.residua.scoring;

/** Told what a loop is about to do, for those who measure it. Called on the loop's thread. */
public interface Stages {
  /** Nobody measures. */
  Stages NONE = stage -> {};

  /** What the time of a frame goes into. */
  enum Stage {
    /** Fetching records, and waiting for them. */
    CONSUME,
    /** Reading records and decoding pictures. */
    DECODE,
    /** Telling new frames from old ones. */
    TIMELINE,
    /** The network: encoder, structural equations, decoder where it is asked for. */
    MODEL,
    /** p-values, appearance and readings of the sensor. */
    STATISTICS,
    /** Encoding and sending results. */
    PRODUCE,
    /** Ending transactions. */
    COMMIT
  }

  /** From now on until the next call the thread does this. */
  void enter(Stage stage);
}
