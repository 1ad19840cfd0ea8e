package dev.residua.state;

import dev.residua.monitor.SourceMonitorState;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * Codec of the states of source monitors, used once per frame. It is derived from the record of the
 * state, whose names and types the first eight bytes identify.
 */
public final class MonitorStates {
  private static final RecordCodec CODEC = new RecordCodec(SourceMonitorState.class);
  private static final byte[] HEADER = header(CODEC.description());

  private MonitorStates() {}

  private static byte[] header(String description) {
    try {
      return Arrays.copyOf(
          MessageDigest.getInstance("SHA-256").digest(description.getBytes(StandardCharsets.UTF_8)),
          Long.BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Encodes a state without the complete blocks of its rings, see {@link Ring#block}: the part that
   * a frame changes. Windows are left out, see {@link StateBlocks}.
   */
  public static byte[] encodeOpen(SourceMonitorState state) {
    return encode(state, false);
  }

  /** Encodes a state with all blocks of its rings. The same state gives the same bytes. */
  public static byte[] encode(SourceMonitorState state) {
    return encode(state, true);
  }

  private static byte[] encode(SourceMonitorState state, boolean whole) {
    StateWriter out = StateWriter.start(whole ? StateWriter.Slices.NONE : Ring.open(state));
    out.putBytes(HEADER);
    out.putByte(whole ? 1 : 0);
    CODEC.write(state, out);
    return out.toBytes();
  }

  /**
   * Decodes a state.
   *
   * @param blocks gives the blocks that are stored apart
   * @throws IllegalArgumentException if the bytes have another schema or are damaged
   */
  public static SourceMonitorState decode(byte[] bytes, StateBlocks blocks) {
    if (bytes.length <= HEADER.length
        || !ByteBuffer.wrap(bytes, 0, HEADER.length).equals(ByteBuffer.wrap(HEADER))) {
      throw new IllegalArgumentException(
          "monitor state of %d bytes has another schema than this version's"
              .formatted(bytes.length));
    }
    try {
      StateReader in = new StateReader(bytes, HEADER.length, blocks);
      boolean whole = in.getByte() != 0;
      SourceMonitorState state = (SourceMonitorState) CODEC.read(in);
      if (!in.atEnd()) {
        throw new IllegalArgumentException("it is longer than a state");
      }
      if (!whole) {
        for (Ring ring : Ring.values()) {
          ring.fill(state, blocks);
        }
      }
      return state;
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(
          "monitor state of %d bytes is damaged: %s".formatted(bytes.length, e), e);
    }
  }
}
