package dev.residua.decoding;

import dev.residua.frame.FrameLimits;
import dev.residua.frame.RejectedFrameException;
import dev.residua.frame.RejectedFrameException.Reason;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.IntUnaryOperator;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Decodes PNG files of every colour type, bit depth and interlacing into gray or RGB bytes; 16-bit
 * samples become 8 bits as the caller says, transparency is laid over white, the picture stands
 * upright as its EXIF data says, gamma and colour profiles are ignored. Unlike readers made for
 * viewing it never returns half a picture: every chunk's checksum, the end of the file and the
 * exact amount of pixel data are checked. Nothing of the picture's size is allocated before the
 * header has passed the limits. For one thread.
 *
 * <p>Source: W3C, Portable Network Graphics (PNG) Specification, Third Edition.
 */
final class PngReader {
  private static final int SIGNATURE_BYTES = 8;

  private static final int IHDR = code("IHDR");
  private static final int PLTE = code("PLTE");
  private static final int TRNS = code("tRNS");
  private static final int IDAT = code("IDAT");
  private static final int IEND = code("IEND");
  private static final int EXIF = code("eXIf");

  private static final int GRAY = 0;
  private static final int RGB = 2;
  private static final int PALETTE = 3;
  private static final int GRAY_ALPHA = 4;
  private static final int RGB_ALPHA = 6;

  /** First column, first row, column step and row step of the seven passes of Adam7. */
  private static final int[][] PASSES = {
    {0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}
  };

  private static final int[][] WHOLE = {{0, 0, 1, 1}};

  /** Bytes unpacked at once if rows are shorter: each call of zlib costs as much as a row. */
  private static final int UNPACK_BYTES = 1 << 15;

  private final FrameLimits limits;
  private final CRC32 crc = new CRC32();
  private final Inflater inflater = new Inflater();
  private final byte[] one = new byte[1];

  private byte[] file = new byte[0];
  private IntUnaryOperator deep = SampleRange.FULL::to8Bits;
  private int width;
  private int height;
  private int depth;
  private int type;
  private boolean interlaced;
  private byte @Nullable [] palette;
  private byte @Nullable [] transparency;
  private int[] dataAt = new int[8];
  private int[] dataLength = new int[8];
  private int dataChunks;
  private int nextData;
  private int orientation;
  private byte[] rows = new byte[0]; // as many as fit, one behind the other, each after its filter
  private byte[] above = new byte[0]; // the last row of the rows before
  private int row; // start of the current row in rows

  PngReader(FrameLimits limits) {
    this.limits = limits;
  }

  private static int code(String name) {
    byte[] b = name.getBytes(StandardCharsets.US_ASCII);
    return b[0] << 24 | b[1] << 16 | b[2] << 8 | b[3];
  }

  /**
   * Decodes a file that starts with the signature of PNG.
   *
   * @param deep gives samples of 16 bits in 0..255
   */
  void read(byte[] png, int saidWidth, int saidHeight, IntUnaryOperator deep, Picture into)
      throws RejectedFrameException {
    file = png;
    this.deep = deep;
    palette = null;
    transparency = null;
    dataChunks = 0;
    nextData = 0;
    orientation = ExifOrientation.UPRIGHT;
    try {
      chunks(saidWidth, saidHeight);
      pixels(into);
      into.turnUpright(orientation);
    } finally {
      file = new byte[0];
    }
  }

  private void chunks(int saidWidth, int saidHeight) throws RejectedFrameException {
    int at = SIGNATURE_BYTES;
    boolean first = true;
    while (true) {
      if (file.length - at < 12) {
        throw corrupt("is cut short: it ends at byte %d without its IEND chunk", file.length);
      }
      int length = integer(at);
      int name = integer(at + 4);
      if (length < 0 || length > file.length - at - 12) {
        throw corrupt(
            "is cut short: chunk %s at byte %d says it has %d bytes, %d are left",
            text(name), at, length & 0xFFFFFFFFL, Math.max(0, file.length - at - 12));
      }
      int data = at + 8;
      if (first != (name == IHDR)) {
        throw corrupt(
            first ? "does not start with an IHDR chunk but with %s" : "has a second %s chunk",
            text(name));
      }
      if (first) {
        header(data, length, saidWidth, saidHeight);
        first = false;
      }
      crc.reset();
      crc.update(file, at + 4, length + 4);
      if ((int) crc.getValue() != integer(data + length)) {
        throw corrupt("is damaged: chunk %s at byte %d has a wrong checksum", text(name), at);
      }
      if (name == IEND) {
        break;
      }
      if (name == IDAT) {
        if (dataChunks == dataAt.length) {
          dataAt = Arrays.copyOf(dataAt, 2 * dataChunks);
          dataLength = Arrays.copyOf(dataLength, 2 * dataChunks);
        }
        dataAt[dataChunks] = data;
        dataLength[dataChunks++] = length;
      } else if (name == PLTE) {
        if (length == 0 || length % 3 != 0 || length > 768) {
          throw corrupt("has a palette of %d bytes, expected 1 to 256 times 3", length);
        }
        palette = Arrays.copyOfRange(file, data, data + length);
      } else if (name == TRNS) {
        transparency = Arrays.copyOfRange(file, data, data + length);
      } else if (name == EXIF) {
        orientation = ExifOrientation.of(file, data, data + length);
      } else if (name != IHDR && (name & 0x20000000) == 0) {
        throw corrupt("has the unknown critical chunk %s at byte %d", text(name), at);
      }
      at = data + length + 4;
    }
    if (dataChunks == 0) {
      throw corrupt("has no IDAT chunk, that is, no pixels");
    }
    if (type == PALETTE && palette == null) {
      throw corrupt("has colour type 3 but no palette");
    }
    int key = type == GRAY ? 2 : type == RGB ? 6 : 0;
    if (transparency != null && key > 0 && transparency.length != key) {
      throw corrupt("has a tRNS chunk of %d bytes, expected %d", transparency.length, key);
    }
  }

  private void header(int at, int length, int saidWidth, int saidHeight)
      throws RejectedFrameException {
    if (length != 13) {
      throw corrupt("has an IHDR chunk of %d bytes, expected 13", length);
    }
    PictureReader.check(
        "PNG",
        integer(at) & 0xFFFFFFFFL,
        integer(at + 4) & 0xFFFFFFFFL,
        saidWidth,
        saidHeight,
        limits);
    width = integer(at);
    height = integer(at + 4);
    depth = file[at + 8];
    type = file[at + 9];
    boolean fits =
        switch (type) {
          case GRAY -> depth == 1 || depth == 2 || depth == 4 || depth == 8 || depth == 16;
          case PALETTE -> depth == 1 || depth == 2 || depth == 4 || depth == 8;
          case RGB, GRAY_ALPHA, RGB_ALPHA -> depth == 8 || depth == 16;
          default -> false;
        };
    if (!fits) {
      throw corrupt("has colour type %d with %d bits, which PNG does not know", type, depth);
    }
    if (file[at + 10] != 0 || file[at + 11] != 0 || (file[at + 12] & 0xFE) != 0) {
      throw corrupt(
          "has compression %d, filter %d, interlace %d, expected 0, 0 and 0 or 1",
          file[at + 10], file[at + 11], file[at + 12]);
    }
    interlaced = file[at + 12] == 1;
  }

  private void pixels(Picture into) throws RejectedFrameException {
    boolean gray = type == GRAY || type == GRAY_ALPHA;
    into.reset(width, height, gray ? 1 : 3);
    int samples =
        switch (type) {
          case RGB -> 3;
          case GRAY_ALPHA -> 2;
          case RGB_ALPHA -> 4;
          default -> 1;
        };
    int bitsPerPixel = samples * depth;
    int step = Math.max(1, bitsPerPixel / 8);
    int longest = 1 + (int) (((long) width * bitsPerPixel + 7) / 8);
    if (above.length < longest) {
      above = new byte[longest];
    }
    if (rows.length < Math.max(longest, UNPACK_BYTES)) {
      rows = new byte[Math.max(longest, UNPACK_BYTES)];
    }
    inflater.reset();
    try {
      for (int[] pass : interlaced ? PASSES : WHOLE) {
        int columns = (width - pass[0] + pass[2] - 1) / pass[2];
        int count = (height - pass[1] + pass[3] - 1) / pass[3];
        if (columns <= 0 || count <= 0) {
          continue;
        }
        int bytes = 1 + (int) (((long) columns * bitsPerPixel + 7) / 8);
        Arrays.fill(above, 0, bytes, (byte) 0);
        int together = rows.length / bytes;
        for (int y = 0; y < count; y += together) {
          int here = Math.min(together, count - y);
          inflate(rows, here * bytes);
          for (int k = 0; k < here; k++) {
            row = k * bytes;
            if (k == 0) {
              unfilter(bytes, step, above, 0);
            } else {
              unfilter(bytes, step, rows, row - bytes);
            }
            spread(into, columns, pass[0], pass[2], pass[1] + (y + k) * pass[3]);
          }
          System.arraycopy(rows, row, above, 0, bytes);
        }
      }
      // A further byte makes zlib compare its own checksum of the pixels.
      if (more(one, 0, 1) > 0) {
        throw corrupt("holds more pixels than its header says (%dx%d)", width, height);
      }
      if (!inflater.finished()) {
        throw corrupt("is cut short: its pixel data has no end");
      }
    } catch (DataFormatException e) {
      throw new RejectedFrameException(
          Reason.CORRUPT, "the PNG is damaged: its pixel data cannot be unpacked", e);
    }
  }

  private void inflate(byte[] target, int bytes)
      throws DataFormatException, RejectedFrameException {
    int done = 0;
    while (done < bytes) {
      int n = more(target, done, bytes - done);
      if (n == 0) {
        throw corrupt("is cut short: its pixel data ends before the last row of %d", height);
      }
      done += n;
    }
  }

  /** Unpacks up to {@code length} bytes; 0 at the end of the data. */
  private int more(byte[] target, int offset, int length) throws DataFormatException {
    while (true) {
      int n = inflater.inflate(target, offset, length);
      if (n > 0 || inflater.finished() || inflater.needsDictionary()) {
        return n;
      }
      if (nextData == dataChunks) {
        return 0;
      }
      inflater.setInput(file, dataAt[nextData], dataLength[nextData]);
      nextData++;
    }
  }

  /**
   * Undoes the filter of the current row, channel by channel if a value needs the one to its left,
   * so that it stays in a register.
   *
   * @param b holds the unfiltered row above
   * @param up start of that row
   */
  private void unfilter(int bytes, int step, byte[] b, int up) throws RejectedFrameException {
    byte[] a = rows;
    int at = row;
    switch (a[at]) {
      case 0 -> {}
      case 1 -> {
        for (int c = 1; c <= step; c++) {
          int left = 0;
          for (int i = c; i < bytes; i += step) {
            left += a[at + i];
            a[at + i] = (byte) left;
          }
        }
      }
      case 2 -> {
        for (int i = 1; i < bytes; i++) {
          a[at + i] += b[up + i];
        }
      }
      case 3 -> {
        for (int c = 1; c <= step; c++) {
          int left = 0;
          for (int i = c; i < bytes; i += step) {
            left = (a[at + i] + ((left + (b[up + i] & 0xFF)) >> 1)) & 0xFF;
            a[at + i] = (byte) left;
          }
        }
      }
      case 4 -> {
        for (int c = 1; c <= step; c++) {
          paeth(a, at, b, up, c, bytes, step);
        }
      }
      default -> throw corrupt("is damaged: a row has filter %d, expected 0 to 4", a[at] & 0xFF);
    }
  }

  private static void paeth(byte[] a, int at, byte[] b, int up, int first, int bytes, int step) {
    int left = 0;
    int corner = 0;
    for (int i = first; i < bytes; i += step) {
      int above = b[up + i] & 0xFF;
      int toLeft = Math.abs(above - corner);
      int toAbove = Math.abs(left - corner);
      int toCorner = Math.abs(left + above - 2 * corner);
      int near = toAbove <= toCorner ? above : corner;
      int guess = toLeft <= toAbove && toLeft <= toCorner ? left : near;
      left = (a[at + i] + guess) & 0xFF;
      a[at + i] = (byte) left;
      corner = above;
    }
  }

  /** Writes the pixels of one unfiltered row to where they belong. */
  private void spread(Picture into, int columns, int firstX, int stepX, int y)
      throws RejectedFrameException {
    int[] out = into.pixels();
    int at = y * width + firstX;
    if (depth == 8 && transparency == null && (type == GRAY || type == RGB) && stepX == 1) {
      into.store(rows, row + 1, at, columns);
      return;
    }
    for (int x = 0; x < columns; x++, at += stepX) {
      switch (type) {
        case GRAY -> {
          int value = sample(x);
          boolean clear = transparency != null && value == pair(transparency, 0);
          out[at] = clear ? 255 : scaled(value);
        }
        case RGB -> {
          int red = sample(3 * x);
          int green = sample(3 * x + 1);
          int blue = sample(3 * x + 2);
          boolean clear =
              transparency != null
                  && red == pair(transparency, 0)
                  && green == pair(transparency, 2)
                  && blue == pair(transparency, 4);
          out[at] = Picture.overWhite(scaled(red), scaled(green), scaled(blue), clear ? 0 : 255);
        }
        case PALETTE -> {
          int index = sample(x);
          byte[] colours = palette;
          if (colours == null || 3 * index >= colours.length) {
            throw corrupt("is damaged: a pixel has palette entry %d, which is not there", index);
          }
          byte[] alphas = transparency;
          out[at] =
              Picture.overWhite(
                  colours[3 * index] & 0xFF,
                  colours[3 * index + 1] & 0xFF,
                  colours[3 * index + 2] & 0xFF,
                  alphas != null && index < alphas.length ? alphas[index] & 0xFF : 255);
        }
        case GRAY_ALPHA ->
            out[at] = Picture.overWhite(scaled(sample(2 * x)), alpha(sample(2 * x + 1)));
        default ->
            out[at] =
                Picture.overWhite(
                    scaled(sample(4 * x)),
                    scaled(sample(4 * x + 1)),
                    scaled(sample(4 * x + 2)),
                    alpha(sample(4 * x + 3)));
      }
    }
  }

  /** A sample of the current row, in its own bit depth. */
  private int sample(int index) {
    if (depth == 8) {
      return rows[row + 1 + index] & 0xFF;
    }
    if (depth == 16) {
      return pair(rows, row + 1 + 2 * index);
    }
    int bit = index * depth;
    return (rows[row + 1 + bit / 8] & 0xFF) >> (8 - depth - bit % 8) & ((1 << depth) - 1);
  }

  /** A sample in 0..255. */
  private int scaled(int value) {
    return switch (depth) {
      case 8 -> value;
      case 16 -> deep.applyAsInt(value);
      default -> value * 255 / ((1 << depth) - 1);
    };
  }

  /** A sample of transparency in 0..255. */
  private int alpha(int value) {
    return depth == 16 ? SampleRange.FULL.to8Bits(value) : value;
  }

  private static int pair(byte[] bytes, int at) {
    return (bytes[at] & 0xFF) << 8 | (bytes[at + 1] & 0xFF);
  }

  private int integer(int at) {
    return pair(file, at) << 16 | pair(file, at + 2);
  }

  private static String text(int code) {
    StringBuilder text = new StringBuilder("'");
    for (int shift = 24; shift >= 0; shift -= 8) {
      int c = code >> shift & 0xFF;
      text.append(c >= ' ' && c < 127 ? String.valueOf((char) c) : "\\x%02x".formatted(c));
    }
    return text.append('\'').toString();
  }

  @SuppressWarnings("AnnotateFormatMethod")
  private static RejectedFrameException corrupt(String what, Object... values) {
    return new RejectedFrameException(Reason.CORRUPT, "the PNG " + what.formatted(values));
  }
}
