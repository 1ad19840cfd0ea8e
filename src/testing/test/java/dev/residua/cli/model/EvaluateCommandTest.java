package dev.residua.cli.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.residua.Residua;
import dev.residua.anomaly.AnomalyCalibration;
import dev.residua.anomaly.AppearanceReference;
import dev.residua.anomaly.SensorReference;
import dev.residua.causal.CausalGraph;
import dev.residua.causal.FactorScale;
import dev.residua.causal.Latent;
import dev.residua.dataset.FrameDataset;
import dev.residua.dataset.Npy;
import dev.residua.frame.ImageShape;
import dev.residua.model.BadBundleException;
import dev.residua.model.BundleManifest;
import dev.residua.model.ModelBundle;
import dev.residua.model.ModelProvenance;
import dev.residua.testing.Models;
import dev.residua.testing.Spots;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Runs the command on a model that nobody trained: what counts is that every figure is there. */
@Tag("slow")
class EvaluateCommandTest {
  private static final ImageShape IMAGE = new ImageShape(32, 32, 1);
  private static final int FRAMES = 200;

  @TempDir Path dir;
  private Path model;
  private Path data;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void write() throws IOException {
    model = dir.resolve("random.residua");
    Map<String, byte[]> entries = new HashMap<>();
    entries.put(ModelBundle.NETWORK, Models.network(IMAGE, 2));
    for (String name :
        List.of(
            ModelBundle.ANOMALY_CALIBRATION,
            ModelBundle.APPEARANCE,
            ModelBundle.DRIFT_REFERENCE,
            ModelBundle.PICTURE_REFERENCE,
            ModelBundle.ATTRIBUTION_REFERENCE,
            ModelBundle.SENSOR_REFERENCE,
            ModelBundle.WEIGHTS,
            ModelBundle.SELF_TEST)) {
      entries.put(name, new byte[] {1});
    }
    ModelProvenance provenance =
        new ModelProvenance(
            "spots", "", "", 0, Map.of(), 1, "test", "test", "then", "now", Map.of());
    List<Latent> latents = List.of(new Latent(0, "z0", false), new Latent(1, "z1", false));
    ModelBundle.of(
            new BundleManifest(
                ModelBundle.FORMAT_VERSION,
                "random",
                null,
                "none",
                IMAGE,
                "none",
                latents,
                List.of(),
                provenance,
                Map.of()),
            CausalGraph.empty(List.of("z0", "z1")),
            entries)
        .write(model);
    data = Files.createDirectory(dir.resolve("spots"));
    Spots spots = new Spots(IMAGE, FRAMES, 1, 1);
    byte[] pixels = new byte[FRAMES * IMAGE.size()];
    StringBuilder labels = new StringBuilder("cause,effect,residua.noise.effect,weather\n");
    for (int i = 0; i < FRAMES; i++) {
      spots.read(i, pixels, i * IMAGE.size());
      double[] truth = spots.truth(i);
      labels.append(
          "%s,%s,%s,sunny%n".formatted(truth[0], truth[1], truth[1] - truth[0] * truth[0] + 0.5));
    }
    Npy.write(data.resolve("frames.npy"), pixels, FRAMES, 32, 32, 1);
    Files.writeString(data.resolve("labels.csv"), labels);
  }

  /** Writes a model of these frames, 70 % of which trained it, that reads the cause in its unit. */
  private void writeWithUnit() throws IOException, BadBundleException {
    ModelBundle plain = ModelBundle.read(model);
    Map<String, byte[]> entries = new HashMap<>();
    plain.manifest().sha256().keySet().forEach(name -> entries.put(name, plain.entry(name)));
    entries.remove(ModelBundle.GRAPH);
    float[] residuals = new float[2 * FRAMES];
    float[] errors = new float[FRAMES];
    for (int i = 0; i < FRAMES; i++) {
      residuals[2 * i] = i;
      residuals[2 * i + 1] = -i;
      errors[i] = 1 + i; // larger than that of any frame
    }
    entries.put(
        ModelBundle.ANOMALY_CALIBRATION,
        AnomalyCalibration.fit(residuals, 2, errors, new float[FRAMES]).toBytes());
    entries.put(ModelBundle.APPEARANCE, AppearanceReference.builder(IMAGE).build().toBytes());
    entries.put(ModelBundle.SENSOR_REFERENCE, SensorReference.builder().build().toBytes());
    List<Latent> latents =
        List.of(
            new Latent(0, "cause", true, new FactorScale(0, 1, -2, 2)),
            new Latent(1, "effect", true));
    ModelProvenance provenance =
        new ModelProvenance(
            "spots",
            "",
            FrameDataset.open(data).sha256(),
            0,
            Map.of(ModelProvenance.TRAIN_SHARE, "0.7"),
            1,
            "test",
            "test",
            "then",
            "now",
            Map.of());
    ModelBundle.of(
            plain.manifest().withLatents(latents).withProvenance(provenance),
            CausalGraph.empty(List.of("cause", "effect")),
            entries)
        .write(model);
  }

  @Test
  void shouldGiveErrorsOfReadingsInTheirUnitOnFramesThatDidNotTrain() throws Exception {
    // Given
    writeWithUnit();
    // When
    int exit = run("--json");
    // Then
    assertThat(exit).as(err.toString()).isZero();
    JsonNode readings = JsonMapper.builder().build().readTree(out.toString()).path("readings");
    assertThat(readings).hasSize(2);
    JsonNode cause = readings.get(0);
    assertThat(cause.path("factor").asText()).isEqualTo("cause");
    assertThat(cause.path("frames").asInt()).isEqualTo(60);
    assertThat(cause.path("refusedShare").asDouble(-1)).isZero();
    assertThat(cause.path("meanAbsoluteError").asDouble()).isPositive();
    assertThat(cause.path("shareOfRange").asDouble())
        .isEqualTo(
            cause.path("meanAbsoluteError").asDouble() / cause.path("range").asDouble(),
            within(1e-12));
    assertThat(readings.get(1).toString()).isEqualTo("{\"factor\":\"effect\",\"frames\":60}");
    // And in words, within the lines of a terminal
    out.getBuffer().setLength(0);
    assertThat(run()).isZero();
    assertThat(out.toString())
        .containsPattern("readings {8}cause: missed by .* on average, .* % of its range of ")
        .contains("effect: no reading in its unit", "For comparison: ");
    assertThat(out.toString().lines().takeWhile(line -> !line.equals("details")))
        .filteredOn(line -> !line.startsWith("next "))
        .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(100));
  }

  private int run(String... more) {
    CommandLine line = Residua.commandLine();
    line.setOut(new PrintWriter(out));
    line.setErr(new PrintWriter(err));
    String[] args = new String[5 + more.length];
    args[0] = "evaluate";
    args[1] = "--model";
    args[2] = model.toString();
    args[3] = "--data";
    args[4] = data.toString();
    System.arraycopy(more, 0, args, 5, more.length);
    return line.execute(args);
  }

  @Test
  void shouldGiveEveryFigureWithItsFloorAndCeiling() throws IOException {
    // Given
    Path truth = dir.resolve("truth.txt");
    Files.writeString(truth, "cause -> effect\n");
    // When
    int exit = run("--graph", truth.toString(), "--json");
    // Then
    assertThat(err.toString()).isEmpty();
    assertThat(exit).isZero();
    JsonNode json = JsonMapper.builder().build().readTree(out.toString());
    assertThat(json.path("reconstruction").path("mse").asDouble()).isPositive();
    assertThat(json.path("residual").path("mmd").isNumber()).isTrue();
    assertThat(json.path("residual").path("noiseCorrelation").path("effect").asDouble())
        .isBetween(-1.0, 1.0);
    assertThat(json.path("residual").path("hsicPValue").asDouble()).isBetween(0.0, 1.0);
    assertThat(json.path("residual").path("leakage").has("dominance")).isTrue();
    assertThat(json.path("r2Nonlinear").path("effect").isNumber()).isTrue();
    assertThat(json.path("mcc").asDouble()).isBetween(0.0, 1.0);
    assertThat(json.path("dci").path("disentanglement").asDouble()).isBetween(0.0, 1.0);
    assertThat(json.path("irs").asDouble()).isBetween(0.0, 1.0);
    assertThat(json.path("shd").asInt(-1)).isEqualTo(1);
    assertThat(json.path("graph").isArray()).isTrue();
    assertThat(List.of("z0", "z1"))
        .containsExactlyInAnyOrder(
            json.path("matching").path("cause").asText(),
            json.path("matching").path("effect").asText());
    assertThat(json.path("ceiling").path("mcc").asDouble()).isEqualTo(1.0);
    assertThat(json.path("floor").path("mcc").asDouble()).isLessThan(0.3);
  }

  @Test
  void shouldBeginWithFourVerdictsAndOneNextCommand() {
    // When
    int exit = run();
    // Then
    assertThat(exit).as(err.toString()).isZero();
    List<String> lines = out.toString().lines().toList();
    assertThat(lines.get(0)).isEqualTo("model random on spots");
    assertThat(lines.get(2)).startsWith("names           bad       the 2 latents have no names");
    assertThat(lines).filteredOn(line -> line.startsWith("next            residua ")).hasSize(1);
    assertThat(lines.indexOf("details")).isBetween(6, 12);
    assertThat(lines.subList(0, lines.indexOf("details")))
        .filteredOn(line -> !line.startsWith("next ")) // it names files of any length
        .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(100))
        .noneMatch(line -> line.contains("mmd"));
  }

  @Test
  void shouldSayWhatIsMissingWhereFactorsAreUnknown() throws IOException {
    // Given
    Files.delete(data.resolve("labels.csv"));
    // When
    int exit = run("--json");
    // Then
    JsonNode json = JsonMapper.builder().build().readTree(out.toString());
    assertThat(exit).isZero();
    assertThat(json.has("mcc")).isFalse();
    assertThat(json.path("note").asText()).contains("no scores with factors");
  }

  @Test
  void shouldFailWithOneSentenceOnColumnsThatAreNoFactors() {
    assertThat(run("--factors", "cause,sun")).isEqualTo(1);
    assertThat(run("--factors", "weather")).isEqualTo(1);
    assertThat(err.toString())
        .contains("has no column 'sun', only [cause, effect, residua.noise.effect, weather]")
        .contains("column 'weather' of labels.csv holds text");
  }

  @Test
  void shouldReduceLargerFramesToTheSizeOfTheModel() throws IOException {
    // Given a set in colour with twice the sides: each pixel of the old frames is four equal ones
    assertThat(run("--json")).isZero();
    JsonNode before = JsonMapper.builder().build().readTree(out.toString());
    out.getBuffer().setLength(0);
    FrameDataset set = FrameDataset.open(data);
    byte[] large = new byte[FRAMES * 64 * 64 * 3];
    byte[] small = set.read(0, FRAMES);
    for (int i = 0; i < large.length; i++) {
      int pixel = i / 3;
      large[i] = small[(pixel / (64 * 64) * 32 + pixel / 64 % 64 / 2) * 32 + pixel % 64 / 2];
    }
    Npy.write(data.resolve("frames.npy"), large, FRAMES, 64, 64, 3);
    // When
    int exit = run("--json");
    // Then
    assertThat(exit).as(err.toString()).isZero();
    assertThat(JsonMapper.builder().build().readTree(out.toString())).isEqualTo(before);
  }

  @Test
  void shouldFailWithOneSentenceOnSmallerFrames() throws IOException {
    Npy.write(data.resolve("frames.npy"), new byte[FRAMES * 12], FRAMES, 2, 2, 3);
    assertThat(run()).isEqualTo(1);
    assertThat(err.toString()).contains("frames of 2x2x3 cannot become 32x32x1");
  }
}
