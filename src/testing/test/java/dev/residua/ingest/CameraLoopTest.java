package dev.residua.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.frame.Frame;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.PixelFormat;
import dev.residua.frame.RejectedFrameException;
import dev.residua.source.CameraAddress;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CameraLoopTest {
  private static final BackOff SHORT = new BackOff(Duration.ofMillis(2), Duration.ofMillis(8));
  private static final Clock CLOCK = Clock.fixed(Instant.ofEpochSecond(1_000), ZoneOffset.UTC);

  private final List<String> events = new ArrayList<>();

  private final CameraListener listener =
      new CameraListener() {
        @Override
        public void connected() {
          events.add("connected");
        }

        @Override
        public void frame(Frame frame) {
          events.add("frame " + frame.sequence());
        }

        @Override
        public void unredacted(String reason) {
          events.add("unredacted " + reason);
        }

        @Override
        public void failed(String reason, Duration pause) {
          events.add("failed " + reason);
          pauses.add(pause);
        }

        @Override
        public void disconnected() {
          events.add("disconnected");
        }

        @Override
        public void progressed() {}
      };

  private final List<Duration> pauses = new ArrayList<>();
  private int closed;

  private static CameraSettings camera() {
    CameraAddress address = CameraAddress.parse("rtsp://10.0.0.7/live");
    return new CameraSettings(
        "cam1",
        address,
        Optional.empty(),
        AllowedRoots.only(address),
        Optional.of(2.0),
        90,
        CameraSettings.DEFAULT_TIMEOUT,
        FrameLimits.DEFAULTS);
  }

  /** A stream of some pictures, which then breaks, or ends. */
  private PictureStream stream(int pictures, @Nullable String failure) {
    return new PictureStream() {
      private int next;

      @Override
      public @Nullable CapturedPicture next() throws IOException {
        if (next++ < pictures) {
          return new CapturedPicture(Instant.EPOCH, PixelFormat.JPEG, new byte[] {1});
        }
        if (failure != null) {
          throw new IOException(failure);
        }
        return null;
      }

      @Override
      public void close() {
        closed++;
      }
    };
  }

  private CameraLoop loop(PictureStreams streams) {
    return new CameraLoop(camera(), streams, SHORT, Redaction.NONE, listener, CLOCK, new Random(3));
  }

  @Test
  void shouldConnectAgainAndGoOnCounting() {
    // Given
    int[] attempt = {0};

    // When
    loop((camera, stopped) ->
            switch (attempt[0]++) {
              case 0 -> throw new IOException("refused");
              case 1 -> stream(2, "reset");
              case 2 -> throw new IllegalStateException("a mistake");
              default -> stream(1, null);
            })
        .run();

    // Then
    assertThat(events)
        .containsExactly(
            "failed refused",
            "connected",
            "frame 2000",
            "frame 2001",
            "failed reset",
            "disconnected",
            "failed java.lang.IllegalStateException: a mistake",
            "connected",
            "frame 2002",
            "disconnected");
    assertThat(closed).isEqualTo(2);
  }

  @Test
  void shouldNotSendWhatCannotBeRedacted() {
    // Given the second of three frames cannot be redacted
    Redaction redaction =
        frame -> {
          if (frame.sequence() == 2001) {
            throw new RejectedFrameException(RejectedFrameException.Reason.CORRUPT, "damaged");
          }
          return frame;
        };

    // When
    new CameraLoop(
            camera(),
            (c, stopped) -> stream(3, null),
            SHORT,
            redaction,
            listener,
            CLOCK,
            new Random(3))
        .run();

    // Then
    assertThat(events)
        .containsExactly(
            "connected", "frame 2000", "unredacted damaged", "frame 2002", "disconnected");
  }

  @Test
  void shouldWaitLongerAfterEachFailureUntilAPictureArrives() {
    // Given
    int[] attempt = {0};

    // When
    loop((camera, stopped) -> {
          attempt[0]++;
          if (attempt[0] <= 4 || attempt[0] == 6) {
            throw new IOException("refused");
          }
          return attempt[0] == 5 ? stream(1, "reset") : stream(0, null);
        })
        .run();

    // Then
    long[] most = {2, 4, 8, 8, 2, 4};
    assertThat(pauses).hasSize(most.length);
    for (int i = 0; i < most.length; i++) {
      assertThat(pauses.get(i).toMillis()).as("pause %d", i).isBetween(most[i] / 2, most[i]);
    }
  }

  @Test
  void shouldEndWithinAPauseWhenItIsStopped() throws Exception {
    // Given
    CameraLoop loop =
        new CameraLoop(
            camera(),
            (camera, stopped) -> {
              throw new IOException("refused");
            },
            new BackOff(Duration.ofHours(1), Duration.ofHours(1)),
            Redaction.NONE,
            listener,
            CLOCK,
            new Random(3));
    Thread thread = new Thread(loop);
    thread.start();

    // When
    while (thread.getState() != Thread.State.TIMED_WAITING) {
      Thread.sleep(5);
    }
    loop.stop();

    // Then
    thread.join(10_000);
    assertThat(thread.isAlive()).isFalse();
  }
}
