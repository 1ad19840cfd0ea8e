package dev.residua.dashboard;

import java.util.List;
import java.util.Map;

/** The service in short, for {@code /api/status}. */
public interface LiveState {
  /** A consistent picture of now. */
  Status status();

  /**
   * Counts since the process started, and the last findings.
   *
   * @param modelId model in use
   * @param graph its edges in words
   * @param framesScored frames with a score
   * @param framesPerSecond rate over the last ten seconds
   * @param deadLetters records refused, by reason
   * @param sources one row per source
   * @param findings last findings, newest first
   */
  record Status(
      String modelId,
      String graph,
      long framesScored,
      double framesPerSecond,
      Map<String, Long> deadLetters,
      List<Source> sources,
      List<FindingView> findings) {}

  /**
   * One source now.
   *
   * @param name source
   * @param frames frames scored
   * @param lastSequence last frame
   * @param driftStatistic detector statistic at the last frame
   * @param driftThreshold its threshold
   * @param latents names of the latents
   * @param standardized standardised residuals of the last frame, in the order of {@code latents}
   */
  record Source(
      String name,
      long frames,
      long lastSequence,
      double driftStatistic,
      double driftThreshold,
      List<String> latents,
      float[] standardized) {}

  /**
   * One finding in words.
   *
   * @param at capture time, ISO-8601
   * @param source source of the frame
   * @param sequence its sequence
   * @param kind such as {@code anomaly: residual}
   * @param sentence what happened
   */
  record FindingView(String at, String source, long sequence, String kind, String sentence) {}
}
