package dev.residua.app.roles;

import dev.residua.app.config.ConfigurationFile;
import dev.residua.app.process.SelfLauncher;
import dev.residua.app.process.TemporaryFolders;
import dev.residua.renewal.job.JobLauncher;
import dev.residua.renewal.job.TrainingRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs each training in its own process of the same program, with its own memory limit and, if the
 * system has {@code nice}, the lowest priority. Each has a folder below the data directory with its
 * request, checkpoint and output.
 */
public final class TrainingProcess implements JobLauncher {
  private static final Logger LOG = LoggerFactory.getLogger(TrainingProcess.class);
  private static final Path NICE = Path.of("/usr/bin/nice");
  private static final String LOG_FILE = "training.log";
  private static final String CONFIGURATION = "configuration.properties";
  private static final int LAST_LINES = 3;

  private final Path folder;
  private final String memory;
  private final Map<String, String> properties;
  private final String by;

  /**
   * @param folder of all trainings of this process
   * @param memory heap of the training, as {@code -Xmx} takes it
   * @param properties the configuration of the training
   * @param by author of its records on the control topic
   */
  TrainingProcess(Path folder, String memory, Map<String, String> properties, String by) {
    this.folder = folder;
    this.memory = memory;
    this.properties = Map.copyOf(properties);
    this.by = by;
  }

  private Path folder(String trainingId) {
    return folder.resolve(trainingId);
  }

  @Override
  public Optional<TrainingRequest> unfinished(String trainingId) {
    Path own = folder(trainingId);
    if (!Files.exists(own.resolve(TrainingRequest.FILE))) {
      return Optional.empty();
    }
    try {
      return Optional.of(TrainingRequest.read(own));
    } catch (IOException e) {
      LOG.warn("training cannot be resumed: training={} reason={}", trainingId, e.getMessage());
      return Optional.empty();
    }
  }

  @Override
  public void keepOnly(Collection<String> trainingIds) {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (Stream<Path> all = Files.list(folder)) {
      for (Path own :
          all.filter(one -> !trainingIds.contains(one.getFileName().toString())).toList()) {
        TemporaryFolders.delete(own);
      }
    } catch (IOException e) {
      LOG.warn(
          "folders of ended trainings cannot be removed: folder={} reason={}",
          folder,
          e.toString());
    }
  }

  @Override
  public JobLauncher.Job start(TrainingRequest request) throws IOException {
    Path own = Files.createDirectories(folder(request.id()));
    request.write(own);
    Path configuration = own.resolve(CONFIGURATION);
    ConfigurationFile.write(configuration, properties);
    List<String> command = new ArrayList<>(niceCommand());
    command.addAll(SelfLauncher.trainingCommand(jvmOptions(memory)));
    command.addAll(
        List.of(
            "training-job",
            "--folder",
            own.toAbsolutePath().toString(),
            "--configuration",
            configuration.toAbsolutePath().toString(),
            "--by",
            by,
            "--parent",
            Long.toString(ProcessHandle.current().pid())));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(own.resolve(LOG_FILE).toFile()));
    builder.environment().put("OMP_NUM_THREADS", "1");
    return new Running(builder.start(), own);
  }

  /** Start of a command that runs with the lowest priority; empty if the system has none. */
  public static List<String> niceCommand() {
    return Files.isExecutable(NICE) ? List.of(NICE.toString(), "-n", "19") : List.of();
  }

  /**
   * Options of a training's JVM.
   *
   * @param memory its heap, as {@code -Xmx} takes it
   */
  public static List<String> jvmOptions(String memory) {
    return List.of(
        "-Xmx" + memory,
        "-XX:+ExitOnOutOfMemoryError",
        "-Dorg.bytedeco.javacpp.maxbytes=0",
        "-Dorg.bytedeco.javacpp.maxphysicalbytes=0",
        "-Djava.awt.headless=true");
  }

  private record Running(Process process, Path own) implements JobLauncher.Job {
    Running {
      // also if this process ends before it could end the training
      Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly, "training-stop"));
    }

    @Override
    public boolean alive() {
      return process.isAlive();
    }

    @Override
    public boolean succeeded() {
      return !process.isAlive() && process.exitValue() == 0;
    }

    @Override
    public String outputTail() {
      try {
        List<String> lines =
            Files.readString(own.resolve(LOG_FILE), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.isBlank())
                .toList();
        return "its process ended with %d: %s"
            .formatted(
                process.exitValue(),
                String.join(
                    " / ", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size())));
      } catch (IOException e) {
        return "its process ended with %d".formatted(process.exitValue());
      }
    }

    @Override
    public void kill() {
      process.destroyForcibly();
      try {
        process.waitFor(10, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void deleteFiles() {
      try {
        TemporaryFolders.delete(own);
      } catch (IOException e) {
        LOG.warn(
            "the folder of a training cannot be removed: folder={} reason={}", own, e.toString());
      }
    }
  }
}
