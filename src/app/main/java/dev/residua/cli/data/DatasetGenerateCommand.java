package dev.residua.cli.data;

import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.JsonCommand;
import dev.residua.cli.console.ProgressBar;
import dev.residua.simulation.DatasetGenerator;
import dev.residua.simulation.NoiseKind;
import dev.residua.simulation.Scenario;
import dev.residua.simulation.SimulatedScene;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dataset generate}: draws frames whose causes are known. */
@Command(
    name = "generate",
    description = {
      "Draws frames whose causes are known.",
      "Without --noise, a caused factor follows from its causes as in the published scene. With"
          + " --noise, each caused factor has independent noise, which the picture shows. labels.csv"
          + " has the factors, the true noise, other contents of the picture, and the event of each"
          + " frame. It has times if a scenario has events or the scene has memory: then the frames"
          + " are a sequence."
    })
final class DatasetGenerateCommand extends JsonCommand {
  private static final String USUAL = "usual";
  private static final int DEFAULT_COUNT = 8000;

  @Parameters(
      paramLabel = "SCENE",
      arity = "0..1",
      description =
          "Scene to draw: pendulum, flow, candle, valve, pump or plant; tank, belt or plate, which"
              + " have memory. May be left out with --scenario.")
  @Nullable String scene;

  @Mixin NewDataset target = new NewDataset();

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
          "Standard deviation of the noise on the caused factors, in units of the factor: one number"
              + " for all, or one for each. Without a value: 0.5,0.4 for pendulum (shadow_length,"
              + " shadow_position), flow and pump (water_height,water_flow), 0.15,0.3 for valve"
              + " (flow,level), 0.83,11,9.5 for plant (level,tracker,gauge), 0.002,0.004 for tank"
              + " (level,gauge), 0.0075 for belt (second), 0.4,0.5 for plate (plate,strip). For candle one number: the size of the jitter of camera and object,"
              + " usually 1.",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  @Nullable String noise;

  @Option(
      names = "--noise-kind",
      paramLabel = "KIND",
      description =
          "Noise in the equations of pendulum and flow: ${COMPLETION-CANDIDATES}. Multiplicative"
              + " noise gives mechanism * (1 + noise / mean). Default: additive.",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  @Nullable NoiseKind noiseKind;

  @Option(
      names = "--commissioning",
      paramLabel = "SHARE",
      description =
          "Share of the frames, 0 to 0.5, in which one caused factor at a time is drawn from its"
              + " range, independent of its causes. They come in blocks; the columns"
              + " residua.event and residua.event_node mark them. Not for scenes with memory, like"
              + " --pairs and --holds.")
  double commissioning;

  @Option(
      names = "--pairs",
      paramLabel = "SHARE",
      description =
          "Share of the frames, 0 to 0.5, that come as pairs: the second frame differs from the first"
              + " in one root or one noise. They come in blocks; the column residua.changed of"
              + " the second frame names the difference.")
  double pairs;

  @Option(
      names = "--holds",
      paramLabel = "SHARE",
      description =
          "Share of the frames, 0 to 0.5, that come as pairs with one factor fixed at a common value"
              + " and everything else drawn independently. They come in blocks; the column"
              + " residua.held of both frames names the factor.")
  double holds;

  @Option(
      names = "--answers",
      paramLabel = "N",
      description =
          "Answers in answers.csv to the question in which of two frames a factor is higher, about"
              + " the factors in turn.")
  int answers;

  @Option(
      names = "--wrong",
      paramLabel = "SHARE",
      description = "Share of the --answers, 0 to 0.5, that are the wrong way round.")
  double wrong;

  @Option(
      names = "--scenario",
      paramLabel = "FILE",
      description =
          "Script of a stream with events (JSON), or 'demo' for the one that the demo plays. It sets"
              + " scene, noise and autocorrelation.",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  @Nullable String scenario;

  @Option(
      names = "--autocorrelation",
      paramLabel = "RHO",
      description =
          "Correlation of the roots of a frame with those of the previous frame, from 0 to below 1."
              + " Not for scenes with memory.",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  @Nullable Double autocorrelation;

  @Option(
      names = "--labels",
      paramLabel = "N",
      description =
          "Number of frames whose factors are in labels.csv, spread evenly. Default: all.",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  @Nullable Integer labels;

  @Option(
      names = "--seed",
      paramLabel = "S",
      description = "Seed of every random draw. Default: 1, or the scenario's.",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  @Nullable Long seed;

  @Option(names = "--png", description = "Also write every frame as DIR/png/000000.png.")
  boolean png;

  @Override
  public Integer call() throws IOException {
    Scenario script = script();
    int frames =
        count != null ? count : script.events().isEmpty() ? DEFAULT_COUNT : script.frames();
    int labelled = labels == null ? frames : labels;
    long start = System.nanoTime();
    String digest;
    try (ProgressBar bar = new ProgressBar("drawing " + script.scene().name())) {
      digest =
          DatasetGenerator.generate(
              script,
              new DatasetGenerator.Settings(
                  frames,
                  labelled,
                  target.size,
                  png,
                  target.force,
                  commissioning,
                  pairs,
                  holds,
                  answers,
                  wrong),
              target.out,
              bar::update);
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    print(
        Json.map(
            "out",
            target.out.toString(),
            "scene",
            script.scene().name(),
            "frames",
            frames,
            "labelled",
            labelled,
            "shape",
            target.size.toString(),
            "events",
            script.events().size(),
            "seconds",
            seconds,
            "framesPerSecond",
            frames / seconds,
            "sha256",
            digest),
        () ->
            print(
                "%s: %d frames of %s, %d with factors%s, in %.1f s (%.0f frames/s)",
                target.out,
                frames,
                script.scene().name(),
                labelled,
                answers == 0 ? "" : ", %d answers".formatted(answers),
                seconds,
                frames / seconds));
    return 0;
  }

  private Scenario script() throws IOException {
    if (scenario != null) {
      if (noise != null || noiseKind != null || autocorrelation != null) {
        throw new CommandFailedException(
            "the scenario already sets --noise, --noise-kind and --autocorrelation; leave them out or change "
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
          "give the scene to draw (%s) or --scenario"
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
    List<Double> usual = Arrays.stream(drawn.usualNoise()).boxed().toList();
    if (noise.equals(USUAL)) {
      return usual;
    }
    try {
      List<Double> values =
          Arrays.stream(noise.split(",", -1)).map(part -> Double.valueOf(part.strip())).toList();
      return values.size() == 1 ? Collections.nCopies(usual.size(), values.get(0)) : values;
    } catch (NumberFormatException e) {
      throw new CommandFailedException(
          "--noise must be numbers such as 0.5,0.4 but was '%s'".formatted(noise), e);
    }
  }
}
