package dev.residua.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.yaml.snakeyaml.Yaml;

/** Files of the repository that tests compare with the code. */
public final class Documents {
  private static final Path TOOLS = Path.of("target/node");
  private static final String WRITE = "residua.golden.write";

  private Documents() {}

  /**
   * Checks that a file which is made from the code has that content; makes it with {@code
   * -Dresidua.golden.write=true}.
   */
  public static void assertIs(Path file, String wanted) throws IOException {
    if (Boolean.getBoolean(WRITE)) {
      Files.writeString(file, wanted);
    }
    assertThat(Files.readString(file))
        .as("%s, which this test writes with -D%s=true", file, WRITE)
        .isEqualTo(wanted);
  }

  /** A file of one YAML document. */
  public static Map<String, Object> yaml(Path file) throws IOException {
    return new Yaml().load(Files.readString(file));
  }

  /** The mapping at the end of a path of keys, each of which must be there. */
  @SuppressWarnings("unchecked")
  public static Map<String, Object> at(Object document, String... path) {
    Object at = document;
    for (String step : path) {
      at = ((Map<String, Object>) at).get(step);
      assertThat(at).as("%s of %s", step, Arrays.toString(path)).isNotNull();
    }
    return (Map<String, Object>) at;
  }

  /**
   * What a program of {@code src/test/node} says of a file, which it must accept; skips the test
   * where its package is not installed.
   */
  public static String checkedByNode(String program, String needed, Path file) throws Exception {
    assumeTrue(
        Files.isDirectory(TOOLS.resolve("node_modules").resolve(needed)),
        "skipped: no target/node/node_modules/%s; make it with: mkdir -p target/node && cp src/test/node/package.json target/node && npm install --prefix target/node"
            .formatted(needed));
    Path copy = TOOLS.resolve(program);
    Files.copy(
        Path.of("src/test/node").resolve(program), copy, StandardCopyOption.REPLACE_EXISTING);
    Process node =
        new ProcessBuilder("node", copy.toString(), file.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(node.waitFor(60, TimeUnit.SECONDS)).as("%s ends", program).isTrue();
    assertThat(node.exitValue()).as(said).isZero();
    return said;
  }
}
