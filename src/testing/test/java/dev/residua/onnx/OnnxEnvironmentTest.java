package dev.residua.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.dl4j.RandomNetworks;
import dev.residua.frame.ImageShape;
import dev.residua.testing.Waits;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxEnvironmentTest {
  @Test
  void shouldKeepTheEnvironmentWhileTheProcessStops() {
    assertThat(OnnxEnvironment.isKept()).as("the library has the calls that this needs").isTrue();
  }

  /** Opens a network, in a process with a command line as long as its second argument. */
  static final class Opener {
    public static void main(String... arguments) {
      new OnnxEngine(RandomNetworks.complete(new ImageShape(16, 16, 1), 2)).close();
      System.out.println("opened");
    }
  }

  @Test
  void shouldLoadInAProcessWithALongCommandLine(@TempDir Path directory) throws Exception {
    // Given
    Path output = directory.resolve("output");
    ProcessBuilder process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                Opener.class.getName(),
                "x".repeat(100_000))
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    process.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    // When
    Process opener = process.start();
    boolean ended = opener.waitFor(Waits.seconds(60), TimeUnit.SECONDS);
    opener.destroyForcibly();
    // Then
    assertThat(ended).isTrue();
    assertThat(output).content().contains("opened");
    assertThat(opener.exitValue()).isZero();
  }
}
