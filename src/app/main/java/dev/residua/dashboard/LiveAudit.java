package dev.residua.dashboard;

import dev.residua.access.AuditEntry;
import dev.residua.access.AuditQuery;
import dev.residua.access.Visitor;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Cache of the newest audit entries. Thread-safe. */
@ApplicationScoped
public class LiveAudit {
  /** Max number of entries; older ones are on the topic only. */
  public static final int MAX_ENTRIES = 10_000;

  /** Reader of the entries that Kafka keeps. */
  @FunctionalInterface
  public interface Stored {
    /** Passes on all of them, the oldest first. */
    void read(Use use) throws IOException;
  }

  /** Use of one entry. */
  @FunctionalInterface
  public interface Use {
    void of(AuditEntry entry) throws IOException;
  }

  private volatile @Nullable Stored stored;
  private final Deque<AuditEntry> newestFirst = new ArrayDeque<>();

  /** Lets all entries be read. */
  public void open(Stored newStored) {
    stored = newStored;
  }

  /**
   * Returns the reader of all entries.
   *
   * @throws IOException with a sentence, if this process does not read them
   */
  Stored stored() throws IOException {
    Stored now = stored;
    if (now == null) {
      throw new IOException(ControlCommandWriter.CLOSED);
    }
    return now;
  }

  public synchronized void add(AuditEntry entry) {
    newestFirst.addFirst(entry);
    if (newestFirst.size() > MAX_ENTRIES) {
      newestFirst.removeLast();
    }
  }

  /** Returns the entries of a query that a visitor may read, the newest first. */
  synchronized List<AuditEntry> matching(Visitor visitor, AuditQuery query) {
    return newestFirst.stream()
        .filter(entry -> query.matches(entry) && entry.isVisibleTo(visitor))
        .toList();
  }
}
