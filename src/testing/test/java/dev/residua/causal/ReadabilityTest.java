package dev.residua.causal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelMask;
import dev.residua.testing.TestEngine;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReadabilityTest {
  private static final int PIXELS = 20;
  private static final Readability READABILITY =
      new Readability(List.of(pixels(0, 7, 19), pixels()), new float[] {0.5f, 2});

  private static BitSet pixels(int... pixels) {
    BitSet set = new BitSet();
    Arrays.stream(pixels).forEach(set::set);
    return set;
  }

  @Test
  void shouldReadWhatItWrites() {
    // When
    Readability read = Readability.fromBytes(READABILITY.toBytes(PIXELS), 2, PIXELS);
    // Then
    assertThat(read.regions()).isEqualTo(READABILITY.regions());
    assertThat(read.limits()).isEqualTo(READABILITY.limits());
    assertThat(read.pixels(0)).containsExactly(0, 7, 19);
  }

  @Test
  void shouldRefuseDamagedBytes() {
    // Given
    byte[] bytes = READABILITY.toBytes(PIXELS);
    byte[] beyond = bytes.clone();
    beyond[bytes.length - 1] = (byte) 0x80; // pixel 23
    byte[] zero = bytes.clone();
    Arrays.fill(zero, 8, 12, (byte) 0); // first limit
    // Then
    assertThatThrownBy(() -> Readability.fromBytes(bytes, 3, PIXELS))
        .hasMessageContaining("are not the readability of 3 latents in 20 pixels");
    assertThatThrownBy(() -> Readability.fromBytes(Arrays.copyOf(bytes, 9), 2, PIXELS))
        .hasMessageContaining("9 bytes are not");
    assertThatThrownBy(() -> Readability.fromBytes(beyond, 2, PIXELS))
        .hasMessageContaining("latent 1 has pixel 23 of 20");
    assertThatThrownBy(() -> Readability.fromBytes(zero, 2, PIXELS))
        .hasMessageContaining("limit must be above 0 but was 0.0");
  }

  @Test
  void shouldComparePartsOfThePictureWithTheirLimits() {
    // Then
    assertThat(READABILITY.unreadable(new float[] {0.5f, 2, Float.NaN, 1})).isNull();
    assertThat(READABILITY.unreadable(new float[] {0.5f, 2.1f, 0.6f, Float.NaN}))
        .containsExactly(false, true, true, false);
  }

  @Test
  void shouldForgetWhatCannotBeReadAndWhatItExplains() {
    // Given a chain of three, of which the first cannot be read in the second frame
    float[] errors = {0, 0, 0, 9, 0, 0};
    ImageShape image = new ImageShape(16, 16, 1);
    TestEngine engine =
        new TestEngine(image, 3, (pixels, offset, code) -> 0) {
          @Override
          public Encoded encodeAndReconstruct(byte[] pixels, int frames, List<PixelMask> masks) {
            return new Encoded(new float[] {1, 2, 3, 4, 5, 6}, new float[2], errors);
          }
        };
    float[] slopes = {0, 1, 0, 0, 0, 1, 0, 0, 0};
    StructuralEquations chain =
        new StructuralEquations(new float[3], slopes, new float[0], new float[0], new float[0]);
    Readability readability =
        new Readability(List.of(pixels(1), pixels(2), pixels(3)), new float[] {1, 1, 1});
    try (ResidualScorer scorer =
        new ResidualScorer(engine, CausalModel.of(3, chain), PixelMask.NONE, readability)) {
      // When
      LatentBatch batch =
          scorer.readable(scorer.score(FrameInputs.of(new byte[2 * image.size()], 2)));
      // Then
      float unknown = Float.NaN;
      assertThat(batch.observed()).containsExactly(1, 2, 3, unknown, 5, 6);
      assertThat(batch.expected()).containsExactly(0, 1, 2, 0, unknown, 5);
      assertThat(batch.residuals()).containsExactly(1, 1, 1, unknown, unknown, 1);
      assertThat(batch.codes()).containsExactly(1, 2, 3, 4, 5, 6);
      assertThat(batch.isPartial(0)).isFalse();
      assertThat(batch.isPartial(1)).isTrue();
    }
  }
}
