package dev.residua.causal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NodeColumnsTest {
  private static final NodeColumns COLUMNS = NodeColumns.of(1, 3, 2);

  @Test
  void shouldReadTheLargestColumnAndWriteOneOfThem() {
    // Given two rows
    float[] columns = {0.5f, -1, 4, 2, 7, 7, -2, 3, 0, 1, -1, 1};
    // When
    float[] read = COLUMNS.read(columns, 2);
    float[] written = COLUMNS.write(read, 2);
    // Then equal ones count as the first
    assertThat(read).containsExactly(0.5f, 1, 0, -2, 0, 1);
    assertThat(written).containsExactly(0.5f, 0, 1, 0, 1, 0, -2, 1, 0, 0, 0, 1);
    assertThat(COLUMNS.read(written, 2)).containsExactly(read);
  }

  @Test
  void shouldRoundAndCutWhatItWrites() {
    assertThat(COLUMNS.write(new float[] {1.4f, 1.4f, 9}, 1)).containsExactly(1.4f, 0, 1, 0, 0, 1);
    assertThat(COLUMNS.write(new float[] {0, -3, 0.6f}, 1)).containsExactly(0, 1, 0, 0, 0, 1);
  }

  @Test
  void shouldFollowTheLatentsOfAModel() {
    // Given
    Latent real = new Latent(0, "angle", true);
    Latent category = new Latent(1, "colour", true, null, List.of("red", "green", "blue"));
    // When
    NodeColumns columns = NodeColumns.of(List.of(real, category));
    // Then
    assertThat(columns).isEqualTo(NodeColumns.of(1, 3));
    assertThat(columns.withReal(1).first(2)).isEqualTo(4);
    assertThat(columns.anyCategorical()).isTrue();
    assertThat(NodeColumns.real(4).anyCategorical()).isFalse();
  }
}
