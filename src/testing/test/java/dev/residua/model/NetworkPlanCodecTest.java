package dev.residua.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.causal.LatentCorrection;
import dev.residua.causal.StructuralEquations;
import dev.residua.dl4j.RandomNetworks;
import dev.residua.frame.ImageShape;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class NetworkPlanCodecTest {
  private static final ImageShape IMAGE = new ImageShape(32, 32, 3);

  /** Bytes before the first layer of the header, and of each layer. */
  private static final int FIRST_LAYER = 44;

  private static final int LAYER = 28;
  private static final int HEADER = FIRST_LAYER + 12 * LAYER + 8;

  private static NetworkPlan plan;
  private static byte[] bytes;

  @BeforeAll
  static void makeANetworkWithEveryPart() {
    plan = RandomNetworks.complete(IMAGE, 3);
    bytes = NetworkPlanCodec.toBytes(plan);
  }

  private static void refuses(byte[] network, String... reasons) {
    assertThatThrownBy(() -> NetworkPlanCodec.fromBytes(network))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll(reasons);
  }

  private static void refuses(Consumer<ByteBuffer> change, String... reasons) {
    byte[] changed = bytes.clone();
    change.accept(ByteBuffer.wrap(changed));
    refuses(changed, reasons);
  }

  /** Refuses one number of the header. */
  private static void refusesHeader(int index, int value, String... reasons) {
    refuses(to -> to.putInt(4 * index, value), reasons);
  }

  /** Refuses one number of a layer's header: kind, in, out, kernel, stride, padding, ReLU. */
  private static void refusesLayer(int layer, int field, int value, String... reasons) {
    refuses(to -> to.putInt(FIRST_LAYER + LAYER * layer + 4 * field, value), reasons);
  }

  private static long allocated(Runnable reading) {
    com.sun.management.ThreadMXBean threads =
        (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long thread = Thread.currentThread().getId();
    long before = threads.getThreadAllocatedBytes(thread);
    reading.run();
    return threads.getThreadAllocatedBytes(thread) - before;
  }

  @Test
  void shouldReadWhatItWrote() {
    // When
    NetworkPlan read = NetworkPlanCodec.fromBytes(bytes);
    // Then
    assertThat(NetworkPlanCodec.toBytes(read)).isEqualTo(bytes);
    assertThat(read.image()).isEqualTo(IMAGE);
    assertThat(read.meanImage()).isEqualTo(plan.meanImage());
    assertThat(read.encoder())
        .extracting(NetworkLayer::out)
        .containsExactly(32, 64, 64, 128, 128, 3);
    assertThat(read.encoder())
        .extracting(NetworkLayer::relu)
        .containsExactly(true, true, true, true, true, false);
    assertThat(read.decoder())
        .extracting(NetworkLayer::out)
        .containsExactly(128, 128, 256, 64, 32, 48);
    assertThat(read.decoder().get(3)).isInstanceOf(NetworkLayer.Deconvolution.class);
    LatentCorrection correction = read.correction();
    assertThat(correction).isNotNull();
    float[] codes = {0.3f, -1, 0.5f, 2, 0, -0.1f};
    float[] corrected = correction.apply(codes, 2);
    assertThat(corrected).isNotEqualTo(codes);
    LatentCorrection written = plan.correction();
    assertThat(written).isNotNull();
    assertThat(corrected).isEqualTo(written.apply(codes, 2));
    assertThat(read.equations().expected(codes, 2)).isEqualTo(plan.equations().expected(codes, 2));
  }

  @Test
  void shouldReadNetworksOfEverySizeThatIsTrained() {
    for (ImageShape image :
        List.of(
            new ImageShape(16, 16, 1),
            new ImageShape(64, 48, 1),
            new ImageShape(128, 128, 3),
            new ImageShape(512, 512, 1))) {
      // Given
      byte[] other = NetworkPlanCodec.toBytes(RandomNetworks.of(image, 7, 5));
      // When
      // Then
      assertThatCode(() -> NetworkPlanCodec.fromBytes(other)).doesNotThrowAnyException();
      assertThat(NetworkPlanCodec.fromBytes(other).correction()).isNull();
    }
  }

  @Test
  void shouldRefuseOtherMarksAndVersions() {
    refuses(new byte[0], "cut off after 0 bytes");
    refuses(new byte[] {1, 2, 3}, "cut off after 3 bytes");
    refuses(Arrays.copyOf(bytes, 100), "cut off after 100 bytes");
    refusesHeader(0, 0x08071207, "mark is 08071207 and its version 1, expected 52534e50 and 1");
    refusesHeader(1, 4, "its version 4, expected 52534e50 and 1 to 3");
    refusesHeader(1, 2, "kind of layer 0 is 48"); // has no number of variables
  }

  @Test
  void shouldKeepTheEquationsOfVariables() {
    // Given three latents and two variables, of which the second is an effect of latent 0
    float[] linear = new float[25];
    linear[4] = 2; // from latent 0 to node 4
    NetworkPlan observing =
        new NetworkPlan(
            plan.image(),
            plan.latents(),
            plan.block(),
            plan.meanImage(),
            plan.encoder(),
            plan.correction(),
            new StructuralEquations(
                new float[] {1, 2, 3, 4, 5},
                linear,
                new float[] {1, 2, 3, 4, 5},
                new float[] {0.5f},
                new float[] {0, 0, 1, 0, 0}),
            plan.decoder(),
            plan.errorScale());
    // When
    byte[] written = NetworkPlanCodec.toBytes(observing);
    NetworkPlan read = NetworkPlanCodec.fromBytes(written);
    // Then
    assertThat(read.latents()).isEqualTo(3);
    assertThat(read.variables()).isEqualTo(2);
    assertThat(read.equations().linear()).containsExactly(linear);
    assertThat(read.equations().frequencies()).containsExactly(1, 2, 3, 4, 5);
    assertThat(NetworkPlanCodec.toBytes(read)).isEqualTo(written);
    // and a plan without variables is written as before there were any
    assertThat(ByteBuffer.wrap(bytes).getInt(4)).isEqualTo(1);
    refuses(
        changed(written, to -> to.putInt(44, 60)), "number of variables is 60, expected 1 to 59");
    refuses(changed(written, to -> to.putInt(44, 0)), "number of variables is 0");
    refuses(changed(written, to -> to.putInt(44, 3)), "its header is for");
  }

  private static byte[] changed(byte[] written, Consumer<ByteBuffer> change) {
    byte[] copy = written.clone();
    change.accept(ByteBuffer.wrap(copy));
    return copy;
  }

  @Test
  void shouldBoundEveryNumberOfTheHeader() {
    refusesHeader(2, 0, "width is 0, expected 1 to 4096");
    refusesHeader(2, Integer.MAX_VALUE, "width is 2147483647");
    refusesHeader(3, -32, "height is -32");
    refuses(to -> to.putInt(8, 4096).putInt(12, 4096), "number of pixels is 16777216, expected 1");
    refusesHeader(4, 4, "channels must be 1 or 3 but was 4");
    refusesHeader(5, 63, "number of latents is 63, expected 1 to 62");
    refusesHeader(5, 0, "number of latents is 0");
    refusesHeader(6, 0, "blocks of 0 pixels");
    refusesHeader(6, 1 << 16, "blocks of 65536 pixels");
    refusesHeader(7, 17, "encoder's layers is 17, expected 1 to 16");
    refusesHeader(8, Integer.MIN_VALUE, "decoder's layers is -2147483648");
    refusesHeader(9, 1 << 20, "correction's centres is 1048576, expected 0 to 4096");
    refusesHeader(10, -1, "equations' cosines is -1, expected 0 to 65536");
    refusesLayer(0, 0, 3, "kind of layer 0 is 3, expected 0 to 2");
    refusesLayer(1, 1, 1 << 21, "inputs of layer 1 is 2097152");
    refusesLayer(1, 2, 0, "outputs of layer 1 is 0");
    refusesLayer(2, 3, 17, "kernel of layer 2 is 17, expected 1 to 16");
    refusesLayer(2, 4, 0, "stride of layer 2 is 0");
    refusesLayer(2, 5, 16, "padding of layer 2 is 16, expected 0 to 15");
    refusesLayer(2, 6, 2, "activation of layer 2 is 2, expected 0 to 1");
    refusesLayer(3, 3, 2, "kernel of layer 3 is 2, expected 1 to 1");
    refuses(to -> to.putLong(HEADER - 8, 1L << 3), "corrects latents 8 of 3 with");
    refuses(to -> to.putLong(HEADER - 8, -1L), "corrects latents ffffffffffffffff of 3");
  }

  @Test
  void shouldRefuseArraysThatAreNotAsLongAsTheHeaderClaims() {
    refuses(Arrays.copyOf(bytes, bytes.length - 4), "its header is for", "bytes follow");
    refuses(Arrays.copyOf(bytes, bytes.length + 1), "bytes follow");
    refusesLayer(3, 2, 129, "its header is for");
    refusesHeader(9, 0, "corrects latents");
    refusesHeader(10, 64, "its header is for");
  }

  @Test
  void shouldNotAllocateWhatAHeaderClaims() {
    // Given layers of a million inputs and outputs, whose weights would take terabytes
    byte[] huge = bytes.clone();
    ByteBuffer to = ByteBuffer.wrap(huge);
    for (int layer = 0; layer < 12; layer++) {
      to.putInt(FIRST_LAYER + LAYER * layer + 4, NetworkLayer.MAX_WIDTH);
      to.putInt(FIRST_LAYER + LAYER * layer + 8, NetworkLayer.MAX_WIDTH);
    }
    // When
    long allocated = allocated(() -> refuses(huge, "numbers in", "bytes follow"));
    // Then
    assertThat(allocated).isLessThan(1 << 20);
  }

  @Test
  void shouldRefuseNumbersThatAreNotFinite() {
    refuses(to -> to.putFloat(HEADER, Float.NaN), "error scale has the value NaN");
    refuses(to -> to.putFloat(HEADER, 0), "an error scale of 0.0");
    refuses(to -> to.putFloat(HEADER + 8, Float.POSITIVE_INFINITY), "mean image has the value Inf");
    int weights = HEADER + 4 + 4 * IMAGE.size();
    refuses(to -> to.putFloat(weights, Float.NaN), "layer 0 has the value NaN, expected finite");
    refuses(
        to -> to.putFloat(bytes.length - 4, Float.NEGATIVE_INFINITY), "equations' weights has the");
  }

  @Test
  void shouldRefuseLayersThatDoNotFitEachOther() {
    refusesLayer(0, 4, 2, "a layer takes 256 and gives 128 of 1x1");
    refusesLayer(1, 5, 3, "a layer takes");
    refusesLayer(4, 0, 1, "an encoder has 2 to 16 layers");
    refusesLayer(0, 0, 2, "an encoder has 2 to 16 layers");
    refusesLayer(6, 0, 1, "a decoder has 2 to 16 layers");
    refusesLayer(11, 6, 1, "the last one linear with 48 channels");
    refusesLayer(9, 4, 3, "a layer takes 64 and gives 64 of 2x2, the previous one gives 256");
    refuses(
        to ->
            to.putInt(FIRST_LAYER + LAYER * 9 + 20, 2)
                .putInt(FIRST_LAYER + LAYER * 10 + 16, 1)
                .putInt(FIRST_LAYER + LAYER * 10 + 20, 0),
        "a decoder's dense layers give 256 values, which do not make pictures of 3x3");
    refuses(to -> to.putInt(28, 7).putInt(32, 5), "an encoder has 2 to 16 layers");
    refuses(to -> to.putInt(8, 8).putInt(12, 128), "a layer takes");
  }

  @Test
  void shouldBoundMemoryAndMultiplyAddsPerFrame() {
    // Given 64x64 blocks of 256 channels
    NetworkLayer narrow = convolution(256, 64);
    assertThatCode(() -> network(narrow, convolution(64, 1))).doesNotThrowAnyException();
    // When
    // Then
    assertThatThrownBy(() -> network(convolution(256, 2048), convolution(2048, 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("8388608 values per frame, expected at most 4325376");
    NetworkLayer costly = convolution(1024, 1024);
    assertThatThrownBy(
            () -> network(convolution(256, 1024), costly, costly, costly, convolution(1024, 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("more than 8657043456 multiply-adds per frame");
  }

  private static NetworkLayer convolution(int in, int out) {
    return new NetworkLayer.Convolution(
        in, out, 1, 1, 0, new float[in * out], new float[out], out != 256);
  }

  private static NetworkLayer dense(int in, int out) {
    return new NetworkLayer.Dense(in, out, new float[in * out], new float[out], false);
  }

  /** A network of 1024x1024 pixels with these convolutions in its encoder, the last one to 1. */
  private static void network(NetworkLayer... convolutions) {
    ImageShape image = new ImageShape(1024, 1024, 1);
    List<NetworkLayer> encoder = new ArrayList<>(List.of(convolutions));
    encoder.add(dense(64 * 64, 2));
    new NetworkPlan(
        image,
        2,
        16,
        new float[image.size()],
        encoder,
        null,
        new StructuralEquations(
            new float[2], new float[4], new float[0], new float[0], new float[0]),
        List.of(dense(2, 64 * 64), convolution(1, 256)),
        1);
  }
}
