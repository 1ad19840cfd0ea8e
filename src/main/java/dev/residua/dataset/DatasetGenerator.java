package dev.residua.dataset;

import dev.residua.frame.ImageShape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleConsumer;

/** Draws data sets from scenarios. */
public final class DatasetGenerator {
  private DatasetGenerator() {}

  /**
   * How a data set is written.
   *
   * @param count number of frames, at least 1
   * @param labelled how many frames keep their factors in the labels, spread evenly over the set;
   *     at most {@code count}
   * @param shape size of the pictures
   * @param png whether to write PNG files too
   * @param replace whether a data set that is there may be replaced
   */
  public record Settings(int count, int labelled, ImageShape shape, boolean png, boolean replace) {
    public Settings {
      if (count < 1) {
        throw new IllegalArgumentException("count must be at least 1 but was " + count);
      }
      if (labelled < 0 || labelled > count) {
        throw new IllegalArgumentException(
            "labels must be between 0 and the %d frames but was %d".formatted(count, labelled));
      }
    }
  }

  /**
   * Writes the first frames of a scenario as a data set.
   *
   * @param progress told the part done, in [0, 1]
   * @return SHA-256 of the set
   */
  public static String generate(
      Scenario scenario, Settings settings, Path dir, DoubleConsumer progress) throws IOException {
    Scene scene = scenario.scene();
    ImageShape shape = settings.shape();
    ScenarioStream stream = new ScenarioStream(scenario, shape);
    byte[] pixels = new byte[shape.size()];
    try (DatasetWriter writer =
        new DatasetWriter(
            dir,
            shape,
            ScenarioStream.columns(scene),
            new DatasetWriter.Description(
                scene.name(), scene.factors(), scene.graph(), origin(scenario, settings)),
            settings.png(),
            settings.replace())) {
      for (int i = 0; i < settings.count(); i++) {
        SceneFrame frame = stream.next(pixels, 0);
        writer.write(
            pixels,
            0,
            ScenarioStream.cells(
                scene, frame, isLabelled(i, settings.labelled(), settings.count())));
        progress.accept((i + 1.0) / settings.count());
      }
      return writer.finish();
    }
  }

  /** Whether row {@code i} is one of {@code labelled} rows that lie evenly among {@code count}. */
  static boolean isLabelled(int i, int labelled, int count) {
    return (long) (i + 1) * labelled / count > (long) i * labelled / count;
  }

  private static Map<String, Object> origin(Scenario scenario, Settings settings) {
    Map<String, Object> origin = new LinkedHashMap<>();
    origin.put("generator", scenario.scene().name());
    List<Double> noise = scenario.noise();
    origin.put("noise", noise == null ? "literal" : noise);
    origin.put("seed", scenario.seed());
    origin.put("autocorrelation", scenario.autocorrelation());
    origin.put("labelled", settings.labelled());
    List<Map<String, Object>> events = new ArrayList<>();
    for (ScenarioEvent event : scenario.events()) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("kind", event.kind().label());
      if (event.node() != null) {
        entry.put("node", event.node());
      }
      entry.put("at", event.at());
      entry.put("frames", event.frames());
      entry.put("size", event.size());
      if (event.kind() == ScenarioEvent.Kind.SPARSE_ANOMALIES) {
        entry.put("rate", event.rate());
      }
      events.add(entry);
    }
    if (!events.isEmpty()) {
      origin.put("framesPerSecond", scenario.framesPerSecond());
      origin.put("framesPerPass", scenario.frames());
      origin.put("events", events);
    }
    return origin;
  }
}
