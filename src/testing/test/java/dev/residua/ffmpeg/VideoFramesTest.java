package dev.residua.ffmpeg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.residua.decoding.FrameDecoder;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.ImageShape;
import dev.residua.testing.Videos;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VideoFramesTest {
  @TempDir Path dir;

  @Test
  void shouldTakeAPictureEverySecondInOrderAndAgain() throws Exception {
    // When
    try (VideoFrames frames =
        VideoFrames.open(
            Videos.steps(dir.resolve("clip.mp4")),
            Duration.ofSeconds(1),
            FrameLimits.DEFAULTS,
            n -> {})) {
      // Then
      assertThat(frames.count()).isEqualTo(10);
      assertThat(frames.name(0)).isEqualTo("clip.mp4@0.00s");
      assertThat(frames.name(7)).isEqualTo("clip.mp4@7.00s");
      assertThat(frames.seconds(0)).hasValue(0);
      assertThat(frames.seconds(7)).hasValue(7);
      for (int i : new int[] {0, 3, 9, 3}) {
        byte[] pixel = new byte[1];
        new FrameDecoder(FrameLimits.DEFAULTS, new ImageShape(1, 1, 1))
            .decode(frames.frame(i), pixel, 0);
        assertThat((pixel[0] & 0xFF) * 219 / 255.0).isCloseTo(20.0 * i, within(4.0));
      }
    }
  }

  @Test
  void shouldRefuseWhatIsNoVideo() throws IOException {
    Path text = Files.writeString(dir.resolve("a.mp4"), "no video at all");
    assertThat(VideoFrames.isVideo(text)).isTrue();
    assertThat(VideoFrames.isVideo(dir.resolve("b.mp4"))).isFalse();
    assertThatThrownBy(
            () -> VideoFrames.open(text, Duration.ofSeconds(1), FrameLimits.DEFAULTS, n -> {}))
        .isInstanceOf(IOException.class);
  }
}
