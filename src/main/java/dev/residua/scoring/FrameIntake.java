package dev.residua.scoring;

import dev.residua.frame.Frame;
import dev.residua.frame.FramePosition;
import dev.residua.frame.RejectedFrameException;
import dev.residua.frame.SourceTimeline;
import dev.residua.wire.FrameReader;
import dev.residua.wire.RegistryUnavailableException;
import java.time.Clock;
import java.time.Instant;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From a record to a frame in the batch: reads it, fetches its pixels where it refers to them,
 * decodes the picture, and asks the timeline of its source whether it is new. For one thread.
 */
public final class FrameIntake {
  private static final Logger LOG = LoggerFactory.getLogger(FrameIntake.class);

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
  public static FrameIntake stored(FrameReader reader, ReferenceSettings references, Clock clock) {
    return new FrameIntake(
        reader,
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
   * @throws RegistryUnavailableException if the schema registry does not say how to read it
   */
  public void take(ConsumerRecord<byte[], byte[]> record, FrameBatch batch)
      throws RejectedFrameException {
    stages.enter(Stages.Stage.DECODE);
    Frame frame = decode(record, batch);
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

  /** Whatever goes wrong while bytes of others are decoded is told of these bytes alone. */
  private Frame decode(ConsumerRecord<byte[], byte[]> record, FrameBatch batch)
      throws RejectedFrameException {
    try {
      Frame frame = references.resolve(reader.read(record));
      batch.decode(frame);
      return frame;
    } catch (RegistryUnavailableException e) {
      throw e; // says nothing of this record, which waits
    } catch (RuntimeException e) {
      LOG.warn(
          "an unforeseen failure of a decoder: topic={} partition={} offset={}",
          record.topic(),
          record.partition(),
          record.offset(),
          e);
      throw new RejectedFrameException(
          RejectedFrameException.Reason.CORRUPT, "the frame cannot be decoded: " + e, e);
    }
  }
}
