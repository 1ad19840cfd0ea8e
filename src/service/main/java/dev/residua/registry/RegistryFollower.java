package dev.residua.registry;

import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.model.ModelRegistry;
import dev.residua.model.ModelStore;
import dev.residua.model.RegistryRecord.Activation;
import dev.residua.model.RegistryRecord.Entry;
import dev.residua.topic.TopicClients;
import dev.residua.topic.TopicTable;
import dev.residua.wire.Topics;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Model store that follows the registry on a thread of its own. */
public final class RegistryFollower implements ModelStore, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RegistryFollower.class);

  private final TopicClients clients;
  private final Topics topics;
  private final OutsideBundles outside;
  private final TopicTable<RegistryTable> table;

  /** Fetches bundles that are stored outside Kafka. */
  @FunctionalInterface
  public interface OutsideBundles {
    /**
     * The bytes of a bundle.
     *
     * @param location the entry's
     */
    byte[] fetch(Entry entry, String location) throws BadBundleException, IOException;
  }

  /** Starts to follow; {@link #refreshed} waits until everything is read. */
  public RegistryFollower(TopicClients clients, Topics topics, OutsideBundles outside) {
    this(clients, topics, outside, () -> {});
  }

  /**
   * Starts to follow under supervision.
   *
   * @param heartbeat called before every step
   */
  public RegistryFollower(
      TopicClients clients, Topics topics, OutsideBundles outside, Runnable heartbeat) {
    this.clients = clients;
    this.topics = topics;
    this.outside = outside;
    this.table = new TopicTable<>("residua-models", clients, RegistryTable.of(topics), heartbeat);
    table.onPause(new IgnoredActivations()::report);
  }

  /** Logs once that an activation has no effect; at a pause, as its model may follow it. */
  private static final class IgnoredActivations {
    private List<Activation> reported = List.of();

    void report(RegistryTable known) {
      List<Activation> ignored = known.registry().ignored();
      for (Activation activation : ignored) {
        if (!reported.contains(activation)) {
          LOG.warn(
              "ignoring the activation of a model that is not in the registry, or there with another digest: model={} activation={} reason={}",
              activation.modelId(),
              activation.number(),
              "publish the model (residua model publish FILE) or remove the activation (residua model clean)");
        }
      }
      reported = ignored;
    }
  }

  @Override
  public ModelRegistry registry() {
    return table.state().registry();
  }

  @Override
  public ModelRegistry refreshed() throws IOException {
    return table.refreshed().registry();
  }

  @Override
  public ModelBundle bundle(String modelId) throws BadBundleException, IOException {
    RegistryTable now = table.state();
    Entry entry =
        now.registry()
            .entry(modelId)
            .orElseThrow(
                () ->
                    new BadBundleException(
                        "the registry has no model '%s', only %s"
                            .formatted(
                                modelId,
                                now.registry().entries().stream().map(Entry::id).toList())));
    byte[] bytes;
    if (entry.location() != null) {
      bytes = outside.fetch(entry, entry.location());
    } else {
      Long first = now.firstParts().get(modelId);
      if (first == null) {
        throw new BadBundleException(
            "the registry has no parts of model %s; publish it again: residua model publish FILE"
                .formatted(modelId));
      }
      bytes = BundleParts.read(clients, topics, entry, first);
    }
    String sha256 = ModelBundle.sha256(bytes);
    if (!sha256.equals(entry.sha256())) {
      throw new BadBundleException(
          "the bundle of model %s has SHA-256 %s, the registry says %s; publish it again: residua model publish FILE"
              .formatted(modelId, sha256, entry.sha256()));
    }
    ModelBundle bundle =
        ModelBundle.read(new ByteArrayInputStream(bytes), "of the registry: " + modelId);
    if (!bundle.digest().equals(entry.digest()) || !bundle.id().equals(modelId)) {
      throw new BadBundleException(
          "the registry's model %s has the digest %s, its bundle is %s with %s"
              .formatted(modelId, entry.digest(), bundle.id(), bundle.digest()));
    }
    return bundle;
  }

  @Override
  public Runnable onChange(Runnable changed) {
    return table.onChange(changed);
  }

  @Override
  public void close() throws InterruptedException {
    table.close();
  }
}
