package dev.residua.bench.commands;

import com.sun.management.OperatingSystemMXBean;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.Version;
import dev.residua.onnx.OnnxEngine;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.common.utils.AppInfoParser;
import org.jspecify.annotations.Nullable;

/** Environment of a benchmark: the machine, its load and the versions. */
final class Machine {
  private Machine() {}

  /** Processes that wanted a processor in the last minute, on average; null if unknown. */
  static @Nullable Double load() {
    double load = system().getSystemLoadAverage();
    return load < 0 ? null : load;
  }

  /**
   * The machine and the versions, in the order in which they are printed.
   *
   * @param load before the benchmark began
   */
  static Map<String, Object> describe(@Nullable Double load) {
    return Json.map(
        "residua",
        Version.current(),
        "java",
        System.getProperty("java.vm.name") + " " + System.getProperty("java.version"),
        "os",
        System.getProperty("os.name") + " " + System.getProperty("os.arch"),
        "cpu",
        value(Path.of("/proc/cpuinfo"), "model name").orElse("unknown"),
        "processors",
        Runtime.getRuntime().availableProcessors(),
        "memoryMiB",
        system().getTotalMemorySize() >> 20,
        "maxHeapMiB",
        Runtime.getRuntime().maxMemory() >> 20,
        "load",
        load,
        "kafka",
        AppInfoParser.getVersion(),
        "onnxruntime",
        OnnxEngine.engineVersion());
  }

  /** Largest resident memory of this process so far; null if the system does not report it. */
  static @Nullable Long peakMemoryMiB() {
    return value(Path.of("/proc/self/status"), "VmHWM:")
        .map(text -> Long.parseLong(text.replaceAll("[^0-9]", "")) >> 10)
        .orElse(null);
  }

  private static OperatingSystemMXBean system() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
  }

  /** The value of a key in one of Linux's files of lines {@code key: value}. */
  private static Optional<String> value(Path file, String key) {
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
