package dev.residua.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.causal.CausalGraph;
import dev.residua.causal.Latent;
import dev.residua.model.ModelFinding;
import dev.residua.model.ModelFinding.Aspect;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TrainingFindingsTest {
  private static final int N = 2_000;
  private static final List<String> NAMES = List.of("cause", "effect");
  private static final CausalGraph GRAPH =
      CausalGraph.of(NAMES, new boolean[][] {{false, true}, {false, false}});

  private final Random random = new Random(7);
  private boolean named = true;
  private final Map<String, Double> metrics = new HashMap<>();

  private static LabelErrors errors(double cause, double effect) {
    return new LabelErrors(
        NAMES, new double[2], new double[] {1, 1}, null, new double[] {cause, effect});
  }

  /**
   * Findings if the effect is the cause plus noise.
   *
   * @param noise of the effect
   * @param error of every reading
   * @param checked number of labels that were not trained on
   */
  private List<ModelFinding> findings(
      double noise, double error, int checked, LabelErrors errors, double lost) {
    double[][] labels = new double[N][2];
    double[][] nodes = new double[N][2];
    for (int i = 0; i < N; i++) {
      labels[i][0] = random.nextGaussian();
      labels[i][1] = labels[i][0] + noise * random.nextGaussian();
      nodes[i][0] = labels[i][0] + error * random.nextGaussian();
      nodes[i][1] = labels[i][1] + error * random.nextGaussian();
    }
    return TrainingFindings.of(
        errors,
        new HeldOutLabels(Arrays.copyOf(labels, checked), Arrays.copyOf(nodes, checked)),
        List.of(new Latent(0, "cause", true), new Latent(1, "effect", named)),
        GRAPH,
        Mechanisms.fit(GRAPH, nodes, MechanismSettings.DEFAULTS),
        node -> true,
        Double.NaN,
        lost,
        metrics);
  }

  @Test
  void shouldFindCategoriesOfWhichAQuarterIsMissed() {
    // Given a category as the cause
    LabelErrors read =
        new LabelErrors(
            NAMES,
            new double[2],
            new double[] {1, 1},
            null,
            new double[] {0.24, 0.05},
            new boolean[] {true, false});
    LabelErrors unread =
        new LabelErrors(
            NAMES,
            new double[2],
            new double[] {1, 1},
            null,
            new double[] {0.3, 0.05},
            new boolean[] {true, false});
    // When, Then
    assertThat(findings(0.5, 0.05, 0, read, 0.1)).isEmpty();
    assertThat(findings(0.5, 0.05, 0, unread, 0.1))
        .extracting(ModelFinding::sentence)
        .singleElement()
        .asString()
        .startsWith("the frames do not determine cause: 30 % of its labels are missed");
  }

  @Test
  void shouldFindNothingInAGoodModel() {
    // When, Then
    assertThat(findings(0.5, 0.05, 200, errors(0.05, 0.05), 0.1)).isEmpty();
    assertThat(findings(0.5, 0.05, 0, errors(0.05, 0.05), 0.49)).isEmpty();
    assertThat(metrics.get("label.ownNoise.1")).isBetween(30.0, 70.0); // 0.25 / 0.005 = 50
  }

  @Test
  void shouldDistinguishSmallNoiseFromErrorsOfReading() {
    // Given effects of which the cause explains 99.8 % and more
    // When, Then: own noise over reading error is 800 and 0.5
    assertThat(findings(0.04, 0.001, 200, errors(0.01, 0.01), 0.1)).isEmpty();
    assertThat(findings(0.02, 0.02, 200, errors(0.02, 0.02), 0.1))
        .singleElement()
        .satisfies(
            one -> {
              assertThat(one.aspect()).isEqualTo(Aspect.INDEPENDENCE);
              assertThat(one.sentence())
                  .startsWith("effect has no noise of its own that can be read: cause explain 99.");
            });
    assertThat(findings(0.04, 0.001, 0, errors(0.01, 0.01), 0.1)).hasSize(1);
  }

  @Test
  void shouldNotAskForOwnNoiseOfALatentWithoutName() {
    // Given
    named = false;
    // When, Then
    assertThat(findings(0.02, 0.02, 0, errors(0.02, 0.02), 0.1)).isEmpty();
  }

  @Test
  void shouldFindNoiseThatErrorsOfReadingHide() {
    // Given an effect that is explained to less than 99.5 %: 0.01 / 0.08
    assertThat(findings(0.1, 0.2, 200, errors(0.2, 0.2), 0.1))
        .singleElement()
        .extracting(ModelFinding::sentence)
        .asString()
        .startsWith("the own noise of effect is lost in errors of reading");
  }

  @Test
  void shouldDistinguishOneUnreadFactorFromAll() {
    // When
    List<ModelFinding> one = findings(0.5, 0.05, 0, errors(0.05, 0.9), 0.1);
    List<ModelFinding> all = findings(0.5, 0.05, 0, errors(1, 0.9), 0.1);
    // Then
    assertThat(ModelFinding.sentences(one))
        .singleElement()
        .asString()
        .startsWith("the frames do not determine effect: 81 % of the variance of its labels");
    assertThat(ModelFinding.sentences(all))
        .singleElement()
        .asString()
        .startsWith("the latents read none of the factors cause, effect: at least 81 %");
    assertThat(findings(0.5, 0.05, 0, errors(0.05, 0.86), 0.1)).isEmpty(); // 74 %
  }

  @Test
  void shouldFindPoorReconstruction() {
    assertThat(findings(0.5, 0.05, 0, errors(0.05, 0.05), 0.51))
        .singleElement()
        .extracting(ModelFinding::aspect)
        .isEqualTo(Aspect.RECONSTRUCTION);
  }
}
