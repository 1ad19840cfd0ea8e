package dev.residua.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class GraphDrawTest {
  private static final float[] SCORES = {0.3f, -0.1f, 0.8f, 0};
  private static final float[] LOGITS = new float[16];

  @Test
  void shouldDrawPermutations() {
    // Given
    Random random = new Random(1);
    // When
    for (int draw = 0; draw < 50; draw++) {
      float[] hard = GraphDraw.of(SCORES, LOGITS, 0.5, random).hardOrder();
      // Then every row and every column has a single one
      for (int i = 0; i < 4; i++) {
        float row = 0;
        float column = 0;
        for (int j = 0; j < 4; j++) {
          row += hard[i * 4 + j];
          column += hard[j * 4 + i];
        }
        assertThat(row).isEqualTo(1);
        assertThat(column).isEqualTo(1);
      }
    }
  }

  @Test
  void shouldPutHigherScoresFirstMoreOften() {
    // Given
    Random random = new Random(2);
    int[] first = new int[4];
    // When
    for (int draw = 0; draw < 20_000; draw++) {
      float[] hard = GraphDraw.of(SCORES, LOGITS, 0.5, random).hardOrder();
      for (int j = 0; j < 4; j++) {
        first[j] += (int) hard[j];
      }
    }
    // Then a latent leads with probability softmax(score), the Gumbel-max rule
    double total = 0;
    for (float score : SCORES) {
      total += Math.exp(score);
    }
    for (int j = 0; j < 4; j++) {
      assertThat(first[j] / 20_000.0).isCloseTo(Math.exp(SCORES[j]) / total, within(0.015));
    }
  }

  @Test
  void shouldOpenGatesWithTheProbabilityOfTheirLogit() {
    // Given
    Random random = new Random(3);
    float[] logits = {0, 1.5f, 1.5f, 0};
    int open = 0;
    // When
    for (int draw = 0; draw < 20_000; draw++) {
      GraphDraw drawn = GraphDraw.of(new float[2], logits, 0.3, random);
      double soft = 1 / (1 + Math.exp(-(1.5 + drawn.gateNoise()[1]) / 0.3));
      double hard = soft + drawn.gateDifference()[1];
      assertThat(Math.abs(hard) < 1e-6 || Math.abs(hard - 1) < 1e-6).isTrue();
      open += hard > 0.5 ? 1 : 0;
    }
    // Then
    assertThat(open / 20_000.0).isCloseTo(1 / (1 + Math.exp(-1.5)), within(0.01));
  }

  @Test
  void shouldReadOutAGraphWithoutCycles() {
    // Given
    float[] logits = new float[16];
    java.util.Arrays.fill(logits, 2);
    // When
    double[][] edges = GraphDraw.readOut(SCORES, logits);
    // Then latent 2 leads, then 0, 3, 1
    assertThat(edges[2][0]).isGreaterThan(0.8);
    assertThat(edges[0][3]).isGreaterThan(0.8);
    assertThat(edges[3][1]).isGreaterThan(0.8);
    assertThat(edges[0][2] + edges[3][0] + edges[1][3] + edges[1][1]).isZero();
  }
}
