package dev.residua.dashboard;

import dev.residua.access.AuditEntry;
import dev.residua.access.AuditQuery;
import dev.residua.access.Visitor;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** Cache of the newest audit entries. Thread-safe. */
@ApplicationScoped
public class LiveAudit {
  /** Max number of entries; older ones are on the topic only. */
  public static final int MAX_ENTRIES = 10_000;

  private final Deque<AuditEntry> newestFirst = new ArrayDeque<>();

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
