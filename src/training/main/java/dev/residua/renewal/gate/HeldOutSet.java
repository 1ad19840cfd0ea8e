package dev.residua.renewal.gate;

import dev.residua.training.TrainingData;
import java.util.Arrays;
import java.util.List;

/**
 * Recent quiet frames, outside incidents and maintenance, that neither model was trained or
 * calibrated on.
 *
 * @param data holds the pixels
 * @param sequences indices into {@code data} of consecutive frames of one source, in the order of
 *     time; a gap or another source begins a new sequence; no frame twice
 */
@SuppressWarnings("ArrayRecordComponent") // copied on the way in; readers must not change them
public record HeldOutSet(TrainingData data, List<int[]> sequences) {
  public HeldOutSet {
    sequences = sequences.stream().map(int[]::clone).toList();
    if (sequences.isEmpty()) {
      throw new IllegalArgumentException("held-out frames of %s are empty".formatted(data.name()));
    }
    boolean[] seen = new boolean[data.size()];
    for (int s = 0; s < sequences.size(); s++) {
      if (sequences.get(s).length == 0) {
        throw new IllegalArgumentException(
            "held-out sequence %d of %s is empty".formatted(s, data.name()));
      }
      for (int frame : sequences.get(s)) {
        if (frame < 0 || frame >= data.size() || seen[frame]) {
          throw new IllegalArgumentException(
              "held-out sequence %d of %s has frame %d, expected frames in 0..%d, none twice"
                  .formatted(s, data.name(), frame, data.size() - 1));
        }
        seen[frame] = true;
      }
    }
  }

  /** All frames of some data as one sequence of one source. */
  public static HeldOutSet all(TrainingData data) {
    int[] frames = new int[data.size()];
    Arrays.setAll(frames, i -> i);
    return new HeldOutSet(data, List.of(frames));
  }

  /** Number of frames in all sequences. */
  public int frames() {
    return sequences.stream().mapToInt(sequence -> sequence.length).sum();
  }

  int[] lengths() {
    return sequences.stream().mapToInt(sequence -> sequence.length).toArray();
  }
}
