package dev.residua.cli.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.Residua;
import dev.residua.anomaly.AnomalyCalibration;
import dev.residua.anomaly.AppearanceReference;
import dev.residua.anomaly.SensorReference;
import dev.residua.causal.CausalGraph;
import dev.residua.causal.Latent;
import dev.residua.dataset.FrameDataset;
import dev.residua.dataset.Npy;
import dev.residua.frame.ImageShape;
import dev.residua.model.BundleManifest;
import dev.residua.model.ModelBundle;
import dev.residua.model.ModelProvenance;
import dev.residua.testing.Models;
import dev.residua.testing.Spots;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Runs the command on a model that nobody trained: only the page counts. */
class ReportCommandTest {
  private static final ImageShape IMAGE = new ImageShape(32, 32, 1);
  private static final int FRAMES = 200;

  @TempDir Path dir;
  private final Map<String, byte[]> entries = new HashMap<>();
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private Path data;
  private Path page;

  @BeforeEach
  void write() throws IOException {
    page = dir.resolve("pages/model.html");
    float[] residuals = new float[2 * FRAMES];
    float[] errors = new float[FRAMES];
    Random random = new Random(3);
    for (int i = 0; i < FRAMES; i++) {
      residuals[2 * i] = (float) random.nextGaussian();
      residuals[2 * i + 1] = (float) random.nextGaussian();
      errors[i] = random.nextFloat();
    }
    entries.put(ModelBundle.NETWORK, Models.network(IMAGE, 2));
    entries.put(ModelBundle.WEIGHTS, Models.weights(IMAGE, 2));
    entries.put(
        ModelBundle.ANOMALY_CALIBRATION,
        AnomalyCalibration.fit(residuals, 2, errors, new float[FRAMES]).toBytes());
    entries.put(ModelBundle.APPEARANCE, AppearanceReference.builder(IMAGE).build().toBytes());
    entries.put(ModelBundle.DRIFT_REFERENCE, new byte[] {1});
    entries.put(ModelBundle.PICTURE_REFERENCE, new byte[] {1});
    entries.put(ModelBundle.ATTRIBUTION_REFERENCE, new byte[] {1});
    entries.put(ModelBundle.SENSOR_REFERENCE, SensorReference.builder().build().toBytes());
    entries.put(ModelBundle.SELF_TEST, new byte[] {1});
    data = Files.createDirectory(dir.resolve("spots"));
    Spots spots = new Spots(IMAGE, FRAMES, 1, 1);
    byte[] pixels = new byte[FRAMES * IMAGE.size()];
    StringBuilder labels = new StringBuilder("cause,effect,residua.event\n");
    for (int i = 0; i < FRAMES; i++) {
      spots.read(i, pixels, i * IMAGE.size());
      double[] truth = spots.truth(i);
      labels.append("%s,%s,%s%n".formatted(truth[0], truth[1], i % 10 == 0 ? "glare" : ""));
    }
    Npy.write(data.resolve("frames.npy"), pixels, FRAMES, 32, 32, 1);
    Files.writeString(data.resolve("labels.csv"), labels);
  }

  private int run(String trainedOn) throws IOException {
    Path model = dir.resolve("model.residua");
    ModelBundle.of(
            new BundleManifest(
                ModelBundle.FORMAT_VERSION,
                "random",
                null,
                "none",
                IMAGE,
                "none",
                List.of(new Latent(0, "z0", false), new Latent(1, "z1", false)),
                List.of(),
                new ModelProvenance(
                    "spots",
                    "some",
                    trainedOn,
                    0,
                    Map.of("trainShare", "0.5"),
                    1,
                    "test",
                    "test",
                    "then",
                    "now",
                    Map.of("label.error", 0.5)),
                Map.of()),
            CausalGraph.of(List.of("z0", "z1"), new boolean[][] {{false, true}, new boolean[2]}),
            entries)
        .write(model);
    CommandLine line = Residua.commandLine();
    line.setOut(new PrintWriter(out));
    line.setErr(new PrintWriter(err));
    return line.execute(
        "report", "--model", model.toString(), "--data", data.toString(), "--out", page.toString());
  }

  private static long images(String text) {
    return text.split("<img ", -1).length - 1;
  }

  @Test
  void shouldShowTheModelOnOnePage() throws IOException {
    // Given a bundle that knows its losses and warnings
    entries.put(
        ModelBundle.LOSSES,
        "reconstruction,label,held,mmd,structural,edges,divergence\n9,1,0,1,0,0,0\n"
            .getBytes(StandardCharsets.UTF_8));
    entries.put(ModelBundle.WARNINGS, "nobody trained it\n".getBytes(StandardCharsets.UTF_8));
    // When
    int exit = run("of other frames");
    // Then: three rows of reconstructions, one of places, one a latent, losses, two residuals, two
    // of p-values
    assertThat(err.toString()).isEmpty();
    assertThat(exit).isZero();
    assertThat(out.toString()).contains(page.toString());
    String text = Files.readString(page);
    assertThat(images(text)).isEqualTo(3 + 1 + 2 + 1 + 2 + 2);
    assertThat(text.indexOf("<div class=\"verdict bad\"><strong>Names</strong>"))
        .isBetween(1, text.indexOf("nobody trained it"));
    assertThat(text.indexOf("<details>")).isBetween(1, text.indexOf("label.error"));
    assertThat(text)
        .contains("nobody trained it", "180 frames of spots.", "absolute difference, ")
        .contains("z1 from ", "mcc", "floor", "trainShare", "label.error", "0.5000", "<line ");
    assertThat(dir.resolve("pages")).isDirectoryContaining("glob:**.html");
    assertThat(dir.resolve("pages").toFile().list()).hasSize(1);
  }

  @Test
  void shouldSayOnceWhatTheModelCannotRead() throws IOException {
    // Given
    entries.put(
        ModelBundle.FINDINGS,
        "names: z0 folds\nnames: z1 folds\n".getBytes(StandardCharsets.UTF_8));
    // When
    int exit = run("of other frames");
    // Then: the first as the evidence of a verdict, the second as a warning
    assertThat(exit).isZero();
    assertThat(Files.readString(page))
        .contains("<p>z0 folds (and 1 more)</p>", "only with --accept", ">z1 folds</p>")
        .doesNotContain(">z0 folds</p>");
  }

  @Test
  void shouldLeaveOutWhatBundleAndDataDoNotHave() throws IOException {
    // Given
    Files.delete(data.resolve("labels.csv"));
    // When
    int exit = run("of other frames");
    // Then
    assertThat(err.toString()).isEmpty();
    assertThat(exit).isZero();
    assertThat(images(Files.readString(page))).isEqualTo(3 + 1 + 2 + 2 + 2);
    assertThat(Files.readString(page)).contains("no scores with factors");
  }

  @Test
  void shouldNotJudgePValuesOnTheFramesThatCalibratedThem() throws IOException {
    // When
    int exit = run(FrameDataset.open(data).sha256());
    // Then
    assertThat(exit).isZero();
    assertThat(images(Files.readString(page))).isEqualTo(3 + 1 + 2 + 2);
    assertThat(Files.readString(page))
        .contains("90 frames of spots that calibrated the model and did not train it.");
  }

  @Test
  void shouldFailWithOneSentenceOnFramesOfAnotherSize() throws IOException {
    // Given
    Files.delete(data.resolve("labels.csv"));
    Npy.write(data.resolve("frames.npy"), new byte[FRAMES * 12], FRAMES, 2, 2, 3);
    // When, Then
    assertThat(run("")).isEqualTo(1);
    assertThat(err.toString()).contains("frames of 2x2x3 cannot become 32x32x1");
    assertThat(page).doesNotExist();
  }

  @Test
  void shouldFailWithOneSentenceOnWeightsOfAnotherNetwork() throws IOException {
    // Given
    entries.put(ModelBundle.WEIGHTS, new byte[] {1, 2, 3, 4});
    // When, Then
    assertThat(run("")).isEqualTo(1);
    assertThat(err.toString()).contains("weights do not start with the mark");
  }

  @Test
  void shouldNameThePageAfterTheBundle() {
    assertThat(ReportFile.nextTo(Path.of("a/mine.residua"))).isEqualTo(Path.of("a/mine.html"));
    assertThat(ReportFile.nextTo(Path.of("mine"))).isEqualTo(Path.of("mine.html"));
    assertThat(ReportFile.nextTo(Path.of("mine.html"))).isEqualTo(Path.of("mine.html.html"));
  }
}
