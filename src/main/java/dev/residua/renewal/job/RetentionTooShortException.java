package dev.residua.renewal.job;

import org.apache.kafka.common.TopicPartition;

/** Frames that are asked for have been deleted already. */
public final class RetentionTooShortException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String partition;

  /**
   * @param asked what is asked for, such as {@code offset 0}
   * @param available what there is, such as {@code offset 1200}
   */
  RetentionTooShortException(TopicPartition partition, String asked, String available) {
    super(
        "%s is asked for from %s on but is kept from %s on: ask for less, or keep frames for longer (retention.ms and retention.bytes of %s)"
            .formatted(partition, asked, available, partition.topic()));
    this.partition = partition.toString();
  }

  /** Topic and partition, such as {@code residua.frames-3}. */
  public String partition() {
    return partition;
  }
}
