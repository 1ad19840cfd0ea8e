package dev.residua.scoring;

import dev.residua.frame.FramePosition;
import dev.residua.frame.RejectedFrameException;
import dev.residua.runtime.FrameBatch;
import dev.residua.source.SourceRule;
import dev.residua.wire.FrameReader;
import dev.residua.wire.LogLimit;
import dev.residua.wire.RegistryUnavailableException;
import java.time.Clock;
import java.time.Instant;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts the frames of records into a batch: reads the record, checks that the frame is new to its
 * source, fetches referenced pixels and decodes the picture. For one thread.
 */
public final class FrameIntake {
  private static final Logger LOG = LoggerFactory.getLogger(FrameIntake.class);

  private final FrameReader reader;
  private final References references;
  private final Timelines timelines;
  private final Clock clock;
  private final Stages stages;
  private final LogLimit failures = new LogLimit();

  FrameIntake(
      FrameReader reader, References references, Timelines timelines, Clock clock, Stages stages) {
    this.reader = reader;
    this.references = references;
    this.timelines = timelines;
    this.clock = clock;
    this.stages = stages;
  }

  /** An intake for stored records, whose timelines begin with the first record. */
  public static FrameIntake stored(FrameReader reader, ReferenceSettings references, Clock clock) {
    return new FrameIntake(
        reader,
        new ReferencedFrames(references),
        new Timelines(TimelineSettings.DEFAULTS),
        clock,
        Stages.NONE);
  }

  /**
   * Adds the frame of a record to a batch that is not full. A frame that was accepted before is
   * refused without fetching or decoding its picture.
   *
   * @param source from the key of the record
   * @param rule of its source
   * @throws RejectedFrameException with the reason, if it is not a frame, a duplicate or stale, or
   *     cannot be fetched or decoded; batch and timeline then do not hold it
   * @throws RegistryUnavailableException if the schema registry does not answer
   */
  public void admit(
      String source, ConsumerRecord<byte[], byte[]> record, SourceRule rule, FrameBatch batch)
      throws RejectedFrameException {
    try {
      stages.enter(Stages.Stage.DECODE);
      FrameReader.Read read = reader.read(source, record);
      stages.enter(Stages.Stage.TIMELINE);
      Timelines.Candidate candidate = check(record, read);
      stages.enter(Stages.Stage.DECODE);
      batch.add(
          references.resolve(read.frame()),
          new FramePosition(record.topic(), record.partition(), record.offset()),
          candidate.timing(),
          rule);
      stages.enter(Stages.Stage.TIMELINE);
      timelines.accept(candidate);
    } catch (RegistryUnavailableException e) {
      throw e; // the record is not at fault and is read again
    } catch (RuntimeException e) { // any decoding failure rejects only this record
      failures.log(
          count ->
              LOG.warn(
                  "decoder failed unexpectedly: count={} topic={} partition={} offset={}",
                  count,
                  record.topic(),
                  record.partition(),
                  record.offset(),
                  e));
      throw new RejectedFrameException(
          RejectedFrameException.Reason.CORRUPT, "the frame cannot be decoded: " + e, e);
    }
  }

  private Timelines.Candidate check(ConsumerRecord<byte[], byte[]> record, FrameReader.Read read)
      throws RejectedFrameException {
    Instant now = clock.instant();
    Instant recordTime = record.timestamp() < 0 ? now : FrameReader.recordTime(record);
    return timelines.check(record.partition(), read.frame(), read.bareFile(), recordTime, now);
  }
}
