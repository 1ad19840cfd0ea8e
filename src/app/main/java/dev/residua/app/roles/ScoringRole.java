package dev.residua.app.roles;

import dev.residua.app.kafka.KafkaClients;
import dev.residua.app.process.RoleEndedException;
import dev.residua.scoring.FramesInFlight;
import dev.residua.scoring.ScoringEndedException;
import dev.residua.scoring.ScoringListener;
import dev.residua.scoring.ScoringLoop;
import dev.residua.scoring.ScoringModels;
import dev.residua.scoring.ScoringProducers;
import dev.residua.scoring.ScoringSettings;
import dev.residua.scoring.Stages;
import dev.residua.scoring.TimelineStore;
import dev.residua.source.SourceRule;
import dev.residua.telemetry.Tracing;
import dev.residua.wire.Topics;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntFunction;

/** The scoring role of a process: its loops, one thread each, and the models that they share. */
public final class ScoringRole implements AutoCloseable {
  private static final long STOP_MILLIS = 15_000;

  private final Runnable whenEnded;
  private final List<ScoringLoop> loops = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();

  /**
   * @param models to score with
   * @param rules the latest rules of sources
   * @param whenEnded run after all loops have ended
   * @param stages notified of the stages of each thread
   * @param tracing continues traces
   * @param inFlight remembers the frames in flight of the thread with an id
   * @param onFailure receives the reason when a loop fails
   */
  public ScoringRole(
      KafkaClients clients,
      Topics topics,
      ScoringModels models,
      Function<String, SourceRule> rules,
      Runnable whenEnded,
      ScoringSettings settings,
      ScoringListener listener,
      IntFunction<Stages> stages,
      Tracing tracing,
      Function<String, FramesInFlight> inFlight,
      Consumer<Throwable> onFailure) {
    this.whenEnded = whenEnded;
    for (int i = 0; i < settings.threads(); i++) {
      String id = settings.threadId(i);
      ScoringLoop loop =
          new ScoringLoop(
              clients.scoringConsumer(settings.group(), id, settings.maxFrames()),
              new ScoringProducers(
                  () -> clients.resultProducer(settings.guarantee(), id),
                  clients.transactionTimeout()),
              topics,
              models,
              rules,
              settings,
              TimelineStore.onKafka(clients::stateReader, topics),
              Clock.systemUTC(),
              listener,
              stages.apply(i),
              tracing,
              inFlight.apply(id));
      Thread thread = new Thread(() -> runLoop(loop, onFailure), "residua-score-" + i);
      loops.add(loop);
      threads.add(thread);
    }
    threads.forEach(Thread::start);
  }

  private static void runLoop(ScoringLoop loop, Consumer<Throwable> onFailure) {
    try {
      loop.run();
    } catch (ScoringEndedException e) {
      onFailure.accept(new RoleEndedException(String.valueOf(e.getMessage()), e));
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
      whenEnded.run(); // a loop that hangs may still be inside a native session
    }
  }
}
