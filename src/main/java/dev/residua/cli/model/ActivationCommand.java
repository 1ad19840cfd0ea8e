package dev.residua.cli.model;

import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Failures;
import dev.residua.model.ModelRegistry;
import dev.residua.model.RegistryRecord.Activation;
import dev.residua.model.TrustedKeys;
import dev.residua.registry.TrustedModels;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import picocli.CommandLine.Option;

/** A command that activates a model. */
abstract class ActivationCommand extends RegistryChangeCommand {
  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      required = true,
      description = "Why; kept with the activation.")
  String reason;

  @Option(
      names = "--wait",
      paramLabel = "DURATION",
      description = "How long to wait until it holds on all partitions; PT0S does not wait.")
  Duration wait = Duration.ofSeconds(30);

  @Option(
      names = "--trusted",
      split = ",",
      paramLabel = "KEY.pub.pem",
      defaultValue = "${env:RESIDUA_MODELS_TRUSTED_KEYS}",
      description =
          "Public Ed25519 keys, separated by commas: the model must be signed by one of them"
              + " (default: none, any model will do).")
  List<Path> trusted = List.of();

  /**
   * Keys of which one must have signed the model.
   *
   * @throws CommandFailedException if a file is no key
   */
  TrustedKeys trusted() {
    try {
      return TrustedKeys.read(trusted == null ? List.of() : trusted);
    } catch (IOException e) {
      throw new CommandFailedException(Failures.reason(e), e);
    }
  }

  /** Refuses a model of the registry that is not to be trusted. */
  void checkTrusted(TrustedKeys keys, String id) {
    if (!keys.trustEverything()) {
      registry.use(follower -> new TrustedModels(follower, keys).bundle(id));
    }
  }

  /** Prints from which frames on the active model is used. */
  int printStart(ModelRegistry changed) {
    Activation active = changed.active().orElseThrow();
    out().printf("activation %d: %s%n", active.number(), active.modelId());
    if (active.kind() == Activation.Kind.INITIAL || wait.isZero()) {
      return 0;
    }
    return registry.use(
        follower -> {
          int partitions = partitions();
          long end = System.nanoTime() + wait.toNanos();
          Map<Integer, Long> starts = follower.registry().starts(active.number());
          while (starts.size() < partitions && System.nanoTime() < end) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
            starts = follower.registry().starts(active.number());
          }
          starts.forEach(
              (partition, offset) ->
                  out().printf("holds on partition %d from offset %d on%n", partition, offset));
          if (starts.size() < partitions) {
            out()
                .printf(
                    "on %d of %d partitions it has not begun after %d s: does a scoring process run, and does it refuse the model (its log and /q/health)?%n",
                    partitions - starts.size(), partitions, wait.toSeconds());
            return 1;
          }
          return 0;
        });
  }

  private int partitions() {
    try (Consumer<byte[], byte[]> consumer =
        registry
            .kafka
            .clients()
            .follower(new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      return consumer
          .partitionsFor(registry.kafka.topics().frames().name(), Duration.ofSeconds(10))
          .size();
    }
  }
}
