package dev.residua;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.testing.Documents;
import dev.residua.testing.JavaText;
import dev.residua.testing.MainCode;
import dev.residua.testing.WordList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Documents, schemas, messages, comments and names use plain English and one word per concept. */
@Tag("slow")
class LanguageTest {
  /** Blocks of code, inline code, targets of links, and quoted output of the product. */
  private static final Pattern NOT_PROSE =
      Pattern.compile(
          "^```.*?^```$|`[^`\\n]*(?:\\n[^`\\n]+)?`|\\]\\([^)]*\\)|^> .*$",
          Pattern.MULTILINE | Pattern.DOTALL);

  private static final Pattern DOC = Pattern.compile("\"doc\"\\s*:\\s*\"((?:[^\"\\\\]|\\\\.)*)\"");

  /** Headings and questions, which may begin with the word of a question. */
  private static final Pattern ASKED =
      Pattern.compile("^#.*$|(?<=^|[.:|*] |\\*\\*)[A-Z][^.|\\n]*\\?", Pattern.MULTILINE);

  /** Comments and texts of a script. */
  private static final Pattern SCRIPT_TEXT =
      Pattern.compile(
          "/\\*.*?\\*/|//[^\\n]*|\"[^\"\\n]* [^\"\\n]*\"|'[^'\\n]* [^'\\n]*'|`[^`]* [^`]*`",
          Pattern.DOTALL);

  /** A class or schema in the text of a page. */
  private static final Pattern TYPE = Pattern.compile("`([A-Z][a-z]+[A-Za-z]*)[`.]");

  /** Two constants that are one text, with no space between their words. */
  private static final Pattern GLUED =
      Pattern.compile(" [^\"\\n]*[\\w,.;:]\"(?=\\s*\\+ \"[A-Za-z])");

  private static WordList words;
  private static WordList sentences;

  @BeforeAll
  static void read() throws IOException {
    words = WordList.read(Path.of("src/testing/test/resources/language.txt"));
    sentences = WordList.read(Path.of("src/testing/test/resources/language-patterns.txt"));
  }

  private static Stream<Path> files(Path folder, String ending) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(ending)).sorted().toList().stream();
    }
  }

  @Test
  void shouldWriteDocumentsInPlainEnglish() throws IOException {
    // When
    List<String> found = new ArrayList<>();
    for (Path page : Documents.pages()) {
      if (words.isPending(page.toString())) {
        continue;
      }
      found.addAll(words.bannedIn(page.toString(), 1, prose(page)));
    }

    // Then
    assertThat(found).isEmpty();
  }

  private static String prose(Path page) throws IOException {
    return NOT_PROSE
        .matcher(Files.readString(page))
        .replaceAll(match -> "\n".repeat((int) match.group().lines().count() - 1));
  }

  @Test
  void shouldDescribeInterfacesInPlainEnglish() throws IOException {
    // When
    List<String> found = new ArrayList<>();
    for (Path page :
        List.of(
            Path.of("src/docs/asyncapi.yaml"),
            Path.of("src/app/main/resources/META-INF/resources/openapi.yaml"))) {
      found.addAll(words.bannedIn(page.toString(), 1, prose(page)));
    }

    // Then
    assertThat(found).isEmpty();
  }

  @Test
  void shouldDescribeSchemasInPlainEnglish() throws IOException {
    // When
    List<String> found = new ArrayList<>();
    for (Path schema : files(Path.of("schemas"), ".avsc").toList()) {
      for (MatchResult doc : DOC.matcher(Files.readString(schema)).results().toList()) {
        found.addAll(words.bannedIn(schema.toString(), 0, doc.group(1)));
      }
    }

    // Then
    assertThat(found).isEmpty();
  }

  @Test
  void shouldCommentPropertiesInPlainEnglish() throws IOException {
    // Given
    Path file = Path.of("src/app/main/resources/application.properties");
    String comments =
        Files.readAllLines(file).stream()
            .map(line -> line.startsWith("#") ? line.substring(1) : "")
            .collect(Collectors.joining("\n"));

    // When, Then
    assertThat(words.bannedIn(file.toString(), 1, comments)).isEmpty();
  }

  @Test
  void shouldCommentCodeAndWriteMessagesInPlainEnglish() throws IOException {
    // When
    List<String> found = new ArrayList<>();
    for (Path file : MainCode.files()) {
      if (!words.isPending(name(file.getParent()))) {
        for (JavaText.Prose prose : JavaText.of(Files.readString(file)).prose()) {
          found.addAll(words.bannedIn(file.toString(), prose.line(), prose.text()));
        }
      }
    }

    // Then
    assertThat(found).isEmpty();
  }

  @Test
  void shouldKeepWordsApartWhereTextsAreJoined() throws IOException {
    // When
    List<String> found = new ArrayList<>();
    for (Path file : MainCode.files()) {
      for (MatchResult joined : GLUED.matcher(Files.readString(file)).results().toList()) {
        found.add(file + ":" + joined.group());
      }
    }

    // Then
    assertThat(found).isEmpty();
  }

  @Test
  void shouldNameThingsByTermsOfTheField() throws IOException {
    // When
    List<String> found = new ArrayList<>();
    for (Path file : MainCode.files()) {
      if (!words.isPending(name(file.getParent()))) {
        for (String name : JavaText.of(Files.readString(file)).declared()) {
          found.addAll(words.metaphorsIn(file.toString(), name));
        }
        found.addAll(words.metaphorsIn(file.toString(), name(file.getParent())));
      }
    }

    // Then
    assertThat(found).isEmpty();
  }

  @Test
  void shouldBuildEnglishSentences() throws IOException {
    // When
    List<String> found = new ArrayList<>();
    for (Path file : texts()) {
      if (sentences.isDone(file.toString())) {
        for (JavaText.Prose prose : prosesOf(file)) {
          found.addAll(sentences.bannedIn(file.toString(), prose.line(), prose.text().strip()));
        }
      }
    }

    // Then
    assertThat(found).isEmpty();
  }

  /** Files with texts for people, tests included. */
  private static List<Path> texts() throws IOException {
    List<Path> texts = new ArrayList<>(Documents.pages());
    for (String ending : List.of(".java", ".js", ".mjs", ".yaml", ".yml")) {
      files(Path.of("src"), ending)
          .filter(file -> !file.toString().contains("/target/"))
          .forEach(texts::add);
    }
    return texts;
  }

  private static List<JavaText.Prose> prosesOf(Path file) throws IOException {
    String name = file.toString();
    if (name.endsWith(".java")) {
      return JavaText.of(Files.readString(file)).prose();
    }
    if (name.endsWith("js")) {
      String script = Files.readString(file);
      return SCRIPT_TEXT
          .matcher(script)
          .results()
          .map(match -> new JavaText.Prose(line(script, match.start()), inner(match.group())))
          .toList();
    }
    return List.of(new JavaText.Prose(1, ASKED.matcher(prose(file)).replaceAll("")));
  }

  private static int line(String text, int at) {
    return 1 + (int) text.substring(0, at).chars().filter(c -> c == '\n').count();
  }

  private static String inner(String quoted) {
    return quoted.replaceAll("^(/\\*+|//|[\"'`])\\s*|\\s*(\\*/|[\"'`])$", "");
  }

  private static String name(Path folder) {
    return folder.toString().replaceFirst(".*/main/java/", "").replace('/', '.');
  }

  @Test
  void shouldKeepAShortGlossaryOfTermsThatCodeAndSchemasUse() throws IOException {
    // Given
    List<String> known = new ArrayList<>();
    MainCode.files().forEach(file -> known.add(file.getFileName().toString().replace(".java", "")));
    files(Path.of("schemas"), ".avsc")
        .forEach(file -> known.add(file.getFileName().toString().replace(".avsc", "")));
    List<String[]> rows =
        Files.readAllLines(Path.of("src/docs/glossary.md")).stream()
            .takeWhile(line -> !line.startsWith("## "))
            .filter(line -> line.startsWith("| ") && !line.startsWith("| term"))
            .map(line -> line.split(" \\| |^\\| "))
            .toList();

    // When
    List<String> terms = rows.stream().map(row -> row[1]).toList();
    List<String> types =
        rows.stream()
            .flatMap(row -> TYPE.matcher(row[3]).results().map(match -> match.group(1)))
            .toList();

    // Then
    assertThat(terms).isSorted().hasSizeBetween(30, 40);
    assertThat(known).containsAll(types);
  }

  @Test
  void shouldNoticeAPhraseAndAMetaphor() {
    assertThat(words.bannedIn("page", 1, "Every receiver\nis told of it."))
        .singleElement()
        .asString()
        .startsWith("page:2: \"told\"");
    assertThat(words.bannedIn("page", 1, "at most two false alarms\n a week")).hasSize(1);
    assertThat(words.bannedIn("page", 1, "one source sends frames per week")).isEmpty();
    assertThat(words.metaphorsIn("file", "IncidentLife")).hasSize(1);
    assertThat(words.metaphorsIn("file", "tellReceivers")).hasSize(1);
    assertThat(words.metaphorsIn("file", "LifeCycle")).isEmpty();
    assertThat(words.metaphorsIn("file", "alwaysValid")).isEmpty();
  }

  @Test
  void shouldNoticeASentenceThatBeginsWithoutItsNoun() {
    assertThat(sentences.bannedIn("page", 1, "What is kept of a source.")).hasSize(1);
    assertThat(sentences.bannedIn("page", 1, "Parts that are kept. Whether they are new."))
        .hasSize(1);
    assertThat(sentences.bannedIn("page", 1, "a text that is no number")).hasSize(1);
    assertThat(sentences.bannedIn("page", 1, "there is no number")).isEmpty();
    assertThat(sentences.bannedIn("page", 1, "the mean, where one is known")).hasSize(1);
    assertThat(sentences.bannedIn("page", 1, "shows where the ball is")).isEmpty();
  }

  @Test
  void shouldSeparateCommentsTextsAndNames() {
    // Given
    JavaText text =
        JavaText.of(
            """
            package a.b;
            /** What it is. */
            record Told(int a) { // a comment
              List<String> names() { return of("a text", 'x', new Voice(b > c(1))); }
              private static <T> T said(T x) { x.hear(); return switch (x) { default -> way(); }; }
            }
            """);

    // When, Then
    assertThat(text.declared()).containsExactly("Told", "names", "said");
    assertThat(text.prose())
        .extracting(prose -> prose.line() + " " + prose.text().strip())
        .containsExactly("2 What it is.", "3 a comment", "4 a text");
  }
}
