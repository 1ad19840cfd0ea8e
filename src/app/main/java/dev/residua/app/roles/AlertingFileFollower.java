package dev.residua.app.roles;

import dev.residua.alerting.AlertingSettings;
import dev.residua.app.config.AlertingFile;
import dev.residua.app.process.FileStamp;
import dev.residua.app.process.StartFailedException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the file with the settings of alerting. A changed file that cannot be used is reported
 * once, and the settings from before stay in force until it is corrected.
 */
final class AlertingFileFollower implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(AlertingFileFollower.class);
  private static final long PAUSE_MILLIS = 2_000;

  /** Applies settings. */
  @FunctionalInterface
  interface Target {
    void use(AlertingSettings settings) throws InterruptedException;
  }

  private final Path file;
  private final Target target;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private AlertingSettings settings;
  private @Nullable FileStamp stamp;
  private volatile boolean successful = true;

  /**
   * @param settings in force, which the file had before
   */
  AlertingFileFollower(Path file, AlertingSettings settings, Target target) {
    this.file = file;
    this.settings = settings;
    this.target = target;
  }

  /** Returns true if the file is in force as it is now. May be called from any thread. */
  boolean successful() {
    return successful;
  }

  void stop() {
    stopped.countDown();
  }

  @Override
  public void run() {
    try {
      do {
        look();
      } while (!stopped.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Reads the file if it has changed since the last look. */
  void look() throws InterruptedException {
    FileStamp seen = null;
    String problem = "";
    try {
      seen = FileStamp.of(file);
      if (seen.equals(stamp)) {
        return;
      }
      AlertingSettings next = AlertingFile.settings(file);
      if (!next.equals(settings)) {
        target.use(next);
        settings = next;
        LOG.info("the alerting file was read again: file={}", file);
      }
    } catch (StartFailedException e) {
      problem = String.valueOf(e.getMessage()).replace("\nresidua:", ";");
    } catch (IOException | RuntimeException e) {
      problem = String.valueOf(e);
    }
    if (!problem.isEmpty() && (seen != null || successful)) {
      LOG.error(
          "the alerting file cannot be used, the earlier settings stay in force: file={} reason={}",
          file,
          problem);
    }
    successful = problem.isEmpty();
    stamp = seen;
  }
}
