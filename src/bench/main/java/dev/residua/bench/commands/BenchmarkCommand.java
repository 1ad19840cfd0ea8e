package dev.residua.bench.commands;

import com.fasterxml.jackson.databind.JsonNode;
import dev.residua.app.process.TemporaryFolders;
import dev.residua.bench.BenchmarkOutput;
import dev.residua.cli.console.JsonCommand;
import dev.residua.cli.console.ModelOption;
import dev.residua.model.ModelBundle;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A benchmark: it works in a temporary folder and prints figures and environment. */
abstract class BenchmarkCommand extends JsonCommand {
  private static final MathContext DIGITS = new MathContext(4);

  @Option(
      names = "--repeat",
      paramLabel = "N",
      defaultValue = "1",
      description = "Measure so often; prints the median of each figure, and its range.")
  int repeat;

  private @Nullable Double load;

  abstract static class OfModel extends BenchmarkCommand {
    @Mixin ModelOption model = new ModelOption();
  }

  @Override
  public Integer call() throws Exception {
    atLeast(1, "--repeat", repeat);
    load = Machine.load();
    List<Map<String, Object>> runs = new ArrayList<>();
    for (int i = 0; i < repeat; i++) {
      Path folder = Files.createTempDirectory("residua-bench");
      try {
        runs.add(measure(folder));
      } finally {
        TemporaryFolders.delete(folder);
      }
    }
    JsonNode output = BenchmarkOutput.merged(runs);
    print(
        output,
        () -> {
          printFigures(output);
          print("%s", line("environment", output.path("environment")));
        });
    return 0;
  }

  /**
   * Measures.
   *
   * @param folder empty; deleted afterwards
   * @return the members of the printed object
   */
  abstract Map<String, Object> measure(Path folder) throws Exception;

  /** Prints all but the environment as text: settings in one line, then a line per value. */
  void printFigures(JsonNode output) {
    JsonNode ranges = output.path("ranges");
    output
        .fields()
        .forEachRemaining(
            member -> {
              String name = member.getKey();
              if (name.equals("environment") || name.equals("ranges")) {
                return;
              }
              BenchmarkOutput.leaves(name, member.getValue())
                  .forEach(
                      (path, leaf) -> {
                        JsonNode range = ranges.path(path);
                        String text = "%s: %s".formatted(path, text(leaf));
                        print(
                            "%s",
                            range.isMissingNode()
                                ? text
                                : "%s (%s to %s)"
                                    .formatted(text, text(range.get(0)), text(range.get(1))));
                      });
            });
  }

  private static String line(String name, JsonNode members) {
    return BenchmarkOutput.leaves(name, members).entrySet().stream()
        .map(e -> e.getKey().substring(name.length() + 1) + " " + text(e.getValue()))
        .collect(Collectors.joining(", ", name + ": ", ""));
  }

  private static String text(JsonNode value) {
    return value.isFloatingPointNumber() && Double.isFinite(value.doubleValue())
        ? text(value.doubleValue())
        : value.asText();
  }

  static String text(double value) {
    if (!Double.isFinite(value)) {
      return Double.toString(value);
    }
    BigDecimal rounded = new BigDecimal(value).round(DIGITS).stripTrailingZeros();
    return rounded.toPlainString();
  }

  /** Prints a line of text at once, unless the user asked for JSON. */
  void printRow(String format, Object... values) {
    if (!json()) {
      out().println(String.format(Locale.ROOT, format, values));
      out().flush();
    }
  }

  /** Prints a line on standard error at once. */
  void report(String line) {
    err().println(line);
    err().flush();
  }

  Map<String, Object> environment(ModelBundle bundle) {
    Map<String, Object> environment = environment();
    environment.put("model", bundle.id());
    environment.put("modelDigest", bundle.digest());
    return environment;
  }

  Map<String, Object> environment() {
    return Machine.describe(load);
  }
}
