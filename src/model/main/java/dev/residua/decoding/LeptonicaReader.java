package dev.residua.decoding;

import dev.residua.frame.FrameLimits;
import dev.residua.frame.PixelFormat;
import dev.residua.frame.RejectedFrameException;
import dev.residua.frame.RejectedFrameException.Reason;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.util.function.IntUnaryOperator;
import org.bytedeco.leptonica.PIX;
import org.bytedeco.leptonica.global.leptonica;

/**
 * Decodes files with Leptonica, which brings libjpeg-turbo, libwebp and libtiff. It says how many
 * warnings a JPEG file gave, which other bindings of libjpeg-turbo keep to themselves. All memory
 * that Leptonica allocates is freed before a method returns; files are copied to one buffer outside
 * the heap, which the collector frees. For one thread.
 */
final class LeptonicaReader {
  private static final int BLACK_IS_ZERO = 0;
  private static final int WITHOUT_COLOUR_MAP = 0;
  private static final int FIRST_PAGE = 0;

  static {
    leptonica.setMsgSeverity(leptonica.L_SEVERITY_NONE); // what fails is in the exception
  }

  private ByteBuffer bytes = ByteBuffer.allocateDirect(0);
  private final IntBuffer[] numbers = new IntBuffer[6]; // of one each

  LeptonicaReader() {
    ByteBuffer all = ByteBuffer.allocateDirect(numbers.length * Integer.BYTES);
    IntBuffer each = all.order(ByteOrder.nativeOrder()).asIntBuffer();
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = each.slice(i, 1);
    }
  }

  private ByteBuffer outside(byte[] file) {
    if (!Picture.fits(bytes.capacity(), file.length)) {
      bytes = ByteBuffer.allocateDirect((int) Math.min(Integer.MAX_VALUE, 1.25 * file.length + 1));
    }
    return bytes.clear().put(file).flip();
  }

  /**
   * Decodes a JPEG file whose header was checked.
   *
   * @param width columns that the file has
   * @param height rows that the file has
   * @param reduction 1, 2, 4 or 8: this number of columns and of rows become one
   * @param gray whether brightness is enough
   */
  void jpeg(byte[] file, int width, int height, int reduction, boolean gray, Picture into)
      throws RejectedFrameException {
    int hint = gray ? leptonica.L_JPEG_READ_LUMINANCE : 0;
    IntBuffer warnings = numbers[0].put(0, 0);
    PIX pix =
        leptonica.pixReadMemJpeg(
            outside(file), file.length, WITHOUT_COLOUR_MAP, reduction, warnings, hint);
    if (pix == null) {
      throw new RejectedFrameException(
          Reason.CORRUPT, "the JPEG is damaged: its pixels cannot be decoded");
    }
    try {
      int places = warnings.get(0);
      if (places > 0) {
        throw new RejectedFrameException(
            Reason.CORRUPT,
            "the JPEG is damaged: its pixels differ from the expected ones at %d %s"
                .formatted(places, places == 1 ? "place" : "places"));
      }
      check(pix);
      if (reduction == 1) {
        into.reset(pix.w(), pix.h(), channels(pix));
      } else {
        into.resetReduced(
            pix.w(),
            pix.h(),
            channels(pix),
            (double) width / reduction,
            (double) height / reduction);
      }
      copy(pix, SampleRange.FULL::to8Bits, into.pixels());
    } finally {
      leptonica.pixDestroy(pix);
    }
  }

  /**
   * Decodes a WebP, BMP or TIFF file, upright, transparency over white.
   *
   * @param deep gives samples of 16 bits in 0..255
   */
  void file(
      PixelFormat format,
      byte[] file,
      FrameLimits limits,
      int saidWidth,
      int saidHeight,
      IntUnaryOperator deep,
      Picture into)
      throws RejectedFrameException {
    // Leptonica 1.87 turns a TIFF file of orientation 8 the wrong way round.
    byte[] stored = format == PixelFormat.TIFF ? ExifOrientation.withoutTurn(file) : file;
    ByteBuffer outside = outside(stored);
    int failed =
        leptonica.pixReadHeaderMem(
            outside,
            file.length,
            numbers[0],
            numbers[1],
            numbers[2],
            numbers[3],
            numbers[4],
            numbers[5]);
    if (failed != 0) {
      throw corrupt(format, "has no header that can be read");
    }
    PictureReader.check(
        name(format), numbers[1].get(0), numbers[2].get(0), saidWidth, saidHeight, limits);
    PIX pix =
        switch (format) {
          case WEBP -> leptonica.pixReadMemWebP(outside, file.length);
          case BMP -> leptonica.pixReadMemBmp(outside, file.length);
          case TIFF -> leptonica.pixReadMemTiff(outside, file.length, FIRST_PAGE);
          default -> throw new IllegalArgumentException("not read here: " + format);
        };
    if (pix == null) {
      throw corrupt(format, "is damaged or of a kind that is not known: it cannot be decoded");
    }
    try {
      copyAnyDepth(pix, deep, into);
    } finally {
      leptonica.pixDestroy(pix);
    }
    if (format == PixelFormat.WEBP) {
      into.turnUpright(ExifOrientation.ofWebp(file));
    } else if (format == PixelFormat.TIFF) {
      into.turnUpright(ExifOrientation.of(file, 0, file.length));
    }
  }

  private static String name(PixelFormat format) {
    return format == PixelFormat.WEBP ? "WebP" : format.name();
  }

  private static RejectedFrameException corrupt(PixelFormat format, String what) {
    return new RejectedFrameException(Reason.CORRUPT, "the %s %s".formatted(name(format), what));
  }

  private static void copyAnyDepth(PIX pix, IntUnaryOperator deep, Picture into)
      throws RejectedFrameException {
    if (pix.colormap() != null) {
      PIX plain = leptonica.pixRemoveColormap(pix, leptonica.REMOVE_CMAP_BASED_ON_SRC);
      if (plain == null) {
        throw new RejectedFrameException(Reason.CORRUPT, "the picture's palette is damaged");
      }
      try {
        copyAnyDepth(plain, deep, into);
      } finally {
        leptonica.pixDestroy(plain);
      }
    } else if (pix.d() < 8) {
      PIX bytes = leptonica.pixConvertTo8(pix, BLACK_IS_ZERO);
      if (bytes == null) {
        throw new RejectedFrameException(
            Reason.UNKNOWN_FORMAT, "the picture has %d bits a pixel".formatted(pix.d()));
      }
      try {
        copyWhole(bytes, deep, into);
      } finally {
        leptonica.pixDestroy(bytes);
      }
    } else {
      copyWhole(pix, deep, into);
    }
  }

  private static void copyWhole(PIX pix, IntUnaryOperator deep, Picture into)
      throws RejectedFrameException {
    check(pix);
    into.reset(pix.w(), pix.h(), channels(pix));
    copy(pix, deep, into.pixels());
  }

  private static void check(PIX pix) throws RejectedFrameException {
    if (pix.d() != 8 && pix.d() != 16 && pix.d() != 32) {
      throw new RejectedFrameException(
          Reason.UNKNOWN_FORMAT, "the picture has %d bits a pixel".formatted(pix.d()));
    }
  }

  private static int channels(PIX pix) {
    return pix.d() == 32 ? 3 : 1;
  }

  /** Copies a picture of 8, 16 or 32 bits a pixel. */
  private static void copy(PIX pix, IntUnaryOperator deep, int[] out) {
    int width = pix.w();
    int height = pix.h();
    int perRow = pix.wpl(); // words of 32 bits; the first pixel is in the highest bits
    int[] row = new int[perRow];
    IntBuffer words = pix.data().capacity((long) perRow * height).asBuffer();
    int depth = pix.d();
    boolean transparent = pix.spp() == 4;
    for (int y = 0, to = 0; y < height; y++, to += width) {
      words.get(y * perRow, row);
      switch (depth) {
        case 8 -> {
          for (int x = 0; x < width; x++) {
            out[to + x] = row[x >> 2] >>> (24 - 8 * (x & 3)) & 0xFF;
          }
        }
        case 16 -> {
          for (int x = 0; x < width; x++) {
            out[to + x] = deep.applyAsInt(row[x >> 1] >>> (16 - 16 * (x & 1)) & 0xFFFF);
          }
        }
        default -> {
          for (int x = 0; x < width; x++) {
            out[to + x] = row[x] >>> 8;
          }
          if (transparent) {
            overWhite(row, width, out, to);
          }
        }
      }
    }
  }

  private static void overWhite(int[] row, int width, int[] out, int to) {
    for (int x = 0; x < width; x++) {
      int pixel = row[x];
      out[to + x] =
          Picture.overWhite(pixel >>> 24, pixel >>> 16 & 0xFF, pixel >>> 8 & 0xFF, pixel & 0xFF);
    }
  }
}
