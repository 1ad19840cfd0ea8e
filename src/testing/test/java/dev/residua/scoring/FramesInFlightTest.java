package dev.residua.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.frame.RejectedFrameException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FramesInFlightTest {
  @TempDir Path folder;

  private static ConsumerRecord<byte[], byte[]> record(long offset) {
    return new ConsumerRecord<>("residua.frames", 3, offset, new byte[0], new byte[0]);
  }

  private static List<ConsumerRecord<byte[], byte[]>> records(long from, long to) {
    return LongStream.range(from, to).mapToObj(FramesInFlightTest::record).toList();
  }

  private Path file() {
    return folder.resolve("new").resolve("in-flight");
  }

  @Test
  void shouldSuspectWhatWasInFlightWhenTheProcessEnded() {
    // Given
    FramesInFlight first = FramesInFlight.in(file());
    first.begin(record(0), () -> records(1, 4));
    first.scored(List.of(record(0)));
    first.begin(record(4), () -> records(5, 7));
    // When the process ends, and another begins
    FramesInFlight second = FramesInFlight.in(file());
    // Then
    assertThat(LongStream.range(0, 8).filter(i -> second.isSuspect(record(i))))
        .containsExactly(4L, 5L, 6L);
    assertThatCode(() -> second.check(record(5))).as("one end").doesNotThrowAnyException();
  }

  @Test
  void shouldSuspectNothingAfterACleanEndOrATransactionThatWasScored() {
    // Given
    FramesInFlight first = FramesInFlight.in(file());
    first.begin(record(0), () -> records(1, 4));
    first.end();
    first.close();
    // When
    FramesInFlight second = FramesInFlight.in(file());
    // Then
    assertThat(LongStream.range(0, 8).filter(i -> second.isSuspect(record(i)))).isEmpty();
  }

  @Test
  void shouldSuspectNothingOfWhatIsDoneOutside() {
    // Given
    FramesInFlight first = FramesInFlight.in(file());
    first.begin(record(0), () -> records(1, 4));
    // When the process ends meanwhile, or later
    FramesInFlight meanwhile = first.outside(() -> FramesInFlight.in(file()));
    FramesInFlight later = FramesInFlight.in(file());
    // Then
    assertThat(LongStream.range(0, 8).filter(i -> meanwhile.isSuspect(record(i)))).isEmpty();
    assertThat(LongStream.range(0, 8).filter(i -> later.isSuspect(record(i))))
        .containsExactly(0L, 1L, 2L, 3L);
  }

  @Test
  void shouldRefuseAtTheThirdStartOnlyWhatWasInFlightAtBothEnds() {
    // Given
    FramesInFlight first = FramesInFlight.in(file());
    first.begin(record(0), () -> records(1, 32));
    FramesInFlight second = FramesInFlight.in(file());
    second.begin(record(0), List::of);
    second.scored(List.of(record(0)));
    second.begin(record(1), List::of);
    // When
    FramesInFlight third = FramesInFlight.in(file());
    // Then
    assertThatThrownBy(() -> third.check(record(1)))
        .isInstanceOfSatisfying(
            RejectedFrameException.class,
            e -> assertThat(e.reason()).isEqualTo(RejectedFrameException.Reason.POISON))
        .hasMessageContaining("2 processes ended while this frame was scored");
    for (long offset : List.of(0L, 2L, 31L)) {
      assertThatCode(() -> third.check(record(offset))).doesNotThrowAnyException();
      assertThat(third.isSuspect(record(offset))).isTrue();
    }
  }

  @Test
  void shouldForgetWhatIsCommitted() {
    // Given
    FramesInFlight first = FramesInFlight.in(file());
    first.begin(record(0), () -> records(1, 32));
    FramesInFlight second = FramesInFlight.in(file());
    second.begin(record(0), List::of);
    second.end();
    // When
    second.committed(records(0, 20));
    second.begin(record(20), List::of);
    FramesInFlight third = FramesInFlight.in(file());
    // Then
    assertThat(LongStream.range(0, 40).filter(i -> third.isSuspect(record(i))))
        .containsExactlyElementsOf(LongStream.range(20, 32).boxed().toList());
  }

  @Test
  void shouldRememberABoundedNumberOfSuspects() {
    // Given frames whose partitions went elsewhere
    for (int process = 0; process < 50; process++) {
      FramesInFlight ended = FramesInFlight.in(file());
      int first = process * 32;
      ended.begin(record(first), () -> records(first + 1, first + 32));
    }
    // When
    FramesInFlight next = FramesInFlight.in(file());
    // Then
    assertThat(LongStream.range(0, 50 * 32).filter(i -> next.isSuspect(record(i))).count())
        .isEqualTo(FramesInFlight.MOST_SUSPECTS);
    assertThat(next.isSuspect(record(49 * 32))).as("of the last process").isTrue();
  }

  @Test
  void shouldGoOnWithoutTheFileWhereItIsDamagedOrCannotBeWritten() throws Exception {
    // Given
    Files.createDirectories(file().getParent());
    Files.writeString(file(), "3\n1 2\n");
    FramesInFlight damaged = FramesInFlight.in(file());
    FramesInFlight impossible = FramesInFlight.in(file().resolve("below-a-file"));
    // When, Then
    for (FramesInFlight frames : List.of(damaged, impossible, FramesInFlight.none())) {
      frames.begin(record(2), () -> records(3, 5));
      assertThat(frames.isSuspect(record(2))).isFalse();
      frames.end();
    }
  }
}
