package dev.residua.bench;

import dev.residua.app.process.StartFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Memory and handles of a Java process on this machine, as the JDK's {@code jcmd} and Linux report
 * them. Reading them causes a full collection.
 *
 * @param heapBytes live objects on the heap, after the collection
 * @param residentBytes resident memory
 * @param nativeBytes memory that the JVM has committed; 0 if it was started without native memory
 *     tracking
 * @param threads threads of the process
 * @param files open file descriptors
 * @param classes bytes of live objects by class
 */
record ProcessFigures(
    long heapBytes,
    long residentBytes,
    long nativeBytes,
    int threads,
    int files,
    Map<String, Long> classes) {
  private static final Pattern CLASS = Pattern.compile("^ *\\d+: +\\d+ +(\\d+) +(\\S+).*$");
  private static final Pattern COMMITTED = Pattern.compile("Total: .*committed=(\\d+)KB");

  /** Until a process under load takes the connection of jcmd, and until it has answered. */
  private static final long ATTACH_SECONDS = 60;

  private static final long ANSWER_SECONDS = 120;

  ProcessFigures {
    classes = Map.copyOf(classes);
  }

  /**
   * Reads the figures.
   *
   * @throws IOException if the process has ended
   */
  static ProcessFigures read(long pid) throws IOException, InterruptedException {
    Map<String, Long> classes = classes(jcmd(pid, "GC.class_histogram"));
    return new ProcessFigures(
        classes.values().stream().mapToLong(bytes -> bytes).sum(),
        residentBytes(pid),
        committedBytes(jcmd(pid, "VM.native_memory", "summary")),
        (int) status(pid, "Threads:"),
        count(Path.of("/proc", Long.toString(pid), "fd")),
        classes);
  }

  /**
   * Checks that this machine can report the figures.
   *
   * @throws StartFailedException with the missing part
   */
  static void check() throws StartFailedException {
    if (!Files.isExecutable(jcmd()) || !Files.exists(Path.of("/proc/self/status"))) {
      throw new StartFailedException(
          "the memory of processes cannot be read: this needs Linux and a JDK, but there is no /proc/self/status or no %s; set JAVA_HOME to a JDK"
              .formatted(jcmd()));
    }
  }

  /** Resident memory of a process; causes no collection. */
  static long residentBytes(long pid) throws IOException {
    return status(pid, "VmRSS:") << 10;
  }

  /** Bytes by class in a printed class histogram. */
  static Map<String, Long> classes(String histogram) {
    Map<String, Long> classes = new HashMap<>();
    for (String line : histogram.lines().toList()) {
      Matcher matcher = CLASS.matcher(line);
      if (matcher.matches()) {
        classes.merge(matcher.group(2), Long.parseLong(matcher.group(1)), Long::sum);
      }
    }
    return classes;
  }

  /** Committed bytes in a printed summary of the native memory; 0 if there are none in it. */
  static long committedBytes(String summary) {
    Matcher matcher = COMMITTED.matcher(summary);
    return matcher.find() ? Long.parseLong(matcher.group(1)) << 10 : 0;
  }

  private static Path jcmd() {
    return Path.of(System.getProperty("java.home"), "bin", "jcmd");
  }

  /**
   * Runs jcmd. Its output goes to a file: while a process writes its answer, it may stand still, so
   * that one which asks itself could not read it.
   */
  private static String jcmd(long pid, String... command) throws IOException, InterruptedException {
    List<String> all =
        Stream.concat(
                Stream.of(
                    jcmd().toString(),
                    "-J-Dsun.tools.attach.attachTimeout=" + ATTACH_SECONDS * 1000,
                    Long.toString(pid)),
                Stream.of(command))
            .toList();
    Path answer = Files.createTempFile("residua-jcmd-", ".txt");
    try {
      Process process =
          new ProcessBuilder(all).redirectErrorStream(true).redirectOutput(answer.toFile()).start();
      if (!process.waitFor(ANSWER_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IOException(
            "%s did not answer within %d s".formatted(String.join(" ", all), ANSWER_SECONDS));
      }
      String text = Files.readString(answer);
      if (process.exitValue() != 0) {
        throw new IOException(
            "%s failed: %s"
                .formatted(
                    String.join(" ", all),
                    text.lines().limit(3).map(String::strip).collect(Collectors.joining(" "))));
      }
      return text;
    } finally {
      Files.delete(answer);
    }
  }

  private static long status(long pid, String key) throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc", Long.toString(pid), "status"))) {
      return lines
          .filter(line -> line.startsWith(key))
          .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
          .findFirst()
          .orElseThrow(() -> new IOException("process %d has no %s".formatted(pid, key)));
    }
  }

  private static int count(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return (int) entries.count();
    }
  }
}
