package dev.residua.bench;

import dev.residua.app.process.SelfLauncher;
import dev.residua.app.process.StartFailedException;
import dev.residua.app.roles.TrainingProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A training without end in a process of its own, started as the training role does, for benchmarks
 * that ask what it takes from the rest.
 */
public final class BackgroundTraining implements AutoCloseable {
  private static final int FRAMES = 2_000;
  private static final long WAIT_SECONDS = 120;
  private static final long WARM_SECONDS = 15;

  private final Process process;

  private BackgroundTraining(Process process) {
    this.process = process;
  }

  /**
   * Draws frames and starts to train on them; returns when it is at it.
   *
   * @param folder for its data
   */
  public static BackgroundTraining start(Path folder)
      throws IOException, InterruptedException, StartFailedException {
    Path data = folder.resolve("training-data");
    Process drawing =
        launch(
            folder,
            List.of(
                "dataset",
                "generate",
                "pendulum",
                "--count",
                Integer.toString(FRAMES),
                "--out",
                data.toString()));
    if (!drawing.waitFor(WAIT_SECONDS, TimeUnit.SECONDS) || drawing.exitValue() != 0) {
      drawing.destroyForcibly();
      throw failed(folder);
    }
    Process training =
        launch(
            folder,
            List.of(
                "train",
                "--data",
                data.toString(),
                "--out",
                folder.resolve("never.residua").toString(),
                "--steps",
                "100000000"));
    Thread.sleep(TimeUnit.SECONDS.toMillis(WARM_SECONDS));
    if (!training.isAlive()) {
      throw failed(folder);
    }
    return new BackgroundTraining(training);
  }

  private static Process launch(Path folder, List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>(TrainingProcess.after());
    command.addAll(SelfLauncher.trainingCommand(TrainingProcess.jvmOptions("2g")));
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("training.log").toFile());
    builder.environment().put("OMP_NUM_THREADS", "1");
    Process process = builder.start();
    // also where this process is ended before it could end the training
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly, "training-stop"));
    return process;
  }

  private static StartFailedException failed(Path folder) throws IOException {
    String said = Files.readString(folder.resolve("training.log"));
    return new StartFailedException(
        "the background training does not run: "
            + said.lines().reduce((before, last) -> last).orElse("it said nothing"));
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
