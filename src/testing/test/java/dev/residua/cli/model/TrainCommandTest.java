package dev.residua.cli.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.Residua;
import dev.residua.app.model.Models;
import dev.residua.dataset.FrameTimes;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class TrainCommandTest {
  @TempDir Path dir;
  private final StringWriter err = new StringWriter();
  private String data;

  @BeforeEach
  void generate() {
    data = dir.resolve("set").toString();
    int exit =
        run(
            "dataset",
            "generate",
            "pendulum",
            "--noise",
            "--count",
            "60",
            "--size",
            "32x32",
            "--out",
            data);
    assertThat(exit).isZero();
  }

  @Test
  void shouldSayWhyCudaCannotTrainHere() {
    // Given
    // When
    int exit = train("--backend", "cuda");
    // Then
    assertThat(exit).isEqualTo(1);
    assertThat(err.toString()).contains("--backend cpu").doesNotContain("\tat ");
  }

  @Test
  void shouldNameTheColumnsThatThereAre() {
    // Given
    // When
    int exit = train("--factors", "pendulum,shade");
    // Then
    assertThat(exit).isEqualTo(1);
    assertThat(err.toString()).contains("no column 'shade'").contains("shadow_length");
  }

  @Test
  void shouldSayHowManyFramesAreNeeded() {
    // Given
    // When
    int exit = train();
    // Then
    assertThat(exit).isEqualTo(1);
    assertThat(err.toString()).contains("60 frames give 42 to train on");
    assertThat(dir.resolve("m.residua")).doesNotExist();
  }

  @Test
  void shouldSayHowLongASourceLearns() {
    assertThat(TrainCommand.learning(9_100, new FrameTimes(new double[] {0, 0.25, 0.5})))
        .isEqualTo(
            "a source needs about 9,100 frames like these until it is armed, 38 minutes at 4 frames per second");
    assertThat(TrainCommand.learning(1_000, new FrameTimes(new double[] {5, 5.03337, 5.06673})))
        .endsWith(", 1 minute at 30 frames per second");
    assertThat(TrainCommand.learning(1_000, FrameTimes.NONE)).endsWith("until it is armed");
  }

  @Test
  void shouldRefuseAGraphOverOtherNames() throws Exception {
    // Given
    Path graph = Files.writeString(dir.resolve("g.txt"), "light -> shade\n");
    // When
    int exit = train("--graph", graph.toString());
    // Then
    assertThat(exit).isEqualTo(1);
    assertThat(err.toString())
        .contains("light -> shade")
        .contains("[pendulum, light, shadow_length, shadow_position]");
  }

  @Test
  void shouldRefuseACyclicGraph() throws Exception {
    // Given
    Path graph =
        Files.writeString(
            dir.resolve("g.json"),
            "{\"edges\":[[\"light\",\"pendulum\"],[\"pendulum\",\"light\"]]}");
    // When
    int exit = train("--graph", graph.toString());
    // Then
    assertThat(exit).isEqualTo(1);
    assertThat(err.toString()).contains("cycle").contains("g.json");
  }

  @Test
  void shouldSayThatABundleToResumeFromIsMissing() {
    // Given
    // When
    int exit = train("--resume", dir.resolve("none.residua").toString());
    // Then
    assertThat(exit).isEqualTo(1);
    assertThat(err.toString()).contains("none.residua does not exist");
  }

  @ParameterizedTest
  @CsvSource({"--latents,50,2 to 12", "--shift,9,0 to 8", "--shift,-1,0 to 8"})
  void shouldNameTheOptionThatIsOutOfRange(String option, String value, String range) {
    // Given
    // When
    int exit = train(option, value);
    // Then
    assertThat(exit).isEqualTo(1);
    assertThat(err.toString()).contains(option + " must be from " + range + " but was " + value);
  }

  @Test
  void shouldRefuseSizesThatTheSetOrTheNetworkDoesNotHave() {
    // Given a set of 32x32x3
    // When
    // Then
    assertThat(train("--size", "64")).isEqualTo(1);
    assertThat(train("--size", "24")).isEqualTo(1);
    assertThat(train("--size", "16x16x2")).isEqualTo(1);
    assertThat(err.toString())
        .contains("frames of 32x32x3 cannot become 64x64x3: import the pictures again with --size")
        .contains("multiples of 16: train with --size 16x16, or import with --size 32x32")
        .contains("'16x16x2' is not a size");
  }

  @Test
  void shouldReduceTheFrames() {
    // Given
    // When the training fails for another reason than its size
    int exit = train("--size", "16x32x1");
    // Then
    assertThat(exit).isEqualTo(1);
    assertThat(err.toString()).contains("60 frames give 42 to train on");
  }

  @Test
  void shouldRefuseToResumeAtAnotherSize() throws Exception {
    // Given the shipped model, which reads 64x64x3
    Path model = dir.resolve("shipped.residua");
    Models.read(Optional.empty()).write(model);
    // When
    int exit = train("--resume", model.toString(), "--size", "16");
    // Then
    assertThat(exit).isEqualTo(1);
    assertThat(err.toString())
        .contains("--resume reads frames of 64x64x3, and this training has frames of 16x16x3")
        .contains("give --size 64x64x3");
  }

  private int train(String... more) {
    String[] arguments = new String[5 + more.length];
    arguments[0] = "train";
    arguments[1] = "--data";
    arguments[2] = data;
    arguments[3] = "--out";
    arguments[4] = dir.resolve("m.residua").toString();
    System.arraycopy(more, 0, arguments, 5, more.length);
    return run(arguments);
  }

  private int run(String... arguments) {
    CommandLine line = Residua.commandLine();
    line.setErr(new PrintWriter(err, true));
    line.setOut(new PrintWriter(new StringWriter(), true));
    return line.execute(arguments);
  }

  @Test
  void shouldSayWhatContradictsItselfInAPartialGraph() throws Exception {
    // Given
    Path both =
        Files.writeString(
            dir.resolve("both.txt"), "partial\nlight -> pendulum\nlight !> pendulum\n");
    Path mixed =
        Files.writeString(
            dir.resolve("mixed.json"), "{\"edges\":[], \"forbidden\":[[\"light\",\"pendulum\"]]}");
    Path key = Files.writeString(dir.resolve("key.json"), "{\"need\":[]}");
    Path order = Files.writeString(dir.resolve("o.txt"), "light < pendulum\npendulum -> light\n");
    // When
    int exits =
        train("--graph", both.toString())
            + train("--graph", mixed.toString())
            + train("--graph", key.toString())
            + train("--graph", order.toString());
    // Then
    assertThat(exits).isEqualTo(4);
    assertThat(err.toString())
        .contains("both.txt: the edge light -> pendulum is both required and forbidden")
        .contains("mixed.json: gives a whole graph by 'edges'")
        .contains("key.json: has the key 'need', expected some of [edges, required")
        .contains("o.txt: the required edges contradict the order");
  }

  @Test
  void shouldRefuseANumberOfRunsThatMakesNoSense() {
    assertThat(train("--runs", "0")).isEqualTo(1);
    assertThat(err.toString()).contains("--runs must be from 1 to 20 but was 0");
  }
}
