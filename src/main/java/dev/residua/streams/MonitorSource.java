package dev.residua.streams;

import dev.residua.causal.ScoredFrame;
import dev.residua.incident.ActiveControls;
import dev.residua.incident.Incident;
import dev.residua.model.SafeText;
import dev.residua.monitor.IdleResult;
import dev.residua.monitor.MonitorResult;
import dev.residua.monitor.SourceMonitor;
import dev.residua.monitor.SourceMonitorState;
import dev.residua.state.MonitorStates;
import dev.residua.telemetry.Tracing;
import dev.residua.wire.RootCause;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives every frame to its source's monitor. The store holds what a monitor needs to go on, of
 * bounded size; what is derived from it lives in memory for the sources seen last, and is computed
 * again, to the same bits, for the others and after a restart.
 */
final class MonitorSource implements Processor<String, CheckModel.Checked, String, MonitorResult> {
  static final String STORE = "source-monitors";

  private static final Logger LOG = LoggerFactory.getLogger(MonitorSource.class);

  /** Time between two looks at the sources that send nothing. */
  private static final Duration TICK = Duration.ofSeconds(1);

  private final MonitorModels models;
  private final ControlCommandStore commands;
  private final SourceLimits limits;
  private final MonitorListener listener;
  private final Tracing tracing;
  private final Map<String, SourceMonitor> live =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, SourceMonitor> eldest) {
          boolean full = size() > limits.live();
          spare = full ? eldest.getValue() : spare;
          return full;
        }
      };

  /** The monitor that was left out last: its memory is that of the next one. */
  private @Nullable SourceMonitor spare;

  private final SourceClock clock = new SourceClock();
  private final Set<String> silent = new HashSet<>();

  /** Orders up to this offset were followed by every source. */
  private long followedOffset;

  private ProcessorContext<String, MonitorResult> context;
  private KeyValueStore<String, byte[]> monitors;

  @SuppressWarnings("NullAway.Init") // Kafka Streams calls init before process
  MonitorSource(
      MonitorModels models,
      ControlCommandStore commands,
      SourceLimits limits,
      MonitorListener listener,
      Tracing tracing) {
    this.models = models;
    this.limits = limits;
    this.listener = listener;
    this.tracing = tracing;
    this.commands = commands;
  }

  @Override
  public void init(ProcessorContext<String, MonitorResult> context) {
    this.context = context;
    this.monitors = context.getStateStore(STORE);
    this.spare = null;
    this.live.clear(); // a task that is revived starts from its store, not from what an aborted
    // transaction left here
    this.clock.clear();
    this.silent.clear();
    this.followedOffset = -1;
    long now = context.currentSystemTimeMs();
    try (KeyValueIterator<String, byte[]> all = monitors.all()) {
      while (all.hasNext()) {
        clock.seen(all.next().key, now);
      }
    }
    context.schedule(TICK, PunctuationType.WALL_CLOCK_TIME, this::tick);
  }

  @Override
  public void process(Record<String, CheckModel.Checked> record) {
    ScoredFrame frame = record.value().frame();
    SourceMonitor monitor = monitor(frame.source(), record.value().limits());
    MonitorResult result;
    Headers headers;
    try (Tracing.Step step = trace(frame.source(), record.headers())) {
      result = evaluated(monitor, frame);
      headers = step.headers();
    }
    clock.seen(frame.source(), context.currentSystemTimeMs());
    silent.remove(frame.source());
    observe(
        () ->
            listener.evaluated(
                context.taskId().partition(), frame, result, monitor.incidentOpen()));
    context.forward(record.withValue(result).withHeaders(headers));
  }

  /** Looks at the sources that send nothing: orders, silence, and the end of their state. */
  private void tick(long now) {
    ActiveControls controls = commands.active();
    if (controls.lastOffset() > followedOffset) {
      followedOffset = controls.lastOffset();
      for (String source : clock.sources()) {
        boolean[] retired = new boolean[1];
        idle(
            source,
            now,
            monitor -> {
              IdleResult result = monitor.follow(controls, clock.idle(source, now));
              retired[0] = result.retired();
              return result.incidents();
            });
        if (retired[0]) {
          forget(source);
        }
      }
    }
    for (String source : clock.idleFor(limits.forgetAfter(), now)) {
      idle(source, now, monitor -> monitor.gone(clock.idle(source, now)));
      forget(source);
    }
    for (String source : clock.idleFor(limits.silentAfter(), now)) {
      if (!silent.contains(source) && !controls.maintained(source, Instant.ofEpochMilli(now))) {
        silent.add(source);
        idle(source, now, monitor -> monitor.silent(clock.idle(source, now)));
      }
    }
  }

  /** Drops all that is stored of a source; its next frame starts again. */
  private void forget(String source) {
    clock.forget(source);
    silent.remove(source);
    live.remove(source);
    monitors.delete(source);
    observe(() -> listener.forgotten(source));
  }

  /** Changes the state of a source between two frames. */
  private void idle(String source, long now, Function<SourceMonitor, List<Incident>> change) {
    try {
      byte[] stored = monitors.get(source);
      if (stored == null) {
        clock.forget(source);
        return;
      }
      SourceMonitor ready = live.get(source);
      SourceMonitor monitor = ready != null ? ready : stored(source, stored);
      if (monitor == null) {
        return;
      }
      List<Incident> changed = change.apply(monitor);
      byte[] state = MonitorStates.encode(monitor.state());
      if (!Arrays.equals(state, stored)) {
        monitors.put(source, state);
      }
      if (!changed.isEmpty()) {
        MonitorResult result = MonitorResult.without(changed);
        observe(() -> listener.changed(result));
        context.forward(new Record<>(source, result, now));
      }
    } catch (IllegalArgumentException | IllegalStateException e) {
      live.remove(source);
      LOG.error(
          "source could not be watched between frames: source={} reason={}",
          SafeText.of(source),
          RootCause.message(e));
    }
  }

  /** The monitor of a source that is not live; null if its model is gone. */
  private @Nullable SourceMonitor stored(String source, byte[] bytes) {
    SourceMonitorState state = MonitorStates.decode(bytes);
    Optional<SourceMonitor.Thresholds> thresholds = models.find(state.modelId());
    if (thresholds.isEmpty()) {
      LOG.warn(
          "source cannot be watched, its model is not in the registry: source={} model={}",
          SafeText.of(source),
          SafeText.of(state.modelId()));
      return null;
    }
    return SourceMonitor.restore(thresholds.get(), state, null);
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
  private SourceMonitor monitor(String source, SourceMonitor.Thresholds thresholds) {
    SourceMonitor ready = live.get(source);
    if (ready != null && ready.thresholds() == thresholds) {
      return ready;
    }
    byte[] stored = monitors.get(source);
    SourceMonitor reused = spare != null && spare.thresholds() == thresholds ? spare : null;
    SourceMonitor monitor =
        stored == null
            ? SourceMonitor.start(thresholds, reused)
            : restore(source, thresholds, stored, reused);
    spare = null;
    live.put(source, monitor);
    return monitor;
  }

  private SourceMonitor restore(
      String source,
      SourceMonitor.Thresholds thresholds,
      byte[] stored,
      @Nullable SourceMonitor reused) {
    try {
      return SourceMonitor.restore(thresholds, MonitorStates.decode(stored), reused);
    } catch (IllegalArgumentException e) {
      throw new StreamsException(
          "the state of %s in store %s cannot be read: %s; run the version that wrote it, or delete the state directory and the store's changelog topic, after which all detectors restart"
              .formatted(source, STORE, e.getMessage()),
          e);
    }
  }
}
