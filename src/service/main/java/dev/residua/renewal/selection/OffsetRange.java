package dev.residua.renewal.selection;

/**
 * Consecutive frames of a partition.
 *
 * @param first offset of the first, at least 0
 * @param last offset of the last, at least {@code first}
 */
public record OffsetRange(String topic, int partition, long first, long last) {
  public OffsetRange {
    if (first < 0 || last < first) {
      throw new IllegalArgumentException(
          "offsets of %s-%d must not fall but were %d to %d"
              .formatted(topic, partition, first, last));
    }
  }

  @Override
  public String toString() {
    return "%s-%d@%d%s".formatted(topic, partition, first, first == last ? "" : ".." + last);
  }
}
