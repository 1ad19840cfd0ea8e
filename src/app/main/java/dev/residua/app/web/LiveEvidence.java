package dev.residua.app.web;

import dev.residua.dashboard.LiveViews.EvidenceView;
import dev.residua.dashboard.StoredEvidence;
import dev.residua.dashboard.StoredPictures.MissingException;
import dev.residua.incident.IncidentEvidence;
import dev.residua.incident.IncidentEvidence.Kind;
import dev.residua.wire.BoundedMap;
import dev.residua.wire.RecordReader;
import dev.residua.wire.Topic;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;

/**
 * Remembers the offsets of the evidence of incidents on Kafka, and reads it on request. Owns its
 * records from {@link #open} to {@link #close}. For any thread.
 */
@ApplicationScoped
public class LiveEvidence implements StoredEvidence {
  /** Incidents whose evidence is remembered, the last ones. */
  public static final int MAX_INCIDENTS = 10_000;

  private final Map<String, Place> places = BoundedMap.ofLatest(MAX_INCIDENTS); // is its own lock
  private final Turns turns = new Turns();
  private @Nullable Open open; // guarded by the turns

  private record Place(int partition, long offset, EvidenceView view) {}

  private record Open(RecordReader records, Topic<String, IncidentEvidence> topic) {}

  /** Reads from these records until {@link #close}, which closes them. */
  public void open(RecordReader records, Topic<String, IncidentEvidence> topic) {
    turns.between(() -> open = new Open(records, topic));
  }

  public void close() {
    turns.between(
        () -> {
          Open was = open;
          open = null;
          if (was != null) {
            was.records().close();
          }
        });
  }

  /** Evidence was stored, which replaces earlier evidence of the incident. */
  void stored(IncidentEvidence evidence, int partition, long offset) {
    EvidenceView view =
        new EvidenceView(
            evidence.incidentId(),
            evidence.source(),
            evidence.subject().toString(),
            evidence.frame().modelId(),
            evidence.sequence(),
            evidence.capturedAt().toEpochMilli(),
            evidence.pictures().keySet().stream().map(Kind::path).toList());
    synchronized (places) {
      places.remove(evidence.incidentId()); // so that the newest are last
      places.put(evidence.incidentId(), new Place(partition, offset, view));
    }
  }

  @Override
  public Optional<EvidenceView> find(String incidentId) {
    return place(incidentId).map(Place::view);
  }

  private Optional<Place> place(String incidentId) {
    synchronized (places) {
      return Optional.ofNullable(places.get(incidentId));
    }
  }

  @Override
  public byte[] picture(String incidentId, Kind picture) throws MissingException, IOException {
    Optional<Place> place = place(incidentId);
    if (place.isEmpty() || !place.get().view().pictures().contains(picture.path())) {
      throw new MissingException(
          "no %s of the incident '%s' is stored".formatted(picture.path(), incidentId));
    }
    try {
      return turns.request(() -> read(place.get(), picture));
    } catch (RecordReader.MissingException | SerializationException e) {
      throw new MissingException(String.valueOf(e.getMessage()));
    }
  }

  private byte[] read(Place place, Kind picture) throws RecordReader.MissingException, IOException {
    if (open == null) {
      throw new IOException("this process has no dashboard role");
    }
    ConsumerRecord<byte[], byte[]> record = open.records().read(place.partition(), place.offset());
    byte[] file = open.topic().read(record.value()).pictures().get(picture);
    if (file == null) {
      throw new RecordReader.MissingException("the evidence at this place is another");
    }
    return file;
  }
}
