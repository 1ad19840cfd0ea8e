package dev.residua.decoding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.residua.frame.Frame;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelFormat;
import dev.residua.frame.RejectedFrameException;
import dev.residua.testing.Frames;
import java.awt.image.BufferedImage;
import java.time.Instant;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SampleRangeTest {
  private static final int SIDE = 64;
  private static final ImageShape SHAPE = new ImageShape(SIDE, SIDE, 1);

  /** A gray picture of 16 bits, with a sample for each pixel by its number. */
  private static BufferedImage deep(IntUnaryOperator sample) {
    BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_USHORT_GRAY);
    for (int i = 0; i < SIDE * SIDE; i++) {
      image.getRaster().setSample(i % SIDE, i / SIDE, 0, sample.applyAsInt(i));
    }
    return image;
  }

  private static Frame frame(PixelFormat format, BufferedImage image, Map<String, String> with) {
    byte[] file = format == PixelFormat.PNG ? Frames.png(image) : Frames.tiff(image);
    return new Frame("cam1", 0, Instant.EPOCH, 0, 0, format, file, with);
  }

  @ParameterizedTest
  @CsvSource({"PNG, ''", "PNG, 0..4095", "PNG, 1000..3000", "TIFF, ''", "TIFF, 0..4095"})
  void shouldMapTheStatedRangeToBlackAndWhite(PixelFormat format, String range) throws Exception {
    // Given the samples 0, 1, 2 ... 4095
    Map<String, String> attributes = range.isEmpty() ? Map.of() : Map.of("residua.range", range);
    byte[] pixels = new byte[SHAPE.size()];

    // When
    new FrameDecoder(FrameLimits.DEFAULTS, SHAPE)
        .decode(frame(format, deep(i -> i), attributes), pixels, 0);

    // Then
    double low = range.startsWith("1000") ? 1000 : 0;
    double high = range.isEmpty() ? 65_535 : range.startsWith("1000") ? 3_000 : 4_095;
    for (int i = 0; i < 4_096; i++) {
      double exact = Math.max(0, Math.min(255, (i - low) * 255 / (high - low)));
      assertThat((double) (pixels[i] & 0xFF)).isBetween(exact - 0.5001, exact + 0.5001);
    }
  }

  @Test
  void shouldLeaveOtherPicturesAndTransparencyAsTheyAre() throws Exception {
    // Given a frame of 8 bits with a range
    byte[] file = Frames.png(SIDE, SIDE);
    byte[] plain = new byte[SHAPE.size()];
    byte[] ranged = new byte[SHAPE.size()];

    // When
    FrameDecoder decoder = new FrameDecoder(FrameLimits.DEFAULTS, SHAPE);
    decoder.decode(Frames.file(PixelFormat.PNG, file), plain, 0);
    decoder.decode(
        new Frame(
            "cam1",
            0,
            Instant.EPOCH,
            0,
            0,
            PixelFormat.PNG,
            file,
            Map.of("residua.range", "0..4095")),
        ranged,
        0);

    // Then
    assertThat(ranged).isEqualTo(plain);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "auto",
        "0..65536",
        "5..5",
        "9..3",
        "-1..5",
        "0-4095",
        "0..4095..1",
        "0..999999"
      })
  void shouldRefuseOtherTexts(String text) {
    // Given
    Frame frame = frame(PixelFormat.PNG, deep(i -> i), Map.of("residua.range", text));

    // When
    RejectedFrameException refused =
        catchThrowableOfType(
            RejectedFrameException.class,
            () ->
                new FrameDecoder(FrameLimits.DEFAULTS, SHAPE)
                    .decode(frame, new byte[SHAPE.size()], 0));

    // Then
    assertThat(refused.reason()).isEqualTo(RejectedFrameException.Reason.CORRUPT);
    assertThat(refused)
        .hasMessageContaining("attribute residua.range: a range of samples is LOW..HIGH");
    assertThatThrownBy(() -> SampleRange.parse(text)).hasMessageContaining("such as 0..4095");
  }

  @Test
  void shouldPrintWhatItReads() {
    assertThat(SampleRange.parse(" 12..3890 ")).isEqualTo(new SampleRange(12, 3_890));
    assertThat(new SampleRange(12, 3_890)).hasToString("12..3890");
  }

  @ParameterizedTest
  @ValueSource(strings = {"PNG", "TIFF"})
  void shouldFindTheRangeThatPicturesUse(PixelFormat format) throws Exception {
    // Given samples of 100 to 4195, each once, and in the other picture five hot pixels
    DeepSamples samples = new DeepSamples(FrameLimits.DEFAULTS);

    // When
    boolean first = samples.add(frame(format, deep(i -> 100 + i), Map.of()));
    boolean second = samples.add(frame(format, deep(i -> i < 3 ? 60_000 : 100 + i), Map.of()));
    boolean shallow = samples.add(Frames.file(PixelFormat.PNG, Frames.png(8, 8)));

    // Then 0.1 % of 8,192 samples are nine, of which two are of each value
    assertThat(first).isTrue();
    assertThat(second).isTrue();
    assertThat(shallow).isFalse();
    assertThat(samples.largest()).isEqualTo(60_000);
    assertThat(samples.between(0.001, 0.999)).isEqualTo(new SampleRange(105, 4_193));
    assertThat(samples.between(0, 1)).isEqualTo(new SampleRange(100, 60_000));
  }

  @Test
  void shouldGiveARangeToPicturesOfOneSample() throws Exception {
    // Given
    DeepSamples samples = new DeepSamples(FrameLimits.DEFAULTS);
    DeepSamples white = new DeepSamples(FrameLimits.DEFAULTS);

    // When
    samples.add(frame(PixelFormat.PNG, deep(i -> 7), Map.of()));
    white.add(frame(PixelFormat.PNG, deep(i -> 65_535), Map.of()));

    // Then
    assertThat(samples.between(0.001, 0.999)).isEqualTo(new SampleRange(7, 8));
    assertThat(white.between(0.001, 0.999)).isEqualTo(new SampleRange(65_534, 65_535));
    assertThatThrownBy(() -> new DeepSamples(FrameLimits.DEFAULTS).between(0.1, 0.9))
        .hasMessageContaining("no picture with 16 bits");
  }
}
