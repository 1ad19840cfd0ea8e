package dev.residua.renewal.job;

import java.io.IOException;
import java.util.Collection;
import java.util.Optional;

/** Starts trainings as processes of this machine. */
public interface JobLauncher {
  /**
   * Starts a training, or resumes one that died here.
   *
   * @throws IOException if its process cannot be started
   */
  Job start(TrainingRequest request) throws IOException;

  /** The request of a training that this machine started and did not finish. */
  Optional<TrainingRequest> unfinished(String trainingId);

  /** Deletes the files of all trainings but these. */
  void keepOnly(Collection<String> trainingIds);

  /** The process of one training. */
  interface Job {
    boolean alive();

    /** Returns true if it ended normally; asked once it is no longer alive. */
    boolean succeeded();

    /** The exit status and the end of its output, for people. */
    String outputTail();

    /** Ends the process now. */
    void kill();

    /** Deletes its files; it cannot be resumed afterwards. */
    void deleteFiles();
  }
}
