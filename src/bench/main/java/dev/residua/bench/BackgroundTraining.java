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
 * An endless training in its own process, started as the training role starts it, for benchmarks of
 * its effect on scoring.
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
   * Draws frames and starts to train on them; returns when the training runs.
   *
   * @param folder for its data
   */
  public static BackgroundTraining start(Path folder)
      throws IOException, InterruptedException, StartFailedException {
    String data = folder.resolve("training-data").toString();
    Process drawing =
        launch(folder, "dataset generate pendulum --count " + FRAMES + " --out", data);
    if (!drawing.waitFor(WAIT_SECONDS, TimeUnit.SECONDS) || drawing.exitValue() != 0) {
      drawing.destroyForcibly();
      throw failed(folder);
    }
    String bundle = folder.resolve("never.residua").toString();
    Process training = launch(folder, "train --steps 100000000 --data", data, "--out", bundle);
    Thread.sleep(TimeUnit.SECONDS.toMillis(WARM_SECONDS));
    if (!training.isAlive()) {
      throw failed(folder);
    }
    return new BackgroundTraining(training);
  }

  private static Process launch(Path folder, String start, String... more) throws IOException {
    List<String> command = new ArrayList<>(TrainingProcess.niceCommand());
    command.addAll(SelfLauncher.trainingCommand(TrainingProcess.jvmOptions("2g")));
    command.addAll(List.of(start.split(" ", -1)));
    command.addAll(List.of(more));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("training.log").toFile());
    builder.environment().put("OMP_NUM_THREADS", "1");
    Process process = builder.start();
    // also if this process is ended before it could end the training
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly, "training-stop"));
    return process;
  }

  private static StartFailedException failed(Path folder) throws IOException {
    String log = Files.readString(folder.resolve("training.log"));
    return new StartFailedException(
        "the background training does not run: "
            + log.lines().reduce((before, last) -> last).orElse("its log is empty"));
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
