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
import dev.residua.wire.Topics;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ensures that a model is active before a role starts. {@code residua.model} is only the first one:
 * once the registry has an active model, every process uses that, also after a restart.
 */
public final class InitialModel {
  private static final Logger LOG = LoggerFactory.getLogger(InitialModel.class);
  private static final Duration WAIT = Duration.ofSeconds(60);

  private final ResiduaConfig config;
  private final ModelStore registry;
  private final TrustedKeys trusted;
  private final BundleStores places;

  private InitialModel(
      ResiduaConfig config, ModelStore registry, TrustedKeys trusted, BundleStores places) {
    this.config = config;
    this.registry = registry;
    this.trusted = trusted;
    this.places = places;
  }

  /**
   * The active model of the registry, or its last predecessor that may be used here; activates the
   * model of the settings if there is none.
   *
   * @param registry gives only bundles that may be used
   * @param trusted keys of which one must have signed the bundle of the settings
   * @param places stores for that bundle
   */
  public static ModelBundle of(
      ResiduaConfig config,
      KafkaClients clients,
      Topics topics,
      ModelStore registry,
      TrustedKeys trusted,
      BundleStores places)
      throws StartFailedException {
    InitialModel first = new InitialModel(config, registry, trusted, places);
    try {
      ModelRegistry known = registry.refreshed();
      if (known.active().isEmpty()) {
        if (Collections.disjoint(config.roles(), RequiredAcl.BEGINNING_MODELS)) {
          first.await();
        } else {
          try (ModelAdmin admin = ModelAdmin.of(clients.registry(config.topicPrefix()), topics)) {
            first.begin(admin);
          }
        }
      } else {
        first.logWhichIsUsed(known.active());
      }
      return first.newestUsable();
    } catch (IOException | BadBundleException e) {
      throw new StartFailedException(String.valueOf(e.getMessage()), e);
    }
  }

  /**
   * A bundle that is refused or cannot be read does not prevent the start: the one before scores.
   */
  private ModelBundle newestUsable() throws IOException, BadBundleException {
    List<Activation> activations = new ArrayList<>(registry.registry().activations());
    Collections.reverse(activations);
    IOException unread = null;
    BadBundleException refusal = null;
    for (Activation activation : activations) {
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

  private void begin(ModelAdmin admin)
      throws IOException, BadBundleException, StartFailedException {
    ModelBundle bundle = Models.read(config.model());
    try {
      trusted.check(bundle);
    } catch (BadBundleException e) {
      throw new StartFailedException(
          "the first model cannot be used: %s; sign it (residua model sign) and give it as residua.model, or promote a signed one: residua model promote FILE"
              .formatted(e.getMessage()),
          e);
    }
    if (!bundle.findings().isEmpty() && !config.acceptModel()) {
      throw new StartFailedException(
          "the first model is not accepted: %s; to use it all the same, start with --accept or residua.accept-model=true"
              .formatted(String.join("; ", ModelFinding.sentences(bundle.findings()))));
    }
    Models.scoring(bundle, 1).close(); // its self-test
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
  }

  private void await() throws IOException, StartFailedException {
    LOG.info("waiting for the first model: no process that scores or monitors has started yet");
    long end = System.nanoTime() + WAIT.toNanos();
    while (registry.refreshed().active().isEmpty()) {
      if (System.nanoTime() > end) {
        throw new StartFailedException(
            "no model is active after %d s; start a process with the roles score or monitor, or: residua model promote FILE"
                .formatted(WAIT.toSeconds()));
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
