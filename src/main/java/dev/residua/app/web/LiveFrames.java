package dev.residua.app.web;

import dev.residua.app.kafka.KafkaClients;
import dev.residua.dashboard.PictureFiles;
import dev.residua.dashboard.Pictures.UnavailableException;
import dev.residua.dashboard.StoredPictures;
import dev.residua.frame.Frame;
import dev.residua.frame.FrameDecoder;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.ImageShape;
import dev.residua.frame.RejectedFrameException;
import dev.residua.scoring.ReferencedFrames;
import dev.residua.wire.FrameReader;
import dev.residua.wire.RegistryUnavailableException;
import dev.residua.wire.RootCause;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Reads frames back from Kafka for the pages: one at a time, on request, with a cache of the last
 * ones. Owns its consumer from {@link #open} to {@link #close}.
 */
@ApplicationScoped
public class LiveFrames implements StoredPictures {
  private static final Duration POLL = Duration.ofMillis(250);
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(3);
  private static final long QUEUE_SECONDS = 5;
  private static final int KEPT_BYTES = 8 << 20;

  /** Requests that may wait for a frame at once; more are refused, so that other pages answer. */
  public static final int WAITING = 8;

  private final ModelPictures pictures;
  private final ReentrantLock lock = new ReentrantLock();
  private final Semaphore waiting = new Semaphore(WAITING);
  private final Map<Place, byte[]> kept = new LinkedHashMap<>(16, 0.75f, true);
  private int keptBytes;
  private @Nullable Open open;

  private record Place(String source, int partition, long offset, ImageShape shape) {}

  private record Open(
      Consumer<byte[], byte[]> consumer,
      String topic,
      FrameReader reader,
      ReferencedFrames references,
      FrameLimits limits) {}

  @Inject
  public LiveFrames(ModelPictures pictures) {
    this.pictures = pictures;
  }

  /** Reads from this topic from now on, until {@link #close}. */
  public void open(
      Consumer<byte[], byte[]> consumer,
      String topic,
      FrameReader reader,
      ReferencedFrames references,
      FrameLimits limits) {
    lock.lock();
    try {
      open = new Open(consumer, topic, reader, references, limits);
    } finally {
      lock.unlock();
    }
  }

  public void close() {
    lock.lock();
    try {
      Open was = open;
      open = null;
      kept.clear();
      keptBytes = 0;
      if (was != null) {
        was.consumer().close();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public byte[] frame(String source, int partition, long offset)
      throws MissingException, UnavailableException, IOException {
    ImageShape shape = pictures.shape();
    byte[] pixels = pixels(new Place(source, partition, offset, shape));
    float[] intensities = new float[pixels.length];
    for (int i = 0; i < pixels.length; i++) {
      intensities[i] = (pixels[i] & 0xFF) / 255f;
    }
    return PictureFiles.picture(intensities, 0, shape);
  }

  @Override
  public byte[] difference(String source, int partition, long offset, float[] latents)
      throws MissingException, UnavailableException, IOException {
    Place place = new Place(source, partition, offset, pictures.shape());
    return pictures.difference(pixels(place), latents);
  }

  private byte[] pixels(Place place) throws MissingException, UnavailableException, IOException {
    if (!waiting.tryAcquire()) {
      throw new IOException("too many frames are requested at once; try again");
    }
    try {
      return pixelsInTurn(place);
    } finally {
      waiting.release();
    }
  }

  private byte[] pixelsInTurn(Place place)
      throws MissingException, UnavailableException, IOException {
    try {
      if (!lock.tryLock(QUEUE_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException("too many frames are requested at once; try again");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted before the frame was read", e);
    }
    try {
      byte[] known = kept.get(place);
      if (known != null) {
        return known;
      }
      Open now = open;
      if (now == null) {
        throw new UnavailableException("this process has no dashboard role");
      }
      byte[] pixels = decode(now, record(now, place), place);
      keep(place, pixels);
      return pixels;
    } finally {
      lock.unlock();
    }
  }

  private void keep(Place place, byte[] pixels) {
    kept.put(place, pixels);
    keptBytes += pixels.length;
    while (keptBytes > KEPT_BYTES && kept.size() > 2) {
      Place eldest = kept.keySet().iterator().next();
      byte[] dropped = kept.remove(eldest);
      keptBytes -= dropped == null ? 0 : dropped.length;
    }
  }

  private static ConsumerRecord<byte[], byte[]> record(Open now, Place place)
      throws MissingException, IOException {
    TopicPartition partition = new TopicPartition(now.topic(), place.partition());
    try {
      List<TopicPartition> all = KafkaClients.partitions(now.consumer(), now.topic());
      if (!all.contains(partition)) {
        throw new MissingException(
            "the topic %s has no partition %d, only %d partitions"
                .formatted(now.topic(), place.partition(), all.size()));
      }
      long end = now.consumer().endOffsets(List.of(partition)).getOrDefault(partition, 0L);
      if (place.offset() >= end) {
        throw new MissingException(
            "there is no frame %s@%d yet; the next one is %d"
                .formatted(partition, place.offset(), end));
      }
      now.consumer().assign(List.of(partition));
      now.consumer().seek(partition, place.offset());
      long deadline = System.nanoTime() + PATIENCE_NANOS;
      while (System.nanoTime() < deadline) {
        for (ConsumerRecord<byte[], byte[]> record : now.consumer().poll(POLL)) {
          if (record.offset() != place.offset()) {
            throw new MissingException(
                "the frame %s@%d is not stored any more: the topic's retention has removed it"
                    .formatted(partition, place.offset()));
          }
          return record;
        }
      }
      throw new MissingException(
          "the frame %s@%d cannot be read: it is not committed, or was removed"
              .formatted(partition, place.offset()));
    } catch (KafkaException e) {
      throw new IOException(
          "the frame %s@%d cannot be read: %s"
              .formatted(partition, place.offset(), RootCause.message(e)),
          e);
    }
  }

  private static byte[] decode(Open now, ConsumerRecord<byte[], byte[]> record, Place place)
      throws MissingException, IOException {
    try {
      Frame frame = now.reader().read(record).frame();
      if (!frame.source().equals(place.source())) {
        throw new MissingException(
            "the frame %s-%d@%d is of another source than '%s'"
                .formatted(record.topic(), record.partition(), record.offset(), place.source()));
      }
      byte[] pixels = new byte[place.shape().size()];
      new FrameDecoder(now.limits(), place.shape())
          .decode(now.references().resolve(frame), pixels, 0);
      return pixels;
    } catch (RejectedFrameException e) {
      throw new MissingException(
          "the frame %s-%d@%d cannot be shown: %s"
              .formatted(record.topic(), record.partition(), record.offset(), e.getMessage()));
    } catch (RegistryUnavailableException e) {
      throw new IOException(String.valueOf(e.getMessage()), e);
    }
  }
}
