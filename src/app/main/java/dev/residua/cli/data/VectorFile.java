package dev.residua.cli.data;

import dev.residua.cli.console.CommandFailedException;
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
 * [n, d]} or {@code [streams, n, d]}, or {@code .csv} with one vector per line, with or without a
 * header line.
 */
final class VectorFile {
  private VectorFile() {}

  /**
   * Reads all streams.
   *
   * @return shape {@code [streams][n][d]}
   * @throws CommandFailedException if the file holds something else; the message names the file and
   *     its content
   */
  static double[][][] read(Path file) throws IOException {
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
      String[] cells = lines.get(line).strip().split(",", -1);
      boolean header = line == 0 && !Arrays.stream(cells).allMatch(VectorFile::isNumber);
      if (header || lines.get(line).isBlank()) {
        continue;
      }
      double[] row = new double[cells.length];
      for (int k = 0; k < cells.length; k++) {
        if (!isNumber(cells[k])) {
          throw new CommandFailedException(
              "%s line %d: cell %d is '%s', expected a number"
                  .formatted(file, line + 1, k + 1, cells[k].strip()));
        }
        row[k] = Double.parseDouble(cells[k].strip());
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

  private static boolean isNumber(String cell) {
    try {
      Double.parseDouble(cell.strip());
      return true;
    } catch (NumberFormatException e) {
      return false;
    }
  }
}
