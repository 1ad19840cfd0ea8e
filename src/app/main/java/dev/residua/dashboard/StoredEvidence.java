package dev.residua.dashboard;

import dev.residua.dashboard.LiveViews.EvidenceView;
import dev.residua.incident.IncidentEvidence.Kind;
import java.io.IOException;
import java.util.Optional;

/** The stored evidence of incidents; a port. */
public interface StoredEvidence {
  /** What is stored of an incident; empty if nothing is. */
  Optional<EvidenceView> find(String incidentId);

  /**
   * One of its pictures.
   *
   * @return a PNG file
   * @throws StoredPictures.MissingException if it is not stored, or not any more
   * @throws IOException with a sentence, if it cannot be read now
   */
  byte[] picture(String incidentId, Kind picture)
      throws StoredPictures.MissingException, IOException;
}
