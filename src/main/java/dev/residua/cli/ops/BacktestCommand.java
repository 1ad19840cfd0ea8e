package dev.residua.cli.ops;

import dev.residua.anomaly.AnomalySettings;
import dev.residua.app.model.Models;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Failures;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.KafkaOptions;
import dev.residua.cli.console.ProgressBar;
import dev.residua.cli.console.RegistryOptions;
import dev.residua.dataset.FrameDataset;
import dev.residua.dataset.LabelTable;
import dev.residua.drift.FalseAlarmBudget;
import dev.residua.drift.FalseAlarmBudget.Period;
import dev.residua.frame.Frame;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.FramePosition;
import dev.residua.frame.FrameTiming;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelFormat;
import dev.residua.frame.RejectedFrameException;
import dev.residua.incident.IncidentSettings;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.monitor.Backtest;
import dev.residua.monitor.Backtest.Truth;
import dev.residua.monitor.MonitorModel;
import dev.residua.monitor.SourceMonitor;
import dev.residua.scoring.FrameBatch;
import dev.residua.scoring.FrameIntake;
import dev.residua.scoring.ReconstructionPlan;
import dev.residua.scoring.ReferenceSettings;
import dev.residua.scoring.ScoringModel;
import dev.residua.scoring.Stages;
import dev.residua.wire.FrameReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code backtest}: the monitor's own code on stored frames. */
@Command(
    name = "backtest",
    description = {
      "Evaluates stored frames as the service would: every event, and where the labels say what"
          + " happened, delay, misses, false incidents, localisation and confusion of kinds.",
      "Frames come from a data set (--data), or from a topic of frames (--from-topic, --offsets)."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
public final class BacktestCommand implements Callable<Integer> {
  private static final int BATCH = 32;
  private static final int LARGEST = Integer.MAX_VALUE;
  private static final FrameLimits LIMITS = new FrameLimits(LARGEST, LARGEST, LARGEST);
  private static final Duration SILENCE = Duration.ofSeconds(5);

  @Option(
      names = "--model",
      paramLabel = "FILE",
      description = "Model bundle (default: the one that ships with the product).")
  @Nullable Path model;

  @Option(names = "--data", paramLabel = "DIR", description = "Data set with the frames.")
  @Nullable Path data;

  @Option(names = "--from-topic", paramLabel = "TOPIC", description = "Topic with the frames.")
  @Nullable String topic;

  @Option(
      names = "--reference-roots",
      split = ",",
      paramLabel = "URI",
      description = "With --from-topic: places under which frames may lie that refer to them.")
  List<URI> referenceRoots = List.of();

  @Option(
      names = "--offsets",
      paramLabel = "A..B",
      description =
          "With --from-topic: offsets of every partition, the last one not included; either may be"
              + " left out.")
  String offsets = "..";

  @Option(
      names = "--false-alarms-per-week",
      paramLabel = "N",
      description = "False alarms that one source may give in a week.")
  double falseAlarms = 1;

  @Option(
      names = "--frames-per-second",
      paramLabel = "F",
      description = "Pace of a source; also dates the frames of a data set.")
  double framesPerSecond = 20;

  @Option(
      names = "--grace",
      paramLabel = "FRAMES",
      description = "Frames after a known event in which what is said still counts for it.")
  int grace = 200;

  @Option(names = "--json", description = "Print the result as JSON.")
  boolean json;

  @Mixin KafkaOptions kafka = new KafkaOptions();
  @Mixin RegistryOptions registry = new RegistryOptions();

  @CommandLine.Spec CommandLine.Model.CommandSpec spec;

  /** Frames that could not be decoded, and the first reason. */
  private int refused;

  private @Nullable String whyRefused;

  /** Whether the labels say what happened. */
  private boolean labelled;

  @Override
  public Integer call() {
    if ((data == null) == (topic == null)) {
      throw new CommandFailedException("give either --data or --from-topic");
    }
    if (grace < 0) {
      throw new CommandFailedException("--grace must be at least 0 but was " + grace);
    }
    try {
      ModelBundle bundle = Models.read(Optional.ofNullable(model));
      MonitorModel monitored =
          Models.monitor(
              bundle,
              AnomalySettings.DEFAULTS,
              new FalseAlarmBudget(falseAlarms, Period.WEEK, framesPerSecond).runLength(),
              IncidentSettings.DEFAULTS);
      Backtest backtest = new Backtest(new SourceMonitor.Thresholds(monitored), grace);
      List<Truth> truths = new ArrayList<>();
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
        if (data != null) {
          FrameDataset set = FrameDataset.open(data);
          evaluate(set, batch, backtest, bar);
          truths.addAll(truths(set));
          labelled = set.labels().has(FrameDataset.EVENT_COLUMN);
        } else if (topic != null) {
          evaluate(topic, batch, backtest, bar);
        }
        batch.score().forEach(backtest::next);
      }
      print(bundle, monitored, backtest, truths);
      return 0;
    } catch (BadBundleException | IOException | IllegalArgumentException e) {
      throw new CommandFailedException(Failures.reason(e), e);
    } catch (KafkaException e) {
      throw kafka.failed("reading " + topic, e);
    }
  }

  private void evaluate(FrameDataset set, FrameBatch batch, Backtest backtest, ProgressBar bar)
      throws IOException {
    ImageShape shape = set.shape();
    for (int i = 0; i < set.size(); i++) {
      add(
          batch,
          new Frame(
              set.name(),
              i,
              Instant.EPOCH.plusNanos((long) (i * 1e9 / framesPerSecond)),
              shape.width(),
              shape.height(),
              shape.channels() == 1 ? PixelFormat.GRAY8 : PixelFormat.RGB8,
              set.read(i, 1),
              Map.of()),
          new FramePosition(set.name(), 0, i));
      if (batch.isFull()) {
        batch.score().forEach(backtest::next);
      }
      bar.update((i + 1.0) / set.size());
    }
  }

  private void add(FrameBatch batch, Frame frame, FramePosition position) {
    try {
      batch.add(frame, position, FrameTiming.ON_TIME);
    } catch (RejectedFrameException e) {
      refuse(position, e);
    }
  }

  private void refuse(FramePosition position, RejectedFrameException e) {
    refused++;
    if (whyRefused == null) {
      whyRefused = position + ": " + e.getMessage();
    }
  }

  private void evaluate(String from, FrameBatch batch, Backtest backtest, ProgressBar bar) {
    long[] range = range(offsets);
    FrameIntake intake =
        FrameIntake.stored(
            new FrameReader(LIMITS, registry.settings()),
            new ReferenceSettings(referenceRoots, LARGEST, ReferenceSettings.NONE.timeout()),
            Clock.systemUTC());
    try (Consumer<byte[], byte[]> consumer =
        kafka.clients().follower(new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(from, Duration.ofSeconds(10)).stream()
              .map(p -> new TopicPartition(p.topic(), p.partition()))
              .toList();
      if (partitions.isEmpty()) {
        throw new CommandFailedException(
            "there is no topic %s on %s".formatted(from, kafka.bootstrap));
      }
      Map<TopicPartition, Long> ends = new HashMap<>(consumer.endOffsets(partitions));
      Map<TopicPartition, Long> starts = consumer.beginningOffsets(partitions);
      ends.replaceAll((partition, end) -> Math.min(end, range[1]));
      consumer.assign(partitions);
      long total = 0;
      for (TopicPartition partition : partitions) {
        long start = Math.max(starts.getOrDefault(partition, 0L), range[0]);
        consumer.seek(partition, start);
        total += Math.max(0, ends.getOrDefault(partition, 0L) - start);
      }
      long seen = 0;
      long lastNanos = System.nanoTime();
      while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.getOrDefault(p, 0L))) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(250))) {
          lastNanos = System.nanoTime();
          TopicPartition partition = new TopicPartition(record.topic(), record.partition());
          if (record.offset() < ends.getOrDefault(partition, 0L)) {
            try {
              intake.admit(record, batch);
            } catch (RejectedFrameException e) {
              refuse(new FramePosition(record.topic(), record.partition(), record.offset()), e);
            }
            if (batch.isFull()) {
              batch.score().forEach(backtest::next);
            }
            bar.update(Math.min(1, ++seen / (double) Math.max(1, total)));
          }
        }
        if (System.nanoTime() - lastNanos > SILENCE.toNanos()) {
          break; // what is left was aborted or compacted away
        }
      }
    }
  }

  /** The two ends of {@code A..B}. */
  static long[] range(String text) {
    String[] ends = text.split("\\.\\.", -1);
    try {
      if (ends.length == 2) {
        long from = ends[0].isEmpty() ? 0 : Long.parseLong(ends[0]);
        long to = ends[1].isEmpty() ? Long.MAX_VALUE : Long.parseLong(ends[1]);
        if (from >= 0 && from < to) {
          return new long[] {from, to};
        }
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw new CommandFailedException(
        "--offsets must be A..B with 0 <= A < B, such as 100..2000, but was '%s'".formatted(text));
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
      ModelBundle bundle, MonitorModel monitored, Backtest backtest, List<Truth> truths) {
    PrintWriter out = spec.commandLine().getOut();
    Backtest.Comparison comparison = backtest.compare(truths);
    if (json) {
      out.println(Json.of(asMap(bundle, monitored, backtest, truths, comparison)));
      return;
    }
    for (Backtest.Event event : backtest.events()) {
      out.printf(
          "%s #%d  %s (%s): %s%n",
          event.source(),
          event.sequence(),
          event.type(),
          event.kind().toLowerCase(java.util.Locale.ROOT),
          event.sentence());
    }
    out.printf(
        "%,d frames evaluated at one false alarm in %,.0f frames%s%n",
        backtest.frames(),
        monitored.targetRunLength(),
        refused == 0 ? "" : "; %d refused, the first: %s".formatted(refused, whyRefused));
    if (!truths.isEmpty()) {
      comparison
          .byKind()
          .forEach(
              (kind, result) ->
                  out.printf(
                      "%-24s %d of %d detected, mean delay %.1f frames, %d of %d named, called"
                          + " %s%n",
                      kind,
                      result.detected(),
                      result.events(),
                      result.meanDelay(),
                      result.named(),
                      result.nameable(),
                      result.kinds()));
    }
    if (labelled) {
      out.printf(
          "%d false incidents in %,d quiet frames%n",
          comparison.falseIncidents(), comparison.quietFrames());
    } else {
      out.printf("%d incidents opened; no labels say what happened%n", comparison.falseIncidents());
    }
  }

  private Map<String, Object> asMap(
      ModelBundle bundle,
      MonitorModel monitored,
      Backtest backtest,
      List<Truth> truths,
      Backtest.Comparison comparison) {
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("model", bundle.id());
    result.put("frames", backtest.frames());
    result.put("refused", refused);
    result.put("targetRunLength", monitored.targetRunLength());
    result.put(
        "events",
        backtest.events().stream()
            .map(
                e -> {
                  Map<String, Object> event = new LinkedHashMap<>();
                  event.put("source", e.source());
                  event.put("type", e.type());
                  event.put("kind", e.kind());
                  event.put("sequence", e.sequence());
                  event.put("firstSequence", e.firstSequence());
                  event.put("latent", e.latent());
                  event.put("evidence", number(e.evidence()));
                  event.put("incidentId", e.incidentId());
                  event.put("sentence", e.sentence());
                  return event;
                })
            .toList());
    if (labelled) {
      result.put("quietFrames", comparison.quietFrames());
      result.put("falseIncidents", comparison.falseIncidents());
      result.put("falseIncidentsPer10000", number(comparison.falseIncidentsPer10000()));
    }
    if (!truths.isEmpty()) {
      Map<String, Object> kinds = new LinkedHashMap<>();
      comparison
          .byKind()
          .forEach(
              (kind, r) -> {
                Map<String, Object> one = new LinkedHashMap<>();
                one.put("events", r.events());
                one.put("detected", r.detected());
                one.put("missed", r.events() - r.detected());
                one.put("meanDelay", number(r.meanDelay()));
                one.put("named", r.named());
                one.put("nameable", r.nameable());
                one.put("kinds", r.kinds());
                kinds.put(kind, one);
              });
      result.put("byKind", kinds);
    }
    return result;
  }

  private static @Nullable Double number(double value) {
    return Double.isFinite(value) ? value : null;
  }
}
