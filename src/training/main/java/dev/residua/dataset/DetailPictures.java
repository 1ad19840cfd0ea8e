package dev.residua.dataset;

import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelMask;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Gray pictures of the frames of a data set at a larger size: {@code details.npy}, uint8 {@code
 * [frames, height, width]}, and {@code details_mask.npy} if some pixels show nothing. Memory
 * mapped.
 */
public final class DetailPictures {
  static final String PICTURES = "details.npy";
  static final String MASK = "details_mask.npy";

  private final ImageShape shape;
  private final MappedByteBuffer[] maps;
  private final PixelMask mask;

  private DetailPictures(ImageShape shape, MappedByteBuffer[] maps, PixelMask mask) {
    this.shape = shape;
    this.maps = maps;
    this.mask = mask;
  }

  /**
   * Opens the pictures of a data set.
   *
   * @param frames number of frames of the set
   * @return null if the set has none
   * @throws IOException if the file does not fit the set
   */
  static @Nullable DetailPictures open(Path dir, int frames) throws IOException {
    Path file = dir.resolve(PICTURES);
    if (!Files.exists(file)) {
      return null;
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      Npy.Header header = Npy.header(channel, file);
      long[] axes = header.shape();
      if (header.type() != Npy.Type.UNSIGNED_BYTE || axes.length != 3 || axes[0] != frames) {
        throw new IOException(
            "%s holds %s of shape %s, expected uint8 [%d, height, width]"
                .formatted(file, header.type().label(), header.shapeText(), frames));
      }
      ImageShape shape = FrameDataset.shape(new long[] {frames, axes[1], axes[2], 1}, file);
      return new DetailPictures(
          shape,
          FrameDataset.map(channel, header.dataOffset(), frames, shape),
          FrameDataset.mask(dir.resolve(MASK), shape));
    }
  }

  /** Size of the pictures, with one channel. */
  public ImageShape shape() {
    return shape;
  }

  /** Pixels that show nothing in any frame. */
  public PixelMask mask() {
    return mask;
  }

  /**
   * Copies one picture.
   *
   * @param index of the frame
   * @param into receives unsigned bytes, {@code [height][width]}
   * @param offset index in {@code into} of the first byte
   */
  public void read(int index, byte[] into, int offset) {
    int perMap = FrameDataset.framesPerMap(shape);
    maps[index / perMap].get((index % perMap) * shape.size(), into, offset, shape.size());
  }
}
