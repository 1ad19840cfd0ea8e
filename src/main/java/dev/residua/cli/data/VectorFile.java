package dev.residua.cli.data;

import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Failures;
import dev.residua.dataset.Npy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Streams of float vectors in a file: {@code .npy} float32 or float64 of shape {@code [n]}, {@code
 * [n, d]} or {@code [streams, n, d]}, or {@code .csv} with one vector a line, with or without a
 * header line.
 */
final class VectorFile {
  private VectorFile() {}

  /**
   * Reads all streams.
   *
   * @return shape {@code [streams][n][d]}
   * @throws CommandFailedException if the file is missing or holds something else; the message
   *     names the file and what was found
   */
  static double[][][] read(Path file) {
    try {
      String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
      if (!Files.isRegularFile(file)) {
        throw new NoSuchFileException(file.toString());
      }
      if (name.endsWith(".npy")) {
        return npy(file);
      }
      if (name.endsWith(".csv")) {
        return new double[][][] {csv(file)};
      }
      throw new CommandFailedException(
          "%s must be a .npy or .csv file of float vectors".formatted(file));
    } catch (IOException e) {
      throw new CommandFailedException(Failures.reason(e), e);
    }
  }

  private static double[][][] npy(Path file) throws IOException {
    Npy.Doubles array = Npy.readDoubles(file);
    long[] shape = array.shape();
    if (shape.length < 1 || shape.length > 3 || array.values().length == 0) {
      throw new CommandFailedException(
          "%s has shape %s, expected [n, d] or [streams, n, d] with at least one value"
              .formatted(file, Arrays.toString(shape)));
    }
    int streams = shape.length == 3 ? (int) shape[0] : 1;
    int n = (int) shape[Math.max(0, shape.length - 2)];
    int d = shape.length == 1 ? 1 : (int) shape[shape.length - 1];
    double[][][] out = new double[streams][n][d];
    int at = 0;
    for (double[][] stream : out) {
      for (double[] row : stream) {
        System.arraycopy(array.values(), at, row, 0, d);
        at += d;
      }
    }
    return out;
  }

  private static double[][] csv(Path file) throws IOException {
    List<double[]> rows = new ArrayList<>();
    List<String> lines = Files.readAllLines(file);
    for (int line = 0; line < lines.size(); line++) {
      String text = lines.get(line).strip();
      if (text.isEmpty()) {
        continue;
      }
      String[] cells = text.split(",", -1);
      double[] row = new double[cells.length];
      boolean header = false;
      for (int k = 0; k < cells.length && !header; k++) {
        try {
          row[k] = Double.parseDouble(cells[k].strip());
        } catch (NumberFormatException e) {
          if (!rows.isEmpty() || line > 0) {
            throw new CommandFailedException(
                "%s line %d: cell %d is '%s', expected a number"
                    .formatted(file, line + 1, k + 1, cells[k].strip()),
                e);
          }
          header = true;
        }
      }
      if (header) {
        continue;
      }
      if (!rows.isEmpty() && rows.get(0).length != row.length) {
        throw new CommandFailedException(
            "%s line %d has %d cells, expected %d as in the first row"
                .formatted(file, line + 1, row.length, rows.get(0).length));
      }
      rows.add(row);
    }
    if (rows.isEmpty()) {
      throw new CommandFailedException(file + " holds no vectors");
    }
    return rows.toArray(new double[0][]);
  }
}
