package dev.residua.alerting;

import dev.residua.monitor.SourceState;
import dev.residua.mqtt.MqttConnection;
import dev.residua.mqtt.MqttFailure;
import dev.residua.mqtt.MqttServer;
import dev.residua.wire.RootCause;
import dev.residua.wire.Topic;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes the newest state of each source to all brokers of MQTT among the receivers, retained,
 * and an empty message for one that is removed. A state is published at least once; of several that
 * wait for a broker, the newest alone. Runs on one thread.
 */
public final class SourceStatePublisher implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(SourceStatePublisher.class);
  private static final Duration POLL = Duration.ofMillis(500);

  /** Time after which records are polled again, however many messages wait. */
  private static final Duration TURN = Duration.ofSeconds(10);

  private static final byte[] REMOVED = {};

  private final Supplier<? extends Consumer<byte[], byte[]>> consumers;
  private final Topic<String, SourceState> states;
  private final List<Target> targets;
  private final Runnable progressed;
  private final Clock clock;
  private volatile boolean stopped;

  /**
   * @param consumers of one group in which one member has all partitions; closed here
   * @param brokers receivers of type MQTT
   * @param progressed called at every turn
   * @param random of the pauses after failures
   */
  public SourceStatePublisher(
      Supplier<? extends Consumer<byte[], byte[]>> consumers,
      Topic<String, SourceState> states,
      List<ReceiverSettings> brokers,
      Runnable progressed,
      Clock clock,
      RandomGenerator random) {
    this.consumers = consumers;
    this.states = states;
    this.targets = brokers.stream().map(receiver -> new Target(receiver, random)).toList();
    this.progressed = progressed;
    this.clock = clock;
  }

  /** Makes {@link #run} return soon. */
  public void stop() {
    stopped = true;
  }

  @Override
  public void run() {
    while (!stopped) {
      try (Consumer<byte[], byte[]> consumer = consumers.get()) {
        follow(consumer);
      } catch (KafkaException e) {
        LOG.warn("states of sources are not published, retrying: reason={}", RootCause.message(e));
        LockSupport.parkNanos(POLL.toNanos());
      } catch (RuntimeException e) {
        LOG.error("publishing states of sources failed; restarting", e);
        LockSupport.parkNanos(POLL.toNanos());
      } finally {
        progressed.run();
        targets.forEach(Target::close);
      }
    }
  }

  private void follow(Consumer<byte[], byte[]> consumer) {
    targets.forEach(target -> target.waiting.clear()); // they are read again
    consumer.subscribe(List.of(states.name()));
    boolean uncommitted = false;
    while (!stopped) {
      progressed.run();
      ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
      for (ConsumerRecord<byte[], byte[]> record : records) {
        add(record);
      }
      uncommitted |= !records.isEmpty();
      for (Target target : targets) {
        target.publish();
      }
      if (uncommitted && targets.stream().allMatch(target -> target.waiting.isEmpty())) {
        consumer.commitSync();
        uncommitted = false;
      }
    }
  }

  private void add(ConsumerRecord<byte[], byte[]> record) {
    SourceState state = states.value(record);
    if (record.key() == null || (state == null && record.value() != null)) {
      return; // damaged
    }
    String source = new String(record.key(), StandardCharsets.UTF_8);
    byte[] message = state == null ? REMOVED : states.json(state);
    targets.forEach(target -> target.waiting.put(source, message));
  }

  /** Asked while a connection waits, which is progress. */
  private boolean isStopped() {
    progressed.run();
    return stopped;
  }

  /** A broker, with the newest states that wait for it. */
  private final class Target {
    private final ReceiverSettings receiver;
    private final MqttServer server;
    private final RandomGenerator random;
    private final Map<String, byte[]> waiting = new LinkedHashMap<>();
    private @Nullable MqttConnection connection;
    private int failures;
    private Instant next = Instant.MIN;

    Target(ReceiverSettings receiver, RandomGenerator random) {
      this.receiver = receiver;
      this.server = MqttSender.server(receiver, null);
      this.random = random;
    }

    void publish() {
      if (waiting.isEmpty() || clock.instant().isBefore(next)) {
        return;
      }
      Instant end = clock.instant().plus(TURN);
      try {
        MqttConnection open = connection();
        Iterator<Map.Entry<String, byte[]>> all = waiting.entrySet().iterator();
        while (all.hasNext() && !stopped && clock.instant().isBefore(end)) {
          publish(open, all.next());
          all.remove();
        }
        if (failures > 0) {
          LOG.info("states of sources are published again: receiver={}", receiver.name());
        }
        failures = 0;
      } catch (IOException e) {
        close();
        failures++;
        next = clock.instant().plus(BackOff.after(failures, random));
        if (failures == 1) {
          LOG.warn(
              "states of sources wait for a broker: receiver={} reason={}",
              receiver.name(),
              receiver.shown(String.valueOf(e.getMessage())));
        }
      }
    }

    private void publish(MqttConnection open, Map.Entry<String, byte[]> state) throws IOException {
      try {
        open.publish(
            MqttProtocol.topic(receiver, "sources/" + MqttProtocol.levels(state.getKey())),
            state.getValue(),
            OutgoingRequest.JSON,
            true);
      } catch (MqttFailure e) {
        if (!e.isOfMessage()) {
          throw e;
        }
        LOG.warn(
            "broker refuses the state of a source: receiver={} source={} reason={}",
            receiver.name(),
            state.getKey(),
            receiver.shown(String.valueOf(e.getMessage())));
      }
    }

    private MqttConnection connection() throws IOException {
      MqttConnection open = connection;
      if (open == null || open.failure() != null) {
        close();
        open = MqttConnection.open(server, SourceStatePublisher.this::isStopped);
        connection = open;
      }
      return open;
    }

    void close() {
      MqttConnection open = connection;
      connection = null;
      if (open != null) {
        open.close();
      }
    }
  }
}
