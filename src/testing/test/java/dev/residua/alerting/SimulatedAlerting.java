package dev.residua.alerting;

import dev.residua.telemetry.Tracing;
import dev.residua.wire.Topics;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ExecutorService;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;

/** The role {@code alert} with one webhook, step by step on the caller's thread. */
public final class SimulatedAlerting {
  private SimulatedAlerting() {}

  /** Takes the bodies of requests. */
  @FunctionalInterface
  public interface Receiver {
    /** Returns the status, or -1 if no answer comes. */
    int post(String webhookId, byte[] body) throws InterruptedException;
  }

  /**
   * Everything around the role.
   *
   * @param deliveries runs what a receiver's thread runs
   * @param pause waits after a failure
   */
  public record Surroundings(
      Supplier<Consumer<byte[], byte[]>> members,
      Function<IsolationLevel, Consumer<byte[], byte[]>> readers,
      Supplier<Producer<byte[], byte[]>> producers,
      Receiver receiver,
      ExecutorService deliveries,
      Runnable pause,
      Clock clock,
      LongSupplier nanos,
      RandomGenerator random) {}

  /** Runs until the process ends, as {@link AlertLoop#run} does. */
  public static void run(Topics topics, Surroundings around) {
    ReceiverSettings webhook =
        new ReceiverSettings(
            "webhook",
            ReceiverType.WEBHOOK,
            URI.create("http://receiver.example.org/incidents"),
            Optional.empty(),
            Optional.empty(),
            List.of(),
            Optional.empty(),
            Optional.empty(),
            Duration.ofSeconds(10),
            Duration.ofMinutes(1),
            OptionalInt.empty(),
            false,
            Optional.empty());
    AlertingSettings settings =
        new AlertingSettings(
            List.of(webhook),
            List.of(),
            Optional.empty(),
            Duration.ofDays(1),
            GroupSettings.OFF,
            Optional.empty());
    Channel channel =
        new Channel(
            webhook,
            Protocol.of(webhook, new Links(settings.dashboard())),
            (request, now) -> send(around.receiver(), request),
            around.clock());
    ReceiverWorker worker =
        new ReceiverWorker(
            channel,
            settings.giveUpAfter(),
            AlertListener.NONE,
            around.random(),
            around.deliveries());
    AlertLoop.Context context =
        new AlertLoop.Context(
            topics,
            new ActiveSettings(settings, (receiver, used) -> worker),
            new HashMap<>(),
            AlertListener.NONE,
            Tracing.OFF,
            new SteadyClock(around.clock(), around.nanos()),
            around.random(),
            () -> false);
    while (true) {
      try (Consumer<byte[], byte[]> member = around.members().get();
          Consumer<byte[], byte[]> control = around.readers().apply(IsolationLevel.READ_COMMITTED);
          Producer<byte[], byte[]> producer = around.producers().get()) {
        AlertStore store = new AlertStore(producer, topics);
        store.start();
        ModelChangeNotifier models =
            new ModelChangeNotifier(context.active()::workers, List::of, store, context.listener());
        PartitionAlerts alerts =
            new PartitionAlerts(member, control, around.readers(), store, models, context);
        member.subscribe(List.of(topics.incidents().name()), alerts);
        while (true) {
          alerts.round();
        }
      } catch (KafkaException e) {
        worker.cancel();
        around.pause().run();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  private static DeliveryResult send(Receiver receiver, OutgoingRequest request)
      throws InterruptedException {
    int status = receiver.post(request.headers().get("webhook-id"), request.body());
    if (status >= 200 && status < 300) {
      return new DeliveryResult.Accepted(Integer.toString(status));
    }
    return new DeliveryResult.Unavailable(Integer.toString(status), Optional.empty(), status < 0);
  }
}
