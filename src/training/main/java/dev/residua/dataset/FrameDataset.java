package dev.residua.dataset;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.residua.causal.CausalGraph;
import dev.residua.causal.Variables;
import dev.residua.frame.Frame;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelMask;
import dev.residua.simulation.ScenarioEvent;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Stored frames with their labels: {@code frames.npy} (unsigned bytes {@code
 * [n][height][width][channels]}, mapped into memory, not loaded), {@code labels.csv} (one row per
 * frame, may be missing), {@code answers.csv} and {@code holds.csv} (see {@link TaughtAnswer} and
 * {@link TaughtHold}, may be missing), {@code mask.npy} (unsigned bytes {@code [height][width]}, 1
 * for pixels that show nothing, may be missing) and {@code dataset.json} (name, factors, true
 * graph, origin; may be missing). Immutable and safe for use by many threads; the files must not
 * change while it is open.
 */
public final class FrameDataset {
  /** Column with the name of the picture. */
  public static final String FILE_COLUMN = "file";

  /** Start of the names of all columns, but {@link #FILE_COLUMN}, that have a meaning here. */
  public static final String RESERVED = "residua.";

  /** Column with the time at which a frame was taken; see {@link FrameTimes}. */
  public static final String TIME_COLUMN = RESERVED + "time";

  /** Column with the event of a frame; see the kinds of {@link ScenarioEvent}. */
  public static final String EVENT_COLUMN = RESERVED + "event";

  /** Column with the factor that the event changed. */
  public static final String EVENT_NODE_COLUMN = RESERVED + "event_node";

  /** Column with the name of the event, unique in a generated stream. */
  public static final String EVENT_ID_COLUMN = RESERVED + "event_id";

  /** Column with the first frame of the event, counted in a generated stream. */
  public static final String EVENT_START_COLUMN = RESERVED + "event_start";

  /** Column that names the one exogenous variable in which a frame differs from the one before. */
  public static final String CHANGED_COLUMN = RESERVED + "changed";

  /** Column that names, in both frames of a held pair, the factor whose value the two share. */
  public static final String HELD_COLUMN = RESERVED + "held";

  /** Start of the names of columns with the true noise of a factor. */
  public static final String NOISE_PREFIX = RESERVED + "noise.";

  /** Start of the names of columns with a common cause of factors that no picture shows. */
  public static final String CONFOUNDER_PREFIX = RESERVED + "confounder.";

  /** Start of the names of columns with a quantity that pictures show and no factor holds. */
  public static final String NUISANCE_PREFIX = RESERVED + "nuisance.";

  private static final Set<String> RESERVED_COLUMNS =
      Set.of(
          TIME_COLUMN,
          EVENT_COLUMN,
          EVENT_NODE_COLUMN,
          EVENT_ID_COLUMN,
          EVENT_START_COLUMN,
          CHANGED_COLUMN,
          HELD_COLUMN);

  static final int FORMAT_VERSION = 1;
  static final String FRAMES = "frames.npy";
  static final String LABELS = "labels.csv";
  static final String MASK = "mask.npy";
  static final String DESCRIPTION = "dataset.json";

  private static final int BYTES_PER_MAP = 1 << 30;

  private final Path dir;
  private final ImageShape stored;
  private final @Nullable FrameReduction reduction;
  private final int size;
  private final int framesPerMap;
  private final MappedByteBuffer[] maps;
  private final PixelMask mask;
  private final LabelTable labels;
  private final String name;
  private final List<String> factors;
  private final @Nullable CausalGraph graph;
  private final @Nullable DetailPictures details;
  private final List<TaughtAnswer> answers;
  private final List<TaughtHold> holds;
  private final FrameTimes times;

  private FrameDataset(
      Path dir,
      ImageShape stored,
      @Nullable FrameReduction reduction,
      int size,
      MappedByteBuffer[] maps,
      PixelMask mask,
      LabelTable labels,
      String name,
      List<String> factors,
      @Nullable CausalGraph graph,
      @Nullable DetailPictures details,
      List<TaughtAnswer> answers,
      List<TaughtHold> holds,
      FrameTimes times) {
    this.dir = dir;
    this.stored = stored;
    this.reduction = reduction;
    this.size = size;
    this.framesPerMap = framesPerMap(stored);
    this.maps = maps;
    this.mask = mask;
    this.labels = labels;
    this.name = name;
    this.factors = List.copyOf(factors);
    this.graph = graph;
    this.details = details;
    this.answers = List.copyOf(answers);
    this.holds = List.copyOf(holds);
    this.times = times;
  }

  /** Returns true if a folder has a data set. */
  public static boolean isThere(Path dir) {
    return Files.isRegularFile(dir.resolve(FRAMES));
  }

  /**
   * Opens a data set.
   *
   * @throws IOException if a file is missing, damaged, or does not fit the others; the message
   *     names the file and the expected content
   */
  public static FrameDataset open(Path dir) throws IOException {
    Path file = dir.resolve(FRAMES);
    if (!Files.isRegularFile(file)) {
      throw new IOException(
          "%s is not a data set: %s is missing (make one with 'dataset generate' or 'dataset import')"
              .formatted(dir, FRAMES));
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      Npy.Header header = Npy.header(channel, file);
      long[] axes = header.shape();
      if (header.type() != Npy.Type.UNSIGNED_BYTE || axes.length != 4) {
        throw new IOException(
            "%s holds %s of shape %s, expected uint8 [frames, height, width, channels]"
                .formatted(file, header.type().label(), header.shapeText()));
      }
      if (axes[0] < 1 || axes[0] > Integer.MAX_VALUE) {
        throw new IOException(
            "%s holds %d frames, expected 1 to %d".formatted(file, axes[0], Integer.MAX_VALUE));
      }
      ImageShape shape = shape(axes, file);
      int size = (int) axes[0];
      JsonNode json = description(dir.resolve(DESCRIPTION));
      LabelTable labels = labels(dir.resolve(LABELS), size);
      List<String> factors = factors(json, labels, dir);
      return new FrameDataset(
          dir,
          shape,
          null,
          size,
          map(channel, header.dataOffset(), size, shape),
          mask(dir.resolve(MASK), shape),
          labels,
          json.path("name").asText(dir.toAbsolutePath().normalize().getFileName().toString()),
          factors,
          graph(json, factors, dir),
          DetailPictures.open(dir, size),
          TaughtAnswer.of(dir, labels),
          TaughtHold.of(dir, labels),
          FrameTimes.of(labels, dir.resolve(LABELS)));
    }
  }

  static ImageShape shape(long[] axes, Path file) throws IOException {
    try {
      return new ImageShape(
          Math.toIntExact(axes[2]), Math.toIntExact(axes[1]), Math.toIntExact(axes[3]));
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new IOException("%s: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static JsonNode description(Path file) throws IOException {
    if (!Files.exists(file)) {
      return JsonMapper.builder().build().createObjectNode();
    }
    try {
      return JsonMapper.builder().build().readTree(Files.readString(file));
    } catch (JsonProcessingException e) {
      throw new IOException("%s is not JSON: %s".formatted(file, e.getOriginalMessage()), e);
    }
  }

  private static LabelTable labels(Path file, int frames) throws IOException {
    if (!Files.exists(file)) {
      return LabelTable.empty(frames);
    }
    LabelTable labels = LabelTable.read(file);
    if (labels.rows() != frames) {
      throw new IOException(
          "%s has %d rows, expected one for each of the %d frames"
              .formatted(file, labels.rows(), frames));
    }
    return labels;
  }

  private static List<String> factors(JsonNode json, LabelTable labels, Path dir)
      throws IOException {
    List<String> factors = new ArrayList<>();
    if (json.has("factors")) {
      for (JsonNode factor : json.get("factors")) {
        if (!labels.has(factor.asText())) {
          throw new IOException(
              "%s names the factor '%s', which is not a column of %s"
                  .formatted(dir.resolve(DESCRIPTION), factor.asText(), dir.resolve(LABELS)));
        }
        factors.add(factor.asText());
      }
    } else {
      for (String column : labels.columns()) {
        if (isFactorColumn(column) && labels.isNumeric(column)) {
          factors.add(column);
        }
      }
    }
    return factors;
  }

  /** Returns true if a column begins like a reserved one, but is unknown. */
  public static boolean isUnknownReserved(String column) {
    return column.startsWith(RESERVED)
        && !RESERVED_COLUMNS.contains(column)
        && !column.startsWith(NOISE_PREFIX)
        && !column.startsWith(CONFOUNDER_PREFIX)
        && !column.startsWith(NUISANCE_PREFIX);
  }

  /** Returns true if a column may be a factor by its name: neither reserved nor a variable. */
  public static boolean isFactorColumn(String column) {
    return !column.startsWith(RESERVED)
        && !column.startsWith(Variables.PREFIX)
        && !column.equals(FILE_COLUMN);
  }

  private static @Nullable CausalGraph graph(JsonNode json, List<String> factors, Path dir)
      throws IOException {
    if (!json.has("edges")) {
      return null;
    }
    boolean[][] edges = new boolean[factors.size()][factors.size()];
    for (JsonNode edge : json.get("edges")) {
      int from = factors.indexOf(edge.path(0).asText());
      int to = factors.indexOf(edge.path(1).asText());
      if (from < 0 || to < 0) {
        throw new IOException(
            "%s has the edge %s, whose ends are not both factors %s"
                .formatted(dir.resolve(DESCRIPTION), edge, factors));
      }
      edges[from][to] = true;
    }
    try {
      return CausalGraph.of(factors, edges);
    } catch (IllegalArgumentException e) {
      throw new IOException(dir.resolve(DESCRIPTION) + ": " + e.getMessage(), e);
    }
  }

  static PixelMask mask(Path file, ImageShape shape) throws IOException {
    if (!Files.exists(file)) {
      return PixelMask.NONE;
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      Npy.Header header = Npy.header(channel, file);
      long[] axes = header.shape();
      if (header.type() != Npy.Type.UNSIGNED_BYTE
          || axes.length != 2
          || axes[0] != shape.height()
          || axes[1] != shape.width()) {
        throw new IOException(
            "%s holds %s of shape %s, expected uint8 [%d, %d]"
                .formatted(
                    file,
                    header.type().label(),
                    header.shapeText(),
                    shape.height(),
                    shape.width()));
      }
      ByteBuffer bytes = ByteBuffer.allocate(shape.height() * shape.width());
      while (bytes.hasRemaining()
          && channel.read(bytes, header.dataOffset() + bytes.position()) >= 0) {}
      PixelMask mask = PixelMask.fromBytes(bytes.array());
      if (bytes.hasRemaining() || mask.count() == bytes.capacity()) {
        throw new IOException(
            "%s masks all pixels or is cut short, expected some that are not masked"
                .formatted(file));
      }
      return mask;
    }
  }

  static int framesPerMap(ImageShape shape) {
    return Math.max(1, BYTES_PER_MAP / shape.size());
  }

  static MappedByteBuffer[] map(FileChannel channel, long start, int size, ImageShape shape)
      throws IOException {
    int perMap = framesPerMap(shape);
    MappedByteBuffer[] maps = new MappedByteBuffer[(size + perMap - 1) / perMap];
    for (int i = 0; i < maps.length; i++) {
      int first = i * perMap;
      long frames = Math.min(perMap, size - first);
      maps[i] =
          channel.map(
              FileChannel.MapMode.READ_ONLY,
              start + (long) first * shape.size(),
              frames * shape.size());
    }
    return maps;
  }

  /**
   * The same set with smaller frames, which are computed at each read: each pixel is the average
   * over the area that it covers. Colour becomes gray as {@link dev.residua.frame.Luma} weighs it,
   * and gray fills all channels. A pixel is masked if any part of that area is.
   *
   * @throws IllegalArgumentException if a side of the frames is shorter than that, or all pixels
   *     would be masked
   * @throws IllegalStateException if this set is a reduced one
   */
  public FrameDataset reducedTo(ImageShape smaller) {
    if (smaller.equals(shape())) {
      return this;
    }
    if (reduction != null) {
      throw new IllegalStateException("data set '%s' is reduced already".formatted(name));
    }
    FrameReduction by;
    try {
      by = new FrameReduction(stored, smaller);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("data set '%s': %s".formatted(name, e.getMessage()), e);
    }
    PixelMask covered = by.apply(mask);
    if (covered.count() == smaller.width() * smaller.height()) {
      throw new IllegalArgumentException(
          "the mask of data set '%s' covers a part of every pixel of %s: choose a larger size"
              .formatted(name, smaller));
    }
    return new FrameDataset(
        dir, stored, by, size, maps, covered, labels, name, factors, graph, details, answers, holds,
        times);
  }

  /** Size of every frame. */
  public ImageShape shape() {
    return reduction == null ? stored : reduction.to();
  }

  /** Times at which the frames were taken; {@link FrameTimes#NONE} if unknown. */
  public FrameTimes times() {
    return times;
  }

  /** The same frames without times, so that they count as independent. */
  public FrameDataset withoutTimes() {
    return new FrameDataset(
        dir,
        stored,
        reduction,
        size,
        maps,
        mask,
        labels,
        name,
        factors,
        graph,
        details,
        answers,
        holds,
        FrameTimes.NONE);
  }

  /** Number of frames. */
  public int size() {
    return size;
  }

  /** Pixels that show nothing in any frame, so that they count in no statistic and no loss. */
  public PixelMask mask() {
    return mask;
  }

  /**
   * Copies one frame.
   *
   * @param index in [0, size)
   * @param into receives unsigned bytes, {@code [height][width][channels]}
   * @param offset index in {@code into} of the first byte
   */
  public void read(int index, byte[] into, int offset) {
    if (index < 0 || index >= size) {
      throw new IndexOutOfBoundsException(
          "frame %d of data set '%s', which has %d".formatted(index, name, size));
    }
    MappedByteBuffer map = maps[index / framesPerMap];
    int from = (index % framesPerMap) * stored.size();
    if (reduction == null) {
      map.get(from, into, offset, stored.size());
    } else {
      byte[] whole = new byte[stored.size()];
      map.get(from, whole);
      reduction.apply(whole, mask, into, offset);
    }
  }

  /** Copies {@code count} frames from {@code from} on, one after another. */
  public byte[] read(int from, int count) {
    int bytes = shape().size();
    byte[] pixels = new byte[Math.multiplyExact(count, bytes)];
    for (int i = 0; i < count; i++) {
      read(from + i, pixels, i * bytes);
    }
    return pixels;
  }

  /** Gray pictures of the frames at a larger size; null if the set has none. */
  public @Nullable DetailPictures details() {
    return details;
  }

  /** The labels, one row per frame. */
  public LabelTable labels() {
    return labels;
  }

  /** Answers of people about factors in pairs of frames. */
  public List<TaughtAnswer> answers() {
    return answers;
  }

  /** Runs of frames in which a factor was held, in addition to those that the labels name. */
  public List<TaughtHold> holds() {
    return holds;
  }

  /** Names of the variables whose columns hold numbers: {@code x} of {@code variable.x}. */
  public List<String> variableNames() {
    return labels.columns().stream()
        .filter(column -> column.startsWith(Variables.PREFIX) && labels.isNumeric(column))
        .map(column -> column.substring(Variables.PREFIX.length()))
        .toList();
  }

  /**
   * Variables of a frame.
   *
   * @return shape {@code [names]}, in their own units, NaN for one that the labels do not have
   */
  public double[] variables(int index, List<String> names) {
    double[] values = new double[names.size()];
    for (int v = 0; v < values.length; v++) {
      String column = Variables.PREFIX + names.get(v);
      values[v] = labels.has(column) ? labels.value(index, column) : Double.NaN;
    }
    return values;
  }

  /** The attributes of a frame: the cells of its variables, as they are. */
  public Map<String, String> attributes(int index) {
    Map<String, String> attributes = new LinkedHashMap<>();
    for (String column : labels.columns()) {
      String text = column.startsWith(Variables.PREFIX) ? labels.text(index, column) : null;
      if (text != null) {
        attributes.put(column, text);
      }
    }
    return attributes;
  }

  /** A frame with its attributes. */
  public Frame frame(int index, String source, long sequence, Instant capturedAt) {
    byte[] pixels = read(index, 1);
    return Frame.ofPixels(source, sequence, capturedAt, shape(), pixels)
        .with(pixels, attributes(index));
  }

  /** The name of the set. */
  public String name() {
    return name;
  }

  /** Label columns that are factors: those the set names, or else all that hold numbers. */
  public List<String> factors() {
    return factors;
  }

  /** The true graph over {@link #factors()}, if it is known. */
  public @Nullable CausalGraph graph() {
    return graph;
  }

  /**
   * SHA-256 of all stored pixels followed by the bytes of {@code labels.csv}, {@code mask.npy},
   * {@code answers.csv}, {@code holds.csv} and the files of {@link DetailPictures}, in lower-case
   * hex. Each call reads the files: about a second for a gigabyte.
   */
  public String sha256() {
    try {
      return digest(dir);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read data set " + dir, e);
    }
  }

  static String digest(Path dir) throws IOException {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
    Path frames = dir.resolve(FRAMES);
    try (FileChannel channel = FileChannel.open(frames, StandardOpenOption.READ)) {
      Npy.Header header = Npy.header(channel, frames);
      channel.position(header.dataOffset());
      long left = header.elements();
      ByteBuffer buffer = ByteBuffer.allocate(1 << 20);
      while (left > 0) {
        buffer.clear().limit((int) Math.min(buffer.capacity(), left));
        int n = channel.read(buffer);
        if (n < 0) {
          throw new IOException(frames + " was cut short while it was read");
        }
        digest.update(buffer.flip());
        left -= n;
      }
    }
    for (Path file :
        List.of(
            dir.resolve(LABELS),
            dir.resolve(MASK),
            dir.resolve(TaughtAnswer.FILE),
            dir.resolve(TaughtHold.FILE),
            dir.resolve(DetailPictures.PICTURES),
            dir.resolve(DetailPictures.MASK))) {
      if (Files.exists(file)) {
        byte[] chunk = new byte[1 << 16];
        try (InputStream in = Files.newInputStream(file)) {
          for (int n; (n = in.read(chunk)) >= 0; ) {
            digest.update(chunk, 0, n);
          }
        }
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
