package dev.residua.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.testing.Documents;
import dev.residua.testing.Waits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The workflows call scripts and profiles that exist; a release is checked before it is made. */
class WorkflowsTest {
  private static final Path WORKFLOWS = Path.of(".github/workflows");

  static List<Path> workflows() throws IOException {
    try (Stream<Path> files = Files.list(WORKFLOWS)) {
      return files.sorted().toList();
    }
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> steps(Path workflow) throws IOException {
    Map<String, Object> jobs = Documents.at(Documents.yaml(workflow), "jobs");
    return jobs.values().stream()
        .flatMap(
            job -> ((List<Map<String, Object>>) ((Map<String, Object>) job).get("steps")).stream())
        .toList();
  }

  private static String commands(Path workflow) throws IOException {
    StringBuilder commands = new StringBuilder();
    for (Map<String, Object> step : steps(workflow)) {
      commands.append(step.getOrDefault("run", "")).append('\n');
    }
    return commands.toString();
  }

  @ParameterizedTest
  @MethodSource("workflows")
  void shouldUseWhatExists(Path workflow) throws Exception {
    // Given
    StringBuilder poms = new StringBuilder(Files.readString(Path.of("pom.xml")));
    for (String module : List.of("app", "testing")) {
      poms.append(Files.readString(Path.of("src", module, "pom.xml")));
    }
    // When
    List<Map<String, Object>> steps = steps(workflow);
    List<String> scripts =
        Pattern.compile("\\.ci/\\w+")
            .matcher(commands(workflow))
            .results()
            .map(MatchResult::group)
            .toList();
    // Then
    for (Map<String, Object> step : steps) {
      if (step.get("uses") instanceof String action) {
        assertThat(action).as("a pinned action").matches("[\\w-]+/[\\w-]+@v\\d+|.*@[0-9a-f]{40}");
      }
    }
    assertThat(scripts).contains(".ci/run");
    for (String script : scripts) {
      assertThat(Path.of(script)).isExecutable();
      Pattern.compile("-P(\\w+)")
          .matcher(Files.readString(Path.of(script)))
          .results()
          .forEach(profile -> assertThat(poms).contains("<id>" + profile.group(1) + "</id>"));
    }
    assertThat(Documents.yaml(workflow)).containsKey("permissions");
  }

  @Test
  void shouldTestBeforeItReleases() throws Exception {
    // When
    String commands = commands(WORKFLOWS.resolve("release.yml"));
    // Then
    assertThat(commands)
        .containsSubsequence(
            ".ci/release check ", ".ci/run", ".ci/release make", "gh release create", "--draft");
  }

  @ParameterizedTest
  @CsvSource({
    "1.2.3, v1.2.3, true, 0, ''",
    "1.2.3, v1.2.3, false, 1, 'the schemas of 1.2.3 may still change: run .ci/release freeze'",
    "1.2.3, v1.2.4, true, 1, 'the tag v1.2.4 is not v1.2.3, which pom.xml says'",
    "1.2.3, 1.2.3, true, 1, 'the tag 1.2.3 is not v1.2.3'",
    "1.2.3-SNAPSHOT, v1.2.3, true, 1, 'a release has one without -SNAPSHOT'",
  })
  void shouldCompareTheTagWithTheVersion(
      String version, String tag, boolean frozen, int exit, String message, @TempDir Path folder)
      throws Exception {
    // Given
    Path ci = Files.createDirectory(folder.resolve(".ci"));
    for (String script : List.of("lib", "release")) {
      Files.copy(Path.of(".ci", script), ci.resolve(script));
    }
    Path released = Files.createDirectories(folder.resolve("schemas/released"));
    if (frozen) {
      Files.writeString(released.resolve("FROZEN"), "00  a.avsc");
    }
    Files.writeString(
        folder.resolve("pom.xml"),
        """
        <project>
          <version>%s</version>
          <dependencies>
            <dependency>
              <version>7</version>
            </dependency>
          </dependencies>
        </project>
        """
            .formatted(version));
    // When
    Process check =
        new ProcessBuilder("bash", ci.resolve("release").toString(), "check", tag)
            .redirectErrorStream(true)
            .start();
    String output = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    // Then
    assertThat(check.waitFor(Waits.seconds(30), TimeUnit.SECONDS)).isTrue();
    assertThat(check.exitValue()).as(output).isEqualTo(exit);
    assertThat(output).contains(message);
  }
}
