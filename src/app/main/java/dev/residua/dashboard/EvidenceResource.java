package dev.residua.dashboard;

import dev.residua.dashboard.LiveViews.EvidenceView;
import dev.residua.dashboard.StoredPictures.MissingException;
import dev.residua.incident.IncidentEvidence.Kind;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The stored evidence of an incident: its list, and each picture as a PNG file. 404 with a sentence
 * if none is stored, 503 if Kafka does not answer.
 */
@Path("/api/incidents/{id}/evidence")
public class EvidenceResource {
  private static final String PNG = "image/png";

  private final StoredEvidence evidence;
  private final Visitors visitors;

  @Inject
  public EvidenceResource(StoredEvidence evidence, Visitors visitors) {
    this.evidence = evidence;
    this.visitors = visitors;
  }

  @GET
  @Produces(MediaType.APPLICATION_JSON)
  public Response evidence(@PathParam("id") String id) {
    return visible(id)
        .map(view -> Response.ok(view).build())
        .orElseGet(() -> Problems.answer(Response.Status.NOT_FOUND, nothing(id)));
  }

  @GET
  @Path("/{picture}")
  public Response picture(@PathParam("id") String id, @PathParam("picture") String picture) {
    List<String> names = Arrays.stream(Kind.values()).map(Kind::path).toList();
    int kind = names.indexOf(picture);
    if (kind < 0) {
      return Problems.answer(
          Response.Status.NOT_FOUND,
          "there is no such picture; expected one of " + String.join(", ", names));
    }
    if (visible(id).isEmpty()) {
      return Problems.answer(Response.Status.NOT_FOUND, nothing(id));
    }
    try {
      return Response.ok(evidence.picture(id, Kind.values()[kind]), PNG).build();
    } catch (MissingException e) {
      return Problems.answer(Response.Status.NOT_FOUND, e);
    } catch (IOException e) {
      return Problems.answer(Response.Status.SERVICE_UNAVAILABLE, e);
    }
  }

  private Optional<EvidenceView> visible(String id) {
    return evidence.find(id).filter(view -> visitors.now().maySee(view.source()));
  }

  /** Why there may be no evidence, and what to do. */
  static String nothing(String incidentId) {
    return "no evidence of the incident '%s' is stored: it is not drawn yet, its retention has ended, or no process with the role alert was running; see residua_evidence_total"
        .formatted(incidentId);
  }
}
