package dev.residua.cli.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.residua.Residua;
import dev.residua.dataset.FrameDataset;
import dev.residua.frame.ImageShape;
import dev.residua.simulation.Scenario;
import dev.residua.testing.Frames;
import dev.residua.testing.Videos;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class DatasetCommandTest {
  @TempDir Path dir;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... args) {
    CommandLine line = Residua.commandLine();
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    return line.execute(args);
  }

  private String path(String name) {
    return dir.resolve(name).toString();
  }

  @Test
  void shouldGenerateANoisySetAndSaySoInJson() throws IOException {
    // When
    int code =
        run(
            "dataset",
            "generate",
            "pendulum",
            "--out",
            path("set"),
            "--count",
            "12",
            "--noise",
            "--labels",
            "4",
            "--size",
            "32x24",
            "--json");

    // Then
    FrameDataset set = FrameDataset.open(dir.resolve("set"));
    JsonNode json = new ObjectMapper().readTree(out.toString());
    assertThat(code).isZero();
    assertThat(set.shape()).isEqualTo(new ImageShape(32, 24, 3));
    assertThat(json.path("frames").asInt()).isEqualTo(12);
    assertThat(json.path("labelled").asInt()).isEqualTo(4);
    assertThat(json.path("sha256").asText()).isEqualTo(set.sha256());
    assertThat(set.labels().value(0, "residua.noise.shadow_length")).isNotZero();
    assertThat(Files.readString(dir.resolve("set/dataset.json")))
        .contains("\"noise\" : [ 0.5, 0.4 ]");
  }

  @Test
  void shouldGenerateALiteralSetWithoutNoise() throws IOException {
    // When
    int code =
        run(
            "dataset",
            "generate",
            "pendulum",
            "--out",
            path("set"),
            "--count",
            "3",
            "--size",
            "16");

    // Then
    assertThat(code).isZero();
    assertThat(
            FrameDataset.open(dir.resolve("set")).labels().value(2, "residua.noise.shadow_length"))
        .isZero();
    assertThat(out.toString()).contains("3 frames of pendulum, 3 with factors");
  }

  @Test
  void shouldGenerateOnePassOfTheShippedScenario() throws IOException {
    // When
    int code =
        run("dataset", "generate", "--scenario", "demo", "--out", path("set"), "--size", "8");

    // Then
    FrameDataset set = FrameDataset.open(dir.resolve("set"));
    assertThat(code).isZero();
    assertThat(set.size()).isEqualTo(Scenario.shipped("demo").frames());
    assertThat(set.labels().text(200, "residua.event")).isEqualTo("single_shock");
    assertThat(set.labels().text(450, "residua.event_node")).isEqualTo("light");
  }

  @Test
  void shouldFailWithOneLineThatSaysWhatToDo() throws IOException {
    // Given
    Files.writeString(dir.resolve("bad.json"), "{\"scene\": \"flow\", \"speed\": 2}");

    // When
    int unknown = run("dataset", "generate", "lake", "--out", path("a"));
    int nothing = run("dataset", "generate", "--out", path("a"));
    int noise = run("dataset", "generate", "flow", "--noise", "loud", "--out", path("a"));
    int count = run("dataset", "generate", "flow", "--count", "0", "--out", path("a"));
    int script = run("dataset", "generate", "--scenario", path("bad.json"), "--out", path("a"));
    int missing = run("dataset", "generate", "--scenario", path("no.json"), "--out", path("a"));
    int size = run("dataset", "generate", "flow", "--size", "0x5", "--out", path("a"));

    // Then
    assertThat(new int[] {unknown, nothing, noise, count, script, missing}).containsOnly(1);
    assertThat(size).isEqualTo(2);
    String page = "residua: see src/docs/datasets.md";
    assertThat(err.toString().lines().filter(page::equals)).hasSize(6);
    assertThat(err.toString().lines().filter(line -> !page.equals(line)).limit(6))
        .containsExactly(
            "residua: unknown scene 'lake', expected one of pendulum, flow, candle, valve, pump, plant, tank, belt, plate",
            "residua: give the scene to draw (pendulum, flow, candle, valve, pump, plant, tank, belt, plate) or --scenario",
            "residua: --noise must be numbers such as 0.5,0.4 but was 'loud'",
            "residua: count must be at least 1 but was 0",
            "residua: "
                + path("bad.json")
                + ": unknown key 'speed', expected one of autocorrelation, events, frames,"
                + " framesPerSecond, noise, noiseKind, scene, seed",
            "residua: " + path("no.json") + " does not exist");
    assertThat(err.toString()).contains("'0x5' is not a size").doesNotContain("\tat ");
    assertThat(dir.resolve("a")).doesNotExist();
  }

  @Test
  void shouldSayThatTheSetExistsBeforeAVideoIsRead() throws IOException {
    // Given a set, and a file that cannot be read as the video that its name promises
    run("dataset", "generate", "pendulum", "--out", path("set"), "--count", "2");
    Path video = Files.write(dir.resolve("normal.mp4"), new byte[] {1});
    // When
    int code =
        run(
            "dataset",
            "import",
            "--images",
            video.toString(),
            "--every",
            "0.5s",
            "--out",
            path("set"));
    // Then
    assertThat(code).isEqualTo(1);
    assertThat(err.toString()).contains("already holds a data set; give --force to replace it");
  }

  @Test
  void shouldImportImagesWithTheirLabels() throws IOException {
    // Given
    Path images = Files.createDirectory(dir.resolve("images"));
    Files.write(images.resolve("1.png"), Frames.png(20, 10));
    Files.write(images.resolve("2.jpg"), Frames.jpeg(64, 64));
    Files.writeString(dir.resolve("labels.csv"), "speed,colour\n1.5,red\n,blue\n");

    // When
    int code =
        run(
            "dataset",
            "import",
            "--images",
            images.toString(),
            "--labels",
            path("labels.csv"),
            "--out",
            path("set"),
            "--size",
            "32");

    // Then
    FrameDataset set = FrameDataset.open(dir.resolve("set"));
    assertThat(code).isZero();
    assertThat(set.size()).isEqualTo(2);
    assertThat(set.factors()).containsExactly("speed");
    assertThat(out.toString())
        .contains("2 frames of 32x32x3, factors speed")
        .contains("do not hold numbers: colour");
  }

  @Test
  void shouldSayWhatBecameOfLabelsFoldersAndFiles() throws IOException {
    // Given
    for (String name : new String[] {"a/1.png", "a/2.png", "a/10.png", "b/1.png"}) {
      Path picture = dir.resolve("images").resolve(name);
      Files.createDirectories(picture.getParent());
      Files.write(picture, Frames.png(16, 16));
    }
    Files.writeString(dir.resolve("images/notes.doc"), "x");
    Files.writeString(
        dir.resolve("labels.csv"), "file;frame;ball\na/1.png;1;1,5\na/10.png;2;2\na/2.png;3;1\n");
    String[] arguments = {
      "dataset",
      "import",
      "--images",
      path("images"),
      "--labels",
      path("labels.csv"),
      "--size",
      "16"
    };

    // When
    int text = run(with(arguments, "--out", path("set")));
    String said = out.toString();
    out.getBuffer().setLength(0);
    int json = run(with(arguments, "--out", path("second"), "--json", "--factors", "ball,frame"));

    // Then
    assertThat(text).isZero();
    assertThat(json).isZero();
    assertThat(said)
        .contains("4 frames of 16x16x3, factors ball")
        .contains("frames are independent (no times)")
        .contains(
            "labels (CSV with semicolons): 3 frames have a row, 1 have none and are kept without"
                + " labels")
        .contains("read with decimal commas: ball")
        .contains("the column 'folder' holds the folder of each image: a (3), b (1)")
        .contains("they count the rows: frame; to include them give --factors ball,frame")
        .contains("1 other files were left out: 1 .doc")
        .contains("note: 4 frames are few");
    JsonNode result = new ObjectMapper().readTree(out.toString());
    assertThat(result.path("labelled").asInt()).isEqualTo(3);
    assertThat(result.path("folders").path("a").asInt()).isEqualTo(3);
    assertThat(result.path("factors").get(1).asText()).isEqualTo("frame");
    assertThat(result.path("counters")).isEmpty();
    assertThat(result.path("sequence").asBoolean(true)).isFalse();
    assertThat(result.path("stepSeconds").isNull()).isTrue();
    assertThat(result.path("runs").asInt(1)).isZero();
    assertThat(result.path("range").isNull()).isTrue();
    assertThat(result.path("advice").get(0).path("kind").asText()).isEqualTo("FEW_FRAMES");
    assertThat(result.path("advice").get(0).path("sentence").asText())
        .startsWith("4 frames are few");
    assertThat(result.path("leftOut").path(".doc").asInt()).isEqualTo(1);
  }

  @Test
  void shouldKeepTheTimesOfAVideo() throws Exception {
    // Given
    String clip = Videos.steps(dir.resolve("clip.mp4")).toString();

    // When
    int code =
        run(
            "dataset",
            "import",
            "--images",
            clip,
            "--every",
            "2s",
            "--size",
            "16",
            "--out",
            path("set"));

    // Then
    assertThat(code).isZero();
    assertThat(out.toString()).contains("frames are a sequence: 5 frames, one every 2 s, 1 run");
    assertThat(FrameDataset.open(dir.resolve("set")).times().seconds())
        .containsExactly(0, 2, 4, 6, 8);
  }

  @Test
  void shouldSayThatOnlySomeNamesHaveATime() throws IOException {
    // Given
    Path images = Files.createDirectory(dir.resolve("images"));
    for (String name : new String[] {"20261130_221907.png", "20261130_221908.png", "last.png"}) {
      Files.write(images.resolve(name), Frames.png(16, 16));
    }

    // When
    int code =
        run(
            "dataset",
            "import",
            "--images",
            images.toString(),
            "--size",
            "16",
            "--out",
            path("set"));

    // Then
    assertThat(code).isZero();
    assertThat(out.toString())
        .contains("frames are independent: only 2 of 3 names have a time, so no time is used");
  }

  private static String[] with(String[] args, String... more) {
    return Stream.concat(Arrays.stream(args), Arrays.stream(more)).toArray(String[]::new);
  }

  @Test
  void shouldNameAllBadImagesOfAnImport() throws IOException {
    // Given
    Path images = Files.createDirectory(dir.resolve("images"));
    Files.write(images.resolve("1.png"), Frames.truncatedPng());
    Files.write(images.resolve("2.png"), Frames.bombHeader());

    // When
    int code = run("dataset", "import", "--images", images.toString(), "--out", path("set"));

    // Then
    assertThat(code).isEqualTo(1);
    assertThat(err.toString())
        .contains("2 of 2 images cannot be imported")
        .contains("1.png: the PNG is cut short")
        .contains("2.png: the PNG is 65,000x65,000 pixels");
    assertThat(dir.resolve("set")).doesNotExist();
  }
}
