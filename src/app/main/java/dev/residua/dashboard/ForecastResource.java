package dev.residua.dashboard;

import dev.residua.causal.FactorScales;
import dev.residua.dashboard.LiveHistory.Outlook;
import dev.residua.dashboard.LiveViews.ForecastView;
import dev.residua.dynamics.DynamicHistory;
import dev.residua.dynamics.Forecast;
import dev.residua.frame.HumanDuration;
import dev.residua.intervention.ForecastReport;
import jakarta.inject.Inject;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Forecast of the latents of a source from its last frame: {@code GET
 * /api/forecast?source=tank/cam1&ahead=5m&set=valve:0.2&limit=level:0.6}. 400 with a sentence for
 * invalid parameters, 404 for an unknown source or a model without equations that use earlier
 * frames.
 */
@Path("/api/forecast")
@Produces(MediaType.APPLICATION_JSON)
public class ForecastResource {
  /** Most steps times variables, so that an answer takes about a second. */
  private static final int MOST_VALUES = 6_000;

  /** Steps of a forecast of no stated length. */
  private static final int USUAL_STEPS = 120;

  private static final int TIMES = 40;

  private final LiveHistory history;
  private final Visitors visitors;

  @Inject
  public ForecastResource(LiveHistory history, Visitors visitors) {
    this.history = history;
    this.visitors = visitors;
  }

  /** Length of the longest forecast that is drawn on request, in seconds. */
  static double longestSeconds(DynamicHistory of) {
    return longest(of) * of.model().stepSeconds();
  }

  private static int longest(DynamicHistory of) {
    return Math.min(Forecast.MAX_STEPS, MOST_VALUES / of.model().size());
  }

  @GET
  public Response of(
      @QueryParam("source") @DefaultValue("") String source,
      @QueryParam("ahead") @DefaultValue("") String ahead,
      @QueryParam("set") @DefaultValue("") String set,
      @QueryParam("limit") @DefaultValue("") String limit) {
    Optional<Outlook> found;
    try {
      found = history.outlook(visitors.now(), source);
    } catch (IllegalArgumentException e) {
      return Problems.answer(Response.Status.NOT_FOUND, e);
    }
    if (found.isEmpty()) {
      return Problems.unknownSource(source);
    }
    try {
      return Response.ok(forecast(found.get(), ahead, set, limit)).build();
    } catch (IllegalArgumentException e) {
      return Problems.answer(Response.Status.BAD_REQUEST, e);
    }
  }

  private static ForecastView forecast(Outlook from, String ahead, String set, String limit) {
    DynamicHistory frames = from.history();
    int steps = steps(frames, ahead);
    ForecastReport report =
        ForecastReport.of(
            frames,
            from.names(),
            from.scales(),
            steps,
            Math.min(TIMES, steps),
            values("set", set, from.names(), from.scales()),
            values("limit", limit, from.names(), from.scales()));
    return new ForecastView(
        from.at().toEpochMilli(),
        from.model(),
        steps * frames.model().stepSeconds(),
        longestSeconds(frames),
        report.latents(),
        report.limits());
  }

  private static int steps(DynamicHistory frames, String ahead) {
    int longest = longest(frames);
    if (ahead.isEmpty()) {
      return Math.min(USUAL_STEPS, longest);
    }
    Duration length;
    try {
      length = HumanDuration.parse(ahead);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("query parameter ahead: " + e.getMessage(), e);
    }
    double exact = HumanDuration.seconds(length) / frames.model().stepSeconds();
    if (!(exact >= 0.5 && exact < longest + 0.5)) {
      throw new IllegalArgumentException(
          "query parameter ahead must be from one frame, %s, to %s, but was '%s'; model whatif --ahead looks further"
              .formatted(
                  HumanDuration.spokenSeconds(frames.model().stepSeconds()),
                  HumanDuration.spokenSeconds(longestSeconds(frames)),
                  ahead));
    }
    return (int) Math.round(exact);
  }

  /** Values of latents by index, from such as {@code valve:0.2,level:0.6} in their units. */
  private static Map<Integer, Double> values(
      String parameter, String text, List<String> names, FactorScales scales) {
    Map<Integer, Double> values = new LinkedHashMap<>();
    for (String one : text.isEmpty() ? new String[0] : text.split(",", names.size() + 1)) {
      int colon = one.lastIndexOf(':');
      int node = colon < 0 ? -1 : names.indexOf(one.substring(0, colon));
      double value = node < 0 ? Double.NaN : number(one.substring(colon + 1));
      if (!Double.isFinite(value)) {
        throw new IllegalArgumentException(
            "query parameter %s is '%s', expected such as %s:1.5, of %s"
                .formatted(parameter, text, names.get(0), String.join(", ", names)));
      }
      values.put(node, scales.latent(node, value));
    }
    return values;
  }

  private static double number(String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }
}
