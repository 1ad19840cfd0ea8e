package dev.residua.streams;

import dev.residua.anomaly.AnomalyEvent;
import dev.residua.causal.Finding;
import dev.residua.commissioning.CommissioningReport;
import dev.residua.drift.DriftEvent;
import dev.residua.incident.Incident;
import dev.residua.intervention.InterventionEvent;
import dev.residua.monitor.MonitorResult;
import dev.residua.monitor.SourceState;
import dev.residua.telemetry.Tracing;
import dev.residua.wire.CloudEventHeaders;
import dev.residua.wire.Topic;
import dev.residua.wire.Topics;
import java.time.Instant;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * Forwards the parts of a result to the sinks of their topics. Events have CloudEvents attributes
 * and the trace of their frame in their headers. The sinks are named after the methods of {@link
 * Topics}.
 */
final class ResultForwarder {
  static final String DRIFT = "drift";
  static final String ANOMALIES = "anomalies";
  static final String DRIFTS = "drifts";
  static final String INTERVENTIONS = "interventions";
  static final String INCIDENTS = "incidents";
  static final String CALIBRATIONS = "calibrations";
  static final String SOURCE_STATES = "source-states";

  private final ProcessorContext<String, Object> context;
  private final Topics topics;
  private final Tracing tracing;

  ResultForwarder(ProcessorContext<String, Object> context, Topics topics, Tracing tracing) {
    this.context = context;
    this.topics = topics;
    this.tracing = tracing;
  }

  /** Forwards a result that follows from no score. */
  void forward(String source, MonitorResult result, long timestamp) {
    forward(source, result, timestamp, new RecordHeaders());
  }

  /**
   * Forwards a result of a source.
   *
   * @param headers of the score that it follows from
   */
  void forward(String source, MonitorResult result, long timestamp, Headers headers) {
    if (result.score().isPresent()) {
      context.forward(new Record<>(source, result.score().get(), timestamp, headers), DRIFT);
    }
    for (AnomalyEvent event : result.anomalies()) {
      Headers described = described("anomaly", event.finding(), topics.anomalies(), headers);
      context.forward(new Record<>(source, event, timestamp, described), ANOMALIES);
    }
    for (DriftEvent event : result.drifts()) {
      Headers described = described("drift", event.finding(), topics.drifts(), headers);
      context.forward(new Record<>(source, event, timestamp, described), DRIFTS);
    }
    for (InterventionEvent event : result.interventions()) {
      Headers described =
          described("intervention", event.finding(), topics.interventions(), headers);
      context.forward(new Record<>(source, event, timestamp, described), INTERVENTIONS);
    }
    for (Incident incident : result.incidents()) {
      Headers described = described(incident, headers);
      context.forward(new Record<>(incident.id(), incident, timestamp, described), INCIDENTS);
    }
    if (result.commissioning().isPresent() || result == MonitorResult.FORGOTTEN) {
      CommissioningReport report = result.commissioning().orElse(null);
      context.forward(new Record<>(source, report, timestamp, headers), CALIBRATIONS);
    }
  }

  /**
   * Forwards the state of a source.
   *
   * @param state null if the source is forgotten
   */
  void publish(String source, @Nullable SourceState state, long timestamp) {
    context.forward(new Record<>(source, state, timestamp), SOURCE_STATES);
  }

  private Headers described(String type, Finding finding, Topic<String, ?> topic, Headers of) {
    return described(type, finding.eventId(), finding.source(), finding.lastAt(), topic, of);
  }

  /** Headers of one change of an incident, which is one event. */
  private Headers described(Incident incident, Headers of) {
    String id = incident.id() + "-" + incident.updatedSequence() + "-" + incident.state();
    return described(
        "incident", id, incident.source(), incident.updatedAt(), topics.incidents(), of);
  }

  private Headers described(
      String type, String id, String source, Instant time, Topic<String, ?> topic, Headers of) {
    Headers headers = new RecordHeaders();
    CloudEventHeaders.add(
        headers, "dev.residua." + type, id, "sources", source, time, topic.contentType());
    try (Tracing.Step step = tracing.send(topic.name(), of)) {
      step.writeTo(headers);
    }
    return headers;
  }
}
