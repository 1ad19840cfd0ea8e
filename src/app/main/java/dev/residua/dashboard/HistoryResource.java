package dev.residua.dashboard;

import jakarta.inject.Inject;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/**
 * A source over a long time: {@code GET /api/history?source=cam1&from=TIME&to=TIME} has the drift
 * and residuals in periods of a minute or a quarter of an hour, and the incidents of that time; by
 * default of the last day. 400 with a sentence for invalid parameters, 404 for an unknown source.
 */
@Path("/api/history")
@Produces(MediaType.APPLICATION_JSON)
public class HistoryResource {
  private final LiveHistory history;
  private final Visitors visitors;
  private final Clock clock = Clock.systemUTC();

  @Inject
  public HistoryResource(LiveHistory history, Visitors visitors) {
    this.history = history;
    this.visitors = visitors;
  }

  @GET
  public Response of(
      @QueryParam("source") @DefaultValue("") String source,
      @QueryParam("from") @DefaultValue("") String from,
      @QueryParam("to") @DefaultValue("") String to) {
    Instant now = clock.instant();
    Instant last;
    Instant first;
    try {
      last = IncidentQuery.time("to", to, now);
      last = last.isAfter(now) ? now : last;
      first = IncidentQuery.time("from", from, last.minus(Duration.ofDays(1)));
      if (!first.isBefore(last)
          || Duration.between(first, last).compareTo(LongHistory.LONGEST) > 0) {
        throw new IllegalArgumentException(
            "from must be before to, by at most %d days, but they were %s and %s"
                .formatted(LongHistory.LONGEST.toDays(), first, last));
      }
    } catch (IllegalArgumentException e) {
      return Problems.answer(Response.Status.BAD_REQUEST, e);
    }
    return history
        .over(visitors.now(), source, first, last, now)
        .map(view -> Response.ok(view).build())
        .orElseGet(() -> Problems.unknownSource(source));
  }
}
