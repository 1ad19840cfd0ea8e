package dev.residua.bench;

import dev.residua.app.kafka.KafkaClients;
import dev.residua.app.model.Models;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.registry.ModelAdmin;
import dev.residua.registry.ModelAdmin.Author;
import dev.residua.registry.RegistryFollower;
import dev.residua.runtime.BundleOpener;
import dev.residua.scoring.ModelPool;
import dev.residua.scoring.ScoringModels;
import dev.residua.scoring.ScoringSettings;
import dev.residua.source.SourceRule;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * A registry with many scenes, which share some models. Sources {@code camN} are in the scenes in
 * turn. In the middle of a load, if wanted, one scene gets another model.
 */
public final class FleetModels implements PipelineBenchmark.Models {
  private static final String PREFIX = "bench.";

  private final ModelAdmin admin;
  private final RegistryFollower registry;
  private final ModelPool pool;
  private final List<ModelBundle> bundles;
  private final List<SourceRule> rules = new ArrayList<>(); // one per scene
  private final boolean swaps;

  /**
   * Publishes the models and activates one in each scene.
   *
   * @param model copied under several ids
   * @param scenes at least 1
   * @param models different ones, at least 1
   * @param swaps whether the first scene gets another model in the middle of a load
   */
  public FleetModels(
      KafkaClients clients, Topics topics, ModelBundle model, int scenes, int models, boolean swaps)
      throws IOException, BadBundleException {
    this.swaps = swaps;
    this.admin = ModelAdmin.of(clients.registry(PREFIX), topics);
    this.registry = new RegistryFollower(clients.registry(PREFIX), topics, Models.OUTSIDE);
    this.bundles = publish(admin, model, scenes, models);
    for (int i = 0; i < scenes; i++) {
      rules.add(SourceRule.of(scene(i), "*").withScene(scene(i)));
    }
    registry.refreshed();
    this.pool =
        new ModelPool(
            registry,
            BundleOpener.scoring(bundles.get(0), 1),
            ScoringSettings.MODEL_MEMORY,
            bundle -> BundleOpener.scoring(bundle, 1),
            (activation, why) -> {
              throw new IllegalStateException("refused: " + why);
            });
  }

  /** Publishes copies of a model under several ids and activates one in each scene, in turn. */
  static List<ModelBundle> publish(ModelAdmin admin, ModelBundle model, int scenes, int models)
      throws IOException {
    List<ModelBundle> bundles = new ArrayList<>();
    for (int i = 0; i < models; i++) {
      bundles.add(model.withId(model.id() + "-" + i));
      admin.publish(bundles.get(i), scene(0), null, null, author());
    }
    for (int i = 0; i < scenes; i++) {
      admin.promote(scene(i), bundles.get(i % models).id(), author());
    }
    return bundles;
  }

  static String scene(int number) {
    return "scene-" + number;
  }

  static Author author() {
    return new Author("bench", "to measure", Instant.now());
  }

  @Override
  public ScoringModels scoring() {
    return pool;
  }

  @Override
  public SourceRule rule(String source) {
    return rules.get(Integer.parseInt(source.substring("cam".length())) % rules.size());
  }

  @Override
  public void disturb() {
    if (swaps) {
      try {
        admin.promote(scene(0), bundles.get(1 % bundles.size()).id(), author());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Override
  public void close() {
    pool.close();
    admin.close();
    try {
      registry.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
