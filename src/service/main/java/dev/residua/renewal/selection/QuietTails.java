package dev.residua.renewal.selection;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Keeps the last quiet frames of every source in their order, for calibration and examination.
 * Every source has the same room; if that is too little, the sources with the smallest pseudorandom
 * numbers have room. Frames that drop out are passed on. If there are fewer frames than the
 * settings allow in all, the split keeps the share of the settings, or half if that is more. The
 * result depends only on the order within each source. Memory: the requested frames, and O(1) per
 * source. For one thread.
 */
final class QuietTails {
  private final SelectionSettings settings;
  private final Consumer<FrameCandidate> dropped;
  private final Map<String, Tail> tails = new TreeMap<>();
  private final Map<String, FrameCandidate> previous = new HashMap<>();
  private final TreeMap<Long, String> order = new TreeMap<>();
  private final int most;
  private final int minRoom;
  private long offered;
  private long lastSource = Long.MAX_VALUE;

  /** The last frames of a source; the first one of each run is marked. */
  private static final class Tail {
    final ArrayDeque<Link> links = new ArrayDeque<>();
  }

  private record Link(FrameCandidate frame, boolean follows) {}

  /** The final division of the kept frames. */
  record Split(
      List<List<FrameCandidate>> calibration,
      List<List<FrameCandidate>> heldOut,
      Map<RejectionReason, Long> leftOut) {}

  QuietTails(SelectionSettings settings, Consumer<FrameCandidate> dropped) {
    this.settings = settings;
    this.dropped = dropped;
    this.most = settings.calibrationFrames() + settings.heldOutFrames();
    // Room for one stretch to calibrate with and one to hold out, by their shares.
    double share = Math.min(settings.heldOutFrames(), settings.calibrationFrames()) / (double) most;
    this.minRoom =
        (int) Math.ceil(settings.minStretchFrames() / share) + settings.separationFrames();
  }

  /** Adds a candidate after all earlier ones of its source. */
  void offer(FrameCandidate frame) {
    offered++;
    FrameCandidate before = previous.put(frame.source(), frame);
    boolean follows = before != null && frame.follows(before, settings.maxGap().toNanos());
    Tail tail = tails.get(frame.source());
    if (tail == null) {
      long number = FrameCandidate.hash(FrameCandidate.mix(settings.seed()), frame.source());
      if (number >= lastSource) {
        dropped.accept(frame);
        return;
      }
      tail = new Tail();
      tails.put(frame.source(), tail);
      order.put(number, frame.source());
      fit(most);
      if (!tails.containsKey(frame.source())) {
        dropped.accept(frame);
        return;
      }
    }
    tail.links.add(new Link(frame, follows));
    trim(tail, most / tails.size());
  }

  /** Returns true if the source has already offered this frame or a later one. */
  boolean repeats(FrameCandidate frame) {
    FrameCandidate before = previous.get(frame.source());
    return before != null && frame.sequence() <= before.sequence();
  }

  /** Ends the current run of a source, after a frame that must not be learnt. */
  void interrupt(String source) {
    previous.remove(source);
  }

  private void drop() {
    Map.Entry<Long, String> last = order.pollLastEntry();
    lastSource = last.getKey();
    Tail removed = tails.remove(last.getValue());
    if (removed != null) {
      removed.links.forEach(link -> dropped.accept(link.frame()));
    }
  }

  /** Limits all tails together to a number of frames. */
  private void fit(int room) {
    while (tails.size() > Math.max(1, room / minRoom)) {
      drop();
    }
    tails.values().forEach(tail -> trim(tail, room / tails.size()));
  }

  private void trim(Tail tail, int room) {
    while (tail.links.size() > room) {
      dropped.accept(tail.links.removeFirst().frame());
    }
  }

  /**
   * Divides the kept frames: of every source, the end of its last sufficiently long run is held
   * out, and the sufficiently long runs before it calibrate. Passes on the frames above their share
   * first.
   */
  Split split() {
    if (!tails.isEmpty()) {
      double share = Math.max(0.5, most / ((double) most + settings.trainingFrames()));
      fit((int) Math.min(most, share * offered));
    }
    List<List<FrameCandidate>> calibration = new ArrayList<>();
    List<List<FrameCandidate>> heldOut = new ArrayList<>();
    Map<RejectionReason, Long> leftOut = new EnumMap<>(RejectionReason.class);
    for (Tail tail : tails.values()) {
      List<List<FrameCandidate>> stretches = stretches(tail);
      int wanted = (int) ((long) tail.links.size() * settings.heldOutFrames() / most);
      int last = stretches.size() - 1;
      while (last >= 0 && stretches.get(last).size() < settings.minStretchFrames()) {
        count(leftOut, RejectionReason.SHORT_STRETCH, stretches.remove(last--).size());
      }
      if (last < 0) {
        continue;
      }
      List<FrameCandidate> newest = stretches.remove(last);
      int held = Math.min(newest.size(), Math.max(settings.minStretchFrames(), wanted));
      heldOut.add(newest.subList(newest.size() - held, newest.size()));
      stretches.add(newest.subList(0, newest.size() - held));
      int separation = settings.separationFrames();
      for (int i = stretches.size() - 1; i >= 0 && separation > 0; i--) {
        List<FrameCandidate> stretch = stretches.get(i);
        int cut = Math.min(separation, stretch.size());
        count(leftOut, RejectionReason.SEPARATION, cut);
        stretches.set(i, stretch.subList(0, stretch.size() - cut));
        separation -= cut;
      }
      for (List<FrameCandidate> stretch : stretches) {
        if (stretch.size() >= settings.minStretchFrames()) {
          calibration.add(stretch);
        } else {
          count(leftOut, RejectionReason.SHORT_STRETCH, stretch.size());
        }
      }
    }
    return new Split(calibration, heldOut, leftOut);
  }

  private static List<List<FrameCandidate>> stretches(Tail tail) {
    List<List<FrameCandidate>> stretches = new ArrayList<>();
    List<FrameCandidate> current = new ArrayList<>();
    for (Link link : tail.links) {
      if (!link.follows() && !current.isEmpty()) {
        stretches.add(current);
        current = new ArrayList<>();
      }
      current.add(link.frame());
    }
    if (!current.isEmpty()) {
      stretches.add(current);
    }
    return stretches;
  }

  private static void count(Map<RejectionReason, Long> leftOut, RejectionReason why, long frames) {
    if (frames > 0) {
      leftOut.merge(why, frames, Long::sum);
    }
  }
}
