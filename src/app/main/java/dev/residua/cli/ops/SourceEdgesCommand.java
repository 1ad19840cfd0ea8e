package dev.residua.cli.ops;

import dev.residua.anomaly.AnomalyCalibration;
import dev.residua.causal.CausalGraph;
import dev.residua.causal.ScoredFrame;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.JsonCommand;
import dev.residua.cli.console.KafkaOptions;
import dev.residua.cli.console.ModelOption;
import dev.residua.cli.console.OffsetRange;
import dev.residua.cli.console.ProgressBar;
import dev.residua.intervention.EdgeReading;
import dev.residua.intervention.GraphCheck;
import dev.residua.intervention.GraphReference;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.wire.Topic;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code source edges}: checks the graph of a model on stored scores of one source. */
@Command(
    name = "edges",
    description = {
      "Checks on stored scores of one source whether the edges of the model's graph still hold.",
      "Prints for each edge the influence of the cause on its effect (1 as trained, 0 none), the"
          + " influence on the model's calibration frames, and the p-value of no difference between"
          + " the two. The second is below 1 because the encoder reads latents with error. Prints"
          + " for other pairs whether they depend on each other more than on the calibration frames."
          + " Choose a period without incidents."
    })
final class SourceEdgesCommand extends JsonCommand {
  @Mixin KafkaOptions kafka = new KafkaOptions();
  @Mixin ModelOption model = new ModelOption();

  @Parameters(
      paramLabel = "SOURCE",
      description = "Name of the source.",
      showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER)
  String source = "";

  @Option(
      names = "--frames",
      paramLabel = "N",
      description = "Frames to use, the last ones: 200 to 20000.")
  int frames = 2_000;

  @Option(
      names = "--offsets",
      paramLabel = "A..B",
      converter = OffsetRange.Converter.class,
      description = "Offsets of the topic of scores, from A to before B; either may be missing.",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  OffsetRange offsets = OffsetRange.ALL;

  /** The last scores of one source by one model, without those that lack a variable. */
  static final class LastScores {
    private final String source;
    private final String modelId;
    private final int most;
    private final ArrayDeque<ScoredFrame> scores = new ArrayDeque<>();

    LastScores(String source, String modelId, int most) {
      this.source = source;
      this.modelId = modelId;
      this.most = most;
    }

    void add(ScoredFrame score) {
      if (!score.source().equals(source)
          || !score.modelId().equals(modelId)
          || score.statistics().isPartial()) {
        return;
      }
      if (!scores.isEmpty() && score.sequence() <= scores.getLast().sequence()) {
        scores.clear(); // the source counts again from the start
      }
      scores.add(score);
      if (scores.size() > most) {
        scores.remove();
      }
    }

    /**
     * Tests the graph.
     *
     * @param reference from the calibration frames, if the model has it
     */
    GraphCheck check(CausalGraph graph, Optional<GraphReference> reference) {
      if (scores.size() < GraphCheck.MIN_FRAMES) {
        throw new CommandFailedException(
            "there are %d scores of %s by model %s, at least %d are needed; --model gives another model"
                .formatted(scores.size(), source, modelId, GraphCheck.MIN_FRAMES));
      }
      float[][] observed = scores.stream().map(ScoredFrame::latents).toArray(float[][]::new);
      float[][] expected = scores.stream().map(ScoredFrame::expected).toArray(float[][]::new);
      long[] sequences = scores.stream().mapToLong(ScoredFrame::sequence).toArray();
      return GraphCheck.of(graph, observed, expected, sequences, reference);
    }
  }

  @Override
  public Integer call() throws BadBundleException {
    if (frames < GraphCheck.MIN_FRAMES || frames > GraphCheck.MAX_FRAMES) {
      throw new CommandFailedException(
          "--frames must be %d to %d but was %d"
              .formatted(GraphCheck.MIN_FRAMES, GraphCheck.MAX_FRAMES, frames));
    }
    ModelBundle bundle = model.read(kafka, () -> kafka.sceneOf(source));
    LastScores last = new LastScores(source, bundle.id(), frames);
    Topic<String, ScoredFrame> topic = kafka.topics().scores();
    try (ProgressBar bar = new ProgressBar("reading scores")) {
      kafka.read(
          topic.name(),
          offsets,
          record -> {
            try {
              last.add(topic.read(record.value()));
            } catch (SerializationException e) {
              // not a score; the monitor makes it a dead letter
            }
          },
          bar::update);
    }
    GraphCheck check = last.check(bundle.graph(), reference(bundle));
    print(json(check), () -> text(check).forEach(line -> print("%s", line)));
    return 0;
  }

  private static Optional<GraphReference> reference(ModelBundle bundle) throws BadBundleException {
    return GraphReference.of(
        bundle.graph(),
        bundle.network().equations(),
        bundle.manifest().latents(),
        AnomalyCalibration.fromBytes(bundle.entry(ModelBundle.ANOMALY_CALIBRATION)));
  }

  static List<String> text(GraphCheck check) {
    List<String> lines = new ArrayList<>();
    lines.add("%d frames".formatted(check.frames()));
    for (int k = 0; k < check.edges().size(); k++) {
      EdgeReading edge = check.edges().get(k);
      lines.add(
          "%s -> %s: %s"
              .formatted(edge.from(), edge.to(), sentence(edge, check.calibrated().get(k))));
    }
    for (GraphCheck.AbsentEdge edge : check.absent()) {
      if (edge.missing()) {
        lines.add(
            text(
                "%s -> %s: not in the graph, but they depend on each other (partial correlation %.2f, p %.2g)",
                edge.from(), edge.to(), edge.correlation(), edge.pValue()));
      }
    }
    int misfits = check.misfits().size();
    int missing = check.missing().size();
    lines.add(
        misfits + missing == 0
            ? "nothing speaks against the graph"
            : "edges that no longer fit: %d, missing edges: %d".formatted(misfits, missing));
    return lines;
  }

  private static String sentence(EdgeReading edge, double calibrated) {
    String numbers =
        text(
            "influence %.2f +- %.2f, on the calibration frames %.2f, p %.2g",
            edge.influence(), edge.standardError(), calibrated, edge.pValue());
    return switch (edge.verdict()) {
      case REMOVED -> "no longer fits: the cause is without effect (" + numbers + ")";
      case CHANGED -> "no longer fits: the influence has changed (" + numbers + ")";
      case KEPT -> "fits (" + numbers + ")";
      case UNDETERMINED -> "these frames do not decide it";
    };
  }

  private static Map<String, Object> json(GraphCheck check) {
    return Json.map(
        "frames",
        check.frames(),
        "edges",
        IntStream.range(0, check.edges().size())
            .mapToObj(
                k -> {
                  EdgeReading edge = check.edges().get(k);
                  return Json.map(
                      "from", edge.from(),
                      "to", edge.to(),
                      "influence", number(edge.influence()),
                      "calibratedInfluence", number(check.calibrated().get(k)),
                      "standardError", number(edge.standardError()),
                      "pValue", number(edge.pValue()),
                      "verdict", edge.verdict().name().toLowerCase(Locale.ROOT));
                })
            .toList(),
        "absent",
        check.absent().stream()
            .map(
                edge ->
                    Json.map(
                        "from", edge.from(),
                        "to", edge.to(),
                        "correlation", number(edge.correlation()),
                        "pValue", number(edge.pValue()),
                        "missing", edge.missing()))
            .toList(),
        "condition",
        GraphCheck.CONDITION);
  }

  private static @Nullable Double number(double value) {
    return Double.isNaN(value) ? null : value;
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
