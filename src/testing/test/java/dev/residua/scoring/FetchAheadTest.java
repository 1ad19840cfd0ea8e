package dev.residua.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpServer;
import dev.residua.frame.Frame;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.PixelFormat;
import dev.residua.frame.RejectedFrameException;
import dev.residua.frame.RejectedFrameException.Reason;
import dev.residua.s3.S3Access;
import dev.residua.wire.FrameReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Time that the scoring thread spends on pictures that frames refer to. */
@Tag("slow")
class FetchAheadTest {
  private static final byte[] PIXELS = {1, 2, 3};
  private static final Duration SLOW = Duration.ofMillis(4_800);

  private final AtomicLong now = new AtomicLong();
  private final AtomicInteger asked = new AtomicInteger();
  private final CountDownLatch end = new CountDownLatch(1);
  private final CyclicBarrier pair = new CyclicBarrier(2);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private HttpServer server;
  private String http;
  private FetchAhead fetches;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("localhost"), 0), 0);
    server.setExecutor(threads);
    http = "http://localhost:" + server.getAddress().getPort();
    server.createContext(
        "/",
        exchange -> {
          asked.incrementAndGet();
          String path = exchange.getRequestURI().getPath();
          int status = 200;
          try {
            if (path.startsWith("/slow/")) {
              now.addAndGet(SLOW.toNanos());
              status = 404;
            } else if (path.startsWith("/pairs/")) {
              pair.await();
            } else if (path.startsWith("/silent/")) {
              end.await();
            } else {
              now.addAndGet(FetchAhead.FREE.toNanos());
            }
          } catch (Exception e) {
            status = 500;
          }
          exchange.sendResponseHeaders(status, status == 200 ? PIXELS.length : -1);
          if (status == 200) {
            exchange.getResponseBody().write(PIXELS);
          }
          exchange.close();
        });
    server.start();
    fetches = fetches(Duration.ofSeconds(60));
  }

  private FetchAhead fetches(Duration timeout) {
    return new FetchAhead(
        new ReferenceSettings(
            List.of(
                URI.create(http + "/slow/"),
                URI.create(http + "/fast/"),
                URI.create(http + "/pairs/"),
                URI.create(http + "/silent/")),
            1_000,
            timeout,
            .1,
            S3Access.AWS),
        new FrameReader(FrameLimits.DEFAULTS),
        now::get);
  }

  @AfterEach
  void stop() {
    end.countDown();
    fetches.close();
    server.stop(0);
    threads.shutdownNow();
  }

  private Frame frame(String path) {
    return new Frame(
        "cam1",
        7,
        Instant.EPOCH,
        1,
        1,
        PixelFormat.RGB8,
        new byte[0],
        Map.of(ReferencedFrames.REFERENCE, http + path));
  }

  private ConsumerRecord<byte[], byte[]> record(long offset, String path) {
    return new ConsumerRecord<>(
        "frames",
        0,
        offset,
        "cam1".getBytes(StandardCharsets.UTF_8),
        FrameReader.write(frame(path)));
  }

  private RejectedFrameException refusal(String path) {
    return catchThrowableOfType(RejectedFrameException.class, () -> fetches.resolve(frame(path)));
  }

  @Test
  void shouldRefuseFramesOfASlowRootAtOnceBeyondItsShareAndGoOnWithOthers() throws Exception {
    // When two answers of 4.8 s have used the 6 s of a minute
    assertThat(refusal("/slow/a")).hasMessageContaining("answers 404");
    assertThat(refusal("/slow/b")).hasMessageContaining("answers 404");
    long before = now.get();
    for (int i = 0; i < 20; i++) {
      RejectedFrameException why = refusal("/slow/" + i);
      // Then
      assertThat(why.reason()).isEqualTo(Reason.REFERENCE);
      assertThat(why)
          .hasMessageContaining("was not fetched")
          .hasMessageContaining("residua.frames.reference-share");
    }
    assertThat(asked).hasValue(2);
    assertThat(now).as("no time was spent").hasValue(before);
    assertThat(fetches.resolve(frame("/fast/a")).data()).isEqualTo(PIXELS);
    // When its share has grown again
    now.addAndGet(Duration.ofMinutes(1).toNanos());
    // Then
    assertThat(refusal("/slow/c")).hasMessageContaining("answers 404");
  }

  @Test
  void shouldNotCountAnswersThatTakeNoLongerThanAPictureTakesToDecode() throws Exception {
    for (int i = 0; i < 200; i++) { // 20 s
      // When, Then
      assertThat(fetches.resolve(frame("/fast/" + i)).data()).isEqualTo(PIXELS);
    }
  }

  @Test
  void shouldFetchThePicturesOfTheNextFramesTogether() throws Exception {
    // Given a place that answers two requests at a time
    List<ConsumerRecord<byte[], byte[]>> next = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      next.add(record(i, "/pairs/" + i));
    }
    for (int i = 0; i < 4; i++) {
      // When
      fetches.look(next.subList(i, 4));
      // Then
      assertThat(fetches.resolve(frame("/pairs/" + i)).data()).isEqualTo(PIXELS);
    }
    assertThat(asked).as("each once").hasValue(4);
  }

  @Test
  void shouldKeepFewFetchesOpenAndGiveUpThoseOfFramesThatAreGone() throws Exception {
    // Given
    List<ConsumerRecord<byte[], byte[]>> next = new ArrayList<>();
    for (int i = 0; i < FetchAhead.WINDOW; i++) {
      next.add(record(i, "/silent/" + i));
    }
    // When
    fetches.look(next);
    fetches.look(next);
    fetches.look(List.of(record(100, "/fast/a")));
    Frame fast = fetches.resolve(frame("/fast/a"));
    // Then
    assertThat(fast.data()).isEqualTo(PIXELS);
    assertThat(asked.get()).as("four, and the one that was taken").isLessThanOrEqualTo(5);
  }

  @Test
  void shouldGiveUpAPlaceThatNeverAnswers() {
    // Given
    fetches.close();
    fetches = fetches(Duration.ofMillis(200));
    // When, Then
    assertThat(refusal("/silent/a")).hasMessageContaining("residua.frames.reference-timeout");
  }
}
