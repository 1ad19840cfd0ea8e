package dev.residua.bench.commands;

import dev.residua.app.model.Models;
import dev.residua.bench.alternatives.AlternativesTrial;
import dev.residua.bench.alternatives.AlternativesTrial.Method;
import dev.residua.bench.alternatives.AlternativesTrial.Row;
import dev.residua.bench.alternatives.Recording;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.JsonCommand;
import dev.residua.cli.console.ModelOption;
import dev.residua.cli.console.ProgressBar;
import dev.residua.dataset.FrameDataset;
import dev.residua.drift.DriftSettings;
import dev.residua.frame.ImageShape;
import dev.residua.model.BadBundleException;
import dev.residua.scoring.ScoringModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench alternatives}: this product against what a team would try first. */
@Command(
    name = "alternatives",
    description = {
      "Watches recorded events with this product and with what one would try first: principal"
          + " components, nearest patches as PatchCore, reconstruction error, largest shift.",
      "All learn from the same usual frames and have the same rate of false alarms. Frames are those"
          + " of data sets whose labels name the events, as 'dataset generate --scenario' writes"
          + " them."
    })
final class BenchAlternatives extends JsonCommand {
  @Mixin ModelOption model = new ModelOption();

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
  public Integer call() throws IOException, BadBundleException {
    try (ScoringModel scoring = Models.scoring(model.read(), 1);
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
      print(result, learned.size());
    }
    return 0;
  }

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

  private void print(AlternativesTrial.Result result, int learned) {
    print(
        Json.map(
            "benchmark", "alternatives",
            "learnedFrames", learned,
            "rows", result.rows(),
            "microsecondsPerFrame", result.microseconds(),
            "usualFrames", result.usualFrames(),
            "environment", BenchmarkCommand.environment()),
        () -> {
          for (Method method : Method.values()) {
            List<Row> rows = result.rows().stream().filter(row -> row.method() == method).toList();
            print(
                "%s: %d of %d detected, %s named, %d false alarms in %,d frames, %.0f us per frame",
                method.label(),
                rows.stream().mapToInt(Row::detected).sum(),
                rows.stream().mapToInt(Row::recordings).sum(),
                method.names()
                    ? "%d of %d"
                        .formatted(
                            rows.stream().mapToInt(Row::named).sum(),
                            rows.stream().mapToInt(Row::nameable).sum())
                    : "none",
                rows.stream().mapToInt(Row::falseAlarms).sum(),
                result.usualFrames(),
                result.microseconds().getOrDefault(method, Double.NaN));
            rows.forEach(row -> print("  %s", text(row)));
          }
        });
  }

  private static String text(Row row) {
    return String.format(
        Locale.ROOT,
        "%-26s %2d/%2d detected%s%s",
        row.event(),
        row.detected(),
        row.recordings(),
        row.method().names() && row.nameable() > 0
            ? ", %d/%d named".formatted(row.named(), row.nameable())
            : "",
        row.detected() > 0 ? String.format(Locale.ROOT, ", after %.0f frames", row.delay()) : "");
  }
}
