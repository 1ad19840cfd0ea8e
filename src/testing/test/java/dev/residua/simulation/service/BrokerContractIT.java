package dev.residua.simulation.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.app.kafka.KafkaClients;
import dev.residua.scoring.Guarantee;
import dev.residua.testing.TestBroker;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The simulated broker shows what a real one shows. */
@Tag("slow")
class BrokerContractIT {
  private static TestBroker broker;

  @BeforeAll
  static void start() {
    broker = TestBroker.start();
  }

  @AfterAll
  static void stop() {
    TestBroker.close(broker);
  }

  @ParameterizedTest
  @EnumSource
  void shouldShowTheSameAsARealBroker(BrokerScripts script) throws Exception {
    // Given
    String topic = script.name().toLowerCase(Locale.ROOT);
    TestBroker.create(
        broker.clients(), List.of(new NewTopic(topic, BrokerScripts.PARTITIONS, (short) 1)));
    // When
    List<String> real = script.seen(new Real(broker.clients()), topic);
    // Then
    for (long seed = 1; seed <= 20; seed++) {
      assertThat(simulated(script, seed)).as("seed %d", seed).isEqualTo(real);
    }
    System.out.println(script + " " + real);
  }

  private static List<String> simulated(BrokerScripts script, long seed) {
    Simulator simulator = new Simulator(seed);
    SimulatedBroker model =
        new SimulatedBroker(
            simulator::millis, () -> simulator.chance(0.8) ? 0 : simulator.random().nextInt(500));
    simulator.onTick(model::tick);
    model.create("topic", BrokerScripts.PARTITIONS);
    AtomicReference<List<String>> seen = new AtomicReference<>();
    SimulatedProcess process = new SimulatedProcess("script", simulator, model);
    process.start(() -> seen.set(script.seen(new Modelled(process), "topic")));
    simulator.run(Duration.ofMinutes(10));
    return seen.get();
  }

  private record Modelled(SimulatedProcess process) implements BrokerScripts.Clients {
    @Override
    public Producer<byte[], byte[]> producer(@Nullable String transactionalId, Duration timeout) {
      return process.producer(transactionalId, timeout);
    }

    @Override
    public Consumer<byte[], byte[]> member(String group) {
      return process.member(group, null, 500);
    }

    @Override
    public Consumer<byte[], byte[]> reader(boolean committedOnly) {
      return process.reader(committedOnly);
    }

    @Override
    public void sleep(Duration time) {
      process.simulator.sleep(time);
    }
  }

  private record Real(KafkaClients clients) implements BrokerScripts.Clients {
    @Override
    public Producer<byte[], byte[]> producer(@Nullable String transactionalId, Duration timeout) {
      return transactionalId == null
          ? clients.resultProducer(Guarantee.AT_LEAST_ONCE, "")
          : clients
              .withTransactionTimeout(timeout)
              .resultProducer(Guarantee.EXACTLY_ONCE, transactionalId);
    }

    @Override
    public Consumer<byte[], byte[]> member(String group) {
      return new KafkaConsumer<>(
          Map.of(
              "bootstrap.servers",
              clients.bootstrapServers(),
              "group.id",
              group,
              "enable.auto.commit",
              false,
              "partition.assignment.strategy",
              CooperativeStickyAssignor.class.getName(),
              "isolation.level",
              "read_committed"),
          new ByteArrayDeserializer(),
          new ByteArrayDeserializer());
    }

    @Override
    public Consumer<byte[], byte[]> reader(boolean committedOnly) {
      return clients.stateReader(
          committedOnly ? IsolationLevel.READ_COMMITTED : IsolationLevel.READ_UNCOMMITTED);
    }

    @Override
    public void sleep(Duration time) {
      try {
        Thread.sleep(time.toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
