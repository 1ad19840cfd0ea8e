package dev.residua.scoring;

import dev.residua.frame.Frame;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.FramePosition;
import dev.residua.frame.RejectedFrameException;
import dev.residua.frame.SourceTimeline;
import dev.residua.wire.FrameReader;
import java.time.Clock;
import java.time.Instant;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * From a record to a frame in the batch: reads it, fetches its pixels where it refers to them,
 * decodes the picture, and asks the timeline of its source whether it is new. For one thread.
 */
public final class FrameIntake {
  private final FrameReader reader;
  private final ReferencedFrames references;
  private final Timelines timelines;
  private final Clock clock;
  private final Stages stages;

  FrameIntake(
      FrameReader reader,
      ReferencedFrames references,
      Timelines timelines,
      Clock clock,
      Stages stages) {
    this.reader = reader;
    this.references = references;
    this.timelines = timelines;
    this.clock = clock;
    this.stages = stages;
  }

  /** For stored records, whose timelines begin with the first of them. */
  public static FrameIntake stored(FrameLimits limits, ReferenceSettings references, Clock clock) {
    return new FrameIntake(
        new FrameReader(limits),
        new ReferencedFrames(references),
        new Timelines(ScoringSettings.CLOCK_TOLERANCE),
        clock,
        Stages.NONE);
  }

  /**
   * Adds the frame of a record to a batch.
   *
   * @throws RejectedFrameException with the reason, if it is none, cannot be decoded, or was there
   *     before; batch and timeline then do not hold it
   */
  public void take(ConsumerRecord<byte[], byte[]> record, FrameBatch batch)
      throws RejectedFrameException {
    stages.enter(Stages.Stage.DECODE);
    Frame read = reader.read(record);
    Frame frame = references.resolve(read);
    batch.decode(frame);
    stages.enter(Stages.Stage.TIMELINE);
    Instant now = clock.instant();
    SourceTimeline.Step step =
        timelines.next(
            record.partition(),
            frame,
            FrameReader.isBareFile(record),
            record.timestamp() < 0 ? now : Instant.ofEpochMilli(record.timestamp()),
            now);
    if (step instanceof SourceTimeline.Step.Refuse refusal) {
      throw new RejectedFrameException(refusal.reason(), refusal.message());
    }
    batch.accept(
        new FramePosition(record.topic(), record.partition(), record.offset()),
        ((SourceTimeline.Step.Accept) step).timing());
  }
}
