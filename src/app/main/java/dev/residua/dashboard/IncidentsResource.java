package dev.residua.dashboard;

import jakarta.inject.Inject;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Clock;
import java.util.Map;

/**
 * Incidents: {@code GET /api/incidents} lists those that are asked for, {@code GET
 * /api/incidents/ID} has everything about one. 400 with a sentence for invalid parameters, 404 for
 * an unknown incident.
 */
@Path("/api/incidents")
@Produces(MediaType.APPLICATION_JSON)
public class IncidentsResource {
  private final LiveHistory history;
  private final Visitors visitors;
  private final Clock clock = Clock.systemUTC();

  @Inject
  public IncidentsResource(LiveHistory history, Visitors visitors) {
    this.history = history;
    this.visitors = visitors;
  }

  @GET
  public Response incidents(
      @QueryParam("text") @DefaultValue("") String text,
      @QueryParam("state") @DefaultValue("") String state,
      @QueryParam("severity") @DefaultValue("") String severity,
      @QueryParam("subject") @DefaultValue("") String subject,
      @QueryParam("source") @DefaultValue("") String source,
      @QueryParam("scene") @DefaultValue("") String scene,
      @QueryParam("from") @DefaultValue("") String from,
      @QueryParam("to") @DefaultValue("") String to,
      @QueryParam("group") @DefaultValue("") String group,
      @QueryParam("page") @DefaultValue("") String page,
      @QueryParam("size") @DefaultValue("") String size) {
    try {
      IncidentQuery query =
          IncidentQuery.of(
              Map.ofEntries(
                  Map.entry("text", text),
                  Map.entry("state", state),
                  Map.entry("severity", severity),
                  Map.entry("subject", subject),
                  Map.entry("source", source),
                  Map.entry("scene", scene),
                  Map.entry("from", from),
                  Map.entry("to", to),
                  Map.entry("group", group),
                  Map.entry("page", page),
                  Map.entry("size", size)));
      return Response.ok(history.incidents(visitors.now(), query, clock.instant())).build();
    } catch (IllegalArgumentException e) {
      return Problems.answer(Response.Status.BAD_REQUEST, e);
    }
  }

  @GET
  @Path("/{id}")
  public Response incident(@PathParam("id") String id) {
    return history
        .incident(visitors.now(), id, clock.instant())
        .map(view -> Response.ok(view).build())
        .orElseGet(
            () ->
                Problems.answer(
                    Response.Status.NOT_FOUND,
                    "the incident '%s' is not known here: it is older than the newest 2,000, or was never reported; the topic of incidents may still have it"
                        .formatted(id)));
  }
}
