package dev.residua.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.residua.causal.Latent;
import dev.residua.frame.ImageShape;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What {@code manifest.json} says of a model.
 *
 * @param formatVersion version of the bundle layout; see {@link ModelBundle#FORMAT_VERSION}
 * @param id identity of the model, unique per training
 * @param parentId the model that training started from, if any
 * @param architecture short name of the network, such as {@code lanca-s2d4}
 * @param image shape of the images that the model reads; other sizes are resampled to it
 * @param preprocessing how pixels become the network's input, in words
 * @param latents the causal variables, in the order of every latent vector
 * @param provenance where the model comes from
 * @param sha256 digest of every other entry of the bundle, lower-case hexadecimal, by entry name
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record BundleManifest(
    int formatVersion,
    String id,
    @Nullable String parentId,
    String architecture,
    ImageShape image,
    String preprocessing,
    List<Latent> latents,
    ModelProvenance provenance,
    Map<String, String> sha256) {
  public BundleManifest {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(architecture, "architecture");
    Objects.requireNonNull(image, "image");
    Objects.requireNonNull(provenance, "provenance");
    latents = List.copyOf(latents);
    if (latents.isEmpty()) {
      throw new IllegalArgumentException("a model needs at least one latent");
    }
    sha256 = Collections.unmodifiableMap(new TreeMap<>(sha256)); // sorted: written in this order
  }

  BundleManifest withDigests(Map<String, String> digests) {
    return new BundleManifest(
        formatVersion,
        id,
        parentId,
        architecture,
        image,
        preprocessing,
        latents,
        provenance,
        digests);
  }

  BundleManifest withId(String newId) {
    return new BundleManifest(
        formatVersion, newId, id, architecture, image, preprocessing, latents, provenance, sha256);
  }

  /**
   * The manifest of this model after it was calibrated again.
   *
   * @param newId its identity
   * @param frames what it was calibrated on, in words
   * @param figures that the calibration gave, by name
   */
  public BundleManifest calibrated(String newId, String frames, Map<String, Double> figures) {
    Map<String, Double> metrics = new TreeMap<>(provenance.metrics());
    metrics.putAll(figures);
    Map<String, String> settings = new TreeMap<>(provenance.hyperParameters());
    settings.put("calibration", frames);
    ModelProvenance p = provenance;
    return new BundleManifest(
        formatVersion,
        newId,
        id,
        architecture,
        image,
        preprocessing,
        latents,
        new ModelProvenance(
            p.data(),
            p.dataRange(),
            p.dataSha256(),
            p.labelledFrames(),
            settings,
            p.seed(),
            p.codeVersion(),
            p.jvm(),
            p.startedAt(),
            p.finishedAt(),
            metrics),
        sha256);
  }

  /** The same manifest with more to say of where the model comes from. */
  public BundleManifest withProvenance(ModelProvenance newProvenance) {
    return new BundleManifest(
        formatVersion,
        id,
        parentId,
        architecture,
        image,
        preprocessing,
        latents,
        newProvenance,
        sha256);
  }

  public List<String> latentNames() {
    return latents.stream().map(Latent::name).toList();
  }
}
