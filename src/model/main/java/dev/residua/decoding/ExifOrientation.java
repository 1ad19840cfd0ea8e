package dev.residua.decoding;

import java.util.Arrays;

/**
 * The orientation that the EXIF data of a file states: how its stored rows and columns lie in the
 * upright picture. 1 is upright, 2 mirrored, 3 upside down, 4 both; 5 to 8 lie on their side.
 *
 * <p>Source: CIPA DC-008, Exchangeable image file format, tag 274.
 */
final class ExifOrientation {
  /** As stored. */
  static final int UPRIGHT = 1;

  private static final int TAG = 0x0112;
  private static final int LONG = 4;
  private static final int ENTRY_BYTES = 12;
  private static final int LARGEST = 8;

  private static final int RIFF_HEADER = 12;
  private static final int CHUNK_HEADER = 8;
  private static final byte[] NAME = {'E', 'x', 'i', 'f', 0, 0};

  private ExifOrientation() {}

  /** Offset of EXIF data, which may have its name in front. */
  static int afterName(byte[] bytes, int from, int to) {
    boolean named =
        to - from >= NAME.length
            && Arrays.equals(bytes, from, from + NAME.length, NAME, 0, NAME.length);
    return named ? from + NAME.length : from;
  }

  /** The orientation in the EXIF chunk of a WebP file; 1 if it has none. */
  static int ofWebp(byte[] webp) {
    int at = RIFF_HEADER;
    while (at + CHUNK_HEADER <= webp.length) {
      int from = at + CHUNK_HEADER;
      long size = pair(webp, at + 4, true) | (long) pair(webp, at + 6, true) << 16;
      if (size > webp.length - from) {
        break;
      }
      int to = from + (int) size;
      if (webp[at] == 'E' && webp[at + 1] == 'X' && webp[at + 2] == 'I' && webp[at + 3] == 'F') {
        return of(webp, afterName(webp, from, to), to);
      }
      at = to + (to & 1); // chunks have an even length, and the header does
    }
    return UPRIGHT;
  }

  /**
   * Reads it.
   *
   * @param bytes hold EXIF data, or a whole TIFF file, from {@code from} to before {@code to}
   * @return 1 to 8; 1 if the data states none
   */
  static int of(byte[] bytes, int from, int to) {
    int at = index(bytes, from, to);
    if (at < 0) {
      return UPRIGHT;
    }
    int orientation = pair(bytes, at, bytes[from] == 'I');
    return orientation >= UPRIGHT && orientation <= LARGEST ? orientation : UPRIGHT;
  }

  /** The same file with the orientation 1 if it states another. */
  static byte[] withoutTurn(byte[] tiff) {
    int at = index(tiff, 0, tiff.length);
    if (at < 0) {
      return tiff;
    }
    boolean little = tiff[0] == 'I';
    byte[] upright = tiff.clone();
    upright[at] = (byte) (little ? UPRIGHT : 0);
    upright[at + 1] = (byte) (little ? 0 : UPRIGHT);
    return upright;
  }

  /** Offset of the two bytes of the orientation, or -1. */
  private static int index(byte[] bytes, int from, int to) {
    if (to - from < 8) {
      return -1;
    }
    boolean little = bytes[from] == 'I' && bytes[from + 1] == 'I';
    boolean big = bytes[from] == 'M' && bytes[from + 1] == 'M';
    if (!little && !big) {
      return -1;
    }
    long directory =
        (long) pair(bytes, from + (little ? 6 : 4), little) << 16
            | pair(bytes, from + (little ? 4 : 6), little);
    if (directory < 8 || directory + 2 > to - from) {
      return -1;
    }
    int at = from + (int) directory;
    int entries = pair(bytes, at, little);
    at += 2;
    for (int i = 0; i < entries && at + ENTRY_BYTES <= to; i++, at += ENTRY_BYTES) {
      if (pair(bytes, at, little) == TAG) {
        boolean isLong = pair(bytes, at + 2, little) == LONG; // two more bytes in front
        return at + 8 + (isLong && big ? 2 : 0);
      }
    }
    return -1;
  }

  private static int pair(byte[] bytes, int at, boolean little) {
    int first = bytes[at] & 0xFF;
    int second = bytes[at + 1] & 0xFF;
    return little ? second << 8 | first : first << 8 | second;
  }
}
