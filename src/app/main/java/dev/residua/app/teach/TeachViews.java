package dev.residua.app.teach;

import dev.residua.dashboard.LiveViews.GraphView;
import dev.residua.teaching.TeachingProgress.FactorProgress;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** JSON of the teaching page. */
final class TeachViews {
  private TeachViews() {}

  /**
   * State of the teaching, without pictures and questions.
   *
   * @param revision grows with every change of any person
   * @param undo change that undo would revert, or null
   * @param redo change that redo would repeat, or null
   */
  record State(
      SetView set,
      long revision,
      List<FactorView> factors,
      double share,
      int answersLeft,
      double secondsPerAnswer,
      long secondsLeft,
      int answers,
      List<HoldView> holds,
      @Nullable String undo,
      @Nullable String redo) {}

  /**
   * The data set.
   *
   * @param version changes with the pictures, for their addresses
   */
  record SetView(String name, String folder, int frames, int width, int height, String version) {}

  record FactorView(String name, double low, double high, FactorProgress progress) {}

  record HoldView(int first, int last, String factor, String who, String when) {}

  record QuestionView(String factor, int a, int b, String reason) {}

  record SeriesView(String factor, List<Integer> frames) {}

  /**
   * Labels of a frame.
   *
   * @param values by factor
   */
  record LabelsView(int frame, Map<String, Double> values) {}

  /**
   * The present or last training.
   *
   * @param phase idle, running, done, failed or cancelled
   * @param fraction of the stage, from 0 to 1
   * @param secondsLeft of the stage; null while unknown
   * @param message reason of a failure; empty otherwise
   */
  record TrainingView(
      String phase,
      String stage,
      double fraction,
      long seconds,
      @Nullable Long secondsLeft,
      String message,
      @Nullable ResultView result) {}

  /**
   * A trained model.
   *
   * @param readings errors of its readings, in sentences; empty if no labels measured them
   * @param leakage spread of a disturbance of one mechanism to other residuals; null if the true
   *     noises are unknown
   * @param dependence largest distance correlation of two residuals; null if unknown
   */
  record ResultView(
      String model,
      String file,
      List<VerdictView> verdicts,
      List<String> readings,
      GraphView graph,
      List<MechanismView> mechanisms,
      @Nullable Double dependence,
      @Nullable Double leakage,
      List<String> warnings) {}

  record VerdictView(String aspect, String grade, String evidence, @Nullable String next) {}

  /**
   * One mechanism.
   *
   * @param explained share of the variance that its causes explain; null for a root
   * @param finding reason why an incident cannot name it; null if it can
   */
  record MechanismView(
      String name, List<String> causes, @Nullable Double explained, @Nullable String finding) {}
}
