package dev.residua.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelMask;
import dev.residua.training.LancaSettings.OrderRelaxation;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The oracle is the {@link Autoencoder} with the whole batch. */
class ParallelAutoencoderTest {
  private static final int BATCH = 25;
  private static final int COUNTED = 19;
  private static final int PROBES = 7;
  private static final int D = 3;
  private static final ImageShape IMAGE = new ImageShape(32, 16, 3);

  /** The second block lies across the border of two parts. */
  private static final List<Autoencoder.Extra> EXTRAS =
      List.of(new Autoencoder.Extra(0, 5), new Autoencoder.Extra(6, 8));

  private static final double[] EXTRA_WEIGHTS = {0.5, 2};

  /** Every third value of the second block. */
  private static final float[] COUNTING = new float[8 * IMAGE.size()];

  static {
    for (int k = 0; k < COUNTING.length; k += 3) {
      COUNTING[k] = 1;
    }
  }

  private final NetworkLayout layout =
      new NetworkLayout(IMAGE, D, true, OrderRelaxation.SOFT_SORT, 2, false);
  private final NetworkWeights weights = NetworkWeights.random(layout, new float[0], 1);
  private final float[] frames = normal(2, (BATCH + PROBES) * IMAGE.size());
  private final float[] targets = normal(3, BATCH * IMAGE.size());
  private final float[] probed = Arrays.copyOfRange(frames, BATCH * IMAGE.size(), frames.length);
  private final float[] byLogVariance = normal(4, (BATCH + PROBES) * D);
  private final float[] byProbes = normal(6, PROBES * D);
  private final float[] decoded = normal(5, (BATCH + 13) * D);
  private final PixelMask[] masks = new PixelMask[BATCH];

  private final Map<String, float[]> expected = new LinkedHashMap<>();

  ParallelAutoencoderTest() {
    Arrays.fill(masks, PixelMask.NONE);
    BitSet corner = new BitSet();
    corner.set(0, 40);
    masks[4] = PixelMask.of(corner);
    Autoencoder twin = new Autoencoder(layout, array(frames), array(targets), PROBES, EXTRAS, null);
    twin.values().forEach((name, array) -> array.data().asNioFloat().put(weights.get(name)));
    twin.weigh(masks);
    twin.weigh(1, COUNTING, 0);
    expected.put("z", twin.encode().data().asFloat());
    expected.put("logVariance", twin.logVariances().data().asFloat());
    float[] gradient = new float[decoded.length];
    add(expected, twin.decode(decoded, COUNTED, 1, EXTRA_WEIGHTS, gradient));
    expected.put("byDecoded", gradient);
    expected.put(
        "pictures", Arrays.copyOf(twin.pictures(decoded).data().asFloat(), BATCH * IMAGE.size()));
    twin.backward(byMean(gradient), byLogVariance);
    twin.gradients().forEach((name, array) -> expected.put(name, array.data().asFloat()));
  }

  private float[] byMean(float[] byDecoded) {
    float[] byMean = Arrays.copyOf(byDecoded, (BATCH + PROBES) * D);
    System.arraycopy(byProbes, 0, byMean, BATCH * D, PROBES * D);
    return byMean;
  }

  private static float[] normal(int seed, int count) {
    Random random = new Random(seed);
    float[] values = new float[count];
    for (int k = 0; k < count; k++) {
      values[k] = (float) random.nextGaussian();
    }
    return values;
  }

  private static INDArray array(float[] values) {
    INDArray array = Nd4j.create(DataType.FLOAT, Blocks.shape(IMAGE, values.length / IMAGE.size()));
    array.data().asNioFloat().put(values);
    return array;
  }

  private static void add(Map<String, float[]> to, Autoencoder.Errors errors) {
    to.put("reconstruction", new float[] {(float) errors.reconstruction()});
    for (int e = 0; e < errors.extras().length; e++) {
      to.put("extra" + e, new float[] {(float) errors.extras()[e]});
    }
  }

  private Map<String, float[]> results(ParallelAutoencoder network) {
    Map<String, float[]> results = new LinkedHashMap<>();
    network.weigh(masks);
    network.weigh(1, COUNTING);
    results.put("z", network.encode(frames, targets, probed));
    results.put("logVariance", network.logVariances());
    float[] gradient = new float[decoded.length];
    add(results, network.decode(decoded, COUNTED, EXTRA_WEIGHTS, gradient));
    results.put("byDecoded", gradient);
    results.put("pictures", network.pictures(Arrays.copyOf(decoded, BATCH * D)));
    network.backward(byMean(gradient), byLogVariance);
    network.gradients().forEach((name, array) -> results.put(name, array.data().asFloat()));
    return results;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 64})
  void shouldHaveTheLossesAndGradientsOfTheWholeBatch(int threads) {
    // Given
    Nd4jBackends.useThreads(1);
    try (ParallelAutoencoder network =
        new ParallelAutoencoder(layout, BATCH, PROBES, true, EXTRAS, threads)) {
      network.values().forEach((name, array) -> array.data().asNioFloat().put(weights.get(name)));
      // When twice, since arrays are used again
      Map<String, float[]> first = results(network);
      Map<String, float[]> second = results(network);
      // Then
      assertThat(second.keySet()).isEqualTo(expected.keySet());
      expected.forEach(
          (name, of) -> {
            assertThat(second.get(name)).as(name).isEqualTo(first.get(name));
            if (threads == 1) {
              assertThat(first.get(name)).as(name).isEqualTo(of);
            } else {
              check(name, first.get(name), of);
            }
          });
    }
  }

  /** With the numbers of threads that leave parts of unequal size. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void shouldMeasureStatisticsOfTheWholeBatch(int threads) {
    // Given
    NetworkLayout normalized = layout.withNormalized(true);
    Autoencoder twin =
        new Autoencoder(normalized, array(frames), array(targets), PROBES, EXTRAS, null);
    twin.values().forEach((name, array) -> array.data().asNioFloat().put(weights.get(name)));
    twin.encode();
    BatchNormalization first = Objects.requireNonNull(twin.normalizations().get("enc1"));
    try (ParallelAutoencoder network =
        new ParallelAutoencoder(normalized, BATCH, PROBES, true, EXTRAS, threads)) {
      network.values().forEach((name, array) -> array.data().asNioFloat().put(weights.get(name)));
      // When
      network.encode(frames, targets, probed);
      Map<String, float[]> statistics = network.statistics();
      // Then later layers see what the parts were normalised to, so only the first is the same
      assertThat(statistics).hasSize(6);
      float[] mean = statistics.get("enc1" + NetworkLayout.MEAN);
      float[] variance = statistics.get("enc1" + NetworkLayout.VARIANCE);
      for (int c = 0; c < mean.length; c++) {
        assertThat(mean[c]).isCloseTo((float) first.mean()[c], within(1e-5f));
        assertThat(variance[c])
            .isCloseTo((float) first.variance()[c], within((float) (1e-5 * first.variance()[c])));
      }
    }
  }

  private static void check(String name, float[] actual, float[] of) {
    float largest = 0;
    for (float value : of) {
      largest = Math.max(largest, Math.abs(value));
    }
    assertThat(actual).as(name).hasSameSizeAs(of);
    assertThat(largest).as(name).isPositive();
    for (int k = 0; k < of.length; k++) {
      assertThat(actual[k]).as(name).isCloseTo(of[k], within(1e-5f * largest));
    }
  }
}
