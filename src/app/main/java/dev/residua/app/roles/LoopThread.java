package dev.residua.app.roles;

/** Runs the loop of a role on a daemon thread of its own. */
final class LoopThread implements AutoCloseable {
  private final Runnable stop;
  private final long stopMillis;
  private final Thread thread;

  /**
   * Starts it.
   *
   * @param stop makes the loop return
   * @param stopMillis longest wait for that
   */
  LoopThread(String name, Runnable loop, Runnable stop, long stopMillis) {
    this.stop = stop;
    this.stopMillis = stopMillis;
    this.thread = new Thread(loop, name);
    thread.setDaemon(true);
    thread.start();
  }

  /** Stops the loop and waits a while for its end. */
  @Override
  public void close() throws InterruptedException {
    stop.run();
    thread.join(stopMillis);
  }
}
