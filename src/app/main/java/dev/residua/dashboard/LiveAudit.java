package dev.residua.dashboard;

import dev.residua.access.AuditEntry;
import dev.residua.access.AuditQuery;
import dev.residua.access.Visitor;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The newest audit entries. For any thread. */
@ApplicationScoped
public class LiveAudit {
  /** Most entries; the older ones are on the topic only. */
  public static final int MAX_ENTRIES = 10_000;

  private final Deque<AuditEntry> newestFirst = new ArrayDeque<>();

  /** An entry was read. */
  public synchronized void add(AuditEntry entry) {
    newestFirst.addFirst(entry);
    if (newestFirst.size() > MAX_ENTRIES) {
      newestFirst.removeLast();
    }
  }

  /** The entries that are asked for and that a visitor may read, the newest first. */
  synchronized List<AuditEntry> matching(Visitor visitor, AuditQuery query) {
    return newestFirst.stream()
        .filter(entry -> query.matches(entry) && entry.isVisibleTo(visitor))
        .toList();
  }
}
