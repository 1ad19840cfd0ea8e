package dev.residua.onednn;

import dev.residua.causal.NetworkEngine;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelMask;
import dev.residua.model.MaskedPixels;
import dev.residua.model.NetworkPlan;
import dev.residua.model.RegionErrors;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Runs a network plan on the processor with oneDNN. Safe for several threads at once: operations
 * are compiled once for each of a few numbers of frames and shared, memory is lent from a pool that
 * grows to the number of threads.
 *
 * <p>Calls with other numbers of frames are split into those. Each call uses the threads that
 * OpenMP gives it ({@code OMP_NUM_THREADS}; the launcher says one).
 */
public final class OneDnnEngine implements NetworkEngine {
  /**
   * Numbers of frames for which operations are compiled, largest first: what eight frames have
   * between two layers stays in the second cache, more are slower.
   */
  private static final int[] SIZES = {8, 4, 2, 1};

  private final NetworkPlan plan;
  private final MaskedPixels masked;
  private final RegionErrors regions;
  private final List<Pool> pools = new ArrayList<>();
  private final AtomicBoolean closed = new AtomicBoolean();

  /** A compiled network and the workspaces that nobody uses now. */
  private record Pool(NetworkPlan plan, CompiledNetwork network, Queue<Workspace> free) {
    Workspace take() {
      Workspace workspace = free.poll();
      return workspace != null ? workspace : new Workspace(plan, network);
    }

    void giveBack(Workspace workspace) {
      free.add(workspace);
    }

    void close() {
      for (Workspace workspace = free.poll(); workspace != null; workspace = free.poll()) {
        workspace.close();
      }
      network.close();
    }
  }

  /**
   * Compiles the network.
   *
   * @param precision bfloat16 or single
   * @throws IllegalStateException if this machine has no native library
   * @throws IllegalArgumentException if oneDNN cannot run the plan on this machine
   */
  public OneDnnEngine(NetworkPlan plan, Precision precision) {
    OneDnn.missing()
        .ifPresent(
            reason -> {
              throw new IllegalStateException(reason);
            });
    if (precision == Precision.INT8) {
      throw new IllegalArgumentException("only a first layer can be in eight bits");
    }
    this.plan = plan;
    this.masked = new MaskedPixels(plan);
    this.regions = RegionErrors.channelsLast(plan);
    try {
      for (int size : SIZES) {
        pools.add(
            new Pool(
                plan, new CompiledNetwork(plan, precision, size), new ConcurrentLinkedQueue<>()));
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  @Override
  public ImageShape imageShape() {
    return plan.image();
  }

  @Override
  public int columns() {
    return plan.latents();
  }

  @Override
  public float[] encode(byte[] pixels, int frames, List<PixelMask> masks) {
    check(pixels, frames);
    return codes(pixels, frames, masks, null, new float[0]);
  }

  @Override
  public Encoded encodeAndReconstruct(byte[] pixels, int frames, List<PixelMask> masks) {
    check(pixels, frames);
    float[] errors = new float[frames];
    float[] ofRegions = new float[frames * regions.latents()];
    float[] codes = codes(pixels, frames, masks, errors, ofRegions);
    return new Encoded(codes, scaled(errors, masks), ofRegions);
  }

  /**
   * The codes of frames that were checked.
   *
   * @param errors receives the sums of squared differences, if they are wanted
   * @param ofRegions receives the errors of regions, if these are
   */
  private float[] codes(
      byte[] given,
      int frames,
      List<PixelMask> masks,
      float @Nullable [] errors,
      float[] ofRegions) {
    byte[] pixels = masked.read(given, frames, masks);
    float[] code = new float[frames * plan.latents()];
    forEachPart(
        frames,
        (workspace, first, count) -> {
          put(workspace, pixels, first, count);
          workspace.encode(code, first * plan.latents(), count * plan.latents());
          if (errors != null) {
            workspace.errors(errors, first, count, masks);
            if (ofRegions.length > 0) {
              regions.means(workspace.squares(count), count, masks, first, ofRegions);
            }
          }
        });
    return code;
  }

  @Override
  public float[] reconstructionErrors(
      byte[] pixels, int frames, float[] codes, List<PixelMask> masks) {
    check(pixels, frames);
    if (codes.length < frames * plan.latents()) {
      throw new IllegalArgumentException(
          "%d frames need %d values of codes but there are %d"
              .formatted(frames, frames * plan.latents(), codes.length));
    }
    float[] errors = new float[frames];
    forEachPart(
        frames,
        (workspace, first, count) -> {
          put(workspace, pixels, first, count);
          workspace.putCode(codes, first * plan.latents(), count * plan.latents());
          workspace.errors(errors, first, count, masks);
        });
    return scaled(errors, masks);
  }

  private void check(byte[] pixels, int frames) {
    if (closed.get()) {
      throw new IllegalStateException("this engine is closed");
    }
    long needed = (long) frames * plan.image().size();
    if (frames < 1 || pixels.length < needed) {
      throw new IllegalArgumentException(
          "%d frames of %s need %d bytes but there are %d"
              .formatted(
                  frames, plan.image(), Math.max(needed, plan.image().size()), pixels.length));
    }
  }

  private void put(Workspace workspace, byte[] pixels, int first, int count) {
    int size = plan.image().size();
    workspace.put(pixels, first * size, count * size);
  }

  private float[] scaled(float[] sums, List<PixelMask> masks) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] *= plan.errorScale();
    }
    masked.overSeen(sums, masks);
    return sums;
  }

  /** Work on each part of a call. */
  @FunctionalInterface
  private interface Part {
    void run(Workspace workspace, int first, int count);
  }

  private void forEachPart(int frames, Part part) {
    int first = 0;
    for (Pool pool : pools) {
      int size = pool.network().frames();
      if (frames - first < size) {
        continue;
      }
      Workspace workspace = pool.take();
      try {
        while (frames - first >= size) {
          part.run(workspace, first, size);
          first += size;
        }
      } finally {
        pool.giveBack(workspace);
      }
    }
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      pools.forEach(Pool::close);
    }
  }
}
