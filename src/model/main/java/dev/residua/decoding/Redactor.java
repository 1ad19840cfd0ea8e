package dev.residua.decoding;

import dev.residua.frame.Frame;
import dev.residua.frame.FrameGeometry;
import dev.residua.frame.FrameGeometry.Region;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.PictureFiles;
import dev.residua.frame.PixelFormat;
import dev.residua.frame.Polygon;
import dev.residua.frame.RejectedFrameException;
import dev.residua.frame.RejectedFrameException.Reason;
import java.awt.geom.AffineTransform;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.IntBuffer;
import java.util.Arrays;
import org.bytedeco.leptonica.PIX;
import org.bytedeco.leptonica.global.leptonica;

/**
 * Blackens the masked part of pictures of full size. Nothing else of the masked content is left:
 * the picture is decoded, blackened and encoded again, without metadata.
 *
 * <p>Black are all squares of {@value #BLOCK} pixels that touch the mask, and one more on each
 * side, since a lossy file spreads the content of a square over the square and its edges. JPEG and
 * WebP files become JPEG files, all others PNG files of 8 bits; they stand upright. Keeps buffers:
 * one instance per thread. A JPEG file of 2 megapixels takes 20 ms of one core.
 */
public final class Redactor {
  /** Side of a JPEG coding unit if colours have half the resolution. */
  private static final int BLOCK = 16;

  private final PictureReader reader;
  private final int quality;
  private final Picture picture = new Picture();

  /**
   * @param limits of a picture
   * @param quality of JPEG files, 1 to 100
   */
  public Redactor(FrameLimits limits, int quality) {
    this.reader = new PictureReader(limits);
    this.quality = quality;
  }

  /**
   * The frame with a black mask.
   *
   * @param geometry whose mask it is, in fractions of its region
   * @throws RejectedFrameException if the frame cannot be decoded or encoded
   */
  public Frame redact(Frame frame, FrameGeometry geometry) throws RejectedFrameException {
    reader.read(frame, false, (width, height) -> 1, picture);
    for (Polygon polygon : geometry.mask()) {
      blacken(outline(polygon, geometry));
    }
    boolean lossy = frame.format() == PixelFormat.JPEG || frame.format() == PixelFormat.WEBP;
    return new Frame(
        frame.source(),
        frame.sequence(),
        frame.capturedAt(),
        0,
        0,
        lossy ? PixelFormat.JPEG : PixelFormat.PNG,
        lossy ? jpeg() : png(),
        frame.attributes());
  }

  /** A polygon in pixels of the picture. */
  private Path2D outline(Polygon polygon, FrameGeometry geometry) {
    Region region = geometry.region();
    double width = region.width() * picture.width();
    double height = region.height() * picture.height();
    AffineTransform toPicture =
        AffineTransform.getTranslateInstance(
            region.left() * picture.width() + width / 2,
            region.top() * picture.height() + height / 2);
    toPicture.rotate(-Math.toRadians(geometry.fineRotation())); // as the content is turned
    toPicture.scale(width, height);
    toPicture.translate(-0.5, -0.5);
    Path2D outline = polygon.toPath();
    outline.transform(toPicture);
    return outline;
  }

  private void blacken(Path2D outline) {
    Rectangle2D bounds = outline.getBounds2D();
    int firstX = block(bounds.getMinX(), picture.width());
    int lastX = block(bounds.getMaxX(), picture.width());
    int lastY = block(bounds.getMaxY(), picture.height());
    for (int y = block(bounds.getMinY(), picture.height()); y <= lastY; y++) {
      for (int x = firstX; x <= lastX; x++) {
        if (outline.intersects(x * BLOCK, y * BLOCK, BLOCK, BLOCK)) {
          blackenAround(x, y);
        }
      }
    }
  }

  /** Column or row of the block at a place, or of the nearest one. */
  private static int block(double at, int pixels) {
    return (int) Math.max(0, Math.min(pixels - 1, Math.floor(at))) / BLOCK;
  }

  private void blackenAround(int blockX, int blockY) {
    int left = Math.max(0, (blockX - 1) * BLOCK);
    int right = Math.min(picture.width(), (blockX + 2) * BLOCK);
    int top = Math.max(0, (blockY - 1) * BLOCK);
    int bottom = Math.min(picture.height(), (blockY + 2) * BLOCK);
    for (int y = top; y < bottom; y++) {
      int row = y * picture.width();
      Arrays.fill(picture.pixels(), row + left, row + right, 0);
    }
  }

  private byte[] jpeg() throws RejectedFrameException {
    boolean gray = picture.channels() == 1;
    PIX pix = leptonica.pixCreate(picture.width(), picture.height(), gray ? 8 : 32);
    if (pix == null) {
      throw refused("there is no memory to encode it");
    }
    try {
      fill(pix);
      return JpegWriter.file(pix, quality);
    } catch (IOException e) {
      throw refused(String.valueOf(e.getMessage()));
    } finally {
      leptonica.pixDestroy(pix);
    }
  }

  private RejectedFrameException refused(String why) {
    return new RejectedFrameException(
        Reason.TOO_LARGE,
        "the picture of %dx%d pixels cannot be redacted: %s"
            .formatted(picture.width(), picture.height(), why));
  }

  /** Copies the picture; the first pixel is in the highest bits of a word. */
  private void fill(PIX pix) {
    int perRow = pix.wpl();
    int width = picture.width();
    boolean gray = picture.channels() == 1;
    int[] pixels = picture.pixels();
    int[] row = new int[perRow];
    IntBuffer words = pix.data().capacity((long) perRow * picture.height()).asBuffer();
    for (int y = 0, from = 0; y < picture.height(); y++) {
      Arrays.fill(row, 0);
      for (int x = 0; x < width; x++, from++) {
        if (gray) {
          row[x >> 2] |= pixels[from] << (24 - 8 * (x & 3));
        } else {
          row[x] = pixels[from] << 8;
        }
      }
      words.put(y * perRow, row);
    }
  }

  private byte[] png() {
    boolean gray = picture.channels() == 1;
    int width = picture.width();
    int height = picture.height();
    BufferedImage image =
        new BufferedImage(
            width, height, gray ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_INT_RGB);
    if (gray) {
      image.getRaster().setPixels(0, 0, width, height, picture.pixels());
    } else {
      image.setRGB(0, 0, width, height, picture.pixels(), 0, width);
    }
    return PictureFiles.png(image);
  }
}
