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
import java.util.stream.Stream;

/** Follows a training over HTTP until it ends. */
final class TrainingFollower {
  private static final Duration POLL = Duration.ofMillis(250);
  private static final Duration START_TIMEOUT = Duration.ofSeconds(60);

  /** Ends of a training that are a success. */
  private static final Set<String> GOOD =
      Stream.of(TrainingPhase.PROMOTED, TrainingPhase.KEPT)
          .map(phase -> phase.name().toLowerCase(Locale.ROOT))
          .collect(Collectors.toSet());

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

  /** Follows the training with an id. */
  int follow(String id, PrintWriter out) {
    return print(training -> training.id().equals(id), out);
  }

  /** Follows the next training of a scene that a person asked for. */
  int followNext(String scene, PrintWriter out) {
    return print(
        training ->
            !before.contains(training.id())
                && training.scene().equals(scene)
                && training.trigger().equals(Commanded.KIND),
        out);
  }

  /** Prints the phases; returns 0 if a model is active or the gate kept the active one, else 1. */
  private int print(Predicate<TrainingView> wanted, PrintWriter out) {
    String last = "";
    long began = System.nanoTime();
    while (true) {
      for (TrainingView training : trainings()) {
        if (wanted.test(training) && !training.phase().equals(last)) {
          last = training.phase();
          out.printf(
              "%s  training %s: %s: %s%n", training.at(), training.id(), last, training.reason());
          out.flush();
          if (training.ended()) {
            return GOOD.contains(last) ? 0 : 1;
          }
        }
      }
      if (last.isEmpty() && System.nanoTime() - began > START_TIMEOUT.toNanos()) {
        throw new CommandFailedException(
            "no process started the training within %d s: check that a process with the role train runs"
                .formatted(START_TIMEOUT.toSeconds()));
      }
      LockSupport.parkNanos(POLL.toNanos());
    }
  }
}
