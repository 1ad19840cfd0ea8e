package dev.residua.app.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Features of the processor, with their names in Linux.
 *
 * @param flags for instance {@code amx_bf16}; empty if the system does not list them
 */
public record CpuFeatures(Set<String> flags) {
  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

  public CpuFeatures {
    flags = Set.copyOf(flags);
  }

  /** Features of the first processor of this machine. */
  public static CpuFeatures ofThisMachine() {
    try {
      return parse(Files.readString(CPU_INFO));
    } catch (IOException e) {
      return new CpuFeatures(Set.of());
    }
  }

  /** Reads the first line {@code flags : ...} of {@code /proc/cpuinfo}. */
  public static CpuFeatures parse(String cpuInfo) {
    return new CpuFeatures(
        cpuInfo
            .lines()
            .filter(line -> line.startsWith("flags"))
            .limit(1)
            .flatMap(
                line -> Arrays.stream(line.substring(line.indexOf(':') + 1).strip().split("\\s+")))
            .filter(flag -> !flag.isEmpty())
            .collect(Collectors.toSet()));
  }

  /** Returns true if it multiplies matrices of bfloat16 in hardware. */
  public boolean amxBf16() {
    return flags.contains("amx_tile") && flags.contains("amx_bf16");
  }

  /** Returns true if it has instructions for bfloat16 at all. */
  public boolean bf16() {
    return amxBf16() || flags.contains("avx512_bf16");
  }
}
