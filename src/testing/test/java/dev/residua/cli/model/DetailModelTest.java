package dev.residua.cli.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.Residua;
import dev.residua.drift.DriftReference;
import dev.residua.drift.ImageStatistics;
import dev.residua.model.ModelBundle;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** From pictures to an incident of a small defect: every command on the way. */
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DetailModelTest {
  private static final int PICTURES = 900;
  private static final int SIDE = 128;

  /** Pictures of the stream before the one with the defect. */
  private static final int GOOD = 100;

  @TempDir static Path dir;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeAll
  void train() throws Exception {
    run("dataset", "generate", "pendulum", "--noise", "--png", "--count", "" + PICTURES)
        .with("--size", SIDE + "x" + SIDE, "--out", at("drawn"))
        .succeeds();
    run("dataset", "import", "--images", at("drawn/png"), "--labels", at("drawn/labels.csv"))
        .with("--size", "32x32", "--details", "" + SIDE, "--out", at("train"))
        .succeeds();
    Path graph =
        Files.writeString(
            dir.resolve("graph.txt"),
            "pendulum -> shadow_length\npendulum -> shadow_position\n"
                + "light -> shadow_length\nlight -> shadow_position\n");
    CommandLine line = new CommandLine(new TrainCommand(TrainPauseTest.SHORT_DRIFT));
    line.setErr(new PrintWriter(err, true));
    line.setOut(new PrintWriter(out, true));
    int exit =
        line.execute(
            "--data",
            at("train"),
            "--out",
            at("m.residua"),
            "--graph",
            graph.toString(),
            "--steps",
            "60");
    assertThat(exit).as(err.toString()).isZero();
    spoil();
  }

  /** Repeats pictures of the calibration, from some frame on with a dark spot of 2x2 pixels. */
  private void spoil() throws Exception {
    Path spoilt = Files.createDirectories(dir.resolve("spoilt"));
    List<Path> pictures;
    try (Stream<Path> files = Files.list(dir.resolve("drawn/png"))) {
      pictures = files.sorted().skip(PICTURES - 150).toList();
    }
    for (int i = 0; i < pictures.size(); i++) {
      BufferedImage image = ImageIO.read(pictures.get(i).toFile());
      if (i >= GOOD) {
        Graphics2D pen = image.createGraphics();
        pen.setColor(Color.BLACK);
        pen.fillRect(100, 20, 2, 2);
        pen.dispose();
      }
      ImageIO.write(image, "png", spoilt.resolve("%05d.png".formatted(i)).toFile());
    }
    run("dataset", "import", "--images", at("spoilt"), "--size", "32x32")
        .with("--details", "" + SIDE, "--out", at("stream"))
        .succeeds();
  }

  @Test
  void shouldCalibrateThePictureWithItsDetails() throws Exception {
    // When
    ModelBundle bundle = ModelBundle.read(dir.resolve("m.residua"));
    DriftReference picture = DriftReference.fromBytes(bundle.entry(ModelBundle.PICTURE_REFERENCE));
    // Then
    assertThat(picture.latents()).isEqualTo(ImageStatistics.COUNT_WITH_DETAILS);
    assertThat(bundle.find(ModelBundle.DETAIL_CALIBRATION)).isPresent();
  }

  @Test
  void shouldOpenAnIncidentThatSaysWhereTheDefectIs() {
    // When
    run("backtest", "--model", at("m.residua"), "--data", at("stream")).succeeds();
    // Then
    List<String> said = out.toString().lines().toList();
    List<String> opened = said.stream().filter(l -> l.contains("(opened)")).toList();
    assertThat(opened).hasSize(1);
    assertThat(opened.get(0)).contains("small details");
    assertThat(said.get(said.indexOf(opened.get(0)) + 1))
        .containsPattern("now at 7[89] % from the left and 1[67] % from the top");
    long frame = Long.parseLong(opened.get(0).replaceAll(".*#(\\d+).*", "$1"));
    assertThat(frame).isBetween((long) GOOD, GOOD + 10L);
  }

  @Test
  void shouldWriteTheDetailsOfEachFrame() throws Exception {
    // When
    run("score", "--model", at("m.residua"), "--data", at("stream"), "--out", at("s")).succeeds();
    // Then
    List<String> lines = Files.readAllLines(dir.resolve("s"));
    List<String> columns = List.of(lines.get(0).split(","));
    int p = columns.indexOf("detail_p");
    assertThat(lines.subList(1 + GOOD, lines.size()))
        .allSatisfy(line -> assertThat(Double.parseDouble(line.split(",")[p])).isLessThan(0.02));
  }

  @Test
  void shouldSayWhatASetWithoutDetailPicturesLeavesOut() {
    // Given
    run("dataset", "generate", "pendulum", "--noise", "--count", "120", "--size", "32x32")
        .with("--out", at("plain"))
        .succeeds();
    // When
    run("backtest", "--model", at("m.residua"), "--data", at("plain")).succeeds();
    // Then
    assertThat(err.toString())
        .contains("small defects and the picture as a whole are not monitored")
        .contains("import the frames with --details 128x128");
    assertThat(out.toString()).doesNotContain("DRIFT.PICTURE");
  }

  private String at(String name) {
    return dir.resolve(name).toString();
  }

  private Typed run(String... arguments) {
    return new Typed(arguments);
  }

  /** A command that is typed in parts. */
  private final class Typed {
    private String[] arguments;

    Typed(String[] arguments) {
      this.arguments = arguments;
    }

    Typed with(String... more) {
      arguments = Stream.of(arguments, more).flatMap(Stream::of).toArray(String[]::new);
      return this;
    }

    void succeeds() {
      out.getBuffer().setLength(0);
      err.getBuffer().setLength(0);
      CommandLine line = Residua.commandLine();
      line.setErr(new PrintWriter(err, true));
      line.setOut(new PrintWriter(out, true));
      assertThat(line.execute(arguments)).as(err.toString()).isZero();
    }
  }
}
