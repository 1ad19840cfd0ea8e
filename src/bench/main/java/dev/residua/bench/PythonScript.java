package dev.residua.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.residua.app.process.StartFailedException;
import dev.residua.app.process.TemporaryFolders;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A Python program that this product is compared with, in {@code src/bench/python}, in its own
 * process with one thread for numbers.
 */
public final class PythonScript {
  private static final Path FOLDER = Path.of("src", "bench", "python");
  private static final Path DEBIANS = Path.of("/usr/bin/python3");
  private static final long CHECK_SECONDS = 120;
  private static final long RUN_SECONDS = 600;
  private static final int SHOWN = 2_000;

  private final String interpreter;
  private final Path script;

  private PythonScript(String interpreter, Path script) {
    this.interpreter = interpreter;
    this.script = script;
  }

  /**
   * Finds script and interpreter, and checks that the modules are installed.
   *
   * @param name file name of the script
   * @param python interpreter; by default Debian's if there is one, else the first on the path
   * @throws StartFailedException if something is missing, with the remedy
   */
  public static PythonScript find(String name, Optional<Path> python)
      throws StartFailedException, InterruptedException {
    Path script = script(name, Path.of(""), System.getProperty("java.class.path"));
    String interpreter =
        python.map(Path::toString).orElse(Files.isExecutable(DEBIANS) ? "" + DEBIANS : "python3");
    PythonScript found = new PythonScript(interpreter, script);
    Output output;
    try {
      output = found.start(List.of("--check"), CHECK_SECONDS);
    } catch (IOException e) {
      throw new StartFailedException(
          "%s cannot be started: %s; install it with 'apt-get install -y python3', or give another one with --python"
              .formatted(interpreter, e.getMessage()),
          e);
    }
    if (output.exitCode() != 0) {
      throw new StartFailedException(
          "%s cannot run %s; on Debian its modules come with: %s"
              .formatted(interpreter, script, output.err().strip()));
    }
    return found;
  }

  /**
   * The script below the working directory, else next to the launcher.
   *
   * @param classPath as the virtual machine has it: one jar in {@code target/quarkus-app} if it was
   *     started by the launcher
   */
  static Path script(String name, Path workingDirectory, String classPath)
      throws StartFailedException {
    Path script = FOLDER.resolve(name);
    List<Path> places = new ArrayList<>(List.of(workingDirectory.resolve(script)));
    for (String entry : classPath.split(File.pathSeparator, -1)) {
      Path folder = Path.of(entry).toAbsolutePath().getParent();
      for (int up = 0; up < 2 && folder != null; up++) {
        folder = folder.getParent();
      }
      if (entry.endsWith("quarkus-run.jar") && folder != null) {
        places.add(folder.resolve(script));
      }
    }
    return places.stream()
        .filter(Files::isRegularFile)
        .findFirst()
        .orElseThrow(
            () ->
                new StartFailedException(
                    "the Python program is missing, looked for %s; run this in a checkout of the sources"
                        .formatted(places.stream().map(Path::toAbsolutePath).toList())));
  }

  /**
   * Runs it.
   *
   * @return the JSON that the script printed
   * @throws StartFailedException with its error output, if it fails
   */
  public JsonNode run(List<String> arguments) throws StartFailedException, InterruptedException {
    try {
      Output output = start(arguments, RUN_SECONDS);
      if (output.exitCode() != 0) {
        throw new StartFailedException(
            "%s ended with exit code %d: %s"
                .formatted(script, output.exitCode(), output.err().strip()));
      }
      return JsonMapper.builder().build().readTree(output.out());
    } catch (IOException e) {
      throw new StartFailedException("%s failed: %s".formatted(script, e.getMessage()), e);
    }
  }

  /** Exit code of the script, and the end of its output. */
  private record Output(int exitCode, String out, String err) {}

  private Output start(List<String> arguments, long seconds)
      throws IOException, StartFailedException, InterruptedException {
    List<String> command =
        Stream.concat(Stream.of(interpreter, script.toString()), arguments.stream()).toList();
    Path folder = Files.createTempDirectory("residua-python");
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
      Map<String, String> environment = builder.environment();
      // Set on some machines for old builds of OpenBLAS; they slow down a current one.
      environment.remove("OPENBLAS_CORETYPE");
      environment.remove("OPENBLAS_L2_SIZE");
      // The launcher keeps our threads from spinning; the script gets PyTorch's defaults.
      environment.remove("OMP_WAIT_POLICY");
      environment.remove("GOMP_SPINCOUNT");
      environment.put("OMP_NUM_THREADS", "1");
      environment.put("OPENBLAS_NUM_THREADS", "1");
      environment.put("PYTHONDONTWRITEBYTECODE", "1");
      Process process = builder.start();
      // also if this process ends before it could end the script
      Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly, "python-stop"));
      try {
        if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
          throw new StartFailedException(
              "%s has not ended after %d s: %s".formatted(script, seconds, tail(err)));
        }
        return new Output(process.exitValue(), tail(out), tail(err));
      } finally {
        process.destroyForcibly();
      }
    } finally {
      TemporaryFolders.delete(folder);
    }
  }

  private static String tail(Path file) throws IOException {
    String text = Files.readString(file, StandardCharsets.UTF_8);
    return text.substring(Math.max(0, text.length() - SHOWN));
  }
}
