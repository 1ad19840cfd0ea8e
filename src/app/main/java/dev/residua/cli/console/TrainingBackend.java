package dev.residua.cli.console;

import dev.residua.app.process.SelfLauncher;
import dev.residua.dl4j.CudaCheck;
import dev.residua.dl4j.Nd4jBackends;
import dev.residua.training.TrainingFailedException;

/** Hardware that a training uses. */
public enum TrainingBackend {
  CPU,
  CUDA;

  /** Starts the backend; commands call this first, before they read or build anything. */
  public void start() {
    if (!isOnClassPath()) {
      refuse(
          "the training libraries are not on the class path; start this command with ./residua, or with java -cp '%s' dev.residua.Main"
              .formatted(SelfLauncher.trainingClassPath("APP")));
    }
    if (this == CPU) {
      Nd4jBackends.processorProblem().ifPresent(TrainingBackend::refuse);
      Nd4jBackends.useProcessor();
      return;
    }
    CudaCheck.problem().ifPresent(TrainingBackend::refuse);
    try {
      Nd4jBackends.useCuda();
    } catch (TrainingFailedException e) {
      throw new CommandFailedException(
          e.getMessage() == null ? "the CUDA backend does not start" : e.getMessage(), e);
    }
  }

  private static boolean isOnClassPath() {
    try {
      Class.forName("org.nd4j.linalg.factory.Nd4j", false, TrainingBackend.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  private static void refuse(String problem) {
    throw new CommandFailedException(problem);
  }
}
