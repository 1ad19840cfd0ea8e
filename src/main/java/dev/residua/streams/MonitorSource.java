package dev.residua.streams;

import dev.residua.causal.ScoredFrame;
import dev.residua.monitor.MonitorResult;
import dev.residua.monitor.SourceMonitor;
import dev.residua.state.MonitorStates;
import dev.residua.telemetry.Tracing;
import dev.residua.wire.RootCause;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives every frame to its source's monitor. The store holds what a monitor needs to go on, of
 * bounded size; what is derived from it lives in memory for the sources seen last, and is computed
 * again, to the same bits, for the others and after a restart.
 */
final class MonitorSource implements FixedKeyProcessor<String, CheckModel.Checked, MonitorResult> {
  static final String STORE = "source-monitors";

  private static final Logger LOG = LoggerFactory.getLogger(MonitorSource.class);

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
      result = evaluated(monitor, frame);
      headers = step.headers();
    }
    observe(
        () ->
            listener.evaluated(
                context.taskId().partition(), frame, result, monitor.incidentOpen()));
    context.forward(record.withValue(result).withHeaders(headers));
  }

  /**
   * Evaluates a frame. Where that fails, the source goes on from the state before the frame, and
   * the frame becomes a dead letter.
   */
  private MonitorResult evaluated(SourceMonitor monitor, ScoredFrame frame) {
    byte[] state;
    MonitorResult result;
    try {
      result = monitor.next(frame, commands.active());
      state = MonitorStates.encode(monitor.state());
    } catch (RuntimeException e) {
      live.remove(frame.source()); // perhaps half changed; the store has the state before
      throw new PoisonScoreException(
          "the score of %s #%d could not be evaluated: %s"
              .formatted(frame.source(), frame.sequence(), RootCause.message(e)),
          e);
    }
    monitors.put(frame.source(), state);
    return result;
  }

  private static void observe(Runnable report) {
    try {
      report.run();
    } catch (RuntimeException e) {
      LOG.warn("an observer of the monitor failed; monitoring is not affected", e);
    }
  }

  /** A score whose evaluation failed in a manner that nobody foresaw. */
  static final class PoisonScoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    PoisonScoreException(String message, Throwable cause) {
      super(message, cause);
    }
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
    observe(() -> listener.released(context.taskId().partition()));
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
