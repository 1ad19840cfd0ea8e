package dev.residua.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.Residua;
import dev.residua.testing.Documents;
import dev.residua.testing.Documents.Snippet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** Every command line that the documents show is one that the product takes. */
@Tag("slow")
public class DocumentedCommandsTest {
  private static final Pattern INLINE = Pattern.compile("`(\\./residua [^`]+)`");
  private static final Pattern RUN = Pattern.compile("(?:^|[ (])\\./residua(?= |$)([^|>&)]*)");
  private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|'([^']*)'|(\\S+)");

  /**
   * @param page where it stands
   * @param words after {@code ./residua}
   */
  record Shown(String page, List<String> words) {}

  static List<Shown> shown() throws IOException {
    List<Shown> all = new ArrayList<>();
    for (Path page : Documents.pages()) {
      for (Snippet snippet : Documents.snippets(page)) {
        snippet.commands().forEach(line -> add(page, line, all));
      }
      for (MatchResult inline : INLINE.matcher(Files.readString(page)).results().toList()) {
        add(page, inline.group(1).replaceAll("\\s*\\n\\s*", " "), all);
      }
    }
    return all;
  }

  private static void add(Path page, String line, List<Shown> all) {
    for (List<String> words : commands(line)) {
      if (!words.contains("...")) {
        all.add(new Shown(page.toString(), words));
      }
    }
  }

  /** What follows each {@code ./residua} of a line of shell, as words. */
  public static List<List<String>> commands(String line) {
    return RUN.matcher(line)
        .results()
        .map(
            run ->
                WORD.matcher(run.group(1))
                    .results()
                    .map(
                        word ->
                            Stream.of(word.group(1), word.group(2), word.group(3))
                                .filter(java.util.Objects::nonNull)
                                .findFirst()
                                .orElseThrow())
                    .toList())
        .toList();
  }

  @ParameterizedTest
  @MethodSource("shown")
  void shouldTakeWhatTheDocumentsShow(Shown shown) {
    // Given
    List<String> words = new ArrayList<>(shown.words());
    // Words in capitals stand for a number where one is wanted.
    words.replaceAll(word -> word.equals("N") ? "2" : word);

    // When
    CommandLine.ParseResult parsed;
    try {
      parsed = Residua.commandLine().parseArgs(words.toArray(String[]::new));
    } catch (CommandLine.MissingParameterException e) {
      // A command that is only named, as in "run ./residua evaluate".
      assertThat(words)
          .as("%s: %s", shown.page(), e.getMessage())
          .noneMatch(w -> w.startsWith("-"));
      return;
    } catch (CommandLine.ParameterException e) {
      throw new AssertionError(
          shown.page() + " shows ./residua " + String.join(" ", words) + ": " + e.getMessage(), e);
    }

    // Then
    assertThat(parsed.hasSubcommand() || words.contains("--version") || words.contains("--help"))
        .as("%s shows a command in %s", shown.page(), words)
        .isTrue();
  }

  @Test
  void shouldFindTheCommands() throws IOException {
    assertThat(shown()).hasSizeGreaterThan(60);
  }

  @Test
  void shouldNoticeAnOptionThatIsNotThere() {
    assertThat(
            org.assertj.core.api.Assertions.catchThrowable(
                () -> shouldTakeWhatTheDocumentsShow(new Shown("page", List.of("demo", "--no")))))
        .hasMessageContaining("page shows ./residua demo --no");
  }
}
