package dev.residua.streams;

import dev.residua.causal.ScoredFrame;
import dev.residua.monitor.MonitorResult;
import dev.residua.monitor.SourceMonitor;
import dev.residua.state.MonitorStates;
import dev.residua.telemetry.Tracing;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.processor.api.FixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorContext;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Gives every frame to its source's monitor. The store holds what a monitor needs to go on, of
 * bounded size; what is derived from it lives in memory for the sources seen last, and is computed
 * again, to the same bits, for the others and after a restart.
 */
final class MonitorSource implements FixedKeyProcessor<String, CheckModel.Checked, MonitorResult> {
  static final String STORE = "source-monitors";

  private final ControlCommandStore commands;
  private final int liveSources;
  private final MonitorListener listener;
  private final Tracing tracing;
  private final Map<String, SourceMonitor> live =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, SourceMonitor> eldest) {
          boolean full = size() > liveSources;
          spare = full ? eldest.getValue() : spare;
          return full;
        }
      };

  /** The monitor that was left out last: its memory is that of the next one. */
  private @Nullable SourceMonitor spare;

  private FixedKeyProcessorContext<String, MonitorResult> context;
  private KeyValueStore<String, byte[]> monitors;

  @SuppressWarnings("NullAway.Init") // Kafka Streams calls init before process
  MonitorSource(
      ControlCommandStore commands, int liveSources, MonitorListener listener, Tracing tracing) {
    this.liveSources = liveSources;
    this.listener = listener;
    this.tracing = tracing;
    this.commands = commands;
  }

  @Override
  public void init(FixedKeyProcessorContext<String, MonitorResult> context) {
    this.context = context;
    this.monitors = context.getStateStore(STORE);
    this.spare = null;
    this.live.clear(); // a task that is revived starts from its store, not from what an aborted
    // transaction left here
  }

  @Override
  public void process(FixedKeyRecord<String, CheckModel.Checked> record) {
    ScoredFrame frame = record.value().frame();
    SourceMonitor monitor = monitor(frame.source(), record.value().limits());
    MonitorResult result;
    Headers headers;
    try (Tracing.Step step = trace(frame.source(), record.headers())) {
      result = monitor.next(frame, commands.active());
      monitors.put(frame.source(), MonitorStates.encode(monitor.state()));
      headers = step.headers();
    }
    listener.evaluated(context.taskId().partition(), frame, result, monitor.incidentOpen());
    context.forward(record.withValue(result).withHeaders(headers));
  }

  private Tracing.Step trace(String source, Headers headers) {
    Optional<RecordMetadata> place = context.recordMetadata();
    return tracing.process(
        place.map(RecordMetadata::topic).orElse(""),
        place.map(RecordMetadata::partition).orElse(-1),
        place.map(RecordMetadata::offset).orElse(-1L),
        context.applicationId(),
        source,
        headers);
  }

  @Override
  public void close() {
    listener.released(context.taskId().partition());
  }

  /** The monitor of a source; a frame of another model than the one before starts a new one. */
  private SourceMonitor monitor(String source, SourceMonitor.Thresholds limits) {
    SourceMonitor ready = live.get(source);
    if (ready != null && ready.thresholds() == limits) {
      return ready;
    }
    byte[] stored = monitors.get(source);
    SourceMonitor reused = spare != null && spare.thresholds() == limits ? spare : null;
    SourceMonitor monitor =
        stored == null
            ? SourceMonitor.start(limits, reused)
            : restore(source, limits, stored, reused);
    spare = null;
    live.put(source, monitor);
    return monitor;
  }

  private SourceMonitor restore(
      String source,
      SourceMonitor.Thresholds limits,
      byte[] stored,
      @Nullable SourceMonitor reused) {
    try {
      return SourceMonitor.restore(limits, MonitorStates.decode(stored), reused);
    } catch (IllegalArgumentException e) {
      throw new StreamsException(
          "the state of %s in store %s cannot be read: %s; run the version that wrote it, or delete the state directory and the store's changelog topic, after which all detectors restart"
              .formatted(source, STORE, e.getMessage()),
          e);
    }
  }
}
