package dev.residua.streams;

import dev.residua.causal.ScoredFrame;
import dev.residua.incident.ActiveControls;
import dev.residua.model.RegistryRecord.Shadow;
import dev.residua.model.SafeText;
import dev.residua.monitor.IdleResult;
import dev.residua.monitor.MonitorResult;
import dev.residua.monitor.MonitorThresholds;
import dev.residua.monitor.SourceMonitor;
import dev.residua.monitor.SourceMonitorState;
import dev.residua.monitor.SourceSettings;
import dev.residua.monitor.SourceState;
import dev.residua.source.SourceRule;
import dev.residua.source.SourceRules;
import dev.residua.telemetry.Tracing;
import dev.residua.wire.RootCause;
import dev.residua.wire.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Processor that gives every frame to the monitor of its source. The store has the state of every
 * monitor, of bounded size. Monitors of some sources stay in memory; the others are restored, to
 * the same bits, when their next frame arrives.
 */
final class MonitorSource implements Processor<String, CheckModel.Checked, String, Object> {
  static final String STORE = "source-monitors";

  private static final Logger LOG = LoggerFactory.getLogger(MonitorSource.class);

  /** Time between two checks of the sources that send nothing. */
  private static final Duration TICK = Duration.ofSeconds(1);

  private final MonitorModels models;
  private final ControlCommandStore commands;
  private final MonitorRules rules;
  private final SourceLimits limits;
  private final Topics topics;
  private final MonitorListener listener;
  private final Tracing tracing;

  private final LiveSources liveSources;
  private final MonitorCache<SourceMonitor> live;
  private boolean open;
  private final SourceClock clock = new SourceClock();
  private final Set<String> silent = new HashSet<>();

  /** Of the model of the last frame; null before the first. */
  private @Nullable MonitorThresholds lastThresholds;

  /** Commands up to this offset were followed by every source. */
  private long followedOffset;

  /** Rules whose disabled sources were forgotten. */
  private SourceRules followedRules = SourceRules.EMPTY;

  private ProcessorContext<String, Object> context;
  private ResultForwarder results;
  private SourceStates states;

  @SuppressWarnings("NullAway.Init") // Kafka Streams calls init before process
  MonitorSource(
      MonitorModels models,
      ControlCommandStore commands,
      MonitorRules rules,
      SourceLimits limits,
      LiveSources liveSources,
      Topics topics,
      MonitorListener listener,
      Tracing tracing) {
    this.models = models;
    this.rules = rules;
    this.limits = limits;
    this.topics = topics;
    this.listener = listener;
    this.tracing = tracing;
    this.commands = commands;
    this.liveSources = liveSources;
    this.live = new MonitorCache<>(limits.live(), source -> states.release(source));
  }

  @Override
  public void init(ProcessorContext<String, Object> context) {
    this.context = context;
    this.results = new ResultForwarder(context, topics, tracing);
    KeyValueStore<String, byte[]> store = context.getStateStore(STORE);
    this.states = new SourceStates(store, topics.sourceStates());
    // A task that is revived starts from its store, not from the remains of an aborted transaction.
    this.live.clear();
    if (!open) {
      open = true;
      liveSources.opened();
    }
    this.live.resize(liveSources.each());
    this.clock.start(context.currentSystemTimeMs());
    this.silent.clear();
    this.followedOffset = -1;
    this.followedRules = SourceRules.EMPTY;
    states.forEach(clock::seen);
    context.schedule(TICK, PunctuationType.WALL_CLOCK_TIME, this::tick);
  }

  @Override
  public void process(Record<String, CheckModel.Checked> record) {
    if (record.value().shadow()) {
      shadow(record.value(), record.timestamp());
      return;
    }
    ScoredFrame frame = record.value().frame();
    lastThresholds = record.value().limits();
    SourceRule rule = rules.revision(frame.rule());
    if (!rule.enabled()) {
      disable(frame.source(), rule, context.currentSystemTimeMs());
      return;
    }
    SourceMonitor monitor = monitor(frame.source(), lastThresholds);
    Evaluated evaluated;
    Headers headers;
    try (Tracing.Step step = trace(frame.source(), record.headers())) {
      evaluated = evaluated(monitor, frame, rules.settings(rule));
      headers = step.headers();
    }
    clock.seen(frame.source());
    silent.remove(frame.source());
    MonitorResult result = evaluated.result();
    observe(
        () ->
            listener.evaluated(
                context.taskId().partition(), frame, result, monitor.incidentOpen()));
    results.forward(frame.source(), result, record.timestamp(), headers);
    evaluated
        .published()
        .ifPresent(state -> results.publish(frame.source(), state, record.timestamp()));
  }

  /** Lets a source learn under a challenger; a failure does not affect the source. */
  private void shadow(CheckModel.Checked score, long timestamp) {
    ScoredFrame frame = score.frame();
    String source = frame.source();
    SourceRule rule = rules.revision(frame.rule());
    if (!rule.enabled() || !rules.settings(rule).commissioned()) {
      return;
    }
    try {
      SourceMonitor ready = live.use(source);
      if (ready == null) {
        Optional<SourceMonitorState> known = stored(source);
        if (known.isEmpty()) {
          return; // the active model has not scored it yet
        }
        ready = SourceMonitor.restore(thresholds(known.get().modelId()), known.get(), null);
      }
      MonitorResult result =
          MonitorResult.of(
              ready.shadow(
                  frame,
                  score.limits().model(),
                  Shadow.promotedId(frame.modelId()),
                  commands.active(),
                  rules.settings(rule)));
      states.write(source, ready.state());
      live.put(source, ready);
      if (result.commissioning().isPresent()) {
        results.forward(source, result, timestamp);
      }
    } catch (KafkaException e) { // of the transaction or a store, not of this source
      throw e;
    } catch (RuntimeException e) {
      live.remove(source);
      states.release(source);
      LOG.error(
          "source could not learn under a challenger: source={} model={} reason={}",
          SafeText.of(source),
          SafeText.of(frame.modelId()),
          RootCause.message(e));
    }
  }

  /** Checks the sources that send nothing: commands, silence, and the end of their state. */
  private void tick(long now) {
    clock.update(now);
    live.resize(liveSources.each()); // other partitions came or went
    ActiveControls controls = commands.active();
    if (controls.lastOffset() > followedOffset) {
      followedOffset = controls.lastOffset();
      clock.sources().forEach(source -> follow(controls, source, now));
    }
    for (String source : clock.idleFor(limits.forgetAfter())) {
      if (idle(
          source,
          now,
          state -> true,
          monitor -> MonitorResult.without(monitor.gone(clock.idle(source))))) {
        forget(source);
      } else {
        clock.seen(source); // tried again after the same time
      }
    }
    SourceRules latest = rules.latest();
    if (latest != followedRules) {
      followedRules = latest;
      for (String source : clock.sources()) {
        if (!latest.of(source).enabled()) {
          disable(source, latest.of(source), now);
        }
      }
    }
    checkSilence(latest, controls, now);
  }

  private void checkSilence(SourceRules latest, ActiveControls controls, long now) {
    Instant time = Instant.ofEpochMilli(now);
    for (String source : clock.idleFor(rules.shortestSilence(limits.silentAfter()))) {
      SourceRule rule = latest.of(source);
      if (!silent.contains(source)
          && rules.silent(rule, clock.idle(source), time, limits.silentAfter())
          && !controls.maintained(source, time)) {
        silent.add(source);
        idle(
            source,
            now,
            state -> true,
            monitor ->
                MonitorResult.without(monitor.silent(clock.idle(source), rules.settings(rule))));
      }
    }
  }

  /** Ends the monitoring of a source: closes its incidents and drops its state. */
  private void disable(String source, SourceRule rule, long now) {
    if (states.contains(source)
        && idle(
            source,
            now,
            state -> true,
            monitor -> MonitorResult.without(monitor.disabled(clock.idle(source), rule.key())))) {
      forget(source);
    }
  }

  private void follow(ActiveControls controls, String source, long now) {
    boolean[] retired = new boolean[1];
    idle(
        source,
        now,
        state -> state.hasPendingCommands(source, controls),
        monitor -> {
          IdleResult result = monitor.follow(controls, clock.idle(source));
          retired[0] = result.retired();
          return MonitorResult.of(result);
        });
    if (retired[0]) {
      forget(source);
    }
  }

  /** Deletes the state of a source; its next frame starts again. */
  private void forget(String source) {
    clock.forget(source);
    silent.remove(source);
    live.remove(source);
    boolean published = states.isPublished(source);
    if (states.delete(source)) {
      results.forward(source, MonitorResult.FORGOTTEN, context.currentSystemTimeMs());
    }
    if (published) {
      results.publish(source, null, context.currentSystemTimeMs());
    }
    observe(() -> listener.forgotten(source));
  }

  /**
   * Changes the state of a source between two frames.
   *
   * @param concerned returns true if a source with this state is to be changed
   * @return whether it was changed, or did not have to be
   */
  private boolean idle(
      String source,
      long now,
      Predicate<SourceMonitorState> concerned,
      Function<SourceMonitor, MonitorResult> change) {
    try {
      SourceMonitor ready = live.look(source);
      SourceMonitorState before = ready != null ? ready.state() : states.read(source).orElse(null);
      if (before == null) {
        clock.forget(source);
        return true;
      }
      if (!concerned.test(before)) {
        return true;
      }
      SourceMonitor monitor =
          ready != null ? ready : SourceMonitor.restore(thresholds(before.modelId()), before, null);
      MonitorResult result = change.apply(monitor);
      states.writeIfChanged(source, monitor.state());
      if (!result.incidents().isEmpty() || result.commissioning().isPresent()) {
        observe(() -> listener.changed(result));
        results.forward(source, result, now);
      }
      monitor
          .news(null, states.published(source), limits.stateInterval())
          .ifPresent(
              state -> {
                states.publish(source, state);
                results.publish(source, state, now);
              });
      return true;
    } catch (KafkaException e) { // of the transaction or a store, not of this source
      throw e;
    } catch (RuntimeException e) {
      live.remove(source);
      LOG.error(
          "source could not be watched between frames: source={} reason={}",
          SafeText.of(source),
          RootCause.message(e));
      return false;
    } finally {
      if (live.look(source) == null) {
        states.release(source);
      }
    }
  }

  /** Returns the thresholds of a model, or those of the last frame's model if it is gone. */
  private MonitorThresholds thresholds(String modelId) {
    return models
        .find(modelId)
        .or(() -> Optional.ofNullable(lastThresholds))
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "its model %s is not in the registry".formatted(SafeText.of(modelId))));
  }

  /**
   * Evaluates a frame. If that fails, the source continues from the state before the frame, and the
   * frame becomes a dead letter.
   */
  private Evaluated evaluated(SourceMonitor monitor, ScoredFrame frame, SourceSettings settings) {
    MonitorResult result;
    SourceMonitorState state;
    SourceState before = states.published(frame.source());
    Optional<SourceState> published;
    try {
      result = monitor.next(frame, commands.active(), settings);
      state = monitor.state();
      published = monitor.news(frame, before, limits.stateInterval());
    } catch (RuntimeException e) {
      live.remove(frame.source()); // perhaps half changed; the store has the state before
      states.release(frame.source());
      throw new PoisonScoreException(
          "the score of %s #%d could not be evaluated: %s"
              .formatted(frame.source(), frame.sequence(), RootCause.message(e)),
          e);
    }
    states.write(frame.source(), state);
    published.ifPresent(news -> states.publish(frame.source(), news));
    live.put(frame.source(), monitor); // after it is written, as it may leave again at once
    return new Evaluated(result, published);
  }

  /**
   * Results for a frame.
   *
   * @param published state of the source if it is to be published
   */
  private record Evaluated(MonitorResult result, Optional<SourceState> published) {}

  private static void observe(Runnable report) {
    try {
      report.run();
    } catch (RuntimeException e) {
      LOG.warn("an observer of the monitor failed; monitoring is not affected", e);
    }
  }

  /** A score whose evaluation failed unexpectedly. */
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
    if (open) {
      open = false;
      liveSources.closed();
    }
    observe(() -> listener.released(context.taskId().partition()));
  }

  /** Returns the monitor of a source, restored if its last frame had another model. */
  private SourceMonitor monitor(String source, MonitorThresholds thresholds) {
    SourceMonitor ready = live.use(source);
    if (ready != null && ready.thresholds() == thresholds) {
      return ready;
    }
    SourceMonitor left = live.left();
    SourceMonitor reused = left != null && left.thresholds() == thresholds ? left : null;
    return stored(source)
        .map(state -> SourceMonitor.restore(thresholds, state, reused))
        .orElseGet(() -> SourceMonitor.start(thresholds, reused));
  }

  private Optional<SourceMonitorState> stored(String source) {
    try {
      return states.read(source);
    } catch (IllegalArgumentException e) {
      throw new StreamsException(
          "the state of %s in store %s cannot be read: %s; run the version that wrote it, or delete the state directory and the store's changelog topic, after which all detectors restart"
              .formatted(source, STORE, e.getMessage()),
          e);
    }
  }
}
