package dev.residua.cli.ops;

import dev.residua.app.model.Models;
import dev.residua.causal.DetailStatistics;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.JsonCommand;
import dev.residua.cli.console.KafkaOptions;
import dev.residua.cli.console.ModelOption;
import dev.residua.cli.console.OffsetRange;
import dev.residua.cli.console.ProgressBar;
import dev.residua.cli.console.RegistryOptions;
import dev.residua.cli.console.SetDetails;
import dev.residua.commissioning.CommissioningReport;
import dev.residua.dataset.FrameDataset;
import dev.residua.dataset.LabelTable;
import dev.residua.frame.Frame;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.FramePosition;
import dev.residua.frame.FrameTiming;
import dev.residua.frame.RejectedFrameException;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.monitor.Backtest;
import dev.residua.monitor.Backtest.Truth;
import dev.residua.monitor.MonitorModel;
import dev.residua.monitor.SourceMonitor;
import dev.residua.monitor.SourceSettings;
import dev.residua.scoring.FrameBatch;
import dev.residua.scoring.FrameIntake;
import dev.residua.scoring.ReconstructionPlan;
import dev.residua.scoring.ReferenceSettings;
import dev.residua.scoring.ScoringModel;
import dev.residua.scoring.Stages;
import dev.residua.source.SourceRule;
import dev.residua.wire.FrameReader;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code backtest}: runs the monitor's code on stored frames. */
@Command(
    name = "backtest",
    description = {
      "Evaluates stored frames as the service does and prints every event. If the labels name the"
          + " true events: delay, misses, false incidents, localisation and confusion of kinds too.",
      "Frames come from a data set (--data), or from a topic of frames (--from-topic, --offsets)."
    })
public final class BacktestCommand extends JsonCommand {
  private static final int BATCH = 32;
  private static final int LARGEST = Integer.MAX_VALUE;
  private static final FrameLimits LIMITS = new FrameLimits(LARGEST, LARGEST, LARGEST);

  @Mixin ModelOption model = new ModelOption();

  @Option(names = "--data", paramLabel = "DIR", description = "Data set with the frames.")
  @Nullable Path data;

  @Option(names = "--from-topic", paramLabel = "TOPIC", description = "Topic with the frames.")
  @Nullable String topic;

  @Option(
      names = "--reference-roots",
      split = ",",
      paramLabel = "URI",
      description =
          "With --from-topic: folders or buckets that frames may refer to instead of holding pixels.")
  List<URI> referenceRoots = List.of();

  @Option(
      names = "--offsets",
      paramLabel = "A..B",
      converter = OffsetRange.Converter.class,
      description =
          "With --from-topic: offsets of every partition, from A to before B; either may be missing.",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  OffsetRange offsets = OffsetRange.ALL;

  @Option(
      names = "--false-alarms-per-week",
      paramLabel = "N",
      description = "Accepted number of false alarms per source and week.")
  double falseAlarms = 1;

  @Option(
      names = "--frames-per-second",
      paramLabel = "F",
      description = "Frame rate of a source; also sets the times of the frames of a data set.")
  double framesPerSecond = 20;

  @Option(
      names = "--grace",
      paramLabel = "FRAMES",
      description = "Number of frames after a known event in which a finding still counts for it.")
  int grace = 200;

  @Option(
      names = "--commissioned",
      description =
          "Let each source learn from its first frames what is normal for it, as the service does.")
  boolean commissioned;

  @Mixin KafkaOptions kafka = new KafkaOptions();
  @Mixin RegistryOptions registry = new RegistryOptions();

  /** Frames that could not be decoded, and the first reason. */
  private int refused;

  private @Nullable String firstRefusal;

  @Override
  public Integer call() throws IOException, BadBundleException {
    if ((data == null) == (topic == null)) {
      throw new CommandFailedException("give either --data or --from-topic");
    }
    atLeast(0, "--grace", grace);
    ModelBundle bundle = model.read();
    MonitorModel monitored = model.monitor(falseAlarms, framesPerSecond);
    Backtest backtest =
        new Backtest(
            new SourceMonitor.Thresholds(monitored),
            grace,
            SourceSettings.NONE.withCommissioned(commissioned));
    FrameDataset set = data == null ? null : FrameDataset.open(data);
    try (ScoringModel scoring = Models.scoring(bundle, 1);
        ProgressBar bar = new ProgressBar("evaluating")) {
      FrameBatch batch =
          new FrameBatch(
              scoring,
              LIMITS,
              ReconstructionPlan.EVERY_FRAME,
              BATCH,
              Clock.systemUTC(),
              Stages.NONE);
      if (set != null) {
        SetDetails details =
            SetDetails.of(
                scoring.details(),
                set,
                err(),
                "small defects and the picture as a whole are not monitored");
        evaluate(set, details, batch, backtest, bar);
      } else if (topic != null) {
        FrameIntake intake =
            FrameIntake.stored(
                new FrameReader(LIMITS, registry.settings()),
                new ReferenceSettings(referenceRoots, LARGEST, ReferenceSettings.NONE.timeout()),
                Clock.systemUTC());
        kafka.read(
            topic,
            offsets,
            record ->
                evaluate(
                    new FramePosition(record.topic(), record.partition(), record.offset()),
                    () -> intake.admit(record, SourceRule.DEFAULTS, batch),
                    batch,
                    backtest),
            bar::update);
      }
      batch.score().forEach(backtest::next);
    }
    print(bundle, monitored, backtest, set);
    return 0;
  }

  private void evaluate(
      FrameDataset set,
      @Nullable SetDetails details,
      FrameBatch batch,
      Backtest backtest,
      ProgressBar bar) {
    for (int i = 0; i < set.size(); i++) {
      Instant at = Instant.EPOCH.plusNanos((long) (i * 1e9 / framesPerSecond));
      Frame frame = set.frame(i, set.name(), i, at);
      FramePosition position = new FramePosition(set.name(), 0, i);
      DetailStatistics ofFrame = details == null ? null : details.of(i);
      evaluate(
          position,
          () -> batch.add(frame, position, FrameTiming.ON_TIME, SourceRule.DEFAULTS, ofFrame),
          batch,
          backtest);
      bar.update((i + 1.0) / set.size());
    }
  }

  /** Adds a frame to a batch. */
  private interface Admission {
    void run() throws RejectedFrameException;
  }

  private void evaluate(
      FramePosition position, Admission admission, FrameBatch batch, Backtest backtest) {
    try {
      admission.run();
    } catch (RejectedFrameException e) {
      refused++;
      if (firstRefusal == null) {
        firstRefusal = position + ": " + e.getMessage();
      }
    }
    if (batch.isFull()) {
      batch.score().forEach(backtest::next);
    }
  }

  /** Runs of frames with the same event in the labels. */
  private static List<Truth> truths(FrameDataset set) {
    List<Truth> truths = new ArrayList<>();
    LabelTable labels = set.labels();
    if (!labels.has(FrameDataset.EVENT_COLUMN)) {
      return truths;
    }
    Truth open = null;
    for (int i = 0; i < set.size(); i++) {
      String kind = labels.text(i, FrameDataset.EVENT_COLUMN);
      String node =
          labels.has(FrameDataset.EVENT_NODE_COLUMN)
              ? labels.text(i, FrameDataset.EVENT_NODE_COLUMN)
              : null;
      if (kind == null) {
        continue;
      }
      // Frames between two hits of a sparse event carry no label.
      if (open != null && open.kind().equals(kind) && i - open.last() <= 100) {
        open = new Truth(open.source(), kind, open.node(), open.first(), i);
        truths.set(truths.size() - 1, open);
      } else {
        open = new Truth(set.name(), kind, node, i, i);
        truths.add(open);
      }
    }
    return truths;
  }

  private void print(
      ModelBundle bundle, MonitorModel monitored, Backtest backtest, @Nullable FrameDataset set) {
    List<Truth> truths = set == null ? List.of() : truths(set);
    boolean labelled = set != null && set.labels().has(FrameDataset.EVENT_COLUMN);
    Backtest.Comparison comparison = backtest.compare(truths);
    Map<String, Object> result =
        Json.map(
            "model", bundle.id(),
            "frames", backtest.frames(),
            "refused", refused,
            "targetRunLength", monitored.targetRunLength(),
            "events", backtest.events().stream().map(BacktestCommand::row).toList());
    if (labelled) {
      result.put("quietFrames", comparison.quietFrames());
      result.put("falseIncidents", comparison.falseIncidents());
      result.put("falseIncidentsPer10000", number(comparison.falseIncidentsPer10000()));
    }
    if (!truths.isEmpty()) {
      Map<String, Object> kinds = new LinkedHashMap<>();
      comparison.byKind().forEach((kind, found) -> kinds.put(kind, row(found)));
      result.put("byKind", kinds);
    }
    print(
        result,
        () -> {
          printEvents(backtest, monitored);
          backtest.calibrations().values().forEach(this::printCalibration);
          comparison.byKind().forEach(this::printKind);
          if (labelled) {
            print(
                "%d false incidents in %,d quiet frames",
                comparison.falseIncidents(), comparison.quietFrames());
          } else {
            print("%d incidents opened; no labels name the events", comparison.falseIncidents());
          }
        });
  }

  private void printCalibration(CommissioningReport report) {
    print(
        "%s: calibration %s since frame %d%s",
        report.source(),
        report.status().phase().name().toLowerCase(Locale.ROOT).replace('_', '-'),
        report.sequence(),
        report.status().notes().isEmpty() ? "" : ": " + String.join("; ", report.status().notes()));
  }

  private void printEvents(Backtest backtest, MonitorModel monitored) {
    for (Backtest.Event event : backtest.events()) {
      print(
          "%s #%d  %s (%s): %s",
          event.source(),
          event.sequence(),
          event.type(),
          event.kind().toLowerCase(Locale.ROOT),
          event.sentence());
    }
    print(
        "%,d frames evaluated at one false alarm in %,.0f frames%s",
        backtest.frames(),
        monitored.targetRunLength(),
        refused == 0 ? "" : "; %d refused, the first: %s".formatted(refused, firstRefusal));
  }

  private void printKind(String kind, Backtest.KindResult result) {
    print(
        "%-24s %d of %d detected, mean delay %.1f frames, %d of %d named, called %s",
        kind,
        result.detected(),
        result.events(),
        result.meanDelay(),
        result.named(),
        result.nameable(),
        result.kinds());
  }

  private static Map<String, Object> row(Backtest.Event event) {
    return Json.map(
        "source", event.source(),
        "type", event.type(),
        "kind", event.kind(),
        "sequence", event.sequence(),
        "firstSequence", event.firstSequence(),
        "latent", event.latent(),
        "evidence", number(event.evidence()),
        "incidentId", event.incidentId(),
        "sentence", event.sentence());
  }

  private static Map<String, Object> row(Backtest.KindResult result) {
    return Json.map(
        "events", result.events(),
        "detected", result.detected(),
        "missed", result.events() - result.detected(),
        "meanDelay", number(result.meanDelay()),
        "named", result.named(),
        "nameable", result.nameable(),
        "kinds", result.kinds());
  }

  private static @Nullable Double number(double value) {
    return Double.isFinite(value) ? value : null;
  }
}
