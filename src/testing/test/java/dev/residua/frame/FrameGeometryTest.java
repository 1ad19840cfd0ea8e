package dev.residua.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.residua.frame.FrameGeometry.Region;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FrameGeometryTest {
  @ParameterizedTest
  @CsvSource({"0,0,0", "44,0,44", "45,1,-45", "90,1,0", "182,2,2", "314.5,3,44.5", "358,0,-2"})
  void splitsTheRotationIntoQuarterTurnsAndARest(double degrees, int turns, double rest) {
    FrameGeometry geometry = FrameGeometry.WHOLE.withRotation(degrees);
    assertThat(geometry.quarterTurns()).isEqualTo(turns);
    assertThat(geometry.fineRotation()).isCloseTo(rest, within(1e-9));
  }

  @Test
  void readsWhatItWrites() {
    Region region = new Region(0.1, 1.0 / 3, 0.5, 0.25);
    assertThat(region).hasToString("0.1,0.333333,0.5,0.25");
    assertThat(Region.parse(" 0.1, 0.333333 ,0.5,0.25"))
        .isEqualTo(new Region(0.1, 0.333333, 0.5, 0.25));
    String mask = "0,0 0.5,0 0.25,0.5; 1,1 0.5,1 1,0.5";
    assertThat(FrameGeometry.maskText(FrameGeometry.parseMask(mask))).isEqualTo(mask);
    assertThat(FrameGeometry.parseMask("")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0,0,1",
        "0,0,1,1,1",
        "a,0,1,1",
        "0,0,0,1",
        "0,0,1.3,1",
        "-0.3,0,1,1",
        "NaN,0,1,1",
        ""
      })
  void refusesWhatIsNoRegion(String text) {
    assertThatThrownBy(() -> Region.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected left,top,width,height");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0,0 1,1 | had 2 corners; expected 3 to 100",
        "0,0 1,1 2,0 | was at 2.0,0.0; expected fractions of the region",
        "0,0 1 1,0 | was '1'; expected x,y",
      })
  void refusesWhatIsNoMask(String text, String message) {
    assertThatThrownBy(() -> FrameGeometry.parseMask(text)).hasMessageContaining(message);
  }

  @Test
  void refusesRotationsThatAreNone() {
    for (double wrong : new double[] {-1, 360, Double.NaN}) {
      assertThatThrownBy(() -> FrameGeometry.WHOLE.withRotation(wrong))
          .hasMessageContaining("expected degrees clockwise, at least 0 and below 360");
    }
  }
}
