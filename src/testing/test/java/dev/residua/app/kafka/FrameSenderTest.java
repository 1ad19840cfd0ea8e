package dev.residua.app.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.frame.Frame;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.PixelFormat;
import dev.residua.testing.Await;
import dev.residua.testing.JpegPictures;
import dev.residua.wire.FrameReader;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

class FrameSenderTest {
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private final MockProducer<byte[], byte[]> producer =
      new MockProducer<>(false, null, new ByteArraySerializer(), new ByteArraySerializer());
  private final List<Long> stored = Collections.synchronizedList(new ArrayList<>());
  private final List<String> failed = Collections.synchronizedList(new ArrayList<>());
  private final AtomicInteger dropped = new AtomicInteger();

  private final FrameSender.Listener listener =
      new FrameSender.Listener() {
        @Override
        public void sent(Frame frame) {
          stored.add(frame.sequence());
        }

        @Override
        public void dropped() {
          dropped.incrementAndGet();
        }

        @Override
        public void failed(Frame frame, String reason) {
          failed.add(frame.sequence() + " " + reason);
        }
      };

  private static Frame frame(String source, long sequence) {
    return new Frame(
        source,
        sequence,
        Instant.EPOCH,
        0,
        0,
        PixelFormat.JPEG,
        JpegPictures.bar((int) sequence),
        Map.of());
  }

  private List<String> sent() throws Exception {
    FrameReader reader = new FrameReader(FrameLimits.DEFAULTS);
    List<String> sent = new ArrayList<>();
    for (ProducerRecord<byte[], byte[]> record : producer.history()) {
      Frame frame =
          reader
              .read(new ConsumerRecord<>(record.topic(), 0, 0, record.key(), record.value()))
              .frame();
      sent.add(frame.source() + " " + frame.sequence());
    }
    return sent;
  }

  private void awaitSent(int count) throws Exception {
    Await.until(LIMIT, count + " records", () -> producer.history().size() == count);
  }

  @Test
  void shouldKeepOnlyTheNewestFrameOfASourceWhileTheBrokerIsSlow() throws Exception {
    try (FrameSender sender = new FrameSender(producer, "frames", listener, () -> {})) {
      // Given a frame on its way
      FrameSender.Outlet slow = sender.outlet();
      FrameSender.Outlet other = sender.outlet();
      slow.offer(frame("a", 1));
      awaitSent(1);

      // When
      slow.offer(frame("a", 2));
      slow.offer(frame("a", 3));
      slow.offer(frame("a", 4));
      other.offer(frame("b", 1));

      // Then
      awaitSent(2);
      assertThat(sent()).containsExactly("a 1", "b 1");
      assertThat(dropped).hasValue(2);
      producer.completeNext();
      awaitSent(3);
      assertThat(sent()).containsExactly("a 1", "b 1", "a 4");
      while (producer.completeNext()) {}
      assertThat(stored).containsExactly(1L, 1L, 4L);
    }
  }

  @Test
  void shouldGoOnAfterAFrameThatIsNotStored() throws Exception {
    try (FrameSender sender = new FrameSender(producer, "frames", listener, () -> {})) {
      // Given
      FrameSender.Outlet outlet = sender.outlet();
      outlet.offer(frame("a", 1));
      awaitSent(1);

      // When
      producer.errorNext(new TimeoutException("no broker"));
      outlet.offer(frame("a", 2));

      // Then
      awaitSent(2);
      producer.completeNext();
      assertThat(failed).containsExactly("1 no broker");
      assertThat(stored).containsExactly(2L);
    }
  }

  @Test
  void shouldWaitForARecording() throws Exception {
    try (FrameSender sender = new FrameSender(producer, "frames", listener, () -> {})) {
      // Given
      FrameSender.Outlet outlet = sender.outlet();
      Thread file =
          new Thread(
              () -> {
                try {
                  for (int i = 0; i < 5; i++) {
                    outlet.offer(frame("a", i));
                    outlet.awaitFree();
                  }
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              });

      // When
      file.start();
      for (int i = 1; i <= 5; i++) {
        awaitSent(i);
        producer.completeNext();
      }
      file.join();

      // Then
      assertThat(stored).containsExactly(0L, 1L, 2L, 3L, 4L);
      assertThat(dropped).hasValue(0);
    }
  }
}
