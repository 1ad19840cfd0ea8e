package dev.residua.intervention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class MechanismWindowTest {
  private static void push(MechanismWindow window, int t) {
    window.push(
        new float[] {t, -t},
        new float[] {t + 0.25f, -t},
        new float[] {t + 0.5f, Float.MIN_VALUE * t},
        t % 3 == 0,
        t % 5 == 0);
  }

  @Test
  void shouldKeepTheLastFramesInOrder() {
    // Given
    MechanismWindow window = new MechanismWindow(2);
    // When
    for (int t = 0; t < 300; t++) {
      push(window, t);
    }
    // Then
    assertThat(window.count()).isEqualTo(300);
    assertThat(window.size()).isEqualTo(MechanismWindow.LENGTH);
    float[][] last = window.observed(3);
    assertThat(last[0]).containsExactly(297, -297);
    assertThat(last[2]).containsExactly(299, -299);
    assertThat(window.expected(128)[0]).containsExactly(172.25f, -172);
    assertThat(window.standardized(1)[0][0]).isEqualTo(299.5f);
    assertThat(window.appearanceChanges(4)).isEqualTo(1); // 297
    assertThat(window.frozen(5)).isEqualTo(1); // 295
  }

  @Test
  void shouldGoOnFromItsState() {
    for (int seen : new int[] {0, 5, 128, 200}) {
      // Given
      MechanismWindow window = new MechanismWindow(2);
      for (int t = 0; t < seen; t++) {
        push(window, t);
      }
      MechanismWindow.State state = window.state();

      // When
      MechanismWindow restored = MechanismWindow.restore(state);
      for (int t = seen; t < seen + 77; t++) {
        push(window, t);
        push(restored, t);
      }

      // Then
      assertThat(restored.state()).usingRecursiveComparison().isEqualTo(window.state());
    }
  }

  @Test
  void shouldRefuseFramesAndStatesOfAnotherShape() {
    // Given
    MechanismWindow window = new MechanismWindow(2);
    MechanismWindow.State uneven = new MechanismWindow.State(0, new float[800], new byte[128]);
    MechanismWindow.State unflagged = new MechanismWindow.State(0, new float[768], new byte[3]);
    // When
    // Then
    assertThatThrownBy(() -> window.push(new float[2], new float[3], new float[2], false, false))
        .hasMessage("frame has 2, 3 and 2 values, the window 2 latents");
    assertThat(window.count()).isZero();
    assertThatThrownBy(() -> MechanismWindow.restore(uneven)).hasMessageContaining("800 numbers");
    assertThatThrownBy(() -> MechanismWindow.restore(unflagged)).hasMessageContaining("3 flags");
    assertThatThrownBy(() -> new MechanismWindow(0))
        .hasMessage("a window needs at least 1 latent but got 0");
  }
}
