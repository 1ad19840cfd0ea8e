package dev.residua.app.teach;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.residua.dataset.FrameDataset;
import dev.residua.dataset.LabelTable;
import dev.residua.dataset.TaughtAnswer;
import dev.residua.dataset.TaughtHold;
import dev.residua.model.AtomicFile;
import dev.residua.teaching.TaughtFactor;
import dev.residua.teaching.TaughtLabels;
import dev.residua.teaching.TeachingState;
import dev.residua.training.DatasetSource;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Store of the files of a data set that teaching changes: {@code answers.csv}, {@code holds.csv},
 * {@code labels.csv}, and the names of factors in {@code dataset.json}. Writes are atomic per file.
 * Only one process at a time can open the folder. Each write first checks for changes by other
 * programs. Not thread-safe.
 */
final class TeachingFolder implements AutoCloseable {
  static final String LABELS = "labels.csv";
  private static final String DESCRIPTION = "dataset.json";
  private static final String LOCK = ".teaching.lock";
  private static final String TAUGHT = "taught";
  private static final String DIGEST = "sha256";
  private static final List<String> WRITTEN =
      List.of(TaughtAnswer.FILE, TaughtHold.FILE, LABELS, DESCRIPTION);
  private static final double LOW = 0;
  private static final double HIGH = 100;
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private final Path dir;
  private final FileChannel lock;
  private final Map<String, String> stamps = new HashMap<>();
  private FrameDataset set;

  private TeachingFolder(Path dir, FileChannel lock, FrameDataset set) {
    this.dir = dir;
    this.lock = lock;
    this.set = set;
  }

  /**
   * Opens a data set for teaching.
   *
   * @throws IOException if it is not a data set, cannot be written, or another process teaches it
   */
  static TeachingFolder open(Path dir) throws IOException {
    FrameDataset set = FrameDataset.open(dir);
    if (!Files.isWritable(dir)) {
      throw new IOException(
          "%s cannot be written, so answers cannot be stored there".formatted(dir));
    }
    FileChannel channel =
        FileChannel.open(dir.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (!isLocked(channel)) {
      channel.close();
      throw new IOException(
          "another process teaches %s: use its page, several people can, or stop it first"
              .formatted(dir));
    }
    TeachingFolder folder = new TeachingFolder(dir, channel, set);
    folder.remember();
    return folder;
  }

  private static boolean isLocked(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false; // in this process
    }
  }

  FrameDataset set() {
    return set;
  }

  Path path() {
    return dir;
  }

  TeachingState reread() throws IOException {
    set = FrameDataset.open(dir);
    remember();
    return state();
  }

  /** Returns the state of the teaching when the files were read last. */
  TeachingState state() throws IOException {
    Map<String, TaughtFactor> factors = new LinkedHashMap<>();
    for (JsonNode taught : description().path(TAUGHT)) {
      add(
          factors,
          taught.path("name").asText(),
          taught.path("low").asDouble(LOW),
          taught.path("high").asDouble(HIGH));
    }
    List<String> names = new ArrayList<>(set.factors());
    names.addAll(DatasetSource.taughtNames(set.labels(), set.answers(), set.holds()));
    for (String name : names) {
      if (!factors.containsKey(name)) {
        double[] range = range(set.labels(), name);
        add(factors, name, range[0], range[1]);
      }
    }
    return new TeachingState(
        List.copyOf(factors.values()), set.answers(), set.holds(), TaughtLabels.of(set.labels()));
  }

  private void add(Map<String, TaughtFactor> factors, String name, double low, double high)
      throws IOException {
    try {
      factors.put(name, new TaughtFactor(name, low, high));
    } catch (IllegalArgumentException e) {
      throw new IOException("%s: %s".formatted(dir, e.getMessage()), e);
    }
  }

  /** Returns the range of the numbers in a column, widened to whole numbers. */
  private static double[] range(LabelTable labels, String column) {
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (int row = 0; labels.has(column) && row < labels.rows(); row++) {
      double value = labels.value(row, column);
      if (!Double.isNaN(value)) {
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
    }
    boolean usable = low < high && high - low < 1e9;
    return usable ? new double[] {Math.floor(low), Math.ceil(high)} : new double[] {LOW, HIGH};
  }

  /** Counts the pairs that the labels mark as held, by factor. */
  Map<String, Integer> pairsInLabels() {
    Map<String, Integer> rows = new HashMap<>();
    LabelTable labels = set.labels();
    for (int row = 0; labels.has(FrameDataset.HELD_COLUMN) && row < labels.rows(); row++) {
      String name = labels.text(row, FrameDataset.HELD_COLUMN);
      if (name != null && !name.isBlank()) {
        rows.merge(name, 1, Integer::sum);
      }
    }
    rows.replaceAll((name, count) -> count / 2);
    return rows;
  }

  /**
   * Returns true if files changed since this process read or wrote them last. Compares size, time
   * and identity of the files.
   */
  boolean changedElsewhere() throws IOException {
    for (String name : WRITTEN) {
      if (!stamp(name).equals(stamps.get(name))) {
        return true;
      }
    }
    return false;
  }

  /** Writes the files in which two states differ. */
  void save(TeachingState before, TeachingState after) throws IOException {
    if (!before.answers().equals(after.answers())) {
      write(TaughtAnswer.FILE, part -> TaughtAnswer.write(part, after.answers()));
    }
    if (!before.holds().equals(after.holds())) {
      write(TaughtHold.FILE, part -> TaughtHold.write(part, after.holds()));
    }
    boolean labelled = !before.labels().equals(after.labels());
    List<String> columns = after.labels().columns();
    // The description may name columns that exist only.
    boolean fewer = columns.size() < before.labels().columns().size();
    if (fewer) {
      describe(after.factors(), columns);
    }
    if (labelled && !columns.isEmpty()) {
      LabelTable table = after.labels().table();
      write(LABELS, part -> write(table, part));
    } else if (labelled) {
      Files.deleteIfExists(dir.resolve(LABELS));
    }
    if (!fewer
        && (labelled || !before.factors().equals(after.factors()) || description().has(DIGEST))) {
      describe(after.factors(), columns);
    }
    remember();
  }

  private static void write(LabelTable table, Path file) throws IOException {
    try (LabelTable.Writer writer = new LabelTable.Writer(file, table.columns())) {
      for (int row = 0; row < table.rows(); row++) {
        List<@Nullable String> cells = new ArrayList<>();
        for (String column : table.columns()) {
          cells.add(table.text(row, column));
        }
        writer.write(cells);
      }
    }
  }

  /** Returns the factors with their ranges; those with a column are factors of the set too. */
  private void describe(List<TaughtFactor> factors, List<String> columns) throws IOException {
    ObjectNode json = description();
    ArrayNode taught = json.putArray(TAUGHT);
    for (TaughtFactor factor : factors) {
      taught
          .addObject()
          .put("name", factor.name())
          .put("low", factor.low())
          .put("high", factor.high());
    }
    if (json.has("factors")) {
      List<String> names = new ArrayList<>();
      json.get("factors").forEach(name -> names.add(name.asText()));
      names.removeIf(name -> !columns.contains(name));
      for (TaughtFactor factor : factors) {
        if (columns.contains(factor.name()) && !names.contains(factor.name())) {
          names.add(factor.name());
        }
      }
      names.forEach(json.putArray("factors")::add);
    }
    json.remove(DIGEST); // of the files as they were
    write(DESCRIPTION, part -> Files.writeString(part, JSON.writeValueAsString(json) + "\n"));
  }

  private ObjectNode description() throws IOException {
    Path file = dir.resolve(DESCRIPTION);
    if (!Files.exists(file)) {
      return JSON.createObjectNode();
    }
    try {
      return JSON.readTree(Files.readString(file)) instanceof ObjectNode object
          ? object
          : JSON.createObjectNode();
    } catch (JsonProcessingException e) {
      throw new IOException("%s is not JSON: %s".formatted(file, e.getOriginalMessage()), e);
    }
  }

  private void write(String name, AtomicFile.Part content) throws IOException {
    AtomicFile.writeByName(dir.resolve(name), content);
  }

  private void remember() throws IOException {
    for (String name : WRITTEN) {
      stamps.put(name, stamp(name));
    }
  }

  private String stamp(String name) throws IOException {
    Path file = dir.resolve(name);
    if (!Files.exists(file)) {
      return "";
    }
    BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
    return "%d %s %s"
        .formatted(attributes.size(), attributes.lastModifiedTime(), attributes.fileKey());
  }

  @Override
  public void close() throws IOException {
    lock.close();
    Files.deleteIfExists(dir.resolve(LOCK));
  }
}
