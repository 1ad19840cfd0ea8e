package dev.residua.app.roles;

import dev.residua.app.process.RoleEndedException;
import dev.residua.wire.RootCause;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.apache.kafka.streams.errors.StreamsException;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Repair of the local state of Kafka Streams. A damaged store, as a broken disk or a loss of power
 * leaves it, is moved aside, and Kafka Streams restores its contents from the changelog, so nothing
 * is lost. The first damage moves the folder of its task; a second within {@link #WINDOW} moves the
 * state of all tasks; a third ends the process. At most one damaged copy of each is kept.
 *
 * <p>Not thread-safe. Kafka Streams must be closed while folders are moved.
 */
final class StateRepair {
  /** Time within which a further damage counts as a consequence of the same cause. */
  static final Duration WINDOW = Duration.ofMinutes(10);

  /** Folder of the damaged copies, next to the state. */
  static final String DAMAGED = "damaged";

  private static final Logger LOG = LoggerFactory.getLogger(StateRepair.class);
  private static final int MAX_REPAIRS = 2;

  private final Path stateFolder;
  private final String application;
  private final Pattern task;
  private final LongSupplier nanoTime;
  private int repairs;
  private long lastNanos;

  /**
   * @param stateFolder the setting {@code state.dir}
   * @param application name of the Kafka Streams application, whose folder is below it
   * @param nanoTime a clock such as {@link System#nanoTime}
   */
  StateRepair(Path stateFolder, String application, LongSupplier nanoTime) {
    this.stateFolder = stateFolder.toAbsolutePath();
    this.application = application;
    this.nanoTime = nanoTime;
    this.task =
        Pattern.compile(Pattern.quote("/" + application + "/") + "(\\d+_\\d+|global)(?=[/\\s]|$)");
  }

  /** Returns true if a store on the disk is damaged, so that it can never be read again. */
  static boolean isDamage(Throwable failure) {
    boolean ofState = false;
    boolean damaged = false;
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      String message = String.valueOf(cause.getMessage());
      ofState |= cause instanceof ProcessorStateException;
      if (cause instanceof RocksDBException rocks) {
        Status status = rocks.getStatus();
        damaged |=
            status == null
                ? message.contains("orrupt") || message.contains("checksum mismatch")
                : status.getCode() == Status.Code.Corruption
                    || (status.getCode() == Status.Code.IOError
                        && message.contains("No such file or directory"));
      }
      damaged |= cause instanceof IOException && message.contains("checkpoint file");
    }
    return ofState && damaged;
  }

  /**
   * Moves the damaged state aside, and reports it.
   *
   * @throws RoleEndedException if that has not helped before, or the folder cannot be moved
   */
  void repair(Throwable failure) {
    long now = nanoTime.getAsLong();
    if (repairs > 0 && now - lastNanos > WINDOW.toNanos()) {
      repairs = 0;
    }
    lastNanos = now;
    Path all = stateFolder.resolve(application);
    if (repairs >= MAX_REPAIRS) {
      throw new RoleEndedException(
          "the state in %s is damaged again, although it was restored from the changelog less than %s ago (%s); check the disk and the memory of this machine, or move %s to another disk"
              .formatted(all, WINDOW, RootCause.message(failure), stateFolder),
          failure);
    }
    Path damaged = repairs == 0 ? task(failure).map(all::resolve).orElse(all) : all;
    repairs++;
    Path aside = stateFolder.resolve(DAMAGED).resolve(damaged.getFileName().toString());
    try {
      Files.createDirectories(aside.getParent());
      Utils.delete(aside.toFile());
      if (Files.exists(damaged)) {
        Files.move(damaged, aside);
      }
    } catch (IOException e) {
      throw new RoleEndedException(
          "the state in %s is damaged (%s) and cannot be moved to %s (%s); move it away and start again, it is restored from the changelog"
              .formatted(damaged, RootCause.message(failure), aside, e),
          e);
    }
    LOG.warn(
        "damaged state moved aside; restoring it from the changelog: folder={} file={} reason={}",
        damaged,
        aside,
        RootCause.message(failure));
  }

  /** The task of a failure; empty if it names none. */
  private Optional<String> task(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      Matcher place = task.matcher(String.valueOf(cause.getMessage()));
      if (place.find()) {
        return Optional.of(place.group(1));
      }
      if (cause instanceof StreamsException streams && streams.taskId().isPresent()) {
        return streams.taskId().map(Object::toString);
      }
    }
    return Optional.empty();
  }
}
