package dev.residua.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.residua.causal.Latent;
import dev.residua.causal.Variable;
import dev.residua.causal.Variables;
import dev.residua.frame.ImageShape;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The content of {@code manifest.json}.
 *
 * @param formatVersion version of the bundle layout; see {@link ModelBundle#FORMAT_VERSION}
 * @param id identity of the model, unique per training
 * @param parentId the model that training started from, if any
 * @param architecture short name of the network, such as {@code lanca-s2d4}
 * @param image shape of the images that the model reads; other sizes are resampled to it
 * @param preprocessing how pixels become the network's input, in words
 * @param latents that the network encodes, in the order of every latent vector
 * @param variables that frames bring as attributes, in the order of the nodes behind the latents;
 *     empty for most models
 * @param provenance origin of the model
 * @param sha256 digest of every other entry of the bundle, lower-case hexadecimal, by entry name
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@RecordBuilder
public record BundleManifest(
    int formatVersion,
    String id,
    @Nullable String parentId,
    String architecture,
    ImageShape image,
    String preprocessing,
    List<Latent> latents,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Variable> variables,
    ModelProvenance provenance,
    Map<String, String> sha256)
    implements BundleManifestBuilder.With {
  /**
   * Most latents and variables together: attribution numbers sets of them with the bits of a long.
   */
  public static final int MAX_LATENTS = 62;

  /** Largest width or height of the images that a model reads, in pixels. */
  public static final int MAX_SIDE = 4_096;

  /** Most pixels of them: dense layers of larger ones do not fit into a bundle. */
  public static final int MAX_PIXELS = 1 << 20;

  /** Longest name of a latent, in characters. */
  public static final int MAX_LATENT_NAME = 100;

  public BundleManifest {
    checkId("id", id);
    if (parentId != null) {
      checkId("parentId", parentId);
    }
    Objects.requireNonNull(architecture, "architecture");
    Objects.requireNonNull(image, "image");
    Objects.requireNonNull(preprocessing, "preprocessing");
    Objects.requireNonNull(provenance, "provenance");
    Objects.requireNonNull(latents, "latents");
    Objects.requireNonNull(sha256, "sha256");
    if (image.width() > MAX_SIDE
        || image.height() > MAX_SIDE
        || (long) image.width() * image.height() > MAX_PIXELS) {
      throw new IllegalArgumentException(
          "image is %s, expected at most %d pixels on a side and %d in all"
              .formatted(image, MAX_SIDE, MAX_PIXELS));
    }
    checkLatents(latents);
    latents = List.copyOf(latents);
    variables = variables == null ? List.of() : List.copyOf(variables); // absent in most manifests
    checkLatents(nodes(latents, variables));
    sha256.forEach(BundleManifest::checkDigest);
    // In the order of names, so that the same manifest is the same JSON in every process.
    sha256 = Collections.unmodifiableMap(new TreeMap<>(sha256));
  }

  private static void checkId(String component, @Nullable String id) {
    if (id == null || !BundleStore.ID.matcher(id).matches()) {
      throw new IllegalArgumentException(
          "%s is '%s', expected 1 to 200 letters, digits, '.', '_' or '-', not '.' first"
              .formatted(component, SafeText.of(id)));
    }
  }

  /**
   * Checks the latents of a model: their number, their indices and their names, which are unique.
   */
  static void checkLatents(List<Latent> latents) {
    if (latents.isEmpty() || latents.size() > MAX_LATENTS) {
      throw new IllegalArgumentException(
          "a model has 1 to %d latents, but this one %d".formatted(MAX_LATENTS, latents.size()));
    }
    Set<String> names = new HashSet<>();
    for (int i = 0; i < latents.size(); i++) {
      Latent latent = Objects.requireNonNull(latents.get(i), "latent");
      String name = latent.name();
      if (latent.index() != i) {
        throw new IllegalArgumentException(
            "latent '%s' has index %d, expected %d"
                .formatted(SafeText.of(name), latent.index(), i));
      }
      if (name.length() > MAX_LATENT_NAME || !SafeText.isPrintable(name)) {
        throw new IllegalArgumentException(
            "latent %d has the name '%s', expected at most %d printable characters"
                .formatted(i, SafeText.of(name), MAX_LATENT_NAME));
      }
      if (!names.add(name)) {
        throw new IllegalArgumentException(
            "latent %d has the name '%s', as another one has".formatted(i, name));
      }
    }
  }

  private static void checkDigest(String entry, @Nullable String digest) {
    if (digest == null || !BundleStore.DIGEST.matcher(digest).matches()) {
      throw new IllegalArgumentException(
          "sha256 of '%s' is '%s', expected 64 lower-case hexadecimal digits"
              .formatted(SafeText.of(entry), SafeText.of(digest)));
    }
  }

  /**
   * The manifest of this model after it was calibrated again.
   *
   * @param newId its identity
   * @param frames description of the frames of the calibration
   * @param figures that the calibration gave, by name
   */
  public BundleManifest calibrated(String newId, String frames, Map<String, Double> figures) {
    Map<String, Double> metrics = new TreeMap<>(provenance.metrics());
    metrics.putAll(figures);
    Map<String, String> settings = new TreeMap<>(provenance.hyperParameters());
    settings.put("calibration", frames);
    return with(
        m ->
            m.id(newId)
                .parentId(id)
                .provenance(provenance.withHyperParameters(settings).withMetrics(metrics)));
  }

  public List<String> latentNames() {
    return latents.stream().map(Latent::name).toList();
  }

  /** The nodes of the graph: latents, then variables, numbered from 0. */
  public List<Latent> nodes() {
    return nodes(latents, variables);
  }

  private static List<Latent> nodes(List<Latent> latents, List<Variable> variables) {
    List<Latent> nodes = new ArrayList<>(latents);
    variables.forEach(variable -> nodes.add(variable.node(nodes.size())));
    return List.copyOf(nodes);
  }

  /** Names of {@link #nodes}. */
  public List<String> nodeNames() {
    return nodes().stream().map(Latent::name).toList();
  }

  /** The variables, to read them from frames. */
  public Variables observed() {
    return new Variables(variables);
  }
}
