package dev.residua.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.yaml.snakeyaml.Yaml;

/** Files of the repository that tests compare with the code. */
public final class Documents {
  private static final Path TOOLS = Path.of("target/node");
  private static final String WRITE = "residua.golden.write";

  private static final Pattern BLOCK =
      Pattern.compile("^```(\\w*)\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);

  /**
   * A block of code in a document.
   *
   * @param page of the block
   * @param line of its first line, from 1
   * @param language as the fence says it; empty if it says none
   * @param code with a line break at its end
   */
  public record Snippet(Path page, int line, String language, String code) {
    /** Its commands if it is one of shell, with continued lines joined and comments taken off. */
    public List<String> commands() {
      return code.replaceAll("\\\\\\n\\s*", " ")
          .lines()
          .map(text -> text.replaceAll("(^|\\s)#.*", "").strip())
          .filter(text -> !text.isEmpty())
          .toList();
    }

    @Override
    public String toString() {
      return page + ":" + line;
    }
  }

  private Documents() {}

  /** All pages that users read. */
  public static List<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>(List.of(Path.of("README.md")));
    for (String folder : List.of("src/docs", "src/examples", "clients", "deploy", ".github")) {
      try (Stream<Path> files = Files.walk(Path.of(folder))) {
        files.filter(file -> file.toString().endsWith(".md")).sorted().forEach(pages::add);
      }
    }
    return pages;
  }

  /** The blocks of code of a page, in order. */
  public static List<Snippet> snippets(Path page) throws IOException {
    String text = Files.readString(page);
    return BLOCK
        .matcher(text)
        .results()
        .map(
            block ->
                new Snippet(
                    page,
                    (int) text.substring(0, block.start(2)).lines().count() + 1,
                    block.group(1),
                    block.group(2)))
        .toList();
  }

  /** The blocks of code of all pages in one language, in order; at least one. */
  public static List<Snippet> snippets(String language) throws IOException {
    List<Snippet> found = new ArrayList<>();
    for (Path page : pages()) {
      snippets(page).stream().filter(s -> s.language().equals(language)).forEach(found::add);
    }
    assertThat(found).as("blocks of %s", language).isNotEmpty();
    return found;
  }

  /** The blocks of code of a page in one language, in order; at least one. */
  public static List<Snippet> snippets(Path page, String language) throws IOException {
    List<Snippet> found =
        snippets(page).stream().filter(snippet -> snippet.language().equals(language)).toList();
    assertThat(found).as("blocks of %s in %s", language, page).isNotEmpty();
    return found;
  }

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
   * Runs a program of {@code src/testing/test/node} on a file, and returns its output. Fails if the
   * program refuses the file; skips the test if its package is not installed.
   */
  public static String checkedByNode(String program, String needed, Path file) throws Exception {
    assumeTrue(
        Files.isDirectory(TOOLS.resolve("node_modules").resolve(needed)),
        "skipped: no target/node/node_modules/%s; .ci/pages installs it".formatted(needed));
    Path copy = TOOLS.resolve(program);
    Files.copy(
        Path.of("src/testing/test/node").resolve(program),
        copy,
        StandardCopyOption.REPLACE_EXISTING);
    Process node =
        new ProcessBuilder("node", copy.toString(), file.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(node.waitFor(Waits.seconds(60), TimeUnit.SECONDS)).as("%s ends", program).isTrue();
    assertThat(node.exitValue()).as(said).isZero();
    return said;
  }
}
