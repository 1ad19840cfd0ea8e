package dev.residua.cli.ops;

import dev.residua.anomaly.ReconstructionPlan;
import dev.residua.app.config.ServerConfiguration;
import dev.residua.app.process.StartFailedException;
import dev.residua.app.roles.MonitorRole;
import dev.residua.causal.DetailStatistics;
import dev.residua.causal.ScoredFrame;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Failures;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.JsonCommand;
import dev.residua.cli.console.KafkaOptions;
import dev.residua.cli.console.ModelOption;
import dev.residua.cli.console.OffsetRange;
import dev.residua.cli.console.ProgressBar;
import dev.residua.cli.console.S3Options;
import dev.residua.cli.console.SetDetails;
import dev.residua.cli.console.SettingOptions;
import dev.residua.commissioning.CommissioningReport;
import dev.residua.dataset.FrameDataset;
import dev.residua.dataset.LabelTable;
import dev.residua.frame.Frame;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.FramePosition;
import dev.residua.frame.FrameTiming;
import dev.residua.frame.RejectedFrameException;
import dev.residua.frame.SceneName;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.monitor.Backtest;
import dev.residua.monitor.Backtest.Truth;
import dev.residua.monitor.BacktestComparison;
import dev.residua.monitor.MonitorModel;
import dev.residua.monitor.MonitorThresholds;
import dev.residua.monitor.SourceSettings;
import dev.residua.runtime.BundleOpener;
import dev.residua.runtime.FrameBatch;
import dev.residua.runtime.ScoringModel;
import dev.residua.scoring.FrameIntake;
import dev.residua.scoring.ReferenceSettings;
import dev.residua.scoring.Stages;
import dev.residua.source.SourceRule;
import dev.residua.wire.FrameReader;
import dev.residua.wire.Topic;
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
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code backtest}: runs the monitor's code on stored frames. */
@Command(
    name = "backtest",
    description = {
      "Evaluates stored frames as the service does and prints every event. If the labels name the"
          + " true events: delay, misses, false incidents, localisation and confusion of kinds too.",
      "Frames come from a data set (--data), or from a topic of frames or scores (--from-topic,"
          + " --offsets).",
      "--compare shows what other settings would change, on the same frames."
    })
public final class BacktestCommand extends JsonCommand {
  private static final int BATCH = 32;
  private static final int LARGEST = Integer.MAX_VALUE;
  private static final FrameLimits LIMITS = new FrameLimits(LARGEST, LARGEST, LARGEST);

  @Mixin ModelOption model = new ModelOption();

  @Option(
      names = "--scene",
      paramLabel = "SCENE",
      description = "With --from-topic and without --model: scene whose active model is used.")
  String scene = SceneName.DEFAULT;

  @Option(names = "--data", paramLabel = "DIR", description = "Data set with the frames.")
  @Nullable Path data;

  @Option(
      names = "--from-topic",
      paramLabel = "TOPIC",
      description = "Topic with the frames, or the topic of scores: faster, as nothing is scored.")
  @Nullable String topic;

  @Option(
      names = "--reference-roots",
      split = ",",
      paramLabel = "URI",
      description =
          "With --from-topic: folders or buckets that frames may refer to instead of holding pixels.")
  List<URI> referenceRoots = List.of();

  @Mixin S3Options s3 = new S3Options();

  private final SettingOptions place =
      new SettingOptions(SourceRule.SETTINGS.fields(Set.of("location", "timeZone")));

  @Spec
  void options(CommandSpec command) {
    place.addTo(command);
  }

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
          "Let each source learn its normal state from its first frames, as the service does.")
  boolean commissioned;

  @Option(
      names = "--compare",
      arity = "2",
      paramLabel = "SETTINGS",
      description =
          "Compare two settings: each a properties file with the differences from today's settings, or . for those,"
              + " which serve would have here. Only residua.incidents.*, residua.anomaly.* and, with --commissioned,"
              + " residua.sources.commissioning matter.")
  List<String> compare = List.of();

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "With --compare: properties file of the server, if there is one.")
  Path config = Path.of(ServerConfiguration.FILE);

  @Mixin KafkaOptions kafka = new KafkaOptions();

  /** Frames that could not be decoded, and the first reason. */
  private int refused;

  private @Nullable String firstRefusal;

  @Override
  public Integer call() throws IOException, BadBundleException, StartFailedException {
    if ((data == null) == (topic == null)) {
      throw new CommandFailedException("give either --data or --from-topic");
    }
    atLeast(0, "--grace", grace);
    FrameDataset set = data == null ? null : FrameDataset.open(data);
    if (topic != null) {
      model.read(kafka, () -> scene);
    }
    if (!compare.isEmpty()) {
      compare(set);
      return 0;
    }
    MonitorModel monitored = model.monitor(falseAlarms, framesPerSecond);
    Backtest backtest = backtest(monitored, commissioned);
    evaluate(set, List.of(backtest));
    print(monitored, backtest, set);
    return 0;
  }

  private Backtest backtest(MonitorModel monitored, boolean learns) {
    return new Backtest(
        new MonitorThresholds(monitored), grace, SourceSettings.NONE.withCommissioned(learns));
  }

  private void compare(@Nullable FrameDataset set)
      throws IOException, BadBundleException, StartFailedException {
    if (isGiven("--false-alarms-per-week")) {
      throw new CommandFailedException(
          "--compare takes the false alarms from the settings; write residua.incidents.false-alarms-per-week into a file instead of --false-alarms-per-week");
    }
    ModelBundle bundle = model.read();
    List<BacktestSettings> settings = new ArrayList<>();
    List<MonitorModel> models = new ArrayList<>();
    List<Backtest> backtests = new ArrayList<>();
    for (String name : compare) {
      BacktestSettings one = BacktestSettings.read(name, config);
      MonitorModel monitored = MonitorRole.model(bundle, one.config());
      settings.add(one);
      models.add(monitored);
      backtests.add(backtest(monitored, commissioned && one.config().sources().commissioning()));
    }
    if (!isGiven("--frames-per-second")) {
      framesPerSecond = settings.get(0).config().incidents().framesPerSecond();
    }
    evaluate(set, backtests);
    if (backtests.get(0).frames() == 0) {
      throw new CommandFailedException("there is no frame to compare on" + refusals());
    }
    ComparisonReport report =
        new ComparisonReport(
            settings.get(0),
            settings.get(1),
            BacktestComparison.of(
                backtests.get(0),
                backtests.get(1),
                set == null ? List.of() : truths(set),
                framesPerSecond),
            backtests.get(0).frames(),
            set != null && set.labels().has(FrameDataset.EVENT_COLUMN),
            models.stream().map(MonitorModel::targetRunLength).toList());
    print(
        report.json(),
        () -> {
          report.lines(width()).forEach(out()::println);
          if (refused > 0) {
            print("%d frames refused, the first: %s", refused, firstRefusal);
          }
        });
  }

  private String refusals() {
    return refused == 0 ? "" : ": %d were refused, the first: %s".formatted(refused, firstRefusal);
  }

  /** Evaluates all frames by each of some backtests. */
  private void evaluate(@Nullable FrameDataset set, List<Backtest> backtests)
      throws IOException, BadBundleException {
    Consumer<ScoredFrame> each = frame -> backtests.forEach(backtest -> backtest.next(frame));
    Topic<String, ScoredFrame> scores = kafka.topics().scores();
    if (topic != null && topic.equals(scores.name())) {
      try (ProgressBar bar = new ProgressBar("evaluating")) {
        String id = model.read().id();
        kafka.read(topic, offsets, record -> stored(record, scores, id, each), bar::update);
      }
      return;
    }
    try (ScoringModel scoring = BundleOpener.scoring(model.read(), 1);
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
        evaluate(set, details, batch, each, bar);
      } else if (topic != null) {
        SourceRule rule = place.rule();
        FrameIntake intake =
            FrameIntake.stored(
                new FrameReader(LIMITS, kafka.registry()),
                new ReferenceSettings(
                    referenceRoots,
                    LARGEST,
                    ReferenceSettings.NONE.timeout(),
                    ReferenceSettings.NONE.share(),
                    s3.access()),
                Clock.systemUTC());
        kafka.read(
            topic,
            offsets,
            record ->
                evaluate(
                    new FramePosition(record.topic(), record.partition(), record.offset()),
                    () -> intake.admit(FrameReader.source(record.key()), record, rule, batch),
                    batch,
                    each),
            bar::update);
      }
      batch.score().forEach(each);
    }
  }

  /** Evaluates a score that is stored; scores of other models are refused. */
  private void stored(
      ConsumerRecord<byte[], byte[]> record,
      Topic<String, ScoredFrame> scores,
      String modelId,
      Consumer<ScoredFrame> each) {
    String at = new FramePosition(record.topic(), record.partition(), record.offset()) + ": ";
    try {
      ScoredFrame frame = scores.read(record.value());
      if (frame.modelId().equals(modelId)) {
        each.accept(frame);
      } else {
        refuse(at + "it is of model %s; give that with --model".formatted(frame.modelId()));
      }
    } catch (SerializationException e) {
      refuse(at + Failures.reason(e));
    }
  }

  private void refuse(String why) {
    refused++;
    if (firstRefusal == null) {
      firstRefusal = why;
    }
  }

  private void evaluate(
      FrameDataset set,
      @Nullable SetDetails details,
      FrameBatch batch,
      Consumer<ScoredFrame> each,
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
          each);
      bar.update((i + 1.0) / set.size());
    }
  }

  /** Adds a frame to a batch. */
  private interface Admission {
    void run() throws RejectedFrameException;
  }

  private void evaluate(
      FramePosition position, Admission admission, FrameBatch batch, Consumer<ScoredFrame> each) {
    try {
      admission.run();
    } catch (RejectedFrameException e) {
      refuse(position + ": " + e.getMessage());
    }
    if (batch.isFull()) {
      batch.score().forEach(each);
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

  private void print(MonitorModel monitored, Backtest backtest, @Nullable FrameDataset set) {
    List<Truth> truths = set == null ? List.of() : truths(set);
    boolean labelled = set != null && set.labels().has(FrameDataset.EVENT_COLUMN);
    Backtest.Comparison comparison = backtest.compare(truths);
    Map<String, Object> result =
        Json.map(
            "model", monitored.id(),
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
          event.summary().headline());
      print("  %s", event.summary().explanation());
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
        "headline", event.summary().headline(),
        "explanation", event.summary().explanation());
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
