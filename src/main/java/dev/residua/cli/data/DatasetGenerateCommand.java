package dev.residua.cli.data;

import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Failures;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.ProgressBar;
import dev.residua.cli.console.SizeConverter;
import dev.residua.frame.ImageShape;
import dev.residua.simulation.DatasetGenerator;
import dev.residua.simulation.NoiseKind;
import dev.residua.simulation.Scenario;
import dev.residua.simulation.SimulatedScene;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Draws frames whose causes are known, nominal or after a script. */
@Command(
    name = "generate",
    description = {
      "Draws frames whose causes are known.",
      "Without --noise the picture is literal, as published; with --noise the caused factors get"
          + " independent noise, which the picture shows. labels.csv holds the factors, the true"
          + " noise, what else the picture shows, and what was done to each frame."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class DatasetGenerateCommand implements Callable<Integer> {
  private static final String USUAL = "usual";
  private static final int DEFAULT_COUNT = 8000;

  @Parameters(
      paramLabel = "SCENE",
      arity = "0..1",
      description =
          "What to draw: pendulum, flow, candle or valve. May be left out with --scenario.")
  @Nullable String scene;

  @Option(names = "--out", required = true, paramLabel = "DIR", description = "Folder to make.")
  Path out;

  @Option(
      names = "--count",
      paramLabel = "N",
      description = "Frames to draw. Default: " + DEFAULT_COUNT + ", or one pass of the scenario.",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  @Nullable Integer count;

  @Option(
      names = "--noise",
      arity = "0..1",
      fallbackValue = USUAL,
      paramLabel = "SD[,SD]",
      description =
          "Standard deviation of the noise on the caused factors, one for all or one each, in units"
              + " of the factor; without a value 0.5,0.4 (pendulum: shadow_length,shadow_position;"
              + " flow: water_height,water_flow), 0.15,0.3 for valve (flow,level). In candle one"
              + " number: the size of the jitter of camera and object, usually 1.",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  @Nullable String noise;

  @Option(
      names = "--noise-kind",
      paramLabel = "KIND",
      description =
          "How the noise of the pendulum enters: ${COMPLETION-CANDIDATES}; multiplicative noise is"
              + " mechanism * (1 + noise / mean). Default: additive.",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  @Nullable NoiseKind noiseKind;

  @Option(
      names = "--commissioning",
      paramLabel = "SHARE",
      description =
          "Share of the frames, in blocks, in which one caused factor at a time is drawn from its"
              + " range independent of its causes, 0 to 0.5; event and event_node say so.")
  double commissioning;

  @Option(
      names = "--pairs",
      paramLabel = "SHARE",
      description =
          "Share of the frames, in blocks, that come as pairs in which one root or noise is redrawn"
              + " and all else kept, 0 to 0.5; the column changed names it on the second frame.")
  double pairs;

  @Option(
      names = "--holds",
      paramLabel = "SHARE",
      description =
          "Share of the frames, in blocks, that come as pairs in which one factor is held at a value"
              + " and all else drawn afresh, 0 to 0.5; the column held names it on both frames.")
  double holds;

  @Option(
      names = "--scenario",
      paramLabel = "FILE",
      description =
          "Script of a stream with events (JSON), or 'demo' for the one that the demo plays. It says"
              + " scene, noise and autocorrelation.",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  @Nullable String scenario;

  @Option(
      names = "--autocorrelation",
      paramLabel = "RHO",
      description = "Ties the roots of a frame to those of the frame before, 0 to below 1.",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  @Nullable Double autocorrelation;

  @Option(
      names = "--labels",
      paramLabel = "N",
      description =
          "How many frames keep their factors in labels.csv, spread evenly. Default: all.",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  @Nullable Integer labels;

  @Option(
      names = "--size",
      paramLabel = "WxH[xC]",
      defaultValue = "64x64x3",
      converter = SizeConverter.class,
      description = "Size of the pictures in pixels; one channel is gray.")
  ImageShape size;

  @Option(
      names = "--seed",
      paramLabel = "S",
      description = "Seed of every random draw. Default: 1, or the scenario's.",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  @Nullable Long seed;

  @Option(names = "--png", description = "Also write every frame as DIR/png/000000.png.")
  boolean png;

  @Option(names = "--force", description = "Replace a data set that is already in DIR.")
  boolean force;

  @Option(names = "--json", description = "Print the result as JSON.")
  boolean json;

  @CommandLine.Spec CommandLine.Model.CommandSpec spec;

  @Override
  public Integer call() {
    try {
      Scenario script = script();
      int frames =
          count != null ? count : script.events().isEmpty() ? DEFAULT_COUNT : script.frames();
      DatasetGenerator.Settings settings =
          new DatasetGenerator.Settings(
              frames,
              labels == null ? frames : labels,
              size,
              png,
              force,
              commissioning,
              pairs,
              holds);
      long start = System.nanoTime();
      String digest;
      try (ProgressBar bar = new ProgressBar("drawing " + script.scene().name())) {
        digest = DatasetGenerator.generate(script, settings, out, bar::update);
      }
      print(script, settings, digest, (System.nanoTime() - start) / 1e9);
      return 0;
    } catch (IOException | IllegalArgumentException e) {
      throw new CommandFailedException(Failures.reason(e), e);
    }
  }

  private Scenario script() throws IOException {
    if (scenario != null) {
      if (noise != null || noiseKind != null || autocorrelation != null) {
        throw new CommandFailedException(
            "--noise, --noise-kind and --autocorrelation are said by the scenario; leave them out or change "
                + scenario);
      }
      Path file = Path.of(scenario);
      Scenario read =
          scenario.equals("demo") && !Files.exists(file)
              ? Scenario.shipped("demo")
              : Scenario.read(file);
      if (scene != null && !scene.equals(read.scene().name())) {
        throw new CommandFailedException(
            "the scenario %s draws '%s', not '%s'".formatted(scenario, read.scene().name(), scene));
      }
      return seed == null ? read : read.withSeed(seed);
    }
    if (scene == null) {
      throw new CommandFailedException(
          "say what to draw: %s, or give --scenario"
              .formatted(String.join(", ", SimulatedScene.NAMES)));
    }
    SimulatedScene drawn =
        SimulatedScene.named(scene, noiseKind == null ? NoiseKind.ADDITIVE : noiseKind);
    return Scenario.nominal(
        drawn,
        noise(drawn),
        seed == null ? 1 : seed,
        autocorrelation == null ? 0 : autocorrelation);
  }

  private @Nullable List<Double> noise(SimulatedScene drawn) {
    if (noise == null) {
      return null;
    }
    double[] usual = drawn.usualNoise();
    List<Double> values = new ArrayList<>();
    if (noise.equals(USUAL)) {
      for (double sd : usual) {
        values.add(sd);
      }
      return values;
    }
    for (String part : noise.split(",", -1)) {
      try {
        values.add(Double.valueOf(part.strip()));
      } catch (NumberFormatException e) {
        throw new CommandFailedException(
            "--noise must be numbers such as 0.5,0.4 but was '%s'".formatted(noise), e);
      }
    }
    if (values.size() == 1) {
      while (values.size() < usual.length) {
        values.add(values.get(0));
      }
    }
    return values;
  }

  private void print(
      Scenario script, DatasetGenerator.Settings settings, String digest, double seconds) {
    if (json) {
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("out", out.toString());
      result.put("scene", script.scene().name());
      result.put("frames", settings.count());
      result.put("labelled", settings.labelled());
      result.put("shape", settings.shape().toString());
      result.put("events", script.events().size());
      result.put("seconds", seconds);
      result.put("framesPerSecond", settings.count() / seconds);
      result.put("sha256", digest);
      spec.commandLine().getOut().println(Json.of(result));
    } else {
      spec.commandLine()
          .getOut()
          .printf(
              "%s: %d frames of %s, %d with factors, in %.1f s (%.0f frames/s)%n",
              out,
              settings.count(),
              script.scene().name(),
              settings.labelled(),
              seconds,
              settings.count() / seconds);
    }
  }
}
