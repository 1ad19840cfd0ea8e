package dev.residua.alerting;

import dev.residua.model.RegistryRecord.Activation;
import dev.residua.telemetry.Tracing;
import dev.residua.wire.BoundedMap;
import dev.residua.wire.Topics;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the incidents and notifies the receivers. Pending and delivered notifications are stored
 * in the partition of the incident before offsets are committed and before anything is sent. After
 * a restart or a rebalance, the new owner of a partition continues from that state.
 *
 * <p>Each receiver has a thread of its own, so that a receiver that does not answer does not delay
 * the others. Everything else runs on one thread; {@link #stop} may be called from any.
 */
public final class AlertLoop implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(AlertLoop.class);
  private static final long PAUSE_MILLIS = 2_000;
  private static final Duration MAX_ROUND = Duration.ofMinutes(1);
  private static final int MAX_ACKNOWLEDGED = 10_000;

  /**
   * Parts of a membership other than its Kafka clients.
   *
   * @param active settings and workers of the receivers
   * @param acknowledgedBy person who acknowledged an incident, by its id, of the latest ones
   * @param stopped true if the loop is about to end
   */
  record Context(
      Topics topics,
      ActiveSettings active,
      Map<String, String> acknowledgedBy,
      AlertListener listener,
      Tracing tracing,
      Clock clock,
      RandomGenerator random,
      BooleanSupplier stopped) {}

  private final Supplier<? extends Consumer<byte[], byte[]>> members;
  private final Function<IsolationLevel, ? extends Consumer<byte[], byte[]>> readers;
  private final Supplier<? extends Producer<byte[], byte[]>> producers;
  private final Supplier<List<Activation>> activations;
  private final Context context;

  private volatile boolean stopped;
  private volatile Instant notified = Instant.EPOCH;

  /**
   * @param members in the group of the alerting processes; closed here
   * @param readers outside any group; closed here
   * @param producers transactional, not yet initialised; closed here
   * @param channels opens the channel to a receiver of the settings
   * @param activations known activations of models
   * @param tracing continues the traces of frames up to their notifications
   */
  public AlertLoop(
      Supplier<? extends Consumer<byte[], byte[]>> members,
      Function<IsolationLevel, ? extends Consumer<byte[], byte[]>> readers,
      Supplier<? extends Producer<byte[], byte[]>> producers,
      Topics topics,
      AlertingSettings settings,
      BiFunction<ReceiverSettings, AlertingSettings, Channel> channels,
      Supplier<List<Activation>> activations,
      AlertListener listener,
      Tracing tracing,
      Clock clock,
      RandomGenerator random) {
    this.members = members;
    this.readers = readers;
    this.producers = producers;
    this.activations = activations;
    ActiveSettings active =
        new ActiveSettings(
            settings,
            (receiver, used) ->
                new ReceiverWorker(
                    channels.apply(receiver, used), used.giveUpAfter(), listener, random));
    this.context =
        new Context(
            topics,
            active,
            BoundedMap.ofLatest(MAX_ACKNOWLEDGED),
            listener,
            tracing,
            clock,
            random,
            () -> stopped);
  }

  /**
   * Returns true if this process is the one that notifies receivers, and its last round ended less
   * than a minute ago. May be called from any thread.
   */
  public boolean notifies() {
    return context.clock().instant().isBefore(notified.plus(MAX_ROUND));
  }

  /** Makes the loop use other settings soon. May be called from any thread. */
  public void use(AlertingSettings next) {
    context.active().offer(next);
  }

  /** Makes {@link #run} return after the deliveries in progress. */
  public void stop() {
    stopped = true;
  }

  @Override
  public void run() {
    try {
      while (!stopped) {
        context.listener().progressed();
        try (Consumer<byte[], byte[]> member = members.get();
            Consumer<byte[], byte[]> control = readers.apply(IsolationLevel.READ_COMMITTED);
            Producer<byte[], byte[]> producer = producers.get()) {
          AlertStore store = new AlertStore(producer, context.topics());
          store.start();
          ModelChangeNotifier models =
              new ModelChangeNotifier(
                  () ->
                      context.active().workers().stream()
                          .filter(
                              worker ->
                                  !context
                                      .active()
                                      .settings()
                                      .getsOnlyHeartbeats(worker.channel.receiver()))
                          .toList(),
                  activations,
                  store,
                  context.listener());
          PartitionAlerts alerts =
              new PartitionAlerts(member, control, readers, store, models, context);
          member.subscribe(List.of(context.topics().incidents().name()), alerts);
          while (!stopped) {
            context.listener().progressed();
            alerts.round();
            if (alerts.ownsPartitions()) {
              notified = context.clock().instant();
            }
          }
          alerts.end();
        } catch (KafkaException e) {
          LOG.warn("alerting waits for Kafka: reason={}", e.getMessage());
          context.active().workers().forEach(ReceiverWorker::cancel);
          pause();
        } catch (RuntimeException e) {
          LOG.error("alerting failed; restarting from the stored state", e);
          context.active().workers().forEach(ReceiverWorker::cancel);
          pause();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      context.active().workers().forEach(ReceiverWorker::close);
    }
  }

  private static void pause() throws InterruptedException {
    Thread.sleep(PAUSE_MILLIS);
  }
}
