package dev.residua.cli.model;

import dev.residua.training.FactorReading;
import dev.residua.training.ModelVerdicts;
import dev.residua.training.ModelVerdicts.Verdict;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;

/** Verdicts on a model as text for a terminal. */
final class VerdictText {
  private static final int WIDTH = 74;
  private static final String INDENT = " ".repeat(26);

  private VerdictText() {}

  /**
   * The text for a model and a data set that the next commands then name.
   *
   * @param model file of the model
   * @param data folder of the data set
   */
  static String of(List<Verdict> verdicts, Path model, Path data) {
    return named(of(verdicts), model, data);
  }

  /** The next command, with the file and folder that it names. */
  static String next(List<Verdict> verdicts, Path model, Path data) {
    return named(ModelVerdicts.next(verdicts), model, data);
  }

  private static String named(String text, Path model, Path data) {
    return text.replaceAll("\\bMODEL\\b", Matcher.quoteReplacement(model.toString()))
        .replaceAll("\\bDATA\\b", Matcher.quoteReplacement(data.toString()));
  }

  /** For each verdict its aspect and grade and its evidence, then the next command. */
  static String of(List<Verdict> verdicts) {
    StringBuilder text = new StringBuilder();
    for (Verdict verdict : verdicts) {
      List<String> lines = wrapped(verdict.evidence());
      text.append(
          "%-16s%-10s%s%n"
              .formatted(
                  verdict.aspect().label(),
                  verdict.grade().label(),
                  String.join("%n".formatted() + INDENT, lines)));
    }
    return text.append("next            %s%n".formatted(ModelVerdicts.next(verdicts))).toString();
  }

  /** Errors of readings, one per line; empty without any. */
  static String readings(List<FactorReading> readings) {
    StringBuilder text = new StringBuilder();
    for (String sentence : FactorReading.sentences(readings)) {
      text.append("%-16s".formatted(text.isEmpty() ? "readings" : ""))
          .append(String.join("%n%18s".formatted(""), wrapped(sentence)))
          .append("%n".formatted());
    }
    return text.toString();
  }

  /** Lines of at most 74 characters, if no word is longer. */
  private static List<String> wrapped(String sentence) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : sentence.split(" ", -1)) {
      if (line.length() > 0 && line.length() + 1 + word.length() > WIDTH) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.length() == 0 ? "" : " ").append(word);
    }
    lines.add(line.toString());
    return lines;
  }
}
