package dev.residua.simulation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The script of a stream: a scene, its noise, and events at stated frames. Written as JSON:
 *
 * <pre>{@code
 * {"scene": "pendulum", "noise": [0.5, 0.4], "framesPerSecond": 20, "seed": 7, "frames": 600,
 *  "events": [
 *    {"kind": "single_shock", "node": "shadow_length", "at": 200, "size": 6},
 *    {"kind": "hard_intervention", "node": "light", "at": 400, "frames": 100, "size": 1}]}
 * }</pre>
 *
 * <p>{@code noise} is one number for all caused nodes, a list with one number each, or {@code
 * "usual"}; without it the scene is literal. {@code noiseKind} may make the noise of pendulum and
 * flow {@code "multiplicative"}. {@code framesPerSecond} is 20 by default, or 2 for a dynamic
 * scene. {@code autocorrelation} (default 0) ties the roots of one frame to those of the frame
 * before; a dynamic scene has none. {@code frames} is the length of one pass, after which the
 * events start again; by default it ends ten seconds after the last event.
 *
 * @param scene the simulated scene
 * @param noise standard deviation for each of {@link SimulatedScene#noisy}; null for the literal
 *     variant
 * @param framesPerSecond frame rate of the stream, above 0
 * @param seed of every random draw
 * @param autocorrelation of the roots' normal scores from one frame to the next, in [0, 1)
 * @param frames length of one pass, at least 1
 * @param events in the order of time, not overlapping
 */
public record Scenario(
    SimulatedScene scene,
    @Nullable List<Double> noise,
    double framesPerSecond,
    long seed,
    double autocorrelation,
    int frames,
    List<ScenarioEvent> events) {
  private static final double DEFAULT_FRAMES_PER_SECOND = 20;
  private static final double QUIET_END_SECONDS = 10;
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();
  private static final Set<String> KEYS =
      Set.of(
          "scene",
          "noise",
          "noiseKind",
          "framesPerSecond",
          "seed",
          "autocorrelation",
          "frames",
          "events");
  private static final Set<String> EVENT_KEYS =
      Set.of("kind", "node", "cause", "at", "frames", "size", "rate");

  public Scenario {
    if (noise != null) {
      noise = List.copyOf(noise);
      if (noise.size() != scene.noisy().size()) {
        throw new IllegalArgumentException(
            "noise must have one number for each of %s but has %d"
                .formatted(scene.noisy(), noise.size()));
      }
      for (double sd : noise) {
        if (!(sd >= 0 && Double.isFinite(sd))) {
          throw new IllegalArgumentException("noise must be at least 0 but was " + sd);
        }
      }
    }
    if (!(framesPerSecond > 0 && Double.isFinite(framesPerSecond))) {
      throw new IllegalArgumentException(
          "framesPerSecond must be above 0 but was " + framesPerSecond);
    }
    if (!(autocorrelation >= 0 && autocorrelation < 1)) {
      throw new IllegalArgumentException(
          "autocorrelation must be at least 0 and below 1 but was " + autocorrelation);
    }
    if (autocorrelation != 0 && scene.isDynamic()) {
      throw new IllegalArgumentException(
          "autocorrelation must be left out for %s, whose roots have time constants, but was %s"
              .formatted(scene.name(), autocorrelation));
    }
    if (frames < 1) {
      throw new IllegalArgumentException("frames must be at least 1 but was " + frames);
    }
    events = List.copyOf(events);
    for (int i = 0; i < events.size(); i++) {
      String where = "events[" + i + "]";
      check(scene, noise, events.get(i), where);
      if (i > 0 && events.get(i).at() < events.get(i - 1).end()) {
        throw new IllegalArgumentException(
            "%s starts at frame %d, before events[%d] ends at frame %d"
                .formatted(where, events.get(i).at(), i - 1, events.get(i - 1).end()));
      }
      if (events.get(i).end() > frames) {
        throw new IllegalArgumentException(
            "%s ends at frame %d, after the scenario's %d frames"
                .formatted(where, events.get(i).end(), frames));
      }
    }
  }

  /** A scenario without events. */
  public static Scenario nominal(
      SimulatedScene scene, @Nullable List<Double> noise, long seed, double autocorrelation) {
    return new Scenario(
        scene,
        noise,
        usualFramesPerSecond(scene),
        seed,
        autocorrelation,
        Integer.MAX_VALUE,
        List.of());
  }

  private static double usualFramesPerSecond(SimulatedScene scene) {
    return scene.isDynamic() ? DynamicScene.FRAMES_PER_SECOND : DEFAULT_FRAMES_PER_SECOND;
  }

  private static void check(
      SimulatedScene scene, @Nullable List<Double> noise, ScenarioEvent event, String where) {
    if (event.node() == null) {
      return;
    }
    int node = scene.factors().indexOf(event.node());
    if (node < 0) {
      throw new IllegalArgumentException(
          "%s.node is '%s', expected one of %s"
              .formatted(where, event.node(), String.join(", ", scene.factors())));
    }
    boolean root = scene.graph().isRoot(node);
    if (event.kind().needsMemory() && !scene.isDynamic()) {
      throw new IllegalArgumentException(
          "%s.kind is %s, which needs a scene with memory, and %s has none"
              .formatted(where, event.kind(), scene.name()));
    }
    switch (event.kind()) {
      case MECHANISM_CHANGE, NOISE_CHANGE, COMMISSIONING -> {
        if (root) {
          throw new IllegalArgumentException(
              "%s.node is '%s', which has no causes; %s needs a caused node"
                  .formatted(where, event.node(), event.kind()));
        }
        if (event.kind() == ScenarioEvent.Kind.NOISE_CHANGE
            && noiseDeviation(scene, noise, node) == 0) {
          throw new IllegalArgumentException(
              "%s.node is '%s', which has no noise to change; give the scenario a noise"
                  .formatted(where, event.node()));
        }
      }
      case EDGE_CHANGE -> {
        if (!scene.graph().parentNames(node).contains(event.cause())) {
          throw new IllegalArgumentException(
              "%s.cause is '%s', expected a direct cause of %s: %s"
                  .formatted(
                      where,
                      event.cause(),
                      event.node(),
                      root ? "it has none" : String.join(", ", scene.graph().parentNames(node))));
        }
      }
      case COVARIATE_DRIFT -> {
        if (!root) {
          throw new IllegalArgumentException(
              "%s.node is '%s', which has causes; covariate_drift needs a root"
                  .formatted(where, event.node()));
        }
      }
      case LEAK, RESPONSE_CHANGE -> {
        if (root || !((DynamicScene) scene).hasMemory(node)) {
          throw new IllegalArgumentException(
              "%s.node is '%s', which has no %s; %s needs a caused node with memory"
                  .formatted(where, event.node(), root ? "causes" : "memory", event.kind()));
        }
      }
      case DELAY_CHANGE -> {
        if (root) {
          throw new IllegalArgumentException(
              "%s.node is '%s', which has no causes; delay_change needs a caused node"
                  .formatted(where, event.node()));
        }
        int delay = ((DynamicScene) scene).delay(node);
        if (delay + event.size() < 0) {
          throw new IllegalArgumentException(
              "%s.size must be at least %d, the delay of %s is %d frames, but was %s"
                  .formatted(where, -delay, event.node(), delay, event.size()));
        }
      }
      case SINGLE_SHOCK,
          HARD_INTERVENTION,
          STOCHASTIC_INTERVENTION,
          OFFSET,
          BRIGHTNESS,
          FROZEN_CAMERA,
          DARK,
          SATURATED,
          BLURRED,
          TORN,
          SPARSE_ANOMALIES -> {}
    }
  }

  /** Standard deviation of a caused node's noise; 0 if it has none. */
  double noiseDeviation(int node) {
    return noiseDeviation(scene, noise, node);
  }

  private static double noiseDeviation(
      SimulatedScene scene, @Nullable List<Double> noise, int node) {
    if (noise == null) {
      return scene.literalNoiseDeviation(node);
    }
    int[] caused = scene.caused();
    for (int i = 0; i < caused.length; i++) {
      if (caused[i] == node) {
        return noise.get(i);
      }
    }
    throw new IllegalArgumentException("node " + node + " has no causes");
  }

  /** The same events with other random draws. */
  public Scenario withSeed(long newSeed) {
    return new Scenario(scene, noise, framesPerSecond, newSeed, autocorrelation, frames, events);
  }

  /**
   * Reads a scenario file.
   *
   * @throws IOException if it is not a scenario; the message names the file, the key and the
   *     expected value
   */
  public static Scenario read(Path file) throws IOException {
    return parse(Files.readString(file), file.toString());
  }

  /** A scenario of the product, such as {@code demo}. */
  public static Scenario shipped(String name) throws IOException {
    String resource = "/scenarios/" + name + ".json";
    try (InputStream in = Scenario.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IOException("there is no scenario '" + name + "' in the product");
      }
      return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8), resource);
    }
  }

  /**
   * Parses a scenario.
   *
   * @param where the name of the text in error messages
   */
  public static Scenario parse(String json, String where) throws IOException {
    try {
      return parse(JSON.readTree(json));
    } catch (JsonProcessingException e) {
      throw new IOException("%s is not JSON: %s".formatted(where, e.getOriginalMessage()), e);
    } catch (IllegalArgumentException e) {
      throw new IOException(where + ": " + e.getMessage(), e);
    }
  }

  private static Scenario parse(JsonNode root) {
    if (!root.isObject()) {
      throw new IllegalArgumentException("expected a JSON object with scene and events");
    }
    known(root, KEYS, "");
    NoiseKind kind =
        root.has("noiseKind") ? NoiseKind.of(text(root, "noiseKind", "")) : NoiseKind.ADDITIVE;
    SimulatedScene scene = SimulatedScene.named(text(root, "scene", ""), kind);
    List<ScenarioEvent> events = new ArrayList<>();
    JsonNode list = root.path("events");
    if (!list.isMissingNode() && !list.isArray()) {
      throw new IllegalArgumentException("events must be a list but was " + list);
    }
    for (int i = 0; i < list.size(); i++) {
      events.add(event(list.get(i), "events[" + i + "]."));
    }
    double pace = number(root, "framesPerSecond", "", usualFramesPerSecond(scene));
    int end = events.isEmpty() ? 0 : events.get(events.size() - 1).end();
    int frames = whole(root, "frames", "", (int) Math.ceil(end + QUIET_END_SECONDS * pace));
    JsonNode seed = root.path("seed");
    if (!seed.isMissingNode() && !seed.canConvertToLong()) {
      throw new IllegalArgumentException("seed must be a whole number but was " + seed);
    }
    return new Scenario(
        scene,
        noise(root.path("noise"), scene),
        pace,
        seed.asLong(0),
        number(root, "autocorrelation", "", 0),
        frames,
        events);
  }

  private static @Nullable List<Double> noise(JsonNode node, SimulatedScene scene) {
    if (node.isMissingNode() || node.isNull()) {
      return null;
    }
    List<Double> noise = new ArrayList<>();
    if (node.isNumber()) {
      for (int i = 0; i < scene.noisy().size(); i++) {
        noise.add(node.asDouble());
      }
    } else if (node.isTextual() && node.asText().equals("usual")) {
      for (double sd : scene.usualNoise()) {
        noise.add(sd);
      }
    } else if (node.isArray()) {
      for (JsonNode cell : node) {
        if (!cell.isNumber()) {
          throw new IllegalArgumentException("noise must hold numbers but has " + cell);
        }
        noise.add(cell.asDouble());
      }
    } else {
      throw new IllegalArgumentException(
          "noise must be a number, a list of numbers or \"usual\" but was " + node);
    }
    return noise;
  }

  private static ScenarioEvent event(JsonNode node, String path) {
    if (!node.isObject()) {
      throw new IllegalArgumentException(
          path.substring(0, path.length() - 1) + " must be an object but was " + node);
    }
    known(node, EVENT_KEYS, path);
    try {
      ScenarioEvent.Kind kind = ScenarioEvent.Kind.of(text(node, "kind", ""));
      JsonNode touched = node.path("node");
      if (!node.has("at")) {
        throw new IllegalArgumentException("at is missing, expected the first frame's number");
      }
      if (kind != ScenarioEvent.Kind.FROZEN_CAMERA
          && kind != ScenarioEvent.Kind.COMMISSIONING
          && !node.has("size")) {
        throw new IllegalArgumentException("size is missing, " + kind + " needs one");
      }
      if (kind != ScenarioEvent.Kind.SINGLE_SHOCK && !node.has("frames")) {
        throw new IllegalArgumentException("frames is missing, expected how long it lasts");
      }
      return new ScenarioEvent(
          kind,
          touched.isMissingNode() || touched.isNull() ? null : text(node, "node", ""),
          whole(node, "at", "", 0),
          whole(node, "frames", "", 1),
          number(node, "size", "", 0),
          number(node, "rate", "", ScenarioEvent.DEFAULT_RATE),
          node.has("cause") ? text(node, "cause", "") : null);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(path + e.getMessage(), e);
    }
  }

  private static void known(JsonNode node, Set<String> keys, String path) {
    for (Iterator<String> names = node.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!keys.contains(name)) {
        throw new IllegalArgumentException(
            "unknown key '%s%s', expected one of %s"
                .formatted(path, name, String.join(", ", keys.stream().sorted().toList())));
      }
    }
  }

  private static String text(JsonNode node, String key, String path) {
    JsonNode cell = node.path(key);
    if (!cell.isTextual()) {
      throw new IllegalArgumentException(
          "%s%s must be a text but %s"
              .formatted(path, key, cell.isMissingNode() ? "is missing" : "was " + cell));
    }
    return cell.asText();
  }

  private static double number(JsonNode node, String key, String path, double otherwise) {
    JsonNode cell = node.path(key);
    if (cell.isMissingNode()) {
      return otherwise;
    }
    if (!cell.isNumber()) {
      throw new IllegalArgumentException(
          "%s%s must be a number but was %s".formatted(path, key, cell));
    }
    return cell.asDouble();
  }

  private static int whole(JsonNode node, String key, String path, int otherwise) {
    JsonNode cell = node.path(key);
    if (cell.isMissingNode()) {
      return otherwise;
    }
    if (!cell.isIntegralNumber() || !cell.canConvertToInt()) {
      throw new IllegalArgumentException(
          "%s%s must be a whole number but was %s".formatted(path, key, cell));
    }
    return cell.asInt();
  }
}
