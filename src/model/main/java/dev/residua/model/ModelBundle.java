package dev.residua.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.residua.causal.CausalGraph;
import dev.residua.causal.Latent;
import dev.residua.causal.NodeColumns;
import dev.residua.causal.Readability;
import dev.residua.dynamics.DynamicModel;
import dev.residua.dynamics.EquationSentence;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelMask;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * A trained model with everything that changes together with it: network, weights, graph,
 * calibration. Reading checks names, sizes and digests of all entries; a bundle that exists in
 * memory is whole. Bundles come from wherever models are trained and are not trusted: what is wrong
 * with one is a {@link BadBundleException}, and sizes are bounded before anything is allocated.
 * Immutable; arrays that {@link #entry} returns are shared and must not be changed.
 */
public final class ModelBundle {
  /** Layout version that this code reads and writes. */
  public static final int FORMAT_VERSION = 1;

  public static final String MANIFEST = "manifest.json";

  /** The network, from which every engine is built; see {@link NetworkPlanCodec}. */
  public static final String NETWORK = "network/plan.bin";

  public static final String GRAPH = "graph.json";

  /** Equations that use earlier frames; absent if no equation does. */
  public static final String DYNAMICS = "dynamics.json";

  public static final String ANOMALY_CALIBRATION = "calibration/anomaly.bin";
  public static final String APPEARANCE = "calibration/appearance.bin";
  public static final String DRIFT_REFERENCE = "calibration/drift.bin";

  /** Reference of the detector of changes of the whole picture. */
  public static final String PICTURE_REFERENCE = "calibration/picture.bin";

  /** Reference of windows of mechanisms; absent if too few frames calibrated the model. */
  public static final String MECHANISM_REFERENCE = "calibration/mechanisms.bin";

  /**
   * Shared reference of sources that learn their normal state; absent if too few frames calibrated
   * the model.
   */
  public static final String COMMISSIONING_REFERENCE = "calibration/commissioning.bin";

  /** Pixels that no frame of the training showed, a byte each; absent if there are none. */
  public static final String MASK = "calibration/mask.bin";

  /** Pixels of the latents and the limits of their errors; absent in a model with categories. */
  public static final String READABILITY = "calibration/readability.bin";

  /** Normal details of larger pictures; absent if the training had none. */
  public static final String DETAIL_MODEL = "details/model.bin";

  /** Scores of details on normal frames; present with {@link #DETAIL_MODEL}. */
  public static final String DETAIL_CALIBRATION = "calibration/details.bin";

  /** Residuals from which shares of causes are computed. */
  public static final String ATTRIBUTION_REFERENCE = "calibration/attribution.bin";

  /** Normal ranges of the camera. */
  public static final String SENSOR_REFERENCE = "calibration/sensor.bin";

  /** Everything that a further training starts from. */
  public static final String WEIGHTS = "weights/lanca.bin";

  public static final String SELF_TEST = "selftest/frames.bin";

  /** Losses over the training, for people; the shipped model has none. */
  public static final String LOSSES = "training/losses.csv";

  /** Warnings of the training, one per line; the shipped model has none. */
  public static final String WARNINGS = "training/warnings.txt";

  /**
   * Properties that the model cannot read, see {@link ModelFinding}; absent if the training found
   * none.
   */
  public static final String FINDINGS = "training/findings.txt";

  /** Signature of the manifest, and so of all other entries; see {@link BundleSignature}. */
  public static final String SIGNATURE = "signature.ed25519";

  /** Verdict of the gate on the model; absent if it was not compared with another. */
  public static final String GATE_VERDICT = "gate/verdict.json";

  private static final List<String> REQUIRED =
      List.of(
          NETWORK,
          GRAPH,
          ANOMALY_CALIBRATION,
          APPEARANCE,
          DRIFT_REFERENCE,
          PICTURE_REFERENCE,
          ATTRIBUTION_REFERENCE,
          SENSOR_REFERENCE,
          WEIGHTS,
          SELF_TEST);

  /** Largest file of a bundle, in bytes. */
  public static final int MAX_FILE_BYTES = BundleZip.MAX_FILE_BYTES;

  private static final int MAX_JSON_DEPTH = 16;
  private static final int MAX_JSON_STRING = 1 << 16;
  private static final int MAX_JSON_NUMBER = 64;
  private static final ObjectMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(MAX_JSON_DEPTH)
                          .maxStringLength(MAX_JSON_STRING)
                          .maxNameLength(MAX_JSON_STRING)
                          .maxNumberLength(MAX_JSON_NUMBER)
                          .build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .addMixIn(Latent.class, LatentJson.class)
          .build();

  /** Omits the values of a latent that is a real number from the manifest. */
  private interface LatentJson {
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    List<String> values();
  }

  private final BundleManifest manifest;
  private final byte[] manifestJson; // as it was read: its digest is the bundle's
  private final CausalGraph graph;
  private final Map<String, byte[]> entries;
  private final String digest;
  private final @Nullable BundleSignature signature;

  private ModelBundle(
      BundleManifest manifest,
      byte[] manifestJson,
      CausalGraph graph,
      Map<String, byte[]> entries,
      @Nullable BundleSignature signature) {
    this.manifest = manifest;
    this.manifestJson = manifestJson;
    this.graph = graph;
    this.entries = entries;
    this.digest = sha256(manifestJson);
    this.signature = signature;
  }

  /**
   * Assembles a bundle. The manifest's digests are computed here.
   *
   * @param entries content by entry name, without manifest and graph
   */
  public static ModelBundle of(
      BundleManifest manifest, CausalGraph graph, Map<String, byte[]> entries) {
    Map<String, byte[]> all = new TreeMap<>(entries);
    all.put(GRAPH, toJson(GraphFile.of(graph)));
    Map<String, String> digests = new TreeMap<>();
    all.forEach((name, content) -> digests.put(name, sha256(content)));
    BundleManifest complete = manifest.withSha256(digests);
    return new ModelBundle(complete, toJson(complete), graph, all, null);
  }

  /**
   * This bundle with one more entry, or another content of an entry that it has. All other entries
   * stay as they are, byte for byte; the manifest differs in the digests alone, so that the bundle
   * keeps its id and gets another {@link #digest}.
   *
   * @param entry name such as {@code gate/verdict.json}; neither manifest nor graph, which are made
   *     from the rest of the bundle
   * @param content owned by the bundle
   * @throws IllegalArgumentException if the name cannot be that of an entry, or the bundle would
   *     have too many
   */
  public ModelBundle with(String entry, byte[] content) {
    if (!BundleZip.NAME.matcher(entry).matches()
        || List.of(MANIFEST, GRAPH, SIGNATURE).contains(entry)) {
      throw new IllegalArgumentException(
          "'%s' cannot be an entry added to model %s, expected a name like 'gate/verdict.json' other than %s and %s"
              .formatted(entry, id(), MANIFEST, GRAPH));
    }
    Map<String, byte[]> all = new TreeMap<>(entries);
    all.put(entry, content);
    if (all.size() >= BundleZip.MAX_ENTRIES) {
      throw new IllegalArgumentException(
          "model %s has %d entries already, no room for %s".formatted(id(), entries.size(), entry));
    }
    Map<String, String> digests = new TreeMap<>(manifest.sha256());
    digests.put(entry, sha256(content));
    BundleManifest complete = manifest.withSha256(digests);
    return new ModelBundle(complete, toJson(complete), graph, all, null);
  }

  /** Reads and checks a bundle file. */
  public static ModelBundle read(Path file) throws BadBundleException {
    try (InputStream in = Files.newInputStream(file)) {
      return read(in, file.toString());
    } catch (NoSuchFileException e) {
      throw new BadBundleException("model bundle " + file + " does not exist", e);
    } catch (IOException e) {
      throw new BadBundleException(
          "model bundle " + file + " cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * Reads and checks a bundle.
   *
   * @param origin its origin, for messages
   */
  public static ModelBundle read(InputStream in, String origin) throws BadBundleException {
    Map<String, byte[]> entries;
    try {
      entries = new TreeMap<>(BundleZip.read(in, origin));
    } catch (IOException e) {
      throw new BadBundleException(
          "model bundle %s cannot be read: %s".formatted(origin, e.getMessage()), e);
    }
    byte[] manifestJson = entries.remove(MANIFEST);
    if (manifestJson == null) {
      throw new BadBundleException(
          "%s is not a model bundle: it has no %s".formatted(origin, MANIFEST));
    }
    byte[] signature = entries.remove(SIGNATURE);
    BundleManifest manifest = manifest(manifestJson, origin);
    checkDigests(manifest, entries, origin);
    checkFindings(entries, origin);
    return new ModelBundle(
        manifest,
        manifestJson,
        graph(manifest, entries, origin),
        entries,
        signature == null ? null : BundleSignature.fromBytes(signature, origin));
  }

  private static BundleManifest manifest(byte[] json, String origin) throws BadBundleException {
    try {
      int version = JSON.readTree(json).path("formatVersion").asInt(-1);
      if (version != FORMAT_VERSION) {
        throw new BadBundleException(
            "model bundle %s has format version %d, this version of Residua reads %d"
                .formatted(origin, version, FORMAT_VERSION));
      }
      return JSON.readValue(json, BundleManifest.class);
    } catch (IOException e) {
      throw damaged(origin, MANIFEST, e);
    }
  }

  private static BadBundleException damaged(String origin, String entry, Exception e) {
    String why =
        e instanceof JsonProcessingException json && json.getCause() instanceof RuntimeException own
            ? String.valueOf(own.getMessage())
            : e instanceof JsonProcessingException json
                ? json.getOriginalMessage()
                : String.valueOf(e.getMessage());
    return new BadBundleException(
        "model bundle %s has a damaged %s: %s".formatted(origin, entry, SafeText.of(why)), e);
  }

  private static void checkDigests(
      BundleManifest manifest, Map<String, byte[]> entries, String origin)
      throws BadBundleException {
    for (String name : REQUIRED) {
      if (!entries.containsKey(name)) {
        throw new BadBundleException("model bundle %s lacks the entry %s".formatted(origin, name));
      }
    }
    for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
      String expected = manifest.sha256().get(entry.getKey());
      String actual = sha256(entry.getValue());
      if (!actual.equals(expected)) {
        throw new BadBundleException(
            "model bundle %s: entry %s has SHA-256 %s, the manifest says %s"
                .formatted(
                    origin, entry.getKey(), actual, expected == null ? "nothing of it" : expected));
      }
    }
    for (String name : manifest.sha256().keySet()) {
      if (!entries.containsKey(name)) {
        throw new BadBundleException(
            "model bundle %s lacks the entry %s that its manifest names".formatted(origin, name));
      }
    }
  }

  private static void checkFindings(Map<String, byte[]> entries, String origin)
      throws BadBundleException {
    try {
      ModelFinding.fromLines(entries.getOrDefault(FINDINGS, new byte[0]));
    } catch (IllegalArgumentException e) {
      throw damaged(origin, FINDINGS, e);
    }
  }

  private static CausalGraph graph(
      BundleManifest manifest, Map<String, byte[]> entries, String origin)
      throws BadBundleException {
    try {
      GraphFile file = JSON.readValue(entries.get(GRAPH), GraphFile.class);
      if (file == null) {
        throw new IllegalArgumentException("it is null, expected an object");
      }
      return file.toGraph(manifest.nodeNames());
    } catch (IOException | IllegalArgumentException e) {
      throw damaged(origin, GRAPH, e);
    }
  }

  /** Writes the bundle to a file, which appears whole or not at all. */
  public void write(Path file) throws IOException {
    AtomicFile.write(file, this::write);
  }

  /** Writes the bundle; the same bundle gives the same bytes. Does not close {@code out}. */
  public void write(OutputStream out) throws IOException {
    ZipOutputStream zip = new ZipOutputStream(out);
    put(zip, MANIFEST, manifestJson);
    if (signature != null) {
      put(zip, SIGNATURE, signature.toBytes());
    }
    for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
      put(zip, entry.getKey(), entry.getValue());
    }
    zip.finish();
  }

  public byte[] toBytes() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      write(out);
    } catch (IOException e) {
      throw new AssertionError("writing to memory failed", e);
    }
    return out.toByteArray();
  }

  private static void put(ZipOutputStream zip, String name, byte[] content) throws IOException {
    ZipEntry entry = new ZipEntry(name);
    entry.setTime(0);
    zip.putNextEntry(entry);
    zip.write(content);
    zip.closeEntry();
  }

  /** A model that works like this one under another identity, with this one as its parent. */
  public ModelBundle withId(String newId) {
    return with(manifest.with(m -> m.id(newId).parentId(id())));
  }

  /** The same model with another provenance. */
  public ModelBundle withProvenance(ModelProvenance provenance) {
    return with(manifest.withProvenance(provenance));
  }

  private ModelBundle with(BundleManifest other) {
    Map<String, byte[]> others = new TreeMap<>(entries);
    others.remove(GRAPH);
    return of(other, graph, others);
  }

  public BundleManifest manifest() {
    return manifest;
  }

  public String id() {
    return manifest.id();
  }

  public CausalGraph graph() {
    return graph;
  }

  /** The signature, if there is one; {@link TrustedKeys} checks it. */
  public Optional<BundleSignature> signature() {
    return Optional.ofNullable(signature);
  }

  /** The same bundle, digest included, with a signature in place of the one it may have. */
  public ModelBundle signed(SigningKey key) {
    return new ModelBundle(manifest, manifestJson, graph, entries, key.sign(digest));
  }

  /**
   * SHA-256 of the manifest's bytes, which name the digests of all entries but the signature: it
   * identifies the whole bundle.
   */
  public String digest() {
    return digest;
  }

  /**
   * The same model under other names of its latents, wherever names occur: in manifest, graph,
   * provenance, warnings and findings. Order and numbers stay as they are, and so does the id,
   * since this is for a bundle that nothing has used yet; the digest changes, and a signature is
   * dropped.
   *
   * @param latents one for each latent, in its order
   * @throws IllegalArgumentException if there is another number of them, or two have one name
   */
  public ModelBundle renamed(List<Latent> latents) {
    BundleManifest.checkLatents(latents);
    if (latents.size() != manifest.latents().size()) {
      throw new IllegalArgumentException(
          "model %s has %d latents but %d names were given"
              .formatted(id(), manifest.latents().size(), latents.size()));
    }
    List<String> names = latents.stream().map(Latent::name).toList();
    LatentNames change = new LatentNames(manifest.latentNames(), names);
    Map<String, byte[]> renamed = new TreeMap<>(entries);
    renamed.computeIfPresent(
        WARNINGS,
        (name, text) ->
            change
                .inText(new String(text, StandardCharsets.UTF_8))
                .getBytes(StandardCharsets.UTF_8));
    renamed.computeIfPresent(
        FINDINGS,
        (name, lines) ->
            ModelFinding.toLines(
                ModelFinding.fromLines(lines).stream()
                    .map(one -> new ModelFinding(one.aspect(), change.inText(one.sentence())))
                    .toList()));
    return of(
        manifest.withLatents(latents).withProvenance(manifest.provenance().renamed(change)),
        graph.renamed(manifest.withLatents(latents).nodeNames()),
        renamed);
  }

  /** Names of all entries but the manifest and the signature. */
  public List<String> entryNames() {
    return List.copyOf(entries.keySet());
  }

  /**
   * Content of an entry, not copied.
   *
   * @throws IllegalArgumentException if the bundle has no such entry
   */
  public byte[] entry(String name) {
    byte[] content = entries.get(name);
    if (content == null) {
      throw new IllegalArgumentException(
          "model %s has no entry %s, only %s".formatted(id(), name, entries.keySet()));
    }
    return content;
  }

  /**
   * Reads the network; nothing is kept.
   *
   * @throws BadBundleException if the entry is damaged, or the network is not for the images and
   *     latents of the manifest
   */
  public NetworkPlan network() throws BadBundleException {
    try {
      NetworkPlan plan = NetworkPlanCodec.fromBytes(entry(NETWORK));
      if (!plan.image().equals(manifest.image())
          || plan.columns().latents() != manifest.latents().size()) {
        throw new IllegalArgumentException(
            "it is for %d latents of %s images, the manifest has %d of %s"
                .formatted(
                    plan.columns().latents(),
                    plan.image(),
                    manifest.latents().size(),
                    manifest.image()));
      }
      if (!plan.columns().equals(NodeColumns.of(manifest.latents()))) {
        throw new IllegalArgumentException(
            "it has %s, the manifest has %s"
                .formatted(plan.columns(), NodeColumns.of(manifest.latents())));
      }
      if (plan.variables() != manifest.variables().size()) {
        throw new IllegalArgumentException(
            "its equations are for %d variables, the manifest has %d"
                .formatted(plan.variables(), manifest.variables().size()));
      }
      return plan.withDynamics(dynamics().orElse(null))
          .withReadability(readability())
          .withGiven(manifest.observed().given(manifest.latents().size()));
    } catch (IllegalArgumentException e) {
      throw new BadBundleException(
          "model %s has a damaged %s: %s".formatted(id(), NETWORK, e.getMessage()), e);
    }
  }

  private @Nullable Readability readability() throws BadBundleException {
    byte[] bytes = entries.get(READABILITY);
    ImageShape image = manifest.image();
    try {
      return bytes == null
          ? null
          : Readability.fromBytes(bytes, manifest.latents().size(), image.width() * image.height());
    } catch (IllegalArgumentException e) {
      throw new BadBundleException(
          "model %s has a damaged %s: %s".formatted(id(), READABILITY, e.getMessage()), e);
    }
  }

  /**
   * Reads the equations that use earlier frames; empty if no equation does.
   *
   * @throws BadBundleException if the entry is damaged, or is not for the nodes of the manifest
   */
  public Optional<DynamicModel> dynamics() throws BadBundleException {
    byte[] json = entries.get(DYNAMICS);
    if (json == null) {
      return Optional.empty();
    }
    try {
      DynamicModel read = JSON.readValue(json, DynamicModel.class);
      if (read == null || read.size() != manifest.nodes().size()) {
        throw new IllegalArgumentException(
            "it has %s equations, the manifest %d nodes"
                .formatted(read == null ? "no" : read.size(), manifest.nodes().size()));
      }
      return Optional.of(read);
    } catch (IOException | IllegalArgumentException e) {
      throw damaged(id(), DYNAMICS, e);
    }
  }

  /** Describes the equations that use earlier frames, a sentence each. */
  public List<String> dynamicSentences() throws BadBundleException {
    return dynamics()
        .map(equations -> EquationSentence.all(equations, manifest.nodeNames()))
        .orElse(List.of());
  }

  /** Returns the entries of a network: {@link #NETWORK}, and {@link #DYNAMICS} if it has any. */
  public static Map<String, byte[]> entries(NetworkPlan network) {
    Map<String, byte[]> written = new TreeMap<>();
    written.put(NETWORK, NetworkPlanCodec.toBytes(network));
    if (network.dynamics() != null) {
      written.put(DYNAMICS, toJson(network.dynamics()));
    }
    return written;
  }

  /**
   * Properties that the model cannot read; such a model is used only after a person accepted it.
   */
  public List<ModelFinding> findings() {
    return find(FINDINGS).map(ModelFinding::fromLines).orElse(List.of());
  }

  /** An entry that not every bundle has. */
  public Optional<byte[]> find(String name) {
    return Optional.ofNullable(entries.get(name));
  }

  /**
   * The pixels that no frame of the training showed.
   *
   * @throws BadBundleException if the entry is not of the model's images
   */
  public PixelMask mask() throws BadBundleException {
    byte[] bytes = entries.get(MASK);
    if (bytes == null) {
      return PixelMask.NONE;
    }
    ImageShape image = manifest.image();
    PixelMask mask = PixelMask.fromBytes(bytes);
    int pixels = image.width() * image.height();
    if (bytes.length != pixels || mask.count() == pixels) {
      throw new BadBundleException(
          "model %s has a mask of %d pixels, %d of them masked; expected %d, of which some are not"
              .formatted(id(), bytes.length, mask.count(), pixels));
    }
    return mask;
  }

  private static byte[] toJson(Object value) {
    try {
      return JSON.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(
          "cannot write " + value.getClass().getSimpleName() + " as JSON", e);
    }
  }

  /** SHA-256 in lower-case hexadecimal. */
  public static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
