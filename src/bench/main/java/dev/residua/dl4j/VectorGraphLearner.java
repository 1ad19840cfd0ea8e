package dev.residua.dl4j;

import dev.residua.dl4j.Parameter.Group;
import dev.residua.frame.ImageShape;
import dev.residua.training.GraphLearner;
import dev.residua.training.LancaSettings;
import dev.residua.training.LancaSettings.GraphSettings;
import dev.residua.training.LancaSettings.ResidualPrior;
import dev.residua.training.TrainingSettings;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Learns a graph like {@link LancaTraining}, but from vectors: the same equations, draws of the
 * graph, terms of the loss, warm-up, cooling and rates, without an encoder.
 */
public final class VectorGraphLearner implements GraphLearner {
  /** An arbitrary image, as only equations, order and gates of the layout are used. */
  private static final ImageShape IMAGE = new ImageShape(16, 16, 1);

  @Override
  public double[][] learn(double[][] z, TrainingSettings settings) {
    int d = settings.latents();
    if (z.length < settings.batch() || z[0].length != d) {
      throw new IllegalArgumentException(
          "%d vectors of %d values do not give batches of %d with %d latents"
              .formatted(z.length, z.length == 0 ? 0 : z[0].length, settings.batch(), d));
    }
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try {
      return thread.submit(() -> QuietOutput.during(() -> new Learning(z, settings)).run()).get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("learning a graph broke off: " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("learning a graph was interrupted", e);
    } finally {
      thread.shutdownNow();
    }
  }

  private static final class Learning {
    private final double[][] z;
    private final TrainingSettings settings;
    private final LancaSettings lanca;
    private final int d;
    private final NetworkLayout layout;
    private final CausalLoss causal;
    private final float[][] values;
    private final Adam[] adam;

    Learning(double[][] z, TrainingSettings settings) {
      this.z = z;
      this.settings = settings;
      this.lanca = settings.lanca();
      this.d = settings.latents();
      this.layout = new NetworkLayout(IMAGE, d, false, lanca.graph().relaxation());
      this.causal = new CausalLoss(DataType.FLOAT, layout, settings.batch(), lanca);
      NetworkWeights start =
          NetworkWeights.random(layout, new float[IMAGE.size()], settings.seed());
      int count = layout.parameters().size();
      this.values = new float[count][];
      this.adam = new Adam[count];
      for (int p = 0; p < count; p++) {
        values[p] = start.get(layout.parameters().get(p).name()).clone();
        adam[p] = new Adam(values[p].length);
      }
    }

    double[][] run() {
      Random random = new Random(settings.seed());
      int rows = settings.batch();
      GraphSettings graph = lanca.graph();
      int order = index(Group.ORDER);
      int edges = index(Group.EDGES);
      for (int step = 0; step < settings.steps(); step++) {
        double done = (double) step / settings.steps();
        double[] batch = new double[rows * d];
        for (int r = 0; r < rows; r++) {
          System.arraycopy(z[random.nextInt(z.length)], 0, batch, r * d, d);
        }
        GraphDraw draw =
            GraphDraw.of(
                graph.relaxation(),
                doubles(values[order]),
                doubles(values[edges]),
                graph.orderTemperature().at(done),
                graph.edgeTemperature().at(done),
                random);
        causal.set(CausalLoss.LATENTS, batch);
        causal.set(CausalLoss.GRAPH, draw.adjacency());
        causal.set(CausalLoss.COMPARED, compared(random, rows));
        for (int p = 0; p < values.length; p++) {
          if (layout.parameters().get(p).group() == Group.MECHANISM) {
            causal.set(layout.parameters().get(p).name(), doubles(values[p]));
          }
        }
        causal.evaluate();
        double[] byOrder = new double[values[order].length];
        double[] byEdges = new double[d * d];
        draw.backward(causal.gradient(CausalLoss.GRAPH), byOrder, byEdges);
        GraphDraw.divergence(
            doubles(values[edges]),
            graph.edgePrior(),
            graph.edgeWeight() * graph.warm(done),
            byEdges);
        for (int p = 0; p < values.length; p++) {
          Parameter parameter = layout.parameters().get(p);
          switch (parameter.group()) {
            case AUTOENCODER -> {}
            case MECHANISM ->
                update(p, causal.gradient(parameter.name()), settings.learningRate(), step);
            case ORDER -> update(p, byOrder, graph.orderRate(), step);
            case EDGES -> update(p, byEdges, graph.edgeRate(), step);
          }
        }
      }
      return GraphDraw.readOut(graph.relaxation(), doubles(values[order]), doubles(values[edges]));
    }

    private void update(int p, double[] gradient, double highest, int step) {
      float[] g = new float[gradient.length];
      for (int k = 0; k < g.length; k++) {
        g[k] = (float) gradient[k];
      }
      double rate = new LearningRate(highest, settings.steps()).at(step);
      adam[p].update(values[p], g, 0, g.length, rate, step);
    }

    private int index(Group group) {
      for (int p = 0; p < values.length; p++) {
        if (layout.parameters().get(p).group() == group) {
          return p;
        }
      }
      throw new IllegalStateException("the layout has no parameter of the group " + group);
    }

    private double[] compared(Random random, int rows) {
      return lanca.prior() == ResidualPrior.STANDARD_NORMAL
          ? StepRandom.normal(rows * d, random)
          : StepRandom.shuffles(d, rows, random);
    }

    private static double[] doubles(float[] values) {
      double[] copy = new double[values.length];
      Arrays.setAll(copy, k -> values[k]);
      return copy;
    }
  }
}
