package dev.residua.scoring;

import dev.residua.frame.RejectedFrameException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Finds the frame at which scoring fails unexpectedly: after such a failure, the frames of its
 * transaction are taken one by one, and the one that fails alone is refused. For one thread.
 */
final class PoisonFrames {
  /** Failing frames in a row, after which not a frame but the process must be at fault. */
  static final int MOST_IN_A_ROW = 8;

  private final Map<TopicPartition, Map<Long, RuntimeException>> refused = new HashMap<>();
  private int alone; // frames to take one by one
  private int inARow;

  /** Scoring a batch failed in a manner that nobody foresaw. */
  static final class UnscoredException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnscoredException(RuntimeException cause) {
      super("scoring failed unexpectedly: " + cause, cause);
    }
  }

  /**
   * Learns from a failure.
   *
   * @param taken records of the transaction that failed and is aborted
   * @return whether to continue; false if too many frames fail in a row
   */
  boolean failed(List<ConsumerRecord<byte[], byte[]>> taken, UnscoredException why) {
    if (taken.size() > 1) {
      alone = taken.size();
      return true;
    }
    for (ConsumerRecord<byte[], byte[]> record : taken) {
      refused
          .computeIfAbsent(FrameQueue.partition(record), partition -> new HashMap<>())
          .put(record.offset(), why);
    }
    alone = Math.max(alone, 1);
    inARow++;
    return inARow <= MOST_IN_A_ROW;
  }

  /** Returns true if the next transaction takes one frame only. */
  boolean oneByOne() {
    return alone > 0;
  }

  /**
   * Checks the next record.
   *
   * @throws RejectedFrameException if scoring failed at it alone
   */
  void check(ConsumerRecord<byte[], byte[]> record) throws RejectedFrameException {
    RuntimeException why =
        refused.isEmpty()
            ? null
            : refused.getOrDefault(FrameQueue.partition(record), Map.of()).get(record.offset());
    if (why != null) {
      throw new RejectedFrameException(
          RejectedFrameException.Reason.POISON, String.valueOf(why.getMessage()), why);
    }
  }

  /**
   * A transaction was committed.
   *
   * @param records how many it took
   * @param scored how many of them got a score
   */
  void committed(int records, int scored) {
    alone = Math.max(0, alone - records);
    inARow = scored > 0 ? 0 : inARow;
    refused.clear();
  }
}
