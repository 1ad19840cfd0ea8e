package dev.residua.app.web;

import dev.residua.causal.LatentDecoder;
import dev.residua.dashboard.Pictures;
import dev.residua.decoding.Stabilizer;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PictureFiles;
import dev.residua.frame.PixelMask;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.model.ModelStore;
import dev.residua.onnx.OnnxLatentDecoder;
import dev.residua.runtime.BundleOpener;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Draws pictures with the decoders of the models of the registry and owns their native memory: a
 * request opens one, the end of the roles closes all. Draws one picture at a time, so that pages
 * never use more than one core.
 */
@ApplicationScoped
public class ModelPictures implements Pictures {
  /** Most models whose decoders are open. */
  static final int OPEN = 4;

  private final Map<String, Open> open = new LinkedHashMap<>(8, 0.75f, true);
  private @Nullable ModelStore store;

  private record Open(ModelBundle bundle, LatentDecoder decoder, Stabilizer stabilizer) {}

  /** Uses the models of this registry until {@link #close}. */
  public synchronized void open(ModelStore newStore) {
    close();
    store = newStore;
  }

  /** Frees the native memory; afterwards there is no model. */
  public synchronized void close() {
    open.values().forEach(one -> one.decoder().close());
    open.clear();
    store = null;
  }

  @Override
  public synchronized List<String> latents(String modelId) throws UnavailableException {
    return model(modelId).bundle().manifest().nodeNames();
  }

  @Override
  public synchronized byte[] decoded(String modelId, float[] latents) throws UnavailableException {
    Open model = model(modelId);
    return PictureFiles.picture(
        model.decoder().decode(latents, 1), 0, model.bundle().manifest().image());
  }

  @Override
  public synchronized byte[] heatmap(String modelId, float[] observed, float[] expected, int latent)
      throws UnavailableException {
    Open model = model(modelId);
    return PictureFiles.difference(
        model.decoder().decodeWith(observed, latent, expected[latent]),
        model.bundle().manifest().image());
  }

  @Override
  public synchronized float[] whatIf(String modelId, float[] latents, Map<Integer, Float> set)
      throws UnavailableException {
    try {
      return BundleOpener.whatIf(model(modelId).bundle(), latents, set);
    } catch (BadBundleException e) {
      throw new UnavailableException(String.valueOf(e.getMessage()));
    }
  }

  /**
   * Shape of the pictures of a model.
   *
   * @throws UnavailableException if the model cannot be used here
   */
  synchronized ImageShape shape(String modelId) throws UnavailableException {
    return model(modelId).bundle().manifest().image();
  }

  /**
   * Reader of frames of vibrating cameras for a model. For one thread.
   *
   * @throws UnavailableException if the model cannot be used here
   */
  synchronized Stabilizer stabilizer(String modelId) throws UnavailableException {
    return model(modelId).stabilizer();
  }

  /**
   * Draws the difference between a picture and that of latents.
   *
   * @param pixels in {@link #shape}
   * @param mask pixels that show nothing
   * @param latents of the other picture, shape {@code [d]}
   * @return a PNG file of the model's size
   * @throws UnavailableException if the model cannot be used here
   */
  synchronized byte[] difference(String modelId, byte[] pixels, PixelMask mask, float[] latents)
      throws UnavailableException {
    Open model = model(modelId);
    return PictureFiles.difference(
        pixels, mask, model.decoder().decode(latents, 1), model.bundle().manifest().image());
  }

  private Open model(String modelId) throws UnavailableException {
    Open known = open.get(modelId);
    if (known != null) {
      return known;
    }
    ModelStore models = store;
    if (models == null) {
      throw new UnavailableException("no model is in use here: this process has no dashboard role");
    }
    if (models.registry().entry(modelId).isEmpty()) {
      throw new UnknownModelException(modelId);
    }
    try {
      ModelBundle bundle = models.bundle(modelId);
      Stabilizer stabilizer = BundleOpener.stabilizer(bundle);
      Open opened = new Open(bundle, OnnxLatentDecoder.of(bundle.network()), stabilizer);
      open.put(modelId, opened);
      if (open.size() > OPEN) {
        String eldest = open.keySet().iterator().next();
        Objects.requireNonNull(open.remove(eldest)).decoder().close();
      }
      return opened;
    } catch (BadBundleException | IOException e) {
      throw new UnavailableException(String.valueOf(e.getMessage()));
    }
  }
}
