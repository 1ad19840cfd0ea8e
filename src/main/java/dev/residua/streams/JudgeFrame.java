package dev.residua.streams;

import dev.residua.anomaly.AnomalyEpisode;
import dev.residua.anomaly.AnomalyEvent;
import dev.residua.anomaly.AnomalyKind;
import dev.residua.anomaly.AnomalyRule;
import dev.residua.anomaly.AnomalySentence;
import dev.residua.anomaly.FrameStatistics;
import dev.residua.anomaly.Verdict;
import dev.residua.causal.Finding;
import dev.residua.causal.Finding.Severity;
import dev.residua.causal.PictureLinks;
import dev.residua.causal.ScoredFrame;
import java.util.List;
import org.apache.kafka.streams.processor.api.FixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorContext;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * A verdict on every frame; forwards an event for the frames that are to be reported. State: one
 * episode a source.
 */
final class JudgeFrame implements FixedKeyProcessor<String, ScoredFrame, AnomalyEvent> {
  static final String STORE = "anomaly-episodes";

  private final MonitorModel model;
  private FixedKeyProcessorContext<String, AnomalyEvent> context;
  private KeyValueStore<String, byte[]> episodes;

  @SuppressWarnings("NullAway.Init") // Kafka Streams calls init before process
  JudgeFrame(MonitorModel model) {
    this.model = model;
  }

  @Override
  public void init(FixedKeyProcessorContext<String, AnomalyEvent> context) {
    this.context = context;
    this.episodes = context.getStateStore(STORE);
  }

  @Override
  public void process(FixedKeyRecord<String, ScoredFrame> record) {
    ScoredFrame frame = record.value();
    byte[] stored = episodes.get(frame.source());
    AnomalyEpisode episode =
        stored == null ? AnomalyEpisode.QUIET : AnomalyEpisode.fromBytes(stored);
    Verdict verdict = model.rule().decide(statistics(frame));
    AnomalyEpisode.Step step = episode.next(verdict, model.rule().settings());
    if (!step.next().equals(episode)) {
      episodes.put(frame.source(), step.next().toBytes());
    }
    if (step.report() && verdict instanceof Verdict.Anomalous anomaly) {
      context.forward(record.withValue(event(frame, anomaly)));
    }
  }

  static FrameStatistics statistics(ScoredFrame frame) {
    return new FrameStatistics(
        frame.standardized(),
        frame.pValues(),
        frame.jointPValue(),
        frame.reconstructionPValue(),
        frame.appearancePValue(),
        frame.reconstructionError(),
        frame.appearance());
  }

  private AnomalyEvent event(ScoredFrame frame, Verdict.Anomalous anomaly) {
    List<Finding.Cause> causes =
        anomaly.causes().stream()
            .map(
                cause ->
                    new Finding.Cause(
                        model.graph().name(cause.latent()),
                        model.graph().parentNames(cause.latent()),
                        cause.standardized(),
                        cause.pValue(),
                        cause.share()))
            .toList();
    List<Finding.Reading> readings = Finding.readings(model.graph(), frame);
    Finding finding =
        new Finding(
            EventIds.of("anomaly", frame),
            frame.source(),
            frame.sequence(),
            frame.sequence(),
            frame.capturedAt(),
            frame.capturedAt(),
            model.id(),
            model.digest(),
            anomaly.kind() == AnomalyKind.RESIDUAL ? Severity.WARNING : Severity.INFO,
            AnomalySentence.of(anomaly, model.graph()),
            causes,
            readings,
            frame.position(),
            PictureLinks.of(model.graph(), readings, causes));
    AnomalyRule rule = model.rule();
    return new AnomalyEvent(
        finding,
        anomaly.kind(),
        rule.statistic(anomaly),
        rule.threshold(),
        anomaly.pValue(),
        rule.condition(),
        anomaly.tailPValue(),
        rule.calibration().resolution(anomaly.kind()));
  }
}
