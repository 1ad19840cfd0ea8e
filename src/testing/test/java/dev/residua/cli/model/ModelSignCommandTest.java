package dev.residua.cli.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.Residua;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ModelSignCommandTest {
  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void copyTheShippedBundle() throws Exception {
    try (InputStream in =
        ModelSignCommandTest.class.getResourceAsStream("/models/pendulum.residua")) {
      Files.copy(in, folder.resolve("plain.residua"));
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

  @Test
  void shouldSignABundleAndAcceptItWithTheKeyAlone() {
    // Given
    assertThat(run("model", "keygen", "--out", path("mine.pem"))).isZero();
    assertThat(run("model", "keygen", "--out", path("other.pem"))).isZero();
    // When
    int signed =
        run(
            "model",
            "sign",
            "--key",
            path("mine.pem"),
            "--in",
            path("plain.residua"),
            "--out",
            path("signed.residua"));
    int verified =
        run(
            "model",
            "verify",
            "--trusted",
            path("other.pub.pem") + "," + path("mine.pub.pem"),
            path("signed.residua"));
    // Then
    assertThat(signed).isZero();
    assertThat(verified).isZero();
    assertThat(out.toString()).contains("signed by the trusted key ");
    assertThat(run("model", "verify", "--trusted", path("other.pub.pem"), path("signed.residua")))
        .isEqualTo(1);
    assertThat(err.toString()).contains("is signed by the unknown key");
    assertThat(run("model", "verify", "--trusted", path("mine.pub.pem"), path("plain.residua")))
        .isEqualTo(1);
    assertThat(err.toString()).contains("is not signed, expected a signature by one of");
    assertThat(run("model", "keygen", "--out", path("mine.pem"))).isEqualTo(1);
    assertThat(err.toString()).contains("is there already; it is not replaced");
  }
}
