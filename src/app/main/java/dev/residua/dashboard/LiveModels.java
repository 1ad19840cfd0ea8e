package dev.residua.dashboard;

import dev.residua.access.Visitor;
import dev.residua.causal.Latent;
import dev.residua.dashboard.ModelViews.ActivationView;
import dev.residua.dashboard.ModelViews.GateView;
import dev.residua.dashboard.ModelViews.ModelDetail;
import dev.residua.dashboard.ModelViews.ModelView;
import dev.residua.dashboard.ModelViews.Models;
import dev.residua.dashboard.ModelViews.RulingView;
import dev.residua.dashboard.ModelViews.SceneView;
import dev.residua.dashboard.ModelViews.ShadowView;
import dev.residua.dashboard.ModelViews.TrainingView;
import dev.residua.dashboard.ModelViews.VerdictView;
import dev.residua.incident.ControlCommand.Training;
import dev.residua.model.BadBundleException;
import dev.residua.model.BundleDifference;
import dev.residua.model.BundleManifest;
import dev.residua.model.ModelBundle;
import dev.residua.model.ModelProvenance;
import dev.residua.model.ModelRegistry;
import dev.residua.model.ModelStore;
import dev.residua.model.RegistryRecord.Activation;
import dev.residua.model.RegistryRecord.Entry;
import dev.residua.model.SceneModels;
import dev.residua.renewal.gate.GateVerdict;
import dev.residua.training.FactorReading;
import dev.residua.training.ModelReadings;
import dev.residua.training.ModelVerdicts;
import dev.residua.wire.BoundedMap;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Cache of the models and trainings of the registry. Thread-safe. */
@ApplicationScoped
public class LiveModels {
  private static final int MAX_TRAININGS = 200;

  private static final int MAX_DETAILS = 4;

  private volatile @Nullable ModelStore store;
  private final Map<String, ModelBundle> opened = BoundedMap.ofLastUsed(MAX_DETAILS);
  private final Map<String, Training> trainings = BoundedMap.ofLatest(MAX_TRAININGS);

  public void store(ModelStore newStore) {
    store = newStore;
  }

  private ModelRegistry registry() {
    ModelStore now = store;
    return now == null ? ModelRegistry.EMPTY : now.registry();
  }

  public void training(Training training) {
    synchronized (trainings) {
      trainings.put(training.trainingId(), training);
    }
  }

  /**
   * Returns true if a visitor may see the scene of a model, or a scene that uses or used it. A
   * model that is not in the registry belongs to no scene.
   */
  public boolean visible(Visitor visitor, String id) {
    return visitor.maySeeAll() || visible(visitor, registry(), id);
  }

  private static boolean visible(Visitor visitor, ModelRegistry registry, String id) {
    return registry.entry(id).map(Entry::scene).filter(visitor::maySeeScene).isPresent()
        || registry.activations().stream()
            .anyMatch(a -> a.modelId().equals(id) && visitor.maySeeScene(a.scene()));
  }

  Optional<String> sceneOfTraining(String id) {
    synchronized (trainings) {
      return Optional.ofNullable(trainings.get(id)).map(Training::scene);
    }
  }

  /** Returns the models, scenes and changes that a visitor may see. */
  public Models models(Visitor visitor) {
    ModelRegistry now = registry();
    return new Models(
        now.scenes().stream()
            .filter(visitor::maySeeScene)
            .map(scene -> view(scene, now.scene(scene)))
            .toList(),
        now.entries().stream()
            .filter(e -> visitor.maySeeAll() || visible(visitor, now, e.id()))
            .sorted(Comparator.comparing(Entry::publishedAt).reversed())
            .map(
                e ->
                    new ModelView(
                        e.id(),
                        e.scene(),
                        e.digest(),
                        e.parentId(),
                        e.publishedAt().toString(),
                        e.publishedBy(),
                        e.bytes(),
                        e.verdict(),
                        e.labels(),
                        e.findings(),
                        e.acceptedBy()))
            .toList(),
        now.activations().stream()
            .filter(a -> visitor.maySeeScene(a.scene()))
            .sorted(Comparator.comparing(Activation::number).reversed())
            .map(
                a ->
                    new ActivationView(
                        a.number(),
                        a.scene(),
                        a.modelId(),
                        lower(a.kind()),
                        a.at().toString(),
                        a.by(),
                        a.reason(),
                        now.starts(a.number())))
            .toList());
  }

  private static SceneView view(String scene, SceneModels models) {
    return new SceneView(
        scene,
        models.active().map(Activation::modelId).orElse(null),
        models.previous().orElse(null),
        models
            .shadow()
            .map(
                s ->
                    new ShadowView(
                        s.modelId(), s.rate(), s.from().toString(), s.until().toString()))
            .orElse(null));
  }

  /** Returns the trainings of the scenes that a visitor may see, the newest first. */
  public List<TrainingView> trainings(Visitor visitor) {
    List<Training> all;
    synchronized (trainings) {
      all = List.copyOf(trainings.values());
    }
    return all.stream()
        .filter(t -> visitor.maySeeScene(t.scene()))
        .sorted(Comparator.comparing((Training t) -> t.order().at()).reversed())
        .map(
            t ->
                new TrainingView(
                    t.trainingId(),
                    t.scene(),
                    t.trigger(),
                    t.order().reason(),
                    lower(t.phase()),
                    t.progress(),
                    t.modelId(),
                    t.order().at().toString(),
                    t.phase().ended()))
        .toList();
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  public Optional<ModelDetail> detail(String id) throws IOException {
    return bundle(id).map(LiveModels::detail);
  }

  public Optional<BundleDifference> difference(String from, String to) throws IOException {
    Optional<ModelBundle> one = bundle(from);
    Optional<ModelBundle> other = bundle(to);
    return one.isPresent() && other.isPresent()
        ? Optional.of(BundleDifference.between(one.get(), other.get()))
        : Optional.empty();
  }

  private Optional<ModelBundle> bundle(String id) throws IOException {
    Optional<Entry> entry = registry().entry(id);
    ModelStore now = store;
    if (entry.isEmpty() || now == null) {
      return Optional.empty();
    }
    synchronized (opened) {
      ModelBundle known = opened.get(entry.get().digest());
      if (known != null) {
        return Optional.of(known);
      }
    }
    try {
      ModelBundle bundle = now.bundle(id);
      synchronized (opened) {
        opened.put(entry.get().digest(), bundle);
      }
      return Optional.of(bundle);
    } catch (BadBundleException e) {
      throw new IOException(
          "the bundle of model %s cannot be used: %s".formatted(id, e.getMessage()), e);
    }
  }

  private static ModelDetail detail(ModelBundle bundle) {
    BundleManifest manifest = bundle.manifest();
    ModelProvenance provenance = manifest.provenance();
    Map<String, @Nullable Double> metrics = new TreeMap<>();
    provenance.metrics().forEach((name, value) -> metrics.put(name, number(value)));
    return new ModelDetail(
        bundle.id(),
        manifest.parentId(),
        bundle.digest(),
        ModelVerdicts.of(bundle).stream()
            .map(v -> new VerdictView(lower(v.aspect()), lower(v.grade()), v.evidence(), v.next()))
            .toList(),
        FactorReading.sentences(ModelReadings.of(manifest)),
        manifest.architecture(),
        manifest.image().toString(),
        manifest.preprocessing(),
        manifest.latents().stream().filter(Latent::anchored).map(Latent::name).toList(),
        ViewMapper.graph(bundle.graph()),
        provenance.data(),
        provenance.dataRange(),
        provenance.labelledFrames(),
        provenance.hyperParameters(),
        provenance.seed(),
        provenance.codeVersion(),
        provenance.jvm(),
        provenance.startedAt(),
        provenance.finishedAt(),
        metrics,
        bundle
            .find(ModelBundle.WARNINGS)
            .map(text -> new String(text, StandardCharsets.UTF_8).lines().toList())
            .orElse(List.of()),
        bundle.find(ModelBundle.GATE_VERDICT).map(LiveModels::gate).orElse(null));
  }

  private static @Nullable GateView gate(byte[] json) {
    try {
      GateVerdict verdict = GateVerdict.fromJson(json);
      return new GateView(
          verdict.promoted(),
          verdict.sentence(),
          verdict.championId(),
          verdict.frames(),
          verdict.faults(),
          verdict.rulings().stream()
              .map(
                  r ->
                      new RulingView(
                          lower(r.rule()),
                          r.rule().measures(),
                          number(r.champion()),
                          number(r.candidate()),
                          number(r.bound()),
                          r.passed(),
                          r.sentence()))
              .toList());
    } catch (IllegalArgumentException e) {
      return null; // from another version of the product
    }
  }

  private static @Nullable Double number(@Nullable Double value) {
    return value != null && Double.isFinite(value) ? value : null;
  }
}
