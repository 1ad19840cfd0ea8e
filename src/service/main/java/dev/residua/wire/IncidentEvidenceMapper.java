package dev.residua.wire;

import dev.residua.incident.IncidentEvidence;
import dev.residua.incident.IncidentEvidence.Kind;
import dev.residua.incident.IncidentFrame;
import dev.residua.incident.Subject;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code IncidentEvidence} records to domain and back. */
public final class IncidentEvidenceMapper {
  /** Max size of a record that is written or read, in bytes. */
  public static final int MAX_BYTES = 4 << 20;

  static final RecordSerde<dev.residua.avro.IncidentEvidence, IncidentEvidence> SERDE =
      new RecordSerde<>(
          MAX_BYTES,
          dev.residua.avro.IncidentEvidence.class,
          IncidentEvidenceMapper::toAvro,
          IncidentEvidenceMapper::toDomain);

  private static final AvroCodec<IncidentFrame> FRAME =
      AvroCodec.of(IncidentFrame.class, dev.residua.avro.IncidentFrame.getClassSchema());

  private IncidentEvidenceMapper() {}

  public static dev.residua.avro.IncidentEvidence toAvro(IncidentEvidence evidence) {
    dev.residua.avro.IncidentEvidence record = new dev.residua.avro.IncidentEvidence();
    record.setIncidentId(evidence.incidentId());
    record.setSource(evidence.source());
    record.setSubject(evidence.subject().toString());
    record.setFrame((dev.residua.avro.IncidentFrame) FRAME.toAvro(evidence.frame()));
    record.setSequence(evidence.sequence());
    record.setCapturedAt(evidence.capturedAt());
    record.setPicture(ByteBuffer.wrap(evidence.pictures().get(Kind.FRAME)));
    record.setExpected(buffer(evidence.pictures().get(Kind.EXPECTED)));
    record.setHeatmap(buffer(evidence.pictures().get(Kind.HEATMAP)));
    return record;
  }

  public static IncidentEvidence toDomain(dev.residua.avro.IncidentEvidence record) {
    Map<Kind, byte[]> pictures = new EnumMap<>(Kind.class);
    put(pictures, Kind.FRAME, record.getPicture());
    put(pictures, Kind.EXPECTED, record.getExpected());
    put(pictures, Kind.HEATMAP, record.getHeatmap());
    return new IncidentEvidence(
        record.getIncidentId(),
        record.getSource(),
        Subject.of(record.getSubject()),
        FRAME.toJava(record.getFrame()),
        record.getSequence(),
        record.getCapturedAt(),
        pictures);
  }

  private static @Nullable ByteBuffer buffer(byte @Nullable [] file) {
    return file == null ? null : ByteBuffer.wrap(file);
  }

  private static void put(Map<Kind, byte[]> pictures, Kind kind, @Nullable ByteBuffer file) {
    if (file != null) {
      byte[] bytes = new byte[file.remaining()];
      file.duplicate().get(bytes);
      pictures.put(kind, bytes);
    }
  }
}
