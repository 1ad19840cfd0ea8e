package dev.residua.dashboard;

import dev.residua.causal.ScoredFrame;
import dev.residua.commissioning.CommissioningReport;
import dev.residua.commissioning.CommissioningStatus;
import dev.residua.drift.DriftScore;
import dev.residua.incident.Incident;
import dev.residua.monitor.InnovationStage;
import dev.residua.wire.BoundedMap;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Bounded index of the histories by source. Not thread-safe. */
public final class SourceIndex {
  /**
   * Max number of sources; beyond it, the sources without data for the longest time are dropped.
   */
  public static final int MAX_SOURCES = 10_000;

  /** Heap per source; a smaller heap has fewer sources. */
  static final int HEAP_PER_SOURCE = 100 << 10;

  private static final int MIN_SOURCES = 100;

  /** Max frames of one source. */
  static final int MAX_ROWS = 1_200;

  /** Min frames of each source, for any number of sources. */
  public static final int MIN_ROWS = 64;

  /** Frames of all sources beyond which each source keeps fewer. */
  public static final int ALL_ROWS = 400_000;

  private final Map<String, SourceHistory> sources =
      BoundedMap.ofLastUsed(maxSources(Runtime.getRuntime().maxMemory()));
  private final Map<String, CommissioningReport> reports = BoundedMap.ofLatest(MAX_SOURCES);
  private int rowsPerSource = MAX_ROWS;
  private int maxLatents;
  private int halvings; // of the time of the long history

  /** Returns how many sources are kept with a heap of that many bytes. */
  static int maxSources(long heapBytes) {
    return (int) Math.min(MAX_SOURCES, Math.max(MIN_SOURCES, heapBytes / HEAP_PER_SOURCE));
  }

  /** Returns the histories by name, the one with the newest data last. */
  Map<String, SourceHistory> all() {
    return Collections.unmodifiableMap(sources);
  }

  boolean contains(String name) {
    return sources.containsKey(name);
  }

  /** Returns the history of a source, which then counts as used. */
  Optional<SourceHistory> find(String name) {
    return Optional.ofNullable(sources.get(name));
  }

  /** Returns the history of a source, which may be new. */
  SourceHistory at(String name) {
    SourceHistory known = sources.get(name);
    if (known == null) {
      known = new SourceHistory(rowsPerSource, halvings);
      sources.put(name, known);
      share();
    }
    return known;
  }

  void scored(ScoredFrame frame, @Nullable InnovationStage ofModel) {
    at(frame.source()).scored(frame, ofModel);
    int latents = frame.statistics().standardized().length;
    if (latents > maxLatents && latents <= SourceHistory.MAX_COLUMNS) {
      maxLatents = latents;
      share();
    }
  }

  void incident(Incident incident) {
    if (incident.open() || sources.containsKey(incident.source())) {
      at(incident.source()).incident(incident);
    }
  }

  /** Halves the frames and the long history of each source while all together are too many. */
  private void share() {
    while (rowsPerSource > MIN_ROWS && (long) rowsPerSource * sources.size() > ALL_ROWS) {
      rowsPerSource = Math.max(MIN_ROWS, rowsPerSource / 2);
      sources.values().forEach(one -> one.limit(rowsPerSource));
    }
    int needed = LongHistory.halves(sources.size(), maxLatents);
    if (needed > halvings) {
      halvings = needed;
      sources.values().forEach(one -> one.halve(halvings));
    }
  }

  /** Returns false for a report that is ignored because it has too many latents. */
  boolean commissioning(CommissioningReport report) {
    if (report.latents().size() > SourceHistory.MAX_COLUMNS) {
      return false;
    }
    reports.remove(report.source()); // so that the newest are last
    reports.put(report.source(), report);
    return true;
  }

  /** Returns false if the source had no report. */
  boolean forgotten(String source) {
    return reports.remove(source) != null;
  }

  Collection<CommissioningReport> reports() {
    return reports.values();
  }

  @Nullable CommissioningReport report(String source) {
    return reports.get(source);
  }

  /** Returns the status of a source; its last score stands in until the first report is read. */
  CommissioningStatus status(String source, SourceHistory history) {
    CommissioningReport report = reports.get(source);
    if (report != null) {
      return report.status();
    }
    DriftScore score = history.lastDrift();
    if (score == null) {
      return CommissioningStatus.MODEL;
    }
    DriftScore.Calibration calibration = score.calibration();
    return new CommissioningStatus(
        calibration.phase(),
        calibration.revision(),
        SourceHistory.isWatched(score) ? 1 : 0,
        calibration.provisional(),
        List.of());
  }
}
