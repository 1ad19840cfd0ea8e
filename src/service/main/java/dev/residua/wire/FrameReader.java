package dev.residua.wire;

import dev.residua.causal.ScoreCheck;
import dev.residua.frame.Frame;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.PixelFormat;
import dev.residua.frame.RejectedFrameException;
import dev.residua.frame.RejectedFrameException.Reason;
import dev.residua.frame.ValidTimeRange;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;

/**
 * Records of the frames topic to frames: Avro {@code Frame} records in single-object encoding or,
 * with a schema registry, with the id of a schema in front; or bare files, which take the record's
 * offset as sequence and its timestamp as capture time. Each of them can be the data of a
 * CloudEvent. Thread-safe.
 */
public final class FrameReader {
  private static final SingleObject<dev.residua.avro.Frame> CODEC =
      new SingleObject<>(dev.residua.avro.Frame.class);
  private static final int MAX_SOURCE_CHARACTERS = ScoreCheck.MAX_SOURCE_CHARACTERS;

  private final FrameLimits limits;
  private final @Nullable RegistryFrames registry;

  /** Without a schema registry. */
  public FrameReader(FrameLimits limits) {
    this(limits, Optional.empty());
  }

  /**
   * @param registry of the schemas of frames that carry an id instead of a fingerprint
   */
  public FrameReader(FrameLimits limits, Optional<RegistrySettings> registry) {
    this(limits, registry.map(RegistryFrames::new).orElse(null));
  }

  FrameReader(FrameLimits limits, @Nullable RegistryFrames registry) {
    this.limits = limits;
    this.registry = registry;
  }

  /**
   * A frame as its record carried it.
   *
   * @param bareFile whether the value was a bare file, without a sequence of its own
   */
  public record Read(Frame frame, boolean bareFile) {}

  /**
   * Reads one record.
   *
   * @throws RejectedFrameException with the reason, if the record is not a frame
   * @throws RegistryUnavailableException if the schema registry does not say; try again later
   */
  public Read read(ConsumerRecord<byte[], byte[]> record) throws RejectedFrameException {
    return read(source(record.key()), record);
  }

  /**
   * Like {@link #read(ConsumerRecord)}, but with a key that was read.
   *
   * @param source from {@link #source}
   */
  public Read read(String source, ConsumerRecord<byte[], byte[]> record)
      throws RejectedFrameException {
    byte[] value = record.value();
    if (value == null || value.length == 0) {
      throw new RejectedFrameException(
          Reason.EMPTY,
          "the record has %s; expected an Avro Frame, or a %s file"
              .formatted(value == null ? "no value" : "a value of 0 bytes", PixelFormat.FILES));
    }
    if (value.length > limits.maxBytes()) {
      throw new RejectedFrameException(
          Reason.TOO_LARGE,
          "the value has %,d bytes, the limit (residua.frames.max-bytes) is %,d"
              .formatted(value.length, limits.maxBytes()));
    }
    if (FrameEvent.isEvent(record)) {
      return read(source, record, FrameEvent.of(record));
    }
    PixelFormat file = PixelFormat.ofFile(value);
    if (file != null) {
      Instant capturedAt = recordTime(record);
      return new Read(
          new Frame(source, record.offset(), capturedAt, 0, 0, file, value, Map.of()), true);
    }
    return avro(source, value);
  }

  /** The attributes of the event apply to a bare file; an Avro frame has all of its own. */
  private Read read(String source, ConsumerRecord<byte[], byte[]> record, FrameEvent event)
      throws RejectedFrameException {
    PixelFormat file = PixelFormat.ofFile(event.data());
    if (file == null) {
      return avro(source, event.data());
    }
    Frame frame =
        new Frame(
            source,
            event.sequence().orElse(record.offset()),
            event.time().orElseGet(() -> recordTime(record)),
            0,
            0,
            file,
            event.data(),
            event.attributes());
    return new Read(frame, event.sequence().isEmpty());
  }

  /** An Avro frame in single-object encoding, or with the id of a schema. */
  private Read avro(String source, byte[] value) throws RejectedFrameException {
    if (RegistryFrames.isFramed(value)) {
      if (registry == null) {
        throw RegistryFrames.withoutRegistry();
      }
      return new Read(checked(source, registry.decode(value)), false);
    }
    if (value.length < 10 || value[0] != (byte) 0xC3 || value[1] != 0x01) {
      throw new RejectedFrameException(
          Reason.UNKNOWN_FORMAT,
          "the value begins with %s; expected an Avro Frame (C3 01), a %s file, or a CloudEvent with one of them"
              .formatted(firstBytes(value), PixelFormat.FILES));
    }
    return new Read(singleObject(source, value), false);
  }

  /** The timestamp of a record, which producers choose, limited to times a frame may have. */
  public static Instant recordTime(ConsumerRecord<?, ?> record) {
    long millis = Math.max(0, Math.min(record.timestamp(), ValidTimeRange.END.toEpochMilli() - 1));
    return Instant.ofEpochMilli(millis);
  }

  /** A frame as a record value in single-object encoding. */
  public static byte[] write(Frame frame) {
    return CODEC.encode(
        new dev.residua.avro.Frame(
            frame.source(),
            frame.sequence(),
            frame.capturedAt(),
            frame.width(),
            frame.height(),
            dev.residua.avro.PixelFormat.valueOf(frame.format().name()),
            ByteBuffer.wrap(frame.data()),
            frame.attributes()));
  }

  private static Frame singleObject(String source, byte[] value) throws RejectedFrameException {
    dev.residua.avro.Frame frame;
    try {
      frame = CODEC.decode(value);
    } catch (SingleObject.UnknownSchemaException e) {
      throw new RejectedFrameException(Reason.UNKNOWN_SCHEMA, String.valueOf(e.getMessage()), e);
    } catch (SerializationException e) {
      throw new RejectedFrameException(Reason.CORRUPT, String.valueOf(e.getMessage()), e);
    }
    return checked(source, frame);
  }

  private static Frame checked(String source, dev.residua.avro.Frame frame)
      throws RejectedFrameException {
    if (!frame.getSource().equals(source)) {
      throw new RejectedFrameException(
          Reason.SOURCE,
          "the frame's source is '%s' but the record key is '%s'; they must be equal"
              .formatted(frame.getSource(), source));
    }
    if (frame.getSequence() < 0) {
      throw new RejectedFrameException(
          Reason.CORRUPT,
          "the frame's sequence must be at least 0 but was %d".formatted(frame.getSequence()));
    }
    Instant capturedAt = frame.getCapturedAt();
    if (!ValidTimeRange.contain(capturedAt)) {
      throw new RejectedFrameException(
          Reason.CORRUPT,
          "the frame's capturedAt must be from %s to before %s but was %s; check the camera's clock and the unit (microseconds since 1970)"
              .formatted(Instant.EPOCH, ValidTimeRange.END, capturedAt));
    }
    ByteBuffer data = frame.getData();
    byte[] pixels;
    if (data.hasArray() && data.arrayOffset() == 0 && data.remaining() == data.array().length) {
      pixels = data.array();
    } else {
      pixels = new byte[data.remaining()];
      data.duplicate().get(pixels);
    }
    return new Frame(
        source,
        frame.getSequence(),
        capturedAt,
        frame.getWidth(),
        frame.getHeight(),
        PixelFormat.valueOf(frame.getFormat().name()),
        pixels,
        frame.getAttributes());
  }

  /**
   * The source that the key of a record names.
   *
   * @throws RejectedFrameException if it names none
   */
  public static String source(byte @Nullable [] key) throws RejectedFrameException {
    if (key == null || key.length == 0) {
      throw new RejectedFrameException(
          Reason.SOURCE, "the record has no key; expected the source of the frame, in UTF-8");
    }
    CharBuffer text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(key));
    } catch (CharacterCodingException e) {
      throw new RejectedFrameException(
          Reason.SOURCE,
          "the record key begins with %s, which is not UTF-8; expected the source of the frame"
              .formatted(firstBytes(key)),
          e);
    }
    String source = text.toString();
    if (source.isBlank() || source.length() > MAX_SOURCE_CHARACTERS) {
      throw new RejectedFrameException(
          Reason.SOURCE,
          "the record key has %d characters%s; expected a source of 1 to %d characters"
              .formatted(
                  source.length(), source.isBlank() ? ", all blank" : "", MAX_SOURCE_CHARACTERS));
    }
    if (source.indexOf(0) >= 0) {
      throw new RejectedFrameException(
          Reason.SOURCE,
          "the record key contains the character 0; expected a source of other characters");
    }
    return source;
  }

  private static String firstBytes(byte[] value) {
    StringBuilder hex = new StringBuilder();
    for (int i = 0; i < Math.min(4, value.length); i++) {
      hex.append(i == 0 ? "" : " ").append("%02X".formatted(value[i]));
    }
    return hex.toString();
  }
}
