package dev.residua.bench.alternatives;

/** Numbers of a picture that grow or move if it is unusual. Not thread-safe. */
interface PictureMethod {
  int numbers();

  /**
   * Reads one picture.
   *
   * @param pixels unsigned bytes, {@code [height][width][channels]}
   * @param into receives {@link #numbers} finite values
   */
  void read(byte[] pixels, float[] into);
}
