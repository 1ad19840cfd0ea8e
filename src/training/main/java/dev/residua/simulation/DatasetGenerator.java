package dev.residua.simulation;

import dev.residua.causal.CausalGraph;
import dev.residua.dataset.DatasetWriter;
import dev.residua.dataset.FrameDataset;
import dev.residua.dataset.FrameTimes;
import dev.residua.frame.ImageShape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Generates data sets from scenarios. */
public final class DatasetGenerator {
  private static final double MAX_PLANNED = 0.5;

  private DatasetGenerator() {}

  /**
   * Settings of a data set.
   *
   * @param count number of frames, at least 1
   * @param labelled number of frames that keep their factors in the labels, spread evenly over the
   *     set; at most {@code count}
   * @param shape size of the pictures
   * @param png whether to write PNG files too
   * @param replace whether an existing data set may be replaced
   * @param commissioning share of the frames in which one mechanism at a time is decoupled from its
   *     causes on purpose, in [0, 0.5]
   * @param pairs share of the frames that come as pairs which differ in one exogenous variable, in
   *     [0, 0.5]
   * @param holds share of the frames that come as pairs in which one factor is fixed and all else
   *     drawn afresh, in [0, 0.5]; the three shares sum to 1 at most
   * @param answers number of answers to the question in which of two usual frames a factor is
   *     higher, about the factors in turn
   * @param wrong probability that an answer is wrong, in [0, 0.5]
   */
  public record Settings(
      int count,
      int labelled,
      ImageShape shape,
      boolean png,
      boolean replace,
      double commissioning,
      double pairs,
      double holds,
      int answers,
      double wrong) {

    /** Settings without commissioning, pairs, holds and answers. */
    public Settings(int count, int labelled, ImageShape shape, boolean png, boolean replace) {
      this(count, labelled, shape, png, replace, 0, 0, 0, 0, 0);
    }

    public Settings {
      if (count < 1) {
        throw new IllegalArgumentException("count must be at least 1 but was " + count);
      }
      if (labelled < 0 || labelled > count) {
        throw new IllegalArgumentException(
            "labels must be between 0 and the %d frames but was %d".formatted(count, labelled));
      }
      checkShare("commissioning", commissioning);
      checkShare("pairs", pairs);
      checkShare("holds", holds);
      checkShare("wrong", wrong);
      if (answers < 0) {
        throw new IllegalArgumentException("answers must be at least 0 but was " + answers);
      }
      if (commissioning + pairs + holds > 1) {
        throw new IllegalArgumentException(
            "commissioning, pairs and holds must sum to at most 1 but are %s, %s and %s"
                .formatted(commissioning, pairs, holds));
      }
    }

    private static void checkShare(String name, double share) {
      if (!(share >= 0 && share <= MAX_PLANNED)) {
        throw new IllegalArgumentException(
            "%s must be from 0 to %s but was %s".formatted(name, MAX_PLANNED, share));
      }
    }
  }

  /**
   * Writes the first frames of a scenario as a data set.
   *
   * @param progress receives the completed share, in [0, 1]
   * @return SHA-256 of the set
   */
  public static String generate(
      Scenario scenario, Settings settings, Path dir, DoubleConsumer progress) throws IOException {
    SimulatedScene scene = scenario.scene();
    ImageShape shape = settings.shape();
    CausalGraph seen = withoutVariables(scene);
    List<String> columns =
        ScenarioStream.columns(scene, settings.pairs() > 0, settings.holds() > 0);
    FrameTimes times = times(scenario, settings.count());
    if (!times.isEmpty()) {
      columns.add(FrameDataset.TIME_COLUMN);
    }
    SamplingPlan plan =
        SamplingPlan.of(
            settings.count(), settings.commissioning(), settings.pairs(), settings.holds());
    ScenarioStream stream = new ScenarioStream(plan.commissioned(scenario), shape, plan);
    byte[] pixels = new byte[shape.size()];
    SimulatedAnswers asked = new SimulatedAnswers(seen.names());
    int[] shown = seen.names().stream().mapToInt(scene.factors()::indexOf).toArray();
    try (DatasetWriter writer =
        new DatasetWriter(
            dir,
            shape,
            columns,
            new DatasetWriter.Description(
                scene.name(), seen.names(), seen, origin(scenario, settings)),
            settings.png(),
            settings.replace())) {
      for (int i = 0; i < settings.count(); i++) {
        SimulatedFrame frame = stream.next(pixels, 0);
        List<@Nullable String> cells =
            ScenarioStream.cells(
                scene, frame, isLabelled(i, settings.labelled(), settings.count()), columns);
        if (!times.isEmpty()) {
          cells.set(columns.size() - 1, times.cell(i));
        }
        writer.write(pixels, 0, cells);
        if (frame.event() == null && frame.held() == null && frame.changed() == null) {
          asked.add(i, Arrays.stream(shown).mapToDouble(node -> frame.factors()[node]).toArray());
        }
        progress.accept((i + 1.0) / settings.count());
      }
      writer.answers(asked.draw(settings.answers(), settings.wrong(), scenario.seed()));
      return writer.finish();
    }
  }

  /**
   * Times of a stream, which has events or a dynamic scene; other frames are drawn independently of
   * their time.
   */
  private static FrameTimes times(Scenario scenario, int count) {
    return scenario.events().isEmpty() && !scenario.scene().isDynamic()
        ? FrameTimes.NONE
        : new FrameTimes(
            IntStream.range(0, count).mapToDouble(i -> i / scenario.framesPerSecond()).toArray());
  }

  /** The true graph over the factors that the picture shows. */
  private static CausalGraph withoutVariables(SimulatedScene scene) {
    CausalGraph graph = scene.graph();
    List<String> names = new ArrayList<>(graph.names());
    names.removeAll(scene.variables());
    boolean[][] edges = new boolean[names.size()][names.size()];
    for (int i = 0; i < edges.length; i++) {
      for (int j = 0; j < edges.length; j++) {
        edges[i][j] =
            graph.hasEdge(graph.names().indexOf(names.get(i)), graph.names().indexOf(names.get(j)));
      }
    }
    return CausalGraph.of(names, edges);
  }

  static boolean isLabelled(int i, int labelled, int count) {
    return (long) (i + 1) * labelled / count > (long) i * labelled / count;
  }

  private static Map<String, Object> origin(Scenario scenario, Settings settings) {
    Map<String, Object> origin = new LinkedHashMap<>();
    origin.put("generator", scenario.scene().name());
    List<Double> noise = scenario.noise();
    origin.put("noise", noise == null ? "literal" : noise);
    origin.putAll(scenario.scene().settings());
    origin.put("seed", scenario.seed());
    origin.put("autocorrelation", scenario.autocorrelation());
    origin.put("labelled", settings.labelled());
    if (settings.commissioning() > 0) {
      origin.put("commissioning", settings.commissioning());
    }
    if (settings.pairs() > 0) {
      origin.put("pairs", settings.pairs());
    }
    if (settings.holds() > 0) {
      origin.put("holds", settings.holds());
    }
    if (settings.answers() > 0) {
      origin.put("answers", settings.answers());
      origin.put("wrongAnswers", settings.wrong());
    }
    List<Map<String, Object>> events = new ArrayList<>();
    for (ScenarioEvent event : scenario.events()) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("kind", event.kind().label());
      if (event.node() != null) {
        entry.put("node", event.node());
      }
      if (event.cause() != null) {
        entry.put("cause", event.cause());
      }
      entry.put("at", event.at());
      entry.put("frames", event.frames());
      entry.put("size", event.size());
      if (event.kind() == ScenarioEvent.Kind.SPARSE_ANOMALIES) {
        entry.put("rate", event.rate());
      }
      events.add(entry);
    }
    if (!events.isEmpty() || scenario.scene().isDynamic()) {
      origin.put("framesPerSecond", scenario.framesPerSecond());
    }
    if (!events.isEmpty()) {
      origin.put("framesPerPass", scenario.frames());
      origin.put("events", events);
    }
    return origin;
  }
}
