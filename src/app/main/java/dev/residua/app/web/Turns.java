package dev.residua.app.web;

import java.io.IOException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Serves requests for stored pictures one after the other. A few may wait; more are refused, so
 * that other pages answer. For any thread.
 */
final class Turns {
  private static final long QUEUE_SECONDS = 5;
  private static final String BUSY = "too many pictures are requested at once; try again";

  private final Semaphore waiting = new Semaphore(LiveFrames.WAITING);
  private final ReentrantLock lock = new ReentrantLock();

  /** Work of one request, or of the owner. */
  interface Work<T, E extends Exception> {
    T run() throws E, IOException;
  }

  /**
   * Runs the work of a request.
   *
   * @throws IOException also if too many wait, or for too long
   */
  <T, E extends Exception> T request(Work<T, E> work) throws E, IOException {
    if (!waiting.tryAcquire()) {
      throw new IOException(BUSY);
    }
    try {
      if (!lock.tryLock(QUEUE_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException(BUSY);
      }
      try {
        return work.run();
      } finally {
        lock.unlock();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted before the picture was read", e);
    } finally {
      waiting.release();
    }
  }

  /** Requests that may still come. */
  int waitingPlaces() {
    return waiting.availablePermits();
  }

  /** Runs between two requests. */
  void between(Runnable work) {
    lock.lock();
    try {
      work.run();
    } finally {
      lock.unlock();
    }
  }
}
