package dev.residua.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** The document of all topics says what the catalogue says. */
class AsyncApiTest {
  private static final Path DOCUMENT = Path.of("src/docs/asyncapi.yaml");
  private static final Path RELEASED = Path.of("src/main/resources/schemas-released");
  private static final Path TOOLS = Path.of("target/node");

  private static Map<String, Object> document;

  @BeforeAll
  static void read() throws IOException {
    try (InputStream text = Files.newInputStream(DOCUMENT)) {
      document = new Yaml().load(text);
    }
  }

  @Test
  void shouldDescribeEveryTopicWithItsSettings() {
    // Given
    Map<String, Map<String, String>> wanted = new TreeMap<>();
    for (Topic<?, ?> topic : new Topics(Topics.DEFAULT_PREFIX).all()) {
      Map<String, String> settings = new TreeMap<>(topic.settings());
      settings.keySet().retainAll(List.of("cleanup.policy", "max.message.bytes"));
      wanted.put(topic.name(), settings);
    }

    // When
    Map<String, Map<String, String>> described = new TreeMap<>();
    map(document, "channels")
        .values()
        .forEach(
            channel -> {
              Map<String, String> settings = new TreeMap<>();
              map(channel, "bindings", "kafka", "topicConfiguration")
                  .forEach((key, value) -> settings.put(key, setting(value)));
              described.put((String) map(channel).get("address"), settings);
            });

    // Then
    assertThat(described).isEqualTo(wanted);
  }

  @Test
  void shouldGiveEveryRecordInItsNewestVersion() throws IOException {
    // Given
    Map<String, Integer> newest = new HashMap<>();
    for (String file : Files.readAllLines(RELEASED.resolve("index.txt"))) {
      Matcher name = Pattern.compile("(\\w+)-v(\\d+)\\.avsc").matcher(file);
      assertThat(name.matches()).as(file).isTrue();
      newest.merge(name.group(1), Integer.valueOf(name.group(2)), Math::max);
    }
    List<String> wanted =
        newest.entrySet().stream()
            .map(version -> version.getKey() + "-v" + version.getValue() + ".avsc")
            .sorted()
            .toList();

    // When
    List<String> given =
        map(document, "components", "messages").values().stream()
            .map(message -> map(message, "payload").get("schema"))
            .filter(java.util.Objects::nonNull)
            .map(schema -> Path.of((String) map(schema).get("$ref")).getFileName().toString())
            .sorted()
            .toList();

    // Then
    assertThat(given).isEqualTo(wanted);
  }

  @Test
  void shouldSayWhatBecomesOfEveryChannel() {
    // When
    TreeSet<String> used =
        map(document, "operations").values().stream()
            .map(operation -> (String) map(operation, "channel").get("$ref"))
            .map(reference -> reference.substring(reference.lastIndexOf('/') + 1))
            .collect(Collectors.toCollection(TreeSet::new));

    // Then
    assertThat(used).isEqualTo(new TreeSet<>(map(document, "channels").keySet()));
  }

  @Test
  void shouldBeValidToTheParserOfAsyncApi() throws Exception {
    // Given
    assumeTrue(
        Files.isDirectory(TOOLS.resolve("node_modules/@asyncapi/parser")),
        "skipped: no target/node/node_modules; make it with: mkdir -p target/node && cp src/test/node/package.json target/node && npm install --prefix target/node");
    Files.copy(
        Path.of("src/test/node/asyncapi.mjs"),
        TOOLS.resolve("asyncapi.mjs"),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);

    // When
    Process node =
        new ProcessBuilder("node", TOOLS.resolve("asyncapi.mjs").toString(), DOCUMENT.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(node.getInputStream().readAllBytes());
    boolean ended = node.waitFor(60, TimeUnit.SECONDS);

    // Then
    assertThat(ended).as("the parser ends").isTrue();
    assertThat(node.exitValue()).as(said).isZero();
    assertThat(said).contains("valid AsyncAPI 3.0.0 with " + map(document, "channels").size());
  }

  private static String setting(Object value) {
    return value instanceof List<?> list
        ? list.stream().map(String::valueOf).collect(Collectors.joining(","))
        : String.valueOf(value);
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> map(Object from, String... path) {
    Object at = from;
    for (String step : path) {
      at = ((Map<String, Object>) at).get(step);
      assertThat(at).as("%s of %s", step, Arrays.toString(path)).isNotNull();
    }
    return (Map<String, Object>) at;
  }
}
