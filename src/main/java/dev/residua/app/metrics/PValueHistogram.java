package dev.residua.app.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.prometheus.PrometheusMeterRegistry;
import io.prometheus.client.Histogram;
import java.util.List;
import java.util.stream.Stream;

/**
 * Histogram of the conformal p-values of the residuals by latent, which are uniform for normal
 * frames. Prometheus' own histogram, since Micrometer's count whole numbers and p-values are below
 * 1. For any thread.
 */
final class PValueHistogram {
  private static final double[] BOUNDS = {.001, .005, .01, .05, .1, .25, .5, .75, 1};

  private final Histogram histogram =
      Histogram.build()
          .name("residua_residual_pvalue")
          .help("Conformal p-values of the residuals; uniform while all is normal")
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

  /** The histograms of these latents, in their order. */
  Histogram.Child[] of(List<String> latents) {
    return latents.stream().map(histogram::labels).toArray(Histogram.Child[]::new);
  }
}
