package dev.residua.dashboard;

import dev.residua.dashboard.LiveHistory.Query;
import dev.residua.dashboard.LiveHistory.Seen;
import dev.residua.source.SourceGlob;
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

/**
 * Sources and incidents as they are now: {@code GET /api/sources} lists them with open incidents,
 * {@code GET /api/sources/NAME} has the last frames of one, {@code GET /api/commissioning} what
 * they have learned as normal, {@code GET /api/status} counts. 400 with a sentence for invalid
 * parameters, 404 for an unknown source.
 */
@Path("/api")
@Produces(MediaType.APPLICATION_JSON)
public class SourcesResource {
  private final LiveHistory history;
  private final Visitors visitors;
  private final Clock clock = Clock.systemUTC();

  @Inject
  public SourcesResource(LiveHistory history, Visitors visitors) {
    this.history = history;
    this.visitors = visitors;
  }

  /** The service in short: counts, sources and last findings. */
  @GET
  @Path("/status")
  public LiveViews.Status status() {
    return history.status(visitors.now());
  }

  @GET
  @Path("/sources")
  public Response sources(
      @QueryParam("text") @DefaultValue("") String text,
      @QueryParam("condition") @DefaultValue("") String condition,
      @QueryParam("phase") @DefaultValue("") String phase,
      @QueryParam("page") @DefaultValue("0") String page,
      @QueryParam("size") @DefaultValue("50") String size) {
    try {
      return Response.ok(
              history.overview(
                  visitors.now(),
                  new Query(
                      text,
                      LiveSession.condition(condition),
                      LiveSession.phase(phase),
                      Pages.number("page", page),
                      Pages.number("size", size)),
                  clock.instant()))
          .build();
    } catch (IllegalArgumentException e) {
      return Problems.answer(Response.Status.BAD_REQUEST, e);
    }
  }

  /**
   * The commissioning of sources.
   *
   * @param pattern names of the sources; {@code *} matches any characters
   */
  @GET
  @Path("/commissioning")
  public Response commissioning(@QueryParam("source") @DefaultValue("*") String pattern) {
    try {
      return Response.ok(history.commissioning(visitors.now(), new SourceGlob(pattern))).build();
    } catch (IllegalArgumentException e) {
      return Problems.answer(Response.Status.BAD_REQUEST, e);
    }
  }

  @GET
  @Path("/sources/{name}")
  public Response source(@PathParam("name") String name) {
    return history
        .source(visitors.now(), name, Seen.NOTHING, clock.instant())
        .map(answer -> Response.ok(answer.view()).build())
        .orElseGet(() -> Problems.unknownSource(name));
  }
}
