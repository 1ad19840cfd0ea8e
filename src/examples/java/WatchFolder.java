import dev.residua.anomaly.*;
import dev.residua.causal.ScoredFrame;
import dev.residua.frame.*;
import dev.residua.incident.*;
import dev.residua.model.ModelBundle;
import dev.residua.monitor.*;
import dev.residua.runtime.*;
import dev.residua.source.SourceRule;
import java.nio.file.*;
import java.time.*;
import java.util.*;

/** Scores the PNG files of a folder in the order of their names, and prints their incidents. */
public class WatchFolder {
  public static void main(String[] args) throws Exception {
    ModelBundle bundle = ModelBundle.read(Path.of(args[0]));
    List<Path> files;
    try (var all = Files.list(Path.of(args[1]))) {
      files = all.filter(file -> file.toString().endsWith(".png")).sorted().toList();
    }
    double runLength = 1_000_000; // frames between two false alarms, on average
    MonitorModel limits =
        BundleOpener.monitor(
            bundle, AnomalySettings.DEFAULTS, runLength, IncidentSettings.DEFAULTS);
    SourceMonitor monitor = SourceMonitor.start(new MonitorThresholds(limits));
    Instant first = Instant.parse("2026-01-01T00:00:00Z");

    try (ScoringModel model = BundleOpener.scoring(bundle, 1)) {
      FrameBatch batch =
          new FrameBatch(
              model,
              FrameLimits.DEFAULTS,
              ReconstructionPlan.EVERY_FRAME,
              1, // frames per batch
              Clock.systemUTC(),
              FrameScorer.Observer.NONE);
      for (int i = 0; i < files.size(); i++) {
        byte[] png = Files.readAllBytes(files.get(i));
        Instant time = first.plusMillis(50L * i);
        Frame frame = new Frame("folder", i, time, 0, 0, PixelFormat.PNG, png, Map.of());
        FramePosition position = new FramePosition("folder", 0, i);
        batch.add(frame, position, FrameTiming.ON_TIME, SourceRule.DEFAULTS);
        for (ScoredFrame score : batch.score()) {
          System.out.printf(
              "%s p = %.5f %s%n",
              files.get(i).getFileName(),
              score.statistics().jointPValue(),
              Arrays.toString(score.statistics().standardized()));
          for (Incident incident : monitor.next(score, ActiveControls.EMPTY).incidents()) {
            System.out.printf("incident %s: %s%n", incident.state(), incident.summary().headline());
          }
        }
      }
    }
  }
}
