package dev.residua.bench.alternatives;

/** Numbers of a picture that grow or move where it is unusual. Not thread-safe. */
interface PictureMethod {
  /** How many numbers it gives. */
  int numbers();

  /**
   * Reads one picture.
   *
   * @param pixels unsigned bytes, {@code [height][width][channels]}
   * @param into receives {@link #numbers} finite values
   */
  void read(byte[] pixels, float[] into);
}
