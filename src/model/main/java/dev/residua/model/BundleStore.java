package dev.residua.model;

import java.io.IOException;
import java.net.URI;
import java.util.regex.Pattern;

/**
 * Storage of bundles outside of topics: a folder or a bucket. Stored bytes never change under their
 * address. Readers do not trust them and check them with {@link ModelBundle#read} and the digest
 * that it expects. Safe for several threads and processes.
 */
public interface BundleStore extends AutoCloseable {
  /** A part of a path that stays below its folder, as ids of models are. */
  Pattern ID = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}");

  /** SHA-256 in lower-case hexadecimal. */
  Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");

  /**
   * Stores a bundle. The same bytes may be put again.
   *
   * @param id of the model
   * @param digest that distinguishes these bytes from others of the same model, such as their
   *     SHA-256
   * @param bytes of the bundle's file, not kept
   * @return their address
   * @throws IllegalArgumentException if id or digest are none
   * @throws IOException if the bytes cannot be stored, or others are there already
   */
  URI put(String id, String digest, byte[] bytes) throws IOException;

  /**
   * Returns the bytes of a bundle.
   *
   * @param maxBytes most bytes to take, below {@link Integer#MAX_VALUE}; see {@link
   *     ModelBundle#MAX_FILE_BYTES}
   * @throws IllegalArgumentException if the address is none of this store
   * @throws IOException if nothing is there, more than {@code maxBytes} are, or they cannot be read
   */
  byte[] get(URI address, int maxBytes) throws IOException;

  /**
   * Deletes the bytes of a bundle.
   *
   * @return whether it was there
   * @throws IllegalArgumentException if the address is none of this store
   */
  boolean delete(URI address) throws IOException;

  @Override
  void close();

  /**
   * Name of a bundle in a store: {@code ID/DIGEST.residua}.
   *
   * @throws IllegalArgumentException if id or digest are none
   */
  static String name(String id, String digest) {
    if (!ID.matcher(id).matches()) {
      throw new IllegalArgumentException(
          "id is '%s', expected 1 to 200 letters, digits, '.', '_' or '-', not '.' first"
              .formatted(SafeText.of(id)));
    }
    if (!DIGEST.matcher(digest).matches()) {
      throw new IllegalArgumentException(
          "digest is '%s', expected 64 lower-case hexadecimal digits"
              .formatted(SafeText.of(digest)));
    }
    return id + "/" + digest + ".residua";
  }

  /**
   * The inverse of {@link #name} below an address.
   *
   * @param root of the store, with a slash at its end
   * @return {@code ID/DIGEST.residua}
   * @throws IllegalArgumentException if the address is not one that {@link #name} makes there
   */
  static String nameBelow(URI root, URI address) {
    String text = address.toString();
    String prefix = root.toString();
    if (text.startsWith(prefix) && text.endsWith(".residua")) {
      String[] parts =
          text.substring(prefix.length(), text.length() - ".residua".length()).split("/", -1);
      if (parts.length == 2
          && ID.matcher(parts[0]).matches()
          && DIGEST.matcher(parts[1]).matches()) {
        return name(parts[0], parts[1]);
      }
    }
    throw new IllegalArgumentException(
        "'%s' is not a bundle of this store, expected %sID/DIGEST.residua"
            .formatted(SafeText.of(text), root));
  }
}
