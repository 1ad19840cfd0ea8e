package dev.residua.streams;

import dev.residua.causal.Finding;
import dev.residua.incident.Incident;
import dev.residua.telemetry.Tracing;
import dev.residua.wire.CloudEventHeaders;
import dev.residua.wire.Topic;
import java.time.Instant;
import java.util.function.Function;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.ContextualFixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;

/** Puts the CloudEvents attributes of an event, and the trace of its frame, into its headers. */
final class AddCloudEventHeaders<E> extends ContextualFixedKeyProcessor<String, E, E> {
  private final String type;
  private final Function<E, Attributes> attributesOf;
  private final Topic<String, E> topic;
  private final Tracing tracing;

  /**
   * Headers of one event.
   *
   * @param id identity of the event
   * @param source source of the frames
   * @param time when it happened
   */
  record Attributes(String id, String source, Instant time) {
    static Attributes of(Finding finding) {
      return new Attributes(finding.eventId(), finding.source(), finding.lastAt());
    }

    /** One change of an incident is one event. */
    static Attributes of(Incident incident) {
      return new Attributes(
          incident.id() + "-" + incident.updatedSequence() + "-" + incident.state(),
          incident.source(),
          incident.updatedAt());
    }
  }

  /**
   * @param topic that the event goes to
   */
  AddCloudEventHeaders(
      String type, Function<E, Attributes> attributesOf, Topic<String, E> topic, Tracing tracing) {
    this.type = type;
    this.attributesOf = attributesOf;
    this.topic = topic;
    this.tracing = tracing;
  }

  @Override
  public void process(FixedKeyRecord<String, E> event) {
    Attributes attributes = attributesOf.apply(event.value());
    Headers headers = new RecordHeaders();
    CloudEventHeaders.add(
        headers,
        type,
        attributes.id(),
        attributes.source(),
        attributes.time(),
        topic.contentType());
    try (Tracing.Step step = tracing.send(topic.name(), event.headers())) {
      step.writeTo(headers);
    }
    context().forward(event.withHeaders(headers));
  }
}
