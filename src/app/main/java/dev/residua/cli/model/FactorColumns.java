package dev.residua.cli.model;

import dev.residua.cli.console.CommandFailedException;
import dev.residua.dataset.FrameDataset;
import java.util.List;

/** Checks the columns of labels that a user names as factors. */
final class FactorColumns {
  private FactorColumns() {}

  /**
   * Checks that every column is there and holds numbers, or text that names categories.
   *
   * @throws CommandFailedException with the name of the first column that does not
   */
  static void checkTextToo(FrameDataset set, List<String> names) {
    check(set, names.stream().filter(name -> !set.labels().holdsText(name)).toList());
  }

  /**
   * Checks that every column is there and holds numbers.
   *
   * @throws CommandFailedException with the name of the first column that does not
   */
  static void check(FrameDataset set, List<String> names) {
    for (String name : names) {
      if (!set.labels().has(name)) {
        throw new CommandFailedException(
            "labels.csv of %s has no column '%s', only %s"
                .formatted(set.name(), name, set.labels().columns()));
      }
      if (!set.labels().isNumeric(name)) {
        throw new CommandFailedException(
            "column '%s' of labels.csv holds text or nothing, a factor must hold numbers"
                .formatted(name));
      }
    }
  }
}
