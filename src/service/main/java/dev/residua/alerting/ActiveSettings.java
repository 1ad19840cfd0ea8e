package dev.residua.alerting;

import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The settings in force, with one worker per receiver. For the alert loop's thread, except for
 * {@link #offer}.
 */
final class ActiveSettings {
  private final BiFunction<ReceiverSettings, AlertingSettings, ReceiverWorker> starter;
  private final AtomicReference<@Nullable AlertingSettings> offered = new AtomicReference<>();
  private AlertingSettings settings;
  private List<ReceiverWorker> workers;

  /**
   * @param starter starts the worker of a receiver of the settings
   */
  ActiveSettings(
      AlertingSettings settings,
      BiFunction<ReceiverSettings, AlertingSettings, ReceiverWorker> starter) {
    this.starter = starter;
    this.settings = settings;
    this.workers =
        settings.receivers().stream().map(receiver -> starter.apply(receiver, settings)).toList();
  }

  AlertingSettings settings() {
    return settings;
  }

  List<ReceiverWorker> workers() {
    return workers;
  }

  /** Sets the settings that the loop applies next. May be called from any thread. */
  void offer(AlertingSettings next) {
    offered.set(next);
  }

  /** Settings that are to be applied, or null. */
  @Nullable AlertingSettings offered() {
    return offered.get();
  }

  /** Workers of receivers that other settings change or do not have. */
  List<ReceiverWorker> outdated(AlertingSettings next) {
    boolean same =
        next.dashboard().equals(settings.dashboard())
            && next.giveUpAfter().equals(settings.giveUpAfter());
    return workers.stream()
        .filter(worker -> !same || !next.receivers().contains(worker.channel.receiver()))
        .toList();
  }

  /** Applies settings: outdated workers end, the others continue. */
  void apply(AlertingSettings next) {
    List<ReceiverWorker> outdated = outdated(next);
    List<ReceiverWorker> kept =
        workers.stream().filter(worker -> !outdated.contains(worker)).toList();
    workers =
        next.receivers().stream()
            .map(
                receiver ->
                    kept.stream()
                        .filter(worker -> worker.name.equals(receiver.name()))
                        .findFirst()
                        .orElseGet(() -> starter.apply(receiver, next)))
            .toList();
    settings = next;
    offered.compareAndSet(next, null);
    outdated.forEach(ReceiverWorker::close);
  }
}
