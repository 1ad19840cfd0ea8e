package dev.residua.evidence;

import dev.residua.evidence.EvidenceListener.Result;
import dev.residua.frame.FramePosition;
import dev.residua.incident.Incident;
import dev.residua.incident.IncidentEvidence;
import dev.residua.incident.IncidentFrame;
import dev.residua.model.BadBundleException;
import dev.residua.scoring.FrameLookup;
import dev.residua.wire.RecordReader;
import java.io.IOException;

/** Draws the evidence of incidents from stored frames. For one thread. */
final class EvidenceDrawing {
  private final FrameLookup frames;
  private final EvidenceModels models;

  /** Evidence that cannot be drawn; the message is for a person. */
  static final class NotDrawnException extends Exception {
    private static final long serialVersionUID = 1L;
    private final Result result;

    NotDrawnException(Result result, Exception cause) {
      super(cause.getMessage(), cause);
      this.result = result;
    }

    NotDrawnException(Result result, String message) {
      super(message);
      this.result = result;
    }

    Result result() {
      return result;
    }
  }

  EvidenceDrawing(FrameLookup frames, EvidenceModels models) {
    this.frames = frames;
    this.models = models;
  }

  /**
   * Draws the pictures of a frame for an incident.
   *
   * @param shown the incident's frame
   * @throws NotDrawnException if frame or model are no longer stored
   * @throws IOException with a sentence, if they cannot be read now
   */
  IncidentEvidence draw(Incident incident, IncidentFrame shown)
      throws NotDrawnException, IOException {
    FramePosition position = shown.position();
    if (!position.topic().equals(frames.topic())) {
      throw new NotDrawnException(
          Result.FRAME_MISSING,
          "the frame %s is not on the topic %s".formatted(position, frames.topic()));
    }
    try {
      EvidenceModel model = models.get(shown.modelId());
      FrameLookup.Found found =
          frames.find(
              incident.source(),
              position.partition(),
              position.offset(),
              model.shape(),
              model.stabilizer());
      return new IncidentEvidence(
          incident.id(),
          incident.source(),
          incident.subject(),
          shown,
          found.frame().sequence(),
          found.frame().capturedAt(),
          model.draw(incident.subject(), found.pixels(), found.mask(), found::variable));
    } catch (BadBundleException e) {
      throw new NotDrawnException(Result.MODEL_MISSING, e);
    } catch (RecordReader.MissingException e) {
      throw new NotDrawnException(Result.FRAME_MISSING, e);
    }
  }
}
