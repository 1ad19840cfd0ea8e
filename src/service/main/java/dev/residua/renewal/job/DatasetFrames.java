package dev.residua.renewal.job;

import dev.residua.dataset.FrameDataset;
import dev.residua.dataset.LabelTable;
import dev.residua.frame.Frame;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.FramePosition;
import dev.residua.frame.PixelFormat;
import dev.residua.renewal.selection.Exclusions;
import dev.residua.renewal.selection.FrameCandidate;
import dev.residua.renewal.selection.FrameSelection;
import dev.residua.renewal.selection.RejectionReason;
import dev.residua.renewal.selection.StreamData;
import dev.residua.source.SourceRule;
import dev.residua.training.TrainingProgress;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;

/**
 * Chooses and reads the frames of a data set as if they were the stream of one source of its name.
 * Leaves out frames with a {@code residua.event}, of held pairs and with a value repeated on
 * purpose; columns of factors are their readings.
 */
public final class DatasetFrames {
  private static final FrameLimits LIMITS =
      new FrameLimits(Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE);
  private static final List<String> UNUSUAL_COLUMNS =
      List.of(
          FrameDataset.EVENT_COLUMN,
          FrameDataset.EVENT_NODE_COLUMN,
          FrameDataset.HELD_COLUMN,
          FrameDataset.CHANGED_COLUMN);

  private DatasetFrames() {}

  /**
   * Chooses and reads frames.
   *
   * @param stored frames of the requested shape, or larger ones
   * @param framesPerSecond rate of capture, above 0
   * @param exclusions further frames that must not be learnt, by capture times that begin in 1970
   * @throws CancellationException if {@code cancelled} is true
   */
  public static CollectedFrames collect(
      FrameDataset stored,
      double framesPerSecond,
      Exclusions exclusions,
      FrameRequest request,
      TrainingProgress progress,
      BooleanSupplier cancelled) {
    if (!(framesPerSecond > 0)) {
      throw new IllegalArgumentException(
          "framesPerSecond must be above 0 but was " + framesPerSecond);
    }
    FrameDataset set = stored.reducedTo(request.shape());
    FrameSelection selection = new FrameSelection(request.selection(), exclusions);
    for (int i = 0; i < set.size(); i++) {
      Map<String, String> attributes = attributes(set, i, request.factorNames());
      if (unusual(set.labels(), i)) {
        selection.reject(set.name(), RejectionReason.EVENT);
      } else if (request.lacksVariable(
          SourceRule.DEFAULTS, attributes, capturedAt(i, framesPerSecond))) {
        selection.reject(null, RejectionReason.VARIABLE_MISSING); // its run continues
      } else {
        selection.offer(
            new FrameCandidate(
                set.name(),
                position(set, i),
                capturedAt(i, framesPerSecond),
                i,
                CollectedFrames.known(
                    CollectedFrames.readings(attributes, request.factorNames()))));
      }
    }
    FrameSelection.Plan plan = selection.plan();
    Set<FramePosition> wanted = plan.positions();
    PixelFormat format = set.shape().channels() == 1 ? PixelFormat.GRAY8 : PixelFormat.RGB8;
    try (CollectedFrames.Collector collector = new CollectedFrames.Collector(request, LIMITS)) {
      for (int i = 0; i < set.size(); i++) {
        if (cancelled.getAsBoolean()) {
          throw new CancellationException(
              "reading %s was cancelled after %d of %d frames"
                  .formatted(set.name(), i, set.size()));
        }
        FramePosition position = position(set, i);
        if (wanted.contains(position)) {
          collector.addWhole(
              position,
              new Frame(
                  set.name(),
                  i,
                  capturedAt(i, framesPerSecond),
                  set.shape().width(),
                  set.shape().height(),
                  format,
                  set.read(i, 1),
                  attributes(set, i, request.factorNames())),
              set.mask());
        }
        progress.at("reading frames", (i + 1.0) / set.size(), null);
      }
      return collector.done(set.name(), plan);
    }
  }

  private static boolean unusual(LabelTable labels, int row) {
    for (String column : UNUSUAL_COLUMNS) {
      String text = labels.has(column) ? labels.text(row, column) : null;
      if (text != null && !text.isBlank()) {
        return true;
      }
    }
    return false;
  }

  private static Map<String, String> attributes(FrameDataset set, int row, List<String> factors) {
    Map<String, String> attributes = new HashMap<>(set.attributes(row));
    for (String factor : factors) {
      if (set.labels().has(factor)) {
        attributes.put(
            StreamData.READING + factor, Double.toString(set.labels().value(row, factor)));
      }
    }
    return attributes;
  }

  private static FramePosition position(FrameDataset set, int frame) {
    return new FramePosition(set.name(), 0, frame);
  }

  private static Instant capturedAt(int frame, double framesPerSecond) {
    return Instant.EPOCH.plusNanos(Math.round(frame * 1e9 / framesPerSecond));
  }
}
