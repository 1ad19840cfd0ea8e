package dev.residua.app.web;

import dev.residua.causal.LatentDecoder;
import dev.residua.dashboard.Pictures;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PictureFiles;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.onnx.OnnxLatentDecoder;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Draws pictures with the decoder of the model in use and owns its native memory: the first request
 * opens it, the end of the roles closes it. Draws one picture at a time, so that pages never use
 * more than one core.
 */
@ApplicationScoped
public class ModelPictures implements Pictures {
  private @Nullable ModelBundle bundle;
  private @Nullable LatentDecoder decoder;

  /** Uses this model until {@link #close}. */
  public synchronized void model(ModelBundle newBundle) {
    close();
    bundle = newBundle;
  }

  /** Frees the native memory; afterwards there is no model. */
  public synchronized void close() {
    LatentDecoder open = decoder;
    decoder = null;
    bundle = null;
    if (open != null) {
      open.close();
    }
  }

  @Override
  public synchronized List<String> latents() throws UnavailableException {
    return model().manifest().latentNames();
  }

  @Override
  public synchronized byte[] decoded(float[] latents) throws UnavailableException {
    ImageShape shape = model().manifest().image();
    return PictureFiles.picture(decoder(model()).decode(latents, 1), 0, shape);
  }

  @Override
  public synchronized byte[] heatmap(float[] observed, float[] expected, int latent)
      throws UnavailableException {
    ModelBundle model = model();
    return PictureFiles.difference(
        decoder(model).decodeWith(observed, latent, expected[latent]), model.manifest().image());
  }

  /**
   * Shape of the pictures.
   *
   * @throws UnavailableException if no model is in use here
   */
  synchronized ImageShape shape() throws UnavailableException {
    return model().manifest().image();
  }

  /**
   * Draws where a picture differs from that of latents.
   *
   * @param pixels in {@link #shape}
   * @param latents of the other picture, shape {@code [d]}
   * @return a PNG file of the model's size
   * @throws UnavailableException if no model is in use here, or one of another shape
   */
  synchronized byte[] difference(byte[] pixels, float[] latents) throws UnavailableException {
    ImageShape shape = shape();
    if (pixels.length != shape.size()) {
      throw new UnavailableException("another model has become active meanwhile");
    }
    return PictureFiles.difference(pixels, decoder(model()).decode(latents, 1), shape);
  }

  private ModelBundle model() throws UnavailableException {
    ModelBundle model = bundle;
    if (model == null) {
      throw new UnavailableException("no model is in use here: this process has no dashboard role");
    }
    return model;
  }

  private LatentDecoder decoder(ModelBundle model) throws UnavailableException {
    LatentDecoder open = decoder;
    if (open == null) {
      try {
        open = new OnnxLatentDecoder(model.network());
      } catch (BadBundleException e) {
        throw new UnavailableException(String.valueOf(e.getMessage()));
      }
      decoder = open;
    }
    return open;
  }
}
