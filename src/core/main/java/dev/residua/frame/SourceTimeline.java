package dev.residua.frame;

import dev.residua.frame.FrameTiming.Arrival;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * Recognises the frames of one source that are sent again. A frame is named by its sequence and its
 * capture time. Bare files, which have no sequence of their own, are named by their time and their
 * bytes; they have their own timeline, which recognises only duplicates among the last {@value
 * #WINDOW}.
 *
 * <p>The policy, for a frame that is not the next one:
 *
 * <ul>
 *   <li>the same name as one of the last {@value #WINDOW}: a <b>duplicate</b>, refused;
 *   <li>a higher sequence than all since the count began: accepted, and the <b>gap</b> counted;
 *   <li>a lower one that was not seen, less than {@value #WINDOW} behind: <b>late</b>, accepted at
 *       its arrival;
 *   <li>a lower one, taken after all that were seen, or before the first one: the source has
 *       <b>restarted</b> its counter (and its clock), accepted, and a new count begins;
 *   <li>any other lower one, which was taken within the time already seen: <b>stale</b>, refused.
 *       It was scored before, or its place is too long ago to know.
 * </ul>
 *
 * <p>A capture time further ahead of the record's timestamp, or of the present, than the tolerance
 * is <b>ahead</b>: it is counted, and the smaller of the two stands in for it here. The time
 * already seen ends with the second latest frame, so that one frame with a wrong time does not make
 * all later ones old; the latest frame is known by its name.
 *
 * <p>Mutable, for one thread. Its size is bounded by 1.2 kB.
 */
public final class SourceTimeline {
  /** Frames back to which a frame can be recognised or filled in. */
  public static final int WINDOW = 256;

  /** Times further from 1970 count as this one: 30,000 years. */
  private static final long MAX_SECONDS = 1_000_000_000_000L;

  private final int[] names = new int[WINDOW]; // by sequence modulo WINDOW; 0: not seen
  private long first = -1; // sequence with which the count began; -1: nothing seen yet
  private long highest = -1;
  private long earliestMicros;
  private long latestMicros = Long.MIN_VALUE; // second latest time
  private long newestMicros = Long.MIN_VALUE; // latest time
  private int newestName;
  private long endMicros = Long.MIN_VALUE; // second latest time of all counts before this one
  private int endName; // latest frame of all counts before this one; 0: none
  private long accepted;
  private long duplicates;
  private long stale;
  private long late;
  private long missing;
  private long restarts;
  private long ahead;

  /** Counts of a source since its first frame. */
  public record Counts(
      long accepted,
      long duplicates,
      long stale,
      long late,
      long missing,
      long restarts,
      long ahead) {}

  /**
   * A frame that may be scored. {@link #record} adds it to the timeline.
   *
   * @param timing how it came after the others of its source
   * @param name by which it is recognised when it is sent again
   * @param timeMicros capture time, limited to the present
   * @param ahead whether its capture time is ahead of the present
   */
  public record Admission(
      FrameTiming timing, long sequence, int name, long timeMicros, boolean ahead) {}

  /**
   * Checks the next frame in the order of arrival. Reads the bytes of bare files, without decoding
   * them. An admitted frame is not yet part of the timeline, a refused one is counted.
   *
   * @param bareFile true if the frame came as a bare file, like all frames of the timeline
   * @param recordTime timestamp of its record
   * @param now the present
   * @param tolerance maximum by which its capture time may be ahead of both
   * @throws RejectedFrameException if the frame is a duplicate or stale
   */
  public Admission check(
      Frame frame, boolean bareFile, Instant recordTime, Instant now, Duration tolerance)
      throws RejectedFrameException {
    long capturedAt = micros(frame.capturedAt());
    long limit = Math.min(micros(recordTime), micros(now)) + tolerance.toNanos() / 1_000;
    boolean tooFarAhead = capturedAt > limit;
    long time = Math.min(capturedAt, limit);
    int name = bareFile ? nameOf(capturedAt, frame.data()) : nameOf(capturedAt);
    FrameTiming timing = bareFile ? checkFile(frame, name) : checkCounted(frame, name, time);
    long sequence = bareFile ? highest + 1 : frame.sequence();
    return new Admission(timing, sequence, name, time, tooFarAhead);
  }

  private FrameTiming checkCounted(Frame frame, int name, long time) throws RejectedFrameException {
    long sequence = frame.sequence();
    if (highest < 0) {
      return FrameTiming.ON_TIME;
    }
    if (sequence > highest) {
      if (name == endName) {
        throw duplicate(frame);
      }
      if (time >= earliestMicros && time <= endMicros) {
        throw stale(frame);
      }
      return sequence == highest + 1
          ? FrameTiming.ON_TIME
          : new FrameTiming(Arrival.GAP, sequence - highest - 1);
    }
    boolean remembered = sequence > highest - WINDOW;
    int seen = remembered ? names[slot(sequence)] : 0;
    if (seen == name || name == newestName) {
      throw duplicate(frame);
    }
    if (remembered && seen == 0 && (sequence > first || time <= newestMicros)) {
      return new FrameTiming(Arrival.LATE, 0);
    }
    if (time > latestMicros || time < earliestMicros) {
      return new FrameTiming(Arrival.RESTARTED, 0);
    }
    throw stale(frame);
  }

  private RejectedFrameException duplicate(Frame frame) {
    duplicates++;
    return new RejectedFrameException(
        RejectedFrameException.Reason.DUPLICATE,
        "frame %d of '%s' taken at %s was accepted before; it is not scored twice"
            .formatted(frame.sequence(), frame.source(), frame.capturedAt()));
  }

  private RejectedFrameException stale(Frame frame) {
    stale++;
    return new RejectedFrameException(
        RejectedFrameException.Reason.STALE,
        "frame %d of '%s' taken at %s is not the next after %d, and lies within the time %s to %s that was seen: it was scored before, or comes more than %d frames late; expected a higher sequence, or a later time if the source restarts its counter"
            .formatted(
                frame.sequence(),
                frame.source(),
                frame.capturedAt(),
                highest,
                instant(earliestMicros),
                instant(latestMicros),
                WINDOW));
  }

  private FrameTiming checkFile(Frame frame, int name) throws RejectedFrameException {
    for (int seen : names) {
      if (seen == name) {
        duplicates++;
        throw new RejectedFrameException(
            RejectedFrameException.Reason.DUPLICATE,
            "a file of '%s' with the same %d bytes and the same time %s was accepted before; it is not scored twice"
                .formatted(frame.source(), frame.data().length, frame.capturedAt()));
      }
    }
    return FrameTiming.ON_TIME;
  }

  /** Adds an admitted frame. Nothing else may be checked in between. */
  public void record(Admission admitted) {
    FrameTiming timing = admitted.timing();
    long sequence = admitted.sequence();
    long time = admitted.timeMicros();
    accepted++;
    ahead += admitted.ahead() ? 1 : 0;
    missing = saturated(missing + timing.missing());
    switch (timing.arrival()) {
      case ON_TIME, GAP -> {
        if (highest < 0) {
          first = sequence;
          earliestMicros = time;
        }
        advance(sequence);
      }
      case LATE -> {
        late++;
        if (sequence > first) {
          missing--;
        } else {
          first = sequence;
          earliestMicros = Math.min(earliestMicros, time);
        }
      }
      case RESTARTED -> {
        restarts++;
        Arrays.fill(names, 0);
        first = sequence;
        highest = sequence;
        if (time < earliestMicros) { // the clock was set back: what was seen says nothing now
          earliestMicros = time;
          latestMicros = Long.MIN_VALUE;
          newestMicros = Long.MIN_VALUE;
          endMicros = Long.MIN_VALUE;
          endName = 0;
        } else {
          endMicros = latestMicros;
          endName = newestName;
        }
      }
    }
    names[slot(sequence)] = admitted.name();
    if (time >= newestMicros) {
      latestMicros = Math.max(latestMicros, newestMicros);
      newestMicros = time;
      newestName = admitted.name();
    } else {
      latestMicros = Math.max(latestMicros, time);
    }
  }

  private void advance(long sequence) {
    if (highest >= 0) {
      long skipped = Math.min(WINDOW, sequence - highest);
      for (long k = 0; k < skipped; k++) {
        names[slot(sequence - k)] = 0;
      }
    }
    highest = Math.max(highest, sequence);
  }

  private static int slot(long sequence) {
    return (int) Math.floorMod(sequence, (long) WINDOW);
  }

  private static int nameOf(long micros) {
    long h = micros * 0x9E3779B97F4A7C15L;
    int name = (int) (h >>> 32);
    return name == 0 ? 1 : name;
  }

  private static int nameOf(long micros, byte[] data) {
    CRC32C crc = new CRC32C();
    crc.update(data);
    return nameOf(micros * 31 + crc.getValue());
  }

  private static long saturated(long sum) {
    return sum < 0 ? Long.MAX_VALUE : sum;
  }

  private static long micros(Instant time) {
    long seconds = Math.max(-MAX_SECONDS, Math.min(MAX_SECONDS, time.getEpochSecond()));
    return seconds * 1_000_000L + time.getNano() / 1_000;
  }

  private static Instant instant(long micros) {
    return Instant.ofEpochSecond(
        Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1_000);
  }

  public Counts counts() {
    return new Counts(accepted, duplicates, stale, late, missing, restarts, ahead);
  }

  /** Latest capture time that was accepted, in microseconds since 1970; 0 before the first. */
  public long newestMicros() {
    return Math.max(0, newestMicros);
  }

  /** Highest sequence since the count began, or -1. */
  public long highest() {
    return highest;
  }

  /**
   * State from which the timeline can be restored.
   *
   * @param names of the last frames, newest first; 0 for one that was not seen
   */
  @SuppressWarnings("ArrayRecordComponent") // a copy made for one reader
  public record State(
      long first,
      long highest,
      long earliestMicros,
      long latestMicros,
      long newestMicros,
      int newestName,
      long endMicros,
      int endName,
      Counts counts,
      int[] names) {}

  /** A copy of the present state. */
  public State state() {
    int[] kept = new int[highest < 0 ? 0 : counted(first, highest)];
    for (int k = 0; k < kept.length; k++) {
      kept[k] = names[slot(highest - k)];
    }
    return new State(
        first,
        highest,
        earliestMicros,
        latestMicros,
        newestMicros,
        newestName,
        endMicros,
        endName,
        counts(),
        kept);
  }

  /** Frames of a count that are remembered by name. */
  private static int counted(long first, long highest) {
    return (int) Math.min(WINDOW - 1, highest - first) + 1;
  }

  /**
   * Restores a timeline.
   *
   * @throws IllegalArgumentException if the state is invalid
   */
  public static SourceTimeline restore(State state) {
    boolean empty = state.first() == -1 && state.highest() == -1;
    if (!empty && (state.first() < 0 || state.first() > state.highest())) {
      throw new IllegalArgumentException(
          "the timeline of a source counts from %d to %d, expected 0 <= first <= highest"
              .formatted(state.first(), state.highest()));
    }
    int expected = empty ? 0 : counted(state.first(), state.highest());
    if (state.names().length != expected) {
      throw new IllegalArgumentException(
          "the timeline of a source names %d frames, expected %d"
              .formatted(state.names().length, expected));
    }
    SourceTimeline timeline = new SourceTimeline();
    timeline.first = state.first();
    timeline.highest = state.highest();
    timeline.earliestMicros = state.earliestMicros();
    timeline.latestMicros = state.latestMicros();
    timeline.newestMicros = state.newestMicros();
    timeline.newestName = state.newestName();
    timeline.endName = state.endName();
    timeline.endMicros = state.endMicros();
    timeline.accepted = state.counts().accepted();
    timeline.duplicates = state.counts().duplicates();
    timeline.stale = state.counts().stale();
    timeline.late = state.counts().late();
    timeline.missing = state.counts().missing();
    timeline.restarts = state.counts().restarts();
    timeline.ahead = state.counts().ahead();
    for (int k = 0; k < state.names().length; k++) {
      timeline.names[slot(timeline.highest - k)] = state.names()[k];
    }
    return timeline;
  }
}
