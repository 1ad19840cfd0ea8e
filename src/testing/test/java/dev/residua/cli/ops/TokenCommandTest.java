package dev.residua.cli.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.Residua;
import dev.residua.access.AccessTokens;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class TokenCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... words) {
    CommandLine residua = Residua.commandLine();
    residua.setOut(new PrintWriter(out, true));
    residua.setErr(new PrintWriter(err, true));
    return residua.execute(words);
  }

  @Test
  void shouldPrintTheLineOfTheTokenThatItShows() {
    // When
    int exit = run("token", "kim", "--grants", "viewer,operator:scene=pumps");
    // Then
    assertThat(exit).isZero();
    String token = err.toString().strip().replaceAll(".* ", "");
    assertThat(token).hasSize(43);
    assertThat(out.toString()).doesNotContain(token);
    assertThat(AccessTokens.parse(out.toString()).person(token))
        .get()
        .satisfies(
            person -> {
              assertThat(person.name()).isEqualTo("kim");
              assertThat(person.grants()).hasToString("viewer,operator:scene=pumps");
            });
  }

  @Test
  void shouldRefuseWhatNoFileMayHold() {
    // When, Then
    assertThat(run("token", "kim lee", "--grants", "viewer")).isEqualTo(1);
    assertThat(run("token", "kim", "--grants", "admin")).isEqualTo(1);
    assertThat(err.toString())
        .contains("'kim lee' must have", "must be one of sender, viewer, operator, owner");
    assertThat(out.toString()).isEmpty();
  }
}
