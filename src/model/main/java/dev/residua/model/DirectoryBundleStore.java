package dev.residua.model;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;

/** Bundles as files of a folder, which several machines may share. Links are not followed. */
public final class DirectoryBundleStore implements BundleStore {
  private final Path folder;
  private final URI root;

  /**
   * @param folder made when something is put
   */
  public DirectoryBundleStore(Path folder) {
    this.folder = folder.toAbsolutePath().normalize();
    String text = this.folder.toUri().toString();
    this.root = URI.create(text.endsWith("/") ? text : text + "/");
  }

  @Override
  public URI put(String id, String digest, byte[] bytes) throws IOException {
    String name = BundleStore.name(id, digest);
    Path file = folder.resolve(name);
    try {
      AtomicFile.writeNew(file, out -> out.write(bytes));
    } catch (FileAlreadyExistsException e) {
      checkSame(file, bytes);
    }
    return URI.create(root + name);
  }

  private static void checkSame(Path file, byte[] bytes) throws IOException {
    try (InputStream in = open(file)) {
      if (!Arrays.equals(in.readNBytes(bytes.length + 1), bytes)) {
        throw new IOException(
            "%s has other bytes than the %d to store; it is not replaced"
                .formatted(file, bytes.length));
      }
    }
  }

  @Override
  public byte[] get(URI address, int maxBytes) throws IOException {
    Path file = file(address);
    try (InputStream in = open(file)) {
      byte[] bytes = in.readNBytes(maxBytes);
      if (in.read() >= 0) {
        throw new IOException("%s is larger than %d bytes".formatted(file, maxBytes));
      }
      return bytes;
    } catch (NoSuchFileException e) {
      throw new IOException("bundle " + file + " does not exist", e);
    }
  }

  @Override
  public boolean delete(URI address) throws IOException {
    return Files.deleteIfExists(file(address));
  }

  private Path file(URI address) {
    return folder.resolve(BundleStore.nameBelow(root, address));
  }

  private static InputStream open(Path file) throws IOException {
    return Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS);
  }

  @Override
  public void close() {
    // Nothing is open between calls.
  }
}
