package dev.residua.streams;

/**
 * Bound of the sources whose derived values a process holds ready: that of each partition, and less
 * if all its partitions together would take more than the heap has. Thread-safe.
 */
final class LiveSources {
  /** Heap of a process without sources, 0.3 GiB. */
  private static final long BASE_BYTES = 307L << 20;

  /** Heap per source at four latents. */
  private static final long SOURCE_BYTES = 600_000;

  private static final int LEAST = 8;

  private final int perPartition;
  private final long all;
  private int partitions;

  /**
   * @param perPartition most sources of a partition, at least 0
   * @param heapBytes largest heap of this process
   */
  LiveSources(int perPartition, long heapBytes) {
    this.perPartition = perPartition;
    this.all = Math.max(0, heapBytes - BASE_BYTES) / SOURCE_BYTES;
  }

  /** A partition was taken over. */
  synchronized void opened() {
    partitions++;
  }

  /** A partition was given up. */
  synchronized void closed() {
    partitions--;
  }

  /** Returns how many sources each partition may hold ready now. */
  synchronized int each() {
    return (int) Math.min(perPartition, Math.max(LEAST, all / Math.max(1, partitions)));
  }
}
