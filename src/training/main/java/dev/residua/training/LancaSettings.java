package dev.residua.training;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Structure and loss of the LANCA network (Ong et al. 2025, arXiv 2512.22150); an experiment can
 * change every part. The paper leaves most of these choices open; the defaults are those that
 * worked on the noisy pendulum.
 *
 * <p>The loss of a step is {@code reconstruction + labelWeight label + heldWeight held +
 * orderWeight(t) order + swapWeight swap + exchangeWeight exchange + divergenceWeight KL(encoder) +
 * w (mmdWeight MMD + structuralWeight structural + 0.1 pin) + edgeWeight(t) KL(edges)}, where
 * {@code w} is 1 with labels and rises with the edges' warm-up without, and {@code pin} keeps
 * latents near mean 0 and variance 1. With held pairs or answers and no labels only {@code 0.1 pin}
 * of the causal terms remains: each latent is then known up to a one-dimensional function, in which
 * residuals need not be additive.
 *
 * @param encoder whether latents are values or distributions
 * @param divergenceWeight weight of the divergence of a {@link Encoder#VARIATIONAL} encoder from
 *     N(0, I), per frame, against the squared pixel error of a frame; at least 0
 * @param causalTerms whether the loss includes MMD, structural term, pin and graph; without them
 *     the network is an autoencoder with labels
 * @param prior reference for the joint distribution of residuals
 * @param mmdWeight weight of that comparison; 0 omits it
 * @param structural how the structural equations are fitted
 * @param structuralWeight its weight, at least 0
 * @param graph how the graph over the latents is found
 * @param exchangeWeight weight of the mean squared difference between the codes of frames with an
 *     exchanged region and those that they must have, at least 0; 0 omits it. Only with labels, and
 *     without categories or normalisation
 * @param reconstructLabelled whether labelled frames are reconstructed like the others
 * @param normalize when the encoder's convolutions are normalised over a batch while they learn
 */
@RecordBuilder
public record LancaSettings(
    Encoder encoder,
    double divergenceWeight,
    boolean causalTerms,
    ResidualPrior prior,
    double mmdWeight,
    StructuralTerm structural,
    double structuralWeight,
    GraphSettings graph,
    double exchangeWeight,
    boolean reconstructLabelled,
    Normalize normalize)
    implements LancaSettingsBuilder.With {

  /** Encoding of a frame. */
  public enum Encoder {
    /** One value per latent (Wasserstein autoencoder, Tolstikhin et al., ICLR 2018). */
    DETERMINISTIC,
    /**
     * Mean and log variance per latent; training decodes a draw, everything else uses the mean
     * (variational autoencoder, Kingma and Welling, ICLR 2014).
     */
    VARIATIONAL
  }

  /**
   * When batch normalisation (Ioffe and Szegedy, ICML 2015) is used: with few labels, categories
   * are then read better. The trained network has it in its weights, so scoring costs the same.
   */
  public enum Normalize {
    NEVER,
    /** If a factor is a category. */
    CATEGORIES,
    ALWAYS
  }

  /** The target distribution of residuals that are standardised over the batch. */
  public enum ResidualPrior {
    /**
     * Their own values, each coordinate permuted independently: requires independence, but no form.
     */
    PERMUTED_SELF,
    /** Independent normal values: requires independence and that form. */
    STANDARD_NORMAL
  }

  /** The loss of the structural equations, for latents with variance 1. */
  public enum StructuralTerm {
    NONE,
    /** {@code mean_i log(Var eps_i + 0.001)} over all latents, roots too. */
    LOG_VARIANCE,
    /** {@code mean_i (z_i - f_i)^2 / Var z_i} over the latents that have a cause. */
    STRUCTURAL_FIT,
    /**
     * Squared pixel error of decoding {@code f(z)}, summed over a frame; roots keep their own
     * value.
     */
    PIXELS
  }

  /** Relaxation of the order of the latents. */
  public enum OrderRelaxation {
    /** One score per latent (Prillo and Eisenschlos 2020, as in Charpentier et al., ICLR 2022). */
    SOFT_SORT,
    /** A matrix of rank and latent, 20 normalisations (Mena et al., ICLR 2018). */
    GUMBEL_SINKHORN
  }

  public static final LancaSettings DEFAULTS =
      new LancaSettings(
          Encoder.DETERMINISTIC,
          1,
          true,
          ResidualPrior.PERMUTED_SELF,
          10,
          StructuralTerm.LOG_VARIANCE,
          0.3,
          GraphSettings.DEFAULTS,
          100,
          true,
          Normalize.CATEGORIES);

  public LancaSettings {
    notNegative("divergenceWeight", divergenceWeight);
    notNegative("mmdWeight", mmdWeight);
    notNegative("structuralWeight", structuralWeight);
    notNegative("exchangeWeight", exchangeWeight);
  }

  private static void notNegative(String name, double value) {
    if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(name + " must be at least 0 but was " + value);
    }
  }

  /**
   * Settings of the search for the graph {@code A = P^T (gates o M) P} over the latents (P a
   * permutation, M strictly upper triangular: Charpentier et al., ICLR 2022, arXiv 2203.08509).
   *
   * @param fixed graph that is used from the first step and not learnt; null to learn it
   * @param relaxation of the order
   * @param edgePrior probability of an edge before any data, in (0, 1)
   * @param edgeWeight final weight of the gates' divergence from that prior, at least 0
   * @param warmFrom share of the steps from which that weight rises from 0, in [0, 1]
   * @param warmTo share of the steps at which it reaches its final value, at least {@code warmFrom}
   * @param orderTemperature of the relaxed order
   * @param edgeTemperature of the gates
   * @param orderRate learning rate of the order at its highest, above {@code edgeRate}, as edges of
   *     a wrong order give no information
   * @param edgeRate learning rate of the gates at its highest
   * @param hardenFrom share of the steps after which the graph is fixed and only the rest of the
   *     network is fine-tuned, in (0, 1]; 1 for never
   */
  @RecordBuilder
  @RecordBuilder.Options(prefixEnclosingClassNames = false)
  public record GraphSettings(
      @Nullable FixedGraph fixed,
      OrderRelaxation relaxation,
      double edgePrior,
      double edgeWeight,
      double warmFrom,
      double warmTo,
      Cooling orderTemperature,
      Cooling edgeTemperature,
      double orderRate,
      double edgeRate,
      double hardenFrom)
      implements GraphSettingsBuilder.With {
    public static final GraphSettings DEFAULTS =
        new GraphSettings(
            null,
            OrderRelaxation.SOFT_SORT,
            0.05,
            0.02,
            0.3,
            0.5,
            Cooling.DEFAULTS,
            Cooling.DEFAULTS,
            1e-2,
            3e-3,
            1);

    public GraphSettings {
      open("edgePrior", edgePrior);
      notNegative("edgeWeight", edgeWeight);
      if (!(warmFrom >= 0 && warmFrom <= warmTo && warmTo <= 1)) {
        throw new IllegalArgumentException(
            "edges must warm up within the training, from a share of the steps in [0, 1] to a later one, but warmFrom was %s and warmTo %s"
                .formatted(warmFrom, warmTo));
      }
      open("orderRate", orderRate);
      open("edgeRate", edgeRate);
      if (orderRate <= edgeRate) {
        throw new IllegalArgumentException(
            "orderRate must be above edgeRate, since edges of a wrong order give no information, but was %s against %s"
                .formatted(orderRate, edgeRate));
      }
      if (!(hardenFrom > 0 && hardenFrom <= 1)) {
        throw new IllegalArgumentException(
            "hardenFrom must be in (0, 1], 1 for never, but was " + hardenFrom);
      }
    }

    private static void open(String name, double value) {
      if (!(value > 0 && value < 1)) {
        throw new IllegalArgumentException(name + " must be between 0 and 1 but was " + value);
      }
    }

    /** These settings with a fixed graph. */
    public GraphSettings withFixed(boolean[][] edges) {
      return with(c -> c.fixed(new FixedGraph(edges)));
    }

    /**
     * The factor on {@code edgeWeight} at a point of the training.
     *
     * @param done completed share of the steps, in [0, 1]
     * @return in [0, 1]
     */
    public double warm(double done) {
      return warmTo > warmFrom
          ? Math.max(0, Math.min(1, (done - warmFrom) / (warmTo - warmFrom)))
          : done >= warmTo ? 1 : 0;
    }
  }

  /** A graph over the latents that is not learnt, such as the true one or the user's. */
  public static final class FixedGraph {
    private final boolean[][] edges;
    private final int[] order;

    /**
     * @param edges {@code [from][to]}, shape {@code [d][d]}, without cycles
     */
    public FixedGraph(boolean[][] edges) {
      int d = edges.length;
      this.edges = new boolean[d][];
      for (int i = 0; i < d; i++) {
        if (edges[i].length != d) {
          throw new IllegalArgumentException(
              "row %d of the fixed graph has %d cells, expected %d"
                  .formatted(i, edges[i].length, d));
        }
        this.edges[i] = edges[i].clone();
      }
      this.order = topologicalOrder();
    }

    private int[] topologicalOrder() {
      int d = edges.length;
      int[] result = new int[d];
      boolean[] placed = new boolean[d];
      for (int at = 0; at < d; at++) {
        int next = -1;
        for (int j = 0; j < d && next < 0; j++) {
          boolean free = !placed[j];
          for (int i = 0; i < d && free; i++) {
            free = placed[i] || !edges[i][j];
          }
          next = free ? j : -1;
        }
        if (next < 0) {
          throw new IllegalArgumentException("the fixed graph has a cycle: edges " + this);
        }
        placed[next] = true;
        result[at] = next;
      }
      return result;
    }

    /** Number of latents. */
    public int size() {
      return edges.length;
    }

    public boolean hasEdge(int from, int to) {
      return edges[from][to];
    }

    /** Latents in an order that the graph allows, causes first. */
    public int[] order() {
      return order.clone();
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof FixedGraph that && Arrays.deepEquals(edges, that.edges);
    }

    @Override
    public int hashCode() {
      return Arrays.deepHashCode(edges);
    }

    /** The edges, for example {@code [0 -> 2, 1 -> 2]}. */
    @Override
    public String toString() {
      List<String> arrows = new ArrayList<>();
      for (int i = 0; i < edges.length; i++) {
        for (int j = 0; j < edges.length; j++) {
          if (edges[i][j]) {
            arrows.add(i + " -> " + j);
          }
        }
      }
      return arrows.toString();
    }
  }

  /**
   * A temperature that falls geometrically and then stays.
   *
   * @param start at the first step, above 0
   * @param end above 0, at most {@code start}
   * @param until share of the steps at which it reaches {@code end}, in (0, 1]
   */
  public record Cooling(double start, double end, double until) {
    public static final Cooling DEFAULTS = new Cooling(1, 0.1, 0.75);

    public Cooling {
      if (!(end > 0 && end <= start && start < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            "a temperature must fall from start to an end above 0 but was to fall from %s to %s"
                .formatted(start, end));
      }
      if (!(until > 0 && until <= 1)) {
        throw new IllegalArgumentException("until must be in (0, 1] but was " + until);
      }
    }

    /** The temperature after a share {@code done} of the steps. */
    public double at(double done) {
      return start * Math.pow(end / start, Math.min(1, done / until));
    }
  }
}
