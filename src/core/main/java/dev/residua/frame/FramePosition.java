package dev.residua.frame;

/** Position of a frame on Kafka. */
public record FramePosition(String topic, int partition, long offset) {
  public FramePosition {
    if (partition < 0 || offset < 0) {
      throw new IllegalArgumentException(
          "frame position must not be negative but was %s-%d@%d"
              .formatted(topic, partition, offset));
    }
  }

  @Override
  public String toString() {
    return topic + "-" + partition + "@" + offset;
  }
}
