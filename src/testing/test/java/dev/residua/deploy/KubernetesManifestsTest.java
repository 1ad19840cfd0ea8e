package dev.residua.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.residua.app.kafka.ConsumerGroups;
import dev.residua.app.metrics.Meters;
import dev.residua.app.process.Role;
import dev.residua.testing.Waits;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.openshift.api.model.monitoring.v1.PrometheusRule;
import io.fabric8.openshift.api.model.monitoring.v1.ServiceMonitor;
import io.strimzi.api.kafka.model.topic.KafkaTopic;
import io.strimzi.api.kafka.model.user.KafkaUser;
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
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The files for Kubernetes against the types of Kubernetes, Strimzi and the Prometheus operator,
 * where a field that they do not have is an error, and what kustomize makes of them.
 */
class KubernetesManifestsTest {
  private static final Path DEPLOY = Path.of("deploy");

  /** What may be deployed, by kind; KEDA's kinds are looked at below. */
  private static final Map<String, Class<?>> TYPES =
      Map.ofEntries(
          Map.entry("ConfigMap", ConfigMap.class),
          Map.entry("Ingress", Ingress.class),
          Map.entry("KafkaTopic", KafkaTopic.class),
          Map.entry("KafkaUser", KafkaUser.class),
          Map.entry("Namespace", Namespace.class),
          Map.entry("NetworkPolicy", NetworkPolicy.class),
          Map.entry("PodDisruptionBudget", PodDisruptionBudget.class),
          Map.entry("PrometheusRule", PrometheusRule.class),
          Map.entry("Service", Service.class),
          Map.entry("ServiceAccount", ServiceAccount.class),
          Map.entry("ServiceMonitor", ServiceMonitor.class),
          Map.entry("StatefulSet", StatefulSet.class));

  private static final Set<String> OF_KEDA = Set.of("ScaledObject", "TriggerAuthentication");

  /** These types take any field that they do not have; here they must not. */
  private static final ObjectMapper STRICT =
      new ObjectMapper()
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .setAnnotationIntrospector(
              new JacksonAnnotationIntrospector() {
                private static final long serialVersionUID = 1L;

                @Override
                public Boolean hasAnySetter(Annotated annotated) {
                  return false;
                }
              });

  private static final Map<String, List<JsonNode>> BUILT = new HashMap<>();
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

  private static List<JsonNode> documents(String yaml) throws IOException {
    List<JsonNode> all = new ArrayList<>();
    try (var values = YAML.readerFor(JsonNode.class).<JsonNode>readValues(yaml)) {
      while (values.hasNext()) {
        JsonNode document = values.next();
        if (document.isObject()) {
          all.add(document);
        }
      }
    }
    return all;
  }

  static void check(JsonNode document, String where) {
    String kind = document.path("kind").asText();
    String name = where + ": " + kind + " " + document.path("metadata").path("name").asText();
    if (OF_KEDA.contains(kind)) {
      assertThat(document.path("apiVersion").asText()).as(name).isEqualTo("keda.sh/v1alpha1");
      return;
    }
    Class<?> type = TYPES.get(kind);
    assertThat(type).as(name + " is of a kind that this test knows").isNotNull();
    try {
      STRICT.treeToValue(document, type);
    } catch (IOException e) {
      throw new AssertionError(name + ": " + e.getMessage(), e);
    }
  }

  @Test
  void shouldHaveNoFieldsThatTheirTypesDoNot() throws Exception {
    // Given
    List<Path> files = new ArrayList<>();
    try (Stream<Path> below = Files.walk(DEPLOY)) {
      below
          .filter(file -> file.toString().endsWith(".yaml"))
          .filter(file -> !file.endsWith("kustomization.yaml"))
          .filter(file -> !file.startsWith(DEPLOY.resolve("helm"))) // HelmChartTest renders it
          .forEach(files::add);
    }
    int checked = 0;
    // When
    for (Path file : files) {
      for (JsonNode document : documents(Files.readString(file))) {
        check(document, file.toString());
        checked++;
      }
    }
    // Then
    assertThat(checked).isGreaterThan(40);
  }

  @Test
  void shouldRefuseAFieldThatDoesNotExist() throws Exception {
    // Given
    String base = Files.readString(DEPLOY.resolve("kustomize/base/residua.yaml"));
    JsonNode broken =
        of(
            documents(base.replace("podManagementPolicy:", "podManagmentPolicy:")),
            "StatefulSet",
            "residua-score");
    // When, Then
    org.assertj.core.api.Assertions.assertThatThrownBy(() -> check(broken, "base"))
        .hasMessageContaining("podManagmentPolicy");
  }

  /** What kustomize makes of a folder. */
  static List<JsonNode> built(String folder) throws Exception {
    List<JsonNode> read = BUILT.get(folder);
    if (read == null) {
      read = build(folder);
      BUILT.put(folder, read);
    }
    return read;
  }

  private static List<JsonNode> build(String folder) throws Exception {
    Process process;
    try {
      process = new ProcessBuilder("kustomize", "build", "deploy/" + folder).start();
    } catch (IOException e) {
      String problem = "there is no kustomize; install it with: apt-get install kustomize";
      System.out.println("skipped: KubernetesManifestsTest of " + folder + ", as " + problem);
      assumeTrue(false, problem);
      throw e;
    }
    String yaml = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String error = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(Waits.seconds(60), TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(error).isZero();
    return documents(yaml);
  }

  @ParameterizedTest
  @ValueSource(strings = {"kustomize/overlays/small", "kustomize/overlays/production", "strimzi"})
  void shouldBuildWhatKubernetesTakes(String folder) throws Exception {
    // When
    List<JsonNode> all = built(folder);
    // Then
    assertThat(all).hasSizeGreaterThan(10);
    for (JsonNode document : all) {
      check(document, folder);
    }
  }

  private static JsonNode of(List<JsonNode> all, String kind, String name) {
    return all.stream()
        .filter(one -> one.path("kind").asText().equals(kind))
        .filter(one -> one.path("metadata").path("name").asText().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("there is no " + kind + " " + name));
  }

  private static List<JsonNode> workloads(List<JsonNode> all) {
    return all.stream().filter(one -> one.path("kind").asText().equals("StatefulSet")).toList();
  }

  @Test
  void shouldRunEveryPodAsStrictlyAsKubernetesCan() throws Exception {
    // Given
    List<JsonNode> base =
        documents(Files.readString(DEPLOY.resolve("kustomize/base/residua.yaml")));
    for (String role : List.of("score", "monitor", "train", "alert", "dashboard")) {
      JsonNode pod =
          of(base, "StatefulSet", "residua-" + role).path("spec").path("template").path("spec");
      JsonNode container = pod.path("containers").path(0);
      JsonNode restricted = container.path("securityContext");
      // When, Then
      assertThat(pod.path("securityContext").path("runAsNonRoot").asBoolean()).isTrue();
      assertThat(pod.path("securityContext").path("seccompProfile").path("type").asText())
          .isEqualTo("RuntimeDefault");
      assertThat(pod.path("automountServiceAccountToken").asBoolean(true)).isFalse();
      assertThat(restricted.path("allowPrivilegeEscalation").asBoolean(true)).isFalse();
      assertThat(restricted.path("readOnlyRootFilesystem").asBoolean()).isTrue();
      assertThat(restricted.path("capabilities").path("drop").path(0).asText()).isEqualTo("ALL");
      for (String probe : List.of("startupProbe", "readinessProbe", "livenessProbe")) {
        assertThat(container.path(probe).path("httpGet").path("path").asText())
            .as(role + " " + probe)
            .startsWith("/q/health/");
      }
      assertThat(container.path("resources").path("limits").path("memory").asText()).isNotEmpty();
      assertThat(container.path("args")).hasToString("[\"serve\",\"--roles\",\"" + role + "\"]");
    }
  }

  @Test
  void shouldTrainOnAGpuInProductionAndWithoutInTheSmallOne() throws Exception {
    // When
    JsonNode large = of(built("kustomize/overlays/production"), "StatefulSet", "residua-train");
    JsonNode small = of(built("kustomize/overlays/small"), "StatefulSet", "residua-train");
    // Then
    assertThat(large.toString()).contains("\"nvidia.com/gpu\":\"1\"");
    assertThat(small.toString())
        .doesNotContain("nvidia.com/gpu")
        .contains("{\"name\":\"RESIDUA_TRAINING_BACKEND\",\"value\":\"cpu\"}");
  }

  @Test
  void shouldLetTheLagDecideHowManyScoreAndGoDownSlowly() throws Exception {
    // When
    List<JsonNode> all = built("kustomize/overlays/production");
    // Then
    for (String role : List.of("score", "monitor")) {
      JsonNode scaled = of(all, "ScaledObject", "residua-" + role).path("spec");
      JsonNode trigger = scaled.path("triggers").path(0);
      assertThat(scaled.path("scaleTargetRef").path("name").asText()).isEqualTo("residua-" + role);
      assertThat(trigger.path("type").asText()).isEqualTo("kafka");
      assertThat(trigger.path("metadata").path("consumerGroup").asText())
          .isEqualTo(
              role.equals("score")
                  ? ConsumerGroups.score("residua.")
                  : ConsumerGroups.monitor("residua."));
      assertThat(
              scaled
                  .path("advanced")
                  .path("horizontalPodAutoscalerConfig")
                  .path("behavior")
                  .path("scaleDown")
                  .path("stabilizationWindowSeconds")
                  .asInt())
          .isGreaterThanOrEqualTo(1_800);
      assertThat(of(all, "StatefulSet", "residua-" + role).path("spec").has("replicas"))
          .as("KEDA owns the number")
          .isFalse();
    }
  }

  @Test
  void shouldDenyAllTrafficThatIsNotListed() throws Exception {
    // When
    List<JsonNode> all = built("kustomize/overlays/production");
    // Then
    JsonNode deny = of(all, "NetworkPolicy", "residua-default-deny").path("spec");
    assertThat(deny.path("policyTypes")).hasToString("[\"Ingress\",\"Egress\"]");
    assertThat(deny.has("ingress") || deny.has("egress")).isFalse();
    JsonNode selector = deny.path("podSelector").path("matchLabels");
    for (JsonNode workload : workloads(all)) {
      JsonNode labels = workload.path("spec").path("template").path("metadata").path("labels");
      selector
          .fields()
          .forEachRemaining(
              label -> assertThat(labels.path(label.getKey())).isEqualTo(label.getValue()));
    }
  }

  @Test
  void shouldMountSecretsThatStrimziMakes() throws Exception {
    // Given
    Set<String> users = new TreeSet<>();
    for (JsonNode user : documents(Files.readString(DEPLOY.resolve("strimzi/users.yaml")))) {
      users.add(user.path("metadata").path("name").asText());
    }
    // When
    Set<String> mounted = new TreeSet<>();
    for (JsonNode workload : workloads(built("kustomize/overlays/production"))) {
      workload.findValues("secretName").forEach(name -> mounted.add(name.asText()));
    }
    // Then
    assertThat(users).contains("residua-kafka-scaler");
    for (Role role : Role.values()) {
      String user = "residua-kafka-" + Meters.lower(role);
      assertThat(users).contains(user);
      if (role != Role.SHADOW && role != Role.INGEST) { // where they are wanted
        assertThat(mounted).contains(user);
      }
    }
  }
}
