package dev.residua.dataset;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.residua.causal.CausalGraph;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PictureFiles;
import dev.residua.frame.PixelMask;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Writes a data set frame by frame, with one frame in memory. Writes to a temporary folder that
 * {@link #finish} renames, so an existing set is always complete. For one thread.
 */
public final class DatasetWriter implements AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 20;
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private final Path dir;
  private final Path partial;
  private final ImageShape shape;
  private final Description description;
  private final boolean png;
  private final boolean replace;
  private final FileChannel frames;
  private final ByteBuffer buffer;
  private final LabelTable.@Nullable Writer labels;
  private @Nullable FileChannel details;
  private @Nullable ImageShape detailShape;
  private int count;
  private boolean finished;

  /**
   * The content of {@code dataset.json} without counts and digests.
   *
   * @param name of the set
   * @param factors columns of the labels that a model may be anchored to
   * @param graph the true graph over the factors, if it is known
   * @param origin how the set was made, with the settings to make it again
   */
  public record Description(
      String name, List<String> factors, @Nullable CausalGraph graph, Map<String, Object> origin) {
    public Description {
      factors = List.copyOf(factors);
      origin = new LinkedHashMap<>(origin);
    }
  }

  /**
   * Starts a data set.
   *
   * @param dir folder to create, with its parent
   * @param columns of the labels; empty for a set without labels
   * @param png whether to write every frame as {@code png/000000.png} too
   * @param replace whether an existing data set may be replaced
   * @throws IOException if {@code dir} exists and may not be replaced, or cannot be written
   */
  public DatasetWriter(
      Path dir,
      ImageShape shape,
      List<String> columns,
      Description description,
      boolean png,
      boolean replace)
      throws IOException {
    this.dir = dir.toAbsolutePath().normalize();
    this.shape = shape;
    this.description = description;
    this.png = png;
    this.replace = replace;
    checkTarget(dir, replace);
    Path parent = this.dir.getParent();
    if (parent == null) {
      throw new IOException("cannot write a data set to the root folder " + dir);
    }
    this.partial = parent.resolve("." + this.dir.getFileName() + ".part");
    try {
      Files.createDirectories(parent);
      delete(partial);
      Files.createDirectory(partial);
    } catch (FileSystemException e) {
      throw new IOException(
          "cannot make a folder in %s (%s), expected a folder that can be written"
              .formatted(parent, e.getClass().getSimpleName().replace("Exception", "")),
          e);
    }
    try {
      if (png) {
        Files.createDirectory(partial.resolve("png"));
      }
      this.frames =
          FileChannel.open(
              partial.resolve(FrameDataset.FRAMES),
              StandardOpenOption.CREATE_NEW,
              StandardOpenOption.WRITE);
      this.buffer = ByteBuffer.allocate(Math.max(BUFFER_BYTES, shape.size()));
      Npy.writeFully(frames, ByteBuffer.wrap(head(0)));
      this.labels =
          columns.isEmpty()
              ? null
              : new LabelTable.Writer(partial.resolve(FrameDataset.LABELS), columns);
    } catch (IOException | RuntimeException e) {
      delete(partial);
      throw e;
    }
  }

  /**
   * Checks that a data set can be written to a folder.
   *
   * @param replace whether an existing data set may be replaced
   * @throws IOException if the folder exists and may not be replaced
   */
  public static void checkTarget(Path folder, boolean replace) throws IOException {
    Path dir = folder.toAbsolutePath().normalize();
    if (!Files.exists(dir)) {
      return;
    }
    if (!Files.isDirectory(dir)) {
      throw new IOException(dir + " is a file, expected a folder to make");
    }
    try (Stream<Path> entries = Files.list(dir)) {
      if (entries.findAny().isEmpty()) {
        return;
      }
    }
    if (!Files.exists(dir.resolve(FrameDataset.FRAMES))) {
      throw new IOException(
          dir + " exists and is not a data set; choose another folder or empty it");
    }
    if (!replace) {
      throw new IOException(dir + " already holds a data set; give --force to replace it");
    }
  }

  /**
   * Appends a frame.
   *
   * @param pixels unsigned bytes, {@code [height][width][channels]} from {@code offset} on
   * @param cells one per column; null if unknown
   */
  public void write(byte[] pixels, int offset, List<? extends @Nullable String> cells)
      throws IOException {
    if (buffer.remaining() < shape.size()) {
      flush();
    }
    buffer.put(pixels, offset, shape.size());
    if (labels != null) {
      labels.write(cells);
    }
    if (png) {
      writePng(pixels, offset, partial.resolve("png/%06d.png".formatted(count)));
    }
    count++;
  }

  /**
   * Appends the detail picture of the frame that was written last. Called for every frame or none.
   *
   * @param picture unsigned bytes, {@code [height][width]}
   * @param size of all detail pictures, with one channel
   */
  public void details(byte[] picture, ImageShape size) throws IOException {
    if (details == null) {
      details =
          FileChannel.open(
              partial.resolve(DetailPictures.PICTURES),
              StandardOpenOption.CREATE_NEW,
              StandardOpenOption.WRITE);
      detailShape = size;
      Npy.writeFully(details, ByteBuffer.wrap(detailHead(0, size)));
    }
    Npy.writeFully(details, ByteBuffer.wrap(picture, 0, size.size()));
  }

  /** Stores the pixels that show nothing in any frame; called once. */
  public void mask(PixelMask mask) throws IOException {
    mask(FrameDataset.MASK, mask, shape);
  }

  /** Stores the pixels of the detail pictures that show nothing in any frame; called once. */
  public void detailMask(PixelMask mask, ImageShape size) throws IOException {
    mask(DetailPictures.MASK, mask, size);
  }

  /** Stores answers about frames, if there are any; called once. */
  public void answers(List<TaughtAnswer> answers) throws IOException {
    if (!answers.isEmpty()) {
      TaughtAnswer.write(partial.resolve(TaughtAnswer.FILE), answers);
    }
  }

  private void mask(String name, PixelMask mask, ImageShape size) throws IOException {
    Path file = partial.resolve(name);
    if (!mask.isEmpty()) {
      try (FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        Npy.writeFully(
            channel,
            ByteBuffer.wrap(Npy.head(Npy.Type.UNSIGNED_BYTE, size.height(), size.width())));
        Npy.writeFully(channel, ByteBuffer.wrap(mask.toBytes(size.height() * size.width())));
      }
    }
  }

  private void flush() throws IOException {
    Npy.writeFully(frames, buffer.flip());
    buffer.clear();
  }

  private void writePng(byte[] pixels, int offset, Path file) throws IOException {
    Files.write(file, PictureFiles.png(image(pixels, offset, shape)));
  }

  /** A picture of unsigned bytes {@code [height][width][channels]}. */
  static BufferedImage image(byte[] pixels, int offset, ImageShape shape) {
    boolean gray = shape.channels() == 1;
    BufferedImage image =
        new BufferedImage(
            shape.width(),
            shape.height(),
            gray ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_INT_RGB);
    if (gray) {
      byte[] row = Arrays.copyOfRange(pixels, offset, offset + shape.size());
      image.getRaster().setDataElements(0, 0, shape.width(), shape.height(), row);
    } else {
      int at = offset;
      for (int y = 0; y < shape.height(); y++) {
        for (int x = 0; x < shape.width(); x++, at += 3) {
          image.setRGB(
              x,
              y,
              (pixels[at] & 0xFF) << 16 | (pixels[at + 1] & 0xFF) << 8 | (pixels[at + 2] & 0xFF));
        }
      }
    }
    return image;
  }

  private byte[] head(int rows) {
    return Npy.head(Npy.Type.UNSIGNED_BYTE, rows, shape.height(), shape.width(), shape.channels());
  }

  private static byte[] detailHead(int rows, ImageShape size) {
    return Npy.head(Npy.Type.UNSIGNED_BYTE, rows, size.height(), size.width());
  }

  /**
   * Completes the set and gives it its name.
   *
   * @return SHA-256 of frames and labels, as {@link FrameDataset#sha256()} computes it
   */
  public String finish() throws IOException {
    flush();
    Npy.writeFully(frames.position(0), ByteBuffer.wrap(head(count)));
    frames.close();
    if (details != null && detailShape != null) {
      Npy.writeFully(details.position(0), ByteBuffer.wrap(detailHead(count, detailShape)));
      details.close();
    }
    if (labels != null) {
      labels.close();
    }
    String digest = FrameDataset.digest(partial);
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("formatVersion", FrameDataset.FORMAT_VERSION);
    json.put("name", description.name());
    json.put("frames", count);
    json.put("width", shape.width());
    json.put("height", shape.height());
    json.put("channels", shape.channels());
    if (detailShape != null) {
      json.put("details", List.of(detailShape.width(), detailShape.height()));
    }
    json.put("factors", description.factors());
    CausalGraph graph = description.graph();
    if (graph != null) {
      json.put("edges", edges(graph));
    }
    json.put("origin", description.origin());
    json.put("sha256", digest);
    Files.writeString(
        partial.resolve(FrameDataset.DESCRIPTION), JSON.writeValueAsString(json) + "\n");
    checkTarget(dir, replace);
    delete(dir);
    Files.move(partial, dir);
    finished = true;
    return digest;
  }

  private static List<List<String>> edges(CausalGraph graph) {
    List<List<String>> edges = new ArrayList<>();
    for (int i = 0; i < graph.size(); i++) {
      for (int j = 0; j < graph.size(); j++) {
        if (graph.hasEdge(i, j)) {
          edges.add(List.of(graph.name(i), graph.name(j)));
        }
      }
    }
    return edges;
  }

  /** Deletes the files unless {@link #finish} has completed. */
  @Override
  public void close() throws IOException {
    if (!finished) {
      frames.close();
      if (details != null) {
        details.close();
      }
      if (labels != null) {
        labels.close();
      }
      delete(partial);
    }
  }

  private static void delete(Path path) throws IOException {
    if (!Files.exists(path)) {
      return;
    }
    try (Stream<Path> tree = Files.walk(path)) {
      for (Path entry : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(entry);
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }
}
