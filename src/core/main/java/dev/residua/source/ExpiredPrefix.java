package dev.residua.source;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The beginning of a partition in which every record is past the retention of its source. Kafka can
 * delete nothing else of a partition. Each record is examined once, in the order of its offset; the
 * first one that must be kept is remembered until it is past its retention too. A record whose time
 * is in the future when it is examined counts as written then, so that it delays the deletion of
 * those after it by at most its retention. For one thread.
 */
public final class ExpiredPrefix {
  private long end;
  private @Nullable Stored kept;

  /**
   * A record of a topic.
   *
   * @param offset at least 0
   * @param writtenAt time from which its retention counts
   * @param source to which it belongs; null if that cannot be read
   */
  public record Stored(long offset, Instant writtenAt, @Nullable String source) {
    /**
     * When its retention ends; empty if its rule sets none, and the topic decides.
     *
     * @param rules in force
     */
    public Optional<Instant> expiresAt(SourceRules rules) {
      Duration retention = source == null ? null : rules.of(source).retention();
      return Optional.ofNullable(retention).map(writtenAt::plus);
    }

    /** Returns true if its retention has ended. */
    public boolean isExpired(SourceRules rules, Instant now) {
      return expiresAt(rules).filter(end -> !end.isAfter(now)).isPresent();
    }
  }

  /**
   * @param start offset of the first stored record
   */
  public ExpiredPrefix(long start) {
    this.end = start;
  }

  /** The offset before which everything that was examined is past its retention. */
  public long end() {
    return end;
  }

  /** The first record that must be kept; empty if none is known. */
  public Optional<Stored> kept() {
    return Optional.ofNullable(kept);
  }

  /** Leaves out records that were deleted meanwhile, those before an offset. */
  public void startAt(long start) {
    if (start > end) {
      end = start;
      kept = null;
    }
  }

  /** Returns true if the records from {@link #end} on must be examined. */
  public boolean isOpen(SourceRules rules, Instant now) {
    return kept == null || kept.isExpired(rules, now);
  }

  /**
   * Examines the next record, at {@link #end} or after it.
   *
   * @return whether it is past its retention; if not, those after it need not be examined yet
   */
  public boolean examine(Stored record, SourceRules rules, Instant now) {
    if (record.offset() < end) {
      throw new IllegalArgumentException(
          "the record at offset %d was examined before, expected one from %d on"
              .formatted(record.offset(), end));
    }
    Stored counted = counted(record, now);
    if (counted.isExpired(rules, now)) {
      end = record.offset() + 1;
      kept = null;
      return true;
    }
    end = record.offset();
    kept = counted;
    return false;
  }

  /** The record with the time from which its retention counts. */
  private Stored counted(Stored record, Instant now) {
    Instant latest = kept != null && kept.offset() == record.offset() ? kept.writtenAt() : now;
    return record.writtenAt().isAfter(latest)
        ? new Stored(record.offset(), latest, record.source())
        : record;
  }
}
