package dev.residua.dashboard;

import dev.residua.dashboard.LiveViews.EvidenceView;
import dev.residua.incident.IncidentEvidence.Kind;
import java.io.IOException;
import java.util.Optional;

/** Port for the stored evidence of incidents. */
public interface StoredEvidence {
  /** Returns the evidence of an incident; empty if none is stored. */
  Optional<EvidenceView> find(String incidentId);

  /**
   * Reads a picture of the evidence.
   *
   * @return a PNG file
   * @throws StoredPictures.MissingException if it is not or no longer stored
   * @throws IOException with a sentence, if it cannot be read now
   */
  byte[] picture(String incidentId, Kind picture)
      throws StoredPictures.MissingException, IOException;
}
