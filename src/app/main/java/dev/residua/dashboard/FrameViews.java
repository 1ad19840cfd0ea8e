package dev.residua.dashboard;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Answers about frames from HTTP. */
public final class FrameViews {
  private FrameViews() {}

  /**
   * Answer about one frame.
   *
   * @param accepted whether Kafka has stored the frame
   * @param sequence of an accepted frame; absent for a bare file
   * @param topic of an accepted frame
   * @param partition of an accepted frame
   * @param offset of an accepted frame
   * @param reason of a refused frame, such as {@code corrupt}
   * @param problem sentence about a refused frame
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record PostedFrame(
      boolean accepted,
      @Nullable Long sequence,
      @Nullable String topic,
      @Nullable Integer partition,
      @Nullable Long offset,
      @Nullable String reason,
      @Nullable String problem) {}

  /**
   * Answer about the frames of a request.
   *
   * @param frames in the order of the body
   */
  public record FramesAnswer(List<PostedFrame> frames) {}
}
