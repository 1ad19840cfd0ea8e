package dev.residua.state;

import dev.residua.avro.state.TimelineState;
import dev.residua.frame.SourceTimeline;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.avro.message.BinaryMessageDecoder;
import org.apache.avro.message.BinaryMessageEncoder;
import org.apache.avro.message.MissingSchemaException;
import org.apache.avro.specific.SpecificData;

/** Timelines of sources to bytes and back. */
public final class TimelineStates {
  private static final SpecificData DATA = data();
  private static final BinaryMessageEncoder<TimelineState> ENCODER =
      new BinaryMessageEncoder<>(DATA, TimelineState.getClassSchema());
  private static final BinaryMessageDecoder<TimelineState> DECODER =
      new BinaryMessageDecoder<>(DATA, TimelineState.getClassSchema());

  private TimelineStates() {}

  private static SpecificData data() {
    SpecificData data = SpecificData.getForClass(TimelineState.class);
    data.setCustomCoders(true); // generated code instead of reflection over the schema
    return data;
  }

  public static byte[] encode(SourceTimeline timeline) {
    SourceTimeline.State state = timeline.state();
    SourceTimeline.Counts counts = state.counts();
    return write(
        new TimelineState(
            state.first(),
            state.highest(),
            state.earliestMicros(),
            state.latestMicros(),
            state.newestMicros(),
            state.newestName(),
            state.endMicros(),
            state.endName(),
            counts.accepted(),
            counts.duplicates(),
            counts.stale(),
            counts.late(),
            counts.missing(),
            counts.restarts(),
            counts.ahead(),
            bytes(state.names())));
  }

  /**
   * Restores a timeline, which continues as if it had never been stored.
   *
   * @throws IllegalArgumentException if the bytes have another schema or are damaged
   */
  public static SourceTimeline decode(byte[] bytes) {
    TimelineState state = read(bytes);
    return SourceTimeline.restore(
        new SourceTimeline.State(
            state.getFirst(),
            state.getHighest(),
            state.getEarliestMicros(),
            state.getLatestMicros(),
            state.getNewestMicros(),
            state.getNewestName(),
            state.getEndMicros(),
            state.getEndName(),
            new SourceTimeline.Counts(
                state.getAccepted(),
                state.getDuplicates(),
                state.getStale(),
                state.getLate(),
                state.getMissing(),
                state.getRestarts(),
                state.getAhead()),
            ints(state.getNames())));
  }

  private static byte[] write(TimelineState state) {
    try {
      ByteBuffer bytes = ENCODER.encode(state);
      byte[] copy = new byte[bytes.remaining()];
      bytes.get(copy);
      return copy;
    } catch (IOException e) {
      throw new IllegalStateException("writing to memory failed", e);
    }
  }

  private static TimelineState read(byte[] bytes) {
    try {
      return DECODER.decode(bytes);
    } catch (MissingSchemaException e) {
      throw new IllegalArgumentException(
          "timeline state of %d bytes has another schema than this version's"
              .formatted(bytes.length),
          e);
    } catch (IOException | RuntimeException e) {
      throw new IllegalArgumentException(
          "timeline state of %d bytes is damaged: %s".formatted(bytes.length, e), e);
    }
  }

  private static ByteBuffer bytes(int[] values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asIntBuffer().put(values);
    return bytes;
  }

  private static int[] ints(ByteBuffer bytes) {
    if (bytes.remaining() % Integer.BYTES != 0) {
      throw new IllegalArgumentException(
          "names have %d bytes, expected a multiple of %d"
              .formatted(bytes.remaining(), Integer.BYTES));
    }
    int[] values = new int[bytes.remaining() / Integer.BYTES];
    bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(values);
    return values;
  }
}
