package dev.residua.dl4j;

import dev.residua.causal.Latent;
import dev.residua.causal.NodeColumns;
import dev.residua.dl4j.Autoencoder.Errors;
import dev.residua.dl4j.StepRandom.Purpose;
import dev.residua.training.HeldPair;
import dev.residua.training.LancaSettings;
import dev.residua.training.LancaSettings.Encoder;
import dev.residua.training.LancaSettings.FixedGraph;
import dev.residua.training.LancaSettings.GraphSettings;
import dev.residua.training.LancaSettings.ResidualPrior;
import dev.residua.training.LancaSettings.StructuralTerm;
import dev.residua.training.PaintedRegions;
import dev.residua.training.PixelOwners;
import dev.residua.training.StepTimes;
import dev.residua.training.Teaching;
import dev.residua.training.TrainedNetwork;
import dev.residua.training.TrainingData;
import dev.residua.training.TrainingFailedException;
import dev.residua.training.TrainingInput;
import dev.residua.training.TrainingLosses;
import dev.residua.training.TrainingProgress;
import dev.residua.training.TrainingSettings;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * One run of the training loop; every method is called on the training thread.
 *
 * <p>A batch is {@code rows} frames without labels, the two frames of each of {@code heldPairs}
 * held pairs and of each of {@code ordered} answers, and {@code labelledRows} frames with labels.
 * The causal terms see the first only, since the others come again and again, and a mechanism does
 * not hold in held ones. Behind the batch, the decoder gets predicted latents, if a term decodes
 * them, the swapped codes of the held pairs, and exchanged ones.
 */
final class LancaTraining {
  private static final int COLLECT_EVERY = 400;
  private static final int CHECKPOINT_EVERY = 50;

  private static final double PIN_WEIGHT = 0.1;

  /** Weight of the latest batch in the statistics of normalised convolutions. */
  private static final double STATISTICS_RATE = 0.01;

  /** Logit of the gates of a fixed graph. */
  private static final float CERTAIN = 10;

  private final TrainingData data;
  private final int frames;
  private final int[] labelled;
  private final Teaching teaching;
  private final TrainingSettings settings;
  private final LancaSettings lanca;
  private final TrainingProgress progress;
  private final NetworkLayout layout;

  /** Columns of the network's latents, {@code d} in all. */
  private final NodeColumns columns;

  private final int d;
  private final int rows;
  private final int heldPairs;
  private final int ordered;
  private final int batch;

  /** Rows of predicted latents that are decoded. */
  private final int predicted;

  /** Rows of swapped codes that are decoded. */
  private final int swapped;

  private final RegionExchange exchange;

  /** First row of those that are also decoded with an exchanged latent, one per probe. */
  private final int redrawnFrom;

  /** 1 for each value of these rows that must not change, 0 for the others. */
  private final float[] unchanged;

  /** Frames of the probes of {@link #exchange}. */
  private final float[] probed;

  private final LabelScale labels;
  private final float[] mean;
  private final ParallelAutoencoder autoencoder;
  private final CausalLoss causal;
  private final TrainingWatchdog watch;
  private final List<String> warnings = new ArrayList<>();
  private final byte[] fingerprint;

  /** All learnt numbers and their gradients, parameter after parameter. */
  private final float[] values;

  private final float[] gradient;
  private final List<Slot> slots = new ArrayList<>();
  private final Adam adam;
  private final LossCurve curve;
  private final int firstStep;

  /**
   * Position of a parameter in the flat arrays, and in native memory if the autoencoder has it.
   *
   * @param value the autoencoder's array, or null
   * @param gradient the autoencoder's array, or null
   */
  private record Slot(
      Parameter parameter,
      int from,
      int to,
      @Nullable FloatBuffer value,
      @Nullable FloatBuffer gradient) {}

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
    this.lanca = settings.lanca();
    this.progress = progress;
    this.columns = TrainingInput.columns(data, settings);
    this.d = columns.columns();
    this.rows = settings.batch();
    this.teaching = Teaching.of(data, settings);
    this.heldPairs = teaching.pairs().isEmpty() ? 0 : settings.heldBatch();
    this.ordered = teaching.answers().isEmpty() ? 0 : settings.orderBatch();
    this.batch =
        rows + 2 * (heldPairs + ordered) + (labelled.length == 0 ? 0 : settings.labelledBatch());
    if (columns.anyCategorical()
        && (!teaching.isEmpty() || lanca.encoder() == Encoder.VARIATIONAL)) {
      throw new TrainingFailedException(
          "categorical factors are learnt from labels with a deterministic encoder: leave held pairs, answers and the variational encoder out, or the categorical factors");
    }
    for (int factor = settings.latents(); factor < data.factorNames().size(); factor++) {
      if (teaching.names(factor)) {
        throw new TrainingFailedException(
            "held pairs or answers are about %s, factor %d of %s, but there are only %d latents: raise --latents"
                .formatted(
                    data.factorNames().get(factor),
                    factor + 1,
                    data.factorNames(),
                    settings.latents()));
      }
    }
    NetworkLayout usual =
        new NetworkLayout(
                data.shape(), d, lanca.encoder() == Encoder.VARIATIONAL, lanca.graph().relaxation())
            .withNormalized(
                switch (lanca.normalize()) {
                  case NEVER -> false;
                  case CATEGORIES -> columns.anyCategorical();
                  case ALWAYS -> true;
                });
    NetworkWeights given = start == null ? null : given(start, usual);
    this.layout = given == null ? usual : usual.withHalvings(given.layout().halvings());
    this.labels = LabelScale.of(data, labelled);
    this.fingerprint = Checkpoint.fingerprint(data, frames, labelled, settings);

    MeanImage measured = MeanImage.of(data, frames);
    this.watch = new TrainingWatchdog(settings, d, measured.variance(), labelled.length > 0);
    NetworkWeights weights = NetworkWeights.random(layout, measured.mean(), settings.seed());
    int length = 0;
    for (Parameter parameter : layout.parameters()) {
      length += parameter.length();
    }
    Checkpoint checkpoint = null;
    if (given != null) {
      checkpoint = Checkpoint.fromBytes(given.unfinished(), fingerprint, length, settings.steps());
      if (checkpoint == null && !settings.continued()) {
        warnings.add(
            given.unfinished().length == 0
                ? "the weights are those of a completed training: this is a new training that starts from them"
                : "the weights are those of a training on other data or with other settings: this is a new training that starts from them, not its continuation");
      }
      weights = weights.startingFrom(given);
    }
    this.mean = weights.meanImage();
    this.firstStep = checkpoint == null ? 0 : checkpoint.step();
    this.adam = checkpoint == null ? new Adam(length) : checkpoint.adam();
    this.curve = checkpoint == null ? new LossCurve(settings.steps()) : checkpoint.curve();

    this.predicted =
        causes() && lanca.structural() == StructuralTerm.PIXELS && lanca.structuralWeight() > 0
            ? rows
            : 0;
    List<Autoencoder.Extra> extras = new ArrayList<>();
    if (predicted > 0) {
      extras.add(new Autoencoder.Extra(0, predicted));
    }
    this.swapped = settings.swapWeight() > 0 ? 2 * heldPairs : 0;
    if (swapped > 0) {
      extras.add(new Autoencoder.Extra(rows, swapped));
    }
    // Without labels the codes could shrink, and so would the differences between them.
    boolean exchanges =
        lanca.exchangeWeight() > 0
            && labelled.length > 0
            && !columns.anyCategorical()
            && !layout.normalized();
    int probes = exchanges ? rows / 2 : 0;
    if (probes > 0) {
      // In the middle of the batch, for an equal part of each thread.
      this.redrawnFrom = Math.max(0, Math.min(rows - probes, (batch - probes) / 2));
      extras.add(new Autoencoder.Extra(redrawnFrom, probes));
    } else {
      this.redrawnFrom = 0;
    }
    this.unchanged = new float[probes * data.shape().size()];
    this.exchange =
        new RegionExchange(
            data.shape(),
            d,
            rows,
            probes,
            checkpoint == null ? PaintedRegions.NONE : checkpoint.regions(),
            exchanges && settings.shift() == 0
                ? PixelOwners.of(
                    data,
                    labelled,
                    TrainingInput.latents(data, settings).stream().map(Latent::name).toList())
                : PixelOwners.NONE);
    this.probed = new float[probes * data.shape().size()];
    this.autoencoder =
        new ParallelAutoencoder(
            layout,
            batch,
            probes,
            settings.variation() > 0,
            extras,
            Nd4jBackends.splits(settings.threads()));
    this.causal = new CausalLoss(DataType.FLOAT, layout, rows, lanca);
    this.values = new float[length];
    this.gradient = new float[length];
    place(weights);
  }

  /** Frames below a number that are in no held pair, ascending. */
  static int[] ordinary(TrainingData data, int frames) {
    boolean[] held = new boolean[data.size()];
    for (HeldPair pair : data.heldPairs()) {
      held[pair.first()] = true;
      held[pair.second()] = true;
    }
    return IntStream.range(0, frames).filter(frame -> !held[frame]).toArray();
  }

  private void place(NetworkWeights weights) {
    Map<String, INDArray> arrays = autoencoder.values();
    Map<String, INDArray> gradients = autoencoder.gradients();
    int at = 0;
    for (Parameter parameter : layout.parameters()) {
      int to = at + parameter.length();
      INDArray value = arrays.get(parameter.name());
      INDArray byValue = gradients.get(parameter.name());
      slots.add(
          new Slot(
              parameter,
              at,
              to,
              value == null ? null : value.data().asNioFloat(),
              byValue == null ? null : byValue.data().asNioFloat()));
      System.arraycopy(weights.get(parameter.name()), 0, values, at, parameter.length());
      at = to;
    }
    FixedGraph fixed = lanca.graph().fixed();
    if (fixed != null && !columns.anyCategorical()) {
      place(fixed);
    }
    slots.forEach(this::publish);
  }

  /** Order and gates that stand for a graph. */
  private void place(FixedGraph fixed) {
    int[] order = fixed.order();
    Slot scores = slot("order");
    Arrays.fill(values, scores.from(), scores.to(), 0);
    for (int r = 0; r < d; r++) {
      switch (lanca.graph().relaxation()) {
        case SOFT_SORT -> values[scores.from() + order[r]] = -r;
        case GUMBEL_SINKHORN -> values[scores.from() + r * d + order[r]] = 1;
      }
    }
    Slot gates = slot("edges");
    for (int i = 0; i < d; i++) {
      for (int j = 0; j < d; j++) {
        values[gates.from() + i * d + j] = fixed.hasEdge(i, j) ? CERTAIN : -CERTAIN;
      }
    }
  }

  private Slot slot(String name) {
    for (Slot slot : slots) {
      if (slot.parameter().name().equals(name)) {
        return slot;
      }
    }
    throw new IllegalArgumentException("the network has no parameter " + name);
  }

  private double[] values(Slot slot) {
    return doubles(Arrays.copyOfRange(values, slot.from(), slot.to()));
  }

  private void publish(Slot slot) {
    if (slot.value() != null) {
      slot.value().put(0, values, slot.from(), slot.to() - slot.from());
    } else if (slot.parameter().group() == Parameter.Group.MECHANISM) {
      causal.set(slot.parameter().name(), values(slot));
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
    Nd4jBackends.useThreads(settings.threads() / Nd4jBackends.splits(settings.threads()));
    LancaTraining training =
        QuietOutput.during(
            () -> new LancaTraining(data, frames, labelled, settings, start, progress));
    try {
      return training.train(thread);
    } catch (Exception e) {
      training.autoencoder.close();
      throw e;
    }
  }

  private static NetworkWeights given(byte[] start, NetworkLayout layout)
      throws TrainingFailedException {
    NetworkWeights given;
    try {
      given = NetworkWeights.fromBytes(start);
    } catch (IllegalArgumentException e) {
      throw new TrainingFailedException("cannot start from these weights: " + e.getMessage(), e);
    }
    if (!given.image().equals(layout.image()) || given.latents() != layout.latents()) {
      throw new TrainingFailedException(
          "cannot start from weights for %s and %d latents: this training has %s and %d"
              .formatted(given.image(), given.latents(), layout.image(), layout.latents()));
    }
    return given;
  }

  private TrainedNetwork train(ExecutorService thread) throws Exception {
    int steps = settings.steps();
    // A training after its pause is complete.
    int end = Math.max(firstStep, Math.min(steps, settings.stopAt()));
    long[] nanos = new long[Math.max(1, Math.min(end - firstStep, 2_000))];
    long[] waits = new long[nanos.length];
    long[] processor = new long[nanos.length];
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    int labelledRows = batch - rows - 2 * (heldPairs + ordered);
    try (FrameFeeder feeder =
        new FrameFeeder(
            data,
            ordinary(data, frames),
            teaching,
            labelled,
            labels,
            rows,
            heldPairs,
            ordered,
            labelledRows,
            mean,
            settings.variation(),
            settings.shift(),
            settings.seed(),
            firstStep)) {
      for (int step = firstStep; step < end; step++) {
        long began = System.nanoTime();
        long computed = threads.getCurrentThreadCpuTime();
        FrameFeeder.Batch next = feeder.next();
        waits[(step - firstStep) % nanos.length] = System.nanoTime() - began;
        curve.add(step, step(next, step));
        nanos[(step - firstStep) % nanos.length] = System.nanoTime() - began;
        processor[(step - firstStep) % nanos.length] = threads.getCurrentThreadCpuTime() - computed;
        if (step % 10 == 9 || step == end - 1) {
          progress.at("training", (step + 1.0) / steps, curve.shown());
        }
        if (step % CHECKPOINT_EVERY == CHECKPOINT_EVERY - 1) {
          int done = step + 1;
          progress.checkpoint(
              done,
              () ->
                  weights(
                          new Checkpoint(done, adam, curve, exchange.regions())
                              .toBytes(fingerprint))
                      .toBytes());
        }
        if (step % COLLECT_EVERY == COLLECT_EVERY - 1) {
          Nd4j.getMemoryManager().invokeGc();
        }
      }
    }
    warnings.addAll(watch.warnings(edges()));
    NetworkWeights trained =
        weights(
            end < steps
                ? new Checkpoint(end, adam, curve, exchange.regions()).toBytes(fingerprint)
                : new byte[0]);
    autoencoder.freeze(trained);
    return new LancaTrained(
        autoencoder, trained, curve, warnings, StepTimes.of(nanos, waits, processor), thread);
  }

  private TrainingLosses step(FrameFeeder.Batch next, int step)
      throws TrainingFailedException, InterruptedException {
    GraphSettings graph = lanca.graph();
    double done = (double) step / settings.steps();
    double warm = graph.warm(done);
    // Without labels the causal terms collapse an autoencoder that has not settled.
    double causalWeight = !causes() ? 0 : labelled.length > 0 ? 1 : teaching.isEmpty() ? warm : 0;
    boolean learnsGraph = causalWeight > 0 && graph.fixed() == null && done < graph.hardenFrom();
    Random random = StepRandom.of(settings.seed(), Purpose.STEP, step);

    autoencoder.weigh(next.masks());
    boolean exchanges =
        autoencoder.probes() > 0
            && done >= RegionExchange.FROM
            && exchange.draw(
                next.frames(), StepRandom.of(settings.seed(), Purpose.EXCHANGE, step), probed);
    double[] encoded = doubles(autoencoder.encode(next.frames(), next.targets(), probed));
    double[] means = Arrays.copyOf(encoded, batch * d);
    double[] byMean = new double[means.length];
    boolean variational = layout.variational();
    double[] logVariances =
        variational ? doubles(Arrays.copyOf(autoencoder.logVariances(), batch * d)) : new double[0];
    double[] noise = variational ? StepRandom.normal(means.length, random) : new double[0];
    double[] z = variational ? LatentLosses.sample(means, logVariances, noise) : means;
    double[] byZ = new double[z.length];

    double[] probabilities = LatentLosses.probabilities(z, columns);

    Arrays.fill(gradient, 0);
    GraphDraw draw = null;
    if (causalWeight > 0) {
      double[] adjacency;
      if (learnsGraph) {
        draw = draw(done, random, step);
        adjacency = draw.adjacency();
      } else {
        adjacency = readOut();
      }
      prepareCausal(z, adjacency, random);
    }
    boolean decodesPredictions = causalWeight > 0 && causal.decodes();
    TrainingLosses losses =
        decodeAndExplain(
            LatentLosses.chosen(probabilities, columns),
            byZ,
            next.held(),
            causalWeight,
            decodesPredictions,
            draw,
            exchanges ? StepRandom.of(settings.seed(), Purpose.EXCHANGE, ~step) : null);
    LatentLosses.probabilitiesBackward(probabilities, columns, byZ);

    double labelError =
        LatentLosses.labels(
            means,
            columns,
            rows + 2 * (heldPairs + ordered),
            next.labels(),
            next.counts(),
            labels.factors(),
            settings.labelWeight(),
            byMean);
    double heldError = 0;
    if (heldPairs > 0) {
      heldError =
          LatentLosses.held(means, d, rows, rows, next.held(), settings.heldWeight(), byMean);
    }
    double orderError = 0;
    if (ordered > 0) {
      double weight =
          settings.orderWeight()
              * (done < TrainingSettings.ORDER_UNTIL ? 1 : TrainingSettings.ORDER_AFTER);
      orderError =
          LatentLosses.order(
              means, d, rows, rows + 2 * heldPairs, next.compared(), next.signs(), weight, byMean);
    }
    if (causalWeight == 0 && !teaching.isEmpty()) {
      LatentLosses.pin(means, d, rows, PIN_WEIGHT, byMean);
    }
    if (columns.anyCategorical()) {
      int free = Math.min(labels.factors(), columns.latents());
      LatentLosses.pin(means, d, columns.first(free), rows, PIN_WEIGHT, byMean);
    }
    double[] byLogVariance = new double[logVariances.length];
    double divergence = 0;
    if (variational) {
      LatentLosses.sampleBackward(byZ, logVariances, noise, byLogVariance);
      divergence =
          LatentLosses.divergence(
              means, logVariances, batch, lanca.divergenceWeight(), byMean, byLogVariance);
    }
    for (int k = 0; k < byMean.length; k++) {
      byMean[k] += byZ[k];
    }
    double[] byProbes = new double[encoded.length - means.length];
    if (exchanges) {
      double[] ofProbes = Arrays.copyOfRange(encoded, means.length, encoded.length);
      exchange.loss(means, ofProbes, lanca.exchangeWeight(), byProbes);
    }
    if (autoencoder.probes() > 0 && step % RegionExchange.MEASURE_EVERY == 0) {
      exchange.measure(means, batch, autoencoder::pictures);
    }
    autoencoder.backward(
        floats(joined(byMean, byProbes)),
        variational ? floats(joined(byLogVariance, new double[byProbes.length])) : new float[0]);
    double edgeCount = 0;
    for (double[] row : edges()) {
      edgeCount += Arrays.stream(row).sum();
    }
    TrainingLosses all =
        new TrainingLosses(
            losses.reconstruction(),
            labelError,
            heldError,
            orderError,
            losses.swap(),
            losses.mmd(),
            losses.structural(),
            edgeCount,
            divergence);
    watch.check(step, all, means);
    if (learnsGraph) {
      sparsify(graph.edgeWeight() * warm);
    }
    update(step, learnsGraph);
    return all;
  }

  /**
   * Returns true if the causal terms take part: between columns of categories they mean nothing.
   */
  private boolean causes() {
    return lanca.causalTerms() && !columns.anyCategorical();
  }

  private GraphDraw draw(double done, Random random, int step) throws TrainingFailedException {
    Slot order = slot("order");
    Slot edges = slot("edges");
    for (int k = order.from(); k < edges.to(); k++) {
      if (!Float.isFinite(values[k])) {
        throw watch.notFinite(step, curve.latest());
      }
    }
    GraphSettings graph = lanca.graph();
    return GraphDraw.of(
        graph.relaxation(),
        values(order),
        values(edges),
        graph.orderTemperature().at(done),
        graph.edgeTemperature().at(done),
        random);
  }

  private void prepareCausal(double[] z, double[] adjacency, Random random) {
    causal.set(CausalLoss.LATENTS, Arrays.copyOf(z, rows * d));
    causal.set(CausalLoss.GRAPH, adjacency);
    causal.set(
        CausalLoss.COMPARED,
        lanca.prior() == ResidualPrior.STANDARD_NORMAL
            ? StepRandom.normal(rows * d, random)
            : StepRandom.shuffles(d, rows, random));
    double[] caused = new double[d];
    int count = 0;
    for (int i = 0; i < d; i++) {
      for (int j = 0; j < d; j++) {
        caused[i] = Math.max(caused[i], adjacency[j * d + i]);
      }
      count += caused[i] > 0 ? 1 : 0;
    }
    if (lanca.structural() == StructuralTerm.STRUCTURAL_FIT) {
      for (int i = 0; i < d; i++) {
        caused[i] /= Math.max(1, count);
      }
    }
    causal.set(CausalLoss.CAUSED, caused);
  }

  /** Decoder and causal terms: their losses, and their gradients by latents and parameters. */
  private TrainingLosses decodeAndExplain(
      double[] z,
      double[] byZ,
      int[] held,
      double causalWeight,
      boolean decodesPredictions,
      @Nullable GraphDraw draw,
      @Nullable Random exchanges) {
    float[] decoded = new float[(batch + autoencoder.extra()) * d];
    System.arraycopy(floats(z), 0, decoded, 0, z.length);
    int swappedAt = z.length + predicted * d;
    if (decodesPredictions) {
      System.arraycopy(floats(causal.predicted()), 0, decoded, z.length, predicted * d);
    }
    if (swapped > 0) {
      System.arraycopy(
          floats(LatentLosses.swapped(z, d, rows, held)), 0, decoded, swappedAt, swapped * d);
    }
    int redrawn = autoencoder.probes();
    if (exchanges != null) {
      exchange.drawCodes(
          z, redrawnFrom, exchanges, decoded, decoded.length - redrawn * d, unchanged);
      autoencoder.weigh(autoencoder.extras() - 1, unchanged);
    }
    float[] byDecoded = new float[decoded.length];
    List<Double> weights = new ArrayList<>();
    if (predicted > 0) {
      weights.add(decodesPredictions ? causalWeight * lanca.structuralWeight() : 0);
    }
    if (swapped > 0) {
      weights.add(settings.swapWeight());
    }
    if (redrawn > 0) {
      weights.add(exchanges == null ? 0.0 : 1.0);
    }
    Errors errors =
        autoencoder.decode(
            decoded,
            lanca.reconstructLabelled() ? batch : rows + 2 * (heldPairs + ordered),
            weights.stream().mapToDouble(Double::doubleValue).toArray(),
            byDecoded);
    for (int k = 0; k < z.length; k++) {
      byZ[k] = byDecoded[k];
    }
    double swap = 0;
    if (swapped > 0) {
      swap = errors.extras()[predicted > 0 ? 1 : 0];
      LatentLosses.swappedBackward(
          doubles(Arrays.copyOfRange(byDecoded, swappedAt, swappedAt + swapped * d)),
          d,
          rows,
          held,
          byZ);
    }
    double mmd = 0;
    double structural = decodesPredictions ? errors.extras()[0] : 0;
    if (causalWeight > 0) {
      double[] pull = doubles(Arrays.copyOfRange(byDecoded, z.length, swappedAt));
      for (int k = 0; k < pull.length; k++) {
        pull[k] /= causalWeight;
      }
      causal.set(CausalLoss.PULL, pull);
      causal.evaluate();
      mmd = causal.scalar(CausalLoss.MMD);
      structural += causal.scalar(CausalLoss.STRUCTURAL);
      watch.checkResiduals(Arrays.copyOf(z, rows * d), causal.output(CausalLoss.RESIDUALS));
      double[] byLatents = causal.gradient(CausalLoss.LATENTS);
      for (int k = 0; k < byLatents.length; k++) {
        byZ[k] += causalWeight * byLatents[k];
      }
      for (Slot slot : slots) {
        if (slot.parameter().group() == Parameter.Group.MECHANISM) {
          add(slot, causal.gradient(slot.parameter().name()), causalWeight);
        }
      }
      if (draw != null) {
        Slot order = slot("order");
        Slot edges = slot("edges");
        double[] byOrder = new double[order.to() - order.from()];
        double[] byEdges = new double[d * d];
        draw.backward(causal.gradient(CausalLoss.GRAPH), byOrder, byEdges);
        add(order, byOrder, causalWeight);
        add(edges, byEdges, causalWeight);
      }
    }
    return new TrainingLosses(errors.reconstruction(), 0, 0, 0, swap, mmd, structural, 0, 0);
  }

  private void add(Slot slot, double[] part, double weight) {
    for (int k = 0; k < part.length; k++) {
      gradient[slot.from() + k] += (float) (weight * part[k]);
    }
  }

  private void sparsify(double weight) {
    Slot edges = slot("edges");
    double[] byEdges = new double[d * d];
    GraphDraw.divergence(values(edges), lanca.graph().edgePrior(), weight, byEdges);
    add(edges, byEdges, 1);
  }

  private void update(int step, boolean learnsGraph) {
    LearningRate rate = new LearningRate(settings.learningRate(), settings.steps());
    LearningRate orderRate = new LearningRate(lanca.graph().orderRate(), settings.steps());
    LearningRate edgeRate = new LearningRate(lanca.graph().edgeRate(), settings.steps());
    Map<String, float[]> statistics = autoencoder.statistics();
    for (Slot slot : slots) {
      float[] measured = statistics.get(slot.parameter().name());
      if (measured != null) {
        double share = Math.max(STATISTICS_RATE, 1 / (step + 1.0));
        for (int k = 0; k < measured.length; k++) {
          values[slot.from() + k] += (float) (share * (measured[k] - values[slot.from() + k]));
        }
        continue;
      }
      if (slot.gradient() != null) {
        slot.gradient().get(0, gradient, slot.from(), slot.to() - slot.from());
      }
      Parameter.Group group = slot.parameter().group();
      boolean ofGraph = group == Parameter.Group.ORDER || group == Parameter.Group.EDGES;
      if (ofGraph && !learnsGraph) {
        continue;
      }
      double paced =
          switch (group) {
            case AUTOENCODER, MECHANISM -> rate.at(step);
            case ORDER -> orderRate.at(step);
            case EDGES -> edgeRate.at(step);
            case STATISTICS -> throw new IllegalStateException("statistics are not learnt");
          };
      adam.update(values, gradient, slot.from(), slot.to(), paced, step);
      publish(slot);
    }
  }

  /** The graph as it stands, probability of {@code [from][to]}. */
  private double[][] edges() {
    return GraphDraw.readOut(
        lanca.graph().relaxation(), values(slot("order")), values(slot("edges")));
  }

  private double[] readOut() {
    double[][] edges = edges();
    double[] hard = new double[d * d];
    for (int k = 0; k < hard.length; k++) {
      hard[k] = edges[k / d][k % d] > 0.5 ? 1 : 0;
    }
    return hard;
  }

  private static double[] joined(double[] first, double[] second) {
    double[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  static double[] doubles(float[] values) {
    double[] result = new double[values.length];
    for (int k = 0; k < result.length; k++) {
      result[k] = values[k];
    }
    return result;
  }

  private static float[] floats(double[] values) {
    float[] result = new float[values.length];
    for (int k = 0; k < result.length; k++) {
      result[k] = (float) values[k];
    }
    return result;
  }

  private NetworkWeights weights(byte[] unfinished) {
    Map<String, float[]> named = new LinkedHashMap<>();
    for (Slot slot : slots) {
      named.put(slot.parameter().name(), Arrays.copyOfRange(values, slot.from(), slot.to()));
    }
    return new NetworkWeights(layout, mean, named, unfinished);
  }
}
