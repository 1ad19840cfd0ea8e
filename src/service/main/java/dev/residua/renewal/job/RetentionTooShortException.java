package dev.residua.renewal.job;

import org.apache.kafka.common.TopicPartition;

/** The requested frames have already been deleted. */
public final class RetentionTooShortException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String partition;

  /**
   * @param asked requested start, such as {@code offset 0}
   * @param available available start, such as {@code offset 1200}
   */
  RetentionTooShortException(TopicPartition partition, String asked, String available) {
    super(
        "%s was requested from %s on but is stored only from %s on: request a shorter range, or keep frames for longer (retention.ms and retention.bytes of %s, and retention in the rules of sources)"
            .formatted(partition, asked, available, partition.topic()));
    this.partition = partition.toString();
  }

  /** Topic and partition, such as {@code residua.frames-3}. */
  public String partition() {
    return partition;
  }
}
