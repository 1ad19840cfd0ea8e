package dev.residua.dashboard;

import dev.residua.access.Decision;
import dev.residua.access.Person;
import dev.residua.access.Visitor;
import dev.residua.dashboard.FrameViews.FramesAnswer;
import dev.residua.dashboard.FrameViews.PostedFrame;
import dev.residua.frame.RejectedFrameException;
import dev.residua.source.SourceRules;
import dev.residua.wire.PostedFrames;
import dev.residua.wire.RootCause;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jspecify.annotations.Nullable;

/**
 * Frames from HTTP, {@code POST /api/frames/SOURCE}; closed until the ingest role starts. A frame
 * is accepted once Kafka has stored it. It may become a dead letter later, such as a duplicate. For
 * any thread.
 */
@ApplicationScoped
public class FrameInbox {
  /** Start of the path, before the source. */
  public static final String PATH = "/api/frames/";

  /** Max number of frames of a request. */
  public static final int MAX_FRAMES = 1_000;

  private final AuditTrail audit;
  private volatile @Nullable Open open;

  /** Outcome of one frame, with the status of an answer about it alone. */
  public enum Outcome {
    /** Kafka has stored the frame. */
    ACCEPTED(200),
    /** The body has no bytes. */
    EMPTY(400),
    /** The path names no source, or another one than the frame. */
    SOURCE(400),
    /** The frame is larger than the limits. */
    TOO_LARGE(413),
    /** The frame has an unknown type or format. */
    UNKNOWN_FORMAT(415),
    /** The Avro schema of the frame is unknown. */
    UNKNOWN_SCHEMA(400),
    /** The Avro schema of the frame is not that of a frame. */
    INCOMPATIBLE_SCHEMA(400),
    /** A header or the body is invalid. */
    CORRUPT(400),
    /** The sender has no grant for the source. */
    FORBIDDEN(403),
    /** Too many bytes are on their way to Kafka. */
    BUSY(429),
    /** Kafka or the schema registry does not answer in time. */
    UNAVAILABLE(503);

    private final int status;

    Outcome(int status) {
      this.status = status;
    }

    /** Status of HTTP. */
    public int status() {
      return status;
    }

    private static Outcome of(RejectedFrameException.Reason reason) {
      return switch (reason) {
        case EMPTY -> EMPTY;
        case SOURCE -> SOURCE;
        case TOO_LARGE -> TOO_LARGE;
        case UNKNOWN_FORMAT -> UNKNOWN_FORMAT;
        case UNKNOWN_SCHEMA -> UNKNOWN_SCHEMA;
        case INCOMPATIBLE_SCHEMA -> INCOMPATIBLE_SCHEMA;
        case CORRUPT, DIMENSIONS, DUPLICATE, STALE, REFERENCE, TOO_MANY_SOURCES, NO_MODEL, POISON ->
            CORRUPT;
      };
    }
  }

  /** Port to Kafka, with the threads on which frames are read and sent. */
  public interface Store extends Executor {
    /**
     * Sends a record; may block.
     *
     * @param begun {@link System#nanoTime} at which its request was complete
     * @return its place, once Kafka has stored it
     */
    CompletionStage<Place> send(ProducerRecord<byte[], byte[]> frame, long begun);
  }

  /** Place of a stored record. */
  public record Place(String topic, int partition, long offset) {}

  /** Receives the outcome of each frame. For any thread. */
  @FunctionalInterface
  public interface Listener {
    void ended(Outcome outcome);
  }

  /**
   * An answer with its status: 200 if Kafka has stored every frame; 503 if it could not store one
   * now; else that of the first refused one.
   */
  public record Answer(int status, FramesAnswer body) {}

  private record Open(
      Supplier<SourceRules> rules, PostedFrames reader, Store store, Listener listener) {}

  private record One(Outcome outcome, PostedFrame view) {
    static One refused(Outcome outcome, String problem) {
      String reason = outcome.name().toLowerCase(Locale.ROOT);
      return new One(outcome, new PostedFrame(false, null, null, null, null, reason, problem));
    }
  }

  @Inject
  public FrameInbox(AuditTrail audit) {
    this.audit = audit;
  }

  /**
   * Begins to take frames.
   *
   * @param rules in force now, which decide on the scopes of senders
   */
  public void open(
      Supplier<SourceRules> rules, PostedFrames reader, Store store, Listener listener) {
    open = new Open(rules, reader, store, listener);
  }

  public void close() {
    open = null;
  }

  /** Decides whether a person may send frames of a source; records a denial. */
  public Decision decide(Person person, String source) {
    Open now = opened();
    Decision decision = new Visitor(person, now.rules.get()).onFrames(source);
    if (!(decision instanceof Decision.Allowed)) {
      now.listener.ended(Outcome.FORBIDDEN);
      audit.refused(
          new AuditTrail.Change(person.name(), "send", source, List.of(source), "", ""), decision);
    }
    return decision;
  }

  /**
   * Stores the frames of a request whose sender may send them.
   *
   * @param headers of the request, by their names in lower case
   */
  public CompletionStage<Answer> take(String source, Map<String, String> headers, byte[] body) {
    Open now = opened();
    long begun = System.nanoTime();
    return CompletableFuture.supplyAsync(() -> stored(now, source, headers, body, begun), now.store)
        .thenCompose(all -> all)
        .thenApply(
            all -> {
              all.forEach(one -> now.listener.ended(one.outcome));
              return answer(all);
            });
  }

  private Open opened() {
    Open now = open;
    if (now == null) {
      throw new IllegalStateException("the inbox of frames is not open");
    }
    return now;
  }

  private static CompletableFuture<List<One>> stored(
      Open now, String source, Map<String, String> headers, byte[] body, long begun) {
    List<FrameParts.Part> parts;
    try {
      parts = FrameParts.of(headers, body);
    } catch (IllegalArgumentException e) {
      return CompletableFuture.completedFuture(
          List.of(One.refused(Outcome.CORRUPT, String.valueOf(e.getMessage()))));
    }
    List<CompletableFuture<One>> all =
        parts.stream().map(part -> stored(now, source, part, begun)).toList();
    return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new))
        .thenApply(ended -> all.stream().map(CompletableFuture::join).toList());
  }

  private static CompletableFuture<One> stored(
      Open now, String source, FrameParts.Part part, long begun) {
    try {
      PostedFrames.Posted frame = now.reader.read(source, part.headers(), part.body());
      Long sequence = frame.sequence().isPresent() ? frame.sequence().getAsLong() : null;
      return now.store
          .send(frame.record(), begun)
          .thenApply(place -> accepted(sequence, place))
          .exceptionally(FrameInbox::unstored)
          .toCompletableFuture();
    } catch (RejectedFrameException e) {
      return CompletableFuture.completedFuture(
          One.refused(Outcome.of(e.reason()), String.valueOf(e.getMessage())));
    } catch (RuntimeException e) { // of the schema registry, or of Kafka
      return CompletableFuture.completedFuture(unstored(e));
    }
  }

  private static One accepted(@Nullable Long sequence, Place place) {
    return new One(
        Outcome.ACCEPTED,
        new PostedFrame(
            true, sequence, place.topic(), place.partition(), place.offset(), null, null));
  }

  private static One unstored(Throwable why) {
    Throwable root = RootCause.of(why);
    return root instanceof RecordTooLargeException
        ? One.refused(Outcome.TOO_LARGE, RootCause.message(root))
        : One.refused(
            Outcome.UNAVAILABLE,
            "the frame was not stored, send it again: " + RootCause.message(root));
  }

  private static Answer answer(List<One> all) {
    int status =
        all.stream().anyMatch(one -> one.outcome == Outcome.UNAVAILABLE)
            ? Outcome.UNAVAILABLE.status()
            : all.stream()
                .map(One::outcome)
                .filter(outcome -> outcome != Outcome.ACCEPTED)
                .findFirst()
                .orElse(Outcome.ACCEPTED)
                .status();
    return new Answer(status, new FramesAnswer(all.stream().map(One::view).toList()));
  }
}
