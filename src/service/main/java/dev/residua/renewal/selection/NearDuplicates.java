package dev.residua.renewal.selection;

import dev.residua.frame.ImageShape;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/**
 * Drops pictures that look like a recent kept one of the same source. A picture is a copy if its
 * thumbnail differs from a kept one's by less than a bound, so a slow change is followed in steps
 * of the bound. O(pixels + kept in the window) time per frame, for at most {@value #MOST} frames in
 * the window. For one thread.
 */
final class NearDuplicates {
  private static final int MOST = 256;

  private final ImageShape shape;
  private final SelectionSettings settings;
  private final Map<String, ArrayDeque<Kept>> kept = new HashMap<>();

  private record Kept(FrameCandidate frame, float[] thumbnail) {}

  NearDuplicates(ImageShape shape, SelectionSettings settings) {
    this.shape = shape;
    this.settings = settings;
  }

  /**
   * Returns true if a frame is kept; call it in time order.
   *
   * @param pixels its pixels, from {@code offset}
   */
  boolean keeps(FrameCandidate frame, byte[] pixels, int offset) {
    if (settings.duplicateGreyLevels() == 0) {
      return true;
    }
    ArrayDeque<Kept> window = kept.computeIfAbsent(frame.source(), s -> new ArrayDeque<>());
    while (!window.isEmpty()
        && window
            .getFirst()
            .frame()
            .capturedAt()
            .plus(settings.duplicateWindow())
            .isBefore(frame.capturedAt())) {
      window.removeFirst();
    }
    float[] thumbnail = Thumbnail.of(shape, pixels, offset);
    for (Kept one : window) {
      if (Thumbnail.difference(one.thumbnail(), thumbnail) < settings.duplicateGreyLevels()) {
        return false;
      }
    }
    window.add(new Kept(frame, thumbnail));
    if (window.size() > MOST) {
      window.removeFirst();
    }
    return true;
  }
}
