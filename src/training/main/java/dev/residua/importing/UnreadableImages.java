package dev.residua.importing;

import java.util.ArrayList;
import java.util.List;

/** Collects the images of an import that cannot be read; keeps the first ones. */
final class UnreadableImages {
  private static final int KEPT = 1_000;

  private final List<String> reasons = new ArrayList<>();
  private int count;

  void add(String image) {
    count++;
    if (reasons.size() < KEPT) {
      reasons.add(image);
    }
  }

  boolean isEmpty() {
    return count == 0;
  }

  UnreadableImagesException exception(int of) {
    return new UnreadableImagesException(reasons, count, of);
  }
}
