package dev.residua.dashboard;

import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.model.ModelRegistry;
import dev.residua.model.ModelStore;
import dev.residua.model.RegistryRecord.Activation;
import dev.residua.model.RegistryRecord.Entry;
import dev.residua.registry.ModelAdmin;
import dev.residua.registry.ModelAdmin.Author;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Writer of model changes from HTTP; closed until the dashboard role starts. */
@ApplicationScoped
public class ModelCommandWriter {
  private volatile @Nullable Open open;

  private record Open(ModelStore registry, BundleCheck check, Supplier<ModelAdmin> admin) {}

  @FunctionalInterface
  public interface BundleCheck {
    void check(ModelBundle bundle) throws BadBundleException;
  }

  private interface Change {
    ModelRegistry by(ModelAdmin admin, Author author) throws IOException;
  }

  /**
   * Starts to write changes.
   *
   * @param registry gives only bundles that may be used
   * @param check of a bundle before it is made the active one
   * @param admin connects; closed after each change
   */
  public void open(ModelStore registry, BundleCheck check, Supplier<ModelAdmin> admin) {
    open = new Open(registry, check, admin);
  }

  public void close() {
    open = null;
  }

  /**
   * Activates a model of the registry in a scene.
   *
   * @param by author of the change, not blank
   * @param reason of the change, not blank
   * @return id of the model that is active there now
   * @throws IllegalArgumentException with a sentence, if the model is unknown or cannot be used
   * @throws IOException with a sentence, if Kafka does not accept the change now
   */
  String promote(String scene, String id, String by, String reason) throws IOException {
    Open now = opened();
    check(now, id);
    return change(now, scene, by, reason, (admin, author) -> admin.promote(scene, id, author));
  }

  /**
   * Activates an earlier model of a scene again.
   *
   * @param id null for the model that was in use before the active one was promoted
   * @return id of the model that is active there now
   * @throws IllegalArgumentException with a sentence, if there is none or it cannot be used
   * @throws IOException with a sentence, if Kafka does not accept the change now
   */
  String rollback(String scene, @Nullable String id, String by, String reason) throws IOException {
    Open now = opened();
    Optional<String> to =
        Optional.ofNullable(id).or(() -> now.registry().registry().scene(scene).previous());
    if (to.isEmpty()) {
      throw new IllegalArgumentException("no model was in use before the active one; promote one");
    }
    check(now, to.get());
    return change(now, scene, by, reason, (admin, author) -> admin.rollback(scene, id, author));
  }

  private Open opened() throws IOException {
    Open now = open;
    if (now == null) {
      throw new IOException(ControlCommandWriter.CLOSED);
    }
    return now;
  }

  private static void check(Open now, String id) throws IOException {
    Optional<Entry> entry = now.registry().refreshed().entry(id);
    if (entry.isEmpty()) {
      throw new IllegalArgumentException(
          "the registry has no model '%s'; publish it first: residua model publish FILE"
              .formatted(id));
    }
    if (entry.get().refusal().isPresent()) {
      throw new IllegalArgumentException(entry.get().refusal().get());
    }
    try {
      now.check().check(now.registry().bundle(id));
    } catch (BadBundleException e) {
      throw new IllegalArgumentException(
          "model %s cannot be used: %s".formatted(id, e.getMessage()), e);
    }
  }

  private static String change(Open now, String scene, String by, String reason, Change change)
      throws IOException {
    try (ModelAdmin admin = now.admin().get()) {
      return change
          .by(admin, new Author(by, reason, Instant.now()))
          .scene(scene)
          .active()
          .map(Activation::modelId)
          .orElseThrow(() -> new IOException("no model is active after the change"));
    }
  }
}
