package dev.residua.topic;

/**
 * A range of offsets of one partition.
 *
 * @param from first offset, at least 0
 * @param until offset after the last, above {@code from}; reading stops at the end of the topic
 */
public record OffsetSpan(long from, long until) {
  public OffsetSpan {
    if (from < 0 || until <= from) {
      throw new IllegalArgumentException(
          "a span of offsets must be A..B with 0 <= A < B but was %d..%d".formatted(from, until));
    }
  }
}
