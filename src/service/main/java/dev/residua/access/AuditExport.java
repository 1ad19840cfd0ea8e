package dev.residua.access;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Audit entries as lines of files: text for people, CSV with a header, or JSON lines. */
public enum AuditExport {
  /** Text for people, at most {@value #MAX_TEXT} characters per entry. */
  TEXT("text/plain"),

  /**
   * Comma-separated values. A cell that a spreadsheet would take for a formula gets an apostrophe
   * in front.
   */
  CSV("text/csv"),
  /** One JSON object per line. */
  JSONL("application/x-ndjson");

  private static final int MAX_TEXT = 200;
  private static final Pattern CONTROL = Pattern.compile("[\\p{C}\\p{Zl}\\p{Zp}]");
  private static final List<String> COLUMNS =
      List.of(
          "at", "by", "action", "target", "sources", "sourceCount", "scene", "outcome", "detail");
  private static final ObjectWriter JSON = JsonMapper.builder().build().writer();
  private static final ObjectWriter ROW =
      new CsvMapper()
          .writer(CsvSchema.builder().addColumns(COLUMNS, CsvSchema.ColumnType.STRING).build());

  private final String mediaType;

  AuditExport(String mediaType) {
    this.mediaType = mediaType;
  }

  /** The media type of the file. */
  public String mediaType() {
    return mediaType;
  }

  /** Lines before the first entry, with their ends. */
  public String start() {
    return this == CSV ? String.join(",", COLUMNS) + "\n" : "";
  }

  /** One entry as a line with its end. */
  public String line(AuditEntry entry) {
    if (this == TEXT) {
      return text(entry) + "\n";
    }
    Map<String, Object> fields = fields(entry);
    try {
      if (this == JSONL) {
        return JSON.writeValueAsString(fields) + "\n";
      }
      fields.put("sources", String.join(" ", entry.sources()));
      fields.replaceAll((name, value) -> harmless(value.toString()));
      return ROW.writeValueAsString(fields);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot write an audit entry", e);
    }
  }

  private static String text(AuditEntry entry) {
    String concerned =
        !entry.scene().isEmpty()
            ? "scene " + entry.scene()
            : entry.sourceCount() == 1 && entry.sources().size() == 1
                ? entry.sources().get(0)
                : entry.sourceCount() == 0 ? "-" : entry.sourceCount() + " sources";
    String line =
        "%s  %-6s  %s  %s %s  %s  %s"
            .formatted(
                entry.at(),
                entry.outcome().text(),
                entry.by(),
                entry.action(),
                entry.target(),
                concerned,
                entry.detail());
    String safe = CONTROL.matcher(line).replaceAll("?");
    return safe.length() <= MAX_TEXT ? safe : safe.substring(0, MAX_TEXT) + " ...";
  }

  private static String harmless(String cell) {
    return !cell.isEmpty() && "=+-@\t\r".indexOf(cell.charAt(0)) >= 0 ? "'" + cell : cell;
  }

  /** The fields of an entry by name, as JSON has them. */
  public static Map<String, Object> fields(AuditEntry entry) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("at", entry.at().toString());
    fields.put("by", entry.by());
    fields.put("action", entry.action());
    fields.put("target", entry.target());
    fields.put("sources", entry.sources());
    fields.put("sourceCount", entry.sourceCount());
    fields.put("scene", entry.scene());
    fields.put("outcome", entry.outcome().text());
    fields.put("detail", entry.detail());
    return fields;
  }
}
