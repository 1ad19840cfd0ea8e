package dev.residua.bench;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Parts of the latency of each frame of a steady load. Every frame is written by one thread per
 * field; {@link #slowest} is for when all threads have ended.
 */
final class LatencyParts {
  private final int[] sent; // microseconds after the frame was due; [frames]
  private final int[] published;
  private final int[] read;

  /**
   * Means of the slowest frames, in milliseconds; they add up to the mean of their latency.
   *
   * @param frames how many these are
   * @param sendMillis from the moment at which a frame was due until the load generator sent it
   * @param scoreMillis until its score was handed to the producer: waiting for the transaction
   *     before, the network, statistics. To the millisecond, as Kafka's times are
   * @param commitMillis until a reader of committed records had the score
   */
  public record Slowest(int frames, double sendMillis, double scoreMillis, double commitMillis) {}

  LatencyParts(int frames) {
    this.sent = new int[frames];
    this.published = new int[frames];
    this.read = new int[frames];
    Arrays.fill(read, -1);
  }

  int frames() {
    return sent.length;
  }

  /** Notes when a frame was sent, in microseconds after it was due. */
  void sent(int frame, long micros) {
    sent[frame] = (int) Math.max(0, micros);
  }

  /** Notes when the score of a frame was published and read, in microseconds after it was due. */
  void read(int frame, long publishedMicros, long readMicros) {
    published[frame] = (int) Math.max(0, publishedMicros);
    read[frame] = (int) Math.max(0, readMicros);
  }

  /**
   * The parts of the slowest frames.
   *
   * @param share of the frames that were read, in (0, 1]
   */
  Slowest slowest(double share) {
    int[] known =
        IntStream.range(0, read.length)
            .filter(frame -> read[frame] >= 0)
            .boxed()
            .sorted(Comparator.comparingInt((Integer frame) -> -read[frame]))
            .mapToInt(frame -> frame)
            .toArray();
    int count = (int) Math.ceil(share * known.length);
    double send = 0;
    double score = 0;
    double commit = 0;
    for (int i = 0; i < count; i++) {
      int frame = known[i];
      int until = Math.max(sent[frame], Math.min(published[frame], read[frame]));
      send += sent[frame];
      score += until - sent[frame];
      commit += read[frame] - until;
    }
    double unit = 1e3 * Math.max(1, count);
    return new Slowest(count, send / unit, score / unit, commit / unit);
  }
}
