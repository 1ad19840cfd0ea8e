package dev.residua.app;

import dev.residua.scoring.ScoringListener;
import dev.residua.scoring.ScoringLoop;
import dev.residua.scoring.ScoringModel;
import dev.residua.scoring.ScoringSettings;
import dev.residua.wire.FrameReader;
import dev.residua.wire.Topics;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The scoring role of a process: its loops, one thread each, and the model that they share. */
final class ScoringRole implements AutoCloseable {
  private static final long STOP_MILLIS = 15_000;

  private final ScoringModel model;
  private final List<ScoringLoop> loops = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();

  /**
   * @param model owned by this role from now on
   * @param onFailure told why, when a loop ends by itself
   */
  ScoringRole(
      KafkaClients clients,
      Topics topics,
      ScoringModel model,
      ScoringSettings settings,
      ScoringListener listener,
      Consumer<Throwable> onFailure) {
    this.model = model;
    for (int i = 0; i < settings.threads(); i++) {
      String id = settings.threadId(i);
      ScoringLoop loop =
          new ScoringLoop(
              clients.scoringConsumer(settings.group(), id, settings.maxFrames()),
              clients.transactionalProducer(id),
              topics,
              () -> model,
              settings.limits(),
              new FrameReader(settings.limits(), settings.registry()),
              Clock.systemUTC(),
              listener);
      Thread thread = new Thread(() -> runLoop(loop, onFailure), "residua-score-" + i);
      loops.add(loop);
      threads.add(thread);
    }
    threads.forEach(Thread::start);
  }

  private static void runLoop(ScoringLoop loop, Consumer<Throwable> onFailure) {
    try {
      loop.run();
    } catch (RuntimeException | Error e) {
      onFailure.accept(e);
    }
  }

  @Override
  public void close() {
    loops.forEach(ScoringLoop::stop);
    boolean allEnded = true;
    for (Thread thread : threads) {
      try {
        thread.join(STOP_MILLIS);
        allEnded &= !thread.isAlive();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
    if (allEnded) {
      model.close(); // a loop that hangs may still be inside the native session
    }
  }
}
