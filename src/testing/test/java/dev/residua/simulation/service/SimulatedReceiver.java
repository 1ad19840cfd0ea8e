package dev.residua.simulation.service;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RunnableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A webhook that receives alerts, and is down, slow or without an answer for some time. */
final class SimulatedReceiver {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final Simulator simulator;
  private final List<Delivery> deliveries = new ArrayList<>();
  private final Sabotage sabotage;
  private int posted;
  private long downUntil;
  private long lossyUntil;

  /**
   * A request that the receiver accepted.
   *
   * @param id equal for each attempt to deliver a state
   */
  record Delivery(String id, JsonNode incident) {}

  SimulatedReceiver(Simulator simulator, Sabotage sabotage) {
    this.simulator = simulator;
    this.sabotage = sabotage;
  }

  static JsonNode json(byte[] text) {
    try {
      return MAPPER.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  List<Delivery> deliveries() {
    return deliveries;
  }

  void down(Duration time) {
    downUntil = simulator.nanos() + time.toNanos();
  }

  void loseAnswers(Duration time) {
    lossyUntil = simulator.nanos() + time.toNanos();
  }

  /** Returns the status, or -1 without an answer. */
  int post(String id, byte[] body) {
    simulator.sleep(simulator.between(Duration.ofMillis(1), Duration.ofMillis(200)));
    if (simulator.nanos() < downUntil) {
      if (simulator.chance(0.5)) {
        return 503;
      }
      simulator.sleep(Duration.ofSeconds(10));
      return -1;
    }
    posted++;
    for (int i = 0; i < sabotage.alerts(posted); i++) {
      deliveries.add(new Delivery(id, json(body).get("data")));
    }
    simulator.sleep(simulator.between(Duration.ofMillis(1), Duration.ofMillis(200)));
    return simulator.nanos() < lossyUntil && simulator.chance(0.5) ? -1 : 200;
  }

  /** Runs each task as a task of a simulated process. */
  static final class Executor extends SimulatedExecutor {
    private final SimulatedProcess process;

    Executor(SimulatedProcess process) {
      this.process = process;
    }

    @Override
    public void execute(Runnable command) {
      process.start(command);
    }

    @Override
    protected <T> RunnableFuture<T> newTaskFor(Callable<T> callable) {
      return new FutureTask<>(callable) {
        @Override
        public T get(long timeout, TimeUnit unit)
            throws InterruptedException, ExecutionException, TimeoutException {
          Duration limit = Duration.ofNanos(unit.toNanos(timeout));
          if (!isDone() && !process.simulator.await(this::isDone, limit)) {
            throw new TimeoutException();
          }
          return get();
        }

        @Override
        protected void setException(Throwable t) {
          if (t instanceof Simulator.Crash crash) {
            throw crash;
          }
          super.setException(t);
        }
      };
    }
  }
}
