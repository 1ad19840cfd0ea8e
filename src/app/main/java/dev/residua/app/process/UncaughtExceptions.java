package dev.residua.app.process;

import dev.residua.wire.RootCause;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the process when one of its own threads ends with an exception that nothing caught, so that
 * no loop ends silently. A thread of a library is only reported: the library may replace it.
 */
public final class UncaughtExceptions implements Thread.UncaughtExceptionHandler {
  /** Start of the names of this program's threads. */
  static final String OWN = "residua-";

  private static final Logger LOG = LoggerFactory.getLogger(UncaughtExceptions.class);

  private final Consumer<Throwable> onFailure;

  /**
   * @param onFailure ends the process; called on the thread that ends
   */
  public UncaughtExceptions(Consumer<Throwable> onFailure) {
    this.onFailure = onFailure;
  }

  @Override
  public void uncaughtException(Thread thread, Throwable failure) {
    if (thread.getName().startsWith(OWN)) {
      onFailure.accept(failure);
    } else {
      LOG.error(
          "thread of a library ended: part={} reason={}",
          thread.getName(),
          RootCause.message(failure),
          failure);
    }
  }
}
