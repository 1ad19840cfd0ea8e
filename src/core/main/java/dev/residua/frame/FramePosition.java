package dev.residua.frame;

/**
 * Where a frame is on Kafka.
 *
 * @param topic topic of the frame
 * @param partition partition, from 0
 * @param offset offset, from 0
 */
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
