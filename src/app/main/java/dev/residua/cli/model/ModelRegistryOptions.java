package dev.residua.cli.model;

import dev.residua.app.model.BundleStores;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Failures;
import dev.residua.cli.console.KafkaOptions;
import dev.residua.cli.console.KafkaOptions.RegistryUse;
import dev.residua.cli.console.S3Options;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.registry.ModelAdmin;
import dev.residua.registry.ModelAdmin.Author;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine.Mixin;

/** Options of the commands that use the registry of models. */
final class ModelRegistryOptions {
  @Mixin KafkaOptions kafka = new KafkaOptions();

  @Mixin S3Options s3 = new S3Options();

  /** Opens the store that publishes bundles. */
  BundleStores stores(String store) {
    return new BundleStores(store, s3.access());
  }

  /** See {@link KafkaOptions#withRegistry}. */
  <T> T use(RegistryUse<T> use) {
    try (BundleStores outside = stores(BundleStores.KAFKA)) {
      return kafka.withRegistry(outside, use);
    }
  }

  <T> T change(Change<T> change) {
    try (ModelAdmin admin =
        ModelAdmin.of(kafka.clients().registry(kafka.prefix()), kafka.topics())) {
      return change.by(admin);
    } catch (IOException e) {
      throw new CommandFailedException(Failures.reason(e), e);
    } catch (KafkaException e) {
      throw kafka.failed("changing the registry of models", e);
    }
  }

  @FunctionalInterface
  interface Change<T> {
    T by(ModelAdmin admin) throws IOException;
  }

  /**
   * Publishes a bundle, again if the registry has it but its bytes are unavailable.
   *
   * @param scene that it was made for
   * @param store its place; see {@link BundleStores}
   */
  void publish(ModelBundle bundle, String scene, String store, Author author) {
    boolean lost =
        use(
            registry -> {
              if (registry.registry().entry(bundle.id()).isEmpty()) {
                return false;
              }
              try {
                registry.bundle(bundle.id());
                return false;
              } catch (IOException | BadBundleException e) {
                return true;
              }
            });
    try (BundleStores outside = stores(store)) {
      change(
          admin ->
              lost
                  ? admin.publishAgain(bundle, scene, outside.outside(), author)
                  : admin.publish(bundle, scene, outside.outside(), null, author));
    }
  }

  static boolean isFile(String text) {
    try {
      return Files.isRegularFile(Path.of(text));
    } catch (InvalidPathException e) {
      return false;
    }
  }

  /**
   * The bundle of a file or, if there is no such file, of the registry.
   *
   * @throws CommandFailedException if it is neither, or damaged
   */
  ModelBundle bundle(String fileOrId) {
    if (isFile(fileOrId) || fileOrId.endsWith(".residua") || fileOrId.contains("/")) {
      try {
        return ModelBundle.read(Path.of(fileOrId)); // its message names a file that is missing
      } catch (BadBundleException e) {
        throw new CommandFailedException(Failures.reason(e), e);
      }
    }
    return use(registry -> registry.bundle(fileOrId));
  }
}
