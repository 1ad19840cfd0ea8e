package dev.residua.models;

import dev.residua.model.ModelBundle;
import dev.residua.model.ModelRegistry;
import dev.residua.model.RegistryRecord;
import dev.residua.model.RegistryRecord.Activation;
import dev.residua.model.RegistryRecord.Entry;
import dev.residua.model.RegistryRecord.Removed;
import dev.residua.model.RegistryRecord.Shadow;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What can be done with the registry. Every change is one transaction, decided on the newest state;
 * asked twice, the second time changes nothing. Whether a bundle is sound is for the caller to
 * check before.
 */
public final class ModelAdmin implements AutoCloseable {
  private final RegistryWriter writer;

  /**
   * Connects with the first change.
   *
   * @param writer owned from now on
   */
  public ModelAdmin(RegistryWriter writer) {
    this.writer = writer;
  }

  /** Of the registry that these clients reach. */
  public static ModelAdmin of(RegistryClients clients, Topics topics) {
    return new ModelAdmin(new RegistryWriter(clients, topics));
  }

  @Override
  public void close() {
    writer.close();
  }

  /**
   * Who does something, when and why.
   *
   * @param by not blank
   * @param reason not blank
   */
  public record Author(String by, String reason, Instant at) {}

  /** Keeps the bytes of bundles somewhere else than in Kafka. */
  @FunctionalInterface
  public interface Outside {
    /** Keeps a bundle; returns where, a URI. */
    String keep(ModelBundle bundle, byte[] bytes) throws IOException;
  }

  /**
   * Puts a bundle into the registry, without using it.
   *
   * @param outside where its bytes go; null for parts in the registry
   * @param verdict what the gate said of it, if it was asked
   * @throws IOException if there is another model with this id, or Kafka does not take it
   */
  public ModelRegistry publish(
      ModelBundle bundle, @Nullable Outside outside, @Nullable String verdict, Author author)
      throws IOException {
    byte[] bytes = bundle.toBytes();
    Entry entry = entry(bundle, bytes, outside, verdict, author);
    return writer.change(registry -> publishing(registry, entry), Map.of(bundle.id(), bytes));
  }

  /**
   * Publishes a bundle and activates it, in one step, where nothing was ever activated.
   *
   * @return the registry, with this model active or another that was there before
   */
  public ModelRegistry begin(ModelBundle bundle, @Nullable Outside outside, Author author)
      throws IOException {
    byte[] bytes = bundle.toBytes();
    Entry entry = entry(bundle, bytes, outside, null, author);
    return writer.change(
        registry -> {
          if (registry.active().isPresent()) {
            return List.of();
          }
          List<RegistryRecord> facts = new ArrayList<>(publishing(registry, entry));
          facts.add(activation(registry, entry, Activation.Kind.INITIAL, author));
          return facts;
        },
        Map.of(bundle.id(), bytes));
  }

  private static Entry entry(
      ModelBundle bundle,
      byte[] bytes,
      @Nullable Outside outside,
      @Nullable String verdict,
      Author author)
      throws IOException {
    String location = outside == null ? null : outside.keep(bundle, bytes);
    return new Entry(
        bundle.id(),
        bundle.digest(),
        bundle.manifest().parentId(),
        author.at(),
        author.by(),
        bytes.length,
        BundleParts.sha256(bytes),
        location == null ? BundleParts.count(bytes.length) : 0,
        location,
        verdict,
        Map.of());
  }

  private static List<RegistryRecord> publishing(ModelRegistry registry, Entry entry)
      throws IOException {
    Optional<Entry> there = registry.entry(entry.id());
    if (there.isEmpty()) {
      return List.of(entry);
    }
    if (!there.get().digest().equals(entry.digest())) {
      throw new IOException(
          "the registry has another model '%s', with the digest %s where this one has %s; models are never changed: give it another id"
              .formatted(entry.id(), there.get().digest(), entry.digest()));
    }
    return List.of();
  }

  /**
   * Uses a model of the registry from now on.
   *
   * @throws IOException if there is no such model
   */
  public ModelRegistry promote(String modelId, Author author) throws IOException {
    return writer.change(
        registry -> activating(registry, modelId, Activation.Kind.PROMOTION, author), Map.of());
  }

  /**
   * Goes back to an earlier model.
   *
   * @param modelId which one; null for the one that was in use before the active one was promoted
   * @throws IOException if there is none
   */
  public ModelRegistry rollback(@Nullable String modelId, Author author) throws IOException {
    return writer.change(
        registry -> {
          String to =
              modelId != null
                  ? modelId
                  : registry
                      .previous()
                      .orElseThrow(
                          () ->
                              new IOException(
                                  "no model was in use before %s; name one with --to"
                                      .formatted(
                                          registry
                                              .active()
                                              .map(Activation::modelId)
                                              .orElse("any"))));
          return activating(registry, to, Activation.Kind.ROLLBACK, author);
        },
        Map.of());
  }

  private static List<RegistryRecord> activating(
      ModelRegistry registry, String modelId, Activation.Kind kind, Author author)
      throws IOException {
    Entry entry = existing(registry, modelId);
    if (registry.active().filter(a -> a.modelId().equals(modelId)).isPresent()) {
      return List.of();
    }
    return List.of(
        activation(
            registry, entry, registry.active().isEmpty() ? Activation.Kind.INITIAL : kind, author));
  }

  private static Activation activation(
      ModelRegistry registry, Entry entry, Activation.Kind kind, Author author) {
    return new Activation(
        registry.nextNumber(),
        entry.id(),
        entry.digest(),
        kind,
        author.at(),
        author.by(),
        author.reason());
  }

  private static Entry existing(ModelRegistry registry, String modelId) throws IOException {
    Optional<Entry> entry = registry.entry(modelId);
    if (entry.isEmpty()) {
      throw new IOException(
          "the registry has no model '%s', only %s; publish it first: residua model publish FILE"
              .formatted(modelId, registry.entries().stream().map(Entry::id).toList()));
    }
    return entry.get();
  }

  /**
   * Gives a model a label, or takes it away.
   *
   * @param value null takes it away
   * @throws IOException if there is no such model
   */
  public ModelRegistry label(String modelId, String name, @Nullable String value)
      throws IOException {
    return writer.change(
        registry -> {
          Entry entry = existing(registry, modelId);
          Entry labelled = entry.labelled(name, value);
          return labelled.equals(entry) ? List.of() : List.of(labelled);
        },
        Map.of());
  }

  /**
   * Lets a model score beside the active one, in place of any other that does.
   *
   * @throws IOException if there is no such model
   */
  public ModelRegistry shadow(Shadow shadow) throws IOException {
    return writer.change(
        registry -> {
          existing(registry, shadow.modelId());
          return List.of(shadow);
        },
        Map.of());
  }

  /** Ends what {@link #shadow} began. */
  public ModelRegistry endShadow() throws IOException {
    return writer.change(
        registry -> registry.shadow().isPresent() ? List.of(new Removed(Shadow.KEY)) : List.of(),
        Map.of());
  }

  /**
   * Removes a model that no kept activation needs.
   *
   * @throws IOException if it is needed, or there is none
   */
  public ModelRegistry remove(String modelId) throws IOException {
    return writer.change(
        registry -> {
          Entry entry = existing(registry, modelId);
          Optional<Activation> user =
              registry.activations().stream().filter(a -> a.modelId().equals(modelId)).findFirst();
          if (user.isPresent()) {
            throw new IOException(
                "model '%s' is in activation %d, which stored frames may need"
                    .formatted(modelId, user.get().number()));
          }
          return List.of(new Removed(entry.key()));
        },
        Map.of());
  }

  /**
   * Removes what nobody needs any more, see {@link ModelRegistry#obsolete}.
   *
   * @param firstStored offset of the first frame that each partition of the frames still has
   * @param keep newest models that stay though nothing needs them
   */
  public ModelRegistry cleanUp(Map<Integer, Long> firstStored, int keep) throws IOException {
    return writer.change(
        registry ->
            List.copyOf(registry.obsolete(firstStored, keep).stream().map(Removed::new).toList()),
        Map.of());
  }
}
