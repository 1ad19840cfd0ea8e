package dev.residua.importing;

import dev.residua.dataset.DatasetWriter;
import dev.residua.dataset.FrameDataset;
import dev.residua.dataset.LabelTable;
import dev.residua.dataset.Npy;
import dev.residua.decoding.FrameDecoder;
import dev.residua.frame.Frame;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelFormat;
import dev.residua.frame.RejectedFrameException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoubleConsumer;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Makes a data set of a user's own images, scaled to one size by {@link FrameDecoder}. */
public final class DatasetImport {
  private static final String FILE_COLUMN = "file";
  private static final List<String> ENDINGS =
      List.of(".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff");

  private final FrameLimits limits;
  private final ImageShape shape;
  private final boolean replace;

  /**
   * @param limits of one image
   * @param shape size of all frames
   * @param replace whether an existing data set may be replaced
   */
  public DatasetImport(FrameLimits limits, ImageShape shape, boolean replace) {
    this.limits = limits;
    this.shape = shape;
    this.replace = replace;
  }

  /**
   * The result of an import.
   *
   * @param frames number of frames
   * @param factors columns that hold numbers and may anchor a model
   * @param otherColumns columns that were kept but hold no numbers
   * @param ignored files of the folder that are no images by their names
   * @param sha256 of the set
   */
  public record Result(
      int frames,
      List<String> factors,
      List<String> otherColumns,
      List<String> ignored,
      String sha256) {}

  /** Reads one image. */
  private interface Reader {
    Frame frame(int index) throws IOException, RejectedFrameException;
  }

  /** The images of a folder or an array; their names are for messages. */
  private record Images(int count, IntFunction<String> names, Reader reader) {}

  /**
   * Imports a folder of image files, in the order of their names or of the labels' {@code file}
   * column, or a uint8 {@code .npy} file of shape {@code [n, height, width, channels]} (1, 3 or 4
   * channels) or {@code [n, height, width]}.
   *
   * @param labels CSV with one row per image, or null
   * @param out folder to make
   * @param progress receives the completed share, in [0, 1]
   * @throws BadImagesException if images are missing or damaged; it names every one, and no files
   *     are left
   * @throws IOException if the input has any other error
   */
  public Result run(Path images, @Nullable Path labels, Path out, DoubleConsumer progress)
      throws IOException {
    LabelTable table = labels == null ? null : LabelTable.read(labels);
    if (Files.isDirectory(images)) {
      return folder(images, table, labels, out, progress);
    }
    if (!Files.exists(images)) {
      throw new IOException(images + " does not exist, expected a folder or a .npy file");
    }
    try (FileChannel channel = FileChannel.open(images, StandardOpenOption.READ)) {
      return array(channel, images, table, labels, out, progress);
    }
  }

  private Result folder(
      Path folder,
      @Nullable LabelTable table,
      @Nullable Path labels,
      Path out,
      DoubleConsumer progress)
      throws IOException {
    List<String> ignored = new ArrayList<>();
    List<String> names = new ArrayList<>();
    boolean namedByLabels = table != null && table.has(FILE_COLUMN);
    if (table != null && namedByLabels) {
      for (int row = 0; row < table.rows(); row++) {
        String name = table.text(row, FILE_COLUMN);
        if (name == null) {
          throw new IOException(
              "%s row %d: the cell of column 'file' is empty".formatted(labels, row + 1));
        }
        names.add(name);
      }
    } else {
      try (Stream<Path> entries = Files.list(folder)) {
        for (Path entry : entries.sorted().toList()) {
          String name = String.valueOf(entry.getFileName());
          boolean image =
              ENDINGS.stream().anyMatch(name.toLowerCase(Locale.ROOT)::endsWith)
                  && Files.isRegularFile(entry);
          (image ? names : ignored).add(name);
        }
      }
    }
    if (names.isEmpty()) {
      throw new IOException(
          "%s has no image, expected files ending in %s"
              .formatted(folder, String.join(", ", ENDINGS)));
    }
    Images images = new Images(names.size(), names::get, index -> file(folder, names.get(index)));
    return write(
        images, namedByLabels ? null : names, table, labels, folder, ignored, out, progress);
  }

  private Frame file(Path folder, String name) throws IOException, RejectedFrameException {
    Path file;
    try {
      file = folder.resolve(name);
    } catch (InvalidPathException e) {
      throw new IOException("is no file name", e);
    }
    if (!Files.isRegularFile(file)) {
      throw new IOException(Files.exists(file) ? "is no file" : "does not exist");
    }
    if (Files.size(file) > limits.maxBytes()) {
      throw new RejectedFrameException(
          RejectedFrameException.Reason.TOO_LARGE,
          "the file has %,d bytes, at most %,d are allowed"
              .formatted(Files.size(file), limits.maxBytes()));
    }
    byte[] data = Files.readAllBytes(file);
    PixelFormat format = PixelFormat.ofFile(data);
    if (format == null && data.length > 0) {
      throw new RejectedFrameException(
          RejectedFrameException.Reason.UNKNOWN_FORMAT, "the file is no " + PixelFormat.FILES);
    }
    return frame(format == null ? PixelFormat.PNG : format, 0, 0, data);
  }

  private static Frame frame(PixelFormat format, int width, int height, byte[] data) {
    return new Frame("import", 0, Instant.EPOCH, width, height, format, data, Map.of());
  }

  private Result array(
      FileChannel channel,
      Path file,
      @Nullable LabelTable table,
      @Nullable Path labels,
      Path out,
      DoubleConsumer progress)
      throws IOException {
    Npy.Header header = Npy.header(channel, file);
    long[] axes = header.shape();
    boolean gray = axes.length == 3;
    long channels = gray ? 1 : axes.length == 4 ? axes[3] : 0;
    if (header.type() != Npy.Type.UNSIGNED_BYTE
        || !(channels == 1 || channels == 3 || channels == 4)) {
      throw new IOException(
          "%s holds %s of shape %s, expected uint8 [n, height, width] or [n, height, width, channels]"
                  .formatted(file, header.type().label(), header.shapeText())
              + " with 1, 3 or 4 channels");
    }
    if (axes[0] < 1 || axes[0] > Integer.MAX_VALUE) {
      throw new IOException(
          "%s holds %d images, expected 1 to %d".formatted(file, axes[0], Integer.MAX_VALUE));
    }
    long bytes = axes[1] * axes[2] * channels;
    if (bytes > limits.maxBytes() || axes[1] > limits.maxSide() || axes[2] > limits.maxSide()) {
      throw new IOException(
          "%s has images of %dx%d pixels (%,d bytes), at most %,d pixels a side and %,d bytes are allowed"
              .formatted(file, axes[2], axes[1], bytes, limits.maxSide(), limits.maxBytes()));
    }
    PixelFormat format =
        channels == 1 ? PixelFormat.GRAY8 : channels == 3 ? PixelFormat.RGB8 : PixelFormat.RGBA8;
    Images images =
        new Images(
            (int) axes[0],
            index -> "image " + index,
            index -> {
              ByteBuffer buffer = ByteBuffer.allocate((int) bytes);
              long at = header.dataOffset() + index * bytes;
              while (buffer.hasRemaining()) {
                if (channel.read(buffer, at + buffer.position()) < 0) {
                  throw new IOException("the file ends before it");
                }
              }
              return frame(format, (int) axes[2], (int) axes[1], buffer.array());
            });
    return write(images, null, table, labels, file, List.of(), out, progress);
  }

  private Result write(
      Images images,
      @Nullable List<String> fileNames,
      @Nullable LabelTable table,
      @Nullable Path labels,
      Path origin,
      List<String> ignored,
      Path out,
      DoubleConsumer progress)
      throws IOException {
    if (table != null && table.rows() != images.count()) {
      throw new IOException(
          "%s has %d rows but %s has %d images; give one row per image, or name them in a column 'file'"
              .formatted(labels, table.rows(), origin, images.count()));
    }
    List<String> columns = new ArrayList<>();
    if (fileNames != null) {
      columns.add(FILE_COLUMN);
    }
    List<String> factors = new ArrayList<>();
    List<String> others = new ArrayList<>();
    if (table != null) {
      columns.addAll(table.columns());
      for (String column : table.columns()) {
        if (FrameDataset.isFactorColumn(column)) {
          (table.isNumeric(column) ? factors : others).add(column);
        }
      }
    }
    Map<String, Object> provenance = new LinkedHashMap<>();
    provenance.put("importedFrom", origin.toString());
    if (labels != null) {
      provenance.put("labels", labels.toString());
    }
    String name = String.valueOf(out.toAbsolutePath().normalize().getFileName());
    FrameDecoder decoder = new FrameDecoder(limits, shape);
    byte[] pixels = new byte[shape.size()];
    List<String> bad = new ArrayList<>();
    try (DatasetWriter writer =
        new DatasetWriter(
            out,
            shape,
            columns,
            new DatasetWriter.Description(name, factors, null, provenance),
            false,
            replace)) {
      for (int i = 0; i < images.count(); i++) {
        try {
          decoder.decode(images.reader().frame(i), pixels, 0);
        } catch (RejectedFrameException | IOException e) {
          bad.add(images.names().apply(i) + ": " + e.getMessage());
        }
        if (bad.isEmpty()) {
          writer.write(pixels, 0, cells(i, fileNames, table, columns.size()));
        }
        progress.accept((i + 1.0) / images.count());
      }
      if (!bad.isEmpty()) {
        throw new BadImagesException(bad, images.count());
      }
      return new Result(images.count(), factors, others, ignored, writer.finish());
    }
  }

  private static List<@Nullable String> cells(
      int row, @Nullable List<String> fileNames, @Nullable LabelTable table, int columns) {
    @Nullable String[] cells = new String[columns];
    int at = 0;
    if (fileNames != null) {
      cells[at++] = fileNames.get(row);
    }
    if (table != null) {
      for (String column : table.columns()) {
        cells[at++] = table.text(row, column);
      }
    }
    return Arrays.asList(cells);
  }
}
