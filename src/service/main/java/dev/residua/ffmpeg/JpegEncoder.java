package dev.residua.ffmpeg;

import static org.bytedeco.ffmpeg.global.avutil.AVCOL_RANGE_JPEG;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_SPC_BT709;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_0BGR;
import static org.bytedeco.ffmpeg.global.swscale.SWS_BILINEAR;
import static org.bytedeco.ffmpeg.global.swscale.SWS_CS_DEFAULT;
import static org.bytedeco.ffmpeg.global.swscale.SWS_CS_ITU709;
import static org.bytedeco.ffmpeg.global.swscale.sws_freeContext;
import static org.bytedeco.ffmpeg.global.swscale.sws_getCachedContext;
import static org.bytedeco.ffmpeg.global.swscale.sws_getCoefficients;
import static org.bytedeco.ffmpeg.global.swscale.sws_scale;
import static org.bytedeco.ffmpeg.global.swscale.sws_setColorspaceDetails;

import dev.residua.decoding.JpegWriter;
import java.io.IOException;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.swscale.SwsContext;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.leptonica.PIX;
import org.bytedeco.leptonica.global.leptonica;
import org.jspecify.annotations.Nullable;

/**
 * Encodes decoded video frames as JPEG files with libjpeg-turbo, which Leptonica brings. For one
 * thread, which closes it.
 */
final class JpegEncoder implements AutoCloseable {
  private static final int WHOLE = 1 << 16; // contrast and saturation as they are
  private static final int FULL_RANGE = 1;

  private final int quality;
  private final PointerPointer<BytePointer> planes = new PointerPointer<>(4);
  private final IntPointer strides = new IntPointer(4);
  private @Nullable SwsContext scaler;
  private @Nullable PIX pix;

  /**
   * @param quality 1 to 100
   */
  JpegEncoder(int quality) {
    this.quality = quality;
  }

  /**
   * A frame as a file.
   *
   * @throws IOException if its pixel format cannot be converted
   */
  byte[] encode(AVFrame frame) throws IOException {
    int width = frame.width();
    int height = frame.height();
    scaler =
        sws_getCachedContext(
            scaler,
            width,
            height,
            frame.format(),
            width,
            height,
            AV_PIX_FMT_0BGR, // as Leptonica stores red, green and blue on x86
            SWS_BILINEAR,
            null,
            null,
            (DoublePointer) null);
    if (scaler == null) {
      throw new IOException(
          "pixels of format %d cannot be converted to red, green and blue"
              .formatted(frame.format()));
    }
    IntPointer from =
        sws_getCoefficients(frame.colorspace() == AVCOL_SPC_BT709 ? SWS_CS_ITU709 : SWS_CS_DEFAULT);
    int range = frame.color_range() == AVCOL_RANGE_JPEG ? FULL_RANGE : 0;
    sws_setColorspaceDetails(
        scaler, from, range, sws_getCoefficients(SWS_CS_DEFAULT), FULL_RANGE, 0, WHOLE, WHOLE);
    PIX to = room(width, height);
    planes.put(0, to.data());
    strides.put(0, to.wpl() * 4);
    if (sws_scale(scaler, frame.data(), frame.linesize(), 0, height, planes, strides) != height) {
      throw new IOException("a frame cannot be converted to red, green and blue");
    }
    return JpegWriter.file(to, quality);
  }

  private PIX room(int width, int height) throws IOException {
    PIX current = pix;
    if (current != null && current.w() == width && current.h() == height) {
      return current;
    }
    if (current != null) {
      leptonica.pixDestroy(current);
    }
    pix = leptonica.pixCreate(width, height, 32);
    if (pix == null) {
      throw new IOException(
          "there is no memory for a picture of %d x %d pixels".formatted(width, height));
    }
    return pix;
  }

  @Override
  public void close() {
    sws_freeContext(scaler);
    scaler = null;
    if (pix != null) {
      leptonica.pixDestroy(pix);
      pix = null;
    }
    planes.close();
    strides.close();
  }
}
