package dev.residua.dl4j;

import dev.residua.frame.ImageShape;
import dev.residua.training.TrainedNetwork;
import dev.residua.training.TrainingData;
import dev.residua.training.TrainingFailedException;
import dev.residua.training.TrainingLosses;
import dev.residua.training.TrainingProgress;
import dev.residua.training.TrainingSettings;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.api.OutAndGrad;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.config.Adam;

/** One run of the training loop; every method is called on the training thread. */
final class LancaTraining {
  private static final double ORDER_RATE = 1e-2;
  private static final double EDGE_RATE = 3e-3;
  private static final double EDGE_DIVERGENCE_WEIGHT = 0.02;
  private static final double WARM_FROM = 0.3;
  private static final double WARM_TO = 0.5;
  private static final double COLDEST = 0.1;
  private static final double COLD_FROM = 0.75;
  private static final int MEAN_FRAMES = 4_000;
  private static final int HISTORY = 200;
  private static final int COLLECT_EVERY = 400;

  private final TrainingData data;
  private final int frames;
  private final int[] labelled;
  private final TrainingSettings settings;
  private final TrainingProgress progress;
  private final ImageShape image;
  private final float[] mean;
  private final LancaNetwork network;
  private final Random random;
  private final INDArray input;
  private final float[] inputValues;
  private final Map<String, INDArray> placeholders = new HashMap<>();
  private final Map<String, GradientUpdater<?>> updaters = new LinkedHashMap<>();
  private final List<String> names = new ArrayList<>();
  private final double[] labelMean;
  private final double[] labelScale;
  private final byte[] pixels;

  private LancaTraining(
      TrainingData data,
      int frames,
      int[] labelled,
      TrainingSettings settings,
      byte @Nullable [] start,
      TrainingProgress progress)
      throws TrainingFailedException {
    this.data = data;
    this.frames = frames;
    this.labelled = labelled.clone();
    this.settings = settings;
    this.progress = progress;
    this.image = data.shape();
    this.random = new Random(settings.seed());
    this.pixels = new byte[image.size()];
    int factors = labelled.length == 0 ? 0 : data.factorNames().size();
    this.labelMean = new double[factors];
    this.labelScale = new double[factors];
    measureLabels();
    NetworkWeights weights = start(start);
    this.mean = weights.meanImage();
    this.network =
        new LancaNetwork(
            weights,
            settings.batch(),
            labelled.length == 0 ? 0 : settings.labelledBatch(),
            factors,
            settings.labelWeight());
    this.input = Nd4j.create(DataType.FLOAT, network.framesShape());
    this.inputValues = new float[Math.toIntExact(input.length())];
    for (Parameter parameter : network.parameters()) {
      double rate =
          switch (parameter.group()) {
            case AUTOENCODER, MECHANISM -> settings.learningRate();
            case ORDER -> ORDER_RATE;
            case EDGES -> EDGE_RATE;
          };
      names.add(parameter.name());
      updaters.put(
          parameter.name(),
          Adam.builder()
              .learningRateSchedule(new LearningRate(rate, settings.steps()))
              .build()
              .instantiate(Nd4j.zeros(DataType.FLOAT, 1, 2L * parameter.length()), true));
    }
  }

  static TrainedNetwork run(
      TrainingData data,
      int frames,
      int[] labelled,
      TrainingSettings settings,
      byte @Nullable [] start,
      TrainingProgress progress,
      ExecutorService thread)
      throws Exception {
    Nd4j.getEnvironment().setMaxMasterThreads(settings.threads());
    LancaTraining training =
        QuietOutput.during(
            () -> new LancaTraining(data, frames, labelled, settings, start, progress));
    return training.train(thread);
  }

  private NetworkWeights start(byte @Nullable [] start) throws TrainingFailedException {
    if (start == null) {
      return NetworkWeights.random(image, settings.latents(), meanImage(), settings.seed());
    }
    NetworkWeights weights;
    try {
      weights = NetworkWeights.fromBytes(start);
    } catch (IllegalArgumentException e) {
      throw new TrainingFailedException("cannot start from these weights: " + e.getMessage(), e);
    }
    if (!weights.image().equals(image) || weights.latents() != settings.latents()) {
      throw new TrainingFailedException(
          "cannot start from weights for %s and %d latents: this training has %s and %d"
              .formatted(weights.image(), weights.latents(), image, settings.latents()));
    }
    return weights;
  }

  private float[] meanImage() {
    int used = Math.min(frames, MEAN_FRAMES);
    long[] sums = new long[image.size()];
    for (int k = 0; k < used; k++) {
      data.read((int) ((long) k * frames / used), pixels, 0);
      for (int i = 0; i < sums.length; i++) {
        sums[i] += pixels[i] & 0xff;
      }
    }
    float[] result = new float[sums.length];
    for (int i = 0; i < sums.length; i++) {
      result[i] = (float) (sums[i] / (255.0 * used));
    }
    return result;
  }

  private void measureLabels() throws TrainingFailedException {
    int factors = labelMean.length;
    double[] squares = new double[factors];
    for (int n = 0; n < labelled.length; n++) {
      double[] values = factors(labelled[n]);
      for (int f = 0; f < factors; f++) {
        double before = values[f] - labelMean[f];
        labelMean[f] += before / (n + 1);
        squares[f] += before * (values[f] - labelMean[f]);
      }
    }
    for (int f = 0; f < factors; f++) {
      labelScale[f] = Math.sqrt(squares[f] / labelled.length);
      if (!(labelScale[f] > 0)) {
        throw new TrainingFailedException(
            "factor %s has the same value in all %d labelled frames: leave it out with --factors, or label frames in which it differs"
                .formatted(data.factorNames().get(f), labelled.length));
      }
    }
  }

  private double[] factors(int frame) {
    double[] values = data.factors(frame);
    if (values == null) {
      throw new IllegalArgumentException("frame " + frame + " has no labels");
    }
    return values;
  }

  private TrainedNetwork train(ExecutorService thread) throws Exception {
    int steps = settings.steps();
    Order unlabelledOrder = new Order(frames, random);
    Order labelledOrder = new Order(Math.max(1, labelled.length), random);
    double[] total = new double[5];
    int counted = 0;
    List<TrainingLosses> history = new ArrayList<>();
    double[] last = new double[5];
    int lastCounted = 0;
    long[] nanos = new long[Math.min(steps, 2_000)];
    TrainingLosses shown = null;
    for (int step = 0; step < steps; step++) {
      long began = System.nanoTime();
      fill(unlabelledOrder, labelledOrder, step);
      OutAndGrad result = step == 0 ? QuietOutput.during(this::evaluate) : evaluate();
      double[] losses = losses(result.getOutputs());
      if (!Double.isFinite(losses[5])) {
        throw new TrainingFailedException(
            "the loss became %s at step %d of %d (reconstruction %.4g, labels %.4g, residual mmd %.4g): train with a smaller learning rate or another --seed, and check that labels have no extreme values"
                .formatted(losses[5], step + 1, steps, losses[0], losses[1], losses[2]));
      }
      update(result.getGradients(), step);
      nanos[step % nanos.length] = System.nanoTime() - began;
      for (int i = 0; i < 5; i++) {
        total[i] += losses[i];
      }
      counted++;
      if (step >= steps - Math.max(1, steps / 20)) {
        for (int i = 0; i < 5; i++) {
          last[i] += losses[i];
        }
        lastCounted++;
      }
      int every = Math.max(1, steps / HISTORY);
      if ((step + 1) % every == 0) {
        shown = average(total, counted);
        history.add(shown);
        Arrays.fill(total, 0);
        counted = 0;
      }
      if (step % 10 == 9 || step == steps - 1) {
        progress.at("training", (step + 1.0) / steps, shown);
      }
      if (step % COLLECT_EVERY == COLLECT_EVERY - 1) {
        Nd4j.getMemoryManager().invokeGc();
      }
    }
    long[] sorted = Arrays.copyOf(nanos, Math.min(nanos.length, steps));
    Arrays.sort(sorted);
    return new LancaTrained(
        network,
        weights(),
        average(last, lastCounted),
        history,
        sorted[sorted.length / 2] / 1e6,
        thread);
  }

  private OutAndGrad evaluate() {
    return network.graph().calculateGradientsAndOutputs(placeholders, network.reported(), names);
  }

  private static TrainingLosses average(double[] total, int n) {
    return new TrainingLosses(total[0] / n, total[1] / n, total[2] / n, total[3] / n, total[4] / n);
  }

  private double[] losses(Map<String, INDArray> outputs) {
    return new double[] {
      scalar(outputs, LancaNetwork.RECONSTRUCTION),
      scalar(outputs, LancaNetwork.LABEL_ERROR),
      scalar(outputs, LancaNetwork.MMD),
      scalar(outputs, LancaNetwork.STRUCTURAL),
      expectedEdges(),
      scalar(outputs, LancaNetwork.LOSS)
    };
  }

  private double expectedEdges() {
    double sum = 0;
    for (double[] row :
        GraphDraw.readOut(
            network.value("order").data().asFloat(), network.value("edges").data().asFloat())) {
      for (double edge : row) {
        sum += edge;
      }
    }
    return sum;
  }

  private static double scalar(Map<String, INDArray> outputs, String name) {
    INDArray value = outputs.get(name);
    return value == null ? 0 : value.getDouble(0);
  }

  private void update(Map<String, INDArray> gradients, int step) {
    for (Parameter parameter : network.parameters()) {
      INDArray gradient = gradients.get(parameter.name());
      if (gradient == null) {
        throw new IllegalStateException("no gradient for " + parameter.name());
      }
      INDArray row = gradient.dup('c').reshape('c', 1, parameter.length());
      GradientUpdater<?> updater = updaters.get(parameter.name());
      if (updater == null) {
        throw new IllegalStateException("no updater for " + parameter.name());
      }
      updater.applyUpdater(row, step, 0);
      network.value(parameter.name()).reshape('c', 1, parameter.length()).subi(row);
    }
  }

  private void fill(Order unlabelledOrder, Order labelledOrder, int step) {
    int rows = settings.batch();
    int size = image.size();
    for (int r = 0; r < rows; r++) {
      data.read(unlabelledOrder.next(), pixels, 0);
      Blocks.put(image, pixels, 0, mean, inputValues, r * size);
    }
    if (labelled.length > 0) {
      int count = settings.labelledBatch();
      int factors = labelMean.length;
      float[] labels = new float[count * factors];
      for (int r = 0; r < count; r++) {
        int frame = labelled[labelledOrder.next()];
        data.read(frame, pixels, 0);
        Blocks.put(image, pixels, 0, mean, inputValues, (rows + r) * size);
        double[] values = factors(frame);
        for (int f = 0; f < factors; f++) {
          labels[r * factors + f] = (float) ((values[f] - labelMean[f]) / labelScale[f]);
        }
      }
      put(LancaNetwork.LABELS, labels, count, factors);
    }
    FloatBuffer buffer = input.data().asNioFloat();
    buffer.put(inputValues);
    placeholders.put(LancaNetwork.FRAMES, input);

    int d = settings.latents();
    double done = (double) step / settings.steps();
    double temperature = Math.pow(COLDEST, Math.min(1, done / COLD_FROM));
    double warm = Math.max(0, Math.min(1, (done - WARM_FROM) / (WARM_TO - WARM_FROM)));
    scalar(LancaNetwork.TEMPERATURE, temperature);
    // Without labels the causal terms collapse an autoencoder that has not settled.
    scalar(LancaNetwork.CAUSAL_WEIGHT, labelled.length > 0 ? 1 : warm);
    scalar(LancaNetwork.EDGE_WEIGHT, EDGE_DIVERGENCE_WEIGHT * warm);
    GraphDraw draw =
        GraphDraw.of(
            network.value("order").data().asFloat(),
            network.value("edges").data().asFloat(),
            temperature,
            random);
    put(LancaNetwork.ORDER_NOISE, draw.orderNoise(), 1, d);
    put(LancaNetwork.HARD_ORDER, draw.hardOrder(), d, d);
    put(LancaNetwork.ORDER_DIFFERENCE, draw.orderDifference(), d, d);
    put(LancaNetwork.GATE_NOISE, draw.gateNoise(), d, d);
    put(LancaNetwork.GATE_DIFFERENCE, draw.gateDifference(), d, d);
    put(LancaNetwork.SHUFFLES, shuffles(d, rows), d, rows, rows);
  }

  /** A random permutation matrix for each latent. */
  private float[] shuffles(int d, int rows) {
    float[] matrices = new float[d * rows * rows];
    for (int i = 0; i < d; i++) {
      int[] order = Order.shuffled(rows, random);
      for (int r = 0; r < rows; r++) {
        matrices[(i * rows + r) * rows + order[r]] = 1;
      }
    }
    return matrices;
  }

  private void scalar(String name, double value) {
    placeholders.put(name, Nd4j.scalar((float) value));
  }

  private void put(String name, float[] values, long... shape) {
    placeholders.put(name, Nd4j.create(values, shape, 'c'));
  }

  private NetworkWeights weights() {
    Map<String, float[]> values = new LinkedHashMap<>();
    for (Parameter parameter : network.parameters()) {
      values.put(parameter.name(), network.value(parameter.name()).dup('c').data().asFloat());
    }
    return new NetworkWeights(image, settings.latents(), mean, values);
  }

  /** Numbers from 0 in random order, again and again. */
  private static final class Order {
    private final Random random;
    private int[] order;
    private int at;

    Order(int count, Random random) {
      this.random = random;
      this.order = shuffled(count, random);
    }

    int next() {
      if (at == order.length) {
        order = shuffled(order.length, random);
        at = 0;
      }
      return order[at++];
    }

    static int[] shuffled(int count, Random random) {
      int[] order = new int[count];
      for (int i = 0; i < count; i++) {
        int j = random.nextInt(i + 1);
        order[i] = order[j];
        order[j] = i;
      }
      return order;
    }
  }
}
