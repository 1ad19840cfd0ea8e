package dev.residua.streams;

import dev.residua.causal.CausalGraph;
import dev.residua.causal.Finding;
import dev.residua.causal.Finding.Severity;
import dev.residua.causal.ScoredFrame;
import dev.residua.drift.DriftAlarm;
import dev.residua.drift.DriftEvent;
import dev.residua.drift.DriftReading;
import dev.residua.drift.DriftScore;
import dev.residua.drift.DriftSentence;
import dev.residua.drift.Threshold;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.streams.processor.api.FixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorContext;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Feeds every frame's residuals to its source's drift detector. The store holds what a detector
 * needs to go on, of fixed size; the sums derived from it live in memory for the sources seen last,
 * and are computed again, to the same bits, for the others and after a restart.
 */
final class TrackDrift implements FixedKeyProcessor<String, ScoredFrame, TrackDrift.Tracked> {
  static final String STORE = "drift-tracks";

  /** Detectors held ready: 0.4 MB each at four latents. */
  private static final int MAX_LIVE = 256;

  /** Standard errors from which a latent is named as a cause. */
  private static final double NAMED_SHIFT = 3;

  private static final String CONDITION =
      "blocks of the source's nominal residuals are exchangeable with blocks of the reference; the run length is an average over references of its size";

  private final MonitorModel model;
  private final Threshold threshold;
  private final DriftAlarm.Levels levels;
  private final DriftReading reading;
  private final Map<String, DriftTrack> live =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, DriftTrack> eldest) {
          return size() > MAX_LIVE;
        }
      };
  private FixedKeyProcessorContext<String, Tracked> context;
  private KeyValueStore<String, byte[]> tracks;

  /**
   * What follows from one frame.
   *
   * @param score state of the detector
   * @param events onset or end, at most one
   */
  record Tracked(DriftScore score, List<DriftEvent> events) {}

  @SuppressWarnings("NullAway.Init") // Kafka Streams calls init before process
  TrackDrift(MonitorModel model) {
    this.model = model;
    this.threshold = model.reference().threshold(model.targetRunLength());
    this.levels = DriftAlarm.Levels.of(model.reference(), model.targetRunLength());
    this.reading = DriftTrack.start(model.reference()).detector.newReading();
  }

  @Override
  public void init(FixedKeyProcessorContext<String, Tracked> context) {
    this.context = context;
    this.tracks = context.getStateStore(STORE);
    this.live.clear(); // a task that is revived starts from its store, not from what an aborted
    // transaction left here
  }

  @Override
  public void process(FixedKeyRecord<String, ScoredFrame> record) {
    ScoredFrame frame = record.value();
    DriftTrack track = track(frame.source());
    track.expect(frame.sequence());
    track.detector.update(frame.standardized(), reading);
    DriftAlarm before = track.alarm();
    DriftAlarm.Step step = before.next(reading, levels);
    track.alarm(step.next());
    tracks.put(frame.source(), track.toBytes());
    List<DriftEvent> events =
        switch (step.change()) {
          case NONE -> List.of();
          case STARTED -> List.of(onset(frame, track));
          case ENDED -> List.of(end(frame, before));
        };
    context.forward(record.withValue(new Tracked(score(frame), events)));
  }

  private DriftTrack track(String source) {
    DriftTrack ready = live.get(source);
    if (ready != null) {
      return ready;
    }
    DriftTrack track = DriftTrack.start(model.reference());
    byte[] stored = tracks.get(source);
    if (stored != null) {
      try {
        track = DriftTrack.fromBytes(model.reference(), stored);
      } catch (IllegalArgumentException e) {
        // The state is of another reference: latents of two models are not comparable, so the
        // detector starts anew.
        track = DriftTrack.start(model.reference());
      }
    }
    live.put(source, track);
    return track;
  }

  private DriftScore score(ScoredFrame frame) {
    return new DriftScore(
        frame.source(),
        frame.sequence(),
        frame.capturedAt(),
        model.id(),
        reading.statistic(),
        threshold.value(),
        model.targetRunLength(),
        reading.perScale(),
        model.reference().settings().scales(),
        reading.samples());
  }

  private DriftEvent onset(ScoredFrame frame, DriftTrack track) {
    int window = reading.scale();
    CausalGraph graph = model.graph();
    float[] shifts = new float[graph.size()];
    List<Finding.Cause> causes = List.of();
    String sentence;
    if (model.rule().appearanceChanged(JudgeFrame.statistics(frame))) {
      sentence = DriftSentence.appearance(window);
    } else {
      track.detector.meanShifts(window, shifts);
      causes = causes(graph, shifts);
      if (!causes.isEmpty()) {
        sentence = DriftSentence.shifted(graph, leading(causes), causes.get(0).evidence(), window);
      } else {
        track.detector.spreadShifts(window, shifts);
        causes = causes(graph, shifts);
        sentence =
            causes.isEmpty()
                ? DriftSentence.reshaped(window, model.reference().chartName(reading.chart()))
                : DriftSentence.spread(graph, leading(causes), causes.get(0).evidence(), window);
      }
    }
    long first = track.sequenceBefore(window);
    // A camera that restarts its count would make the window end before it begins.
    long from = Math.min(first, frame.sequence());
    return event(
        frame,
        DriftEvent.Kind.ONSET,
        from,
        window,
        Severity.WARNING,
        sentence,
        causes,
        new DriftEvent.ChangePoint(from, from, frame.sequence(), 0));
  }

  private int leading(List<Finding.Cause> causes) {
    return model.graph().names().indexOf(causes.get(0).latent());
  }

  private DriftEvent end(ScoredFrame frame, DriftAlarm alarm) {
    return event(
        frame,
        DriftEvent.Kind.END,
        frame.sequence(),
        levels.leaveReadings(),
        Severity.INFO,
        DriftSentence.ended(reading.samples() - alarm.startedAt()),
        List.of(),
        null);
  }

  private DriftEvent event(
      ScoredFrame frame,
      DriftEvent.Kind kind,
      long firstSequence,
      int window,
      Severity severity,
      String sentence,
      List<Finding.Cause> causes,
      DriftEvent.@org.jspecify.annotations.Nullable ChangePoint change) {
    Finding finding =
        new Finding(
            EventIds.of("drift-" + kind, frame),
            frame.source(),
            firstSequence,
            frame.sequence(),
            frame.capturedAt(),
            frame.capturedAt(),
            model.id(),
            model.digest(),
            severity,
            sentence,
            causes,
            Finding.readings(model.graph(), frame),
            frame.position(),
            Map.of());
    return new DriftEvent(
        finding,
        kind,
        reading.statistic(),
        threshold.value(),
        model.targetRunLength(),
        threshold.estimatedRunLength(),
        threshold.extrapolated()
            ? CONDITION + "; extrapolated beyond the simulated run lengths"
            : CONDITION,
        window,
        change);
  }

  private static List<Finding.Cause> causes(CausalGraph graph, float[] shifts) {
    double sum = 0;
    for (float shift : shifts) {
      if (Math.abs(shift) >= NAMED_SHIFT) {
        sum += shift * (double) shift;
      }
    }
    List<Finding.Cause> causes = new ArrayList<>();
    for (int i = 0; i < shifts.length; i++) {
      if (Math.abs(shifts[i]) >= NAMED_SHIFT) {
        causes.add(
            new Finding.Cause(
                graph.name(i),
                graph.parentNames(i),
                shifts[i],
                Double.NaN,
                shifts[i] * (double) shifts[i] / sum));
      }
    }
    causes.sort(Comparator.comparingDouble(Finding.Cause::share).reversed());
    return causes;
  }
}
