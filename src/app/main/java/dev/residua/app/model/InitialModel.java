package dev.residua.app.model;

import dev.residua.app.config.ResiduaConfig;
import dev.residua.app.kafka.KafkaClients;
import dev.residua.app.kafka.RequiredAcl;
import dev.residua.app.process.StartFailedException;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.model.ModelFinding;
import dev.residua.model.ModelRegistry;
import dev.residua.model.ModelStore;
import dev.residua.model.RegistryRecord.Activation;
import dev.residua.model.TrustedKeys;
import dev.residua.registry.ModelAdmin;
import dev.residua.registry.ModelAdmin.Author;
import dev.residua.runtime.BundleOpener;
import dev.residua.wire.RootCause;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ensures that a model is active before a role starts. {@code residua.model} is only the first one:
 * once the registry has an active model, every process uses that, also after a restart.
 */
public final class InitialModel {
  private static final Logger LOG = LoggerFactory.getLogger(InitialModel.class);
  private static final Duration REMINDER = Duration.ofMinutes(1);

  private final ResiduaConfig config;
  private final boolean begins;
  private final FutureTask<ModelBundle> given;

  private InitialModel(ResiduaConfig config, boolean begins, FutureTask<ModelBundle> given) {
    this.config = config;
    this.begins = begins;
    this.given = given;
  }

  /**
   * Reads and tests the model of the settings on a thread of its own, while Kafka starts: that also
   * loads the engine, which takes as long. Not in a process whose roles begin no models, or that
   * has none to begin with: the model of the demo is not activated on somebody's Kafka unasked.
   *
   * @param embedded whether the broker is embedded
   * @param trusted keys of which one must have signed that model
   */
  public static InitialModel prepare(ResiduaConfig config, boolean embedded, TrustedKeys trusted) {
    FutureTask<ModelBundle> given = new FutureTask<>(() -> tested(config, trusted));
    boolean begins =
        !Collections.disjoint(config.roles(), RequiredAcl.BEGINNING_MODELS)
            && (embedded || config.demoModel() || config.model().isPresent());
    if (begins) {
      Thread thread = new Thread(given, "residua-first-model");
      thread.setDaemon(true);
      thread.start();
    }
    return new InitialModel(config, begins, given);
  }

  /**
   * The active model of the registry, or its last predecessor that may be used here. If there is
   * none, activates the model of the settings, or waits until one is promoted.
   *
   * @param registry gives only bundles that may be used
   * @param places stores for the bundle of the settings
   * @param waits called if no model is active and a person has to promote one
   */
  public ModelBundle use(
      KafkaClients clients, Topics topics, ModelStore registry, BundleStores places, Runnable waits)
      throws StartFailedException {
    try {
      ModelRegistry known = registry.refreshed();
      ModelBundle begun = null;
      if (!known.active().isEmpty()) {
        logWhichIsUsed(known.active());
      } else if (begins) {
        try (ModelAdmin admin = ModelAdmin.of(clients.registry(config.topicPrefix()), topics)) {
          begun = begin(admin, registry, places);
        }
      } else {
        waits.run();
        await(registry);
      }
      return newestUsable(registry, begun);
    } catch (IOException | BadBundleException e) {
      throw new StartFailedException(String.valueOf(e.getMessage()), e);
    }
  }

  /**
   * A bundle that is refused or cannot be read does not prevent the start: the one before scores.
   */
  private static ModelBundle newestUsable(ModelStore registry, @Nullable ModelBundle begun)
      throws IOException, BadBundleException {
    List<Activation> activations = new ArrayList<>(registry.registry().activations());
    Collections.reverse(activations);
    IOException unread = null;
    BadBundleException refusal = null;
    for (Activation activation : activations) {
      if (begun != null && begun.digest().equals(activation.digest())) {
        return begun; // not read back
      }
      try {
        return registry.bundle(activation.modelId());
      } catch (IOException e) {
        unread = unread == null ? e : unread;
        logRefused(activation, e);
      } catch (BadBundleException e) {
        refusal = refusal == null ? e : refusal;
        logRefused(activation, e);
      }
    }
    if (unread != null) {
      throw unread; // it may be readable at the next start
    }
    throw refusal == null ? new BadBundleException("no model was ever activated") : refusal;
  }

  private static void logRefused(Activation activation, Exception why) {
    LOG.warn(
        "model is not used here, trying its predecessor: model={} activation={} reason={}",
        activation.modelId(),
        activation.number(),
        why.getMessage());
  }

  private static ModelBundle tested(ResiduaConfig config, TrustedKeys trusted)
      throws BadBundleException, StartFailedException {
    ModelBundle bundle = Models.read(config.model());
    try {
      trusted.check(bundle);
    } catch (BadBundleException e) {
      throw new StartFailedException(
          "the first model cannot be used: %s; sign it (residua model sign) and give it as residua.model, or promote a signed one: residua model promote FILE --reason TEXT"
              .formatted(e.getMessage()),
          e);
    }
    checkAccepted(bundle, config.acceptModel());
    BundleOpener.scoring(bundle, 1).close(); // its self-test
    return bundle;
  }

  /**
   * Checks that a model can be the first one.
   *
   * @param accepted whether a person accepts its defects
   * @throws StartFailedException if it has findings that nobody accepted
   */
  public static void checkAccepted(ModelBundle bundle, boolean accepted)
      throws StartFailedException {
    if (!bundle.findings().isEmpty() && !accepted) {
      throw new StartFailedException(
          "the first model is not accepted: %s; to use it in spite of that, start with --accept or residua.accept-model=true"
              .formatted(String.join("; ", ModelFinding.sentences(bundle.findings()))));
    }
  }

  private ModelBundle tested() throws BadBundleException, StartFailedException {
    try {
      return given.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StartFailedException("interrupted while the first model was read", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof BadBundleException bad) {
        throw bad;
      }
      if (e.getCause() instanceof StartFailedException failed) {
        throw failed;
      }
      throw new IllegalStateException(RootCause.message(e), e);
    }
  }

  private ModelBundle begin(ModelAdmin admin, ModelStore registry, BundleStores places)
      throws IOException, BadBundleException, StartFailedException {
    ModelBundle bundle = tested();
    admin.begin(
        bundle,
        places.outside(),
        new Author(
            "instance " + config.instance(),
            "the first model of this installation",
            Instant.now()));
    List<Activation> active = registry.refreshed().active();
    if (active.isEmpty()) {
      throw new StartFailedException(
          "the first model is published but cannot be read yet, as a transaction of another process on the topic of models is open; start again when it has ended, or end it with kafka-transactions.sh");
    }
    logWhichIsUsed(active); // another process may have been first
    return bundle;
  }

  private static void await(ModelStore registry) throws IOException {
    long reminded = System.nanoTime() - REMINDER.toNanos();
    while (registry.refreshed().active().isEmpty()) {
      if (System.nanoTime() - reminded >= REMINDER.toNanos()) {
        reminded = System.nanoTime();
        LOG.warn(
            "waiting, as no model is active: promote one with 'residua model promote FILE --reason TEXT', or start a process that scores with --model FILE");
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
    }
  }

  private void logWhichIsUsed(List<Activation> active) throws BadBundleException {
    if (config.model().isPresent()) {
      ModelBundle given = ModelBundle.read(config.model().get());
      if (active.stream().noneMatch(one -> one.modelId().equals(given.id()))) {
        LOG.warn(
            "residua.model is not used, another model is active; to change that, promote the file: model={} file={} active={} reason={}",
            given.id(),
            config.model().get(),
            active.stream().map(Activation::modelId).toList(),
            active.get(0).reason());
      }
    }
  }
}
