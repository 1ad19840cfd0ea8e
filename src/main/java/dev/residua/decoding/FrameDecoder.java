package dev.residua.decoding;

import dev.residua.frame.Frame;
import dev.residua.frame.FrameGeometry;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.ImageShape;
import dev.residua.frame.Luma;
import dev.residua.frame.PixelMask;
import dev.residua.frame.RejectedFrameException;

/**
 * Turns frames of any size and format into the bytes that a model reads, and refuses those that are
 * too large, damaged or contradict themselves. Keeps decoders and buffers: one instance a thread.
 *
 * <p>Transparency is laid over white. A gray frame fills all three channels of a colour model; a
 * colour frame is weighed as in {@link Luma} for a gray one. A picture stands upright as its EXIF
 * data says. Then its region is read as {@link FrameGeometry} says, each axis on its own: copied
 * where the sizes agree, averaged over the covered area where it shrinks, interpolated linearly
 * between pixel centres where it grows.
 *
 * <p>Limits are checked on what the record or the file's header says, before anything of the
 * picture's size is allocated.
 */
public final class FrameDecoder {
  private final ImageShape target;
  private final PictureReader reader;
  private final Picture picture = new Picture();
  private final RegionReader region;

  public FrameDecoder(FrameLimits limits, ImageShape target) {
    this.target = target;
    this.reader = new PictureReader(limits);
    this.region = new RegionReader(target);
  }

  /** Shape of what {@link #decode} writes. */
  public ImageShape target() {
    return target;
  }

  /** Decodes the whole of a frame, as the other method does. */
  public void decode(Frame frame, byte[] into, int offset) throws RejectedFrameException {
    decode(frame, FrameGeometry.WHOLE, into, offset);
  }

  /**
   * Decodes a frame.
   *
   * @param geometry what of it is read
   * @param into receives {@code target.size()} unsigned bytes, {@code [height][width][channels]};
   *     its content is undefined after a refusal
   * @param offset index in {@code into} of the first byte
   * @return the pixels of {@code into} that show nothing of the frame; they are gray
   * @throws RejectedFrameException if the frame is refused; the message says what was wrong and
   *     what was expected
   */
  public PixelMask decode(Frame frame, FrameGeometry geometry, byte[] into, int offset)
      throws RejectedFrameException {
    boolean gray = target.channels() == 1;
    reader.read(
        frame,
        gray,
        (width, height) -> Placement.of(geometry, width, height, target).oversampling(),
        picture);
    if (gray && picture.channels() > 1) {
      picture.toGray();
    }
    return region.read(picture, geometry, into, offset);
  }
}
