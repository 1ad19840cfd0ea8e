package dev.residua.app;

import dev.residua.causal.ScoredFrame;
import dev.residua.dashboard.LiveState;
import dev.residua.drift.DriftScore;
import dev.residua.model.ModelBundle;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Counts and last findings in memory, fed from Kafka. Bounded: sources beyond the limit push out
 * the oldest.
 */
@ApplicationScoped
public class LiveFindings implements LiveState {
  private static final int MAX_SOURCES = 1_000;
  private static final int SHOWN_SOURCES = 50;
  private static final int MAX_FINDINGS = 100;
  private static final int RATE_SECONDS = 10;

  private String modelId = "";
  private String graph = "";
  private List<String> latents = List.of();
  private long scored;
  private final long[] perSecond = new long[RATE_SECONDS];
  private long currentSecond;
  private final Map<String, Long> deadLetters = new TreeMap<>();
  private final Deque<FindingView> findings = new ArrayDeque<>();
  private final Map<String, SourceState> sources =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, SourceState> eldest) {
          return size() > MAX_SOURCES;
        }
      };

  private static final class SourceState {
    private long frames;
    private long lastSequence;
    private float[] standardized = {};
    private double statistic;
    private double threshold;
  }

  synchronized void model(ModelBundle bundle) {
    modelId = bundle.id();
    graph = bundle.graph().toString();
    latents = bundle.manifest().latentNames();
  }

  synchronized void scored(ScoredFrame frame, long nowSeconds) {
    scored++;
    advance(nowSeconds);
    perSecond[(int) (nowSeconds % RATE_SECONDS)]++;
    SourceState source = sources.computeIfAbsent(frame.source(), name -> new SourceState());
    source.frames++;
    source.lastSequence = frame.sequence();
    source.standardized = frame.standardized();
  }

  synchronized void drift(DriftScore score) {
    SourceState source = sources.computeIfAbsent(score.source(), name -> new SourceState());
    source.statistic = score.statistic();
    source.threshold = score.threshold();
  }

  synchronized void found(FindingView finding) {
    findings.addFirst(finding);
    if (findings.size() > MAX_FINDINGS) {
      findings.removeLast();
    }
  }

  synchronized void deadLetter(String reason) {
    deadLetters.merge(reason, 1L, Long::sum);
  }

  private void advance(long nowSeconds) {
    long steps = Math.min(RATE_SECONDS, nowSeconds - currentSecond);
    for (long s = nowSeconds - steps + 1; s <= nowSeconds; s++) {
      perSecond[(int) (s % RATE_SECONDS)] = 0;
    }
    currentSecond = Math.max(currentSecond, nowSeconds);
  }

  @Override
  public synchronized Status status() {
    advance(System.nanoTime() / 1_000_000_000L);
    long recent = 0;
    for (long count : perSecond) {
      recent += count;
    }
    List<Source> rows = new ArrayList<>();
    for (Map.Entry<String, SourceState> entry : sources.entrySet()) {
      SourceState s = entry.getValue();
      rows.add(
          new Source(
              entry.getKey(),
              s.frames,
              s.lastSequence,
              s.statistic,
              s.threshold,
              latents,
              s.standardized));
    }
    List<Source> shown = rows.subList(Math.max(0, rows.size() - SHOWN_SOURCES), rows.size());
    return new Status(
        modelId,
        graph,
        scored,
        recent / (double) RATE_SECONDS,
        new TreeMap<>(deadLetters),
        List.copyOf(shown),
        List.copyOf(findings));
  }
}
