package dev.residua.scoring;

import dev.residua.decoding.FrameDecoder;
import dev.residua.decoding.Stabilizer;
import dev.residua.decoding.WholePicture;
import dev.residua.frame.Frame;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelMask;
import dev.residua.frame.RejectedFrameException;
import dev.residua.source.SourceRule;
import dev.residua.wire.FrameReader;
import dev.residua.wire.RecordReader;
import dev.residua.wire.RecordReader.MissingException;
import dev.residua.wire.RegistryUnavailableException;
import java.io.IOException;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Finds stored frames again, one at a time. For one thread. */
public final class FrameLookup implements AutoCloseable {
  private final RecordReader records;
  private final FrameReader reader;
  private final ReferencedFrames references;
  private final FrameLimits limits;
  private final Function<String, SourceRule> rules;

  /**
   * A stored frame.
   *
   * @param frame the frame with its pixels as they were sent
   * @param pixels as the model reads them, masked pixels gray
   * @param mask pixels that count in nothing
   * @param rule of the source
   */
  @SuppressWarnings("ArrayRecordComponent") // read once
  public record Found(Frame frame, byte[] pixels, PixelMask mask, SourceRule rule) {
    /** Returns the value of a variable, see {@link SourceRule#variable}. */
    public double variable(String name) {
      return rule.variable(frame.attributes(), frame.capturedAt(), name);
    }
  }

  /**
   * @param records of the topic of frames; closed here
   * @param rules finds the rule of a source, which says how its pictures are read
   */
  public FrameLookup(
      RecordReader records,
      FrameReader reader,
      ReferencedFrames references,
      FrameLimits limits,
      Function<String, SourceRule> rules) {
    this.rules = rules;
    this.records = records;
    this.reader = reader;
    this.references = references;
    this.limits = limits;
  }

  /** Name of the topic of frames. */
  public String topic() {
    return records.topic();
  }

  /**
   * A frame of a source.
   *
   * @param shape that the model reads
   * @param stabilizer of the model, for a source whose rule asks for it
   * @throws MissingException if no such frame is stored there, or none that can be decoded
   * @throws IOException with a sentence, if Kafka or the schema registry does not answer
   */
  public Found find(
      String source, int partition, long offset, ImageShape shape, Stabilizer stabilizer)
      throws MissingException, IOException {
    SourceRule rule = rules.apply(source);
    return read(
        source,
        partition,
        offset,
        whole -> {
          byte[] pixels = new byte[shape.size()];
          PixelMask mask =
              new FrameDecoder(limits, shape)
                  .decode(whole, rule.geometry(), rule.stabilize() ? stabilizer : null, pixels, 0);
          return new Found(whole, pixels, mask, rule);
        });
  }

  /**
   * A frame of a source as the camera sent it.
   *
   * @param width most columns
   * @param height most rows
   * @throws MissingException as for the other method
   */
  public WholePicture whole(String source, int partition, long offset, int width, int height)
      throws MissingException, IOException {
    return read(source, partition, offset, whole -> WholePicture.of(whole, limits, width, height));
  }

  /** Use of a frame with its pixels. */
  private interface Decoding<T> {
    T decode(Frame whole) throws RejectedFrameException;
  }

  private <T> T read(String source, int partition, long offset, Decoding<T> decoding)
      throws MissingException, IOException {
    ConsumerRecord<byte[], byte[]> record = records.read(partition, offset);
    try {
      Frame frame = reader.read(record).frame();
      if (!frame.source().equals(source)) {
        throw new MissingException(
            "the frame %s-%d@%d is of another source than '%s'"
                .formatted(record.topic(), partition, offset, source));
      }
      return decoding.decode(references.resolve(frame));
    } catch (RejectedFrameException e) {
      throw new MissingException(
          "the frame %s-%d@%d cannot be shown: %s"
              .formatted(record.topic(), partition, offset, e.getMessage()));
    } catch (RegistryUnavailableException e) {
      throw new IOException(String.valueOf(e.getMessage()), e);
    }
  }

  @Override
  public void close() {
    records.close();
  }
}
