package dev.residua.decoding;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.residua.frame.Frame;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelFormat;
import dev.residua.frame.RejectedFrameException;
import dev.residua.frame.RejectedFrameException.Reason;
import dev.residua.testing.Frames;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FrameDecoderTest {
  private static byte[] decode(Frame frame, ImageShape target) throws RejectedFrameException {
    byte[] out = new byte[target.size()];
    new FrameDecoder(FrameLimits.DEFAULTS, target).decode(frame, out, 0);
    return out;
  }

  private static RejectedFrameException refusal(Frame frame) {
    return refusal(frame, FrameLimits.DEFAULTS);
  }

  private static RejectedFrameException refusal(Frame frame, FrameLimits limits) {
    ImageShape target = new ImageShape(64, 64, 3);
    return catchThrowableOfType(
        RejectedFrameException.class,
        () -> new FrameDecoder(limits, target).decode(frame, new byte[target.size()], 0));
  }

  private static RejectedFrameException refusedFile(PixelFormat format, byte[] data) {
    return refusal(Frames.file(format, data));
  }

  /** The pixels of an opaque colour picture. */
  private static byte[] rgb(BufferedImage image) {
    byte[] out = new byte[image.getWidth() * image.getHeight() * 3];
    int at = 0;
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        int value = image.getRGB(x, y);
        out[at++] = (byte) (value >> 16);
        out[at++] = (byte) (value >> 8);
        out[at++] = (byte) value;
      }
    }
    return out;
  }

  private static byte[] bytes(int... values) {
    byte[] out = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      out[i] = (byte) values[i];
    }
    return out;
  }

  // -- formats -------------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource({"64,64", "1,1", "7,5", "33,2", "13,64"})
  void shouldReadEveryPixelOfAnRgbPng(int width, int height) throws RejectedFrameException {
    // Given
    BufferedImage image = Frames.noise(width, height, BufferedImage.TYPE_INT_RGB);
    ImageShape same = new ImageShape(width, height, 3);

    // When
    byte[] plain = decode(Frames.file(PixelFormat.PNG, Frames.png(image)), same);
    byte[] interlaced = decode(Frames.file(PixelFormat.PNG, Frames.interlacedPng(image)), same);

    // Then
    assertThat(plain).isEqualTo(rgb(image));
    assertThat(interlaced).isEqualTo(rgb(image));
  }

  @ParameterizedTest
  @ValueSource(ints = {BufferedImage.TYPE_BYTE_BINARY, BufferedImage.TYPE_BYTE_INDEXED})
  void shouldReadPalettes(int type) throws RejectedFrameException {
    // Given
    BufferedImage image = Frames.noise(19, 11, type);
    ImageShape same = new ImageShape(19, 11, 3);

    // When
    byte[] plain = decode(Frames.file(PixelFormat.PNG, Frames.png(image)), same);
    byte[] interlaced = decode(Frames.file(PixelFormat.PNG, Frames.interlacedPng(image)), same);

    // Then
    assertThat(plain).isEqualTo(rgb(image));
    assertThat(interlaced).isEqualTo(rgb(image));
  }

  @Test
  void shouldLayTransparencyOverWhite() throws RejectedFrameException {
    // Given three pixels: opaque, half and fully transparent red
    byte[] rgba = bytes(200, 0, 0, 255, 200, 0, 0, 128, 200, 0, 0, 0);
    ImageShape row = new ImageShape(3, 1, 3);
    byte[] png = Frames.pngOf(3, 1, 8, 6, Frames.join(bytes(0), rgba));

    // When
    byte[] raw = decode(Frames.of(PixelFormat.RGBA8, 3, 1, rgba), row);
    byte[] file = decode(Frames.file(PixelFormat.PNG, png), row);

    // Then 200 * 128/255 + 255 * 127/255 = 227.39 and 127
    assertThat(raw).isEqualTo(bytes(200, 0, 0, 227, 127, 127, 255, 255, 255));
    assertThat(file).isEqualTo(raw);
  }

  @Test
  void shouldReadGrayWithAlphaAndSixteenBits() throws RejectedFrameException {
    // Given
    byte[] grayAlpha = Frames.pngOf(2, 1, 8, 4, bytes(0, 100, 255, 100, 0));
    byte[] sixteen = Frames.pngOf(3, 1, 16, 0, bytes(0, 0x80, 0x80, 0xFF, 0xFF, 0x00, 0x81));

    // When
    byte[] first = decode(Frames.file(PixelFormat.PNG, grayAlpha), new ImageShape(2, 1, 1));
    byte[] second = decode(Frames.file(PixelFormat.PNG, sixteen), new ImageShape(3, 1, 1));

    // Then 0x8080 / 257 = 128, 0x0081 / 257 = 0.50 rounds up
    assertThat(first).isEqualTo(bytes(100, 255));
    assertThat(second).isEqualTo(bytes(128, 255, 1));
  }

  @Test
  void shouldReadSmallBitDepthsAndAColourKey() throws RejectedFrameException {
    // Given 2-bit gray 0 1 2 3 where 1 is transparent
    byte[] key = Frames.chunk("tRNS", bytes(0, 1));
    byte[] png = Frames.pngOf(4, 1, 2, 0, bytes(0, 0b00_01_10_11), key);

    // When
    byte[] pixels = decode(Frames.file(PixelFormat.PNG, png), new ImageShape(4, 1, 1));

    // Then
    assertThat(pixels).isEqualTo(bytes(0, 255, 170, 255));
  }

  @Test
  void shouldUndoEveryRowFilter() throws RejectedFrameException {
    // Given rows of 3 gray pixels under the filters 0 to 4, worked out by hand
    byte[] rows =
        bytes(
            0, 10, 20, 30, //
            1, 5, 5, 5, // left: 5 10 15
            2, 1, 1, 1, // up: 6 11 16
            3, 4, 4, 4, // half of left and up: 7 13 18
            4, 3, 1, 1); // nearest: 7+3=10, then 13+1=14, then 18+1=19
    byte[] png = Frames.pngOf(3, 5, 8, 0, rows);

    // When
    byte[] pixels = decode(Frames.file(PixelFormat.PNG, png), new ImageShape(3, 5, 1));

    // Then
    assertThat(pixels).isEqualTo(bytes(10, 20, 30, 5, 10, 15, 6, 11, 16, 7, 13, 18, 10, 14, 19));
  }

  @Test
  void shouldReadJpegInColourAndGray() throws RejectedFrameException {
    // Given
    BufferedImage colour = Frames.gradient(64, 64, BufferedImage.TYPE_INT_RGB);
    BufferedImage gray = new BufferedImage(64, 64, BufferedImage.TYPE_BYTE_GRAY);
    byte[] stored = new byte[64 * 64];
    for (int i = 0; i < stored.length; i++) {
      stored[i] = (byte) (40 + 2 * (i % 64));
    }
    gray.getRaster().setDataElements(0, 0, 64, 64, stored);

    // When
    byte[] baseline =
        decode(Frames.file(PixelFormat.JPEG, Frames.jpeg(colour)), new ImageShape(64, 64, 3));
    byte[] progressive =
        decode(
            Frames.file(PixelFormat.JPEG, Frames.progressiveJpeg(colour)),
            new ImageShape(64, 64, 3));
    byte[] one =
        decode(Frames.file(PixelFormat.JPEG, Frames.jpeg(gray)), new ImageShape(64, 64, 1));

    // Then the smooth picture survives within a few levels; a gamma curve would move gray by tens
    assertThat(largestDifference(baseline, rgb(colour))).isLessThanOrEqualTo(6);
    assertThat(largestDifference(progressive, rgb(colour))).isLessThanOrEqualTo(6);
    assertThat(largestDifference(one, stored)).isLessThanOrEqualTo(4);
  }

  private static int largestDifference(byte[] a, byte[] b) {
    int largest = 0;
    for (int i = 0; i < a.length; i++) {
      largest = Math.max(largest, Math.abs((a[i] & 0xFF) - (b[i] & 0xFF)));
    }
    return largest;
  }

  @Test
  void shouldWriteAtTheOffsetAndNowhereElse() throws RejectedFrameException {
    // Given
    byte[] into = new byte[3 * 4];
    Arrays.fill(into, (byte) 9);
    FrameDecoder decoder = new FrameDecoder(FrameLimits.DEFAULTS, new ImageShape(2, 2, 1));

    // When
    decoder.decode(Frames.of(PixelFormat.GRAY8, 2, 2, bytes(1, 2, 3, 4)), into, 4);

    // Then
    assertThat(into).isEqualTo(bytes(9, 9, 9, 9, 1, 2, 3, 4, 9, 9, 9, 9));
  }

  /** The slow twin reads the same frame over a picture, as it needs one for its details. */
  @Test
  void shouldCopyARawFrameOfItsOwnSizeAsItWouldReadIt() throws RejectedFrameException {
    for (PixelFormat format : List.of(PixelFormat.RGB8, PixelFormat.GRAY8)) {
      // Given
      ImageShape shape = new ImageShape(7, 5, format == PixelFormat.RGB8 ? 3 : 1);
      byte[] pixels = new byte[shape.size()];
      new Random(1).nextBytes(pixels);
      Frame frame = Frames.of(format, 7, 5, pixels);
      byte[] read = new byte[shape.size()];
      // When
      byte[] copied = decode(frame, shape);
      new FrameDecoder(FrameLimits.DEFAULTS, shape, new ImageShape(14, 10, 1))
          .decode(frame, read, 0);
      // Then
      assertThat(copied).isEqualTo(read).isEqualTo(pixels);
      assertThat(copied).isNotSameAs(pixels);
    }
  }

  @Test
  void shouldRefuseARawFrameOfItsOwnSizeByTheSameLimits() {
    Frame frame = Frames.of(PixelFormat.GRAY8, 20, 10, new byte[200]);
    ImageShape shape = new ImageShape(20, 10, 1);
    for (FrameLimits limits :
        List.of(
            new FrameLimits(199, 100, 1_000),
            new FrameLimits(200, 19, 1_000),
            new FrameLimits(200, 100, 199))) {
      assertThatThrownBy(() -> new FrameDecoder(limits, shape).decode(frame, new byte[200], 0))
          .isInstanceOfSatisfying(
              RejectedFrameException.class,
              e -> assertThat(e.reason()).isEqualTo(Reason.TOO_LARGE));
    }
  }

  @Test
  void shouldNotMixFramesThatFollowOneAnother() throws RejectedFrameException {
    // Given
    FrameDecoder decoder = new FrameDecoder(FrameLimits.DEFAULTS, new ImageShape(32, 32, 3));
    Frame[] frames = {
      Frames.file(PixelFormat.PNG, Frames.png(100, 70)),
      Frames.file(PixelFormat.JPEG, Frames.jpeg(40, 90)),
      Frames.of(PixelFormat.GRAY8, 5, 5, new byte[25]),
      Frames.file(PixelFormat.PNG, Frames.png(3, 3)),
      Frames.file(PixelFormat.PNG, Frames.png(32, 32)),
    };

    // When
    byte[][] alone = new byte[frames.length][];
    byte[][] inARow = new byte[frames.length][32 * 32 * 3];
    for (int i = 0; i < frames.length; i++) {
      alone[i] = decode(frames[i], new ImageShape(32, 32, 3));
      decoder.decode(frames[i], inARow[i], 0);
      decoder.decode(frames[(i + 1) % frames.length], new byte[32 * 32 * 3], 0);
    }

    // Then
    assertThat(inARow).isDeepEqualTo(alone);
  }

  // -- channels and sizes ----------------------------------------------------------------------

  @Test
  void shouldTurnColourIntoLumaAndGrayIntoThreeEqualChannels() throws RejectedFrameException {
    // Given
    byte[] colours = bytes(255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255);

    // When
    byte[] luma = decode(Frames.of(PixelFormat.RGB8, 4, 1, colours), new ImageShape(4, 1, 1));
    byte[] three =
        decode(Frames.of(PixelFormat.GRAY8, 2, 1, bytes(7, 250)), new ImageShape(2, 1, 3));

    // Then 255 times 0.299, 0.587 and 0.114
    assertThat(luma).isEqualTo(bytes(76, 150, 29, 255));
    assertThat(three).isEqualTo(bytes(7, 7, 7, 250, 250, 250));
  }

  @Test
  void shouldAverageWhenShrinkingByAWholeFactor() throws RejectedFrameException {
    // Given
    byte[] pixels = bytes(0, 10, 100, 100, 20, 30, 100, 101);

    // When
    byte[] small = decode(Frames.of(PixelFormat.GRAY8, 4, 2, pixels), new ImageShape(2, 1, 1));

    // Then (0+10+20+30)/4 = 15 and 401/4 = 100.25
    assertThat(small).isEqualTo(bytes(15, 100));
  }

  @Test
  void shouldInterpolateBetweenPixelCentresWhenGrowing() throws RejectedFrameException {
    // Given
    byte[] pixels = bytes(0, 100);

    // When
    byte[] large = decode(Frames.of(PixelFormat.GRAY8, 2, 1, pixels), new ImageShape(4, 1, 1));

    // Then centres of the targets lie at -0.25, 0.25, 0.75 and 1.25 source pixels
    assertThat(large).isEqualTo(bytes(0, 25, 75, 100));
  }

  @ParameterizedTest
  @CsvSource({
    "100,70,64,64",
    "64,64,64,64",
    "65,63,64,64",
    "10,200,64,64",
    "300,8,64,32",
    "3,5,8,2",
    "128,128,64,64",
    "1,1,7,7"
  })
  void shouldAgreeWithTheSlowTwinOfTheResampler(int width, int height, int toWidth, int toHeight)
      throws RejectedFrameException {
    // Given
    byte[] pixels = new byte[width * height * 3];
    new SplittableRandom(5).nextBytes(pixels);
    ImageShape target = new ImageShape(toWidth, toHeight, 3);

    // When
    byte[] fast = decode(Frames.of(PixelFormat.RGB8, width, height, pixels), target);

    // Then they differ by at most one level, where a sum lies within rounding of one half
    byte[] slow = slowTwin(pixels, width, height, target);
    assertThat(largestDifference(fast, slow)).isLessThanOrEqualTo(1);
    int different = 0;
    for (int i = 0; i < fast.length; i++) {
      different += fast[i] == slow[i] ? 0 : 1;
    }
    assertThat(different).isLessThanOrEqualTo(fast.length / 500);
  }

  /** Both axes at once, in double precision, one target pixel at a time. */
  private static byte[] slowTwin(byte[] pixels, int width, int height, ImageShape target) {
    byte[] out = new byte[target.size()];
    for (int y = 0; y < target.height(); y++) {
      for (int x = 0; x < target.width(); x++) {
        for (int c = 0; c < 3; c++) {
          double sum = 0;
          for (int v = 0; v < height; v++) {
            double down = weight(v, y, height, target.height());
            for (int u = 0; down > 0 && u < width; u++) {
              sum +=
                  down
                      * weight(u, x, width, target.width())
                      * (pixels[(v * width + u) * 3 + c] & 0xFF);
            }
          }
          out[(y * target.width() + x) * 3 + c] = (byte) Math.floor(sum + 0.5);
        }
      }
    }
    return out;
  }

  private static double weight(int source, int target, int from, int to) {
    double step = (double) from / to;
    if (step > 1) {
      double overlap = Math.min((target + 1) * step, source + 1) - Math.max(target * step, source);
      return Math.max(0, overlap) / step;
    }
    double centre = Math.max(0, Math.min(from - 1, (target + 0.5) * step - 0.5));
    return Math.max(0, 1 - Math.abs(centre - source));
  }

  @Test
  void shouldKeepAnEvenSurfaceEvenAtAnySize() throws RejectedFrameException {
    for (int level : new int[] {0, 1, 127, 254, 255}) {
      for (int side = 1; side < 140; side += 9) {
        // Given
        byte[] pixels = new byte[side * (side + 3)];
        Arrays.fill(pixels, (byte) level);

        // When
        byte[] out =
            decode(Frames.of(PixelFormat.GRAY8, side, side + 3, pixels), new ImageShape(64, 64, 1));

        // Then
        assertThat(out).containsOnly((byte) level);
      }
    }
  }

  // -- bad input -------------------------------------------------------------------------------

  @Test
  void shouldRefuseAFrameWithoutBytes() {
    // When
    RejectedFrameException refused = refusedFile(PixelFormat.PNG, new byte[0]);

    // Then
    assertThat(refused.reason()).isEqualTo(Reason.EMPTY);
  }

  @Test
  void shouldRefuseAFrameAboveTheByteLimit() {
    // When
    RejectedFrameException refused =
        refusal(Frames.of(PixelFormat.GRAY8, 11, 1, new byte[11]), new FrameLimits(10, 100, 1000));

    // Then
    assertThat(refused.reason()).isEqualTo(Reason.TOO_LARGE);
    assertThat(refused).hasMessageContaining("11 bytes").hasMessageContaining("10");
  }

  @Test
  void shouldRefuseHeadersOfHugePicturesWithoutAllocatingThem() {
    // When
    RejectedFrameException png = refusedFile(PixelFormat.PNG, Frames.bombHeader());
    RejectedFrameException jpeg = refusedFile(PixelFormat.JPEG, Frames.jpegBombHeader());
    RejectedFrameException raw =
        refusal(Frames.of(PixelFormat.RGBA8, 65_000, 65_000, new byte[100]));
    RejectedFrameException largest =
        refusedFile(PixelFormat.PNG, Frames.pngOf(-1, -1, 8, 6, new byte[] {0}));

    // Then
    assertThat(png.reason()).isEqualTo(Reason.TOO_LARGE);
    assertThat(png).hasMessageContaining("65,000x65,000").hasMessageContaining("16,384");
    assertThat(jpeg.reason()).isEqualTo(Reason.TOO_LARGE);
    assertThat(jpeg).hasMessageContaining("65,000x65,000");
    assertThat(raw.reason()).isEqualTo(Reason.TOO_LARGE);
    assertThat(largest.reason()).isEqualTo(Reason.TOO_LARGE);
    assertThat(largest).hasMessageContaining("4,294,967,295");
  }

  @Test
  void shouldRefuseTooManyPixelsWithinTheSideLimit() {
    // When
    RejectedFrameException refused =
        refusal(
            Frames.file(PixelFormat.PNG, Frames.png(40, 30)), new FrameLimits(1 << 20, 50, 1199));

    // Then
    assertThat(refused.reason()).isEqualTo(Reason.TOO_LARGE);
    assertThat(refused).hasMessageContaining("1,200 pixels").hasMessageContaining("1,199");
  }

  @Test
  void shouldRefuseFilesThatAreCutShort() {
    // When
    RejectedFrameException png = refusedFile(PixelFormat.PNG, Frames.truncatedPng());
    RejectedFrameException noEnd = refusedFile(PixelFormat.PNG, Frames.pngWithoutEnd());
    RejectedFrameException jpeg = refusedFile(PixelFormat.JPEG, Frames.truncatedJpeg());
    RejectedFrameException hole = refusedFile(PixelFormat.JPEG, Frames.jpegWithHole());

    // Then
    assertThat(png.reason()).isEqualTo(Reason.CORRUPT);
    assertThat(png).hasMessageContaining("cut short");
    assertThat(noEnd.reason()).isEqualTo(Reason.CORRUPT);
    assertThat(noEnd).hasMessageContaining("IEND");
    assertThat(jpeg.reason()).isEqualTo(Reason.CORRUPT);
    assertThat(jpeg).hasMessageContaining("cut short");
    assertThat(hole.reason()).isEqualTo(Reason.CORRUPT);
  }

  @ParameterizedTest
  @ValueSource(strings = {"PNG", "JPEG"})
  void shouldRefuseOrDecodeEveryCutOfAFileAndNeverFail(PixelFormat format) {
    // Given
    byte[] file = format == PixelFormat.PNG ? Frames.png(16, 16) : Frames.jpeg(16, 16);

    for (int length = 3; length < file.length; length += 1 + length / 60) {
      // When
      RejectedFrameException refused = refusedFile(format, Arrays.copyOf(file, length));

      // Then
      assertThat(refused).as("%d of %d bytes", length, file.length).isNotNull();
      assertThat(refused.getMessage()).doesNotContain("null").isNotBlank();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"PNG", "JPEG"})
  void shouldFailOnlyByRefusingWhenBytesAreFlipped(PixelFormat format) {
    // Given
    byte[] file = format == PixelFormat.PNG ? Frames.png(16, 16) : Frames.jpeg(16, 16);
    SplittableRandom random = new SplittableRandom(11);
    FrameDecoder decoder = new FrameDecoder(FrameLimits.DEFAULTS, new ImageShape(8, 8, 3));
    int refused = 0;

    // When
    for (int i = 0; i < 300; i++) {
      byte[] flipped = file.clone();
      flipped[random.nextInt(8, flipped.length)] ^= (byte) (1 << random.nextInt(8));
      try {
        decoder.decode(Frames.file(format, flipped), new byte[8 * 8 * 3], 0);
      } catch (RejectedFrameException e) {
        refused++;
      }
    }

    // Then every flip in a PNG is found by its checksums; JPEG has none
    assertThat(refused).isGreaterThan(format == PixelFormat.PNG ? 299 : 10);
  }

  @Test
  void shouldRefuseADamagedPng() {
    // When
    RejectedFrameException refused = refusedFile(PixelFormat.PNG, Frames.damagedPng());

    // Then
    assertThat(refused.reason()).isEqualTo(Reason.CORRUPT);
    assertThat(refused).hasMessageContaining("IDAT").hasMessageContaining("checksum");
  }

  @Test
  void shouldRefuseAPngWithFewerOrMorePixelsThanItsHeaderSays() {
    // Given rows of a 2x2 gray picture
    byte[] rows = bytes(0, 1, 2, 0, 3, 4);

    // When
    RejectedFrameException fewer = refusedFile(PixelFormat.PNG, Frames.pngOf(2, 3, 8, 0, rows));
    RejectedFrameException more = refusedFile(PixelFormat.PNG, Frames.pngOf(2, 1, 8, 0, rows));

    // Then
    assertThat(fewer.reason()).isEqualTo(Reason.CORRUPT);
    assertThat(fewer).hasMessageContaining("cut short");
    assertThat(more.reason()).isEqualTo(Reason.CORRUPT);
    assertThat(more).hasMessageContaining("more pixels");
  }

  @Test
  void shouldRefusePngHeadersThatMakeNoSense() {
    // When
    RejectedFrameException type =
        refusedFile(PixelFormat.PNG, Frames.pngOf(1, 1, 3, 2, bytes(0, 0)));
    RejectedFrameException palette =
        refusedFile(PixelFormat.PNG, Frames.pngOf(1, 1, 8, 3, bytes(0, 0)));
    RejectedFrameException entry =
        refusedFile(
            PixelFormat.PNG,
            Frames.pngOf(1, 1, 8, 3, bytes(0, 9), Frames.chunk("PLTE", new byte[3])));
    RejectedFrameException critical =
        refusedFile(
            PixelFormat.PNG,
            Frames.pngOf(1, 1, 8, 0, bytes(0, 9), Frames.chunk("ABCD", new byte[3])));

    // Then
    assertThat(type).hasMessageContaining("colour type 2 with 3 bits");
    assertThat(palette).hasMessageContaining("no palette");
    assertThat(entry).hasMessageContaining("palette entry 9");
    assertThat(critical).hasMessageContaining("'ABCD'");
  }

  @Test
  void shouldRefuseZeroSizes() {
    // Given
    byte[] jpeg = Frames.jpeg(16, 16);
    int size = Frames.sizeSegment(jpeg);
    jpeg[size + 5] = 0;
    jpeg[size + 6] = 0;

    // When
    RejectedFrameException png =
        refusedFile(PixelFormat.PNG, Frames.pngOf(0, 5, 8, 2, new byte[] {0}));
    RejectedFrameException file = refusedFile(PixelFormat.JPEG, jpeg);
    RejectedFrameException raw = refusal(Frames.of(PixelFormat.RGB8, 5, 0, new byte[1]));
    RejectedFrameException negative = refusal(Frames.of(PixelFormat.RGB8, -5, -5, new byte[75]));

    // Then
    assertThat(png.reason()).isEqualTo(Reason.DIMENSIONS);
    assertThat(png).hasMessageContaining("0x5");
    assertThat(file.reason()).isEqualTo(Reason.DIMENSIONS);
    assertThat(file).hasMessageContaining("16x0");
    assertThat(raw.reason()).isEqualTo(Reason.DIMENSIONS);
    assertThat(negative.reason()).isEqualTo(Reason.DIMENSIONS);
  }

  @Test
  void shouldRefuseRawPixelsOfAnotherNumberThanTheSizeSays() {
    // When
    RejectedFrameException refused = refusal(Frames.of(PixelFormat.RGB8, 10, 10, new byte[299]));

    // Then
    assertThat(refused.reason()).isEqualTo(Reason.DIMENSIONS);
    assertThat(refused)
        .hasMessage("the frame has 299 bytes, but 10x10 pixels of RGB8 are 300 bytes");
  }

  @Test
  void shouldRefuseAFileOfAnotherSizeThanTheRecordSays() {
    // When
    RejectedFrameException refused =
        refusal(Frames.of(PixelFormat.PNG, 32, 16, Frames.png(16, 16)));

    // Then
    assertThat(refused.reason()).isEqualTo(Reason.DIMENSIONS);
    assertThat(refused).hasMessageContaining("32x16").hasMessageContaining("16x16");
  }

  @Test
  void shouldRefuseBytesThatAreNoFileOfTheFormat() {
    // When
    RejectedFrameException text = refusedFile(PixelFormat.PNG, Frames.text());
    RejectedFrameException other = refusedFile(PixelFormat.PNG, Frames.jpeg(8, 8));

    // Then
    assertThat(text.reason()).isEqualTo(Reason.UNKNOWN_FORMAT);
    assertThat(text).hasMessageContaining("no PNG, JPEG, WebP, BMP or TIFF");
    assertThat(other.reason()).isEqualTo(Reason.UNKNOWN_FORMAT);
    assertThat(other).hasMessageContaining("JPEG");
  }

  @Test
  void shouldRefuseKindsOfJpegThatItDoesNotRead() {
    // Given a size segment that claims arithmetic coding, 12 bits, and four components
    byte[] arithmetic = Frames.jpeg(16, 16);
    arithmetic[Frames.sizeSegment(arithmetic) + 1] = (byte) 0xC9;
    byte[] twelve = Frames.jpeg(16, 16);
    twelve[Frames.sizeSegment(twelve) + 4] = 12;
    byte[] four = Frames.jpeg(16, 16);
    four[Frames.sizeSegment(four) + 9] = 4;

    // When
    RejectedFrameException first = refusedFile(PixelFormat.JPEG, arithmetic);
    RejectedFrameException second = refusedFile(PixelFormat.JPEG, twelve);
    RejectedFrameException third = refusedFile(PixelFormat.JPEG, four);

    // Then
    assertThat(first.reason()).isEqualTo(Reason.UNKNOWN_FORMAT);
    assertThat(first).hasMessageContaining("arithmetic");
    assertThat(second).hasMessageContaining("12 bits");
    assertThat(third).hasMessageContaining("CMYK");
  }

  @Test
  void shouldRecogniseFilesByTheirFirstBytes() {
    assertThat(PixelFormat.ofFile(Frames.png(2, 2))).isEqualTo(PixelFormat.PNG);
    assertThat(PixelFormat.ofFile(Frames.jpeg(2, 2))).isEqualTo(PixelFormat.JPEG);
    assertThat(PixelFormat.ofFile(Frames.text())).isNull();
    assertThat(PixelFormat.ofFile(new byte[0])).isNull();
    assertThat(PixelFormat.ofFile(bytes(0x89, 'P', 'N', 'G'))).isNull();
    for (PixelFormat format : PixelFormat.values()) {
      if (format.isFile()) {
        assertThat(PixelFormat.ofFile(Frames.fileOf(format))).isEqualTo(format);
      }
    }
    byte[] text = "BM is how this text begins, which is no picture".getBytes(US_ASCII);
    assertThat(PixelFormat.ofFile(text)).isNull();
  }
}
