package dev.residua.cli.data;

import blue.strategic.parquet.ParquetWriter;
import dev.residua.cli.data.ExportColumns.Column;
import dev.residua.cli.data.ExportColumns.Type;
import dev.residua.dataset.LabelTable;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Types;
import org.jspecify.annotations.Nullable;

/** A table that is written row by row. */
interface ExportFile extends Closeable {
  /**
   * @param row a cell for each column
   */
  void write(@Nullable Object[] row) throws IOException;

  /** Formats, by the end of a file's name. */
  enum Format {
    CSV,
    PARQUET;

    /**
     * @throws IllegalArgumentException if the name ends otherwise
     */
    static Format of(Path file) {
      String name = file.toString().toLowerCase(Locale.ROOT);
      for (Format format : values()) {
        if (name.endsWith("." + format.name().toLowerCase(Locale.ROOT))) {
          return format;
        }
      }
      throw new IllegalArgumentException("must end in .parquet or .csv but was " + file);
    }

    ExportFile open(Path file, List<Column> columns) throws IOException {
      return switch (this) {
        case CSV -> csv(file, columns);
        case PARQUET -> parquet(file, columns);
      };
    }
  }

  private static ExportFile csv(Path file, List<Column> columns) throws IOException {
    LabelTable.Writer writer =
        new LabelTable.Writer(file, columns.stream().map(Column::name).toList());
    return new ExportFile() {
      @Override
      public void write(@Nullable Object[] row) throws IOException {
        List<@Nullable String> cells = new ArrayList<>();
        for (int i = 0; i < row.length; i++) {
          Object cell = row[i];
          cells.add(
              cell == null
                  ? null
                  : columns.get(i).type() == Type.TIME
                      ? Instant.EPOCH.plus((Long) cell, ChronoUnit.MICROS).toString()
                      : cell.toString());
        }
        writer.write(cells);
      }

      @Override
      public void close() throws IOException {
        writer.close();
      }
    };
  }

  private static ExportFile parquet(Path file, List<Column> columns) throws IOException {
    Types.MessageTypeBuilder message = Types.buildMessage();
    for (Column column : columns) {
      switch (column.type()) {
        case BOOLEAN -> message.optional(PrimitiveTypeName.BOOLEAN).named(column.name());
        case INT -> message.optional(PrimitiveTypeName.INT32).named(column.name());
        case LONG -> message.optional(PrimitiveTypeName.INT64).named(column.name());
        case FLOAT -> message.optional(PrimitiveTypeName.FLOAT).named(column.name());
        case DOUBLE -> message.optional(PrimitiveTypeName.DOUBLE).named(column.name());
        case TIME ->
            message
                .optional(PrimitiveTypeName.INT64)
                .as(LogicalTypeAnnotation.timestampType(true, TimeUnit.MICROS))
                .named(column.name());
        case TEXT ->
            message
                .optional(PrimitiveTypeName.BINARY)
                .as(LogicalTypeAnnotation.stringType())
                .named(column.name());
      }
    }
    MessageType schema = message.named("residua");
    ParquetWriter<@Nullable Object[]> writer =
        ParquetWriter.writeFile(
            schema,
            file.toFile(),
            (row, cells) -> {
              for (int i = 0; i < row.length; i++) {
                Object cell = row[i];
                if (cell != null) {
                  cells.write(columns.get(i).name(), cell);
                }
              }
            });
    return new ExportFile() {
      @Override
      public void write(@Nullable Object[] row) throws IOException {
        writer.write(row);
      }

      @Override
      public void close() throws IOException {
        writer.close();
      }
    };
  }
}
