package dev.residua.cli.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.Residua;
import dev.residua.model.ModelBundle;
import dev.residua.model.ModelFinding;
import dev.residua.testing.Bundles;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Commands that use a model whose training found unreadable parts; no broker is needed. */
class AcceptOptionTest {
  @TempDir Path dir;
  private Path file;
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void write() throws IOException {
    file = dir.resolve("m.residua");
    Bundles.empty("m")
        .with(
            ModelBundle.FINDINGS,
            ModelFinding.toLines(
                List.of(new ModelFinding(ModelFinding.Aspect.NAMES, "light folds"))))
        .write(file);
  }

  private int run(String... arguments) {
    CommandLine line = Residua.commandLine();
    line.setErr(new PrintWriter(err));
    return line.execute(arguments);
  }

  @Test
  void shouldRefuseToPublishOrPromoteAModelThatNobodyAccepted() {
    // When, Then
    assertThat(run("model", "publish", file.toString())).isEqualTo(1);
    assertThat(run("model", "promote", file.toString(), "--reason", "test")).isEqualTo(1);
    assertThat(err.toString().lines().filter(line -> !line.contains("src/docs")))
        .hasSize(2)
        .allSatisfy(
            line ->
                assertThat(line)
                    .contains("model m is not accepted: light folds")
                    .contains("add --accept"));
  }

  @Test
  void shouldRefuseToServeItBeforeAnythingStarts() {
    // Given
    Path data = dir.resolve("data");
    // When
    int exit =
        run("serve", "--model", file.toString(), "--http-port", "0", "--data-dir", data.toString());
    // Then
    assertThat(exit).isEqualTo(1);
    assertThat(err.toString())
        .contains("the server could not start: the first model is not accepted: light folds");
    assertThat(data).doesNotExist();
    assertThat(System.getProperty("residua.model")).as("nothing is set").isNull();
  }

  @Test
  void shouldGoOnWithAnAcceptedModel() {
    // When: the next check fails, as the bundle has no network
    assertThat(run("model", "publish", file.toString(), "--accept")).isEqualTo(1);
    // Then
    assertThat(err.toString()).doesNotContain("not accepted").contains("network/plan.bin");
  }
}
