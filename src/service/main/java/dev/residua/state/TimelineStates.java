package dev.residua.state;

import dev.residua.avro.state.TimelineState;
import dev.residua.frame.SourceTimeline;

/** Timelines of sources to bytes and back. */
public final class TimelineStates {
  private static final StateCodec<TimelineState> CODEC =
      new StateCodec<>(TimelineState.class, "timeline state");

  private TimelineStates() {}

  public static byte[] encode(SourceTimeline timeline) {
    SourceTimeline.State state = timeline.state();
    SourceTimeline.Counts counts = state.counts();
    return CODEC.encode(
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
            Blocks.of(state.names())));
  }

  /**
   * Restores a timeline, which continues as if it had never been stored.
   *
   * @throws IllegalArgumentException if the bytes have another schema or are damaged
   */
  public static SourceTimeline decode(byte[] bytes) {
    TimelineState state = CODEC.decode(bytes);
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
            Blocks.ints(state.getNames())));
  }
}
