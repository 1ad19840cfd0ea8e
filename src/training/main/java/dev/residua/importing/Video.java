package dev.residua.importing;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Recognises videos and streams by their names, and says what to do with them. */
public final class Video {
  static final List<String> ENDINGS =
      List.of(
          ".mp4", ".mov", ".avi", ".mkv", ".webm", ".m4v", ".mpg", ".mpeg", ".ts", ".wmv", ".flv",
          ".h264", ".hevc", ".ivf", ".mjpeg", ".mjpg", ".ogv");

  private static final Pattern STREAM = Pattern.compile("(?i)(rtsps?|rtmps?|srt|udp|rtp)://.*");
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./:@%+=-]+");

  private Video() {}

  /** Returns true if a path or an address names a video. */
  public static boolean isVideo(String name) {
    return ENDINGS.stream().anyMatch(name.toLowerCase(Locale.ROOT)::endsWith);
  }

  /**
   * Instructions to extract pictures of a video or stream: two per second, of a stream for ten
   * minutes.
   */
  static String extract(String address) {
    String scheme = address.toLowerCase(Locale.ROOT);
    String transport = scheme.startsWith("rtsp") ? "-rtsp_transport tcp " : "";
    String duration = isStream(address) ? "-t 600 " : "";
    return "Extract pictures with: mkdir frames && ffmpeg "
        + transport
        + "-i "
        + (PLAIN.matcher(address).matches() ? address : "'" + address + "'")
        + " "
        + duration
        + "-vf fps=2 frames/%05d.png, then import the folder frames";
  }

  static boolean isStream(String address) {
    return STREAM.matcher(address).matches();
  }
}
