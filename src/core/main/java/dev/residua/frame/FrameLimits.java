package dev.residua.frame;

/**
 * Limits of a frame, checked before it is decoded.
 *
 * @param maxBytes largest frame value, in bytes
 * @param maxSide largest width or height, in pixels
 * @param maxPixels largest width times height, in pixels
 */
public record FrameLimits(int maxBytes, int maxSide, long maxPixels) {
  /** 16 MiB, 16,384 pixels a side, 50 megapixels. */
  public static final FrameLimits DEFAULTS = new FrameLimits(16 << 20, 16_384, 50_000_000L);

  public FrameLimits {
    if (maxBytes < 1 || maxSide < 1 || maxPixels < 1) {
      throw new IllegalArgumentException(
          "frame limits must be positive but were maxBytes=%d, maxSide=%d, maxPixels=%d"
              .formatted(maxBytes, maxSide, maxPixels));
    }
  }
}
