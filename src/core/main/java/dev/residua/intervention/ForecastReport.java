package dev.residua.intervention;

import dev.residua.causal.FactorScales;
import dev.residua.dynamics.DynamicHistory;
import dev.residua.dynamics.DynamicState;
import dev.residua.dynamics.Forecast;
import dev.residua.dynamics.Forecast.Arrival;
import dev.residua.frame.HumanDuration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Forecast} with names, in the units of the latents.
 *
 * @param latents in the order of the model
 * @param limits that were asked for
 */
public record ForecastReport(List<LatentForecast> latents, List<LimitForecast> limits) {
  private static final double LOW = 0.05;
  private static final double HIGH = 0.95;
  private static final long SEED = 1;

  /**
   * Future of a latent.
   *
   * @param unit see {@link FactorScales#unit}
   * @param set whether it is set from outside
   * @param now reading of the last frame; null if unknown
   */
  public record LatentForecast(
      String latent, String unit, boolean set, @Nullable Double now, List<ForecastRange> times) {}

  /**
   * Values of a latent at a time; null if unknown.
   *
   * @param seconds after the last frame
   * @param median of its futures
   * @param low end of the range of nine of ten futures
   * @param high end likewise
   */
  public record ForecastRange(
      double seconds, @Nullable Double median, @Nullable Double low, @Nullable Double high) {}

  /**
   * When a latent reaches a limit.
   *
   * @param share of the futures that reach it
   * @param medianSeconds time by which half of all futures have reached it; null if fewer do
   * @param sentence says it, such as {@code level reaches 0.60 in about 1 min 37 s, and within 5
   *     min 0 s in 82 % of futures}
   */
  public record LimitForecast(
      String latent, double limit, double share, @Nullable Double medianSeconds, String sentence) {}

  /**
   * Forecasts a source, see {@link Forecast#of}.
   *
   * @param names of the variables
   * @param held values of variables that are set from outside, by index
   * @param limits likewise
   * @throws IllegalArgumentException if the history has no frame, or if steps or times are out of
   *     range
   */
  public static ForecastReport of(
      DynamicHistory history,
      List<String> names,
      FactorScales scales,
      int steps,
      int times,
      Map<Integer, Double> held,
      Map<Integer, Double> limits) {
    DynamicState state = history.state();
    Forecast forecast = Forecast.of(history.model(), state, steps, times, held, limits, SEED);
    List<LatentForecast> latents = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      int node = i;
      double now = state.reading(state.times().length - 1, i);
      latents.add(
          new LatentForecast(
              names.get(i),
              scales.unit(i),
              held.containsKey(i),
              known(scales.inUnit(i, now)),
              IntStream.range(0, times).mapToObj(t -> range(forecast, scales, node, t)).toList()));
    }
    double within = steps * history.model().stepSeconds();
    List<LimitForecast> reached = new ArrayList<>();
    forecast
        .arrivals()
        .forEach(
            (node, arrival) -> reached.add(limit(names.get(node), scales, node, arrival, within)));
    return new ForecastReport(latents, reached);
  }

  private static ForecastRange range(Forecast forecast, FactorScales scales, int node, int time) {
    double a = scales.inUnit(node, forecast.quantile(node, time, LOW));
    double b = scales.inUnit(node, forecast.quantile(node, time, HIGH));
    // a larger latent may be a smaller value in its unit
    return new ForecastRange(
        forecast.seconds()[time],
        known(scales.inUnit(node, forecast.quantile(node, time, 0.5))),
        known(Math.min(a, b)),
        known(Math.max(a, b)));
  }

  private static LimitForecast limit(
      String name, FactorScales scales, int node, Arrival arrival, double within) {
    double limit = scales.inUnit(node, arrival.limit());
    Double median = known(arrival.medianSeconds());
    String sentence =
        "%s reaches %s%s within %s in %.0f %% of futures"
            .formatted(
                name,
                scales.number(node, limit),
                median == null
                    ? ""
                    : " in about %s, and".formatted(HumanDuration.spokenSeconds(median)),
                HumanDuration.spokenSeconds(within),
                100 * arrival.share());
    return new LimitForecast(name, limit, arrival.share(), median, sentence);
  }

  private static @Nullable Double known(double value) {
    return Double.isNaN(value) ? null : value;
  }
}
