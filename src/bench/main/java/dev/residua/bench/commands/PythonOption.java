package dev.residua.bench.commands;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The interpreter of a Python program that this product is compared with. */
final class PythonOption {
  @Option(
      names = "--python",
      paramLabel = "FILE",
      description =
          "Interpreter for --versus (default: /usr/bin/python3, else the first on the path).")
  @Nullable Path python;

  /** Empty for the usual one. */
  Optional<Path> interpreter() {
    return Optional.ofNullable(python);
  }
}
