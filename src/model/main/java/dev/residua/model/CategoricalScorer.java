package dev.residua.model;

import dev.residua.causal.CategoricalLaw;
import dev.residua.causal.FrameDraw;
import dev.residua.causal.FrameScorer;
import dev.residua.causal.LatentBatch;
import dev.residua.causal.NodeColumns;
import dev.residua.causal.StructuralEquations;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelMask;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A scorer of a model with categorical latents: an engine that computes columns, and what makes
 * nodes of them. A categorical node's value is the number of its category, what is expected of it
 * is the mean of that number under its law, and its residual is a deviate of that law. The decoder
 * reads the category alone, not the logits. Owns the engine.
 */
public final class CategoricalScorer implements FrameScorer {
  private static final double MIDDLE = 0.5;

  private final FrameScorer engine;
  private final NodeColumns columns;
  private final NodeColumns nodes; // with variables
  private final StructuralEquations equations;
  private final List<CategoricalLaw> laws;
  private final long digest;

  private CategoricalScorer(FrameScorer engine, NetworkPlan plan) {
    this.engine = engine;
    this.columns = plan.columns();
    this.nodes = columns.withReal(plan.variables());
    this.equations = plan.equations();
    this.laws = plan.laws();
    this.digest =
        Long.parseUnsignedLong(
            ModelBundle.sha256(NetworkPlanCodec.toBytes(plan)).substring(0, 16), 16);
  }

  /**
   * Adds the categorical latents of a plan to an engine that runs it.
   *
   * @return the engine itself where there are none
   */
  public static FrameScorer of(FrameScorer engine, NetworkPlan plan) {
    return plan.laws().isEmpty() ? engine : new CategoricalScorer(engine, plan);
  }

  @Override
  public ImageShape imageShape() {
    return engine.imageShape();
  }

  @Override
  public int latents() {
    return columns.latents();
  }

  @Override
  public int nodes() {
    return nodes.latents();
  }

  @Override
  public int batchFrames() {
    return engine.batchFrames();
  }

  @Override
  public LatentBatch score(byte[] pixels, int frames) {
    return score(pixels, frames, List.of());
  }

  @Override
  public LatentBatch score(byte[] pixels, int frames, List<PixelMask> masks) {
    float[] values = read(engine.encode(pixels, frames, masks));
    return joined(values, null, reconstructionErrors(pixels, frames, values, masks));
  }

  @Override
  public LatentBatch encode(byte[] pixels, int frames) {
    return encode(pixels, frames, List.of());
  }

  @Override
  public LatentBatch encode(byte[] pixels, int frames, List<PixelMask> masks) {
    LatentBatch batch = engine.encode(pixels, frames, masks);
    return joined(read(batch), null, batch.reconstructionErrors());
  }

  private float[] read(LatentBatch batch) {
    return columns.read(batch.codes(), columns.columns(), batch.frames());
  }

  @Override
  public float[] reconstructionErrors(byte[] pixels, int frames, float[] codes) {
    return reconstructionErrors(pixels, frames, codes, List.of());
  }

  @Override
  public float[] reconstructionErrors(
      byte[] pixels, int frames, float[] codes, List<PixelMask> masks) {
    return engine.reconstructionErrors(pixels, frames, columns.write(codes, frames), masks);
  }

  @Override
  public LatentBatch observe(LatentBatch batch, float[] variables) {
    return nodes.latents() == columns.latents()
        ? batch
        : joined(batch.codes(), variables, batch.reconstructionErrors());
  }

  @Override
  public LatentBatch draw(LatentBatch batch, long[] frames) {
    float[] residuals = batch.residuals().clone();
    put(batch.observed(), batch.frames(), frames, null, residuals);
    return new LatentBatch(
        batch.frames(),
        batch.latents(),
        batch.observed(),
        batch.expected(),
        residuals,
        batch.reconstructionErrors(),
        batch.codes());
  }

  /**
   * Evaluates equations and laws.
   *
   * @param values of the latents, shape {@code [n][latents]}
   * @param variables shape {@code [n][variables]}; null if all are missing
   */
  private LatentBatch joined(float[] values, float @Nullable [] variables, float[] errors) {
    int n = errors.length;
    float[] wide = columns.write(values, n);
    LatentBatch all =
        variables == null
            ? equations.joinMissing(n, wide, errors, wide)
            : equations.join(n, wide, variables, errors, wide);
    int d = nodes.latents();
    float[] observed = new float[n * d];
    float[] expected = new float[n * d];
    float[] residuals = new float[n * d];
    for (int row = 0; row < n; row++) {
      for (int i = 0; i < d; i++) {
        int at = row * all.latents() + nodes.first(i);
        boolean category = nodes.isCategorical(i);
        observed[row * d + i] = category ? values[row * columns.latents() + i] : all.observed()[at];
        expected[row * d + i] = all.expected()[at];
        residuals[row * d + i] = all.residuals()[at];
      }
    }
    put(observed, n, null, expected, residuals);
    return new LatentBatch(n, d, observed, expected, residuals, errors, values);
  }

  /** Fills in expectations, if wanted, and residuals of the categorical nodes. */
  private void put(
      float[] observed,
      int n,
      long @Nullable [] frames,
      float @Nullable [] expected,
      float[] residuals) {
    int d = nodes.latents();
    for (int row = 0; row < n; row++) {
      for (CategoricalLaw law : laws) {
        int at = row * d + law.node();
        double[] probabilities = law.probabilities(observed, row * d);
        double uniform =
            frames == null ? MIDDLE : FrameDraw.uniform(digest, frames[row], law.node());
        residuals[at] = (float) CategoricalLaw.deviate(probabilities, (int) observed[at], uniform);
        if (expected != null) {
          expected[at] = (float) CategoricalLaw.mean(probabilities);
        }
      }
    }
  }

  @Override
  public void close() {
    engine.close();
  }
}
