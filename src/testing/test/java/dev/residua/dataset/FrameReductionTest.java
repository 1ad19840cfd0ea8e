package dev.residua.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.decoding.FrameDecoder;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelMask;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FrameReductionTest {
  private static final int FRAMES = 3;

  @TempDir Path dir;

  private FrameDataset set(ImageShape shape, byte[] pixels, PixelMask mask) throws IOException {
    Path out = dir.resolve("set");
    try (DatasetWriter writer =
        new DatasetWriter(
            out,
            shape,
            List.of(),
            new DatasetWriter.Description("noise", List.of(), null, Map.of()),
            false,
            false)) {
      for (int at = 0; at < pixels.length; at += shape.size()) {
        writer.write(pixels, at, List.of());
      }
      writer.mask(mask);
      writer.finish();
    }
    return FrameDataset.open(out);
  }

  private FrameDataset noise(ImageShape shape) throws IOException {
    byte[] pixels = new byte[FRAMES * shape.size()];
    new Random(7).nextBytes(pixels);
    return set(shape, pixels, PixelMask.NONE);
  }

  @ParameterizedTest
  @CsvSource({
    "48,32,3,16,16,3",
    "48,32,3,48,16,3",
    "50,33,3,32,16,1",
    "50,33,1,32,16,1",
    "48,32,1,16,16,3",
    "48,32,3,48,32,1"
  })
  void shouldGiveThePixelsOfTheDecoderOfLiveFrames(
      int width, int height, int channels, int toWidth, int toHeight, int toChannels)
      throws Exception {
    // Given
    FrameDataset set = noise(new ImageShape(width, height, channels));
    ImageShape target = new ImageShape(toWidth, toHeight, toChannels);
    // When
    FrameDataset reduced = set.reducedTo(target);
    // Then
    assertThat(reduced.shape()).isEqualTo(target);
    FrameDecoder decoder = new FrameDecoder(FrameLimits.DEFAULTS, target);
    byte[] all = reduced.read(0, FRAMES);
    for (int i = 0; i < FRAMES; i++) {
      byte[] live = new byte[target.size()];
      decoder.decode(set.frame(i, "camera", i, Instant.EPOCH), live, 0);
      byte[] stored = new byte[target.size() + 5];
      reduced.read(i, stored, 5);
      assertThat(stored).endsWith(live).startsWith(0, 0, 0, 0, 0);
      assertThat(all).containsSubsequence(live);
      assertThat(reduced.frame(i, "camera", i, Instant.EPOCH).data()).isEqualTo(live);
    }
  }

  @Test
  void shouldAverageOverTheCoveredArea() throws IOException {
    // Given a gray frame of 3x2, of which each smaller pixel covers one and a half columns
    FrameDataset set =
        set(new ImageShape(3, 2, 1), new byte[] {10, 40, 70, 30, 60, 110}, PixelMask.NONE);
    // When
    byte[] reduced = set.reducedTo(new ImageShape(2, 1, 1)).read(0, 1);
    // Then (10 + 40/2 + 30 + 60/2) / 3 and (40/2 + 70 + 60/2 + 110) / 3
    assertThat(reduced).containsExactly(30, 77);
  }

  @ParameterizedTest
  @CsvSource({"6,4", "8,8", "5,7", "12,4", "1,8"})
  void shouldMaskWhatLiesEvenPartlyUnderTheMask(int width, int height) throws IOException {
    // Given a mask of single pixels, bars and a corner
    ImageShape shape = new ImageShape(12, 8, 3);
    BitSet hidden = new BitSet();
    hidden.set(0);
    hidden.set(2 * 12 + 5, 2 * 12 + 8);
    hidden.set(7 * 12 + 11);
    byte[] pixels = new byte[shape.size()];
    new Random(3).nextBytes(pixels);
    FrameDataset set = set(shape, pixels, PixelMask.of(hidden));
    // When
    ImageShape smaller = new ImageShape(width, height, 3);
    FrameDataset reduced = set.reducedTo(smaller);
    // Then each pixel is masked whose area meets that of a masked one, and is gray
    byte[] frame = reduced.read(0, 1);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        boolean expected = false;
        for (int pixel = hidden.nextSetBit(0); pixel >= 0; pixel = hidden.nextSetBit(pixel + 1)) {
          double left = (pixel % 12) * width / 12.0;
          double right = (pixel % 12 + 1) * width / 12.0;
          double top = (pixel / 12) * height / 8.0;
          double bottom = (pixel / 12 + 1) * height / 8.0;
          expected |=
              left < x + 1 - 1e-9 && right > x + 1e-9 && top < y + 1 - 1e-9 && bottom > y + 1e-9;
        }
        int at = y * width + x;
        assertThat(reduced.mask().covers(at)).as("%d, %d", x, y).isEqualTo(expected);
        if (expected) {
          assertThat(frame[3 * at + 1]).isEqualTo((byte) 128);
        }
      }
    }
  }

  @Test
  void shouldRemainTheSetThatIsStored() throws IOException {
    // Given
    FrameDataset set = noise(new ImageShape(32, 32, 3));
    // When
    FrameDataset reduced = set.reducedTo(new ImageShape(16, 16, 3));
    // Then
    assertThat(set.reducedTo(set.shape())).isSameAs(set);
    assertThat(reduced.reducedTo(reduced.shape())).isSameAs(reduced);
    assertThat(reduced.sha256()).isEqualTo(set.sha256());
    assertThat(reduced.size()).isEqualTo(FRAMES);
    assertThat(set.shape()).isEqualTo(new ImageShape(32, 32, 3));
    assertThatThrownBy(() -> reduced.reducedTo(new ImageShape(8, 8, 3)))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void shouldSayToImportAgainWhereFramesWouldGrow() throws IOException {
    // Given
    FrameDataset set = noise(new ImageShape(32, 32, 3));
    // When
    // Then
    assertThatThrownBy(() -> set.reducedTo(new ImageShape(32, 48, 3)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'noise'")
        .hasMessageContaining("32x32x3")
        .hasMessageContaining("--size 32x48x3");
  }

  @Test
  void shouldRefuseASizeAtWhichAllIsMasked() throws IOException {
    // Given every second column is masked
    ImageShape shape = new ImageShape(16, 16, 1);
    BitSet hidden = new BitSet();
    for (int pixel = 0; pixel < 256; pixel += 2) {
      hidden.set(pixel);
    }
    FrameDataset set = set(shape, new byte[shape.size()], PixelMask.of(hidden));
    // When
    // Then
    assertThatThrownBy(() -> set.reducedTo(new ImageShape(8, 8, 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("choose a larger size");
  }
}
