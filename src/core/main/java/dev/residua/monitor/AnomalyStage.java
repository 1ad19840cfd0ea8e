package dev.residua.monitor;

import dev.residua.anomaly.AnomalyEpisode;
import dev.residua.anomaly.Verdict;
import dev.residua.causal.FrameStatistics;

/**
 * Stage that reports single unusual frames, once per episode and kind. Mutable, for one thread. Its
 * state is an {@link AnomalyEpisode}.
 */
final class AnomalyStage {
  private final MonitorModel model;
  private final Findings findings;
  private AnomalyEpisode episode;

  AnomalyStage(MonitorModel model, AnomalyEpisode state) {
    this.model = model;
    this.findings = new Findings(model);
    this.episode = state;
  }

  AnomalyEpisode state() {
    return episode;
  }

  void restart() {
    episode = AnomalyEpisode.QUIET;
  }

  void next(MonitoredFrame frame, FrameStatistics statistics) {
    Verdict verdict = model.rule().decide(statistics);
    AnomalyEpisode.Step step = episode.next(verdict, model.rule().settings());
    episode = step.next();
    if (step.report() && verdict instanceof Verdict.Anomalous anomaly) {
      frame.events().add(findings.anomaly(frame.scored(), anomaly));
    }
  }
}
