package dev.residua.decoding;

import dev.residua.frame.Frame;
import dev.residua.frame.FrameGeometry;
import dev.residua.frame.FrameGeometry.Aspect;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelMask;
import dev.residua.frame.RejectedFrameException;

/**
 * A frame as the camera sent it, upright and in colour, for people to look at.
 *
 * @param pixels unsigned bytes in the shape
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record WholePicture(ImageShape shape, byte[] pixels) {
  private static final int COLOURS = 3;

  /**
   * Decodes a frame.
   *
   * @param width most columns
   * @param height most rows; the aspect ratio is kept
   */
  public static WholePicture of(Frame frame, FrameLimits limits, int width, int height)
      throws RejectedFrameException {
    ImageShape page = new ImageShape(width, height, COLOURS);
    byte[] pixels = new byte[page.size()];
    PixelMask bars =
        new FrameDecoder(limits, page)
            .decode(frame, FrameGeometry.WHOLE.withAspect(Aspect.LETTERBOX), pixels, 0);
    int left = 0;
    int top = 0;
    int right = width;
    int bottom = height;
    int middleRow = width * (height / 2);
    while (bars.covers(middleRow + left)) {
      left++;
    }
    while (bars.covers(middleRow + right - 1)) {
      right--;
    }
    while (bars.covers(width * top + width / 2)) {
      top++;
    }
    while (bars.covers(width * (bottom - 1) + width / 2)) {
      bottom--;
    }
    ImageShape shape = new ImageShape(right - left, bottom - top, COLOURS);
    int row = shape.width() * COLOURS;
    byte[] cut = new byte[shape.size()];
    for (int y = 0; y < shape.height(); y++) {
      System.arraycopy(pixels, ((top + y) * width + left) * COLOURS, cut, y * row, row);
    }
    return new WholePicture(shape, cut);
  }
}
