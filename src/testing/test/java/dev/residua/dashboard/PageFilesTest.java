package dev.residua.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.anomaly.AnomalyKind;
import dev.residua.intervention.InterventionKind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the pages load and explain, against what there is. */
class PageFilesTest {
  private static final Path SCRIPTS = Path.of("src/app/main/resources/META-INF/resources/page");

  private static List<String> modules() throws IOException {
    try (Stream<Path> files = Files.list(SCRIPTS)) {
      List<String> modules =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> name.endsWith(".js"))
              .map(name -> name.substring(0, name.length() - ".js".length()))
              .sorted()
              .toList();
      assertThat(modules).hasSizeGreaterThan(20);
      return modules;
    }
  }

  private static String read(String file) throws IOException {
    try (InputStream in = PageFilesTest.class.getResourceAsStream("/META-INF/resources/" + file)) {
      assertThat(in).as(file).isNotNull();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void shouldFindEveryFileThatAPageLoads() throws IOException {
    String page = read("index.html");
    for (MatchResult file :
        Pattern.compile("(?:src|href)=\"((?:page|webjars)/[^\"]+)\"")
            .matcher(page)
            .results()
            .toList()) {
      assertThat(read(file.group(1))).isNotEmpty();
    }
    for (String module : modules()) {
      String script = read("page/" + module + ".js");
      for (MatchResult file :
          Pattern.compile("from '(\\.[^']+)'").matcher(script).results().toList()) {
        String path = file.group(1);
        assertThat(read(path.startsWith("../") ? path.substring(3) : "page/" + path.substring(2)))
            .isNotEmpty();
      }
    }
  }

  @Test
  void shouldFindEveryFileThatThePageOfTheInterfaceLoads() throws IOException {
    // Given
    List<String> files =
        Pattern.compile("(?:src|href)=\"([^\"]+)\"")
            .matcher(read("page/api.html"))
            .results()
            .map(file -> file.group(1))
            .toList();
    // When, Then
    assertThat(files).hasSizeGreaterThan(3).noneMatch(file -> file.contains(":"));
    for (String file : files) {
      assertThat(read(file.startsWith("../") ? file.substring(3) : "page/" + file)).isNotEmpty();
    }
    assertThat(read("page/api-page.js")).contains("'../openapi.yaml'");
    assertThat(read("openapi.yaml")).isNotEmpty();
  }

  @Test
  void shouldLoadNothingFromElsewhereAndWriteNoMarkup() throws IOException {
    assertThat(read("index.html")).doesNotContain("http://", "https://", " style=", "onclick=");
    for (String module : modules()) {
      assertThat(read("page/" + module + ".js").replace("http://www.w3.org/2000/svg", ""))
          .as(module)
          .doesNotContain("http://", "https://", "innerHTML", "insertAdjacentHTML", "eval(");
    }
    assertThat(read("page/style.css")).doesNotContain("http:", "https:", "@import");
  }

  @Test
  void shouldExplainEveryStateAndEveryKindOfEvent() throws IOException {
    String explained = read("page/explain.js");
    for (AnomalyKind kind : AnomalyKind.values()) {
      assertThat(explained).contains("'" + kind.name() + "'");
    }
    for (InterventionKind kind : InterventionKind.values()) {
      assertThat(explained).contains("'" + kind.name() + "'");
    }
    for (SourceCondition condition : SourceCondition.values()) {
      String words = condition.name().toLowerCase(Locale.ROOT).replace('_', ' ');
      assertThat(explained).containsIgnoringCase("'" + words + "'");
      assertThat(read("page/words.js")).contains(condition.name());
    }
  }

  @Test
  void shouldOnlyLinkToExplanationsThatAreThere() throws IOException {
    String explained = read("page/explain.js").replaceAll("\\[\\s+", "[");
    for (String module : modules()) {
      String script = read("page/" + module + ".js");
      for (MatchResult link :
          Pattern.compile("(?:#/explain/|help\\(\\s*')([a-z-]+)'")
              .matcher(script)
              .results()
              .toList()) {
        assertThat(explained).as(module).contains("['" + link.group(1) + "'");
      }
    }
  }
}
