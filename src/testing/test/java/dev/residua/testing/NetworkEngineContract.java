package dev.residua.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.residua.causal.FrameInputs;
import dev.residua.causal.LatentBatch;
import dev.residua.causal.Readability;
import dev.residua.causal.ResidualScorer;
import dev.residua.dl4j.RandomNetworks;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelMask;
import dev.residua.model.NetworkPlan;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Contract of every engine behind the port. */
public abstract class NetworkEngineContract {
  /** Shape of the frames of {@link #open}. */
  protected static final ImageShape IMAGE = new ImageShape(32, 32, 3);

  /** A new scorer of {@link #IMAGE}. */
  protected abstract ResidualScorer open();

  /** A new scorer of another network. */
  protected abstract ResidualScorer open(NetworkPlan plan);

  /** Most difference between two ways to get the same latent. */
  protected abstract double latentTolerance();

  /** Most relative difference between two ways to get the same reconstruction error. */
  protected abstract double errorTolerance();

  @Test
  void shouldScoreAFrameAloneAsInABatch() {
    // Given more frames than any power of two
    byte[] pixels = pixels(45);
    // When
    try (ResidualScorer scorer = open()) {
      LatentBatch together = scorer.score(FrameInputs.of(pixels, 45));
      // Then
      int d = scorer.latents();
      for (int n = 0; n < 45; n++) {
        byte[] one = Arrays.copyOfRange(pixels, n * IMAGE.size(), (n + 1) * IMAGE.size());
        LatentBatch alone = scorer.score(FrameInputs.of(one, 1));
        for (int i = 0; i < d; i++) {
          assertThat((double) alone.observed()[i])
              .isCloseTo(together.observed()[d * n + i], within(latentTolerance()));
        }
        float error = together.reconstructionErrors()[n];
        assertThat((double) alone.reconstructionErrors()[0])
            .isCloseTo(error, within(errorTolerance() * error));
      }
      assertThat(together.observed()[0]).isNotEqualTo(together.observed()[d]);
    }
  }

  @ParameterizedTest
  @CsvSource({"64,64,1", "96,96,3", "128,128,1", "192,192,3"})
  void shouldScoreFramesOfEverySize(int width, int height, int channels) {
    // Given
    ImageShape image = new ImageShape(width, height, channels);
    byte[] pixels = new byte[3 * image.size()];
    new Random(5).nextBytes(pixels);
    try (ResidualScorer scorer = open(RandomNetworks.complete(image, 3))) {
      // When
      LatentBatch together = scorer.score(FrameInputs.of(pixels, 3));
      LatentBatch last =
          scorer.score(
              FrameInputs.of(Arrays.copyOfRange(pixels, 2 * image.size(), pixels.length), 1));
      // Then
      assertThat(scorer.imageShape()).isEqualTo(image);
      for (int i = 0; i < 3; i++) {
        assertThat((double) last.observed()[i])
            .isCloseTo(together.observed()[6 + i], within(latentTolerance()));
      }
      float error = together.reconstructionErrors()[2];
      assertThat(error).isPositive();
      assertThat((double) last.reconstructionErrors()[0])
          .isCloseTo(error, within(errorTolerance() * error));
      assertThat(together.observed()[0]).isNotEqualTo(together.observed()[3]);
    }
  }

  @Test
  void shouldSplitTheErrorOfAFrameAmongRegions() {
    // Given all pixels, about a third of them, and the others; the second frame has hidden pixels
    int pixels = IMAGE.width() * IMAGE.height();
    BitSet all = new BitSet();
    all.set(0, pixels);
    BitSet some = new BitSet();
    new Random(4).ints(pixels / 2, 0, pixels).forEach(some::set);
    BitSet others = (BitSet) all.clone();
    others.andNot(some);
    BitSet hidden = new BitSet();
    hidden.set(100, 700);
    List<PixelMask> masks = List.of(PixelMask.NONE, PixelMask.of(hidden), PixelMask.NONE);
    float[] limits = {1, 1, 1};
    NetworkPlan plan =
        RandomNetworks.complete(IMAGE, 3)
            .withReadability(new Readability(List.of(all, some, others), limits));
    try (ResidualScorer scorer = open(plan)) {
      // When
      LatentBatch batch = scorer.score(FrameInputs.of(pixels(3), 3).masked(masks));
      // Then
      for (int n = 0; n < 3; n++) {
        double error = batch.reconstructionErrors()[n];
        double ofSome = batch.regionErrors()[3 * n + 1];
        double ofOthers = batch.regionErrors()[3 * n + 2];
        BitSet seen = (BitSet) some.clone();
        if (n == 1) {
          seen.andNot(hidden);
        }
        double share = seen.cardinality() / (n == 1 ? pixels - 600.0 : pixels);
        assertThat((double) batch.regionErrors()[3 * n])
            .isCloseTo(error, within(10 * errorTolerance() * error));
        assertThat(share * ofSome + (1 - share) * ofOthers)
            .isCloseTo(error, within(10 * errorTolerance() * error));
        assertThat(ofSome).isNotEqualTo(ofOthers);
      }
    }
  }

  @Test
  void shouldIgnoreBytesBehindTheFrames() {
    // Given
    byte[] pixels = pixels(2);
    byte[] longer = Arrays.copyOf(pixels, pixels.length + 1_000);
    // When
    try (ResidualScorer scorer = open()) {
      // Then
      assertThat(scorer.score(FrameInputs.of(longer, 2)).observed())
          .isEqualTo(scorer.score(FrameInputs.of(pixels, 2)).observed());
    }
  }

  @Test
  void shouldGiveInHalvesWhatItGivesAtOnce() {
    // Given
    byte[] pixels = pixels(11);
    try (ResidualScorer scorer = open()) {
      // When
      LatentBatch whole = scorer.score(FrameInputs.of(pixels, 11));
      LatentBatch encoded = scorer.encode(FrameInputs.of(pixels, 11));
      float[] errors = scorer.reconstructionErrors(pixels, 11, encoded.codes(), List.of());
      // Then
      assertThat(encoded.observed()).containsExactly(whole.observed(), within(1e-6f));
      assertThat(encoded.expected()).containsExactly(whole.expected(), within(1e-6f));
      assertThat(encoded.residuals()).containsExactly(whole.residuals(), within(1e-6f));
      assertThat(encoded.codes()).containsExactly(whole.codes(), within(1e-6f));
      for (int n = 0; n < 11; n++) {
        float error = whole.reconstructionErrors()[n];
        assertThat((double) errors[n]).isCloseTo(error, within(errorTolerance() * error));
      }
    }
  }

  @Test
  void shouldIgnoreMaskedPixels() {
    // Given two frames, the second with a mask and two pictures under it
    BitSet hidden = new BitSet();
    for (int pixel = 0; pixel < IMAGE.width() * IMAGE.height(); pixel++) {
      int x = pixel % IMAGE.width();
      hidden.set(pixel, x >= 3 && x < IMAGE.width() / 2 && pixel / IMAGE.width() > 4);
    }
    List<PixelMask> masks = List.of(PixelMask.NONE, PixelMask.of(hidden));
    byte[] pixels = pixels(2);
    byte[] other = pixels.clone();
    byte[] black = new byte[IMAGE.size()];
    masks.get(1).fill(other, IMAGE.size(), IMAGE.channels(), black);
    try (ResidualScorer scorer = open()) {
      // When
      LatentBatch masked = scorer.score(FrameInputs.of(pixels, 2).masked(masks));
      LatentBatch same = scorer.score(FrameInputs.of(other, 2).masked(masks));
      // Then
      assertThat(same.observed()).isEqualTo(masked.observed());
      assertThat(same.reconstructionErrors()).isEqualTo(masked.reconstructionErrors());
      assertThat(scorer.score(FrameInputs.of(pixels, 2)).observed()[scorer.latents()])
          .isNotEqualTo(masked.observed()[scorer.latents()]);
      // And the frame without a mask is as ever
      float whole = scorer.score(FrameInputs.of(pixels, 2)).reconstructionErrors()[0];
      assertThat((double) masked.reconstructionErrors()[0])
          .isCloseTo(whole, within(errorTolerance() * whole));
      // And halves give the same
      float[] errors = scorer.reconstructionErrors(pixels, 2, masked.codes(), masks);
      assertThat((double) errors[1])
          .isCloseTo(
              masked.reconstructionErrors()[1],
              within(errorTolerance() * masked.reconstructionErrors()[1]));
      assertThat(scorer.encode(FrameInputs.of(pixels, 2).masked(masks)).codes())
          .containsExactly(masked.codes(), within(1e-6f));
    }
  }

  /** If a part is masked, the errors of both parts add up to the error of the whole. */
  @Test
  void shouldTakeTheMeanErrorOverThePixelsThatAreNotMasked() {
    BitSet upper = new BitSet();
    int pixels = IMAGE.width() * IMAGE.height();
    upper.set(0, pixels / 4);
    BitSet lower = new BitSet();
    lower.set(pixels / 4, pixels);
    try (ResidualScorer scorer = open()) {
      byte[] frame = pixels(1);
      float[] codes = scorer.encode(FrameInputs.of(frame, 1)).codes();
      double whole = scorer.reconstructionErrors(frame, 1, codes, List.of())[0];
      double ofLower =
          scorer.reconstructionErrors(frame, 1, codes, List.of(PixelMask.of(upper)))[0];
      double ofUpper =
          scorer.reconstructionErrors(frame, 1, codes, List.of(PixelMask.of(lower)))[0];
      assertThat(0.75 * ofLower + 0.25 * ofUpper)
          .isCloseTo(whole, within(2 * errorTolerance() * whole));
    }
  }

  @Test
  void shouldReconstructFramesInAnyOrder() {
    // Given
    byte[] pixels = pixels(3);
    int size = IMAGE.size();
    try (ResidualScorer scorer = open()) {
      int d = scorer.latents();
      LatentBatch encoded = scorer.encode(FrameInputs.of(pixels, 3));
      float[] inOrder = scorer.reconstructionErrors(pixels, 3, encoded.codes(), List.of());
      byte[] swapped = new byte[2 * size];
      float[] codes = new float[2 * d];
      for (int n = 0; n < 2; n++) {
        System.arraycopy(pixels, (2 - n) * size, swapped, n * size, size);
        System.arraycopy(encoded.codes(), (2 - n) * d, codes, n * d, d);
      }
      // When
      float[] errors = scorer.reconstructionErrors(swapped, 2, codes, List.of());
      // Then
      assertThat((double) errors[0]).isCloseTo(inOrder[2], within(errorTolerance() * inOrder[2]));
      assertThat((double) errors[1]).isCloseTo(inOrder[1], within(errorTolerance() * inOrder[1]));
    }
  }

  @Test
  void shouldServeSeveralThreadsAtOnce() throws Exception {
    // Given
    byte[] pixels = pixels(5);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try (ResidualScorer scorer = open()) {
      LatentBatch expected = scorer.score(FrameInputs.of(pixels, 5));
      // When
      List<Future<LatentBatch>> results = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        results.add(threads.submit(() -> scorer.score(FrameInputs.of(pixels, 5))));
      }
      // Then
      for (Future<LatentBatch> result : results) {
        assertThat(result.get().residuals()).isEqualTo(expected.residuals());
        assertThat(result.get().reconstructionErrors()).isEqualTo(expected.reconstructionErrors());
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void shouldCloseTwiceAndRefuseToScoreAfterwards() {
    // Given
    ResidualScorer scorer = open();
    // When
    scorer.close();
    scorer.close();
    // Then
    assertThatThrownBy(() -> scorer.score(FrameInputs.of(pixels(1), 1)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
    assertThatThrownBy(() -> scorer.encode(FrameInputs.of(pixels(1), 1)))
        .hasMessageContaining("closed");
    float[] codes = new float[scorer.latents()];
    assertThatThrownBy(() -> scorer.reconstructionErrors(pixels(1), 1, codes, List.of()))
        .hasMessageContaining("closed");
  }

  @Test
  void shouldSayHowManyBytesFramesNeed() {
    // Given
    try (ResidualScorer scorer = open()) {
      // When
      // Then
      assertThatThrownBy(() -> scorer.score(FrameInputs.of(pixels(2), 3)))
          .hasMessageContaining("3 frames of 32x32x3 need 9216 bytes but there are 6144");
      assertThatThrownBy(() -> scorer.encode(FrameInputs.of(pixels(1), 0)))
          .hasMessageContaining("0 frames");
    }
  }

  @Test
  void shouldSayHowManyLatentsAReconstructionNeeds() {
    // Given
    try (ResidualScorer scorer = open()) {
      float[] codes = new float[2 * scorer.latents() - 1];
      // When
      // Then
      assertThatThrownBy(() -> scorer.reconstructionErrors(pixels(2), 2, codes, List.of()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(
              "2 frames need %d latents but there are %d"
                  .formatted(codes.length + 1, codes.length));
    }
  }

  @Test
  void shouldNotGrowWhenScorersComeAndGo() throws Exception {
    // Given
    byte[] pixels = pixels(41);
    for (int i = 0; i < 10; i++) {
      try (ResidualScorer scorer = open()) {
        scorer.score(FrameInputs.of(pixels, 41));
      }
    }
    long before = residentKilobytes();
    // When
    for (int i = 0; i < 50; i++) {
      try (ResidualScorer scorer = open()) {
        scorer.score(FrameInputs.of(pixels, 41));
      }
    }
    // Then fifty unclosed scorers would hold at least 100 MB of weights
    assertThat(residentKilobytes() - before).isLessThan(40_000);
  }

  private static long residentKilobytes() throws Exception {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    throw new IllegalStateException("no VmRSS in /proc/self/status");
  }

  /** Frames of noise. */
  protected static byte[] pixels(int frames) {
    byte[] pixels = new byte[frames * IMAGE.size()];
    new Random(frames).nextBytes(pixels);
    return pixels;
  }
}
