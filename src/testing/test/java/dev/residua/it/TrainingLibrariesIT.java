package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.testing.Waits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** ND4J and its dependencies are on the class path of training commands only. */
@Tag("newer-jdk")
class TrainingLibrariesIT {
  private static final Path APPLICATION = Path.of("target/quarkus-app").toAbsolutePath();
  private static final String MODEL = "src/app/main/resources/models/pendulum.residua";

  @TempDir Path folder;

  @Test
  void shouldKeepTrainingLibrariesInAFolderOfTheirOwn() throws IOException {
    assertThat(jars("lib/main")).noneMatch(TrainingLibrariesIT::isForTraining).isNotEmpty();
    assertThat(jars("lib/training")).anyMatch(TrainingLibrariesIT::isForTraining);
  }

  @Test
  void shouldScoreWithoutThem() throws IOException, InterruptedException {
    // Given
    String data = folder.resolve("data").toString();
    run("-Xmx512m", "dataset", "generate", "pendulum", "--count", "40", "--out", data);
    String scores = folder.resolve("scores.csv").toString();
    // When
    String output =
        run("-verbose:class", "score", "--model", MODEL, "--data", data, "--out", scores);
    // Then
    assertThat(output).contains("dev.residua.onnx.OnnxEngine").doesNotContain("org.nd4j.");
    assertThat(Files.readAllLines(Path.of(scores))).hasSize(41);
  }

  private static boolean isForTraining(String jar) {
    return jar.contains("nd4j") || jar.contains("deeplearning4j") || jar.contains("openblas");
  }

  private static List<String> jars(String libraries) throws IOException {
    try (Stream<Path> files = Files.list(APPLICATION.resolve(libraries))) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  private String run(String jvmOption, String... arguments)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                jvmOption,
                "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
                "-jar",
                APPLICATION.resolve("quarkus-run.jar").toString()));
    command.addAll(Arrays.asList(arguments));
    Path output = folder.resolve("output.txt");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    assertThat(process.waitFor(Waits.seconds(120), TimeUnit.SECONDS)).isTrue();
    String text = Files.readString(output);
    assertThat(process.exitValue()).as(text).isZero();
    return text;
  }
}
