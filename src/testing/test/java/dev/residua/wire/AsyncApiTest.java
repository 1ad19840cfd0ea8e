package dev.residua.wire;

import static dev.residua.testing.Documents.at;
import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.testing.Documents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The document of all topics says what the catalogue says. */
class AsyncApiTest {
  private static final Path DOCUMENT = Path.of("src/docs/asyncapi.yaml");
  private static final Path RELEASED = Path.of("schemas/released");

  private static Map<String, Object> document;

  @BeforeAll
  static void read() throws IOException {
    document = Documents.yaml(DOCUMENT);
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
    at(document, "channels")
        .values()
        .forEach(
            channel -> {
              Map<String, String> settings = new TreeMap<>();
              at(channel, "bindings", "kafka", "topicConfiguration")
                  .forEach((key, value) -> settings.put(key, setting(value)));
              described.put((String) at(channel).get("address"), settings);
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
        at(document, "components", "messages").values().stream()
            .map(message -> at(message, "payload").get("schema"))
            .filter(java.util.Objects::nonNull)
            .map(schema -> Path.of((String) at(schema).get("$ref")).getFileName().toString())
            .filter(file -> file.endsWith(".avsc"))
            .sorted()
            .toList();

    // Then
    assertThat(given).isEqualTo(wanted);
  }

  @Test
  void shouldGiveEveryTopicWhoseFormatCanBeChosenInJson() {
    // Given
    Map<String, String> wanted = new TreeMap<>();
    SchemaRegistration.records(new Topics(""))
        .forEach(
            (topic, record) -> {
              if (TopicFormats.TOPICS.contains(topic.name())) {
                wanted.put(topic.name(), record.getSimpleName() + ".schema.json");
              }
            });
    assertThat(wanted).hasSameSizeAs(TopicFormats.TOPICS);

    // When
    Map<String, String> given = new TreeMap<>();
    Map<String, Object> messages = at(document, "components", "messages");
    at(document, "channels")
        .forEach(
            (channel, value) ->
                at(value, "messages")
                    .values()
                    .forEach(
                        message -> {
                          Object payload = at(messages.get(name(message)), "payload").get("schema");
                          String file = payload == null ? "" : (String) at(payload).get("$ref");
                          if (file.endsWith(".schema.json")) {
                            String topic = (String) at(value).get("address");
                            given.put(
                                topic.substring(Topics.DEFAULT_PREFIX.length()),
                                Path.of(file).getFileName().toString());
                          }
                        }));

    // Then
    assertThat(given).isEqualTo(wanted);
  }

  @Test
  void shouldReferToFilesThatThereAre() throws IOException {
    // Given
    List<String> files =
        Pattern.compile("\\$ref: (\\.\\./[^}]+)}")
            .matcher(Files.readString(DOCUMENT))
            .results()
            .map(reference -> reference.group(1))
            .toList();
    // When, Then
    assertThat(files).isNotEmpty();
    for (String file : files) {
      assertThat(DOCUMENT.resolveSibling(file)).exists();
    }
  }

  /** The last part of a reference. */
  private static String name(Object reference) {
    String path = (String) at(reference).get("$ref");
    return path.substring(path.lastIndexOf('/') + 1);
  }

  @Test
  void shouldSayWhatBecomesOfEveryChannel() {
    // When
    TreeSet<String> used =
        at(document, "operations").values().stream()
            .map(operation -> (String) at(operation, "channel").get("$ref"))
            .map(reference -> reference.substring(reference.lastIndexOf('/') + 1))
            .collect(Collectors.toCollection(TreeSet::new));

    // Then
    assertThat(used).isEqualTo(new TreeSet<>(at(document, "channels").keySet()));
  }

  @Test
  void shouldBeValidToTheParserOfAsyncApi() throws Exception {
    // When
    String said = Documents.checkedByNode("asyncapi.mjs", "@asyncapi/parser", DOCUMENT);

    // Then
    assertThat(said).contains("valid AsyncAPI 3.0.0 with " + at(document, "channels").size());
  }

  private static String setting(Object value) {
    return value instanceof List<?> list
        ? list.stream().map(String::valueOf).collect(Collectors.joining(","))
        : String.valueOf(value);
  }
}
