package dev.residua.renewal.selection;

import dev.residua.frame.ImageShape;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/**
 * Passes over pictures that look like one of the same source that was kept, not long before. A
 * picture is a copy if its thumbnail differs from that of a kept one by less than a bound, so that
 * a slow change is followed in steps of the bound, and pictures that were dropped hide no others.
 * O(pixels + kept in the window) time a frame, the window being cut to the last {@value #MOST}
 * frames. For one thread.
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
   * Whether a frame is kept; give frames in time order.
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
