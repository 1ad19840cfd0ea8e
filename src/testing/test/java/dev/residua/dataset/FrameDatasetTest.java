package dev.residua.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.decoding.FrameDecoder;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelFormat;
import dev.residua.simulation.DatasetGenerator;
import dev.residua.simulation.Pendulum;
import dev.residua.simulation.Scenario;
import dev.residua.simulation.ScenarioStream;
import dev.residua.simulation.SimulatedFrame;
import dev.residua.testing.Frames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FrameDatasetTest {
  private static final ImageShape SHAPE = new ImageShape(16, 12, 3);

  @TempDir Path dir;

  private Path generate(String name, Scenario scenario, int count, int labelled)
      throws IOException {
    Path out = dir.resolve(name);
    DatasetGenerator.generate(
        scenario,
        new DatasetGenerator.Settings(count, labelled, SHAPE, true, false),
        out,
        done -> {});
    return out;
  }

  private static Scenario noisy() {
    return Scenario.nominal(new Pendulum(), List.of(0.5, 0.4), 5, 0);
  }

  @Test
  void shouldReadBackTheFramesThatWereDrawn() throws Exception {
    // Given
    Path out = generate("set", noisy(), 30, 30);

    // When
    FrameDataset set = FrameDataset.open(out);

    // Then
    assertThat(set.size()).isEqualTo(30);
    assertThat(set.shape()).isEqualTo(SHAPE);
    assertThat(set.name()).isEqualTo("pendulum");
    assertThat(set.factors())
        .containsExactly("pendulum", "light", "shadow_length", "shadow_position");
    assertThat(set.graph()).isEqualTo(new Pendulum().graph());
    ScenarioStream stream = new ScenarioStream(noisy(), SHAPE);
    byte[] all = set.read(0, 30);
    FrameDecoder decoder = new FrameDecoder(FrameLimits.DEFAULTS, SHAPE);
    for (int i = 0; i < 30; i++) {
      byte[] drawn = new byte[SHAPE.size()];
      SimulatedFrame facts = stream.next(drawn, 0);
      byte[] stored = new byte[SHAPE.size()];
      set.read(i, stored, 0);
      byte[] png = new byte[SHAPE.size()];
      decoder.decode(
          Frames.file(
              PixelFormat.PNG, Files.readAllBytes(out.resolve("png/%06d.png".formatted(i)))),
          png,
          0);
      assertThat(stored).isEqualTo(drawn);
      assertThat(png).isEqualTo(drawn);
      assertThat(Arrays.copyOfRange(all, i * SHAPE.size(), (i + 1) * SHAPE.size()))
          .isEqualTo(drawn);
      assertThat(set.labels().value(i, "shadow_length")).isEqualTo(facts.factors()[2]);
      assertThat(set.labels().value(i, "residua.noise.shadow_position"))
          .isEqualTo(facts.noise()[3]);
    }
  }

  @Test
  void shouldGiveTheDigestOfPixelsAndLabels() throws Exception {
    // Given
    Path out = generate("set", noisy(), 9, 9);
    FrameDataset set = FrameDataset.open(out);

    // When
    String digest = set.sha256();

    // Then
    MessageDigest sha = MessageDigest.getInstance("SHA-256");
    sha.update(set.read(0, 9));
    sha.update(Files.readAllBytes(out.resolve("labels.csv")));
    assertThat(digest).isEqualTo(HexFormat.of().formatHex(sha.digest()));
    assertThat(Files.readString(out.resolve("dataset.json"))).contains(digest);
    assertThat(digest)
        .isEqualTo(FrameDataset.open(generate("again", noisy(), 9, 9)).sha256())
        .isNotEqualTo(FrameDataset.open(generate("fewer labels", noisy(), 9, 3)).sha256());
  }

  @Test
  void shouldKeepFactorsOfEvenlySpreadRowsOnly() throws IOException {
    // When
    LabelTable labels = FrameDataset.open(generate("set", noisy(), 20, 3)).labels();

    // Then
    int labelled = 0;
    int inFirstHalf = 0;
    for (int row = 0; row < 20; row++) {
      assertThat(labels.value(row, "residua.noise.shadow_length")).isNotNaN();
      if (!Double.isNaN(labels.value(row, "light"))) {
        labelled++;
        inFirstHalf += row < 10 ? 1 : 0;
      }
    }
    assertThat(labelled).isEqualTo(3);
    assertThat(inFirstHalf).isEqualTo(1);
  }

  @Test
  void shouldSayInTheLabelsWhatWasDoneToEachFrame() throws IOException {
    // Given
    Scenario script =
        Scenario.parse(
            "{\"scene\": \"pendulum\", \"frames\": 8, \"events\": [{\"kind\": \"offset\","
                + " \"node\": \"light\", \"at\": 3, \"frames\": 2, \"size\": 1}]}",
            "test");

    // When
    LabelTable labels = FrameDataset.open(generate("set", script, 8, 0)).labels();

    // Then
    for (int row = 0; row < 8; row++) {
      boolean touched = row == 3 || row == 4;
      assertThat(labels.text(row, "residua.event")).isEqualTo(touched ? "offset" : null);
      assertThat(labels.text(row, "residua.event_node")).isEqualTo(touched ? "light" : null);
      assertThat(labels.text(row, "residua.event_id")).isEqualTo(touched ? "p1e1" : null);
      assertThat(labels.text(row, "residua.event_start")).isEqualTo(touched ? "3" : null);
    }
  }

  @Test
  void shouldOpenBareArraysAndTakeNumericColumnsForFactors() throws IOException {
    // Given
    Npy.write(dir.resolve("frames.npy"), new byte[2 * 3 * 4], 2, 3, 4, 1);
    Files.writeString(
        dir.resolve("labels.csv"),
        "file,speed,colour,residua.noise.speed,residua.event,variable.x,changed,event\na,1,red,0,,1,0,3\nb,2,blue,0,1,2,1,4\n");

    // When
    FrameDataset set = FrameDataset.open(dir);

    // Then
    assertThat(set.factors()).containsExactly("speed", "changed", "event");
    assertThat(set.graph()).isNull();
    assertThat(set.shape()).isEqualTo(new ImageShape(4, 3, 1));
    assertThat(set.name()).isEqualTo(dir.getFileName().toString());
  }

  @Test
  void shouldRefuseFoldersThatAreNoDataSet() throws IOException {
    assertThatThrownBy(() -> FrameDataset.open(dir)).hasMessageContaining("frames.npy is missing");

    Npy.write(dir.resolve("frames.npy"), new byte[24], 2, 3, 4);
    assertThatThrownBy(() -> FrameDataset.open(dir))
        .hasMessageContaining("uint8 of shape [2, 3, 4], expected uint8 [frames,");

    Npy.write(dir.resolve("frames.npy"), new byte[48], 2, 3, 4, 2);
    assertThatThrownBy(() -> FrameDataset.open(dir))
        .hasMessageContaining("channels must be 1 or 3 but was 2");

    Npy.write(dir.resolve("frames.npy"), new byte[24], 2, 3, 4, 1);
    Files.writeString(dir.resolve("labels.csv"), "a\n1\n");
    assertThatThrownBy(() -> FrameDataset.open(dir))
        .hasMessageContaining("has 1 rows, expected one for each of the 2 frames");

    Files.writeString(dir.resolve("labels.csv"), "a\n1\n2\n");
    Files.writeString(dir.resolve("dataset.json"), "{\"factors\": [\"b\"]}");
    assertThatThrownBy(() -> FrameDataset.open(dir)).hasMessageContaining("names the factor 'b'");

    Files.writeString(dir.resolve("dataset.json"), "{\"edges\": [[\"a\", \"c\"]]}");
    assertThatThrownBy(() -> FrameDataset.open(dir)).hasMessageContaining("has the edge");

    Files.writeString(dir.resolve("dataset.json"), "{");
    assertThatThrownBy(() -> FrameDataset.open(dir)).hasMessageContaining("is not JSON");
  }

  @Test
  void shouldLeaveNothingBehindWhenItIsNotFinished() throws IOException {
    // Given
    Path out = dir.resolve("set");

    // When
    try (DatasetWriter writer =
        new DatasetWriter(
            out,
            SHAPE,
            List.of("a"),
            new DatasetWriter.Description("set", List.of("a"), null, Map.of()),
            false,
            false)) {
      writer.write(new byte[SHAPE.size()], 0, List.of("1"));
    }

    // Then
    try (Stream<Path> left = Files.list(dir)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void shouldNotReplaceADataSetUnlessTold() throws IOException {
    // Given
    Path out = generate("set", noisy(), 3, 3);
    Path other = Files.createDirectories(dir.resolve("photos"));
    Files.writeString(other.resolve("mine.txt"), "keep me");
    DatasetGenerator.Settings keep = new DatasetGenerator.Settings(2, 2, SHAPE, false, false);
    DatasetGenerator.Settings replace = new DatasetGenerator.Settings(2, 2, SHAPE, false, true);

    // When, Then
    assertThatThrownBy(() -> DatasetGenerator.generate(noisy(), keep, out, done -> {}))
        .hasMessageContaining("already holds a data set");
    assertThat(FrameDataset.open(out).size()).isEqualTo(3);
    DatasetGenerator.generate(noisy(), replace, out, done -> {});
    assertThat(FrameDataset.open(out).size()).isEqualTo(2);
    assertThatThrownBy(() -> DatasetGenerator.generate(noisy(), replace, other, done -> {}))
        .hasMessageContaining("exists and is not a data set");
    assertThat(other.resolve("mine.txt")).exists();
  }
}
