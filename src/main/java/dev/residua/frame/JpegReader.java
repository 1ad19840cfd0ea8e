package dev.residua.frame;

import dev.residua.frame.RejectedFrameException.Reason;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadWarningListener;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Decodes baseline and progressive JPEG files with 8 bits, in gray or colour, through the reader of
 * the JDK. Size and kind are read from the file's own header before the decoder starts; a file
 * without its end, or one that the decoder warns about, is refused, since the decoder would fill
 * what is missing with gray. Colour profiles and the orientation of EXIF are ignored. For one
 * thread.
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

  static {
    ImageIO.setUseCache(false);
  }

  private final FrameLimits limits;
  private final ImageReader reader;
  private @Nullable String warning;

  JpegReader(FrameLimits limits) {
    this.limits = limits;
    this.reader = ImageIO.getImageReadersByFormatName("jpeg").next();
  }

  /** Decodes a file that starts with {@code FF D8}. */
  void read(byte[] jpeg, int saidWidth, int saidHeight, Picture into)
      throws RejectedFrameException {
    int scan = header(jpeg, saidWidth, saidHeight);
    if (!hasEnd(jpeg, scan)) {
      throw corrupt("is cut short: it ends at byte %d without its end marker", jpeg.length);
    }
    warning = null;
    BufferedImage image;
    try (MemoryCacheImageInputStream in =
        new MemoryCacheImageInputStream(new ByteArrayInputStream(jpeg))) {
      reader.setInput(in, true, true);
      reader.addIIOReadWarningListener((IIOReadWarningListener) (source, text) -> warning = text);
      image = reader.read(0);
    } catch (IOException | RuntimeException e) {
      throw new RejectedFrameException(Reason.CORRUPT, "the JPEG is damaged: " + e.getMessage(), e);
    } finally {
      reader.reset();
    }
    if (warning != null) {
      throw corrupt("is damaged: %s", warning);
    }
    copy(image, into);
  }

  /**
   * Checks everything before the first scan.
   *
   * @return index of the first byte of the first scan's data
   */
  private int header(byte[] jpeg, int saidWidth, int saidHeight) throws RejectedFrameException {
    int at = 2;
    boolean sized = false;
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
        return at + 2 + length;
      }
      if (marker >= SOF0 && marker <= SOF15 && marker != DHT && marker != JPG && marker != DAC) {
        frame(jpeg, at, marker, length, saidWidth, saidHeight);
        sized = true;
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
    int components = jpeg[at + 9] & 0xFF;
    FrameDecoder.check(
        "JPEG", pair(jpeg, at + 7), pair(jpeg, at + 5), saidWidth, saidHeight, limits);
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

  private static void copy(BufferedImage image, Picture into) throws RejectedFrameException {
    Raster raster = image.getRaster();
    int bands = raster.getNumBands();
    if (bands != 1 && bands != 3) {
      throw unsupported("was decoded to %d bands", bands);
    }
    into.reset(image.getWidth(), image.getHeight(), bands);
    byte[] out = into.data();
    if (image.getType() == BufferedImage.TYPE_3BYTE_BGR) {
      byte[] bgr = ((DataBufferByte) raster.getDataBuffer()).getData();
      for (int i = 0; i < bgr.length; i += 3) {
        out[i] = bgr[i + 2];
        out[i + 1] = bgr[i + 1];
        out[i + 2] = bgr[i];
      }
      return;
    }
    // Bands as stored: going through colours would apply a gamma curve to gray pictures.
    int rowLength = image.getWidth() * bands;
    int[] row = new int[rowLength];
    for (int y = 0; y < image.getHeight(); y++) {
      raster.getPixels(0, y, image.getWidth(), 1, row);
      for (int i = 0; i < rowLength; i++) {
        out[y * rowLength + i] = (byte) row[i];
      }
    }
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
