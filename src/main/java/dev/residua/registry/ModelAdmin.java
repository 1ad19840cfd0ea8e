package dev.residua.registry;

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
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
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
    /** Keeps a bundle, which may be there already; returns where, a URI. */
    String keep(ModelBundle bundle, byte[] bytes) throws IOException;
  }

  /** Deletes what an {@link Outside} kept. */
  @FunctionalInterface
  public interface Discarding {
    /**
     * Deletes the bytes of a model that is no longer in the registry; none may be there.
     *
     * @param location the entry's
     */
    void discard(Entry entry, String location) throws IOException;
  }

  /**
   * What is no longer in the registry.
   *
   * @param models entries of the models that went
   * @param activations numbers of the activations that went
   * @param left bytes outside Kafka that could not be deleted and that nothing names any more: one
   *     sentence each, with where and why
   */
  public record Removal(List<Entry> models, List<Long> activations, List<String> left) {
    public Removal {
      models = List.copyOf(models);
      activations = List.copyOf(activations);
      left = List.copyOf(left);
    }
  }

  /**
   * Puts a bundle into the registry, without using it. One that is there already stays where it is;
   * with another signature it takes the place of the one before, for the model is the same.
   *
   * @param outside where its bytes go; null for parts in the registry
   * @param verdict what the gate said of it, if it was asked
   * @throws IOException if there is another model with this id, or Kafka does not take it
   */
  public ModelRegistry publish(
      ModelBundle bundle, @Nullable Outside outside, @Nullable String verdict, Author author)
      throws IOException {
    Publication publication = new Publication(bundle, outside, verdict, author, false);
    return writer.change(publication::facts, Map.of(bundle.id(), publication.bytes));
  }

  /**
   * The same where the bytes in the registry were lost or damaged: they are written anew, into the
   * place that is given, and the entry leads there.
   */
  public ModelRegistry publishAgain(ModelBundle bundle, @Nullable Outside outside, Author author)
      throws IOException {
    Publication publication = new Publication(bundle, outside, null, author, true);
    return writer.change(publication::facts, Map.of(bundle.id(), publication.bytes));
  }

  /**
   * Publishes a bundle and activates it, in one step, where nothing was ever activated.
   *
   * @return the registry, with this model active or another that was there before
   */
  public ModelRegistry begin(ModelBundle bundle, @Nullable Outside outside, Author author)
      throws IOException {
    Publication publication = new Publication(bundle, outside, null, author, false);
    return writer.change(
        registry -> {
          if (registry.active().isPresent()) {
            return List.of();
          }
          List<RegistryRecord> facts = new ArrayList<>(publication.facts(registry));
          facts.add(
              activation(registry, bundle.id(), bundle.digest(), Activation.Kind.INITIAL, author));
          return facts;
        },
        Map.of(bundle.id(), publication.bytes));
  }

  /** One bundle on its way into the registry, however often the decision is taken. */
  private static final class Publication {
    private final ModelBundle bundle;
    private final byte[] bytes;
    private final String sha256;
    private final @Nullable Outside outside;
    private final @Nullable String verdict;
    private final Author author;
    private final boolean again;
    private @Nullable String location; // once it is kept

    Publication(
        ModelBundle bundle,
        @Nullable Outside outside,
        @Nullable String verdict,
        Author author,
        boolean again) {
      this.bundle = bundle;
      this.bytes = bundle.toBytes();
      this.sha256 = BundleParts.sha256(bytes);
      this.outside = outside;
      this.verdict = verdict;
      this.author = author;
      this.again = again;
    }

    List<RegistryRecord> facts(ModelRegistry registry) throws IOException {
      Optional<Entry> there = registry.entry(bundle.id());
      if (there.isEmpty()) {
        return List.of(entry(verdict, Map.of()));
      }
      Entry before = there.get();
      if (!before.digest().equals(bundle.digest())) {
        throw new IOException(
            "the registry has another model '%s', with the digest %s where this one has %s; models are never changed: give it another id"
                .formatted(before.id(), before.digest(), bundle.digest()));
      }
      return !again && (before.sha256().equals(sha256) || bundle.signature().isEmpty())
          ? List.of()
          : List.of(entry(verdict == null ? before.verdict() : verdict, before.labels()));
    }

    /** The entry, with its bytes kept first where they go outside. */
    private Entry entry(@Nullable String said, Map<String, String> labels) throws IOException {
      if (outside != null && location == null) {
        location = outside.keep(bundle, bytes);
      }
      return new Entry(
          bundle.id(),
          bundle.digest(),
          bundle.manifest().parentId(),
          author.at(),
          author.by(),
          bytes.length,
          sha256,
          location == null ? BundleParts.count(bytes.length) : 0,
          location,
          said,
          labels);
    }
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
            registry,
            entry.id(),
            entry.digest(),
            registry.active().isEmpty() ? Activation.Kind.INITIAL : kind,
            author));
  }

  private static Activation activation(
      ModelRegistry registry, String id, String digest, Activation.Kind kind, Author author) {
    return new Activation(
        registry.nextNumber(), id, digest, kind, author.at(), author.by(), author.reason());
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
   * @param outside deletes its bytes where they lie outside Kafka, once it is removed
   * @throws IOException if it is needed, or there is none
   */
  public Removal remove(String modelId, Discarding outside) throws IOException {
    return removing(
        registry -> {
          Entry entry = existing(registry, modelId);
          Optional<Activation> user =
              registry.activations().stream().filter(a -> a.modelId().equals(modelId)).findFirst();
          if (user.isPresent()) {
            throw new IOException(
                "model '%s' is in activation %d, which stored frames may need"
                    .formatted(modelId, user.get().number()));
          }
          return List.of(entry.key());
        },
        outside);
  }

  /**
   * Removes what nobody needs any more, see {@link ModelRegistry#obsolete}.
   *
   * @param firstStored offset of the first frame that each partition of the frames still has
   * @param keep newest models that stay though nothing needs them
   * @param outside deletes the bytes of models that lie outside Kafka, once they are removed
   */
  public Removal cleanUp(Map<Integer, Long> firstStored, int keep, Discarding outside)
      throws IOException {
    return removing(registry -> registry.obsolete(firstStored, keep), outside);
  }

  /** Keys of the facts to remove. */
  private interface Choice {
    List<String> of(ModelRegistry registry) throws IOException;
  }

  /**
   * Deletes only after the change, so that the registry never names bytes which are gone; those
   * that cannot be deleted stay as they are.
   */
  private Removal removing(Choice choice, Discarding outside) throws IOException {
    AtomicReference<ModelRegistry> decidedOn = new AtomicReference<>(ModelRegistry.EMPTY);
    ModelRegistry after =
        writer.change(
            registry -> {
              decidedOn.set(registry);
              return List.copyOf(choice.of(registry).stream().map(Removed::new).toList());
            },
            Map.of());
    ModelRegistry before = Objects.requireNonNull(decidedOn.get());
    List<Entry> models =
        before.entries().stream().filter(e -> after.entry(e.id()).isEmpty()).toList();
    List<Long> activations =
        before.activations().stream()
            .filter(a -> !after.activations().contains(a))
            .map(Activation::number)
            .toList();
    List<String> left = new ArrayList<>();
    for (Entry entry : models) {
      if (entry.location() != null) {
        try {
          outside.discard(entry, entry.location());
        } catch (IOException e) {
          left.add(
              "the bundle of the removed model %s is left at %s: %s"
                  .formatted(entry.id(), entry.location(), e.getMessage()));
        }
      }
    }
    return new Removal(models, activations, left);
  }
}
