package dev.residua.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.residua.dataset.FrameDataset;
import dev.residua.dataset.LabelTable;
import dev.residua.frame.ImageShape;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SamplingPlanTest {
  private static final ImageShape SHAPE = new ImageShape(8, 8, 1);

  @TempDir Path dir;

  private FrameDataset generate(
      String name, Scenario scenario, int count, double commissioning, double pairs)
      throws IOException {
    return generate(name, scenario, count, commissioning, pairs, 0);
  }

  private FrameDataset generate(
      String name, Scenario scenario, int count, double commissioning, double pairs, double holds)
      throws IOException {
    DatasetGenerator.generate(
        scenario,
        new DatasetGenerator.Settings(
            count, count, SHAPE, false, false, commissioning, pairs, holds, 0, 0),
        dir.resolve(name),
        done -> {});
    return FrameDataset.open(dir.resolve(name));
  }

  private static Scenario scenario(String name) {
    SimulatedScene scene = SimulatedScene.named(name, NoiseKind.ADDITIVE);
    List<Double> noise = new ArrayList<>();
    for (double sd : scene.usualNoise()) {
      noise.add(sd);
    }
    return Scenario.nominal(scene, noise, 5, 0);
  }

  /**
   * Digests of the labels that the version before plans, hidden variables and scales wrote, with
   * names of columns that did not begin with {@code residua.}.
   */
  @ParameterizedTest
  @CsvSource({
    "pendulum, true, 3, 0, ac8e44d01146491011010d929cd917080cb76a582ac17260d1130d5665bd3d96",
    "pendulum, false, 1, 0.7, dc37f09ce27870ab198de61a851ad70baede7adf7b2ecefe08c7b5f40d4d9681",
    "flow, true, 1, 0, 0fac80f7146725ccb4ee9fc847361d8936907875efba89109118fe24f0b45b97",
    "flow, false, 1, 0, 71c7519b9987e17665d1005a5cc6ebc474e329e2cfd8d326d33381b8e497dcd4"
  })
  void shouldLeaveOldSetsAsTheyWere(
      String scene, boolean noisy, long seed, double autocorrelation, String expected)
      throws Exception {
    // Given
    Scenario scenario =
        Scenario.nominal(
            SimulatedScene.named(scene, NoiseKind.ADDITIVE),
            noisy ? List.of(0.5, 0.4) : null,
            seed,
            autocorrelation);

    // When
    generate("set", scenario, 500, 0, 0);

    // Then
    assertThat(sha256(Files.readString(dir.resolve("set/labels.csv")))).isEqualTo(expected);
  }

  @Test
  void shouldLeaveTheDemoAsItWasButForItsTimes() throws Exception {
    // When
    generate("set", Scenario.shipped("demo"), 3280, 0, 0);

    // Then
    String labels = Files.readString(dir.resolve("set/labels.csv"));
    assertThat(sha256(labels.replaceAll("(?m),[^,\\n]*$", "")))
        .isEqualTo("d0a37cec68bb1b239576ef3f0271fd5c3190fc84262263b01ca92ae60b8e4da3");
  }

  @Test
  void shouldWriteTheTimesOfAStreamAndNoneOfIndependentFrames() throws Exception {
    // Given
    Scenario stream =
        Scenario.parse(
            "{\"scene\": \"pendulum\", \"frames\": 4, \"framesPerSecond\": 8, \"events\":"
                + " [{\"kind\": \"offset\", \"node\": \"light\", \"at\": 3, \"frames\": 1, \"size\": 1}]}",
            "test");

    // When
    generate("stream", stream, 5, 0, 0);
    generate("independent", scenario("pendulum"), 6, 0.4, 0);

    // Then
    assertThat(FrameDataset.open(dir.resolve("stream")).times().seconds())
        .containsExactly(0, 0.125, 0.25, 0.375, 0.5);
    assertThat(FrameDataset.open(dir.resolve("independent")).times().isEmpty()).isTrue();
    assertThat(Files.readString(dir.resolve("independent/labels.csv"))).doesNotContain("time");
  }

  private static String sha256(String labels) throws Exception {
    byte[] plain = labels.replace(FrameDataset.RESERVED, "").getBytes(StandardCharsets.UTF_8);
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(plain));
  }

  /** The oracle is the labels: every exogenous variable of the first frame but the named one. */
  @ParameterizedTest
  @CsvSource({"pendulum", "flow", "valve", "candle"})
  void shouldChangeExactlyTheAnnouncedVariableInAPair(String name) throws Exception {
    // Given
    Scenario scenario = scenario(name);
    SimulatedScene scene = scenario.scene();
    List<String> exogenous = new ArrayList<>(scene.hidden());
    for (String factor : scene.factors()) {
      boolean root = scene.graph().isRoot(scene.factors().indexOf(factor));
      exogenous.add(root ? factor : "residua.noise." + factor);
    }

    // When
    LabelTable labels = generate("set", scenario, 4000, 0, 0.25).labels();

    // Then
    Map<String, Integer> counts = new HashMap<>();
    for (int i = 1; i < 4000; i++) {
      String changed = labels.text(i, "residua.changed");
      if (changed == null) {
        continue;
      }
      counts.merge(changed, 1, Integer::sum);
      for (String column : exogenous) {
        double before = labels.value(i - 1, column);
        double after = labels.value(i, column);
        if (column.equals(changed) || column.equals("residua.noise." + changed)) {
          assertThat(after).isNotEqualTo(before);
        } else {
          assertThat(after).isCloseTo(before, within(1e-9));
        }
      }
      assertThat(labels.text(i - 1, "residua.changed")).isNull();
      assertThat(labels.text(i, "residua.event")).isNull();
    }
    assertThat(counts).containsOnlyKeys(scene.factors());
    assertThat(counts.values().stream().mapToInt(Integer::intValue).sum()).isEqualTo(500);
    assertThat(counts.values()).allMatch(n -> Math.abs(n - 500.0 / counts.size()) <= 1);
  }

  @Test
  void shouldLeaveFramesOutsideTheBlocksAsTheyAreWithoutAPlan() throws Exception {
    // Given
    LabelTable plain = generate("plain", scenario("pendulum"), 2000, 0, 0).labels();

    // When
    LabelTable planned = generate("planned", scenario("pendulum"), 2000, 0.2, 0.2).labels();

    // Then
    int same = 0;
    for (int i = 0; i < 2000; i++) {
      if (planned.text(i, "residua.changed") == null && planned.text(i, "residua.event") == null) {
        for (String factor : new Pendulum().factors()) {
          assertThat(planned.value(i, factor)).isEqualTo(plain.value(i, factor));
        }
        same++;
      }
    }
    assertThat(same).isEqualTo(2000 - 400 - 200);
  }

  @Test
  void shouldNotRedrawNoiseThatIsNotThere() throws Exception {
    // When
    LabelTable labels =
        generate("set", Scenario.nominal(new Pendulum(), null, 1, 0), 400, 0, 0.5).labels();

    // Then
    for (int i = 0; i < 400; i++) {
      assertThat(labels.text(i, "residua.changed")).isIn(null, "pendulum", "light");
    }
  }

  /** A uniform draw over the range has sd range / sqrt 12 and does not depend on the causes. */
  @ParameterizedTest
  @CsvSource({"pendulum", "flow", "valve"})
  void shouldDecoupleOneMechanismAtATimeInCommissioning(String name) throws Exception {
    // Given
    Scenario scenario = scenario(name);
    SimulatedScene scene = scenario.scene();

    // When
    LabelTable labels = generate("set", scenario, 8000, 0.5, 0).labels();

    // Then
    int announced = 0;
    String[] nodes = new String[8000];
    for (int i = 0; i < 8000; i++) {
      nodes[i] = labels.text(i, "residua.event_node");
      if (nodes[i] != null) {
        assertThat(labels.text(i, "residua.event")).isEqualTo("commissioning");
        announced++;
      }
    }
    assertThat(announced).isEqualTo(4000);
    for (int node : scene.caused()) {
      String factor = scene.factors().get(node);
      List<double[]> rows = new ArrayList<>();
      List<double[]> others = new ArrayList<>();
      for (int i = 0; i < 8000; i++) {
        double[] f = new double[scene.factors().size()];
        for (int j = 0; j < f.length; j++) {
          f[j] = labels.value(i, scene.factors().get(j));
        }
        double[] row = {
          f[node], scene.mechanism(node, f), labels.value(i, "residua.noise." + factor)
        };
        (factor.equals(nodes[i]) ? rows : others).add(row);
      }
      assertThat(rows).hasSize(2000);
      double[] value = column(rows, 0);
      double range = Stats.max(value) - Stats.min(value);
      assertThat(Stats.sd(value)).isCloseTo(range / Math.sqrt(12), within(0.04 * range));
      assertThat(Stats.correlation(value, column(rows, 1))).isCloseTo(0, within(0.09));
      assertThat(Stats.correlation(column(others, 0), column(others, 1))).isGreaterThan(0.4);
      double[] noise = column(others, 2);
      double sd = scenario.noiseDeviation(node);
      assertThat(Stats.sd(noise)).isCloseTo(sd, within(0.05 * sd));
    }
  }

  private static double[] column(List<double[]> rows, int column) {
    return rows.stream().mapToDouble(row -> row[column]).toArray();
  }

  /**
   * The oracle is the labels: two frames share the value of the named factor, every other noise and
   * root is drawn anew, and the mechanisms of the others hold.
   */
  @ParameterizedTest
  @CsvSource({"pendulum, 0", "flow, 0.9", "valve, 0", "candle, 0"})
  void shouldHoldExactlyTheAnnouncedFactorInAHeldPair(String name, double autocorrelation)
      throws Exception {
    // Given
    Scenario usual = scenario(name);
    SimulatedScene scene = usual.scene();
    Scenario scenario = Scenario.nominal(scene, usual.noise(), 5, autocorrelation);
    int d = scene.factors().size();

    // When
    LabelTable labels = generate("set", scenario, 4000, 0, 0, 0.5).labels();

    // Then
    int[] counts = new int[d];
    int[] sharedByChance = new int[d];
    double[][] first = new double[d][1000];
    double[][] second = new double[d][1000];
    for (int i = 0, n = 0; i < 4000; i++) {
      String held = labels.text(i, "residua.held");
      if (held == null) {
        continue;
      }
      assertThat(labels.text(i + 1, "residua.held")).isEqualTo(held);
      assertThat(labels.text(i, "residua.event")).isNull();
      counts[scene.factors().indexOf(held)]++;
      for (int node = 0; node < d; node++) {
        String factor = scene.factors().get(node);
        boolean root = scene.graph().isRoot(node);
        boolean same = labels.value(i, factor) == labels.value(i + 1, factor);
        if (factor.equals(held)) {
          assertThat(same).isTrue();
          first[node][n] = second[node][n] = Double.NaN;
        } else {
          sharedByChance[node] += same ? 1 : 0;
          String own = root ? factor : "residua.noise." + factor;
          first[node][n] = labels.value(i, own);
          second[node][n] = labels.value(i + 1, own);
        }
      }
      n++;
      i++;
    }
    for (int node = 0; node < d; node++) {
      assertThat(counts[node]).isBetween(1000 / d, 1000 / d + 1);
      assertThat(sharedByChance[node]).isLessThan(name.equals("candle") ? 600 : 5);
      assertThat(Stats.correlation(known(first[node]), known(second[node])))
          .isCloseTo(0, within(0.13));
      if (!scene.graph().isRoot(node)) {
        double sd = scenario.noiseDeviation(node);
        assertThat(Stats.sd(known(first[node]))).isCloseTo(sd, within(0.1 * sd));
      }
    }
  }

  private static double[] known(double[] values) {
    return java.util.Arrays.stream(values).filter(value -> !Double.isNaN(value)).toArray();
  }

  /** A held value is one of a nominal frame, and says nothing of the causes of its own frame. */
  @ParameterizedTest
  @CsvSource({"pendulum", "valve"})
  void shouldHoldAtValuesOfTheNominalDistribution(String name) throws Exception {
    // Given
    Scenario scenario = scenario(name);
    SimulatedScene scene = scenario.scene();

    // When
    LabelTable labels = generate("set", scenario, 8000, 0, 0, 0.5).labels();

    // Then
    for (int node = 0; node < scene.factors().size(); node++) {
      String factor = scene.factors().get(node);
      List<double[]> held = new ArrayList<>();
      List<double[]> nominal = new ArrayList<>();
      for (int i = 0; i < 8000; i++) {
        String announced = labels.text(i, "residua.held");
        if (announced == null || announced.equals(factor)) {
          double[] f = new double[scene.factors().size()];
          for (int j = 0; j < f.length; j++) {
            f[j] = labels.value(i, scene.factors().get(j));
          }
          double explained = scene.graph().isRoot(node) ? 0 : scene.mechanism(node, f);
          (announced == null ? nominal : held).add(new double[] {f[node], explained});
        }
      }
      double sd = Stats.sd(column(nominal, 0));
      assertThat(Stats.sd(column(held, 0))).isCloseTo(sd, within(0.08 * sd));
      assertThat(mean(held)).isCloseTo(mean(nominal), within(0.15 * sd));
      if (!scene.graph().isRoot(node)) {
        assertThat(Stats.correlation(column(held, 0), column(held, 1))).isCloseTo(0, within(0.13));
      }
    }
  }

  private static double mean(List<double[]> rows) {
    return rows.stream().mapToDouble(row -> row[0]).average().orElseThrow();
  }

  @Test
  void shouldLeaveAllOtherFramesAsTheyAreWithoutHolds() throws Exception {
    // Given
    Scenario scenario = Scenario.nominal(new Pendulum(), List.of(0.5, 0.4), 3, 0.8);
    LabelTable plain = generate("plain", scenario, 2001, 0.2, 0.2).labels();

    // When
    LabelTable planned = generate("planned", scenario, 2001, 0.2, 0.2, 0.2).labels();

    // Then
    int same = 0;
    for (int i = 0; i < 2001; i++) {
      if (planned.text(i, "residua.held") == null) {
        for (String column : plain.columns()) {
          assertThat(planned.text(i, column)).isEqualTo(plain.text(i, column));
        }
        same++;
      }
    }
    assertThat(same).isEqualTo(2001 - 400);
  }

  @Test
  void shouldKeepItsSharesInSmallSetsToo() throws Exception {
    // When
    LabelTable labels = generate("set", scenario("flow"), 61, 0.25, 0.5).labels();

    // Then
    int commissioned = 0;
    int changed = 0;
    for (int i = 0; i < 61; i++) {
      commissioned += labels.text(i, "residua.event") != null ? 1 : 0;
      changed += labels.text(i, "residua.changed") != null ? 1 : 0;
    }
    assertThat(commissioned).isBetween(14, 17);
    assertThat(changed).isBetween(14, 16);
  }

  @Test
  void shouldSayInTheOriginHowTheSetWasMade() throws Exception {
    // When
    generate("set", scenario("flow"), 100, 0.25, 0.5, 0.125);

    // Then
    assertThat(Files.readString(dir.resolve("set/dataset.json")))
        .contains("\"commissioning\" : 0.25")
        .contains("\"pairs\" : 0.5")
        .contains("\"holds\" : 0.125")
        .doesNotContain("events");
  }

  @Test
  void shouldRefuseWhatCannotBePlanned() {
    assertThatThrownBy(() -> generate("a", scenario("candle"), 100, 0.1, 0))
        .hasMessage("commissioning needs caused factors, candle has none");
    assertThatThrownBy(() -> generate("a", scenario("flow"), 100, 0.6, 0))
        .hasMessage("commissioning must be from 0 to 0.5 but was 0.6");
    assertThatThrownBy(() -> generate("a", scenario("flow"), 100, 0, -0.1))
        .hasMessage("pairs must be from 0 to 0.5 but was -0.1");
    assertThatThrownBy(() -> generate("a", scenario("flow"), 100, 0, 0, 0.6))
        .hasMessage("holds must be from 0 to 0.5 but was 0.6");
    assertThatThrownBy(() -> generate("a", scenario("flow"), 100, 0.5, 0.3, 0.3))
        .hasMessage(
            "commissioning, pairs and holds must sum to at most 1 but are 0.5, 0.3 and 0.3");
    assertThatThrownBy(() -> generate("a", Scenario.shipped("demo"), 100, 0, 0.1))
        .hasMessage("commissioning, pairs and holds need a scenario without events but it has 10");
    assertThatThrownBy(() -> SimulatedScene.named("valve", NoiseKind.MULTIPLICATIVE))
        .hasMessage("multiplicative noise is for pendulum and flow only, not for valve");
  }
}
