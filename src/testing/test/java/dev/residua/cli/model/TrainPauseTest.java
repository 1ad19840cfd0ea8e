package dev.residua.cli.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.dataset.Npy;
import dev.residua.drift.DriftSettings;
import dev.residua.frame.ImageShape;
import dev.residua.model.ModelBundle;
import dev.residua.testing.Spots;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Trains a few steps through the command, with a drift detector that is hardly calibrated. */
@Tag("slow")
class TrainPauseTest {
  /** A drift detector that is hardly calibrated. */
  static final DriftSettings SHORT_DRIFT =
      new DriftSettings(
          new int[] {1, 2, 4, 8, 16},
          new double[0],
          4,
          false,
          true,
          false,
          false,
          new int[0],
          100,
          200,
          512);

  private static final ImageShape IMAGE = new ImageShape(16, 16, 1);
  private static final int FRAMES = 900;

  @TempDir Path dir;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void write() throws Exception {
    Path data = Files.createDirectory(dir.resolve("spots"));
    Spots spots = new Spots(IMAGE, FRAMES, 1, 1);
    byte[] pixels = new byte[FRAMES * IMAGE.size()];
    StringBuilder labels = new StringBuilder("cause,effect\n");
    for (int i = 0; i < FRAMES; i++) {
      spots.read(i, pixels, i * IMAGE.size());
      double[] truth = spots.truth(i);
      labels.append(i % 5 == 0 ? "%s,%s%n".formatted(truth[0], truth[1]) : ",\n");
    }
    Npy.write(data.resolve("frames.npy"), pixels, FRAMES, 16, 16, 1);
    Files.writeString(data.resolve("labels.csv"), labels);
    Files.writeString(dir.resolve("graph.txt"), "cause -> effect\n");
  }

  @Test
  void shouldResumeToTheModelOfAnUninterruptedTraining() throws Exception {
    // Given the graph from the first step, so that none is searched
    String[] options = {
      "--steps", "40", "--seed", "3", "--lanca", "fixed-graph=given,encoder=variational"
    };
    assertThat(train("whole", options)).as(err.toString()).isZero();

    // When
    int paused = train("half", with(options, "--stop-at", "20"));
    String said = out.toString();
    int resumed = train("resumed", with(options, "--resume", dir.resolve("half").toString()));

    // Then
    assertThat(List.of(paused, resumed)).as(err.toString()).containsOnly(0);
    assertThat(weights("resumed")).isEqualTo(weights("whole"));
    assertThat(weights("half")).isNotEqualTo(weights("whole"));
    assertThat(said).contains("paused          after 20 of 40 steps");
    assertThat(ModelBundle.read(dir.resolve("half")).manifest().provenance().hyperParameters())
        .containsEntry("stopAt", "20")
        .containsEntry("lanca.fixed-graph", "[0 -> 1]")
        .containsEntry("lanca.encoder", "variational")
        .containsEntry("lanca.mmd-weight", "10.0")
        .containsEntry("brokenFrames", "0")
        .containsEntry("heldPairs", "0")
        .containsKeys("lanca.edge-temperature", "machine");
    assertThat(ModelBundle.read(dir.resolve("whole")).manifest().provenance().hyperParameters())
        .doesNotContainKey("stopAt");
  }

  @Test
  void shouldNameLatentsByTheAnswersAndHoldsOfFiles() throws Exception {
    // Given 40 answers on each factor in the folder of the set, and runs of held frames in a file
    Spots spots = new Spots(IMAGE, FRAMES, 1, 1);
    StringBuilder answers = new StringBuilder("frame_a,frame_b,factor,answer,who\n");
    for (int i = 0; i < 80; i++) {
      boolean higher = spots.truth(i)[i % 2] > spots.truth(i + 200)[i % 2];
      answers.append(
          "%d,%d,%s,%s,\n"
              .formatted(i, i + 200, i % 2 == 0 ? "cause" : "effect", higher ? "a" : "b"));
    }
    Files.writeString(dir.resolve("spots/answers.csv"), answers);
    Path holds = dir.resolve("runs.csv");
    Files.writeString(holds, "first,last,factor\n500,515,cause\n");
    // When
    int exit = train("taught", "--labels", "0", "--steps", "3", "--holds", holds.toString());
    // Then 6 of each 40 answers are kept back, and of 16 held frames the last two
    assertThat(exit).as(err.toString()).isZero();
    ModelBundle bundle = ModelBundle.read(dir.resolve("taught"));
    assertThat(bundle.manifest().latentNames()).containsExactly("cause", "effect");
    assertThat(bundle.manifest().provenance().hyperParameters())
        .containsEntry("answers", Integer.toString(2 * (40 - 40 / 7)))
        .containsEntry("heldPairs", Integer.toString(13 + 12 + 10 + 6))
        .containsEntry("learntGraph", "not learnt");
    // When the file is damaged
    Files.writeString(holds, "first,last,factor\n500,9999,cause\n");
    // Then
    assertThat(train("taught", "--labels", "0", "--holds", holds.toString())).isEqualTo(1);
    assertThat(err.toString())
        .contains("runs.csv line 2: last is 9999, but the set has the frames 0 to 899");
  }

  @Test
  void shouldSayWhatContradictsItself() {
    assertThat(train("m", "--stop-at", "5", "--runs", "2")).isEqualTo(1);
    assertThat(train("m", "--stop-at", "0")).isEqualTo(1);
    assertThat(train("m", "--lanca", "prior=normal")).isEqualTo(1);
    assertThat(train("m", "--lanca", "priors=normal")).isEqualTo(1);
    assertThat(err.toString())
        .contains("--stop-at pauses one training, but --runs asks for 2")
        .contains("--stop-at must be at least 1 but was 0")
        .contains("--lanca: prior=normal is not known, allowed are permuted-self|standard-normal")
        .contains("--lanca: 'priors' is not a setting of the method, there are encoder,");
  }

  @Test
  void shouldListTheSettingsOfTheMethod() {
    // Given
    CommandLine line = new CommandLine(new TrainCommand());
    // When
    String help = line.getUsageMessage().replaceAll("\\s+", " ");
    // Then
    assertThat(help)
        .contains("encoder=deterministic|variational")
        .contains("fixed-graph=none|empty|given")
        .contains("harden-from=NUMBER");
  }

  private byte[] weights(String name) throws Exception {
    return ModelBundle.read(dir.resolve(name)).entry(ModelBundle.WEIGHTS);
  }

  private static String[] with(String[] options, String... more) {
    List<String> all = new ArrayList<>(List.of(options));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  private int train(String name, String... more) {
    CommandLine line = new CommandLine(new TrainCommand(SHORT_DRIFT));
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setExecutionExceptionHandler(
        (e, commandLine, parsed) -> {
          commandLine.getErr().println(e.getMessage());
          return 1;
        });
    line.setErr(new PrintWriter(err, true));
    line.setOut(new PrintWriter(out, true));
    return line.execute(
        with(
            new String[] {
              "--data", dir.resolve("spots").toString(),
              "--graph", dir.resolve("graph.txt").toString(),
              "--factors", "cause,effect",
              "--out", dir.resolve(name).toString()
            },
            more));
  }
}
