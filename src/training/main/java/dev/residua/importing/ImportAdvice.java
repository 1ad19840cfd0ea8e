package dev.residua.importing;

import dev.residua.dataset.FactorSurvey;
import dev.residua.dataset.ImportHint;
import dev.residua.dataset.PictureSurvey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Everything that a person should know of an imported set before training. */
final class ImportAdvice {
  private static final int SHOWN_FOLDERS = 5;

  private ImportAdvice() {}

  /**
   * Collects the advice.
   *
   * @param folders pictures by folder; empty if all lie in one
   */
  static List<ImportHint> of(
      PictureSurvey pictures,
      SurveyedRange range,
      List<String> factors,
      @Nullable LabelRows rows,
      Map<String, Integer> folders,
      NamedFrames frames) {
    List<ImportHint> advice = new ArrayList<>(range.advice());
    advice.addAll(pictures.advice());
    if (rows != null) {
      double[][] values = new double[factors.size()][frames.count()];
      for (int f = 0; f < values.length; f++) {
        for (int i = 0; i < values[f].length; i++) {
          values[f][i] = rows.value(i, factors.get(f));
        }
      }
      advice.addAll(FactorSurvey.advice(factors, values));
    }
    if (!folders.isEmpty()) {
      order(folders, frames, advice);
    }
    return advice;
  }

  /** Folders of which no picture trains a model, since it learns from the first frames. */
  private static void order(
      Map<String, Integer> folders, NamedFrames frames, List<ImportHint> advice) {
    Map<String, Integer> first = new HashMap<>();
    for (int i = 0; i < frames.count(); i++) {
      first.putIfAbsent(DatasetImport.folder(frames.name(i)), i);
    }
    int trained = (int) (PictureSurvey.TRAIN_SHARE * frames.count());
    List<String> late =
        folders.keySet().stream().filter(f -> first.getOrDefault(f, 0) >= trained).toList();
    if (!late.isEmpty()) {
      advice.add(
          new ImportHint(
              ImportHint.Kind.IN_FOLDER_ORDER,
              "the frames are in the order of their folders, and train learns from the first %.0f %%: it never sees %s%s. Unless the folders follow one another in time, list the pictures in the order of capture, and import the list (--images pictures.txt)"
                  .formatted(
                      100 * PictureSurvey.TRAIN_SHARE,
                      late.stream().limit(SHOWN_FOLDERS).collect(Collectors.joining(", ")),
                      late.size() > SHOWN_FOLDERS
                          ? " and %d more".formatted(late.size() - SHOWN_FOLDERS)
                          : "")));
    }
  }
}
