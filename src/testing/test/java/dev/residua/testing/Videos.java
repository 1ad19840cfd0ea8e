package dev.residua.testing;

import java.io.IOException;
import java.nio.file.Path;
import org.bytedeco.javacpp.Loader;

/** Makes videos. */
public final class Videos {
  private Videos() {}

  /** Ten seconds at 10 frames per second of 64x48 pixels, each second 20 levels brighter. */
  public static Path steps(Path file) throws IOException, InterruptedException {
    Process made =
        new ProcessBuilder(
                Loader.load(org.bytedeco.ffmpeg.ffmpeg.class),
                "-v",
                "error",
                "-f",
                "lavfi",
                "-i",
                "color=c=black:s=64x48:r=10:d=10,geq=lum='16+20*floor(T)':cb=128:cr=128",
                "-c:v",
                "mpeg4",
                "-q:v",
                "2",
                "-pix_fmt",
                "yuv420p",
                file.toString())
            .inheritIO()
            .start();
    if (made.waitFor() != 0) {
      throw new IOException("FFmpeg cannot make " + file);
    }
    return file;
  }
}
