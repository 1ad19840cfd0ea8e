package dev.residua.importing;

import java.util.List;
import java.util.Locale;

/** Videos and streams, which are not read here: how to recognise them and what to do. */
final class Video {
  /** Endings of the names of videos. */
  static final List<String> ENDINGS =
      List.of(
          ".mp4", ".mov", ".avi", ".mkv", ".webm", ".m4v", ".mpg", ".mpeg", ".ts", ".wmv", ".flv");

  private Video() {}

  /** Whether a path or an address names a video. */
  static boolean isVideo(String name) {
    return ENDINGS.stream().anyMatch(name.toLowerCase(Locale.ROOT)::endsWith);
  }

  /** How to get pictures of a video or stream. */
  static String extract(String address) {
    String transport = address.startsWith("rtsp") ? "-rtsp_transport tcp " : "";
    return "Extract pictures with: mkdir frames && ffmpeg %s-i %s -vf fps=2 frames/%%05d.png"
        .formatted(transport, address)
        .concat(", then import the folder frames");
  }
}
