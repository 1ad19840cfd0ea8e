package dev.residua.app.teach;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonSubTypes.Type;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.residua.model.AtomicFile;
import dev.residua.teaching.TeachingChange;
import dev.residua.teaching.TeachingChange.AnswersAdded;
import dev.residua.teaching.TeachingChange.AnswersRemoved;
import dev.residua.teaching.TeachingChange.FactorAdded;
import dev.residua.teaching.TeachingChange.FactorRemoved;
import dev.residua.teaching.TeachingChange.HoldAdded;
import dev.residua.teaching.TeachingChange.HoldRemoved;
import dev.residua.teaching.TeachingChange.Labelled;
import dev.residua.teaching.TeachingChange.RangeChanged;
import dev.residua.teaching.TeachingSession.Entry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Store of the last changes in the file {@value #FILE} of a data set, one JSON object per line, so
 * that undo works after a restart.
 */
final class TeachingHistory {
  static final String FILE = "history.jsonl";

  private static final JsonMapper JSON =
      JsonMapper.builder().addMixIn(TeachingChange.class, Kinds.class).build();

  /** Names of the changes in the file. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "change")
  @JsonSubTypes({
    @Type(value = FactorAdded.class, name = "factor-added"),
    @Type(value = FactorRemoved.class, name = "factor-removed"),
    @Type(value = RangeChanged.class, name = "range-changed"),
    @Type(value = AnswersAdded.class, name = "answers-added"),
    @Type(value = AnswersRemoved.class, name = "answers-removed"),
    @Type(value = HoldAdded.class, name = "hold-added"),
    @Type(value = HoldRemoved.class, name = "hold-removed"),
    @Type(value = Labelled.class, name = "labelled")
  })
  @JsonIgnoreProperties(ignoreUnknown = true)
  private interface Kinds {}

  private TeachingHistory() {}

  /**
   * Reads the changes of a data set, oldest first; none if there is no file.
   *
   * @throws IOException with the line if the file cannot be read
   */
  static List<Entry> read(Path dir) throws IOException {
    Path file = dir.resolve(FILE);
    List<Entry> entries = new ArrayList<>();
    if (Files.exists(file)) {
      for (String line : Files.readAllLines(file)) {
        try {
          entries.add(JSON.readValue(line, Entry.class));
        } catch (JsonProcessingException e) {
          throw new IOException(
              "line %d of %s is not a change: %s; delete the file to begin a new history"
                  .formatted(entries.size() + 1, file, e.getOriginalMessage()),
              e);
        }
      }
    }
    return entries;
  }

  /** Writes all changes atomically. */
  static void write(Path dir, List<Entry> entries) throws IOException {
    StringBuilder lines = new StringBuilder();
    for (Entry entry : entries) {
      lines.append(JSON.writeValueAsString(entry)).append('\n');
    }
    AtomicFile.writeByName(dir.resolve(FILE), part -> Files.writeString(part, lines));
  }
}
