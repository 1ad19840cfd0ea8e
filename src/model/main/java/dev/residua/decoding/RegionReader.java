package dev.residua.decoding;

import dev.residua.frame.FrameGeometry;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelMask;
import dev.residua.frame.RejectedFrameException;
import dev.residua.frame.RejectedFrameException.Reason;
import dev.residua.frame.Resampler;
import dev.residua.frame.Span;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Brings a region of a picture to the model's size. A region that is turned by other than quarter
 * turns is scaled to twice the model's resolution first, and then read along the turned axes, four
 * linearly interpolated values for each pixel.
 *
 * <p>Keeps buffers and the masks of the last sizes and geometries, so it is for one thread.
 */
final class RegionReader {
  /** Least share of the model's picture that must show something. */
  private static final int LEAST_SEEN = 20;

  private static final int MASKS = 320; // all shifts of a stabilized source
  private static final int FINE_PIXELS = 2;
  private static final int MOST_FINE_PIXELS = 1024;

  private final ImageShape target;
  private final Resampler resampler = new Resampler();
  private final byte[] content;
  private byte[] fine = new byte[0];
  private final Map<Seen, PixelMask> masks =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Seen, PixelMask> eldest) {
          return size() > MASKS;
        }
      };

  /** The values on which a mask depends. */
  private record Seen(FrameGeometry geometry, Span columns, Span rows) {}

  RegionReader(ImageShape target) {
    this.target = target;
    this.content = new byte[target.width() * target.height() * 3];
  }

  /**
   * Reads a region.
   *
   * @param picture of the channels of the target, or gray
   * @return the pixels that show nothing of the picture; they are gray
   * @throws RejectedFrameException if hardly any pixel shows something
   */
  PixelMask read(Picture picture, FrameGeometry geometry, byte[] into, int offset)
      throws RejectedFrameException {
    Span columns = picture.columns();
    Span rows = picture.rows();
    Placement place = Placement.of(geometry, columns.length(), rows.length(), target);
    int channels = picture.channels();
    if (place.isPlain(target) && channels == target.channels()) {
      resampler.resample(
          picture.pixels(),
          picture.shape(),
          part(columns, place.left(), place.width()),
          part(rows, place.top(), place.height()),
          target.width(),
          target.height(),
          into,
          offset);
    } else {
      if (place.fine() == 0) {
        resampler.resample(
            picture.pixels(),
            picture.shape(),
            part(columns, place.left(), place.width()),
            part(rows, place.top(), place.height()),
            place.across(),
            place.down(),
            content,
            0);
      } else {
        turned(picture, place);
      }
      place(place, channels, into, offset);
    }
    if (geometry.equals(FrameGeometry.WHOLE)) {
      return PixelMask.NONE;
    }
    PixelMask mask =
        masks.computeIfAbsent(
            new Seen(geometry, columns, rows),
            seen -> PixelMasks.of(geometry, place, columns, rows, target));
    int pixels = target.width() * target.height();
    if (pixels - mask.count() < pixels / LEAST_SEEN) {
      throw new RejectedFrameException(
          Reason.DIMENSIONS,
          "the mask leaves %.1f %% of the region, expected at least %d %%"
              .formatted(100.0 * (pixels - mask.count()) / pixels, 100 / LEAST_SEEN));
    }
    mask.fill(into, offset, target.channels(), PixelMask.GRAY);
    return mask;
  }

  private static Span part(Span of, double from, double length) {
    return new Span(of.start() + from, length, of.averages());
  }

  private void turned(Picture picture, Placement place) {
    double angle = Math.toRadians(place.fine());
    double cos = Math.cos(angle);
    double sin = Math.sin(angle);
    double boundWidth = place.width() * cos + place.height() * Math.abs(sin);
    double boundHeight = place.width() * Math.abs(sin) + place.height() * cos;
    int columns = finePixels(place.across() * boundWidth / place.width());
    int rows = finePixels(place.down() * boundHeight / place.height());
    int channels = picture.channels();
    if (!Picture.fits(fine.length, columns * rows * channels)) {
      fine = new byte[columns * rows * channels];
    }
    double centreX = place.left() + place.width() / 2;
    double centreY = place.top() + place.height() / 2;
    resampler.resample(
        picture.pixels(),
        picture.shape(),
        part(picture.columns(), centreX - boundWidth / 2, boundWidth),
        part(picture.rows(), centreY - boundHeight / 2, boundHeight),
        columns,
        rows,
        fine,
        0);
    double perX = place.width() / place.across() / 2;
    double perY = place.height() / place.down() / 2;
    int to = 0;
    float[] sums = new float[channels];
    for (int row = 0; row < place.down(); row++) {
      for (int column = 0; column < place.across(); column++) {
        Arrays.fill(sums, 0.5f);
        for (int part = 0; part < 4; part++) {
          double u = (2 * column + 0.5 + part % 2) * perX - place.width() / 2;
          double v = (2 * row + 0.5 + part / 2) * perY - place.height() / 2;
          double x = ((u * cos + v * sin) / boundWidth + 0.5) * columns - 0.5;
          double y = ((v * cos - u * sin) / boundHeight + 0.5) * rows - 0.5;
          add(x, y, columns, rows, channels, sums);
        }
        for (int c = 0; c < channels; c++) {
          content[to++] = (byte) (int) sums[c];
        }
      }
    }
  }

  private static int finePixels(double pixels) {
    return (int) Math.max(1, Math.min(MOST_FINE_PIXELS, Math.ceil(FINE_PIXELS * pixels)));
  }

  /** Adds a quarter of the linearly interpolated value at a place. */
  private void add(double x, double y, int columns, int rows, int channels, float[] sums) {
    double within = Math.max(0, Math.min(columns - 1, x));
    double withinY = Math.max(0, Math.min(rows - 1, y));
    int left = (int) within;
    int top = (int) withinY;
    int right = Math.min(columns - 1, left + 1);
    int bottom = Math.min(rows - 1, top + 1);
    float partX = (float) (within - left);
    float partY = (float) (withinY - top);
    for (int c = 0; c < channels; c++) {
      float upper =
          (1 - partX) * (fine[(top * columns + left) * channels + c] & 0xFF)
              + partX * (fine[(top * columns + right) * channels + c] & 0xFF);
      float lower =
          (1 - partX) * (fine[(bottom * columns + left) * channels + c] & 0xFF)
              + partX * (fine[(bottom * columns + right) * channels + c] & 0xFF);
      sums[c] += ((1 - partY) * upper + partY * lower) / 4;
    }
  }

  /** Copies the content to where it belongs; gray fills all channels. */
  private void place(Placement place, int channels, byte[] into, int offset) {
    int targetChannels = target.channels();
    for (int row = 0; row < place.rows(); row++) {
      int to = offset + ((place.y() + row) * target.width() + place.x()) * targetChannels;
      for (int column = 0; column < place.columns(); column++) {
        int from = place.source(column, row) * channels;
        for (int c = 0; c < targetChannels; c++) {
          into[to++] = content[channels == 1 ? from : from + c];
        }
      }
    }
  }
}
