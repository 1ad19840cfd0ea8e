package dev.residua.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.residua.deploy.HelmChart.Manifest;
import dev.residua.testing.Documents;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The Helm chart, rendered by Helm; Kustomize's files are renderings of it. */
@Tag("slow")
class HelmChartTest {
  private static final Path DEPLOY = Path.of("deploy");
  private static final Path PAGE = Path.of("src/docs/kubernetes.md");
  private static final String EXAMPLES = "deploy/helm/residua/examples/";
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

  /** Kustomize's generator does this by the name of the ConfigMap. */
  private static final Pattern CHECKSUM =
      Pattern.compile("(?m)^ +annotations:\n +checksum/settings: .*\n");

  private static final Pattern HASH = Pattern.compile("\"residua-(?!dashboards)[a-z0-9]{10}\"");

  private static String file(List<Manifest> all, Predicate<Manifest> wanted) {
    return all.stream()
        .filter(wanted)
        .map(one -> CHECKSUM.matcher(one.text()).replaceFirst(""))
        .collect(
            Collectors.joining(
                "---\n",
                "# What deploy/helm renders: ./mvnw -Dtest=HelmChartTest -Dresidua.golden.write=true test\n",
                ""));
  }

  @Test
  void shouldBeTheSourceOfTheFilesForKustomize() throws Exception {
    // Given
    Set<String> elsewhere =
        Set.of(
            "settings.yaml",
            "scaling.yaml",
            "servicemonitor.yaml",
            "prometheusrule.yaml",
            "dashboards.yaml");
    // When
    List<Manifest> base = HelmChart.render();
    List<Manifest> all = HelmChart.render(EXAMPLES + "production.yaml");
    // Then
    Documents.assertIs(
        DEPLOY.resolve("kustomize/base/residua.yaml"),
        file(base, one -> !elsewhere.contains(one.template())));
    Documents.assertIs(
        DEPLOY.resolve("kustomize/components/keda/scaling.yaml"),
        file(all, one -> one.template().equals("scaling.yaml")));
    for (String name : List.of("servicemonitor.yaml", "prometheusrule.yaml")) {
      Documents.assertIs(
          DEPLOY.resolve("prometheus").resolve(name),
          file(all, one -> one.template().equals(name)));
    }
    StringBuilder settings = new StringBuilder();
    of(base, "ConfigMap", "residua")
        .path("data")
        .properties()
        .forEach(line -> settings.append(line.getKey() + "=" + line.getValue().asText() + "\n"));
    Documents.assertIs(DEPLOY.resolve("kustomize/base/settings.env"), settings.toString());
  }

  /** Objects by kind and name, without what only one of the two tools adds. */
  private static Map<String, JsonNode> comparable(Stream<JsonNode> objects) throws Exception {
    Map<String, JsonNode> comparable = new TreeMap<>();
    for (JsonNode object : objects.toList()) {
      String text = HASH.matcher(object.toString()).replaceAll("\"residua\"");
      ObjectNode copy = (ObjectNode) new ObjectMapper().readTree(text);
      ObjectNode metadata = (ObjectNode) copy.path("metadata");
      metadata.remove("namespace");
      String kind = copy.path("kind").asText();
      if (kind.equals("ConfigMap")) { // generators of Kustomize have no labels
        metadata.remove("labels");
      }
      if (kind.equals("StatefulSet")) {
        ObjectNode pod = (ObjectNode) copy.path("spec").path("template").path("metadata");
        pod.remove("annotations"); // the checksum
        sortVariables(copy);
      }
      if (!kind.equals("Namespace")) {
        comparable.put(kind + " " + metadata.path("name").asText(), copy);
      }
    }
    return comparable;
  }

  /** A patch of Kustomize moves variables, whose order means nothing here. */
  private static void sortVariables(JsonNode set) {
    ArrayNode env = (ArrayNode) set.at("/spec/template/spec/containers/0/env");
    List<JsonNode> sorted = new ArrayList<>();
    env.forEach(sorted::add);
    sorted.sort(Comparator.comparing(variable -> variable.path("name").asText()));
    env.removeAll().addAll(sorted);
  }

  @ParameterizedTest
  @ValueSource(strings = {"small", "production"})
  void shouldRenderWhatKustomizeBuilds(String name) throws Exception {
    // Given
    Map<String, JsonNode> kustomize =
        comparable(KubernetesManifestsTest.built("kustomize/overlays/" + name).stream());
    // When
    Map<String, JsonNode> helm =
        comparable(HelmChart.render(EXAMPLES + name + ".yaml").stream().map(Manifest::object));
    // Then
    assertThat(helm.keySet()).isEqualTo(kustomize.keySet()).hasSizeGreaterThan(20);
    helm.forEach(
        (object, content) -> assertThat(content).as(object).isEqualTo(kustomize.get(object)));
  }

  static List<List<String>> values() {
    return List.of(
        List.of(),
        List.of(EXAMPLES + "small.yaml"),
        List.of(EXAMPLES + "production.yaml", "autoscaling.authentication=own"),
        List.of(EXAMPLES + "one-process.yaml"),
        List.of("ingress.enabled=true", "ingress.tlsSecret=page", "ingress.className=nginx"),
        List.of("kafka.sasl.mechanism=SCRAM-SHA-512", "kafka.sasl.secret=login"),
        List.of(
            "processes.score.nodeSelector.zone=a",
            "processes.score.tolerations[0].operator=Exists",
            "imagePullSecrets[0]=registry",
            "serviceAccount.annotations.role=s3",
            "monitoring.serviceMonitor=true",
            "monitoring.labels.release=prometheus",
            "networkPolicy.extraEgress[0].ports[0].port=443",
            "processes.monitor.volume.storageClass=fast"));
  }

  @ParameterizedTest
  @MethodSource("values")
  void shouldRenderOnlyFieldsThatKubernetesKnows(List<String> values) {
    // When
    List<Manifest> all = HelmChart.render(values.toArray(String[]::new));
    // Then
    assertThat(all).hasSizeGreaterThan(10);
    all.forEach(one -> KubernetesManifestsTest.check(one.object(), one.template()));
    assertThat(all).extracting(Manifest::kind).doesNotContain("Secret");
  }

  @Test
  void shouldPassLint() {
    // When
    var result = HelmChart.lint();
    // Then
    assertThat(result.isFailed()).as("%s", result.getMessages()).isFalse();
    assertThat(result.getMessages()).containsExactly("[INFO] Chart.yaml: icon is recommended");
  }

  @Test
  void shouldHaveTheVersionOfTheBuild() throws Exception {
    // When
    Map<String, Object> chart = Documents.yaml(HelmChart.FOLDER.resolve("Chart.yaml"));
    // Then
    assertThat(chart.get("version")).isEqualTo(version());
    assertThat(chart.get("appVersion")).isEqualTo(version());
  }

  private static String version() throws Exception {
    return ComposeFileTest.between(
        Files.readString(Path.of("pom.xml")), "<artifactId>residua-parent</artifactId>", "version");
  }

  @Test
  void shouldPackageTheFilesThatItLinksTo(@TempDir Path folder) throws Exception {
    // When
    Path chart = HelmChart.packageIn(folder, version());
    // Then
    String production = EXAMPLES + "production.yaml";
    assertThat(HelmChart.render(chart, "residua", production))
        .isEqualTo(HelmChart.render(production));
  }

  private static JsonNode of(List<Manifest> all, String kind, String name) {
    return all.stream()
        .filter(one -> one.kind().equals(kind) && one.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("there is no " + kind + " " + name))
        .object();
  }

  private static JsonNode pod(List<Manifest> all, String name) {
    return of(all, "StatefulSet", name).path("spec").path("template");
  }

  @Test
  void shouldDeliverTheRulesThatPromtoolTests() throws Exception {
    // When
    List<Manifest> all = HelmChart.render("monitoring.rules=true");
    // Then
    JsonNode rules = YAML.readTree(DEPLOY.resolve("prometheus/rules.yml").toFile());
    assertThat(rules.path("groups")).hasSizeGreaterThan(2);
    assertThat(of(all, "PrometheusRule", "residua").path("spec")).isEqualTo(rules);
  }

  @Test
  void shouldRunAllRolesInOneProcess() {
    // When
    List<Manifest> all = HelmChart.render(EXAMPLES + "one-process.yaml");
    // Then
    assertThat(all.stream().filter(one -> one.kind().equals("StatefulSet"))).hasSize(1);
    JsonNode container = pod(all, "residua-all").path("spec").path("containers").path(0);
    assertThat(container.path("args"))
        .hasToString("[\"serve\",\"--roles\",\"score,monitor,shadow,alert,dashboard\"]");
    assertThat(container.toString()).doesNotContain("SSL", "/etc/kafka");
    assertThat(of(all, "Service", "residua").path("spec").path("selector").toString())
        .contains("\"app.kubernetes.io/component\":\"all\"");
  }

  @Test
  void shouldTakePasswordsFromExistingSecrets() {
    // When
    List<Manifest> all =
        HelmChart.render(
            "kafka.tls.userSecretPrefix=",
            "kafka.tls.caSecret=own-ca",
            "kafka.sasl.mechanism=SCRAM-SHA-512",
            "kafka.sasl.secret=own-login");
    // Then
    JsonNode settings = of(all, "ConfigMap", "residua").path("data");
    assertThat(settings.path("KAFKA_SECURITY_PROTOCOL").asText()).isEqualTo("SASL_SSL");
    assertThat(settings.path("KAFKA_SASL_MECHANISM").asText()).isEqualTo("SCRAM-SHA-512");
    assertThat(settings.has("KAFKA_SSL_KEYSTORE_LOCATION")).isFalse();
    String pod = pod(all, "residua-score").toString();
    assertThat(pod)
        .contains(
            "{\"name\":\"KAFKA_SASL_JAAS_CONFIG\",\"valueFrom\":{\"secretKeyRef\":{\"name\":\"own-login\"",
            "\"secretName\":\"own-ca\"")
        .doesNotContain("KEYSTORE", "kafka-user");
  }

  @Test
  void shouldRestartThePodsWhenASettingChanges() {
    // When
    JsonNode before = pod(HelmChart.render(), "residua-score");
    JsonNode same = pod(HelmChart.render("processes.alert.replicas=3"), "residua-score");
    List<Manifest> changed = HelmChart.render("settings.RESIDUA_SCORING_THREADS=2");
    // Then
    assertThat(same).isEqualTo(before);
    assertThat(pod(changed, "residua-score")).isNotEqualTo(before);
    assertThat(of(changed, "ConfigMap", "residua").path("data").path("RESIDUA_SCORING_THREADS"))
        .hasToString("\"2\"");
  }

  @Test
  void shouldSeparateTwoInstallationsInOneNamespace() {
    // Given
    List<Manifest> first = HelmChart.render();
    // When
    List<Manifest> second = HelmChart.render(HelmChart.FOLDER, "line-2");
    // Then
    assertThat(second)
        .extracting(one -> one.kind() + " " + one.name())
        .doesNotContainAnyElementsOf(
            first.stream().map(one -> one.kind() + " " + one.name()).toList())
        .allMatch(name -> name.contains(" line-2-residua"));
    JsonNode labels = pod(first, "residua-score").path("metadata").path("labels");
    JsonNode selector =
        of(second, "StatefulSet", "line-2-residua-score").path("spec").path("selector");
    assertThat(selector.path("matchLabels").path("app.kubernetes.io/instance"))
        .isNotEqualTo(labels.path("app.kubernetes.io/instance"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "processes.score.replica=2 | '/processes/score': additional properties 'replica'",
        "processes.score.roles[0]=scoring | /processes/score/roles/0",
        "processes.ingest.enabled=true | /processes/ingest",
        "processes.Score.enabled=true | '/processes': additional properties 'Score'",
        "processes.score.roles[0]=dashboard | at most one process may have the role dashboard",
        "kafka.bootstrapServers=kafka | /kafka/bootstrapServers",
        "kafka.sasl.mechanism=PLAIN | /kafka/sasl/secret",
        "settings.residua=1 | '/settings': additional properties 'residua'",
      })
  void shouldRefuseValuesThatAreInvalid(String value, String message) {
    assertThatThrownBy(() -> HelmChart.render(value)).hasMessageContaining(message);
  }

  @Test
  void shouldNameTheSecretsThatPodsWaitFor() {
    // Given
    Set<String> needed = new TreeSet<>();
    for (Manifest one : HelmChart.render()) {
      one.object().findValues("secretName").forEach(name -> needed.add(name.asText()));
    }
    // When
    String notes = HelmChart.notes();
    // Then
    assertThat(needed).hasSize(6);
    assertThat(notes).contains(needed).contains("port-forward service/residua 8080");
    assertThat(
            HelmChart.notes(
                "ingress.enabled=true", "ingress.host=a.example", "ingress.tlsSecret=c"))
        .contains("Dashboard: https://a.example")
        .doesNotContain("port-forward");
  }

  @Test
  void shouldRenderWhatTheDocumentShows() throws Exception {
    // Given
    List<String> lines = new ArrayList<>();
    for (Documents.Snippet snippet : Documents.snippets(PAGE, "sh")) {
      lines.addAll(
          snippet.commands().stream()
              .filter(line -> line.matches("helm (install|upgrade) .*"))
              .toList());
    }
    assertThat(lines).hasSizeGreaterThan(2);
    for (String line : lines) {
      List<String> values = new ArrayList<>();
      String[] words = line.split(" +");
      for (int i = 0; i < words.length; i++) {
        if (words[i].equals("-f") || words[i].equals("--set")) {
          values.add(words[i + 1].replace("'", ""));
        }
      }
      // When, Then
      assertThat(line).startsWith("helm " + words[1] + " residua deploy/helm/residua ");
      assertThat(HelmChart.render(values.toArray(String[]::new))).as(line).isNotEmpty();
    }
  }

  @Test
  void shouldDocumentEveryValue() throws Exception {
    // Given
    Set<String> keys = new TreeSet<>();
    collect("", YAML.readTree(HelmChart.FOLDER.resolve("values.yaml").toFile()), keys);
    JsonNode schema = YAML.readTree(HelmChart.FOLDER.resolve("values.schema.json").toFile());
    schema
        .path("definitions")
        .path("process")
        .path("properties")
        .fieldNames()
        .forEachRemaining(field -> keys.add("processes.NAME." + field));
    // When
    String page = Files.readString(PAGE);
    // Then
    assertThat(keys).hasSizeGreaterThan(40);
    assertThat(keys).allSatisfy(key -> assertThat(page).contains("`" + key + "`"));
  }

  private static void collect(String path, JsonNode value, Set<String> keys) {
    if (value.isObject() && !value.isEmpty()) {
      value
          .properties()
          .forEach(
              entry -> {
                String key = path.isEmpty() ? entry.getKey() : path + "." + entry.getKey();
                if (!key.equals("processes")) {
                  collect(key, entry.getValue(), keys);
                }
              });
    } else {
      keys.add(path);
    }
  }

  @Test
  void shouldDocumentTheMemoryOfEveryProcess() throws Exception {
    // Given
    Map<String, String> documented = new TreeMap<>();
    Pattern.compile("(?m)^\\| `(\\w+)` \\| [^|]+ \\| (\\w+) \\|")
        .matcher(Files.readString(PAGE))
        .results()
        .forEach(row -> documented.put(row.group(1), row.group(2)));
    // When
    Map<String, String> rendered = new TreeMap<>();
    for (String values : List.of("small", "one-process")) {
      for (Manifest one : HelmChart.render(EXAMPLES + values + ".yaml")) {
        JsonNode limit =
            one.object().at("/spec/template/spec/containers/0/resources/limits/memory");
        if (!limit.isMissingNode()) {
          rendered.put(one.name().replace("residua-", ""), limit.asText());
        }
      }
    }
    // Then
    assertThat(documented).isEqualTo(rendered).hasSize(6);
  }
}
