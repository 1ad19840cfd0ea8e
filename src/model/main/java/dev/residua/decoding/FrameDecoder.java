package dev.residua.decoding;

import dev.residua.frame.Frame;
import dev.residua.frame.FrameGeometry;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.ImageShape;
import dev.residua.frame.Luma;
import dev.residua.frame.PixelMask;
import dev.residua.frame.RejectedFrameException;
import org.jspecify.annotations.Nullable;

/**
 * Turns frames of any size and format into the bytes that a model reads, and refuses those that are
 * too large, damaged or contradict themselves. Keeps decoders and buffers: one instance a thread.
 *
 * <p>Transparency is laid over white. A gray frame fills all three channels of a colour model; a
 * colour frame is weighed as in {@link Luma} for a gray one. A picture stands upright as its EXIF
 * data says. Then its region is read as {@link FrameGeometry} says, each axis on its own: copied if
 * the sizes agree, averaged over the covered area if it shrinks, interpolated linearly between
 * pixel centres if it grows.
 *
 * <p>A decoder with a second size also gives a gray picture of that size: of the same frame,
 * decoded once, and of the same region.
 *
 * <p>Limits are checked on the size in the record or the file's header, before anything of the
 * picture's size is allocated.
 */
public final class FrameDecoder {
  /**
   * Passes over a JPEG picture of the largest size that are decoded. Encoders write about ten;
   * smaller pictures may have more.
   */
  public static final int MOST_SCANS_OF_LARGEST = 16;

  private final ImageShape target;
  private final PictureReader reader;
  private final Picture picture = new Picture();
  private final RegionReader region;
  private final @Nullable ImageShape detailShape;
  private final @Nullable RegionReader detailRegion;
  private final byte[] details;
  private PixelMask detailMask = PixelMask.NONE;

  public FrameDecoder(FrameLimits limits, ImageShape target) {
    this(limits, target, null);
  }

  /**
   * @param detailShape size of the detail picture, with one channel; null for none
   */
  public FrameDecoder(FrameLimits limits, ImageShape target, @Nullable ImageShape detailShape) {
    if (detailShape != null && detailShape.channels() != 1) {
      throw new IllegalArgumentException("detail pictures are gray but were " + detailShape);
    }
    this.target = target;
    this.reader = new PictureReader(limits);
    this.detailShape = detailShape;
    this.region = new RegionReader(target);
    this.detailRegion = detailShape == null ? null : new RegionReader(detailShape);
    this.details = new byte[detailShape == null ? 0 : detailShape.size()];
  }

  /** Shape of the output of {@link #decode}. */
  public ImageShape target() {
    return target;
  }

  /**
   * The detail picture of the last frame, {@code [height][width]} unsigned bytes. Owned by the
   * decoder; empty if there is no second size.
   */
  public byte[] details() {
    return details;
  }

  /** The pixels of {@link #details} that show nothing of the frame. */
  public PixelMask detailMask() {
    return detailMask;
  }

  /** Decodes the whole of a frame, as the other method does. */
  public void decode(Frame frame, byte[] into, int offset) throws RejectedFrameException {
    decode(frame, FrameGeometry.WHOLE, into, offset);
  }

  /**
   * Decodes a frame as the other method does, with a region that does not move.
   *
   * @param geometry the part that is read
   */
  public PixelMask decode(Frame frame, FrameGeometry geometry, byte[] into, int offset)
      throws RejectedFrameException {
    return decode(frame, geometry, null, into, offset);
  }

  /**
   * Decodes a frame. With a stabilizer the region is read twice if the camera vibrates, from a
   * picture that is decoded once.
   *
   * @param geometry the part that is read
   * @param stabilizer moves the region; null if it stays
   * @param into receives {@code target.size()} unsigned bytes, {@code [height][width][channels]};
   *     its content is undefined after a refusal
   * @param offset index in {@code into} of the first byte
   * @return the pixels of {@code into} that show nothing of the frame; they are gray
   * @throws RejectedFrameException if the frame is refused; the message gives the error and the
   *     expected value
   */
  public PixelMask decode(
      Frame frame, FrameGeometry geometry, @Nullable Stabilizer stabilizer, byte[] into, int offset)
      throws RejectedFrameException {
    boolean whole =
        stabilizer == null && detailRegion == null && geometry.equals(FrameGeometry.WHOLE);
    if (whole && reader.copy(frame, target, into, offset)) {
      return PixelMask.NONE;
    }
    boolean gray = target.channels() == 1;
    reader.read(frame, gray, (width, height) -> oversampling(geometry, width, height), picture);
    if (gray && picture.channels() > 1) {
      picture.toGray();
    }
    PixelMask mask = region.read(picture, geometry, into, offset);
    FrameGeometry steady = geometry;
    if (stabilizer != null) {
      double width = picture.columns().length();
      double height = picture.rows().length();
      steady = stabilizer.follow(geometry, target, width / height, into, offset, mask);
      if (!steady.equals(geometry)) {
        mask = region.read(picture, steady, into, offset);
      }
    }
    if (detailRegion != null) {
      if (picture.channels() > 1) {
        picture.toGray();
      }
      detailMask = detailRegion.read(picture, steady, details, 0);
    }
    return mask;
  }

  /** Of the size that needs more. */
  private double oversampling(FrameGeometry geometry, double width, double height) {
    double model = Placement.of(geometry, width, height, target).oversampling();
    return detailShape == null
        ? model
        : Math.min(model, Placement.of(geometry, width, height, detailShape).oversampling());
  }
}
