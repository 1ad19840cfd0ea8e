package dev.residua.dl4j;

import dev.residua.dl4j.Autoencoder.Errors;
import dev.residua.dl4j.Autoencoder.Extra;
import dev.residua.frame.PixelMask;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * An {@link Autoencoder} whose batch is split into parts of consecutive rows, each computed by a
 * thread of its own; their gradients are summed in the order of the parts. The parts share the
 * parameters. With one part it gives the results of the autoencoder, bit by bit.
 *
 * <p>Threads within an operation would wait for each other some hundred times per step, and those
 * operations that the engine does on one thread would leave the others idle.
 */
final class ParallelAutoencoder implements AutoCloseable {
  /** Fewest rows that are worth a thread. */
  private static final int MIN_ROWS = 8;

  private final int batch;
  private final int probes;
  private final int size;
  private final int d;
  private final List<Extra> extras;
  private final List<Part> parts = new ArrayList<>();
  private final ExecutorService threads;

  /** Consecutive rows of everything that is decoded; those of the batch are block -1. */
  private record Run(int block, int first, int rows) {}

  /**
   * Rows of the batch and probes that one thread computes, with its further rows of the decoder.
   */
  private record Part(
      int number,
      int from,
      int rows,
      int firstProbe,
      int probes,
      List<Run> runs,
      INDArray frames,
      INDArray targets,
      Autoencoder network) {
    int encodedRows() {
      return rows + probes;
    }

    int decodedRows() {
      return runs.stream().mapToInt(Run::rows).sum();
    }
  }

  /**
   * @param batch rows of a batch
   * @param probes rows that are encoded and not reconstructed
   * @param ownTargets whether the decodings are compared with other pictures than the frames
   * @param extras further rows of the decoder, block after block
   * @param most number of parts, if the batch is large enough
   */
  ParallelAutoencoder(
      NetworkLayout layout,
      int batch,
      int probes,
      boolean ownTargets,
      List<Extra> extras,
      int most) {
    this.batch = batch;
    this.probes = probes;
    this.size = layout.image().size();
    this.d = layout.latents();
    this.extras = List.copyOf(extras);
    int count = parts(batch, most);
    for (int p = 0; p < count; p++) {
      int from = batch * p / count;
      int rows = batch * (p + 1) / count - from;
      int firstProbe = probes * p / count;
      int ownProbes = probes * (p + 1) / count - firstProbe;
      INDArray frames = Nd4j.create(DataType.FLOAT, Blocks.shape(layout.image(), rows + ownProbes));
      INDArray targets = ownTargets ? frames.ulike() : frames;
      List<Run> runs = runs(from, rows);
      parts.add(
          new Part(
              p,
              from,
              rows,
              firstProbe,
              ownProbes,
              runs,
              frames,
              targets,
              new Autoencoder(
                  layout,
                  frames,
                  targets,
                  ownProbes,
                  extras(from, runs),
                  p == 0 ? null : parts.get(0).network)));
    }
    AtomicInteger number = new AtomicInteger(1);
    this.threads =
        Executors.newFixedThreadPool(
            Math.max(1, count - 1),
            work -> {
              Thread made =
                  new Thread(
                      () -> {
                        Nd4jBackends.useThreads(1);
                        work.run();
                      },
                      "residua-training-" + number.incrementAndGet());
              made.setDaemon(true);
              return made;
            });
  }

  /** Number of parts of a batch for at most this many threads. */
  static int parts(int batch, int threads) {
    return Math.max(1, Math.min(threads, batch / MIN_ROWS));
  }

  /**
   * Rows that a part decodes: those of the batch, and the further rows that are compared with
   * these.
   */
  private List<Run> runs(int from, int rows) {
    List<Run> runs = new ArrayList<>(List.of(new Run(-1, from, rows)));
    int at = batch;
    for (int e = 0; e < extras.size(); e++) {
      Extra extra = extras.get(e);
      int first = Math.max(from, extra.first());
      int count = Math.min(from + rows, extra.first() + extra.rows()) - first;
      if (count > 0) {
        runs.add(new Run(e, at + first - extra.first(), count));
      }
      at += extra.rows();
    }
    return runs;
  }

  private List<Extra> extras(int from, List<Run> runs) {
    List<Extra> own = new ArrayList<>();
    for (Run run : runs) {
      if (run.block() >= 0) {
        own.add(new Extra(Math.max(0, extras.get(run.block()).first() - from), run.rows()));
      }
    }
    return own;
  }

  int batch() {
    return batch;
  }

  /** Rows that the encoder carries in addition to those of the batch. */
  int probes() {
    return probes;
  }

  /** Rows that the decoder carries in addition to those of the batch. */
  int extra() {
    return extras.stream().mapToInt(Extra::rows).sum();
  }

  /** Blocks of such rows. */
  int extras() {
    return extras.size();
  }

  Map<String, INDArray> values() {
    return parts.get(0).network.values();
  }

  Map<String, INDArray> gradients() {
    return parts.get(0).network.gradients();
  }

  void weigh(PixelMask[] masks) {
    for (Part part : parts) {
      part.network.weigh(Arrays.copyOfRange(masks, part.from, part.from + part.rows));
    }
  }

  /**
   * Leaves values of a block of further rows out of the errors of the next decodings.
   *
   * @param weights 1 for each value that counts and 0 for the others, {@code [rows of the block,
   *     H/4, W/4, 16 C]}
   */
  void weigh(int block, float[] weights) {
    int first = batch + extras.subList(0, block).stream().mapToInt(Extra::rows).sum();
    for (Part part : parts) {
      int own = 0;
      for (Run run : part.runs.subList(1, part.runs.size())) {
        if (run.block() == block) {
          part.network.weigh(own, weights, (run.first() - first) * size);
        }
        own++;
      }
    }
  }

  /**
   * As {@link Autoencoder#encode}.
   *
   * @param frames {@code [batch, H/4, W/4, 16 C]}
   * @param targets pictures that the decoding is compared with; not read without own targets
   * @param probed frames of the probes, {@code [probes, H/4, W/4, 16 C]}
   * @return {@code [batch + probes, d]} row-major
   */
  float[] encode(float[] frames, float[] targets, float[] probed) {
    float[] latents = new float[(batch + probes) * d];
    each(
        part -> {
          FloatBuffer into = part.frames.data().asNioFloat();
          into.put(frames, part.from * size, part.rows * size);
          into.put(probed, part.firstProbe * size, part.probes * size);
          if (part.targets != part.frames) {
            part.targets.data().asNioFloat().put(targets, part.from * size, part.rows * size);
          }
          gather(part, part.network.encode(), latents);
        });
    return latents;
  }

  /** Copies an output of the encoder for the rows of a part. */
  private void gather(Part part, INDArray ofPart, float[] all) {
    FloatBuffer from = ofPart.data().asNioFloat();
    from.get(all, part.from * d, part.rows * d);
    from.get(all, (batch + part.firstProbe) * d, part.probes * d);
  }

  /**
   * Mean and variance of the channels of each normalised convolution in the last batch, by the
   * names of their parameters. Each part is normalised by its own; these are of all parts.
   */
  Map<String, float[]> statistics() {
    Map<String, float[]> all = new LinkedHashMap<>();
    for (String name : parts.get(0).network.normalizations().keySet()) {
      List<BatchNormalization> own =
          parts.stream()
              .map(part -> Objects.requireNonNull(part.network.normalizations().get(name)))
              .toList();
      float[] means = new float[own.get(0).mean().length];
      float[] variances = new float[means.length];
      for (int c = 0; c < means.length; c++) {
        double mean = 0;
        double square = 0;
        for (Part part : parts) {
          double share = (double) part.encodedRows() / (batch + probes);
          double ofPart = own.get(part.number).mean()[c];
          mean += share * ofPart;
          square += share * (own.get(part.number).variance()[c] + ofPart * ofPart);
        }
        means[c] = (float) mean;
        variances[c] = (float) Math.max(0, square - mean * mean);
      }
      all.put(name + NetworkLayout.MEAN, means);
      all.put(name + NetworkLayout.VARIANCE, variances);
    }
    return all;
  }

  /**
   * Normalises later batches by these weights' statistics, so that the batch of a frame does not
   * matter.
   */
  void freeze(NetworkWeights weights) {
    for (Part part : parts) {
      part.network
          .normalizations()
          .forEach(
              (name, own) ->
                  own.freeze(
                      LancaTraining.doubles(weights.get(name + NetworkLayout.MEAN)),
                      LancaTraining.doubles(weights.get(name + NetworkLayout.VARIANCE))));
    }
  }

  float[] logVariances() {
    float[] all = new float[(batch + probes) * d];
    each(part -> gather(part, part.network.logVariances(), all));
    return all;
  }

  /**
   * Decodes latents without a comparison.
   *
   * @param values {@code [batch, d]} row-major
   * @return pictures without the mean image, {@code [batch, H/4, W/4, 16 C]}
   */
  float[] pictures(float[] values) {
    float[] pictures = new float[batch * size];
    each(
        part -> {
          float[] own = new float[part.decodedRows() * d];
          System.arraycopy(values, part.from * d, own, 0, part.rows * d);
          part.network
              .pictures(own)
              .data()
              .asNioFloat()
              .get(pictures, part.from * size, part.rows * size);
        });
    return pictures;
  }

  /** As {@link Autoencoder#decode} with weight 1. */
  Errors decode(float[] values, int counted, double[] extraWeights, float[] gradient) {
    double[] reconstruction = new double[parts.size()];
    double[][] errors = new double[parts.size()][extras.size()];
    each(
        part -> {
          float[] own = new float[part.decodedRows() * d];
          float[] byOwn = new float[own.length];
          int at = 0;
          for (Run run : part.runs) {
            System.arraycopy(values, run.first() * d, own, at * d, run.rows() * d);
            at += run.rows();
          }
          int ownCounted = Math.max(0, Math.min(part.rows, counted - part.from));
          double share = (double) ownCounted / counted;
          double[] weights =
              part.runs.stream()
                  .filter(run -> run.block() >= 0)
                  .mapToDouble(run -> extraWeights[run.block()] * share(run))
                  .toArray();
          Errors of = part.network.decode(own, ownCounted, share, weights, byOwn);
          int p = part.number;
          reconstruction[p] = share * of.reconstruction();
          at = 0;
          Iterator<Double> ofExtras = Arrays.stream(of.extras()).iterator();
          for (Run run : part.runs) {
            System.arraycopy(byOwn, at * d, gradient, run.first() * d, run.rows() * d);
            at += run.rows();
            if (run.block() >= 0) {
              errors[p][run.block()] = share(run) * ofExtras.next();
            }
          }
        });
    double[] sums = new double[extras.size()];
    for (double[] ofPart : errors) {
      for (int e = 0; e < sums.length; e++) {
        sums[e] += ofPart[e];
      }
    }
    return new Errors(Arrays.stream(reconstruction).sum(), sums);
  }

  /** Share of a block of further rows that a part has. */
  private double share(Run run) {
    return (double) run.rows() / extras.get(run.block()).rows();
  }

  void backward(float[] byMean, float[] byLogVariance) {
    each(
        part ->
            part.network.backward(
                rows(byMean, part),
                byLogVariance.length == 0 ? byLogVariance : rows(byLogVariance, part)));
    for (Part part : parts.subList(1, parts.size())) {
      Iterator<INDArray> sums = gradients().values().iterator(); // in the same order
      for (INDArray array : part.network.gradients().values()) {
        sums.next().addi(array);
      }
    }
  }

  private float[] rows(float[] all, Part part) {
    if (parts.size() == 1) {
      return all;
    }
    float[] own = new float[part.encodedRows() * d];
    System.arraycopy(all, part.from * d, own, 0, part.rows * d);
    System.arraycopy(all, (batch + part.firstProbe) * d, own, part.rows * d, part.probes * d);
    return own;
  }

  private void each(Consumer<Part> work) {
    CompletableFuture<?>[] others =
        parts.stream()
            .skip(1)
            .map(part -> CompletableFuture.runAsync(() -> work.accept(part), threads))
            .toArray(CompletableFuture<?>[]::new);
    try {
      work.accept(parts.get(0));
    } finally {
      CompletableFuture.allOf(others).join();
    }
  }

  @Override
  public void close() {
    threads.shutdown();
  }
}
