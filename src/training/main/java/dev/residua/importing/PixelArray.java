package dev.residua.importing;

import dev.residua.dataset.Npy;
import dev.residua.frame.Frame;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.PixelFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The images of a uint8 {@code .npy} file of shape {@code [n, height, width, channels]} (1, 3 or 4
 * channels) or {@code [n, height, width]}.
 */
final class PixelArray implements NamedFrames {
  private final Path file;
  private final FileChannel channel;
  private final long dataOffset;
  private final int count;
  private final int width;
  private final int height;
  private final int bytes;
  private final PixelFormat format;

  private PixelArray(Path file, FileChannel channel, Npy.Header header, FrameLimits limits)
      throws IOException {
    long[] axes = header.shape();
    long channels = axes.length == 3 ? 1 : axes.length == 4 ? axes[3] : 0;
    if (header.type() != Npy.Type.UNSIGNED_BYTE
        || !(channels == 1 || channels == 3 || channels == 4)) {
      throw new IOException(
          "%s holds %s of shape %s, expected uint8 [n, height, width] or [n, height, width, channels]"
                  .formatted(file, header.type().label(), header.shapeText())
              + " with 1, 3 or 4 channels; in numpy: array.clip(0, 255).astype('uint8')");
    }
    if (axes[0] < 1 || axes[0] > Integer.MAX_VALUE) {
      throw new IOException(
          "%s holds %d images, expected 1 to %d".formatted(file, axes[0], Integer.MAX_VALUE));
    }
    long perImage = axes[1] * axes[2] * channels;
    if (perImage > limits.maxBytes() || axes[1] > limits.maxSide() || axes[2] > limits.maxSide()) {
      throw new IOException(
          "%s has images of %dx%d pixels (%,d bytes), at most %,d pixels a side and %,d bytes are allowed"
              .formatted(file, axes[2], axes[1], perImage, limits.maxSide(), limits.maxBytes()));
    }
    this.file = file;
    this.channel = channel;
    this.dataOffset = header.dataOffset();
    this.count = (int) axes[0];
    this.height = (int) axes[1];
    this.width = (int) axes[2];
    this.bytes = (int) perImage;
    this.format =
        channels == 1 ? PixelFormat.GRAY8 : channels == 3 ? PixelFormat.RGB8 : PixelFormat.RGBA8;
  }

  /**
   * Opens a file.
   *
   * @throws IOException if it has another content; the message describes it
   */
  static PixelArray open(Path file, FrameLimits limits) throws IOException {
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    try {
      return new PixelArray(file, channel, Npy.header(channel, file), limits);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  @Override
  public String origin() {
    return file.toString();
  }

  @Override
  public int count() {
    return count;
  }

  @Override
  public String name(int index) {
    return "image " + index;
  }

  @Override
  public boolean isNamed() {
    return false;
  }

  @Override
  public Frame frame(int index) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(bytes);
    long at = dataOffset + (long) index * bytes;
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, at + buffer.position()) < 0) {
        throw new IOException("the file ends before it");
      }
    }
    return PictureFile.frame(format, width, height, buffer.array());
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
