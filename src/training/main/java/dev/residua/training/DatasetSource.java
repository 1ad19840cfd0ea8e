package dev.residua.training;

import dev.residua.causal.Variables;
import dev.residua.dataset.DetailPictures;
import dev.residua.dataset.FrameDataset;
import dev.residua.dataset.FrameTimes;
import dev.residua.dataset.LabelTable;
import dev.residua.dataset.TaughtAnswer;
import dev.residua.dataset.TaughtHold;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelMask;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A data set as training data. For a frame with the label {@code residua.event}, {@code
 * residua.event_node} names the factor whose mechanism was broken. Two consecutive rows whose label
 * {@code residua.held} names the same factor are a held pair; a hold gives pairs of frames that are
 * 1, 2, 4, ... rows apart. A factor without a column is known by held pairs and answers only.
 *
 * @param categories names of the categories of each factor, an empty list for a real number
 * @param taughtAnswers answers about factors, those about other names are left out
 * @param taughtHolds runs of frames in which a factor was held
 */
public record DatasetSource(
    FrameDataset set,
    List<String> factorNames,
    List<List<String>> categories,
    List<String> variableNames,
    List<TaughtAnswer> taughtAnswers,
    List<TaughtHold> taughtHolds)
    implements TrainingData {
  private static final List<String> NO_CATEGORIES = List.of();

  /**
   * @throws IllegalArgumentException if a row is held without its partner, or a variable has no
   *     column
   */
  public DatasetSource {
    factorNames = List.copyOf(factorNames);
    categories = List.copyOf(categories);
    if (categories.size() != factorNames.size()) {
      throw new IllegalArgumentException(
          "there are categories of %d factors, expected those of %s"
              .formatted(categories.size(), factorNames));
    }
    variableNames = List.copyOf(variableNames);
    taughtAnswers = List.copyOf(taughtAnswers);
    taughtHolds = List.copyOf(taughtHolds);
    for (String variable : variableNames) {
      if (!set.labels().has(Variables.PREFIX + variable)) {
        throw new IllegalArgumentException(
            "labels.csv of %s has no column '%s', only %s"
                .formatted(set.name(), Variables.PREFIX + variable, set.labels().columns()));
      }
    }
    heldPairs(set.labels(), factorNames);
  }

  /** A data set whose factors are categories if their column has text. */
  public DatasetSource(
      FrameDataset set,
      List<String> factorNames,
      List<String> variableNames,
      List<TaughtAnswer> taughtAnswers,
      List<TaughtHold> taughtHolds) {
    this(
        set,
        factorNames,
        factorNames.stream()
            .map(
                name ->
                    set.labels().holdsText(name) ? set.labels().categories(name) : NO_CATEGORIES)
            .toList(),
        variableNames,
        taughtAnswers,
        taughtHolds);
  }

  /**
   * The same data with further factors that are categories, although their columns hold numbers.
   *
   * @throws IllegalArgumentException if a name is not a factor with a column
   */
  public DatasetSource withCategorical(List<String> names) {
    List<List<String>> declared = new ArrayList<>(categories);
    for (String name : names) {
      int factor = factorNames.indexOf(name);
      if (factor < 0 || !set.labels().has(name)) {
        throw new IllegalArgumentException(
            "'%s' is none of the factors %s".formatted(name, factorNames));
      }
      declared.set(factor, set.labels().categories(name));
    }
    return new DatasetSource(set, factorNames, declared, variableNames, taughtAnswers, taughtHolds);
  }

  /** A data set whose variables are not used. */
  public DatasetSource(FrameDataset set, List<String> factorNames) {
    this(set, factorNames, List.of());
  }

  /** A data set with its own answers and holds. */
  public DatasetSource(FrameDataset set, List<String> factorNames, List<String> variableNames) {
    this(set, factorNames, variableNames, set.answers(), set.holds());
  }

  /** A data set with all factors that labels, answers or holds name, and all variables. */
  public static DatasetSource ofAll(FrameDataset set) {
    LinkedHashSet<String> names = new LinkedHashSet<>(set.factors());
    names.removeIf(name -> !set.labels().isNumeric(name));
    names.addAll(taughtNames(set.labels(), set.answers(), set.holds()));
    return new DatasetSource(set, List.copyOf(names), set.variableNames());
  }

  /**
   * Names in the column {@code residua.held}, in answers and in holds, each in the order of their
   * first row.
   */
  public static List<String> taughtNames(
      LabelTable labels, List<TaughtAnswer> answers, List<TaughtHold> holds) {
    LinkedHashSet<String> names = new LinkedHashSet<>();
    for (int row = 0; row < labels.rows(); row++) {
      String name = text(labels, row, FrameDataset.HELD_COLUMN);
      if (name != null) {
        names.add(name);
      }
    }
    holds.forEach(hold -> names.add(hold.factor()));
    answers.forEach(answer -> names.add(answer.factor()));
    return List.copyOf(names);
  }

  private static List<HeldPair> heldPairs(LabelTable labels, List<String> factorNames) {
    List<HeldPair> pairs = new ArrayList<>();
    for (int row = 0; row < labels.rows(); row++) {
      String name = text(labels, row, FrameDataset.HELD_COLUMN);
      if (name == null) {
        continue;
      }
      String next =
          row + 1 < labels.rows() ? text(labels, row + 1, FrameDataset.HELD_COLUMN) : null;
      if (!name.equals(next)) {
        throw new IllegalArgumentException(
            "row %d of labels.csv holds '%s' but row %d %s: a held pair is two consecutive rows with the same name in column residua.held"
                .formatted(
                    row + 1,
                    name,
                    row + 2,
                    row + 1 >= labels.rows()
                        ? "does not exist"
                        : next == null ? "holds nothing" : "holds '" + next + "'"));
      }
      int factor = factorNames.indexOf(name);
      if (factor >= 0) {
        pairs.add(new HeldPair(row, row + 1, factor));
      }
      row++;
    }
    return pairs;
  }

  @Override
  public String name() {
    return set.name();
  }

  @Override
  public String sha256() {
    return set.sha256();
  }

  @Override
  public ImageShape shape() {
    return set.shape();
  }

  @Override
  public int size() {
    return set.size();
  }

  @Override
  public void read(int index, byte[] into, int offset) {
    set.read(index, into, offset);
  }

  @Override
  public PixelMask mask(int index) {
    return set.mask();
  }

  @Override
  public FrameTimes times() {
    return set.times();
  }

  @Override
  public @Nullable DetailPictures details() {
    return set.details();
  }

  /** Unknown also for a changed picture, which then shows other factors. */
  @Override
  public double @Nullable [] factors(int index) {
    if (text(index, FrameDataset.EVENT_COLUMN) != null
        && text(index, FrameDataset.EVENT_NODE_COLUMN) == null) {
      return null;
    }
    double[] values = new double[factorNames.size()];
    boolean known = false;
    for (int f = 0; f < values.length; f++) {
      values[f] = factor(index, f);
      known |= Double.isFinite(values[f]);
    }
    return known ? values : null;
  }

  private double factor(int index, int factor) {
    String name = factorNames.get(factor);
    if (!set.labels().has(name)) {
      return Double.NaN;
    }
    if (categories.get(factor).isEmpty()) {
      return set.labels().value(index, name);
    }
    return category(set.labels(), index, name, categories.get(factor));
  }

  /**
   * The number of the category in a cell; NaN if it is empty or another one. A number may be
   * written in another way than the name of the category.
   */
  static double category(LabelTable labels, int row, String column, List<String> names) {
    String cell = labels.text(row, column);
    int category = cell == null ? -1 : names.indexOf(cell.strip());
    double number = category < 0 ? labels.value(row, column) : Double.NaN;
    for (int i = 0; i < names.size() && Double.isFinite(number); i++) {
      if (isNumber(names.get(i), number)) {
        return i;
      }
    }
    return category < 0 ? Double.NaN : category;
  }

  private static boolean isNumber(String name, double number) {
    try {
      return Double.parseDouble(name) == number;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  /** Columns {@code variable.<name>}. */
  @Override
  public double[] variables(int index) {
    return set.variables(index, variableNames);
  }

  /** Columns {@code residua.noise.<factor>}; a factor without one is its own noise. */
  @Override
  public double @Nullable [] noises(int index) {
    double[] values = new double[factorNames.size()];
    boolean drawn = false;
    for (int f = 0; f < values.length; f++) {
      String noise = FrameDataset.NOISE_PREFIX + factorNames.get(f);
      boolean own = set.labels().has(noise);
      drawn |= own;
      if (!own && !set.labels().has(factorNames.get(f))) {
        return null;
      }
      values[f] = set.labels().value(index, own ? noise : factorNames.get(f));
      if (!Double.isFinite(values[f])) {
        return null;
      }
    }
    return drawn ? values : null;
  }

  /**
   * The factors or variables that {@code residua.event_node}, {@code residua.held} or a hold names.
   * All of them if the row has an event or a hold of none, as for a change of the whole picture.
   */
  @Override
  public int[] broken(int index) {
    LinkedHashSet<String> names = new LinkedHashSet<>();
    String node = text(index, FrameDataset.EVENT_NODE_COLUMN);
    if (node == null) {
      node = text(index, FrameDataset.HELD_COLUMN);
    }
    if (node != null) {
      names.add(node);
    }
    boolean unnamed = node == null && text(index, FrameDataset.EVENT_COLUMN) != null;
    for (TaughtHold hold : taughtHolds) {
      if (index >= hold.first() && index <= hold.last()) {
        names.add(hold.factor());
      }
    }
    int k = factorNames.size();
    int[] causes =
        names.stream()
            .mapToInt(
                name ->
                    factorNames.contains(name)
                        ? factorNames.indexOf(name)
                        : variableNames.contains(name) ? k + variableNames.indexOf(name) : -1)
            .sorted()
            .toArray();
    if (!unnamed && Arrays.stream(causes).allMatch(cause -> cause >= 0)) {
      return causes;
    }
    int[] all = new int[Math.max(1, k + variableNames.size())];
    Arrays.setAll(all, i -> i);
    return all;
  }

  /** The second frame of a pair that differs in one exogenous variable only. */
  @Override
  public boolean repeats(int index) {
    return text(index, FrameDataset.CHANGED_COLUMN) != null;
  }

  @Override
  public List<HeldPair> heldPairs() {
    List<HeldPair> pairs = heldPairs(set.labels(), factorNames);
    for (TaughtHold hold : taughtHolds) {
      int factor = factorNames.indexOf(hold.factor());
      for (int apart = 1; factor >= 0 && apart <= hold.last() - hold.first(); apart *= 2) {
        for (int i = hold.first(); i + apart <= hold.last(); i++) {
          pairs.add(new HeldPair(i, i + apart, factor));
        }
      }
    }
    return pairs;
  }

  @Override
  public List<OrderAnswer> answers() {
    List<OrderAnswer> answers = new ArrayList<>();
    for (TaughtAnswer taught : taughtAnswers) {
      int factor = factorNames.indexOf(taught.factor());
      if (factor >= 0 && taught.answer() != TaughtAnswer.Answer.UNKNOWN) {
        int sign =
            switch (taught.answer()) {
              case A -> 1;
              case B -> -1;
              case EQUAL, UNKNOWN -> 0;
            };
        answers.add(new OrderAnswer(taught.frameA(), taught.frameB(), factor, sign));
      }
    }
    return answers;
  }

  private @Nullable String text(int index, String column) {
    return text(set.labels(), index, column);
  }

  private static @Nullable String text(LabelTable labels, int index, String column) {
    String text = labels.has(column) ? labels.text(index, column) : null;
    return text == null || text.isBlank() ? null : text;
  }
}
