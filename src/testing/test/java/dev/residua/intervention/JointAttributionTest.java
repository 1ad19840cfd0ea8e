package dev.residua.intervention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

class JointAttributionTest {
  private static final ToDoubleFunction<float[]> SQUARES =
      e -> {
        double sum = 0;
        for (float value : e) {
          sum += value * (double) value;
        }
        return sum;
      };

  private static float[][] normal(int n, int d, long seed) {
    Random random = new Random(seed);
    float[][] rows = new float[n][d];
    for (float[] row : rows) {
      for (int i = 0; i < d; i++) {
        row[i] = (float) random.nextGaussian();
      }
    }
    return rows;
  }

  @Test
  void shouldAgreeWithAllOrdersOfThreeLatents() {
    // Given
    float[][] reference = normal(500, 3, 1);
    float[] frame = {3, -1.5f, 0.2f};
    int[][] orders = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    double[] mean = new double[3];
    for (int[] order : orders) {
      boolean[] in = new boolean[3];
      double before = value(reference, frame, in);
      for (int latent : order) {
        in[latent] = true;
        double after = value(reference, frame, in);
        mean[latent] += (after - before) / orders.length;
        before = after;
      }
    }

    // When
    JointAttribution.Attribution attribution =
        new JointAttribution(reference, SQUARES, 1, 0).of(frame);

    // Then
    assertThat(attribution.contributions()).containsExactly(mean, within(1e-12));
    assertThat(attribution.score()).isEqualTo(-value(reference, frame, new boolean[3]));
    assertThat(Arrays.stream(attribution.contributions()).sum())
        .isCloseTo(attribution.score(), within(1e-12));
  }

  private static double value(float[][] reference, float[] frame, boolean[] in) {
    int reached = 0;
    for (float[] row : reference) {
      double sum = 0;
      for (int i = 0; i < row.length; i++) {
        double e = in[i] ? frame[i] : row[i];
        sum += e * e;
      }
      reached += sum >= SQUARES.applyAsDouble(frame) ? 1 : 0;
    }
    return Math.log((reached + 0.5) / (reference.length + 0.5));
  }

  @Test
  void shouldGiveAllToTheOnlyLatentThatMatters() {
    // Given a score that is the first residual alone, so v(S) is 0 with it and -score without
    JointAttribution attribution =
        new JointAttribution(normal(1_000, 4, 2), e -> Math.abs(e[0]), 1, 0);

    // When
    JointAttribution.Attribution of = attribution.of(new float[] {3.5f, 9, 9, 9});

    // Then
    assertThat(of.contributions()[0]).isCloseTo(of.score(), within(1e-12));
    assertThat(of.contributions()[3]).isCloseTo(0, within(1e-12));
    assertThat(of.score()).isBetween(5.5, 8.0); // -log P(|Z| >= 3.5) = 7.7, at most log 2001
  }

  @Test
  void shouldSumExactlyWhereOrdersAreSampled() {
    // Given more latents than subsets are visited for
    float[][] reference = normal(300, 8, 3);
    float[] frame = {4, 0, 0, -3, 0, 0, 0, 0};

    // When
    JointAttribution.Attribution few = new JointAttribution(reference, SQUARES, 40, 5).of(frame);
    JointAttribution.Attribution same = new JointAttribution(reference, SQUARES, 40, 5).of(frame);
    JointAttribution.Attribution many = new JointAttribution(reference, SQUARES, 600, 6).of(frame);

    // Then
    assertThat(Arrays.stream(few.contributions()).sum()).isCloseTo(few.score(), within(1e-9));
    assertThat(few.contributions()).isEqualTo(same.contributions());
    assertThat(few.contributions()).containsExactly(many.contributions(), within(0.6));
    assertThat(many.contributions()[0]).isGreaterThan(many.contributions()[3]);
    assertThat(many.contributions()[3]).isGreaterThan(many.contributions()[1]);
  }

  @Test
  void shouldRefuseFramesOfAnotherShape() {
    // Given
    float[][] ragged = {{1, 2}, {3}};
    JointAttribution attribution = new JointAttribution(normal(10, 2, 4), SQUARES, 1, 0);
    // When
    // Then
    assertThatThrownBy(() -> new JointAttribution(ragged, SQUARES, 1, 0))
        .hasMessage("reference frame 1 has 1 latents, the first has 2");
    assertThatThrownBy(() -> attribution.of(new float[3]))
        .hasMessage("frame has 3 latents, the reference 2");
    assertThatThrownBy(() -> new JointAttribution(new float[0][], SQUARES, 1, 0))
        .hasMessageContaining("at least 1 reference frame");
  }

  @Test
  void shouldReadTheReferenceItWrote() {
    // Given
    float[][] rows = {{0.1f, 2}, {-1, 0.3f}, {0.5f, -0.2f}};
    JointAttribution attribution = JointAttribution.ofEnergy(rows);
    byte[] bytes = attribution.toBytes();
    // When
    JointAttribution read = JointAttribution.energyFromBytes(bytes);
    // Then
    float[] frame = {1.5f, -1};
    assertThat(read.of(frame).contributions()).isEqualTo(attribution.of(frame).contributions());
    bytes[25]++;
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JointAttribution.energyFromBytes(bytes))
        .withMessageContaining("is damaged");
  }
}
