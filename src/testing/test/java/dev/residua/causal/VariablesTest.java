package dev.residua.causal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VariablesTest {
  private static final Variables VARIABLES =
      new Variables(
          List.of(
              new Variable("speed", new FactorScale(1000, 200, 700, 1300)),
              new Variable("inlet", new FactorScale(5, -2, 1, 9))));

  private static float[] read(Map<String, String> attributes) {
    float[] into = new float[3];
    VARIABLES.read(name -> Variables.value(attributes.get(Variables.PREFIX + name)), into, 1);
    return into;
  }

  @Test
  void shouldStandardiseTheAttributesOfItsVariables() {
    // When
    float[] read =
        read(
            Map.of(
                "variable.speed", " 1300 ",
                "variable.inlet", "1e0",
                "factor.speed", "7",
                "speed", "8"));
    // Then
    assertThat(read).containsExactly(0, 1.5f, 2);
    assertThat(VARIABLES.standardized(new double[] {1300, Double.NaN}))
        .containsExactly(1.5f, Float.NaN);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "12 rpm", "NaN", "Infinity", "-Infinity", "1e999", "1,5", "on"})
  void shouldTreatWhatIsNoFiniteNumberAsMissing(String text) {
    assertThat(read(Map.of("variable.speed", text, "variable.inlet", "3")))
        .containsExactly(0, Float.NaN, 1);
  }

  @Test
  void shouldBoundReadingsThatAreFarOff() {
    assertThat(read(Map.of("variable.speed", "1e300", "variable.inlet", "1e300")))
        .containsExactly(0, Variable.MAX_STANDARDIZED, -Variable.MAX_STANDARDIZED);
  }

  @Test
  void shouldRefuseAnotherNumberOfValues() {
    assertThatThrownBy(() -> VARIABLES.standardized(new double[1]))
        .hasMessage("1 values for the variables [speed, inlet]");
  }

  /** Equations of two latents and two variables: 0 is a root, 1 <- 0, 2; 3 <- 1 by a cosine. */
  private static StructuralEquations equations() {
    float[] linear = new float[16];
    linear[1] = -0.5f; // 0 -> 1
    linear[2 * 4 + 1] = 0.8f; // 2 -> 1
    float[] frequencies = {0, 2, 0, 0};
    return new StructuralEquations(
        new float[] {0.1f, 0.2f, 0.3f, 0.4f},
        linear,
        frequencies,
        new float[] {0.7f},
        new float[] {0, 0, 0, 1.5f});
  }

  /** The same in closed form. */
  private static double[] twin(float[] z) {
    return new double[] {
      0.1, 0.2 - 0.5 * z[0] + 0.8 * z[2], 0.3, 0.4 + 1.5 * Math.cos(2 * z[1] + 0.7)
    };
  }

  @Test
  void shouldJoinLatentsAndVariablesAsTheClosedFormSays() {
    // Given random frames, in which each variable is missing with a probability of a third
    Random random = new Random(4);
    int n = 300;
    float[] encoded = new float[2 * n];
    float[] variables = new float[2 * n];
    for (int i = 0; i < 2 * n; i++) {
      encoded[i] = (float) random.nextGaussian();
      variables[i] = random.nextInt(3) == 0 ? Float.NaN : (float) random.nextGaussian();
    }
    float[] errors = new float[n];
    StructuralEquations equations = equations();
    // When
    LatentBatch batch = CausalModel.of(2, equations).evaluate(encoded, variables, null, errors);
    // Then
    assertThat(batch.latents()).isEqualTo(4);
    assertThat(batch.encoded()).isEqualTo(2);
    for (int row = 0; row < n; row++) {
      float[] z = {
        encoded[2 * row], encoded[2 * row + 1], variables[2 * row], variables[2 * row + 1]
      };
      boolean[] known = {
        true, !Float.isNaN(z[2]), !Float.isNaN(z[2]), !Float.isNaN(z[3]) // what each one reads
      };
      double[] expected = twin(z);
      assertThat(Arrays.copyOfRange(batch.observed(), 4 * row, 4 * row + 4)).isEqualTo(z);
      for (int i = 0; i < 4; i++) {
        float f = batch.expected()[4 * row + i];
        float residual = batch.residuals()[4 * row + i];
        if (known[i]) {
          assertThat((double) f).isCloseTo(expected[i], within(2e-5));
          assertThat(residual).isEqualTo(z[i] - f);
        } else {
          assertThat(f).isNaN();
          assertThat(residual).isNaN();
        }
      }
      assertThat(batch.isPartial(row)).isEqualTo(Float.isNaN(z[2]) || Float.isNaN(z[3]));
    }
  }

  @Test
  void shouldDrawTheResidualsOfGivenVariables() {
    // Given a second variable that is given, and missing in the last frame
    int n = 2_000;
    float[] variables = new float[2 * n];
    for (int i = 0; i < n; i++) {
      variables[2 * i + 1] = 5 + i / 1000f; // far from the mean, and moving
    }
    variables[2 * n - 1] = Float.NaN;
    long[] numbers = new long[n];
    Arrays.setAll(numbers, i -> FrameDraw.frame("yard", i));
    CausalModel model =
        new CausalModel(NodeColumns.real(2), null, equations(), List.of(), 9, List.of(3));
    // When
    LatentBatch batch = model.evaluate(new float[2 * n], variables, numbers, new float[n]);
    // Then its residual is standard normal, to three standard errors, wherever it is
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < n - 1; i++) {
      assertThat(batch.observed()[4 * i + 3]).isEqualTo(variables[2 * i + 1]);
      assertThat(batch.expected()[4 * i + 3]).isEqualTo(variables[2 * i + 1]);
      sum += batch.residuals()[4 * i + 3];
      squares += Math.pow(batch.residuals()[4 * i + 3], 2);
    }
    assertThat(sum / n).isCloseTo(0, within(0.07));
    assertThat(squares / n).isCloseTo(1, within(0.1));
    assertThat(batch.residuals()[4 * n - 1]).isNaN();
    // and the others are as without it
    LatentBatch plain =
        CausalModel.of(2, equations()).evaluate(new float[2 * n], variables, numbers, new float[n]);
    assertThat(batch.residuals()[2]).isEqualTo(plain.residuals()[2]);
    assertThat(model.evaluate(new float[2 * n], variables, numbers, new float[n]).residuals())
        .isEqualTo(batch.residuals());
  }

  @Test
  void shouldTakeAllVariablesAsMissingIfNoneAreGiven() {
    // Given
    float[] encoded = {0.5f, -1, 2, 0.25f};
    float[] missing = {Float.NaN, Float.NaN, Float.NaN, Float.NaN};
    CausalModel model = CausalModel.of(2, equations());
    // When
    LatentBatch none = model.evaluate(encoded, null, null, new float[2]);
    // Then
    LatentBatch all = model.evaluate(encoded, missing, null, new float[2]);
    assertThat(none.residuals()).isEqualTo(all.residuals());
    assertThat(none.isPartial(0)).isTrue();
  }

  @Test
  void shouldKnowAllOfAModelWithoutVariables() {
    // Given
    StructuralEquations line =
        new StructuralEquations(
            new float[] {1, 2}, new float[] {0, 3, 0, 0}, new float[0], new float[0], new float[0]);
    // When
    LatentBatch batch =
        CausalModel.of(2, line).evaluate(new float[] {1, 2}, new float[0], null, new float[1]);
    // Then 1 - 1 and 2 - (2 + 3)
    assertThat(batch.residuals()).containsExactly(0, -3);
    assertThat(batch.isPartial(0)).isFalse();
  }
}
