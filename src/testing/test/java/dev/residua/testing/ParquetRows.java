package dev.residua.testing;

import blue.strategic.parquet.Hydrator;
import blue.strategic.parquet.ParquetReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Reads files of Parquet. */
public final class ParquetRows {
  private ParquetRows() {}

  /** The rows of a file, without the cells that are null. */
  public static List<Map<String, Object>> of(Path parquet) throws IOException {
    Hydrator<Map<String, Object>, Map<String, Object>, String> maps =
        new Hydrator<>() {
          @Override
          public Map<String, Object> start() {
            return new TreeMap<>();
          }

          @Override
          public Map<String, Object> add(Map<String, Object> row, String name, Object value) {
            if (value != null) {
              row.put(name, value);
            }
            return row;
          }

          @Override
          public Map<String, Object> finish(Map<String, Object> row) {
            return row;
          }
        };
    try (Stream<Map<String, Object>> rows =
        ParquetReader.streamContent(parquet.toFile(), maps, column -> column[0])) {
      return rows.toList();
    }
  }
}
