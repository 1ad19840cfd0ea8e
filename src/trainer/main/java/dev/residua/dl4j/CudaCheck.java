package dev.residua.dl4j;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Checks whether ND4J's CUDA backend can train on this machine, and if not, gives the reason and
 * the alternative. Runs {@code nvidia-smi}, because an unsupported GPU fails only at the first
 * kernel, with a message that names no GPU.
 *
 * <p>The CUDA 11.6 build of ND4J 1.0.0-M2.1 holds machine code for the compute capabilities in
 * {@link #BUILT} and no PTX, so nothing is compiled for other GPUs at run time. Machine code of x.y
 * also runs on x.z with z above y (CUDA's binary compatibility), and on nothing else.
 */
public final class CudaCheck {
  static final List<String> QUERY =
      List.of(
          "nvidia-smi",
          "--query-gpu=name,compute_cap,memory.total,memory.free,driver_version",
          "--format=csv,noheader");

  /** Compute capabilities with machine code in the backend, tenths as units. */
  private static final int[] BUILT = {37, 50, 52, 60, 61, 70, 75, 80, 86};

  private static final String SUPPORTED = "3.7, 5.x, 6.x, 7.x, 8.0, 8.6 and 8.9";

  /** Least free memory to train with, in MiB. */
  static final int MIN_FREE_MIB = 2048;

  /** The oldest driver that runs programs of CUDA 11 in Linux, by minor version compatibility. */
  private static final double MIN_DRIVER = 450.80;

  private static final int FIELDS = 5;
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final String INSTEAD = "; use --backend cpu";

  private CudaCheck() {}

  /**
   * A GPU as the driver describes it.
   *
   * @param name as sold
   * @param capability compute capability in tenths, 86 for 8.6; null if the driver does not report
   *     it
   * @param totalMib memory in MiB, or null
   * @param freeMib unused memory in MiB, or null
   * @param driver version of the driver
   */
  record Gpu(
      String name,
      @Nullable Integer capability,
      @Nullable Integer totalMib,
      @Nullable Integer freeMib,
      String driver) {

    String spoken() {
      return capability == null
          ? name
          : "%s (compute capability %d.%d)".formatted(name, capability / 10, capability % 10);
    }
  }

  /**
   * The result of a command.
   *
   * @param found whether the command exists
   * @param finished whether it ended within its time
   * @param exit its exit status; 0 is success
   * @param output both its streams
   */
  record Answer(boolean found, boolean finished, int exit, String output) {}

  /** Why training on CUDA cannot work here, as a sentence; empty if it can. */
  public static Optional<String> problem() {
    return decide(ask(QUERY, LIMIT), Nd4jBackends.cudaIsThere());
  }

  static Answer ask(List<String> command, Duration limit) {
    Path output = null;
    try {
      // A file, as a full pipe would block a command with much output.
      output = Files.createTempFile("residua", ".txt");
      Process process;
      try {
        process =
            new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
      } catch (IOException e) {
        return new Answer(false, true, -1, "");
      }
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
        return new Answer(true, false, -1, "");
      }
      byte[] said = Files.readAllBytes(output);
      return new Answer(
          true, true, process.exitValue(), new String(said, StandardCharsets.UTF_8).strip());
    } catch (IOException e) {
      return new Answer(true, true, -1, String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Answer(true, false, -1, "");
    } finally {
      delete(output);
    }
  }

  private static void delete(@Nullable Path file) {
    if (file != null) {
      try {
        Files.deleteIfExists(file);
      } catch (IOException e) {
        file.toFile().deleteOnExit();
      }
    }
  }

  /**
   * Evaluates the answer of the driver.
   *
   * @param built whether this build has the CUDA backend
   */
  static Optional<String> decide(Answer answer, boolean built) {
    if (!answer.found()) {
      return Optional.of("there is no NVIDIA driver here: nvidia-smi was not found" + INSTEAD);
    }
    if (!answer.finished()) {
      return Optional.of(
          "the NVIDIA driver hangs: nvidia-smi did not answer within %d s"
                  .formatted(LIMIT.toSeconds())
              + INSTEAD);
    }
    if (answer.exit() != 0) {
      return Optional.of(
          "the NVIDIA driver does not work: nvidia-smi says '%s'"
                  .formatted(firstLine(answer.output()))
              + INSTEAD);
    }
    List<Gpu> gpus;
    try {
      gpus = parse(answer.output());
    } catch (IllegalArgumentException e) {
      return Optional.of(e.getMessage() + INSTEAD);
    }
    if (gpus.isEmpty()) {
      return Optional.of("there is a NVIDIA driver but no GPU" + INSTEAD);
    }
    List<String> refused = new ArrayList<>();
    for (Gpu gpu : gpus) {
      String refusal = refusal(gpu);
      if (refusal != null) {
        refused.add(refusal);
      }
    }
    if (refused.size() == gpus.size()) {
      return Optional.of(refused.get(0) + INSTEAD);
    }
    if (!refused.isEmpty()) {
      // ND4J starts on every GPU that it sees.
      return Optional.of(
          "%s; this machine has other GPUs too: give a container only GPU %d (docker run --gpus"
                  .formatted(refused.get(0), usable(gpus))
              + " device=%d), or use --backend cpu".formatted(usable(gpus)));
    }
    if (!built) {
      return Optional.of(
          "%s could train, but this build has no CUDA backend: build it with ./mvnw -Pcuda package,"
                  .formatted(gpus.get(0).spoken())
              + " or use --backend cpu");
    }
    return Optional.empty();
  }

  private static int usable(List<Gpu> gpus) {
    int i = 0;
    while (refusal(gpus.get(i)) != null) {
      i++;
    }
    return i;
  }

  private static @Nullable String refusal(Gpu gpu) {
    Integer capability = gpu.capability();
    if (capability == null) {
      return gpu.name() + " does not say its compute capability, supported are " + SUPPORTED;
    }
    if (!runsOn(capability)) {
      return "%s cannot run the CUDA backend, which has machine code for %s and none to compile at"
              .formatted(gpu.spoken(), SUPPORTED)
          + " run time; "
          + (capability > BUILT[BUILT.length - 1] ? "use an older GPU" : "use a newer GPU")
          + " such as a T4, A100 or L4";
    }
    double driver = driver(gpu.driver());
    if (driver < MIN_DRIVER) {
      return "the NVIDIA driver %s is too old for CUDA 11.6, which needs 450.80.02 or newer"
          .formatted(gpu.driver());
    }
    Integer free = gpu.freeMib();
    if (free != null && free < MIN_FREE_MIB) {
      return "%s has %d MiB of its %s MiB free, training needs %d"
          .formatted(
              gpu.spoken(), free, gpu.totalMib() == null ? "?" : gpu.totalMib(), MIN_FREE_MIB);
    }
    return null;
  }

  /** Returns true if the backend has machine code for a compute capability, in tenths. */
  static boolean runsOn(int capability) {
    return Arrays.stream(BUILT)
        .anyMatch(built -> built / 10 == capability / 10 && built % 10 <= capability % 10);
  }

  private static double driver(String version) {
    String[] parts = version.split("\\.", -1);
    try {
      return Double.parseDouble(parts.length > 1 ? parts[0] + "." + parts[1] : parts[0]);
    } catch (NumberFormatException e) {
      return Double.POSITIVE_INFINITY;
    }
  }

  /**
   * Reads the answer of {@link #QUERY}: one GPU per line, five fields between commas.
   *
   * @throws IllegalArgumentException if a line has another form; the message quotes it
   */
  static List<Gpu> parse(String output) {
    List<Gpu> gpus = new ArrayList<>();
    for (String line : output.lines().toList()) {
      if (line.isBlank() || line.startsWith("No devices were found")) {
        continue;
      }
      String[] fields = line.split(",", -1);
      if (fields.length != FIELDS) {
        throw new IllegalArgumentException(
            "nvidia-smi answered '%s', expected a name, compute capability, memory and driver"
                .formatted(line.strip()));
      }
      gpus.add(
          new Gpu(
              fields[0].strip(),
              capability(fields[1], line),
              mib(fields[2], line),
              mib(fields[3], line),
              fields[4].strip()));
    }
    return gpus;
  }

  /** Drivers write [N/A], [Not Supported] or [Unknown Error] for unknown values. */
  private static boolean unknown(String field) {
    return field.strip().startsWith("[") || field.strip().equals("N/A");
  }

  private static @Nullable Integer capability(String field, String line) {
    if (unknown(field)) {
      return null;
    }
    String text = field.strip();
    if (!text.matches("\\d{1,2}\\.\\d")) {
      throw new IllegalArgumentException(
          "nvidia-smi answered '%s', whose compute capability is '%s'"
              .formatted(line.strip(), text));
    }
    return Integer.valueOf(text.replace(".", ""));
  }

  private static @Nullable Integer mib(String field, String line) {
    if (unknown(field)) {
      return null;
    }
    String text = field.strip();
    if (!text.matches("\\d{1,8} MiB")) {
      throw new IllegalArgumentException(
          "nvidia-smi answered '%s', whose memory is '%s'".formatted(line.strip(), text));
    }
    return Integer.valueOf(text.substring(0, text.length() - " MiB".length()));
  }

  private static String firstLine(String text) {
    return text.lines().findFirst().orElse("").strip();
  }
}
