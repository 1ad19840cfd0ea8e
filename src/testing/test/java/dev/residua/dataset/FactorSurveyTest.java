package dev.residua.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.dataset.ImportHint.Kind;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

class FactorSurveyTest {
  private static List<ImportHint> advice(int frames, IntToDoubleFunction value) {
    double[] values = new double[frames];
    Arrays.setAll(values, value);
    return FactorSurvey.advice(List.of("hole"), new double[][] {values});
  }

  @Test
  void shouldSayNothingOfFactorsThatFillTheirRange() {
    // Given
    Random random = new Random(1);

    // When, Then
    assertThat(advice(200, i -> random.nextDouble())).isEmpty();
    assertThat(advice(200, i -> random.nextGaussian())).isEmpty();
    assertThat(FactorSurvey.advice(List.of(), new double[0][])).isEmpty();
  }

  @Test
  void shouldCountLabelsThatTrain() {
    // Given labels of every fourth of 1,000 frames, and of the last 300 only
    Random random = new Random(2);

    // When, Then
    assertThat(advice(1_000, i -> i % 4 == 0 ? random.nextDouble() : Double.NaN)).isEmpty();
    assertThat(advice(1_000, i -> i >= 690 ? random.nextDouble() : Double.NaN))
        .singleElement()
        .satisfies(
            one -> {
              assertThat(one.kind()).isEqualTo(Kind.FEW_LABELS);
              assertThat(one.sentence())
                  .startsWith("10 of the first 700 frames, which train, have a label");
            });
  }

  @Test
  void shouldRecogniseOneSidedRanges() {
    // Given values up to 1, but for three of 100 that reach 4
    List<ImportHint> low = advice(100, i -> i % 40 == 0 ? 4 : i / 100.0);
    List<ImportHint> high = advice(100, i -> i % 40 == 0 ? -4 : -i / 200.0);

    // When, Then
    assertThat(low)
        .singleElement()
        .satisfies(
            one -> {
              assertThat(one.kind()).isEqualTo(Kind.ONE_SIDED_FACTOR);
              assertThat(one.sentence())
                  .startsWith("hole is below 2.005, the middle of its range 0.01000 to 4, in 97 %")
                  .contains("Label more frames above it");
            });
    assertThat(high).extracting(ImportHint::kind).containsExactly(Kind.ONE_SIDED_FACTOR);
    assertThat(high.get(0).sentence()).contains("is above").contains("more frames below it");
  }

  @Test
  void shouldRecogniseConstantAndBinaryFactors() {
    // When
    List<ImportHint> constant = advice(100, i -> 3);
    List<ImportHint> binary = advice(100, i -> i % 7 == 0 ? 1 : 0);

    // Then
    assertThat(constant)
        .singleElement()
        .isEqualTo(
            new ImportHint(
                Kind.CONSTANT_FACTOR,
                "hole is 3 in all 100 labelled frames and can be no factor. Leave it out with"
                    + " --factors, or record frames in which it varies"));
    assertThat(binary)
        .singleElement()
        .satisfies(
            one -> {
              assertThat(one.kind()).isEqualTo(Kind.TWO_VALUES);
              assertThat(one.sentence()).startsWith("hole has the values 0 and 1 only");
            });
    assertThat(advice(19, i -> 3)).extracting(ImportHint::kind).containsExactly(Kind.FEW_LABELS);
  }
}
