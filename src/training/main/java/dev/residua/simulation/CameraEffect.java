package dev.residua.simulation;

import dev.residua.frame.ImageShape;

/** Effects of scripted events on a drawn picture: light, focus and transmission of the camera. */
final class CameraEffect {
  private static final int WHITE = 255;

  /** A Gaussian is cut at this many standard deviations. */
  private static final double BLUR_REACH = 3;

  private CameraEffect() {}

  /**
   * Changes a picture in place; kinds that touch factors leave it as it is.
   *
   * @param index number of the frame in its stream
   */
  static void apply(ScenarioEvent event, long index, ImageShape shape, byte[] pixels, int offset) {
    double size = event.size();
    switch (event.kind()) {
      case BRIGHTNESS, DARK -> {
        for (int i = offset; i < offset + shape.size(); i++) {
          pixels[i] = (byte) Math.min(WHITE, Math.round((pixels[i] & 0xFF) * size));
        }
      }
      case SATURATED -> {
        for (int i = offset; i < offset + shape.size(); i++) {
          int value = pixels[i] & 0xFF;
          pixels[i] = (byte) Math.round(value + size * (WHITE - value));
        }
      }
      case BLURRED -> blur(size, shape, pixels, offset);
      case TORN -> tear(size, index, shape, pixels, offset);
      case SINGLE_SHOCK,
          HARD_INTERVENTION,
          STOCHASTIC_INTERVENTION,
          MECHANISM_CHANGE,
          EDGE_CHANGE,
          COMMISSIONING,
          OFFSET,
          NOISE_CHANGE,
          COVARIATE_DRIFT,
          LEAK,
          DELAY_CHANGE,
          RESPONSE_CHANGE,
          FROZEN_CAMERA,
          SPARSE_ANOMALIES -> {}
    }
  }

  /** Separable; the border is repeated. */
  private static void blur(double deviation, ImageShape shape, byte[] pixels, int offset) {
    int reach = (int) Math.ceil(BLUR_REACH * deviation);
    double[] weights = new double[2 * reach + 1];
    double sum = 0;
    for (int k = -reach; k <= reach; k++) {
      weights[k + reach] = StrictMath.exp(-k * k / (2 * deviation * deviation));
      sum += weights[k + reach];
    }
    int width = shape.width();
    int height = shape.height();
    int channels = shape.channels();
    double[] rows = new double[shape.size()];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        for (int c = 0; c < channels; c++) {
          double value = 0;
          for (int k = -reach; k <= reach; k++) {
            int from = Math.max(0, Math.min(width - 1, x + k));
            value +=
                weights[k + reach] * (pixels[offset + (y * width + from) * channels + c] & 0xFF);
          }
          rows[(y * width + x) * channels + c] = value / sum;
        }
      }
    }
    int rowLength = width * channels;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < rowLength; x++) {
        double value = 0;
        for (int k = -reach; k <= reach; k++) {
          int from = Math.max(0, Math.min(height - 1, y + k));
          value += weights[k + reach] * rows[from * rowLength + x];
        }
        pixels[offset + y * rowLength + x] = (byte) Math.round(value / sum);
      }
    }
  }

  private static void tear(double share, long index, ImageShape shape, byte[] pixels, int offset) {
    int height = shape.height();
    int rowLength = shape.width() * shape.channels();
    int moved = (int) Math.round(share * shape.width()) * shape.channels();
    // 7 has no factor in common with the usual heights, so that the row visits all places.
    int first = height / 4 + (int) (7 * index % Math.max(1, height / 2));
    byte[] row = new byte[rowLength];
    for (int y = first; y < height; y++) {
      int at = offset + y * rowLength;
      System.arraycopy(pixels, at, row, 0, rowLength);
      for (int x = 0; x < rowLength; x++) {
        pixels[at + (x + moved) % rowLength] = row[x];
      }
    }
  }
}
