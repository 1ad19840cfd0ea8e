package dev.residua.scoring;

import dev.residua.frame.Frame;
import dev.residua.frame.RejectedFrameException;
import dev.residua.wire.FrameReader;
import dev.residua.wire.RegistryUnavailableException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Fetches the pixels of the next frames in parallel while the thread that scores works on others.
 * For one thread, which waits for a picture only at the turn of its frame.
 *
 * <p>That wait delays the frames of all sources. So each root has a share of the thread's time,
 * {@link ReferenceSettings#share}, counted over {@link #PERIOD}. Frames beyond it are refused at
 * once unless their pixels are there. A wait of at most {@link #FREE} that brings the pixels is not
 * counted, as decoding a picture takes as long. So in any period a slow root delays others by at
 * most twice its share of that period, and one timeout.
 */
public final class FetchAhead implements References, AutoCloseable {
  /** Time of which a root has its share. */
  public static final Duration PERIOD = Duration.ofMinutes(1);

  /** Longest wait that is not counted. */
  public static final Duration FREE = Duration.ofMillis(100);

  /** Records that are looked at ahead. */
  static final int WINDOW = 16;

  /** Pictures that are fetched ahead, if {@link #FETCHED_BYTES} allow it, but at least one. */
  public static final int MAX_FETCHES = 4;

  /** Bytes that the pictures which are fetched ahead may have together. */
  public static final int FETCHED_BYTES = 128 << 20;

  /** Longer records have their pixels, or are rare. */
  private static final int MAX_RECORD_BYTES = 8 << 10;

  private final ReferencedFrames references;
  private final ReferenceSettings settings;
  private final FrameReader reader;
  private final LongSupplier nanoTime;
  private final int maxFetches;
  private final Map<URI, Root> roots = new HashMap<>();

  /** The frames of the records ahead; empty for those without a reference. */
  private final Map<ConsumerRecord<byte[], byte[]>, Optional<Fetch>> ahead =
      new IdentityHashMap<>();

  /** Pixels that are being fetched, or were. */
  private record Fetch(Frame frame, URI root, Future<byte[]> pixels) {}

  /** Time and threads of a root. */
  private final class Root {
    private final ExecutorService threads =
        new ThreadPoolExecutor(
            maxFetches + 1,
            maxFetches + 1,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(maxFetches),
            work -> {
              Thread made = new Thread(work, "residua-references");
              made.setDaemon(true);
              return made;
            });

    private long leftNanos = full();
    private long sinceNanos = nanoTime.getAsLong();

    private long full() {
      return (long) (settings.share() * PERIOD.toNanos());
    }

    long left() {
      long now = nanoTime.getAsLong();
      leftNanos = Math.min(full(), leftNanos + (long) (settings.share() * (now - sinceNanos)));
      sinceNanos = now;
      return leftNanos;
    }

    void spend(long nanos) {
      leftNanos = left() - nanos;
    }
  }

  FetchAhead(ReferenceSettings settings, FrameReader reader, LongSupplier nanoTime) {
    this.references = new ReferencedFrames(settings, nanoTime);
    this.settings = settings;
    this.reader = reader;
    this.nanoTime = nanoTime;
    this.maxFetches = Math.max(1, Math.min(MAX_FETCHES, FETCHED_BYTES / settings.maxBytes()));
    for (URI root : settings.roots()) {
      roots.put(root, new Root());
    }
  }

  /** Returns true if frames may refer to pixels. */
  boolean isOn() {
    return !settings.roots().isEmpty();
  }

  /**
   * Begins to fetch the references of the next records, as far as the bounds allow, and cancels
   * those that was fetched for records that are not among them.
   */
  void look(List<ConsumerRecord<byte[], byte[]>> next) {
    Map<ConsumerRecord<byte[], byte[]>, Boolean> wanted = new IdentityHashMap<>();
    next.forEach(record -> wanted.put(record, true));
    for (ConsumerRecord<byte[], byte[]> gone : new ArrayList<>(ahead.keySet())) {
      if (!wanted.containsKey(gone)) {
        ahead.remove(gone).ifPresent(fetch -> fetch.pixels.cancel(true));
      }
    }
    long fetches = ahead.values().stream().filter(Optional::isPresent).count();
    for (ConsumerRecord<byte[], byte[]> record : next) {
      if (fetches >= maxFetches) {
        return;
      }
      if (!ahead.containsKey(record)) {
        Optional<Fetch> fetch = begin(record);
        ahead.put(record, fetch);
        fetches += fetch.isPresent() ? 1 : 0;
      }
    }
  }

  private Optional<Fetch> begin(ConsumerRecord<byte[], byte[]> record) {
    if (record.value() == null || record.value().length > MAX_RECORD_BYTES) {
      return Optional.empty();
    }
    try {
      return begin(reader.read(record).frame());
    } catch (RejectedFrameException | RegistryUnavailableException e) {
      return Optional.empty(); // refused, or read again, at its turn
    } catch (RuntimeException e) { // any decoding failure, too
      return Optional.empty();
    }
  }

  private Optional<Fetch> begin(Frame frame) throws RejectedFrameException {
    Optional<URI> root = references.root(frame);
    return root.isPresent() ? Optional.of(begin(frame, root.get())) : Optional.empty();
  }

  private Fetch begin(Frame frame, URI root) throws RejectedFrameException {
    try {
      return new Fetch(frame, root, root(root).threads.submit(() -> references.load(frame, root)));
    } catch (RejectedExecutionException e) {
      throw ReferencedFrames.refused(
          "'%s' was not fetched, as %d earlier reads under %s have not ended; check that place, then replay this dead letter",
          reference(frame), maxFetches + 1, root);
    }
  }

  private Root root(URI root) {
    Root known = roots.get(root);
    if (known == null) {
      throw new IllegalStateException("the root %s is not configured".formatted(root));
    }
    return known;
  }

  @Override
  public Frame resolve(Frame frame) throws RejectedFrameException {
    Optional<URI> root = references.root(frame);
    return root.isPresent() ? frame.with(pixels(frame, root.get()), frame.attributes()) : frame;
  }

  private byte[] pixels(Frame frame, URI root) throws RejectedFrameException {
    Fetch begun = taken(frame);
    if ((begun == null || !begun.pixels.isDone()) && root(root).left() < FREE.toNanos()) {
      if (begun != null) {
        begun.pixels.cancel(true);
      }
      throw ReferencedFrames.refused(
          "'%s' was not fetched, as %s has used its share of %s of the time (residua.frames.reference-share); replay this dead letter when that place is faster",
          reference(frame), root, settings.share());
    }
    Fetch fetch = begun == null ? begin(frame, root) : begun;
    long begin = nanoTime.getAsLong();
    boolean came = false;
    try {
      byte[] pixels = fetch.pixels.get(settings.timeout().toNanos(), TimeUnit.NANOSECONDS);
      came = true;
      return pixels;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RejectedFrameException refusal) {
        throw refusal;
      }
      throw new IllegalStateException(e.getCause());
    } catch (TimeoutException e) {
      throw ReferencedFrames.refused(
          "'%s' could not be fetched within %s (residua.frames.reference-timeout); replay this dead letter when that place answers",
          reference(frame), settings.timeout());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw ReferencedFrames.refused("fetching '%s' was interrupted", reference(frame));
    } finally {
      fetch.pixels.cancel(true);
      long waited = nanoTime.getAsLong() - begin;
      if (!came || waited > FREE.toNanos()) {
        root(root).spend(waited);
      }
    }
  }

  /** The fetch that was begun for a frame with the same attributes; null if there is none. */
  private @Nullable Fetch taken(Frame frame) {
    for (Map.Entry<ConsumerRecord<byte[], byte[]>, Optional<Fetch>> entry : ahead.entrySet()) {
      Fetch fetch = entry.getValue().orElse(null);
      if (fetch != null && fetch.frame.attributes().equals(frame.attributes())) {
        entry.setValue(Optional.empty());
        return fetch;
      }
    }
    return null;
  }

  private static String reference(Frame frame) {
    return frame.attributes().getOrDefault(ReferencedFrames.REFERENCE, "");
  }

  @Override
  public void close() {
    roots.values().forEach(root -> root.threads.shutdownNow());
  }
}
