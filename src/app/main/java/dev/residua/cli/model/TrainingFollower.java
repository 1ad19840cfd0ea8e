package dev.residua.cli.model;

import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.ServiceClient;
import dev.residua.dashboard.ModelViews.TrainingView;
import dev.residua.incident.ControlCommand.TrainingPhase;
import dev.residua.renewal.trigger.RetrainTrigger.Commanded;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Follows a training over HTTP until it ends. */
final class TrainingFollower {
  private static final Duration POLL = Duration.ofMillis(250);
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  private static final List<TrainingPhase> GOOD =
      List.of(TrainingPhase.PROMOTED, TrainingPhase.KEPT);

  private final ServiceClient client;
  private final Set<String> before;

  /** Remembers the trainings that there are now. */
  TrainingFollower(ServiceClient client) {
    this.client = client;
    this.before = trainings().stream().map(TrainingView::id).collect(Collectors.toSet());
  }

  private List<TrainingView> trainings() {
    return List.of(client.get("/api/trainings", TrainingView[].class).view());
  }

  /** Returns true for a training that was asked for since. */
  boolean isNew(TrainingView training) {
    return !before.contains(training.id()) && training.trigger().equals(Commanded.KIND);
  }

  /** Prints the phases; returns 0 if a model is active or the gate kept the active one, else 1. */
  int follow(Predicate<TrainingView> wanted, PrintWriter out) {
    String last = "";
    long answered = System.nanoTime();
    while (true) {
      List<TrainingView> trainings = List.of();
      try {
        trainings = trainings();
        answered = last.isEmpty() ? answered : System.nanoTime();
      } catch (CommandFailedException e) {
        if (System.nanoTime() - answered > TIMEOUT.toNanos()) {
          throw e; // otherwise the service may restart
        }
      }
      for (TrainingView training : trainings) {
        if (wanted.test(training) && !training.phase().equals(last)) {
          last = training.phase();
          out.printf(
              "%s  training %s: %s: %s%n", training.at(), training.id(), last, training.reason());
          out.flush();
          if (training.ended()) {
            return GOOD.contains(TrainingPhase.valueOf(last.toUpperCase(Locale.ROOT))) ? 0 : 1;
          }
        }
      }
      if (last.isEmpty() && System.nanoTime() - answered > TIMEOUT.toNanos()) {
        throw new CommandFailedException(
            "no process started the training within %d s: check that a process with the role train runs"
                .formatted(TIMEOUT.toSeconds()));
      }
      LockSupport.parkNanos(POLL.toNanos());
    }
  }
}
