package dev.residua.renewal.job;

import dev.residua.commissioning.CommissioningReport;
import dev.residua.drift.CalibrationPhase;
import dev.residua.frame.FramePosition;
import dev.residua.frame.ValidTimeRange;
import dev.residua.incident.ControlCommand.Period;
import dev.residua.renewal.selection.Exclusions;
import dev.residua.renewal.selection.RejectionReason;
import dev.residua.topic.TopicSpans;
import dev.residua.wire.DeadLetter;
import dev.residua.wire.Topics;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;

/** Reads from the topics which frames must not be learnt. */
public final class StoredExclusions {
  private StoredExclusions() {}

  /**
   * Reads all stored incidents, commands, calibrations of sources and dead letters. Skips commands
   * of unknown kinds.
   *
   * @param consumers of bytes, committed records only, outside any group
   * @param accepted incidents whose frames are the new normal
   */
  public static Exclusions read(
      Supplier<? extends Consumer<byte[], byte[]>> consumers,
      Topics topics,
      Collection<String> accepted,
      BooleanSupplier cancelled) {
    Exclusions.Builder builder = Exclusions.builder().accept(accepted);
    try (Consumer<byte[], byte[]> consumer = consumers.get()) {
      TopicSpans.readValues(
          consumer, topics.incidents(), cancelled, (incident, at) -> builder.incident(incident));
      TopicSpans.all(consumer, topics.control().name())
          .stoppedBy(cancelled)
          .readAll(
              topics
                  .control()
                  .changes(
                      (id, at) -> builder.withdraw(id), (command, at) -> builder.command(command)));
      for (CommissioningReport report :
          SourceReadiness.reports(consumer, topics.calibrations(), cancelled)) {
        unwatched(report)
            .ifPresent(
                period -> builder.span(report.source(), period, RejectionReason.NOT_WATCHED));
      }
      TopicSpans.all(consumer, topics.deadLetters().name())
          .stoppedBy(cancelled)
          .readAll(
              record -> {
                DeadLetter letter = DeadLetter.of(record);
                if (letter.topic().equals(topics.frames().name())
                    && letter.partition() >= 0
                    && letter.offset() >= 0) {
                  builder.deadLetter(
                      new FramePosition(letter.topic(), letter.partition(), letter.offset()));
                }
              });
    }
    return builder.build();
  }

  /** Period in which nobody watched a source that learns, or has learnt, its normal state. */
  static Optional<Period> unwatched(CommissioningReport report) {
    Instant watched = report.watchedSince();
    return report.status().phase() == CalibrationPhase.MODEL || Instant.EPOCH.equals(watched)
        ? Optional.empty()
        : Optional.of(new Period(Instant.EPOCH, watched == null ? ValidTimeRange.END : watched));
  }
}
