package dev.residua.cli.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.Residua;
import dev.residua.testing.FakeMlflow;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ModelPushCommandTest {
  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void copyTheShippedBundle() throws Exception {
    try (InputStream in =
        ModelPushCommandTest.class.getResourceAsStream("/models/pendulum.residua")) {
      Files.copy(in, folder.resolve("mine.residua"));
    }
  }

  private int run(String... arguments) {
    CommandLine line = Residua.commandLine();
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    return line.execute(arguments);
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  private int push(String... more) {
    String[] words = {"model", "push", path("mine.residua"), "--layout", path("models")};
    return run(Stream.of(words, more).flatMap(Arrays::stream).toArray(String[]::new));
  }

  private int pull(String tag) {
    return run("model", "pull", tag, "--layout", path("models"), "--out", path("pulled.residua"));
  }

  @Test
  void shouldPullWhatWasPushed() throws Exception {
    // When
    int pushed = push("--tag", "lens-2,stable");
    int pulled = pull("stable");
    // Then
    assertThat(pushed).as(err.toString()).isZero();
    assertThat(pulled).as(err.toString()).isZero();
    assertThat(out.toString()).contains(" as lens-2, stable, sha256:", ", digest ");
    assertThat(folder.resolve("pulled.residua")).exists();
  }

  @Test
  void shouldNameABundleByItsIdUnlessItHasATag() {
    // Given
    push();
    // When
    String id = out.toString().replaceAll("(?s).* as (\\S+), sha256:.*", "$1");
    // Then
    assertThat(pull(id)).as(err.toString()).isZero();
  }

  @Test
  void shouldSayWhichTagsThereAre() {
    // Given
    push("--tag", "stable");
    // When
    int exit = pull("latest");
    // Then
    assertThat(exit).isEqualTo(1);
    assertThat(err.toString()).contains("has no tag 'latest', only: stable");
    assertThat(folder.resolve("pulled.residua")).doesNotExist();
  }

  @Test
  void shouldExchangeBundlesWithMlflow() throws Exception {
    try (FakeMlflow server = new FakeMlflow()) {
      // Given
      String address = "mlflow:" + server.url() + "/pendulum";

      // When
      int pushed =
          run("model", "push", path("mine.residua"), "--mlflow", address, "--tag", "champion");
      int pulled =
          run("model", "pull", "champion", "--mlflow", address, "--out", path("pulled.residua"));

      // Then
      assertThat(pushed).as(err.toString()).isZero();
      assertThat(pulled).as(err.toString()).isZero();
      assertThat(out.toString()).contains(" is version 1, champion", ", digest ");
      assertThat(folder.resolve("pulled.residua"))
          .hasSameBinaryContentAs(folder.resolve("mine.residua"));
    }
  }

  @Test
  void shouldTakeOnePlaceOnly() {
    assertThat(run("model", "push", path("mine.residua"))).isEqualTo(2);
    assertThat(push("--mlflow", "mlflow:http://localhost:1/pendulum")).isEqualTo(2);
  }
}
