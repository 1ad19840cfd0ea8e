package dev.residua.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.residua.frame.ImageShape;
import dev.residua.training.LancaSettings;
import dev.residua.training.LancaSettings.ResidualPrior;
import dev.residua.training.LancaSettings.StructuralTerm;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;

@Tag("slow")
class CausalLossTest {
  private static final int ROWS = 6;
  private static final int D = 3;
  private static final NetworkLayout LAYOUT = NetworkLayout.of(new ImageShape(16, 16, 1), D);
  private static final List<String> CHECKED =
      List.of(CausalLoss.LATENTS, CausalLoss.GRAPH, "mech1.b", "mech2.b", "mech3.w");
  private static final double[] GRAPH = {0, 0.9, 0.7, 0, 0, 1, 0, 0, 0};

  @ParameterizedTest
  @EnumSource
  void shouldHaveTheGradientOfFiniteDifferences(StructuralTerm structural) throws Exception {
    // Given
    LancaSettings settings =
        LancaSettings.DEFAULTS.with(
            c -> {
              c.prior(ResidualPrior.STANDARD_NORMAL);
              c.structural(structural);
            });
    CausalLoss loss = loss(settings);
    Map<String, double[]> at = point();
    at.put(CausalLoss.COMPARED, normal(20, ROWS * D));
    at.put(
        CausalLoss.CAUSED,
        structural == StructuralTerm.PIXELS ? new double[] {0, 1, 1} : new double[] {0, 0.5, 0.5});
    at.put(CausalLoss.PULL, normal(21, ROWS * D));
    at.forEach(loss::set);
    // When
    loss.evaluate();
    Map<String, double[]> gradients = new LinkedHashMap<>();
    for (String variable : CHECKED) {
      gradients.put(variable, loss.gradient(variable));
    }
    // Then
    for (String variable : CHECKED) {
      double[] gradient = gradients.get(variable);
      double[] values = at.get(variable);
      double[] slopes =
          Differences.of(
              values,
              x -> {
                loss.set(variable, x);
                loss.evaluate();
                return loss.scalar(CausalLoss.LOSS);
              });
      loss.set(variable, values);
      assertThat(gradient).as(variable).usingComparatorWithPrecision(1e-5).containsExactly(slopes);
    }
  }

  @Test
  void shouldTreatTheShuffledResidualsAsGiven() throws Exception {
    // Given the same loss with the shuffled residuals put in as values
    LancaSettings shuffling = LancaSettings.DEFAULTS.with(c -> c.structural(StructuralTerm.NONE));
    CausalLoss shuffled = loss(shuffling);
    CausalLoss given = loss(shuffling.with(c -> c.prior(ResidualPrior.STANDARD_NORMAL)));
    Map<String, double[]> at = point();
    at.forEach(shuffled::set);
    at.forEach(given::set);
    int[][] orders = new int[D][];
    double[] matrices = new double[D * ROWS * ROWS];
    Random random = new Random(22);
    for (int i = 0; i < D; i++) {
      orders[i] = StepRandom.shuffled(ROWS, random);
      for (int r = 0; r < ROWS; r++) {
        matrices[(i * ROWS + r) * ROWS + orders[i][r]] = 1;
      }
    }
    shuffled.set(CausalLoss.COMPARED, matrices);
    // When
    shuffled.evaluate();
    double[] residuals = standardized(shuffled.output(CausalLoss.RESIDUALS));
    double[] moved = new double[residuals.length];
    for (int i = 0; i < D; i++) {
      for (int r = 0; r < ROWS; r++) {
        moved[r * D + i] = residuals[orders[i][r] * D + i];
      }
    }
    given.set(CausalLoss.COMPARED, moved);
    given.evaluate();
    // Then
    assertThat(shuffled.scalar(CausalLoss.MMD))
        .isCloseTo(given.scalar(CausalLoss.MMD), within(1e-10));
    assertThat(shuffled.gradient(CausalLoss.LATENTS))
        .usingComparatorWithPrecision(1e-9)
        .containsExactly(given.gradient(CausalLoss.LATENTS));
  }

  @Test
  void shouldPredictCausedLatentsInTheirOwnUnits() throws Exception {
    // Given equations that are constant: the prediction of a caused latent is its mean plus that
    CausalLoss loss = loss(LancaSettings.DEFAULTS.with(c -> c.structural(StructuralTerm.PIXELS)));
    Map<String, double[]> at = point();
    at.put("mech3.w", new double[D * NetworkLayout.MECHANISM_UNITS]);
    at.put("mech3.b", new double[] {0, 0.5, -1});
    at.put(CausalLoss.CAUSED, new double[] {0, 1, 1});
    at.forEach(loss::set);
    double[] z = at.get(CausalLoss.LATENTS);
    // When
    double[] predicted = loss.predicted();
    // Then
    double[] constant = {0, 0.5, -1};
    for (int i = 0; i < D; i++) {
      double mean = 0;
      double squares = 0;
      for (int r = 0; r < ROWS; r++) {
        mean += z[r * D + i] / ROWS;
        squares += z[r * D + i] * z[r * D + i] / ROWS;
      }
      double deviation = Math.sqrt(squares - mean * mean + 1e-6);
      for (int r = 0; r < ROWS; r++) {
        double expected = i == 0 ? z[r * D] : mean + constant[i] * deviation;
        assertThat(predicted[r * D + i]).isCloseTo(expected, within(1e-9));
      }
    }
  }

  private static CausalLoss loss(LancaSettings settings) throws Exception {
    return QuietOutput.during(() -> new CausalLoss(DataType.DOUBLE, LAYOUT, ROWS, settings));
  }

  private static Map<String, double[]> point() {
    Map<String, double[]> at = new LinkedHashMap<>();
    at.put(CausalLoss.LATENTS, normal(23, ROWS * D));
    at.put(CausalLoss.GRAPH, GRAPH);
    long seed = 24;
    for (Parameter parameter : LAYOUT.parameters()) {
      if (parameter.group() == Parameter.Group.MECHANISM) {
        double[] values = normal(seed++, parameter.length());
        for (int k = 0; k < values.length; k++) {
          values[k] *= 0.3;
        }
        at.put(parameter.name(), values);
      }
    }
    return at;
  }

  private static double[] standardized(double[] x) {
    double[] out = new double[x.length];
    for (int i = 0; i < D; i++) {
      double mean = 0;
      double variance = 0;
      for (int r = 0; r < ROWS; r++) {
        mean += x[r * D + i] / ROWS;
      }
      for (int r = 0; r < ROWS; r++) {
        variance += Math.pow(x[r * D + i] - mean, 2) / ROWS;
      }
      for (int r = 0; r < ROWS; r++) {
        out[r * D + i] = (x[r * D + i] - mean) / Math.sqrt(variance + 1e-6);
      }
    }
    return out;
  }

  private static double[] normal(long seed, int count) {
    Random random = new Random(seed);
    double[] values = new double[count];
    for (int k = 0; k < count; k++) {
      values[k] = random.nextGaussian();
    }
    return values;
  }
}
