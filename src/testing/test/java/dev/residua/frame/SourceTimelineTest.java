package dev.residua.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.frame.FrameTiming.Arrival;
import dev.residua.frame.RejectedFrameException.Reason;
import dev.residua.frame.SourceTimeline.Counts;
import dev.residua.state.TimelineStates;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SourceTimelineTest {
  private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
  private static final Instant LATER = START.plus(Duration.ofDays(1));
  private static final Duration TOLERANCE = Duration.ofMinutes(5);

  private SourceTimeline timeline = new SourceTimeline();

  private static Frame frame(long sequence, Instant capturedAt) {
    return new Frame(
        "cam1", sequence, capturedAt, 1, 1, PixelFormat.GRAY8, new byte[] {1}, Map.of());
  }

  /** Result of a frame. */
  private sealed interface Step {
    record Accept(FrameTiming timing) implements Step {}

    record Refuse(Reason reason, String message) implements Step {}
  }

  private static Step next(
      SourceTimeline timeline, Frame frame, boolean bareFile, Instant recordTime) {
    try {
      SourceTimeline.Admission admitted =
          timeline.check(frame, bareFile, recordTime, LATER, TOLERANCE);
      timeline.record(admitted);
      return new Step.Accept(admitted.timing());
    } catch (RejectedFrameException e) {
      return new Step.Refuse(e.reason(), e.getMessage());
    }
  }

  private Step next(long sequence, Instant capturedAt) {
    return next(timeline, frame(sequence, capturedAt), false, capturedAt);
  }

  /** A frame that was taken at the usual time of its sequence. */
  private Step next(long sequence) {
    return next(sequence, at(sequence));
  }

  private static Instant at(long sequence) {
    return START.plusMillis(50 * sequence);
  }

  private static Step accepted(Arrival arrival, long missing) {
    return new Step.Accept(new FrameTiming(arrival, missing));
  }

  private static Reason refused(Step step) {
    return ((Step.Refuse) step).reason();
  }

  @Test
  void shouldAcceptFramesInOrderWhateverTheFirstSequenceIs() {
    // When
    List<Step> steps = List.of(next(1_000), next(1_001), next(1_002));
    // Then
    assertThat(steps).containsOnly(accepted(Arrival.ON_TIME, 0));
  }

  @Test
  void shouldRefuseAFrameThatAProducerSendsAgain() {
    // Given
    for (int i = 0; i < 300; i++) {
      next(i);
    }
    // When
    Step again = next(250);
    // Then
    assertThat(refused(again)).isEqualTo(Reason.DUPLICATE);
    assertThat(((Step.Refuse) again).message()).contains("250", "cam1", at(250).toString());
    assertThat(next(300)).isEqualTo(accepted(Arrival.ON_TIME, 0));
    assertThat(timeline.counts()).isEqualTo(new Counts(301, 1, 0, 0, 0, 0, 0));
  }

  @Test
  void shouldCountAGapAndTakeItBackWhenALateFrameFillsIt() {
    // Given
    next(0);
    // When
    Step gap = next(4);
    Step late = next(2);
    Step lateAgain = next(2);
    // Then
    assertThat(gap).isEqualTo(accepted(Arrival.GAP, 3));
    assertThat(late).isEqualTo(accepted(Arrival.LATE, 0));
    assertThat(refused(lateAgain)).isEqualTo(Reason.DUPLICATE);
    assertThat(timeline.counts()).isEqualTo(new Counts(3, 1, 0, 1, 2, 0, 0));
  }

  @Test
  void shouldAcceptFramesBeforeTheFirstOneThatArrived() {
    // Given frames that overtook the first ones
    next(2);
    // When
    List<Step> steps = List.of(next(1), next(0));
    // Then
    assertThat(steps).containsOnly(accepted(Arrival.LATE, 0));
    assertThat(next(3)).isEqualTo(accepted(Arrival.ON_TIME, 0));
    assertThat(timeline.counts().missing()).isZero();
  }

  @Test
  void shouldTakeALowerSequenceAtALaterTimeForARestart() {
    // Given
    for (int i = 0; i < 100; i++) {
      next(i);
    }
    // When the camera counts from 0 again, and so passes numbers that were seen
    Step restart = next(0, at(200));
    Step second = next(1, at(201));
    Step again = next(0, at(200));
    Step last = next(99);
    Step old = next(98);
    // Then
    assertThat(restart).isEqualTo(accepted(Arrival.RESTARTED, 0));
    assertThat(second).isEqualTo(accepted(Arrival.ON_TIME, 0));
    assertThat(refused(again)).isEqualTo(Reason.DUPLICATE);
    assertThat(refused(last)).as("the last before the restart").isEqualTo(Reason.DUPLICATE);
    assertThat(refused(old)).as("from before the restart").isEqualTo(Reason.STALE);
    assertThat(next(50, at(250))).isEqualTo(accepted(Arrival.GAP, 48));
    assertThat(timeline.counts().restarts()).isEqualTo(1);
  }

  @Test
  void shouldRefuseABacklogThatIsSentAgainHoweverLongItIs() {
    // Given
    for (int i = 0; i < 2_000; i++) {
      next(i);
    }
    // When all of it comes again
    Set<Reason> reasons = new HashSet<>();
    for (int i = 0; i < 2_000; i++) {
      reasons.add(refused(next(i)));
    }
    // Then
    assertThat(reasons).containsExactlyInAnyOrder(Reason.STALE, Reason.DUPLICATE);
    assertThat(timeline.counts())
        .isEqualTo(
            new Counts(2_000, SourceTimeline.WINDOW, 2_000 - SourceTimeline.WINDOW, 0, 0, 0, 0));
  }

  @Test
  void shouldTakeARestartWithItsClockSetBackForARestart() {
    // Given
    for (int i = 0; i < 1_000; i++) {
      next(i);
    }
    // When the camera starts in 1970
    Step restart = next(0, Instant.EPOCH);
    Step second = next(1, Instant.EPOCH.plusMillis(50));
    // Then
    assertThat(restart).isEqualTo(accepted(Arrival.RESTARTED, 0));
    assertThat(second).isEqualTo(accepted(Arrival.ON_TIME, 0));
  }

  @Test
  void shouldNotTakeAllThatFollowsForOldAfterOneClockGoneWrong() {
    // Given
    for (int i = 0; i < 400; i++) {
      next(i);
    }
    // When one frame says that it is from a far future, and then the camera restarts
    Step ahead = next(timeline, frame(400, Instant.parse("2099-01-01T00:00:00Z")), false, at(400));
    Step restart = next(0, at(400).plus(TOLERANCE).plusSeconds(1));
    // Then
    assertThat(ahead).isEqualTo(accepted(Arrival.ON_TIME, 0));
    assertThat(restart).isEqualTo(accepted(Arrival.RESTARTED, 0));
    assertThat(timeline.counts().ahead()).isEqualTo(1);
  }

  /** Four minutes are within the tolerance of a camera's clock. */
  @Test
  void shouldTakeARestartAfterOneFrameThatWasAheadWithinTheTolerance() {
    // Given
    for (int i = 0; i < 400; i++) {
      next(i);
    }
    Frame outlier = frame(400, at(400).plusSeconds(240));
    Step ahead = next(timeline, outlier, false, at(400));
    // When the camera restarts, and later its producer sends frames again
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      steps.add(next(i, at(401 + i)));
    }
    Step outlierAgain = next(timeline, outlier, false, at(800));
    Step lastAgain = next(399, at(399));
    Step firstAgain = next(0, at(401));
    // Then
    assertThat(ahead).isEqualTo(accepted(Arrival.ON_TIME, 0));
    assertThat(steps.get(0)).isEqualTo(accepted(Arrival.RESTARTED, 0));
    assertThat(steps.subList(1, 300)).containsOnly(accepted(Arrival.ON_TIME, 0));
    assertThat(refused(outlierAgain)).isEqualTo(Reason.DUPLICATE);
    assertThat(refused(lastAgain)).isEqualTo(Reason.STALE);
    assertThat(refused(firstAgain)).isEqualTo(Reason.STALE);
  }

  @Test
  void shouldKnowTheFrameThatWasAheadWhenItIsSentAgainMuchLater() {
    // Given
    Frame outlier = frame(10, at(10).plusSeconds(240));
    for (int i = 0; i < 400; i++) {
      if (i == 10) {
        next(timeline, outlier, false, at(10));
      } else {
        next(i);
      }
    }
    // When, Then
    assertThat(refused(next(timeline, outlier, false, at(401)))).isEqualTo(Reason.DUPLICATE);
  }

  @Test
  void shouldKnowAFileThatIsSentAgainByItsTimeAndItsBytes() {
    // Given
    Instant now = at(5);
    Frame file = new Frame("cam1", 10, now, 0, 0, PixelFormat.PNG, new byte[] {1, 2}, Map.of());
    Frame otherBytes =
        new Frame("cam1", 11, now, 0, 0, PixelFormat.PNG, new byte[] {1, 3}, Map.of());
    Frame otherTime =
        new Frame("cam1", 12, at(6), 0, 0, PixelFormat.PNG, new byte[] {1, 2}, Map.of());
    Frame again = new Frame("cam1", 99, now, 0, 0, PixelFormat.PNG, new byte[] {1, 2}, Map.of());
    // When
    List<Step> steps = new ArrayList<>();
    for (Frame each : List.of(file, otherBytes, otherTime, again)) {
      steps.add(next(timeline, each, true, now));
    }
    // Then
    assertThat(steps.subList(0, 3)).containsOnly(accepted(Arrival.ON_TIME, 0));
    assertThat(refused(steps.get(3))).isEqualTo(Reason.DUPLICATE);
  }

  @Test
  void shouldGoOnFromItsBytesAsIfNothingHadBeenWhateverComes() {
    // Given arrivals of all kinds, with a fixed seed
    Random random = new Random(11);
    SourceTimeline other = new SourceTimeline();
    Set<Object> kinds = new HashSet<>();
    long sequence = 0;
    Instant time = START;
    for (int i = 0; i < 5_000; i++) {
      double what = random.nextDouble();
      sequence =
          what < 0.8
              ? sequence + 1
              : what < 0.9
                  ? sequence + random.nextInt(400)
                  : what < 0.995 ? Math.max(0, sequence - random.nextInt(500)) : 0;
      time = what < 0.9 || random.nextBoolean() ? time.plusMillis(40) : time.minusMillis(400);
      // When
      Step kept = next(sequence, time);
      Step restored = next(other, frame(sequence, time), false, time);
      byte[] stored = TimelineStates.encode(other);
      other = TimelineStates.decode(stored);
      // Then
      assertThat(restored).isEqualTo(kept);
      assertThat(TimelineStates.encode(other)).isEqualTo(TimelineStates.encode(timeline));
      assertThat(stored.length).isLessThanOrEqualTo(1_200);
      kinds.add(
          kept instanceof Step.Accept a ? a.timing().arrival() : ((Step.Refuse) kept).reason());
    }
    assertThat(kinds).as("nothing is left out").hasSize(6);
  }

  @Test
  void shouldNeverAcceptTheSameFrameTwiceHoweverFramesAreSentAgain() {
    // Given a producer that loses its acknowledgements: it sends the last frames again and again
    Random random = new Random(5);
    Set<Long> accepted = new HashSet<>();
    long newest = 0;
    for (int i = 0; i < 20_000; i++) {
      long sequence = random.nextInt(4) == 0 ? Math.max(0, newest - random.nextInt(600)) : newest++;
      // When
      Step step = next(sequence);
      // Then
      if (step instanceof Step.Accept) {
        assertThat(accepted.add(sequence)).as("frame %d for the first time", sequence).isTrue();
      }
    }
    assertThat(accepted).hasSize((int) newest);
  }

  @Test
  void shouldRememberFramesOfTheLowestAndTheHighestSequenceAfterARestart() {
    // Given
    next(0, at(0));
    next(Long.MAX_VALUE, at(1));
    // When
    SourceTimeline restored = TimelineStates.decode(TimelineStates.encode(timeline));
    // Then
    assertThat(refused(next(restored, frame(Long.MAX_VALUE, at(1)), false, at(2))))
        .isEqualTo(Reason.DUPLICATE);
    assertThat(refused(next(restored, frame(0, at(0)), false, at(2)))).isEqualTo(Reason.STALE);
    assertThat(TimelineStates.encode(restored)).hasSizeLessThanOrEqualTo(1_200);
  }

  @Test
  void shouldRefuseAStateThatNoTimelineHas() {
    // Given
    next(7);
    SourceTimeline.State state = timeline.state();
    // When, Then
    for (SourceTimeline.State wrong :
        List.of(
            with(state, -2, 7, state.names()),
            with(state, 8, 7, state.names()),
            with(state, -1, 7, state.names()),
            with(state, 7, 7, new int[0]),
            with(state, 7, 7, new int[300]))) {
      assertThatThrownBy(() -> SourceTimeline.restore(wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("expected");
    }
  }

  private static SourceTimeline.State with(
      SourceTimeline.State state, long first, long highest, int[] names) {
    return new SourceTimeline.State(
        first,
        highest,
        state.earliestMicros(),
        state.latestMicros(),
        state.newestMicros(),
        state.newestName(),
        state.endMicros(),
        state.endName(),
        state.counts(),
        names);
  }

  @Test
  void shouldRefuseBytesThatItDidNotWrite() {
    // Given
    next(1);
    byte[] bytes = TimelineStates.encode(timeline);
    byte[] otherSchema = bytes.clone();
    otherSchema[3] ^= 9;
    // When, Then
    assertThatThrownBy(() -> TimelineStates.decode(Arrays.copyOf(bytes, 20)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("20 bytes");
    assertThatThrownBy(() -> TimelineStates.decode(otherSchema))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("another schema");
  }
}
