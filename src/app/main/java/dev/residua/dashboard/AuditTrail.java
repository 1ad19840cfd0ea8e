package dev.residua.dashboard;

import dev.residua.access.AuditEntry;
import dev.residua.access.AuditEntry.Outcome;
import dev.residua.access.Decision;
import dev.residua.access.DeniedLimit;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Records changes over HTTP, once the dashboard role has a Kafka to write them to. */
@ApplicationScoped
public class AuditTrail {
  private final Clock clock = Clock.systemUTC();
  private final DeniedLimit denied = new DeniedLimit(DeniedLimit.OF_PEOPLE); // is its own lock
  private final DeniedLimit strangers = new DeniedLimit(DeniedLimit.OF_STRANGERS); // so is this
  private volatile @Nullable Consumer<AuditEntry> writer;

  /**
   * A change before its outcome is known.
   *
   * @param by author; null where there is no name
   * @param action such as {@code silence}
   * @param target id of what is changed
   * @param sources known sources that it concerns
   * @param scene scene whose models it concerns; empty for none
   * @param detail reason, or what changes
   */
  public record Change(
      @Nullable String by,
      String action,
      String target,
      List<String> sources,
      String scene,
      String detail) {}

  /** From now on changes are recorded. */
  public void open(Consumer<AuditEntry> newWriter) {
    writer = newWriter;
  }

  public void close() {
    writer = null;
  }

  /** A change was stored. */
  public void done(Change change) {
    write(change, Outcome.DONE, change.detail());
  }

  /** A change could not be stored. */
  public void failed(Change change, Exception why) {
    write(change, Outcome.FAILED, "%s; %s".formatted(why.getMessage(), change.detail()));
  }

  /** A change was denied, if it was; a hidden target is recorded like one that is denied. */
  public void refused(Change change, Decision decision) {
    refused(
        change, decision instanceof Decision.Denied why ? why.sentence() : "its target is hidden");
  }

  /**
   * A change was denied with a sentence. At most some per minute are recorded, of strangers fewer.
   */
  public void refused(Change change, String sentence) {
    DeniedLimit limit = change.by() == null ? strangers : denied;
    long left;
    synchronized (limit) {
      left = limit.admit(clock.instant());
    }
    if (left >= 0) {
      write(
          change,
          Outcome.DENIED,
          left == 0
              ? sentence
              : "%s (%d more were denied since the last record)".formatted(sentence, left));
    }
  }

  private void write(Change change, Outcome outcome, String detail) {
    Consumer<AuditEntry> open = writer;
    if (open == null) {
      return; // this process changes nothing
    }
    Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
    List<String> sources = change.sources();
    open.accept(
        new AuditEntry(
            now,
            change.by() == null ? "" : change.by(),
            change.action(),
            change.target(),
            sources.subList(0, Math.min(AuditEntry.MAX_SOURCES, sources.size())),
            sources.size(),
            change.scene(),
            outcome,
            detail));
  }
}
