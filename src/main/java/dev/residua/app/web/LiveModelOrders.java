package dev.residua.app.web;

import dev.residua.app.model.Models;
import dev.residua.dashboard.ModelOrders;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelRegistry;
import dev.residua.model.ModelStore;
import dev.residua.model.RegistryRecord.Activation;
import dev.residua.registry.ModelAdmin;
import dev.residua.registry.ModelAdmin.Author;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Changes of the model in use over HTTP, once the dashboard role has a registry to change. */
@ApplicationScoped
public class LiveModelOrders implements ModelOrders {
  private volatile @Nullable Open open;

  private record Open(ModelStore registry, Supplier<ModelAdmin> admin) {}

  private interface Change {
    ModelRegistry by(ModelAdmin admin, Author author) throws IOException;
  }

  /**
   * From now on changes are made.
   *
   * @param registry gives only bundles that may be used
   * @param admin connects; closed after each change
   */
  public void open(ModelStore registry, Supplier<ModelAdmin> admin) {
    open = new Open(registry, admin);
  }

  public void close() {
    open = null;
  }

  @Override
  public String promote(String id, String by, String reason) throws IOException {
    Open now = opened();
    check(now.registry(), id);
    return change(now, by, reason, (admin, author) -> admin.promote(id, author));
  }

  @Override
  public String rollback(@Nullable String id, String by, String reason) throws IOException {
    Open now = opened();
    Optional<String> to = Optional.ofNullable(id).or(() -> now.registry().registry().previous());
    if (to.isEmpty()) {
      throw new IllegalArgumentException("no model was in use before the active one; promote one");
    }
    check(now.registry(), to.get());
    return change(now, by, reason, (admin, author) -> admin.rollback(id, author));
  }

  private Open opened() throws IOException {
    Open now = open;
    if (now == null) {
      throw new IOException(
          "this process takes no orders: it does not play the dashboard role, or has not started yet");
    }
    return now;
  }

  /** A bundle that this product would refuse is not made the active one. */
  private static void check(ModelStore registry, String id) throws IOException {
    if (registry.refreshed().entry(id).isEmpty()) {
      throw new IllegalArgumentException(
          "the registry has no model '%s'; publish it first: residua model publish FILE"
              .formatted(id));
    }
    try {
      Models.check(registry.bundle(id));
    } catch (BadBundleException e) {
      throw new IllegalArgumentException(
          "model %s cannot be used: %s".formatted(id, e.getMessage()), e);
    }
  }

  private static String change(Open now, String by, String reason, Change change)
      throws IOException {
    try (ModelAdmin admin = now.admin().get()) {
      return change
          .by(admin, new Author(by, reason, Instant.now()))
          .active()
          .map(Activation::modelId)
          .orElseThrow(() -> new IOException("no model is active after the change"));
    }
  }
}
