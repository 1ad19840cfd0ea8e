package dev.residua.telemetry;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapSetter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * Follows single frames over Kafka, with the headers {@code traceparent} and {@code tracestate} of
 * W3C Trace Context on records. The trace of a producer continues: {@code send residua.scores},
 * {@code process residua.scores}, {@code send residua.incidents}, one below the other in the
 * producer's trace. A transaction of the scoring role is a trace of its own, {@code process
 * residua.frames}, with links to the frames in it.
 *
 * <p>Switched off it starts nothing, and passes the headers of producers on unchanged. For any
 * thread; what it returns is for one.
 */
public final class Tracing implements AutoCloseable {
  /** Starts nothing. */
  public static final Tracing OFF = new Tracing(null, () -> {});

  private static final String PARENT = "traceparent";
  private static final String STATE = "tracestate";

  /** Longest value of a header that is passed on, in bytes: what the recommendation asks for. */
  private static final int LONGEST = 512;

  private static final W3CTraceContextPropagator W3C = W3CTraceContextPropagator.getInstance();

  private static final TextMapGetter<Headers> GETTER =
      new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(Headers headers) {
          return List.of(PARENT, STATE);
        }

        @Override
        public @Nullable String get(@Nullable Headers headers, String key) {
          Header header = headers == null ? null : headers.lastHeader(key);
          return header == null || header.value() == null
              ? null
              : new String(header.value(), StandardCharsets.UTF_8);
        }
      };

  private static final TextMapSetter<Headers> SETTER =
      (headers, key, value) -> {
        if (headers != null) {
          headers.remove(key);
          headers.add(key, value.getBytes(StandardCharsets.UTF_8));
        }
      };

  private final @Nullable Tracer tracer;
  private final Runnable onClose;

  private Tracing(@Nullable Tracer tracer, Runnable onClose) {
    this.tracer = tracer;
    this.onClose = onClose;
  }

  /**
   * With any implementation of OpenTelemetry.
   *
   * @param onClose sends the waiting spans
   */
  static Tracing of(OpenTelemetry implementation, Runnable onClose) {
    return new Tracing(
        implementation.tracerBuilder(TraceNames.SCOPE).setSchemaUrl(TraceNames.SCHEMA_URL).build(),
        onClose);
  }

  /** Returns true if a record carries a trace. */
  public static boolean carries(Headers headers) {
    return headers.lastHeader(PARENT) != null;
  }

  /**
   * Copies the values: a header that was read refers to the memory of all records that were read
   * with it.
   */
  private static void copy(Headers from, Headers to) {
    for (String key : List.of(PARENT, STATE)) {
      Header header = from.lastHeader(key);
      to.remove(key);
      if (header != null && header.value() != null && header.value().length <= LONGEST) {
        to.add(key, header.value());
      }
    }
  }

  /**
   * A transaction that takes records of a topic and sends one result for each.
   *
   * @param from topic that is read
   * @param to topic of the results
   * @param group consumer group
   */
  public Batch batch(String from, String to, String group) {
    return new Batch(from, to, group);
  }

  /**
   * One record is read and something made of it.
   *
   * @param headers of the record
   * @param group consumer group
   */
  public Step process(
      String topic, int partition, long offset, String group, String source, Headers headers) {
    if (tracer == null || !carries(headers)) {
      return new Step(headers, null);
    }
    Span span =
        messaging(tracer, TraceNames.PROCESS, SpanKind.CONSUMER, topic)
            .setParent(W3C.extract(Context.root(), headers, GETTER))
            .setAttribute(TraceNames.PARTITION, Integer.toString(partition))
            .setAttribute(TraceNames.OFFSET, offset)
            .setAttribute(TraceNames.GROUP, group)
            .setAttribute(TraceNames.SOURCE, source)
            .startSpan();
    return new Step(headers, span);
  }

  /**
   * A record is sent that follows from another one.
   *
   * @param topic where to, or another place, by a name of few values
   * @param headers of the record that it follows from
   */
  public Step send(String topic, Headers headers) {
    if (tracer == null || !carries(headers)) {
      return new Step(headers, null);
    }
    Span span =
        messaging(tracer, TraceNames.SEND, SpanKind.PRODUCER, topic)
            .setParent(W3C.extract(Context.root(), headers, GETTER))
            .startSpan();
    return new Step(headers, span);
  }

  /**
   * Records the span of a notification that has just been sent or refused.
   *
   * @param receiver a name of few values
   * @param headers of the record that says it
   * @param took how long it took
   * @param failure why it was not taken; empty if it was
   */
  public void recordNotification(String receiver, Headers headers, Duration took, String failure) {
    if (tracer == null || !carries(headers)) {
      return;
    }
    Instant end = Instant.now();
    Span span =
        tracer
            .spanBuilder(TraceNames.span(TraceNames.NOTIFY, receiver))
            .setSpanKind(SpanKind.CLIENT)
            .setParent(W3C.extract(Context.root(), headers, GETTER))
            .setStartTimestamp(end.minus(took))
            .setAttribute(TraceNames.RECEIVER, receiver)
            .startSpan();
    if (!failure.isEmpty()) {
      span.setStatus(StatusCode.ERROR, failure);
    }
    span.end(end);
  }

  private static SpanBuilder messaging(
      Tracer tracer, String operation, SpanKind kind, String topic) {
    return tracer
        .spanBuilder(TraceNames.span(operation, topic))
        .setSpanKind(kind)
        .setAttribute(TraceNames.SYSTEM, TraceNames.KAFKA)
        .setAttribute(TraceNames.OPERATION_NAME, operation)
        .setAttribute(TraceNames.OPERATION_TYPE, operation)
        .setAttribute(TraceNames.DESTINATION, topic);
  }

  /** Sends the waiting spans. */
  @Override
  public void close() {
    onClose.run();
  }

  /** Something that is done with one record, until it is closed. */
  public static final class Step implements AutoCloseable {
    private final Headers from;
    private final @Nullable Span span;

    private Step(Headers from, @Nullable Span span) {
      this.from = from;
      this.span = span;
    }

    /** Writes the context of this span into a record's headers. */
    public void writeTo(Headers to) {
      if (span == null) {
        copy(from, to);
      } else {
        W3C.inject(Context.root().with(span), to, SETTER);
      }
    }

    /** The headers of the record that was read, with the context of this span. */
    public Headers headers() {
      if (span == null) {
        return from;
      }
      Headers next = new RecordHeaders(from.toArray());
      writeTo(next);
      return next;
    }

    /** The context of this span alone: small, and to be kept for long. */
    public Headers context() {
      Headers context = new RecordHeaders();
      writeTo(context);
      return context;
    }

    @Override
    public void close() {
      if (span != null) {
        span.end();
      }
    }
  }

  private static void fail(Span span, Throwable why) {
    span.setStatus(StatusCode.ERROR, String.valueOf(why.getMessage()));
    span.setAttribute(TraceNames.ERROR, why.getClass().getName());
  }

  /** A transaction; ends with {@link #committed} or {@link #failed}. */
  public final class Batch {
    private final String from;
    private final String to;
    private final String group;
    private final Map<Place, Waiting> waiting = new HashMap<>();
    private final List<SpanContext> frames = new ArrayList<>();
    private final @Nullable Instant began;

    private record Place(int partition, long offset) {}

    /** Origin of a result: the record's own headers, or a span in their trace. */
    private record Waiting(Headers headers, @Nullable Span span) {}

    private Batch(String from, String to, String group) {
      this.from = from;
      this.to = to;
      this.group = group;
      this.began = tracer == null ? null : Instant.now();
    }

    /** A record is taken, and its result will be sent. */
    public void taken(ConsumerRecord<?, ?> record) {
      Headers headers = record.headers();
      if (tracer == null) {
        if (carries(headers)) {
          waiting.put(new Place(record.partition(), record.offset()), new Waiting(headers, null));
        }
        return;
      }
      Context parent = W3C.extract(Context.root(), headers, GETTER);
      Span span =
          messaging(tracer, TraceNames.SEND, SpanKind.PRODUCER, to).setParent(parent).startSpan();
      if (span.getSpanContext().isSampled()) {
        SpanContext created = Span.fromContext(parent).getSpanContext();
        frames.add(created.isValid() ? created : span.getSpanContext());
      }
      waiting.put(new Place(record.partition(), record.offset()), new Waiting(headers, span));
    }

    /** A record that was taken is refused, for one of a few reasons. */
    public void refused(ConsumerRecord<?, ?> record, String reason) {
      Waiting of =
          waiting.isEmpty() ? null : waiting.remove(new Place(record.partition(), record.offset()));
      if (of != null && of.span() != null) {
        of.span().setStatus(StatusCode.ERROR, "refused");
        of.span().setAttribute(TraceNames.ERROR, reason);
        of.span().end();
      }
    }

    /** Headers of the result of a record that was taken. */
    public Headers headers(String source, int partition, long offset) {
      Headers headers = new RecordHeaders();
      Waiting of = waiting.isEmpty() ? null : waiting.remove(new Place(partition, offset));
      if (of == null) {
        return headers;
      }
      Step step = new Step(of.headers(), of.span());
      step.writeTo(headers);
      if (of.span() != null) {
        of.span().setAttribute(TraceNames.SOURCE, source);
      }
      step.close();
      return headers;
    }

    /** All results became visible. */
    public void committed(int messages) {
      end(messages, null);
    }

    /** No result became visible; the records come again. */
    public void failed(Throwable why) {
      for (Waiting left : waiting.values()) {
        if (left.span() != null) {
          fail(left.span(), why);
          left.span().end();
        }
      }
      waiting.clear();
      end(frames.size(), why);
    }

    private void end(int messages, @Nullable Throwable why) {
      if (tracer == null || began == null || frames.isEmpty()) {
        return; // none of its frames is followed
      }
      SpanBuilder builder =
          messaging(tracer, TraceNames.PROCESS, SpanKind.CONSUMER, from)
              .setNoParent()
              .setStartTimestamp(began)
              .setAttribute(TraceNames.GROUP, group)
              .setAttribute(TraceNames.BATCH, (long) messages);
      frames.forEach(builder::addLink);
      Span span = builder.startSpan();
      if (why != null) {
        fail(span, why);
      }
      span.end();
    }
  }
}
