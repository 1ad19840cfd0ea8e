package dev.residua.bench.commands;

import dev.residua.app.process.TemporaryFolders;
import dev.residua.cli.console.ConsoleCommand;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.ModelOption;
import dev.residua.cli.console.Version;
import dev.residua.model.ModelBundle;
import dev.residua.onnx.OnnxFrameScorer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.common.utils.AppInfoParser;
import picocli.CommandLine.Mixin;

/** A benchmark: it works in a temporary folder and prints figures and environment as JSON. */
abstract class BenchmarkCommand extends ConsoleCommand {
  /** A benchmark of a model. */
  abstract static class OfModel extends BenchmarkCommand {
    @Mixin ModelOption model = new ModelOption();
  }

  @Override
  public Integer call() throws Exception {
    Path folder = Files.createTempDirectory("residua-bench");
    try {
      out().println(Json.of(measure(folder)));
    } finally {
      TemporaryFolders.delete(folder);
    }
    return 0;
  }

  /**
   * Measures.
   *
   * @param folder empty; deleted afterwards
   * @return the members of the printed object
   */
  abstract Map<String, Object> measure(Path folder) throws Exception;

  /** Prints a line on standard error at once. */
  void report(String line) {
    err().println(line);
    err().flush();
  }

  static Map<String, Object> environment(ModelBundle bundle) {
    Map<String, Object> environment = environment();
    environment.put("model", bundle.id());
    environment.put("modelDigest", bundle.digest());
    return environment;
  }

  static Map<String, Object> environment() {
    return Json.map(
        "residua", Version.current(),
        "java", System.getProperty("java.vm.name") + " " + System.getProperty("java.version"),
        "os", System.getProperty("os.name") + " " + System.getProperty("os.arch"),
        "processors", Runtime.getRuntime().availableProcessors(),
        "cpu", value(Path.of("/proc/cpuinfo"), "model name").orElse("unknown"),
        "maxHeapMiB", Runtime.getRuntime().maxMemory() >> 20,
        "kafka", AppInfoParser.getVersion(),
        "onnxruntime", OnnxFrameScorer.engineVersion());
  }

  /** The value of a key in one of Linux's files of lines {@code key: value}. */
  static Optional<String> value(Path file, String key) {
    try (Stream<String> lines = Files.lines(file)) {
      return lines
          .filter(line -> line.startsWith(key))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
