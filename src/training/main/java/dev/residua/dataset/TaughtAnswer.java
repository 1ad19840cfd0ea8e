package dev.residua.dataset;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A person's comparison of one factor in two frames: a line of {@code answers.csv}.
 *
 * @param frameA row of a frame in the data set, from 0
 * @param frameB row of another
 * @param factor its name
 * @param answer of the person
 * @param who answered; may be empty
 * @param when in ISO 8601; may be empty
 */
public record TaughtAnswer(
    int frameA, int frameB, String factor, Answer answer, String who, String when) {
  /** File in the folder of a data set. */
  public static final String FILE = "answers.csv";

  private static final List<String> COLUMNS =
      List.of("frame_a", "frame_b", "factor", "answer", "who", "when");

  /** Answer to the question in which frame a factor is higher. */
  public enum Answer {
    A,
    B,
    EQUAL,
    /** Not visible, which teaches nothing. */
    UNKNOWN;

    /** The word in the file. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** The answer of a word, in any case; null if there is none. */
    public static @Nullable Answer of(String word) {
      return Arrays.stream(values())
          .filter(answer -> answer.word().equalsIgnoreCase(word.strip()))
          .findFirst()
          .orElse(null);
    }
  }

  public TaughtAnswer {
    if (frameA < 0 || frameB < 0 || frameA == frameB) {
      throw new IllegalArgumentException(
          "an answer compares two different frames from 0 on but has %d and %d"
              .formatted(frameA, frameB));
    }
    if (factor.isBlank()) {
      throw new IllegalArgumentException("an answer names a factor but it is empty");
    }
  }

  /**
   * Reads a file with the columns frame_a, frame_b, factor, answer (a, b, equal or unknown) and, if
   * they are there, who and when. A frame is its row in the data set, from 0, or its name in the
   * column {@code file} of the labels.
   *
   * @param labels of the frames, one row per frame
   * @throws IOException with the line if a column is missing or a cell cannot be read
   */
  public static List<TaughtAnswer> read(Path file, LabelTable labels) throws IOException {
    TaughtRows rows = new TaughtRows(file, labels, COLUMNS.subList(0, 4));
    List<TaughtAnswer> answers = new ArrayList<>();
    for (int row = 0; row < rows.count(); row++) {
      String word = rows.text(row, "answer");
      Answer answer = Answer.of(word);
      if (answer == null) {
        throw rows.fault(
            row,
            "the answer is '%s', expected a, b (the frame with the higher factor), equal or unknown"
                .formatted(word));
      }
      int frameA = rows.frame(row, "frame_a");
      int frameB = rows.frame(row, "frame_b");
      try {
        answers.add(
            new TaughtAnswer(
                frameA,
                frameB,
                rows.text(row, "factor"),
                answer,
                rows.text(row, "who"),
                rows.text(row, "when")));
      } catch (IllegalArgumentException e) {
        throw rows.fault(row, String.valueOf(e.getMessage()));
      }
    }
    return answers;
  }

  static List<TaughtAnswer> of(Path dir, LabelTable labels) throws IOException {
    Path file = dir.resolve(FILE);
    return Files.exists(file) ? read(file, labels) : List.of();
  }

  /** Writes a file that {@link #read} reads. */
  public static void write(Path file, List<TaughtAnswer> answers) throws IOException {
    try (LabelTable.Writer writer = new LabelTable.Writer(file, COLUMNS)) {
      for (TaughtAnswer answer : answers) {
        writer.write(
            List.of(
                Integer.toString(answer.frameA()),
                Integer.toString(answer.frameB()),
                answer.factor(),
                answer.answer().word(),
                answer.who(),
                answer.when()));
      }
    }
  }
}
