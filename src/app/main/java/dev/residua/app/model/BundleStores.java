package dev.residua.app.model;

import dev.residua.app.config.ResiduaConfig;
import dev.residua.model.BadBundleException;
import dev.residua.model.BundleStore;
import dev.residua.model.DirectoryBundleStore;
import dev.residua.model.ModelBundle;
import dev.residua.model.RegistryRecord.Entry;
import dev.residua.registry.ModelAdmin;
import dev.residua.registry.RegistryFollower;
import dev.residua.s3.S3Access;
import dev.residua.s3.S3BundleStore;
import dev.residua.s3.S3Settings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Stores of bundles outside Kafka: folders and S3 buckets. This process may publish to one of them;
 * it reads from the location in the registry's entry, since another process may publish elsewhere.
 * Files are named by their SHA-256, so a signed model is stored next to the unsigned one. Opened
 * once per process or command. For any thread.
 */
public final class BundleStores implements RegistryFollower.OutsideBundles, AutoCloseable {
  /** Keeps bundles in Kafka. */
  public static final String KAFKA = "kafka";

  private static final String FILE_SCHEME = "file";
  private static final String S3_SCHEME = "s3";

  private final S3Access s3;
  private final Optional<BundleStore> store;
  private final Map<URI, BundleStore> open = new HashMap<>(); // guarded by this

  /**
   * Opens the store for published bundles; nothing is read or written yet.
   *
   * @param store {@code kafka}, {@code file:///folder/} or {@code s3://bucket/prefix}
   * @throws IllegalArgumentException if it is none of these, with the expected forms
   */
  public BundleStores(String store, S3Access s3) {
    this.s3 = s3;
    this.store = store.equals(KAFKA) ? Optional.empty() : Optional.of(storeAt(root(store)));
  }

  /** The stores of a configuration. */
  public static BundleStores of(ResiduaConfig config) {
    S3Access s3 = config.s3().access();
    try {
      return new BundleStores(config.models().store(), s3);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("residua.models.store: " + e.getMessage(), e);
    }
  }

  private static URI root(String store) {
    try {
      return URI.create(store.endsWith("/") ? store : store + "/");
    } catch (IllegalArgumentException e) {
      throw unknown(store);
    }
  }

  private static IllegalArgumentException unknown(Object place) {
    return new IllegalArgumentException(
        "the store of bundles is '%s', expected kafka, file:///folder/ or s3://bucket/prefix"
            .formatted(place));
  }

  /** The store for published bundles; null for Kafka, as {@link ModelAdmin} expects. */
  public ModelAdmin.@Nullable Outside outside() {
    return store
        .<ModelAdmin.Outside>map(
            place ->
                (bundle, bytes) ->
                    place.put(bundle.id(), ModelBundle.sha256(bytes), bytes).toString())
        .orElse(null);
  }

  @Override
  public byte[] fetch(Entry entry, String location) throws BadBundleException, IOException {
    try {
      return place(entry, location).get(URI.create(location), ModelBundle.MAX_FILE_BYTES);
    } catch (IllegalArgumentException e) {
      throw new BadBundleException(
          "model %s cannot be fetched from '%s': %s"
              .formatted(entry.id(), location, e.getMessage()),
          e);
    } catch (IOException e) {
      throw new IOException(
          "model %s cannot be fetched from %s: %s; make it readable for this process, or publish the model again: residua model publish FILE"
              .formatted(entry.id(), location, why(e, "read")),
          e);
    }
  }

  /** Deletes the bytes of a model that is no longer in the registry; see {@link ModelAdmin}. */
  public void discard(Entry entry, String location) throws IOException {
    try {
      place(entry, location).delete(URI.create(location));
    } catch (IllegalArgumentException e) {
      throw new IOException(e.getMessage(), e);
    } catch (IOException e) {
      throw new IOException(why(e, "deleted"), e);
    }
  }

  /** Failures of a file system often name only the file. */
  private static String why(IOException e, String done) {
    return e instanceof FileSystemException failure && failure.getReason() == null
        ? "%s: it cannot be %s (%s)"
            .formatted(failure.getFile(), done, e.getClass().getSimpleName())
        : String.valueOf(e.getMessage());
  }

  /**
   * The store of a location. The location must be that of the entry's own bytes, so that no entry
   * names another file.
   */
  private BundleStore place(Entry entry, String location) {
    String name = BundleStore.name(entry.id(), entry.sha256());
    if (!location.endsWith("/" + name)) {
      throw new IllegalArgumentException(
          "the address does not end with /%s, as this model's would".formatted(name));
    }
    return storeAt(URI.create(location.substring(0, location.length() - name.length())));
  }

  private synchronized BundleStore storeAt(URI root) {
    return open.computeIfAbsent(root, this::opened);
  }

  private BundleStore opened(URI root) {
    if (FILE_SCHEME.equals(root.getScheme())) {
      return new DirectoryBundleStore(Path.of(root));
    }
    if (S3_SCHEME.equals(root.getScheme()) && root.getHost() != null) {
      return new S3BundleStore(
          new S3Settings(
              root.getHost(),
              root.getPath().replaceAll("^/|/$", ""),
              s3,
              S3Settings.DEFAULT_TIMEOUT));
    }
    throw unknown(root);
  }

  @Override
  public synchronized void close() {
    open.values().forEach(BundleStore::close);
    open.clear();
  }
}
