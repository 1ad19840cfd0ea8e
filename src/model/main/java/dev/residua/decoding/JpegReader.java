package dev.residua.decoding;

import dev.residua.frame.FrameLimits;
import dev.residua.frame.RejectedFrameException;
import dev.residua.frame.RejectedFrameException.Reason;
import java.util.function.DoubleBinaryOperator;

/**
 * Decodes baseline and progressive JPEG files with 8 bits, in gray or colour, upright as their EXIF
 * data says, and at no more pixels than the target needs. Size and kind are read from the file's
 * own header before the decoder starts; a file without its end, or one that the decoder warns
 * about, is refused, since the decoder would fill the missing part with gray. Colour profiles are
 * ignored. For one thread.
 *
 * <p>Source: ITU-T T.81 (JPEG), Annex B.
 */
final class JpegReader {
  private static final int SOF0 = 0xC0;
  private static final int SOF2 = 0xC2;
  private static final int SOF15 = 0xCF;
  private static final int DHT = 0xC4;
  private static final int JPG = 0xC8;
  private static final int DAC = 0xCC;
  private static final int RST0 = 0xD0;
  private static final int RST7 = 0xD7;
  private static final int EOI = 0xD9;
  private static final int SOS = 0xDA;
  private static final int TEM = 0x01;
  private static final int APP1 = 0xE1;

  /** Passes over a picture that are decoded: each costs as much as the first. */
  private static final int MOST_SCANS = 100;

  /**
   * Least pixels of the reduced picture for each of the target, along each axis. The root mean
   * square of the difference to full decoding stays below 1.5 grey levels from here on, but for
   * pictures that are full of sharp edges as wide apart as a pixel of the target.
   */
  private static final double LEAST_OVERSAMPLING = 1.8;

  private static final int MOST_REDUCTION = 8;

  private final FrameLimits limits;
  private final LeptonicaReader leptonica;
  private int width;
  private int height;
  private boolean progressive;
  private int components;
  private boolean severalScans;
  private int orientation;

  JpegReader(FrameLimits limits, LeptonicaReader leptonica) {
    this.limits = limits;
    this.leptonica = leptonica;
  }

  /**
   * Decodes a file that starts with {@code FF D8}.
   *
   * @param gray whether brightness is enough
   * @param oversampling as in {@link PictureReader#read}
   */
  void read(
      byte[] jpeg,
      int saidWidth,
      int saidHeight,
      boolean gray,
      DoubleBinaryOperator oversampling,
      Picture into)
      throws RejectedFrameException {
    int scan = header(jpeg, saidWidth, saidHeight);
    if (!hasEnd(jpeg, scan)) {
      throw corrupt("is cut short: it ends at byte %d without its end marker", jpeg.length);
    }
    if (severalScans) {
      checkScans(scans(jpeg, scan));
    }
    leptonica.jpeg(jpeg, width, height, reduction(oversampling), gray, into);
    into.turnUpright(orientation);
  }

  /** Their number times the pixels is the time that the decoder takes. */
  private void checkScans(int scans) throws RejectedFrameException {
    long most =
        Math.min(
            MOST_SCANS,
            FrameDecoder.MOST_SCANS_OF_LARGEST * limits.maxPixels() / ((long) width * height));
    if (scans > most) {
      throw unsupported("has %d scans of %dx%d pixels (at most %d)", scans, width, height, most);
    }
  }

  private int reduction(DoubleBinaryOperator oversampling) {
    boolean swapped = orientation > 4;
    double most = oversampling.applyAsDouble(swapped ? height : width, swapped ? width : height);
    int reduction = MOST_REDUCTION;
    while (reduction > 1 && most < LEAST_OVERSAMPLING * reduction) {
      reduction /= 2;
    }
    return reduction;
  }

  /**
   * Checks everything before the first scan.
   *
   * @return index of the first byte of the first scan's data
   */
  private int header(byte[] jpeg, int saidWidth, int saidHeight) throws RejectedFrameException {
    int at = 2;
    boolean sized = false;
    orientation = ExifOrientation.UPRIGHT;
    while (true) {
      while (at + 1 < jpeg.length && (jpeg[at] & 0xFF) == 0xFF && (jpeg[at + 1] & 0xFF) == 0xFF) {
        at++;
      }
      if (at + 4 > jpeg.length) {
        throw corrupt("is cut short: it ends at byte %d before its pixels", jpeg.length);
      }
      if ((jpeg[at] & 0xFF) != 0xFF) {
        throw corrupt("is damaged: expected a marker at byte %d but found %02x", at, jpeg[at]);
      }
      int marker = jpeg[at + 1] & 0xFF;
      if (marker == TEM || (marker >= RST0 && marker <= RST7)) {
        at += 2;
        continue;
      }
      if (marker == EOI) {
        throw corrupt("ends at byte %d without pixels", at);
      }
      int length = pair(jpeg, at + 2);
      if (length < 2 || at + 2 + length > jpeg.length) {
        throw corrupt(
            "is cut short: segment %02x at byte %d says it has %d bytes, %d are left",
            marker, at, length, jpeg.length - at - 2);
      }
      if (marker == SOS) {
        if (!sized) {
          throw corrupt("has pixels at byte %d before its size", at);
        }
        severalScans = progressive || (length > 2 && (jpeg[at + 4] & 0xFF) < components);
        return at + 2 + length;
      }
      if (marker >= SOF0 && marker <= SOF15 && marker != DHT && marker != JPG && marker != DAC) {
        frame(jpeg, at, marker, length, saidWidth, saidHeight);
        sized = true;
      } else if (marker == APP1) {
        int exif = ExifOrientation.afterName(jpeg, at + 4, at + 2 + length);
        if (exif > at + 4) { // other data uses the same marker
          orientation = ExifOrientation.of(jpeg, exif, at + 2 + length);
        }
      }
      at += 2 + length;
    }
  }

  private void frame(byte[] jpeg, int at, int marker, int length, int saidWidth, int saidHeight)
      throws RejectedFrameException {
    if (length < 8) {
      throw corrupt("is damaged: its size segment has %d bytes, expected at least 8", length);
    }
    int bits = jpeg[at + 4] & 0xFF;
    components = jpeg[at + 9] & 0xFF;
    width = pair(jpeg, at + 7);
    height = pair(jpeg, at + 5);
    progressive = marker == SOF2;
    PictureReader.check("JPEG", width, height, saidWidth, saidHeight, limits);
    if (marker > SOF2) {
      throw unsupported("is lossless, hierarchical or arithmetic (segment %02x)", marker);
    }
    if (bits != 8) {
      throw unsupported("has %d bits a sample", bits);
    }
    if (components != 1 && components != 3) {
      throw unsupported("has %d colour components%s", components, components == 4 ? " (CMYK)" : "");
    }
  }

  private static boolean hasEnd(byte[] jpeg, int scan) {
    // In pixel data a byte FF is always followed by 00 or a restart marker, so this finds the end
    // marker of the picture and no other.
    for (int i = jpeg.length - 2; i >= scan; i--) {
      if ((jpeg[i] & 0xFF) == 0xFF && (jpeg[i + 1] & 0xFF) == EOI) {
        return true;
      }
    }
    return false;
  }

  /** Scans from the first on; pixel data has no marker inside. */
  private static int scans(byte[] jpeg, int first) {
    int scans = 1;
    for (int i = first; i < jpeg.length - 1; i++) {
      if ((jpeg[i] & 0xFF) == 0xFF && (jpeg[i + 1] & 0xFF) == SOS) {
        scans++;
      }
    }
    return scans;
  }

  private static int pair(byte[] bytes, int at) {
    return (bytes[at] & 0xFF) << 8 | (bytes[at + 1] & 0xFF);
  }

  @SuppressWarnings("AnnotateFormatMethod")
  private static RejectedFrameException corrupt(String what, Object... values) {
    return new RejectedFrameException(Reason.CORRUPT, "the JPEG " + what.formatted(values));
  }

  @SuppressWarnings("AnnotateFormatMethod")
  private static RejectedFrameException unsupported(String what, Object... values) {
    return new RejectedFrameException(
        Reason.UNKNOWN_FORMAT,
        "the JPEG "
            + what.formatted(values)
            + ", expected baseline or progressive with 8 bits in gray or YCbCr");
  }
}
