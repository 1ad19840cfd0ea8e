package dev.residua.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.residua.simulation.Scenario;
import dev.residua.testing.Documents;
import dev.residua.testing.Documents.Snippet;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.SaslConfigs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;

/** What the documents show beside commands can be used as it is. */
class DocumentSnippetsTest {
  private static final Pattern ROW =
      Pattern.compile("^\\| `(residua\\.[^`]+)` \\|", Pattern.MULTILINE);

  /** Of others: the worker of Kafka Connect, and Quarkus as the environment names it. */
  private static final Set<String> CONNECT =
      Set.of("key.converter", "value.converter", "value.converter.schemas.enable", "topic");

  private static final String QUARKUS = "QUARKUS_HTTP_";

  @TempDir Path folder;

  /** Names of the reference, with any name in place of NAME. */
  private static Pattern properties() throws IOException {
    return Pattern.compile(
        ROW.matcher(Files.readString(Path.of("src/docs/configuration.md")))
            .results()
            .map(row -> Pattern.quote(row.group(1)).replace("\"NAME\"", "\\E[a-z0-9-]+\\Q"))
            .collect(Collectors.joining("|")));
  }

  @Test
  void shouldShowPropertiesThatThereAre() throws IOException {
    // Given
    Pattern ours = properties();
    Set<String> kafkas = new TreeSet<>(ProducerConfig.configNames());
    kafkas.add(SaslConfigs.SASL_JAAS_CONFIG);

    // When
    List<String> unknown = new ArrayList<>();
    for (Snippet snippet : Documents.snippets("properties")) {
      Properties shown = new Properties();
      shown.load(new StringReader(snippet.code()));
      assertThat(shown).as("%s", snippet).isNotEmpty();
      for (String name : shown.stringPropertyNames()) {
        assertThat(shown.getProperty(name)).as("%s: %s", snippet, name).doesNotContain(" #");
        if (!ours.matcher(name).matches()
            && !kafkas.contains(name)
            && !CONNECT.contains(name)
            && !name.startsWith(QUARKUS)) {
          unknown.add(snippet + ": " + name);
        }
      }
    }

    // Then
    assertThat(unknown).isEmpty();
    assertThat("residua.alerting.receivers.ops.url").matches(ours);
    assertThat("residua.alerting.receivers.ops.uri").doesNotMatch(ours);
  }

  @Test
  void shouldShowShellThatCanBeParsed() throws Exception {
    for (Snippet snippet : Documents.snippets("sh")) {
      Process bash =
          new ProcessBuilder("bash", "-n", "-c", snippet.code()).redirectErrorStream(true).start();
      String said = new String(bash.getInputStream().readAllBytes());
      assertThat(bash.waitFor()).as("%s: %s", snippet, said).isZero();
      assertThat(said).as("%s", snippet).isEmpty();
    }
  }

  @Test
  void shouldShowScenariosThatCanBePlayed() throws IOException {
    for (Snippet snippet : Documents.snippets("json")) {
      Path file = Files.writeString(folder.resolve("scenario.json"), snippet.code());
      assertThatCode(() -> Scenario.read(file)).as("%s", snippet).doesNotThrowAnyException();
    }
  }

  @Test
  void shouldShowYamlThatCanBeRead() throws IOException {
    for (Snippet snippet : Documents.snippets("yaml")) {
      assertThatCode(() -> new Yaml().load(snippet.code()))
          .as("%s", snippet)
          .doesNotThrowAnyException();
    }
  }
}
