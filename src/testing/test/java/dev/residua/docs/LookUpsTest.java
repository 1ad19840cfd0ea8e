package dev.residua.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.testing.MainCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Look-ups of a newcomer lead to something that exists. */
class LookUpsTest {
  private static final Pattern NAMED =
      Pattern.compile("`(?:[a-z]+\\.)*([A-Z]\\w+)(?:\\.([a-z]\\w*))?`");

  private static Map<String, Path> classes() throws IOException {
    return MainCode.files().stream()
        .collect(
            Collectors.toMap(
                file -> file.getFileName().toString().replace(".java", ""),
                file -> file,
                (one, other) -> one));
  }

  private static String table(Path page, String header) throws IOException {
    String text = Files.readString(page);
    String table = text.substring(text.indexOf(header));
    return table.substring(0, table.indexOf("\n\n"));
  }

  @Test
  void shouldNameClassesAndMethodsThatExist() throws Exception {
    // Given
    Map<String, Path> classes = classes();
    String table = table(Path.of(".github/CONTRIBUTING.md"), "| question | path |");
    // When
    List<MatchResult> named = NAMED.matcher(table).results().toList();
    // Then
    assertThat(named).hasSizeGreaterThan(8);
    for (MatchResult one : named) {
      assertThat(classes).as(one.group()).containsKey(one.group(1));
      if (one.group(2) != null) {
        assertThat(Files.readString(classes.get(one.group(1))))
            .as(one.group())
            .containsPattern("\\b" + one.group(2) + "\\(");
      }
    }
  }

  @Test
  void shouldListEveryTermOfTheGlossaryOnceInOrder() throws Exception {
    // Given
    List<String> lines =
        table(Path.of("src/docs/glossary.md"), "| term | meaning").lines().skip(2).toList();
    // When
    List<String> terms =
        lines.stream()
            .map(line -> line.split("\\|")[1].strip().replace("`", "").toLowerCase(Locale.ROOT))
            .toList();
    // Then
    assertThat(terms).hasSizeGreaterThan(30).doesNotHaveDuplicates().isSorted();
  }
}
