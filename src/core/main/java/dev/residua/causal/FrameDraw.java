package dev.residua.causal;

/**
 * Random numbers that belong to a frame: every engine, a shadow and a replay draw the same ones,
 * and those of different frames, models and nodes are independent to every test that a hash passes.
 *
 * <p>Source: the finaliser of MurmurHash3 as improved by Stafford (variant 13), as in
 * java.util.SplittableRandom.
 */
public final class FrameDraw {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private FrameDraw() {}

  /** The number of a frame, from its source and its sequence there. */
  public static long frame(String source, long sequence) {
    long hash = 0;
    for (int i = 0; i < source.length(); i++) {
      hash = mix(hash + source.charAt(i));
    }
    return mix(hash + sequence);
  }

  /**
   * A number drawn uniformly from (0, 1), in steps of 2^-53.
   *
   * @param model the first eight bytes of the digest of the network
   * @param frame from {@link #frame}
   */
  public static double uniform(long model, long frame, int node) {
    long bits = mix(mix(frame ^ model) + node);
    return ((bits >>> 11) + 0.5) * 0x1.0p-53;
  }

  /** A bijection of 64 bits in which each bit of the result depends on all bits. */
  static long mix(long value) {
    long z = value + GOLDEN;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
