package dev.residua.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.residua.testing.Waits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** {@code docker-compose.yml} as Docker Compose reads it; {@code deploy/compose-up} starts it. */
class ComposeFileTest {
  private static final Set<String> ROLES =
      Set.of("score", "monitor", "train", "alert", "dashboard");

  /** What was read already, by profiles: each reading starts a process. */
  private static final Map<List<String>, JsonNode> SERVICES = new HashMap<>();

  /** What Docker Compose prints; skips the test where there is none. */
  private static String compose(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("docker", "compose"));
    command.addAll(List.of(arguments));
    String problem = null;
    try {
      Process there = new ProcessBuilder("docker", "compose", "version").start();
      if (there.waitFor() != 0) {
        problem = "docker has no plugin compose";
      }
    } catch (IOException e) {
      problem = "there is no docker";
    }
    if (problem != null) {
      problem += "; install them with: apt-get install docker-cli docker-compose";
      System.out.println("skipped: ComposeFileTest, as " + problem);
    }
    assumeTrue(problem == null, problem);
    ProcessBuilder builder = new ProcessBuilder(command);
    for (String name :
        List.of("RESIDUA_IMAGE", "RESIDUA_PORT", "KAFKA_VERSION", "COMPOSE_PROFILES")) {
      builder.environment().remove(name);
    }
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String error = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(Waits.seconds(30), TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(error).isZero();
    return said;
  }

  private static JsonNode services(String... profiles) throws Exception {
    JsonNode read = SERVICES.get(List.of(profiles));
    if (read == null) {
      read = read(profiles);
      SERVICES.put(List.of(profiles), read);
    }
    return read;
  }

  private static JsonNode read(String... profiles) throws Exception {
    List<String> arguments = new ArrayList<>();
    for (String profile : profiles) {
      arguments.addAll(List.of("--profile", profile));
    }
    arguments.addAll(List.of("config", "--format", "json"));
    return new ObjectMapper().readTree(compose(arguments.toArray(String[]::new))).path("services");
  }

  private static Set<String> names(JsonNode services) {
    Set<String> names = new TreeSet<>();
    services.fieldNames().forEachRemaining(names::add);
    return names;
  }

  @Test
  void shouldBeValidWithEveryProfile() throws Exception {
    assertThat(compose("config", "-q")).isEmpty();
    assertThat(
            compose(
                "--profile",
                "three-brokers",
                "--profile",
                "train",
                "--profile",
                "registry",
                "config",
                "-q"))
        .isEmpty();
  }

  @Test
  void shouldStartTheWholeProductByDefault() throws Exception {
    assertThat(names(services()))
        .contains(
            "kafka",
            "score",
            "monitor",
            "alert",
            "dashboard",
            "camera",
            "prometheus",
            "alertmanager",
            "grafana")
        .doesNotContain("kafka-2", "train", "registry");
  }

  @Test
  void shouldLimitEveryServiceAndLookAfterIt() throws Exception {
    // Given
    JsonNode services = services("three-brokers", "train", "registry");
    // When, Then
    for (Map.Entry<String, JsonNode> service : services.properties()) {
      String name = service.getKey();
      JsonNode is = service.getValue();
      JsonNode limits = is.path("deploy").path("resources").path("limits");
      assertThat(limits.path("cpus").asText()).as(name + " cpus").isNotEmpty();
      assertThat(limits.path("memory").asText()).as(name + " memory").isNotEmpty();
      assertThat(is.path("cap_drop").toString()).as(name).isEqualTo("[\"ALL\"]");
      assertThat(is.path("security_opt").toString())
          .as(name)
          .isEqualTo("[\"no-new-privileges:true\"]");
      assertThat(is.path("privileged").asBoolean()).as(name).isFalse();
      if (!name.equals("topics")) { // it ends
        assertThat(is.path("healthcheck").path("test").size()).as(name + " check").isPositive();
      }
      for (JsonNode port : is.path("ports")) {
        assertThat(port.path("host_ip").asText()).as(name + " port").isEqualTo("127.0.0.1");
      }
      if (!name.startsWith("kafka") && !name.equals("registry")) {
        assertThat(is.path("read_only").asBoolean()).as(name + " read_only").isTrue();
      }
    }
  }

  @Test
  void shouldGiveEveryRoleAProcessOfItsOwn() throws Exception {
    // Given
    JsonNode services = services("train");
    // When
    Set<String> instances = new TreeSet<>();
    for (String role : ROLES) {
      JsonNode command = services.path(role).path("command");
      assertThat(command.toString()).startsWith("[\"serve\",\"--roles\",\"" + role + "\"");
      instances.add(command.path(4).asText());
    }
    // Then
    assertThat(instances).hasSameSizeAs(ROLES);
  }

  @Test
  void shouldScrapeEveryProcessThatCountsSomething() throws Exception {
    // Given
    String prometheus = Files.readString(Path.of("deploy/prometheus/prometheus.yml"));
    // When, Then
    for (String role : List.of("score", "monitor", "alert", "dashboard")) {
      assertThat(prometheus).contains("- " + role + ":8080\n");
    }
    assertThat(prometheus).contains("job_name: residua\n", "metrics_path: /q/metrics\n");
  }

  @Test
  void shouldNameTheVersionOfTheBuild() throws Exception {
    // Given
    String pom = Files.readString(Path.of("pom.xml"));
    // When
    String image = services().path("score").path("image").asText();
    // Then
    assertThat(image)
        .isEqualTo(
            "residua/residua:"
                + between(pom, "<artifactId>residua-parent</artifactId>", "version"));
    assertThat(services().path("kafka").path("image").asText())
        .isEqualTo("apache/kafka:" + between(pom, "", "kafka.version"));
    assertThat(Files.readString(Path.of("docker-compose.yml")))
        .contains(
            "image: apicurio/apicurio-registry:"
                + between(pom, "", "apicurio-registry.version")
                + "\n");
  }

  static String between(String text, String after, String tag) {
    String open = "<" + tag + ">";
    int start = text.indexOf(open, text.indexOf(after)) + open.length();
    return text.substring(start, text.indexOf('<', start));
  }
}
