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

/** Writer of audit entries about changes over HTTP; closed until the dashboard role starts. */
@ApplicationScoped
public class AuditTrail {
  private final Clock clock = Clock.systemUTC();
  private final DeniedLimit denied = new DeniedLimit(DeniedLimit.OF_PEOPLE); // is its own lock
  private final DeniedLimit strangers = new DeniedLimit(DeniedLimit.OF_STRANGERS); // so is this
  private volatile @Nullable Consumer<AuditEntry> writer;

  /**
   * A change before its outcome is known.
   *
   * @param by author; null without a name
   * @param action such as {@code silence}
   * @param target id of the changed thing
   * @param sources known sources that the change concerns
   * @param scene scene whose models it concerns; empty for none
   * @param detail reason, or a description of the change
   */
  public record Change(
      @Nullable String by,
      String action,
      String target,
      List<String> sources,
      String scene,
      String detail) {}

  public void open(Consumer<AuditEntry> newWriter) {
    writer = newWriter;
  }

  public void close() {
    writer = null;
  }

  public void done(Change change) {
    write(change, Outcome.DONE, change.detail());
  }

  public void failed(Change change, Exception why) {
    write(change, Outcome.FAILED, "%s; %s".formatted(why.getMessage(), change.detail()));
  }

  /** Records a denied change; a hidden target is recorded like a denied one. */
  public void refused(Change change, Decision decision) {
    refused(
        change, decision instanceof Decision.Denied why ? why.sentence() : "its target is hidden");
  }

  /** Records a denied change. The entries per minute are limited, more so without a sign-in. */
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
