package dev.residua.bench.commands;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.residua.bench.BenchmarkOutput;
import dev.residua.bench.Comparison;
import dev.residua.bench.Comparison.Figure;
import dev.residua.bench.Comparison.Verdict;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Failures;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.JsonCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bench compare}: what got worse or better between two outputs. */
@Command(
    name = "compare",
    description = {
      "Says which figures got worse or better between two outputs of the same benchmark with the same"
          + " settings, made with --json.",
      "A figure got worse if it moved the wrong way by more than half of both ranges of --repeat plus"
          + " the tolerance; the exit code is then 1. It is 2 if the files cannot be compared."
    })
final class BenchCompare extends JsonCommand {
  private static final ObjectMapper WHOLE_FILE =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  @Parameters(index = "0", paramLabel = "BASE", description = "Output before the change.")
  Path base;

  @Parameters(index = "1", paramLabel = "NEW", description = "Output after the change.")
  Path changed;

  @Option(
      names = "--tolerance",
      paramLabel = "PERCENT",
      defaultValue = "10",
      description = "Change in percent of the first value that does not count, at least 0.")
  double tolerance;

  @Override
  public Integer call() {
    if (!(tolerance >= 0 && tolerance < 1e6)) {
      throw new CommandFailedException("--tolerance must be at least 0 but was " + tolerance);
    }
    Comparison comparison = compare();
    long worse = comparison.count(Verdict.WORSE);
    long better = comparison.count(Verdict.BETTER);
    print(
        Json.map(
            "tolerancePercent",
            tolerance,
            "worse",
            worse,
            "better",
            better,
            "same",
            comparison.count(Verdict.SAME),
            "figures",
            comparison.figures(),
            "environment",
            comparison.environment()),
        () -> {
          for (String difference : comparison.environment()) {
            print("different environment: %s", difference);
          }
          for (Verdict verdict : new Verdict[] {Verdict.WORSE, Verdict.BETTER}) {
            comparison.figures().stream()
                .filter(figure -> figure.verdict() == verdict)
                .forEach(figure -> print("%s", line(figure)));
          }
          print(
              "%d worse, %d better, %d the same within their ranges and %s %%",
              worse, better, comparison.count(Verdict.SAME), BenchmarkCommand.text(tolerance));
        });
    return worse > 0 ? 1 : 0;
  }

  private Comparison compare() {
    BenchmarkOutput first = read(base);
    BenchmarkOutput second = read(changed);
    try {
      return Comparison.of(first, second, tolerance / 100);
    } catch (IllegalArgumentException e) {
      throw wrongUsage("cannot compare %s and %s: %s".formatted(base, changed, e.getMessage()));
    }
  }

  private BenchmarkOutput read(Path file) {
    try {
      return BenchmarkOutput.of(WHOLE_FILE.readTree(Files.readString(file)));
    } catch (JsonProcessingException e) {
      throw wrongUsage("%s is not JSON: make it with bench ... --json".formatted(file));
    } catch (IOException e) {
      throw wrongUsage("cannot read %s: %s".formatted(file, Failures.reason(e)));
    } catch (IllegalArgumentException e) {
      throw wrongUsage("%s %s".formatted(file, e.getMessage()));
    }
  }

  private static String line(Figure figure) {
    String change =
        Double.isNaN(figure.change())
            ? ""
            : String.format(Locale.ROOT, " (%+.1f %%)", 100 * figure.change());
    String spread =
        figure.spread() > 0 ? ", ranges +- " + BenchmarkCommand.text(figure.spread()) : "";
    return "%s %s: %s, was %s%s%s"
        .formatted(
            figure.verdict() == Verdict.WORSE ? "worse " : "better",
            figure.path(),
            BenchmarkCommand.text(figure.now()),
            BenchmarkCommand.text(figure.base()),
            change,
            spread);
  }
}
