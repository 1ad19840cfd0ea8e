package dev.residua.cli.model;

import dev.residua.cli.console.Json;
import dev.residua.cli.console.KafkaOptions;
import dev.residua.model.ModelRegistry;
import dev.residua.model.RegistryRecord.Activation;
import dev.residua.model.TrustedKeys;
import dev.residua.registry.TrustedModels;
import dev.residua.topic.TopicSpans;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.Consumer;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A command that activates a model. */
abstract class ActivationCommand extends RegistryChangeCommand {
  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      required = true,
      description = "Reason; stored with the activation.")
  String reason;

  @Option(
      names = "--wait",
      paramLabel = "DURATION",
      description = "Longest time to wait until all partitions use the model; PT0S does not wait.")
  Duration wait = Duration.ofSeconds(30);

  @Option(
      names = "--trusted",
      split = ",",
      paramLabel = "KEY.pub.pem",
      defaultValue = "${env:RESIDUA_MODELS_TRUSTED_KEYS}",
      description =
          "Public Ed25519 keys, separated by commas; one of them must have signed the model"
              + " (default: none, every model is accepted).")
  List<Path> trusted = List.of();

  @Mixin SceneOption scene = new SceneOption();

  /** Keys of which one must have signed the model. */
  TrustedKeys trusted() throws IOException {
    return TrustedKeys.read(trusted == null ? List.of() : trusted);
  }

  /** Refuses a model of the registry that no trusted key has signed. */
  void checkTrusted(TrustedKeys keys, String id) {
    if (!keys.trustEverything()) {
      registry.use(follower -> new TrustedModels(follower, keys).bundle(id));
    }
  }

  void record(String action, ModelRegistry changed) {
    String model = changed.scene(scene.scene).active().map(Activation::modelId).orElse("");
    record(action, model, scene.scene, reason);
  }

  /** Prints the first frame of each partition that the active model of the scene scores. */
  int printStart(ModelRegistry changed) {
    Activation active = changed.scene(scene.scene).active().orElseThrow();
    Map<Integer, Long> starts = new TreeMap<>();
    int missing =
        active.kind() == Activation.Kind.INITIAL || wait.isZero() ? 0 : awaitStarts(active, starts);
    print(
        Json.map(
            "scene",
            scene.scene,
            "activation",
            active.number(),
            "model",
            active.modelId(),
            "starts",
            starts,
            "partitionsThatDoNotUseIt",
            missing),
        () -> {
          print("activation %d: %s", active.number(), active.modelId());
          starts.forEach(
              (partition, offset) ->
                  print("holds on partition %d from offset %d on", partition, offset));
          if (missing > 0) {
            print(
                "%d of %d partitions do not use the model after %d s: check that a scoring process runs and that it accepts the model (its log and /q/health)",
                missing, missing + starts.size(), wait.toSeconds());
          }
        });
    return missing > 0 ? 1 : 0;
  }

  /** Waits until all partitions use a model; returns how many do not after the longest time. */
  private int awaitStarts(Activation active, Map<Integer, Long> found) {
    return registry.use(
        follower -> {
          int partitions = partitions();
          long end = System.nanoTime() + wait.toNanos();
          Map<Integer, Long> starts = follower.registry().starts(active.number());
          while (starts.size() < partitions && System.nanoTime() < end) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
            starts = follower.registry().starts(active.number());
          }
          found.putAll(starts);
          return partitions - starts.size();
        });
  }

  private int partitions() {
    KafkaOptions kafka = registry.kafka;
    try (Consumer<byte[], byte[]> consumer = kafka.consumer()) {
      return TopicSpans.partitions(consumer, kafka.topics().frames().name()).size();
    }
  }
}
