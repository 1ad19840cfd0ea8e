package dev.residua.bench.alternatives;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.residua.frame.ImageShape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class PrincipalComponentsTest {
  private static final ImageShape SHAPE = new ImageShape(16, 16, 1);

  /** Grey, plus multiples of left minus right, of top minus bottom, and of a chequered pattern. */
  private static byte[] picture(int sideways, int upright, int chequered) {
    byte[] picture = new byte[SHAPE.size()];
    for (int y = 0; y < 16; y++) {
      for (int x = 0; x < 16; x++) {
        int value =
            128
                + (x < 8 ? sideways : -sideways)
                + (y < 8 ? upright : -upright)
                + ((x / 2 + y / 2) % 2 == 0 ? chequered : -chequered);
        picture[y * 16 + x] = (byte) value;
      }
    }
    return picture;
  }

  /** Coefficients -9, -7 .. 9 in all combinations: uncorrelated, with a variance of 33. */
  private static PrincipalComponents fitted() {
    List<byte[]> pictures = new ArrayList<>();
    for (int a = -9; a <= 9; a += 2) {
      for (int b = -9; b <= 9; b += 2) {
        pictures.add(picture(a, b, 0));
      }
    }
    return new PrincipalComponents(SHAPE, pictures);
  }

  @Test
  void shouldGiveHotellingsStatisticOfPicturesInTheSpanOfTheComponents() {
    // Given
    PrincipalComponents components = fitted();
    float[] numbers = new float[components.numbers()];

    // When
    components.read(picture(6, -12, 0), numbers);

    // Then (6^2 + 12^2) / 33, and nothing is left
    assertThat(Math.exp(numbers[1])).isCloseTo(180.0 / 33, within(1e-4));
    assertThat(Math.exp(numbers[0])).isLessThan(1e-5);
  }

  @Test
  void shouldGiveTheSquaredErrorThatTheComponentsLeave() {
    // Given
    PrincipalComponents components = fitted();
    float[] numbers = new float[components.numbers()];

    // When
    components.read(picture(3, 0, 5), numbers);

    // Then 64 pixels of half the resolution are off by 5
    assertThat(Math.exp(numbers[0])).isCloseTo(1_600, within(0.1));
    assertThat(Math.exp(numbers[1])).isCloseTo(9.0 / 33, within(1e-4));
  }

  @Test
  void shouldRefuseTooFewPictures() {
    // When / Then
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new PrincipalComponents(SHAPE, Collections.nCopies(50, picture(1, 1, 1))))
        .withMessage("50 principal components need more pictures than 50");
  }
}
