package dev.residua.telemetry;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import java.net.URI;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Sends traces to a collector, with OTLP over HTTP in protobuf. */
public final class OtlpTracing {
  private static final long STOP_SECONDS = 5;

  private OtlpTracing() {}

  /**
   * Traces to a collector.
   *
   * @param endpoint base address of the collector, such as {@code http://collector:4318}
   * @param ratio share of the frames without a trace of their producer that are followed, in [0, 1]
   * @param instance name of this process
   * @param version of the product
   */
  public static Tracing to(URI endpoint, double ratio, String instance, String version) {
    String base = endpoint.toString().replaceAll("/+$", "");
    if (!base.matches("https?://[^/]+.*")) {
      throw new IllegalArgumentException(
          "residua.tracing.endpoint must be the http:// or https:// address of an OTLP collector, such as http://collector:4318, but was '%s'"
              .formatted(endpoint));
    }
    return through(
        BatchSpanProcessor.builder(
                OtlpHttpSpanExporter.builder().setEndpoint(base + "/v1/traces").build())
            .build(),
        ratio,
        instance,
        version);
  }

  /** Like the above, to another exporter. */
  public static Tracing through(
      SpanProcessor processor, double ratio, String instance, String version) {
    if (!(ratio >= 0 && ratio <= 1)) {
      throw new IllegalArgumentException(
          "residua.tracing.ratio must be in [0, 1] but was " + ratio);
    }
    SdkTracerProvider provider =
        SdkTracerProvider.builder()
            .addSpanProcessor(processor)
            .setSampler(Sampler.parentBased(new Roots(Sampler.traceIdRatioBased(ratio))))
            .setResource(
                Resource.create(
                    Attributes.of(
                        TraceNames.SERVICE_NAME,
                        "residua",
                        TraceNames.SERVICE_VERSION,
                        version,
                        TraceNames.SERVICE_INSTANCE,
                        instance),
                    TraceNames.SCHEMA_URL))
            .build();
    return Tracing.of(
        OpenTelemetrySdk.builder().setTracerProvider(provider).build(),
        () -> provider.shutdown().join(STOP_SECONDS, TimeUnit.SECONDS));
  }

  /** Samples transactions with a sampled frame, and a share of the other roots. */
  private record Roots(Sampler others) implements Sampler {
    @Override
    public SamplingResult shouldSample(
        Context parent,
        String traceId,
        String name,
        SpanKind kind,
        Attributes attributes,
        List<LinkData> links) {
      return links.isEmpty()
          ? others.shouldSample(parent, traceId, name, kind, attributes, links)
          : SamplingResult.recordAndSample();
    }

    @Override
    public String getDescription() {
      return "Roots{" + others.getDescription() + "}";
    }
  }
}
