package dev.residua.app;

import dev.residua.causal.LatentDecoder;
import dev.residua.dashboard.PictureFiles;
import dev.residua.dashboard.Pictures;
import dev.residua.dl4j.ScorerDecoder;
import dev.residua.frame.ImageShape;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.onnx.OnnxLatentDecoder;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Draws with the decoder of the model in use, and owns its native memory: opened by the first
 * request, closed with the roles. One picture at a time, so that the page never takes more than one
 * core from scoring.
 */
@ApplicationScoped
public class ModelPictures implements Pictures {
  private @Nullable ModelBundle bundle;
  private @Nullable LatentDecoder decoder;

  /** Draws with this model from now on, until {@link #close}. */
  synchronized void model(ModelBundle newBundle) {
    close();
    bundle = newBundle;
  }

  /** Gives the native memory back; afterwards there is no model. */
  synchronized void close() {
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
    int d = observed.length;
    float[] both = new float[2 * d];
    System.arraycopy(observed, 0, both, 0, d);
    System.arraycopy(observed, 0, both, d, d);
    both[d + latent] = expected[latent];
    return PictureFiles.difference(decoder(model).decode(both, 2), model.manifest().image());
  }

  private ModelBundle model() throws UnavailableException {
    ModelBundle model = bundle;
    if (model == null) {
      throw new UnavailableException("no model is in use here: this process plays no dashboard");
    }
    return model;
  }

  private LatentDecoder decoder(ModelBundle model) throws UnavailableException {
    LatentDecoder open = decoder;
    if (open == null) {
      try {
        Models.checkNetwork(model);
      } catch (BadBundleException e) {
        throw new UnavailableException(String.valueOf(e.getMessage()));
      }
      ImageShape shape = model.manifest().image();
      int latents = model.manifest().latents().size();
      open =
          new OnnxLatentDecoder(
              ScorerDecoder.of(model.entry(ModelBundle.SCORER), shape, latents), shape, latents);
      decoder = open;
    }
    return open;
  }
}
