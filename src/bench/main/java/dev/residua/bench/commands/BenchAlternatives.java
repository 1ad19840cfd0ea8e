package dev.residua.bench.commands;

import com.fasterxml.jackson.databind.JsonNode;
import dev.residua.bench.alternatives.AlternativesTrial;
import dev.residua.bench.alternatives.AlternativesTrial.Method;
import dev.residua.bench.alternatives.AlternativesTrial.Row;
import dev.residua.bench.alternatives.Recording;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.ProgressBar;
import dev.residua.dataset.FrameDataset;
import dev.residua.drift.DriftSettings;
import dev.residua.frame.ImageShape;
import dev.residua.model.BadBundleException;
import dev.residua.runtime.BundleOpener;
import dev.residua.runtime.ScoringModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bench alternatives}: this product against methods that a team would try first. */
@Command(
    name = "alternatives",
    description = {
      "Watches recorded events with this product and with the usual first choices: principal"
          + " components, nearest patches as PatchCore, reconstruction error, largest shift.",
      "All learn from the same usual frames and have the same rate of false alarms. Frames are those"
          + " of data sets whose labels name the events, as 'dataset generate --scenario' writes"
          + " them.",
      "Prints a table: of how many recordings the event was detected, in how many of these the right"
          + " latent was named, and after how many frames (median)."
    })
final class BenchAlternatives extends BenchmarkCommand.OfModel {
  @Option(
      names = "--usual",
      required = true,
      paramLabel = "DIR",
      description =
          "Data set of usual frames that did not train the model, 2,000 or more; the last fifth is"
              + " kept for defects.")
  Path usual = Path.of("");

  @Option(
      names = "--events",
      split = ",",
      required = true,
      paramLabel = "DIR",
      description = "Data sets with events.")
  List<Path> events = new ArrayList<>();

  @Option(
      names = "--defects",
      paramLabel = "N",
      defaultValue = "10",
      description = "Recordings of each defect that is drawn on usual frames; 0 for none.")
  int defects;

  @Option(
      names = "--false-alarms-per-week",
      paramLabel = "N",
      defaultValue = "1",
      description = "False alarms per week at 20 frames per second.")
  double falseAlarms;

  @Option(names = "--seed", paramLabel = "S", defaultValue = "1", description = "Seed.")
  long seed;

  @Override
  Map<String, Object> measure(Path work) throws IOException, BadBundleException {
    try (ScoringModel scoring = BundleOpener.scoring(model.read(), 1);
        ProgressBar bar = new ProgressBar("bench alternatives")) {
      ImageShape shape = scoring.scorer().imageShape();
      List<byte[]> all = pictures(open(usual, shape));
      List<byte[]> learned = all.subList(0, all.size() * 4 / 5);
      List<Recording> recordings = new ArrayList<>();
      for (Path folder : events) {
        recordings.addAll(recordings(open(folder, shape)));
      }
      recordings.addAll(
          Recording.defects(all.subList(learned.size(), all.size()), shape, defects, seed));
      AlternativesTrial.Result result =
          new AlternativesTrial(
                  scoring,
                  model.monitor(falseAlarms, 20),
                  learned,
                  DriftSettings.DEFAULTS,
                  seed,
                  bar::update)
              .run(recordings);
      printTable(result);
      return Json.map(
          "benchmark", "alternatives",
          "learnedFrames", learned.size(),
          "rows", result.rows(),
          "microsecondsPerFrame", result.microseconds(),
          "usualFrames", result.usualFrames(),
          "environment", environment());
    } catch (IllegalArgumentException | IllegalStateException e) {
      throw new CommandFailedException(String.valueOf(e.getMessage()));
    }
  }

  @Override
  void printFigures(JsonNode output) {} // they are printed as a table

  private static FrameDataset open(Path folder, ImageShape shape) throws IOException {
    FrameDataset set = FrameDataset.open(folder);
    if (!set.shape().equals(shape)) {
      throw new CommandFailedException(
          "%s has frames of %s, but the model reads %s".formatted(folder, set.shape(), shape));
    }
    return set;
  }

  private static List<Recording> recordings(FrameDataset set) {
    if (!set.labels().has(FrameDataset.EVENT_COLUMN)) {
      throw new CommandFailedException(
          "data set %s has no column %s".formatted(set.name(), FrameDataset.EVENT_COLUMN));
    }
    return Recording.events(set);
  }

  private static List<byte[]> pictures(FrameDataset set) {
    List<byte[]> pictures = new ArrayList<>();
    for (int i = 0; i < set.size(); i++) {
      pictures.add(set.read(i, 1));
    }
    return pictures;
  }

  private void printTable(AlternativesTrial.Result result) {
    printRow("| what happens |%s", cells(Method::label));
    printRow("|---|%s", "---|".repeat(Method.values().length));
    List<String> happenings = result.rows().stream().map(Row::event).distinct().toList();
    for (String happening : happenings) {
      printRow(
          "| %s |%s",
          happening.replace('_', ' '), cells(method -> cell(result.rows(), method, happening)));
    }
    printRow("| **all** |%s", cells(method -> total(result.rows(), method)));
    printRow(
        "| false alarms in %,d frames |%s",
        result.usualFrames(), cells(method -> Integer.toString(early(result.rows(), method))));
    printRow(
        "| processor time per frame, us |%s",
        cells(
            method ->
                String.format(
                    Locale.ROOT, "%.0f", result.microseconds().getOrDefault(method, Double.NaN))));
  }

  private static String cells(Function<Method, String> cell) {
    return Arrays.stream(Method.values())
        .map(method -> " " + cell.apply(method) + " |")
        .collect(Collectors.joining());
  }

  /** Detected, named, and the delay of one method and kind of event. */
  private static String cell(List<Row> rows, Method method, String happening) {
    Row row =
        rows.stream()
            .filter(one -> one.method() == method && one.event().equals(happening))
            .findFirst()
            .orElseThrow();
    String counts = counts(method, row.detected(), row.recordings(), row.named(), row.nameable());
    return row.detected() == 0
        ? counts
        : counts + String.format(Locale.ROOT, ", in %.0f", row.delay());
  }

  private static String total(List<Row> rows, Method method) {
    List<Row> own = rows.stream().filter(row -> row.method() == method).toList();
    return counts(
        method,
        own.stream().mapToInt(Row::detected).sum(),
        own.stream().mapToInt(Row::recordings).sum(),
        own.stream().mapToInt(Row::named).sum(),
        own.stream().mapToInt(Row::nameable).sum());
  }

  private static String counts(
      Method method, int detected, int recordings, int named, int nameable) {
    String counts = "%d of %d".formatted(detected, recordings);
    return method.names() && nameable > 0 ? "%s, named %d".formatted(counts, named) : counts;
  }

  private static int early(List<Row> rows, Method method) {
    return rows.stream().filter(row -> row.method() == method).mapToInt(Row::falseAlarms).sum();
  }
}
