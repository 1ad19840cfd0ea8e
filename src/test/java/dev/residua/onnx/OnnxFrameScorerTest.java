package dev.residua.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.residua.causal.LatentBatch;
import dev.residua.frame.ImageShape;
import dev.residua.testing.Models;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class OnnxFrameScorerTest {
  private static final ImageShape IMAGE = new ImageShape(32, 32, 3);
  private static final byte[] MODEL = Models.scorer(IMAGE, 2);

  @Test
  void shouldScoreAFrameAloneAsInABatch() {
    // Given
    byte[] pixels = pixels(9);
    // When
    try (OnnxFrameScorer scorer = new OnnxFrameScorer(MODEL, IMAGE, 2)) {
      LatentBatch together = scorer.score(pixels, 9);
      // Then
      for (int n = 0; n < 9; n++) {
        byte[] one = Arrays.copyOfRange(pixels, n * IMAGE.size(), (n + 1) * IMAGE.size());
        LatentBatch alone = scorer.score(one, 1);
        assertThat(alone.observed()[0]).isCloseTo(together.observed()[2 * n], within(1e-4f));
        assertThat(alone.observed()[1]).isCloseTo(together.observed()[2 * n + 1], within(1e-4f));
        assertThat(alone.reconstructionErrors()[0])
            .isCloseTo(together.reconstructionErrors()[n], within(1e-5f));
      }
      assertThat(together.observed()[0]).isNotEqualTo(together.observed()[2]);
    }
  }

  @Test
  void shouldIgnoreBytesBehindTheFrames() {
    // Given
    byte[] pixels = pixels(2);
    byte[] longer = Arrays.copyOf(pixels, pixels.length + 1_000);
    // When
    try (OnnxFrameScorer scorer = new OnnxFrameScorer(MODEL, IMAGE, 2)) {
      // Then
      assertThat(scorer.score(longer, 2).observed()).isEqualTo(scorer.score(pixels, 2).observed());
    }
  }

  @Test
  void shouldServeSeveralThreadsAtOnce() throws Exception {
    // Given
    byte[] pixels = pixels(4);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try (OnnxFrameScorer scorer = new OnnxFrameScorer(MODEL, IMAGE, 2)) {
      float[] expected = scorer.score(pixels, 4).residuals();
      // When
      List<Future<float[]>> results = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        results.add(threads.submit(() -> scorer.score(pixels, 4).residuals()));
      }
      // Then
      for (Future<float[]> result : results) {
        assertThat(result.get()).isEqualTo(expected);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void shouldCloseTwiceAndRefuseToScoreAfterwards() {
    // Given
    OnnxFrameScorer scorer = new OnnxFrameScorer(MODEL, IMAGE, 2);
    // When
    scorer.close();
    scorer.close();
    // Then
    assertThatThrownBy(() -> scorer.score(pixels(1), 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void shouldSayHowManyBytesFramesNeed() {
    // Given
    try (OnnxFrameScorer scorer = new OnnxFrameScorer(MODEL, IMAGE, 2)) {
      // When
      // Then
      assertThatThrownBy(() -> scorer.score(pixels(2), 3))
          .hasMessageContaining("3 frames of 32x32x3 need 9216 bytes but there are 6144");
      assertThatThrownBy(() -> scorer.score(pixels(1), 0)).hasMessageContaining("0 frames");
    }
  }

  @Test
  void shouldRefuseAModelOfAnotherShape() {
    // Given
    ImageShape other = new ImageShape(64, 32, 3);
    // When
    // Then
    assertThatThrownBy(() -> new OnnxFrameScorer(MODEL, other, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[-1, 32, 32, 3], expected [-1, 32, 64, 3]");
    assertThatThrownBy(() -> new OnnxFrameScorer(MODEL, IMAGE, 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[-1, 3]");
  }

  @Test
  void shouldRefuseBytesThatAreNoModel() {
    // Given
    byte[] garbage = {1, 2, 3, 4, 5};
    // When
    // Then
    assertThatThrownBy(() -> new OnnxFrameScorer(garbage, IMAGE, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not a usable ONNX model");
  }

  @Test
  void shouldNotGrowWhenSessionsComeAndGo() throws Exception {
    // Given
    for (int i = 0; i < 10; i++) {
      new OnnxFrameScorer(MODEL, IMAGE, 2).close();
    }
    long before = residentKilobytes();
    // When
    for (int i = 0; i < 100; i++) {
      try (OnnxFrameScorer scorer = new OnnxFrameScorer(MODEL, IMAGE, 2)) {
        scorer.score(pixels(1), 1);
      }
    }
    // Then a hundred unclosed sessions would hold 200 MB of weights
    assertThat(residentKilobytes() - before).isLessThan(80_000);
  }

  private static long residentKilobytes() throws Exception {
    for (String line :
        java.nio.file.Files.readAllLines(java.nio.file.Path.of("/proc/self/status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    throw new IllegalStateException("no VmRSS in /proc/self/status");
  }

  private static byte[] pixels(int frames) {
    byte[] pixels = new byte[frames * IMAGE.size()];
    new Random(frames).nextBytes(pixels);
    return pixels;
  }
}
