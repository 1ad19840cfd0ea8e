package dev.residua.app.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.prometheus.PrometheusMeterRegistry;
import io.prometheus.client.Histogram;
import java.util.List;
import java.util.stream.Stream;

/**
 * Histogram of the p-values of the residuals by latent, under the calibration in force, which are
 * uniform for normal frames. A source with a calibration of its own counts with the p-values of its
 * innovations, and a source that learns does not count. Prometheus' own histogram, since
 * Micrometer's count whole numbers and p-values are below 1. For any thread.
 */
final class PValueHistogram {
  private static final double[] BOUNDS = {.001, .005, .01, .05, .1, .25, .5, .75, 1};

  private final Histogram histogram =
      Histogram.build()
          .name("residua_residual_pvalue")
          .help(
              "p-values of the residuals under the calibration in force; uniform while all is normal")
          .labelNames("latent")
          .buckets(BOUNDS)
          .create();

  /** One per registry. */
  PValueHistogram(MeterRegistry meters) {
    registries(meters)
        .filter(PrometheusMeterRegistry.class::isInstance)
        .map(PrometheusMeterRegistry.class::cast)
        .forEach(registry -> registry.getPrometheusRegistry().register(histogram));
  }

  private static Stream<MeterRegistry> registries(MeterRegistry meters) {
    return meters instanceof CompositeMeterRegistry composite
        ? composite.getRegistries().stream().flatMap(PValueHistogram::registries)
        : Stream.of(meters);
  }

  /**
   * Counts the p-values of one frame.
   *
   * @param latents names of the model's latents
   * @param pValues in their order; empty while the source learns, NaN if a variable is missing
   */
  void observe(List<String> latents, float[] pValues) {
    for (int i = 0; i < Math.min(latents.size(), pValues.length); i++) {
      if (!Float.isNaN(pValues[i])) {
        histogram.labels(latents.get(i)).observe(pValues[i]);
      }
    }
  }
}
