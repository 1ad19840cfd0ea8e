package dev.residua.dl4j;

import dev.residua.training.StepTimes;
import dev.residua.training.Teaching;
import dev.residua.training.TrainedNetwork;
import dev.residua.training.Trainer;
import dev.residua.training.TrainingData;
import dev.residua.training.TrainingFailedException;
import dev.residua.training.TrainingInput;
import dev.residua.training.TrainingLosses;
import dev.residua.training.TrainingProgress;
import dev.residua.training.TrainingSettings;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.variational.LossFunctionWrapper;
import org.deeplearning4j.nn.conf.layers.variational.VariationalAutoencoder;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.impl.LossL2;
import org.nd4j.linalg.schedule.ISchedule;

/**
 * The baseline of the LANCA network: the {@code VariationalAutoencoder} layer of Deeplearning4j,
 * trained without labels or causal terms. Labels name its latents afterwards, see {@link
 * LatentNaming}.
 *
 * <p>The layer is dense, with hidden layers of 256 and 64 units and ReLU. Its loss is that of the
 * variational LANCA encoder: the squared error of the pixels plus the divergence from N(0, I). Of
 * the settings only steps, batch, learning rate, threads and seed are used. Held pairs, answers,
 * categories and earlier weights are refused. The losses report the reconstruction only.
 */
public final class VariationalLayerTrainer implements Trainer {
  /** Widths of the hidden layers of the encoder; the decoder has them in reverse. */
  private static final int[] ENCODER = {256, 64};

  private static final int[] DECODER = {64, 256};

  private static final int MEASURED_EVERY = 10;
  private static final int COLLECT_EVERY = 400;

  @Override
  public String architecture() {
    return "dl4j-variational-autoencoder";
  }

  @Override
  public String preprocessing() {
    return "unsigned bytes divided by 255, minus the mean of the training frames; inside the"
        + " network";
  }

  @Override
  public TrainedNetwork train(
      TrainingData data,
      int frames,
      int[] labelled,
      TrainingSettings settings,
      byte @Nullable [] start,
      TrainingProgress progress)
      throws TrainingFailedException {
    check(data, frames, labelled, settings, start);
    MeanImage measured = MeanImage.of(data, frames);
    LabelScale labels = LabelScale.of(data, labelled);
    Nd4jBackends.useThreads(settings.threads());
    int size = data.shape().size();
    MultiLayerNetwork network;
    try {
      network = QuietOutput.during(() -> network(size, settings));
    } catch (Exception e) {
      throw new TrainingFailedException("the layer cannot be made: " + e.getMessage(), e);
    }
    INDArray input = Nd4j.create(DataType.FLOAT, settings.batch(), size);
    LossCurve curve = new LossCurve(settings.steps());
    try {
      StepTimes times =
          train(network, input, data, frames, settings, measured.mean(), curve, progress);
      VariationalLayerNetwork trained =
          new VariationalLayerNetwork(
              network, input, data.shape(), measured.mean(), settings.latents(), curve, times);
      return labelled.length == 0 ? trained : trained.named(data, labelled, labels);
    } catch (TrainingFailedException | RuntimeException e) {
      network.close();
      input.close();
      throw e;
    }
  }

  private static void check(
      TrainingData data,
      int frames,
      int[] labelled,
      TrainingSettings settings,
      byte @Nullable [] start)
      throws TrainingFailedException {
    try {
      LancaTrainer.check(data.shape());
    } catch (IllegalArgumentException e) {
      throw new TrainingFailedException(String.valueOf(e.getMessage()), e);
    }
    if (start != null) {
      throw new TrainingFailedException(
          "the variational layer is trained from random weights: leave the earlier model out");
    }
    if (!Teaching.of(data, settings).isEmpty()
        || TrainingInput.columns(data, settings).anyCategorical()) {
      throw new TrainingFailedException(
          "the variational layer knows no held pairs, answers or categories: leave them out");
    }
    if (labelled.length > 0 && settings.latents() != data.factorNames().size()) {
      throw new TrainingFailedException(
          "%d latents of the variational layer cannot be named by the %d factors %s: ask for as many latents as factors"
              .formatted(settings.latents(), data.factorNames().size(), data.factorNames()));
    }
    if (frames < settings.batch()) {
      throw new TrainingFailedException(
          "%d frames to train on are fewer than one batch of %d: give more frames"
              .formatted(frames, settings.batch()));
    }
  }

  private static MultiLayerNetwork network(int size, TrainingSettings settings) {
    MultiLayerConfiguration configuration =
        new NeuralNetConfiguration.Builder()
            .seed(settings.seed())
            .weightInit(WeightInit.RELU)
            .updater(
                new Adam(new Schedule(new LearningRate(settings.learningRate(), settings.steps()))))
            .list()
            .layer(
                new VariationalAutoencoder.Builder()
                    .nIn(size)
                    .nOut(settings.latents())
                    .encoderLayerSizes(ENCODER)
                    .decoderLayerSizes(DECODER)
                    .activation(Activation.RELU)
                    .pzxActivationFunction(Activation.IDENTITY)
                    .reconstructionDistribution(
                        new LossFunctionWrapper(Activation.IDENTITY, new LossL2()))
                    .build())
            .build();
    MultiLayerNetwork network = new MultiLayerNetwork(configuration);
    network.init(); // seeds the draws of this thread, too
    return network;
  }

  private static StepTimes train(
      MultiLayerNetwork network,
      INDArray input,
      TrainingData data,
      int frames,
      TrainingSettings settings,
      float[] mean,
      LossCurve curve,
      TrainingProgress progress)
      throws TrainingFailedException {
    long[] nanos = new long[settings.steps()];
    long[] waits = new long[settings.steps()];
    long[] processor = new long[settings.steps()];
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    TrainingLosses losses = losses(Double.NaN);
    try (FrameFeeder feeder =
        new FrameFeeder(
            data,
            LancaTraining.ordinary(data, frames),
            Teaching.of(data, settings),
            new int[0],
            LabelScale.of(data, new int[0]),
            settings.batch(),
            0,
            0,
            0,
            mean,
            0,
            0,
            settings.seed(),
            0)) {
      for (int step = 0; step < settings.steps(); step++) {
        long began = System.nanoTime();
        long computed = threads.getCurrentThreadCpuTime();
        FrameFeeder.Batch next = feeder.next();
        waits[step] = System.nanoTime() - began;
        input.data().asNioFloat().put(next.frames());
        network.pretrainLayer(0, input);
        double score = network.getLayer(0).score();
        if (!Double.isFinite(score)) {
          throw new TrainingFailedException(
              "the loss became NaN or infinite at step %d of %d: train with a smaller learning rate or another --seed"
                  .formatted(step + 1, settings.steps()));
        }
        nanos[step] = System.nanoTime() - began;
        processor[step] = threads.getCurrentThreadCpuTime() - computed;
        if (step % MEASURED_EVERY == 0) {
          losses = losses(VariationalLayerNetwork.error(network, input));
        }
        curve.add(step, losses);
        if (step % MEASURED_EVERY == MEASURED_EVERY - 1 || step == settings.steps() - 1) {
          progress.at("training", (step + 1.0) / settings.steps(), curve.shown());
        }
        if (step % COLLECT_EVERY == COLLECT_EVERY - 1) {
          Nd4j.getMemoryManager().invokeGc();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TrainingFailedException("training was interrupted", e);
    }
    return StepTimes.of(nanos, waits, processor);
  }

  private static TrainingLosses losses(double reconstruction) {
    return new TrainingLosses(reconstruction, 0, 0, 0, 0, 0, 0, 0, 0);
  }

  /** The learning rate of the LANCA network, as Deeplearning4j asks for it. */
  private record Schedule(LearningRate rate) implements ISchedule {
    @Override
    public double valueAt(int iteration, int epoch) {
      return rate.at(iteration);
    }

    @Override
    public ISchedule clone() {
      return this;
    }
  }
}
