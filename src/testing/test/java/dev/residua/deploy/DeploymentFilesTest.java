package dev.residua.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.app.config.ResiduaConfig;
import dev.residua.app.kafka.RequiredAcl;
import dev.residua.app.process.Role;
import dev.residua.testing.Documents;
import dev.residua.wire.Topic;
import dev.residua.wire.Topics;
import io.smallrye.config.WithDefault;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Files under {@code deploy} that say again what the product says of itself; {@code
 * -Dresidua.golden.write=true} writes them.
 */
class DeploymentFilesTest {
  private static final Path DEPLOY = Path.of("deploy");
  private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);

  /** Of the topics whose records are deleted by age. */
  private static final Map<Topic<?, ?>, String> RETENTION_DAYS =
      Map.of(
          TOPICS.frames(), "2", // longer than residua.training.window
          TOPICS.scores(), "7",
          TOPICS.shadowScores(), "7",
          TOPICS.drift(), "7",
          TOPICS.anomalies(), "90",
          TOPICS.drifts(), "90",
          TOPICS.interventions(), "90",
          TOPICS.control(), "3650",
          TOPICS.deadLetters(), "14");

  @Test
  void shouldRunEveryDefaultRoleButTrainingInTheImage() throws Exception {
    // Given
    Method roles = ResiduaConfig.class.getMethod("roles");
    List<String> expected = new ArrayList<>(List.of(defaultOf(roles).split(",")));
    expected.remove("train");
    // When
    String pom = Files.readString(Path.of("src/app/pom.xml"));
    // Then
    assertThat(pom).contains("RESIDUA_ROLES>" + String.join(",", expected) + "<");
    assertThat(Files.readString(Path.of("src/docs/image.md")))
        .contains("`" + String.join(",", expected) + "`");
  }

  private static String defaultOf(Method property) {
    return property.getAnnotation(WithDefault.class).value();
  }

  @Test
  void shouldGroupAlertsByIncidentInAlertmanager() throws Exception {
    // Given
    String asked = "group_by: [alertname, source, incident]";
    // When, Then
    assertThat(Files.readString(DEPLOY.resolve("alertmanager/alertmanager.yml"))).contains(asked);
    assertThat(Files.readString(Path.of("src/docs/alerting.md"))).contains(asked);
  }

  @Test
  void shouldHaveTheTopicsOfTheCatalogue() throws Exception {
    // Given
    StringBuilder yaml =
        new StringBuilder(
            """
            # The topics, with the settings that the product needs; how many partitions is up to you
            # (src/docs/sizing.md), but frames, scores and timelines have equally many.
            """);
    // When
    for (Topic<?, ?> topic : TOPICS.all()) {
      Map<String, String> settings = new TreeMap<>(topic.settings());
      settings.put("min.insync.replicas", "2");
      if (RETENTION_DAYS.containsKey(topic)) {
        long millis = Long.parseLong(RETENTION_DAYS.get(topic)) * 86_400_000L;
        settings.put("retention.ms", Long.toString(millis));
      }
      yaml.append(
          """
          ---
          apiVersion: kafka.strimzi.io/v1beta2
          kind: KafkaTopic
          metadata:
            name: %s
            labels: {strimzi.io/cluster: kafka}
          spec:
            partitions: %d
            replicas: 3
            config:
          """
              .formatted(topic.name(), TOPICS.hasOnePartition(topic) ? 1 : 12));
      settings.forEach(
          (key, value) ->
              yaml.append(
                  value.matches("[0-9.]+")
                      ? "    %s: %s%n".formatted(key, value)
                      : "    %s: \"%s\"%n".formatted(key, value)));
    }
    // Then
    Documents.assertIs(DEPLOY.resolve("strimzi/topics.yaml"), yaml.toString());
  }

  @Test
  void shouldLetEachUserDoWhatItsRoleNeedsAndNoMore() throws Exception {
    // Given
    StringBuilder yaml =
        new StringBuilder(
            """
            # A user for each role, with the access that it needs and no more: what
            # residua topics acls --roles ROLE --format strimzi prints.
            """);
    // When
    for (Role role : Role.values()) {
      StringBuilder access = new StringBuilder();
      RequiredAcl.needed(Topics.DEFAULT_PREFIX, "1", Set.of(role))
          .forEach(one -> access.append(one.asStrimzi()).append('\n'));
      user(yaml, role.name().toLowerCase(Locale.ROOT), access.toString());
    }
    yaml.append("---\n# Cameras: may send frames and read nothing.\n");
    user(
        yaml,
        "camera",
        """
        - resource:
            type: topic
            name: residua.frames
            patternType: literal
          operations: [Write]
        """);
    yaml.append("---\n# KEDA: may see how much waits.\n");
    user(
        yaml,
        "scaler",
        """
        - resource:
            type: topic
            name: residua.frames
            patternType: literal
          operations: [Describe]
        - resource:
            type: topic
            name: residua.scores
            patternType: literal
          operations: [Describe]
        - resource:
            type: group
            name: residua.score
            patternType: literal
          operations: [Describe]
        - resource:
            type: group
            name: residua.monitor
            patternType: literal
          operations: [Describe]
        """);
    // Then
    Documents.assertIs(
        DEPLOY.resolve("strimzi/users.yaml"),
        yaml.toString().replaceAll("(?m)(^---\n#.*\n)---\n", "$1"));
  }

  private static void user(StringBuilder yaml, String name, String access) {
    yaml.append(
        """
        ---
        apiVersion: kafka.strimzi.io/v1beta2
        kind: KafkaUser
        metadata:
          name: residua-kafka-%s
          labels: {strimzi.io/cluster: kafka}
        spec:
          authentication:
            type: tls
          authorization:
            type: simple
            acls:
        """
            .formatted(name));
    access.lines().forEach(line -> yaml.append("      ").append(line).append('\n'));
  }

  /** Properties as the environment spells them; names that people choose stand for any. */
  private static List<Pattern> properties() throws Exception {
    return Pattern.compile("^\\| `(residua\\.[^`]+)` \\|", Pattern.MULTILINE)
        .matcher(Files.readString(Path.of("src/docs/configuration.md")))
        .results()
        .map(row -> row.group(1).toUpperCase(Locale.ROOT))
        .map(name -> name.replace("\"NAME\"", "0").replaceAll("[^A-Z0-9]", "_"))
        .map(name -> Pattern.compile(name.replace("_0_", "_[A-Z0-9]+_")))
        .toList();
  }

  @Test
  void shouldSetOnlyPropertiesThatThereAre() throws Exception {
    // Given
    List<Path> files = new ArrayList<>(List.of(Path.of("docker-compose.yml")));
    for (String folder : List.of("kustomize", "helm")) {
      try (Stream<Path> below = Files.walk(DEPLOY.resolve(folder))) {
        below.filter(Files::isRegularFile).forEach(files::add);
      }
    }
    Set<String> set = new TreeSet<>();
    for (Path file : files) {
      Pattern.compile(
              "^ +(RESIDUA_\\w+): |^(RESIDUA_\\w+)=|name: (RESIDUA_\\w+)", Pattern.MULTILINE)
          .matcher(Files.readString(file))
          .results()
          .map(
              found ->
                  Stream.of(found.group(1), found.group(2), found.group(3))
                      .filter(Objects::nonNull)
                      .findFirst()
                      .orElseThrow())
          .forEach(set::add);
    }
    // When
    List<Pattern> known = properties();
    set.removeIf(name -> known.stream().anyMatch(each -> each.matcher(name).matches()));
    // Then
    assertThat(known).hasSizeGreaterThan(50);
    // Of the demo, which is in no reference, and of application.properties.
    assertThat(set).containsExactly("RESIDUA_DEMO_SPEED", "RESIDUA_HTTP_HOST");
  }
}
