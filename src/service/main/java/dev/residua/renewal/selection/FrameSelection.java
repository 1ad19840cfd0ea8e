package dev.residua.renewal.selection;

import dev.residua.frame.FramePosition;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Chooses among stored frames, in one pass and without their pixels: the last quiet runs of every
 * source for calibration and examination, and a sample of all other quiet frames that covers
 * sources and time evenly. Offer the frames of a source in their order; sources may be interleaved.
 * Memory does not grow with the number of frames. For one thread.
 */
public final class FrameSelection {
  private final Exclusions exclusions;
  private final StratifiedReservoir reservoir;
  private final QuietTails tails;
  private final Map<RejectionReason, Long> leftOut = new EnumMap<>(RejectionReason.class);
  private long offered;

  /**
   * The chosen frames.
   *
   * @param training frames to train on, in time order
   * @param calibration stretches to calibrate with, each of one source in its order, by source and
   *     time
   * @param heldOut one run per source to examine the model with, by source
   * @param leftOut how many frames were left out, by reason
   * @param offered number of frames before the choice
   */
  public record Plan(
      List<FrameCandidate> training,
      List<List<FrameCandidate>> calibration,
      List<List<FrameCandidate>> heldOut,
      Map<RejectionReason, Long> leftOut,
      long offered) {
    public Plan {
      training = List.copyOf(training);
      calibration = calibration.stream().map(List::copyOf).toList();
      heldOut = heldOut.stream().map(List::copyOf).toList();
      leftOut = leftOut.isEmpty() ? Map.of() : Map.copyOf(leftOut);
    }

    /** The positions of all chosen frames. */
    public Set<FramePosition> positions() {
      Set<FramePosition> positions = new HashSet<>();
      training.forEach(frame -> positions.add(frame.position()));
      calibration.forEach(s -> s.forEach(frame -> positions.add(frame.position())));
      heldOut.forEach(s -> s.forEach(frame -> positions.add(frame.position())));
      return positions;
    }
  }

  public FrameSelection(SelectionSettings settings, Exclusions exclusions) {
    this.exclusions = exclusions;
    this.reservoir =
        new StratifiedReservoir(settings.trainingFrames(), settings.timeBucket(), settings.seed());
    this.tails = new QuietTails(settings, reservoir::offer);
  }

  /** Offers the next frame of its source. */
  public void offer(FrameCandidate frame) {
    RejectionReason reason = exclusions.reason(frame);
    if (reason == null) {
      offered++;
      tails.offer(frame);
    } else if (reason == RejectionReason.DEAD_LETTER && tails.repeats(frame)) {
      // A repeated frame leaves no gap.
      reject(null, reason);
    } else {
      reject(frame.source(), reason);
    }
  }

  /**
   * Counts a frame that is not a candidate.
   *
   * @param source its source; null if it has none
   */
  public void reject(@Nullable String source, RejectionReason reason) {
    offered++;
    leftOut.merge(reason, 1L, Long::sum);
    if (source != null) {
      tails.interrupt(source);
    }
  }

  /** The choice among the frames so far. */
  public Plan plan() {
    QuietTails.Split split = tails.split();
    Map<RejectionReason, Long> all = new EnumMap<>(RejectionReason.class);
    all.putAll(leftOut);
    split.leftOut().forEach((reason, frames) -> all.merge(reason, frames, Long::sum));
    List<FrameCandidate> training = reservoir.frames();
    long chosen = training.size();
    for (List<FrameCandidate> stretch : split.calibration()) {
      chosen += stretch.size();
    }
    for (List<FrameCandidate> stretch : split.heldOut()) {
      chosen += stretch.size();
    }
    for (long frames : all.values()) {
      chosen += frames;
    }
    if (offered > chosen) {
      all.put(RejectionReason.NOT_SAMPLED, offered - chosen);
    }
    return new Plan(training, split.calibration(), split.heldOut(), all, offered);
  }
}
