package dev.residua.ingest;

import dev.residua.frame.Frame;
import dev.residua.frame.RejectedFrameException;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Reads one camera until it is stopped, or a file until its end. After a failure it connects again.
 *
 * <p>Runs on a thread of its own, which native code may occupy for up to the camera's time-out.
 */
public final class CameraLoop implements Runnable {
  private final CameraSettings camera;
  private final PictureStreams streams;
  private final BackOff backOff;
  private final Redaction redaction;
  private final CameraListener listener;
  private final RandomGenerator random;
  private final FrameSequence sequence;
  private final Object wait = new Object();
  private volatile boolean stopped;

  /**
   * @param redaction of every frame before the listener receives it
   * @param clock from which sequence numbers start
   * @param random of the pauses
   */
  public CameraLoop(
      CameraSettings camera,
      PictureStreams streams,
      BackOff backOff,
      Redaction redaction,
      CameraListener listener,
      Clock clock,
      RandomGenerator random) {
    this.camera = camera;
    this.streams = streams;
    this.backOff = backOff;
    this.redaction = redaction;
    this.listener = listener;
    this.random = random;
    this.sequence = new FrameSequence(clock.instant(), camera.nominalRate());
  }

  @Override
  public void run() {
    int failures = 0;
    while (!stopped) {
      boolean[] connected = {false};
      try (PictureStream stream = streams.open(camera, this::isStopped)) {
        read(stream, connected);
        return; // the end of a file, or stopped
      } catch (IOException | RuntimeException e) { // a camera stops no other
        if (stopped) {
          return;
        }
        failures = connected[0] ? 1 : failures + 1;
        Duration pause = backOff.after(failures, random);
        listener.failed(
            e instanceof IOException ? String.valueOf(e.getMessage()) : e.toString(), pause);
        pause(pause);
      } finally {
        if (connected[0]) {
          listener.disconnected();
        }
      }
    }
  }

  /** Asked while a stream waits, which is progress. */
  private boolean isStopped() {
    listener.progressed();
    return stopped;
  }

  private void read(PictureStream stream, boolean[] connected) throws IOException {
    while (!stopped) {
      CapturedPicture picture = stream.next();
      listener.progressed();
      if (picture == null) {
        return;
      }
      if (!connected[0]) {
        connected[0] = true;
        listener.connected();
      }
      send(
          new Frame(
              camera.source(),
              sequence.next(),
              picture.capturedAt(),
              0,
              0,
              picture.format(),
              picture.data(),
              Map.of()));
    }
  }

  private void send(Frame captured) {
    Frame frame;
    try {
      frame = redaction.apply(captured);
    } catch (RejectedFrameException e) {
      listener.unredacted(String.valueOf(e.getMessage()));
      return;
    }
    listener.frame(frame);
  }

  private void pause(Duration pause) {
    long end = System.nanoTime() + pause.toNanos();
    synchronized (wait) {
      for (long left = pause.toMillis();
          !stopped && left > 0;
          left = (end - System.nanoTime()) / 1_000_000) {
        try {
          wait.wait(left);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          stopped = true;
        }
      }
    }
    listener.progressed();
  }

  /** Makes {@link #run} return soon. For any thread. */
  public void stop() {
    synchronized (wait) {
      stopped = true;
      wait.notifyAll();
    }
  }
}
