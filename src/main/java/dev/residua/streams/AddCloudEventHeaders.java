package dev.residua.streams;

import dev.residua.causal.Finding;
import dev.residua.wire.CloudEventHeaders;
import java.util.function.Function;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.ContextualFixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;

/** Puts the CloudEvents attributes of an event into its headers. */
final class AddCloudEventHeaders<E> extends ContextualFixedKeyProcessor<String, E, E> {
  private final String type;
  private final Function<E, Finding> findingOf;

  AddCloudEventHeaders(String type, Function<E, Finding> findingOf) {
    this.type = type;
    this.findingOf = findingOf;
  }

  @Override
  public void process(FixedKeyRecord<String, E> event) {
    Finding finding = findingOf.apply(event.value());
    Headers headers = new RecordHeaders();
    CloudEventHeaders.add(headers, type, finding.eventId(), finding.source(), finding.lastAt());
    context().forward(event.withHeaders(headers));
  }
}
