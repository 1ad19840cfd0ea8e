package dev.residua.simulation.service;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A process of the installation: its connection to the broker, its clock, and its faults. */
final class SimulatedProcess {
  /** Time after which a client gives a request up. */
  private static final Duration GIVE_UP = Duration.ofSeconds(20);

  private static final Duration RETRY = Duration.ofMillis(200);

  final String name;
  final Simulator simulator;
  final SimulatedBroker broker;
  private final Clock clock;
  private final List<Simulator.Task> tasks = new ArrayList<>();
  private long deadSince = -1;
  private @Nullable Runnable trap;
  private int trapIn;
  private long frozenSince;
  private long downSince;
  private long downUntil;
  private long slowUntil;
  private long lossyUntil;
  private Duration skew = Duration.ZERO;
  private boolean wasAhead;

  SimulatedProcess(String name, Simulator simulator, SimulatedBroker broker) {
    this.name = name;
    this.simulator = simulator;
    this.broker = broker;
    this.clock = simulator.clock(() -> skew);
  }

  /** Starts a task of the process. */
  void start(Runnable body) {
    tasks.removeIf(Simulator.Task::done);
    tasks.add(simulator.spawn(name, body));
  }

  boolean running() {
    return tasks.stream().anyMatch(task -> !task.done() && !task.killed());
  }

  Clock clock() {
    return clock;
  }

  /** Ends the process at once, without a chance to close anything. */
  void crash() {
    deadSince = simulator.millis();
    tasks.forEach(Simulator.Task::kill);
  }

  /** Stops the process for a time, as SIGSTOP and SIGCONT do. */
  void freeze(Duration time) {
    frozenSince = simulator.millis();
    tasks.forEach(task -> task.freeze(time));
  }

  /** Lets something happen in the middle of a request that comes later. */
  void at(int requests, Runnable fault) {
    trapIn = requests;
    trap = fault;
  }

  /** Lets a fault happen that is due. */
  void spring() {
    Runnable fault = trap;
    if (fault != null && trapIn-- <= 0) {
      trap = null;
      fault.run();
    }
  }

  /** Cuts the connection to the broker for a time. */
  void disconnect(Duration time) {
    downSince = down() ? downSince : simulator.millis();
    downUntil = simulator.nanos() + time.toNanos();
  }

  /** Makes every request take long for a time. */
  void slow(Duration time) {
    slowUntil = simulator.nanos() + time.toNanos();
  }

  /** Loses some answers of the broker for a time. */
  void loseAnswers(Duration time) {
    lossyUntil = simulator.nanos() + time.toNanos();
  }

  void skew(Duration ahead) {
    wasAhead |= ahead.compareTo(skew) < 0;
    skew = ahead;
  }

  /** Returns true if its clock was set back. */
  boolean wasAhead() {
    return wasAhead;
  }

  boolean down() {
    return simulator.nanos() < downUntil;
  }

  boolean lossy() {
    return simulator.nanos() < lossyUntil;
  }

  /** Time of the last heartbeat that the broker got; its present time while they come. */
  long silentSince() {
    long since = simulator.millis();
    if (deadSince >= 0) {
      since = Math.min(since, deadSince);
    }
    if (tasks.stream().anyMatch(Simulator.Task::frozen)) {
      since = Math.min(since, frozenSince);
    }
    return down() ? Math.min(since, downSince) : since;
  }

  private Duration latency() {
    return simulator.nanos() < slowUntil
        ? simulator.between(Duration.ofMillis(50), Duration.ofSeconds(3))
        : simulator.between(Duration.ZERO, Duration.ofMillis(5));
  }

  /**
   * Sends a request and waits for its answer.
   *
   * @param apply the request at the broker; its exceptions are the answer
   * @throws TimeoutException if no answer comes in time, whether or not it was carried out
   */
  <T> T request(Supplier<T> apply) {
    long deadline = simulator.nanos() + GIVE_UP.toNanos();
    spring();
    simulator.sleep(latency());
    while (down()) {
      connect(deadline);
      simulator.sleep(latency());
    }
    T answer = carriedOut(apply, deadline);
    spring();
    simulator.sleep(latency());
    if (down()) {
      connect(deadline);
    } else if (lossy() && simulator.chance(0.3)) {
      simulator.sleep(Duration.ofNanos(deadline - simulator.nanos()));
      throw new TimeoutException("the answer of the broker was lost");
    }
    return answer;
  }

  /** The answer of the broker, which is asked again while its disk is full. */
  private <T> T carriedOut(Supplier<T> apply, long deadline) {
    while (true) {
      try {
        return apply.get();
      } catch (KafkaStorageException e) {
        if (simulator.nanos() >= deadline) {
          throw new TimeoutException("the broker stored nothing", e);
        }
        simulator.sleep(RETRY);
      }
    }
  }

  private void connect(long deadline) {
    Duration left = Duration.ofNanos(Math.max(0, deadline - simulator.nanos()));
    if (!simulator.await(() -> !down(), left)) {
      throw new TimeoutException("no broker answered");
    }
  }

  /**
   * A producer.
   *
   * @param transactionalId null for one without transactions
   */
  Producer<byte[], byte[]> producer(@Nullable String transactionalId, Duration timeout) {
    return proxy(Producer.class, new SimulatedProducer(this, transactionalId, timeout));
  }

  /** A member of a group that reads committed records. */
  Consumer<byte[], byte[]> member(String group, @Nullable String instance, int maxRecords) {
    return proxy(Consumer.class, new SimulatedConsumer(this, group, instance, true, maxRecords));
  }

  /** A consumer outside any group. */
  Consumer<byte[], byte[]> reader(boolean committedOnly) {
    return proxy(Consumer.class, new SimulatedConsumer(this, null, null, committedOnly, 500));
  }

  /** Carries out the methods that the model has; the others fail. */
  @SuppressWarnings("unchecked")
  private static <T> T proxy(Class<?> type, Object model) {
    return (T)
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              Method known;
              try {
                known =
                    model
                        .getClass()
                        .getDeclaredMethod(method.getName(), method.getParameterTypes());
              } catch (NoSuchMethodException e) {
                throw new AssertionError("the model of the broker has no " + method, e);
              }
              known.setAccessible(true);
              try {
                return known.invoke(model, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
