package dev.residua.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.testing.Documents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Links between the documents lead somewhere. */
class DocumentLinksTest {
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
  private static final Pattern HEADING = Pattern.compile("^#+ (.*)$", Pattern.MULTILINE);
  private static final Pattern CODE = Pattern.compile("```.*?```", Pattern.DOTALL);

  @Test
  void shouldLeadToFilesAndHeadingsThatExist() throws IOException {
    // When
    int links = 0;
    List<String> broken = new ArrayList<>();
    for (Path page : Documents.pages()) {
      String text = CODE.matcher(Files.readString(page)).replaceAll("");
      for (MatchResult link : LINK.matcher(text).results().toList()) {
        links++;
        if (!link.group(1).startsWith("http") && !leadsSomewhere(page, link.group(1))) {
          broken.add(page + " -> " + link.group(1));
        }
      }
    }
    // Then
    assertThat(broken).isEmpty();
    assertThat(links).isGreaterThan(100);
  }

  @Test
  void shouldLinkEachDecisionFromAPageThatItExplains() throws IOException {
    // Given
    StringBuilder pages = new StringBuilder();
    for (Path page : Documents.pages()) {
      if (!page.toString().contains("/adr/")) {
        pages.append(Files.readString(page));
      }
    }
    // When
    try (Stream<Path> decisions = Files.list(Path.of("src/docs/adr"))) {
      // Then
      assertThat(decisions.map(file -> file.getFileName().toString()))
          .hasSizeGreaterThan(30)
          .allMatch(name -> pages.toString().contains("adr/" + name));
    }
  }

  private static boolean leadsSomewhere(Path page, String link) throws IOException {
    String[] parts = link.split("#", 2);
    Path folder = Objects.requireNonNullElse(page.getParent(), Path.of(""));
    Path target = parts[0].isEmpty() ? page : folder.resolve(parts[0]).normalize();
    if (!Files.exists(target)) {
      return false;
    }
    return parts.length == 1
        || !target.toString().endsWith(".md")
        || HEADING
            .matcher(Files.readString(target))
            .results()
            .map(heading -> anchor(heading.group(1)))
            .anyMatch(parts[1]::equals);
  }

  /** As GitHub makes it. */
  private static String anchor(String heading) {
    return heading
        .toLowerCase(Locale.ROOT)
        .replaceAll("[^\\p{L}\\p{N}_ -]", "")
        .strip()
        .replace(' ', '-');
  }
}
