package dev.residua.causal;

import java.nio.ByteBuffer;

/** Small states of fixed size in a store: a version byte, then the state, big-endian. */
public final class StateBytes {
  private StateBytes() {}

  /**
   * Opens a state for reading.
   *
   * @param what it is, for the message
   * @param size that it must have, the version byte included
   * @return what follows the version byte
   * @throws IllegalArgumentException if it has another size or version
   */
  public static ByteBuffer open(String what, byte[] bytes, int size, byte version) {
    if (bytes.length != size || bytes[0] != version) {
      throw new IllegalArgumentException(
          "%s of %d bytes and version %s, expected %d bytes and version %d"
              .formatted(
                  what,
                  bytes.length,
                  bytes.length > 0 ? String.valueOf(bytes[0]) : "none",
                  size,
                  version));
    }
    return ByteBuffer.wrap(bytes, 1, size - 1);
  }
}
