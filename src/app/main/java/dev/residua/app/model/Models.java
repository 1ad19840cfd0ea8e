package dev.residua.app.model;

import dev.residua.causal.ResidualScorer;
import dev.residua.evidence.EvidenceModel;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.onnx.OnnxLatentDecoder;
import dev.residua.registry.RegistryFollower;
import dev.residua.runtime.BundleOpener;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;

/** Reads the shipped bundle, and opens bundles for the evidence of incidents. */
public final class Models {
  /** The bundle that ships with the product. */
  public static final String DEFAULT = "/models/pendulum.residua";

  /** For registries whose bundles all lie in Kafka; {@link BundleStores} reads the others. */
  public static final RegistryFollower.OutsideBundles OUTSIDE =
      (entry, location) -> {
        throw new IOException(
            "model %s lies at %s, which this process cannot read".formatted(entry.id(), location));
      };

  private Models() {}

  /** Reads the bundle of a file, or the one that ships with the product. */
  public static ModelBundle read(Optional<Path> file) throws BadBundleException {
    if (file.isPresent()) {
      return ModelBundle.read(file.get());
    }
    try (InputStream in = Models.class.getResourceAsStream(DEFAULT)) {
      if (in == null) {
        throw new BadBundleException(
            "this build has no default model; give one with --model FILE.residua");
      }
      return ModelBundle.read(in, "default (" + DEFAULT + ")");
    } catch (IOException e) {
      throw new BadBundleException("the default model cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * Opens a bundle for drawing the evidence of incidents.
   *
   * @return owns native memory
   * @throws BadBundleException if no engine runs the bundle's network
   */
  public static EvidenceModel evidence(ModelBundle bundle) throws BadBundleException {
    ResidualScorer scorer = BundleOpener.scorer(bundle, 1);
    try {
      return new EvidenceModel(
          bundle.graph(),
          bundle.manifest().observed(),
          scorer,
          OnnxLatentDecoder.of(bundle.network()),
          BundleOpener.stabilizer(bundle));
    } catch (BadBundleException e) {
      scorer.close();
      throw e;
    } catch (RuntimeException e) {
      scorer.close();
      throw new BadBundleException(
          "model %s cannot draw pictures: %s".formatted(bundle.id(), e.getMessage()), e);
    }
  }
}
