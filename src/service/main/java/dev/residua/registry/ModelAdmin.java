package dev.residua.registry;

import dev.residua.frame.SceneName;
import dev.residua.model.ModelBundle;
import dev.residua.model.ModelFinding;
import dev.residua.model.ModelRegistry;
import dev.residua.model.RegistryRecord;
import dev.residua.model.RegistryRecord.Activation;
import dev.residua.model.RegistryRecord.Entry;
import dev.residua.model.RegistryRecord.Removed;
import dev.residua.model.RegistryRecord.Shadow;
import dev.residua.model.SceneModels;
import dev.residua.topic.TopicClients;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Changes the registry. Every change is one transaction on the newest state, and idempotent. The
 * caller must check the bundle first.
 */
public final class ModelAdmin implements AutoCloseable {
  private final RegistryWriter writer;

  /**
   * Connects with the first change.
   *
   * @param writer closed with this object
   */
  public ModelAdmin(RegistryWriter writer) {
    this.writer = writer;
  }

  /** An administration of the registry of these clients. */
  public static ModelAdmin of(TopicClients clients, Topics topics) {
    return new ModelAdmin(new RegistryWriter(clients, topics));
  }

  @Override
  public void close() {
    writer.close();
  }

  /**
   * The author of a change, with time and reason.
   *
   * @param by not blank
   * @param reason not blank
   * @param at in microseconds, as it is stored: a writer recognises its own change in the registry
   */
  public record Author(String by, String reason, Instant at) {
    public Author {
      at = at.truncatedTo(ChronoUnit.MICROS);
    }
  }

  /** Stores the bytes of bundles outside Kafka. */
  @FunctionalInterface
  public interface Outside {
    /** Stores a bundle unless it exists; returns its location, a URI. */
    String keep(ModelBundle bundle, byte[] bytes) throws IOException;
  }

  /** Deletes bundles from an {@link Outside} store. */
  @FunctionalInterface
  public interface Discarding {
    /**
     * Deletes the bytes of a model that is no longer in the registry, if there are any.
     *
     * @param location the entry's
     */
    void discard(Entry entry, String location) throws IOException;
  }

  /**
   * The result of a removal.
   *
   * @param models entries of the removed models
   * @param activations numbers of the removed activations
   * @param left one sentence, with location and reason, for each bundle outside Kafka that could
   *     not be deleted and that no entry names any longer
   */
  public record Removal(List<Entry> models, List<Long> activations, List<String> left) {
    public Removal {
      models = List.copyOf(models);
      activations = List.copyOf(activations);
      left = List.copyOf(left);
    }
  }

  /**
   * Adds a bundle to the registry without activating it. An existing one stays; with a new
   * signature, the same model is replaced.
   *
   * @param scene that it was made for
   * @param outside store of its bytes; null for parts in the registry
   * @param verdict of the gate in one sentence, if there is one
   * @throws IOException if there is another model with this id, or Kafka does not accept it
   */
  public ModelRegistry publish(
      ModelBundle bundle,
      String scene,
      @Nullable Outside outside,
      @Nullable String verdict,
      Author author)
      throws IOException {
    Publication publication = new Publication(bundle, scene, outside, verdict, author, false);
    return writer.change(publication::facts, Map.of(bundle.id(), publication.bytes));
  }

  /**
   * Publishes a bundle whose stored bytes were lost or damaged: stores them again and updates the
   * entry.
   */
  public ModelRegistry publishAgain(
      ModelBundle bundle, String scene, @Nullable Outside outside, Author author)
      throws IOException {
    Publication publication = new Publication(bundle, scene, outside, null, author, true);
    return writer.change(publication::facts, Map.of(bundle.id(), publication.bytes));
  }

  /**
   * Publishes a bundle and activates it in the default scene in one step, unless a model is active
   * in any scene. Findings of the model count as accepted by the author.
   *
   * @return the registry, with this model or the earlier ones active
   */
  public ModelRegistry begin(ModelBundle bundle, @Nullable Outside outside, Author author)
      throws IOException {
    Publication publication =
        new Publication(bundle, SceneName.DEFAULT, outside, null, author, false);
    return writer.change(
        registry -> {
          if (!registry.active().isEmpty()) {
            return List.of();
          }
          List<RegistryRecord> facts = new ArrayList<>(publication.facts(registry));
          Entry entry = facts.isEmpty() ? existing(registry, bundle.id()) : (Entry) facts.get(0);
          if (entry.refusal().isPresent()) {
            facts = new ArrayList<>(List.of(entry.withAcceptedBy(author.by())));
          }
          facts.add(
              activation(
                  registry,
                  SceneName.DEFAULT,
                  bundle.id(),
                  bundle.digest(),
                  Activation.Kind.INITIAL,
                  author));
          return facts;
        },
        Map.of(bundle.id(), publication.bytes));
  }

  /** The publication of one bundle; stores its bytes once, even if the decision is repeated. */
  private static final class Publication {
    private final ModelBundle bundle;
    private final String scene;
    private final byte[] bytes;
    private final String sha256;
    private final @Nullable Outside outside;
    private final @Nullable String verdict;
    private final Author author;
    private final boolean again;
    private @Nullable String location; // once it is stored

    Publication(
        ModelBundle bundle,
        String scene,
        @Nullable Outside outside,
        @Nullable String verdict,
        Author author,
        boolean again) {
      this.bundle = bundle;
      this.scene = scene;
      this.bytes = bundle.toBytes();
      this.sha256 = ModelBundle.sha256(bytes);
      this.outside = outside;
      this.verdict = verdict;
      this.author = author;
      this.again = again;
    }

    List<RegistryRecord> facts(ModelRegistry registry) throws IOException {
      Optional<Entry> there = registry.entry(bundle.id());
      if (there.isEmpty()) {
        return List.of(entry(scene, verdict, Map.of()));
      }
      Entry before = there.get();
      if (!before.digest().equals(bundle.digest())) {
        throw new IOException(
            "the registry has another model '%s', with the digest %s, and this one has %s; models are never changed: give it another id"
                .formatted(before.id(), before.digest(), bundle.digest()));
      }
      return !again && (before.sha256().equals(sha256) || bundle.signature().isEmpty())
          ? List.of()
          : List.of(
              entry(before.scene(), verdict == null ? before.verdict() : verdict, before.labels())
                  .withAcceptedBy(before.acceptedBy()));
    }

    /** The entry, after storing bytes that belong outside Kafka. */
    private Entry entry(String of, @Nullable String decision, Map<String, String> labels)
        throws IOException {
      if (outside != null && location == null) {
        location = outside.keep(bundle, bytes);
      }
      return new Entry(
          bundle.id(),
          of,
          bundle.digest(),
          bundle.manifest().parentId(),
          author.at(),
          author.by(),
          bytes.length,
          sha256,
          location == null ? BundleParts.count(bytes.length) : 0,
          location,
          decision,
          labels,
          ModelFinding.sentences(bundle.findings()),
          null);
    }
  }

  /**
   * Accepts the findings of a model, so that it may be activated.
   *
   * @throws IOException if there is no such model
   */
  public ModelRegistry accept(String modelId, Author author) throws IOException {
    return writer.change(
        registry -> {
          Entry entry = existing(registry, modelId);
          return entry.refusal().isEmpty() ? List.of() : List.of(entry.withAcceptedBy(author.by()));
        },
        Map.of());
  }

  /**
   * Activates a model of the registry in a scene.
   *
   * @throws IOException if there is no such model, or it has findings that nobody accepted
   */
  public ModelRegistry promote(String scene, String modelId, Author author) throws IOException {
    return writer.change(
        registry -> activating(registry, scene, modelId, Activation.Kind.PROMOTION, author),
        Map.of());
  }

  /**
   * Activates an earlier model of a scene again.
   *
   * @param modelId its id; null for the predecessor of the active model
   * @throws IOException if there is no such model, or it has findings that nobody accepted
   */
  public ModelRegistry rollback(String scene, @Nullable String modelId, Author author)
      throws IOException {
    return writer.change(
        registry -> {
          SceneModels models = registry.scene(scene);
          String to =
              modelId != null
                  ? modelId
                  : models
                      .previous()
                      .orElseThrow(
                          () ->
                              new IOException(
                                  "no model was in use in the scene '%s' before %s; name one with --to"
                                      .formatted(
                                          scene,
                                          models.active().map(Activation::modelId).orElse("any"))));
          return activating(registry, scene, to, Activation.Kind.ROLLBACK, author);
        },
        Map.of());
  }

  private static List<RegistryRecord> activating(
      ModelRegistry registry, String scene, String modelId, Activation.Kind kind, Author author)
      throws IOException {
    Entry entry = existing(registry, modelId);
    if (entry.refusal().isPresent()) {
      throw new IOException(entry.refusal().get());
    }
    Optional<Activation> active = registry.scene(scene).active();
    if (active.filter(a -> a.modelId().equals(modelId)).isPresent()) {
      return List.of();
    }
    return List.of(
        activation(
            registry,
            scene,
            entry.id(),
            entry.digest(),
            active.isEmpty() ? Activation.Kind.INITIAL : kind,
            author));
  }

  private static Activation activation(
      ModelRegistry registry,
      String scene,
      String id,
      String digest,
      Activation.Kind kind,
      Author author) {
    return new Activation(
        registry.nextNumber(), scene, id, digest, kind, author.at(), author.by(), author.reason());
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
   * Sets or removes a label of a model.
   *
   * @param value null removes it
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
   * Lets a model score in shadow of the active one, instead of any earlier shadow of the scene.
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

  /** Ends the shadow scoring of a scene. */
  public ModelRegistry endShadow(String scene) throws IOException {
    return writer.change(
        registry ->
            registry.scene(scene).shadow().stream()
                .<RegistryRecord>map(shadow -> new Removed(shadow.key()))
                .toList(),
        Map.of());
  }

  /**
   * Removes a model that no kept activation needs.
   *
   * @param outside deletes its bytes outside Kafka, after the removal
   * @throws IOException if it is needed, or does not exist
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
   * Removes obsolete models and activations, see {@link ModelRegistry#obsolete}.
   *
   * @param firstStored offset of the first stored frame of each partition
   * @param keep newest models that stay although nothing needs them
   * @param outside deletes bytes outside Kafka, after the removal
   */
  public Removal cleanUp(Map<Integer, Long> firstStored, int keep, Discarding outside)
      throws IOException {
    return removing(registry -> registry.obsolete(firstStored, keep), outside);
  }

  private interface Choice {
    List<String> of(ModelRegistry registry) throws IOException;
  }

  /**
   * Deletes bytes only after the change, so that the registry never names deleted ones; bytes that
   * cannot be deleted stay.
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
