package dev.residua.renewal.selection;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Stores pictures of one size by number: in memory up to a limit, the others in a temporary file.
 * For one thread.
 */
public final class PixelStore implements AutoCloseable {
  private final int frameBytes;
  private final long memoryBytes;
  private final Path folder;
  private final List<byte[]> memory = new ArrayList<>();
  private @Nullable Path file;
  private @Nullable FileChannel channel;
  private int size;

  /**
   * @param frameBytes bytes of every picture, at least 1
   * @param memoryBytes bytes of pictures held in memory, at least 0
   * @param folder of the file
   */
  public PixelStore(int frameBytes, long memoryBytes, Path folder) {
    if (frameBytes < 1 || memoryBytes < 0) {
      throw new IllegalArgumentException(
          "a pixel store needs pictures of at least 1 byte and 0 bytes of memory but got %d and %d"
              .formatted(frameBytes, memoryBytes));
    }
    this.frameBytes = frameBytes;
    this.memoryBytes = memoryBytes;
    this.folder = folder;
  }

  /** Number of pictures. */
  public int size() {
    return size;
  }

  /** Returns true if some of them are in the file. */
  public boolean spilled() {
    return channel != null;
  }

  /**
   * Adds a picture.
   *
   * @param pixels holds it from {@code offset}; copied
   * @return its number, from 0
   */
  public int add(byte[] pixels, int offset) {
    if ((memory.size() + 1L) * frameBytes <= memoryBytes) {
      byte[] copy = new byte[frameBytes];
      System.arraycopy(pixels, offset, copy, 0, frameBytes);
      memory.add(copy);
      return size++;
    }
    try {
      if (channel == null) {
        file = Files.createTempFile(folder, "frames-", ".bin");
        channel =
            FileChannel.open(
                file,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                StandardOpenOption.DELETE_ON_CLOSE);
      }
      ByteBuffer from = ByteBuffer.wrap(pixels, offset, frameBytes);
      long at = (long) (size - memory.size()) * frameBytes;
      while (from.hasRemaining()) {
        at += channel.write(from, at);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot keep frame %d of %d bytes in %s: %s"
              .formatted(size, frameBytes, folder, e.getMessage()),
          e);
    }
    return size++;
  }

  /** Copies a picture to {@code into}, from {@code offset}. */
  public void read(int number, byte[] into, int offset) {
    if (number < 0 || number >= size) {
      throw new IndexOutOfBoundsException("there is no frame %d among %d".formatted(number, size));
    }
    if (number < memory.size()) {
      System.arraycopy(memory.get(number), 0, into, offset, frameBytes);
      return;
    }
    FileChannel from = channel;
    if (from == null) {
      throw new IllegalStateException("the pixel store is closed");
    }
    try {
      ByteBuffer to = ByteBuffer.wrap(into, offset, frameBytes);
      long at = (long) (number - memory.size()) * frameBytes;
      while (to.hasRemaining()) {
        int read = from.read(to, at);
        if (read < 0) {
          throw new IOException("the file ends in frame " + number);
        }
        at += read;
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read %s: %s".formatted(file, e.getMessage()), e);
    }
  }

  /** Frees the memory and deletes the file. */
  @Override
  public void close() {
    memory.clear();
    size = 0;
    FileChannel open = channel;
    channel = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        throw new UncheckedIOException("cannot delete %s: %s".formatted(file, e.getMessage()), e);
      }
    }
  }
}
