package dev.residua.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Bundles in a folder that is an OCI image layout: content by digest, and an index with tags, which
 * tools copy to and from container registries. Other content of the folder stays as it is. Several
 * processes may push at the same time, but one thread in each.
 *
 * <p>Source: OCI Image Format Specification 1.1, image layout and artifacts.
 */
public final class OciLayout {
  /** Media type of a bundle. */
  public static final String BUNDLE = "application/vnd.residua.bundle.v1+zip";

  /** Type of the artifact that holds one bundle. */
  public static final String ARTIFACT = "application/vnd.residua.model.v1";

  private static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";
  private static final String TAG = "org.opencontainers.image.ref.name";
  private static final Pattern TAGS = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,127}");
  private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");

  private static final byte[] MARKER =
      "{\"imageLayoutVersion\":\"1.0.0\"}".getBytes(StandardCharsets.UTF_8);

  /** Configuration of an artifact that has none. */
  private static final byte[] EMPTY = "{}".getBytes(StandardCharsets.UTF_8);

  /** The specification asks registries for as much. */
  private static final int MAX_JSON_BYTES = 4 << 20;

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path folder;

  /**
   * @param folder made by the first {@link #push}
   */
  public OciLayout(Path folder) {
    this.folder = folder;
  }

  /**
   * Adds a bundle. Tags that it gets are taken from their previous owner; its bytes stay.
   *
   * @param tags at least one
   * @return digest of the artifact, {@code sha256:} first
   * @throws IllegalArgumentException if there is no tag, or one is invalid
   * @throws IOException if the folder cannot be written, or is something else
   */
  public String push(ModelBundle bundle, List<String> tags) throws IOException {
    if (tags.isEmpty()) {
      throw new IllegalArgumentException("a bundle needs at least one tag");
    }
    tags.forEach(OciLayout::checkTag);
    Path marker = folder.resolve("oci-layout");
    try {
      AtomicFile.writeNew(marker, out -> out.write(MARKER));
    } catch (FileAlreadyExistsException e) {
      // It is a layout already, or another process has made it meanwhile.
    }
    checkVersion(json(marker));
    ObjectNode manifest = JSON.createObjectNode();
    manifest.put("schemaVersion", 2).put("mediaType", MANIFEST).put("artifactType", ARTIFACT);
    manifest.set("config", put("application/vnd.oci.empty.v1+json", EMPTY));
    ObjectNode layer = put(BUNDLE, bundle.toBytes());
    layer.putObject("annotations").put("org.opencontainers.image.title", bundle.id() + ".residua");
    manifest.putArray("layers").add(layer);
    manifest.putObject("annotations").put("dev.residua.digest", bundle.digest());
    ObjectNode descriptor = put(MANIFEST, bytes(manifest));
    descriptor.put("artifactType", ARTIFACT);
    try (FileChannel channel = FileChannel.open(marker, StandardOpenOption.WRITE);
        FileLock lock = channel.lock()) {
      index(descriptor, tags);
    }
    return descriptor.path("digest").asText();
  }

  private void index(ObjectNode descriptor, List<String> tags) throws IOException {
    Path file = folder.resolve("index.json");
    ObjectNode index = JSON.createObjectNode();
    index.put("schemaVersion", 2).put("mediaType", "application/vnd.oci.image.index.v1+json");
    ArrayNode manifests = index.putArray("manifests");
    if (Files.exists(file)) {
      for (JsonNode other : manifests()) {
        if (!tags.contains(tag(other))) {
          manifests.add(other);
        }
      }
    }
    for (String tag : tags) {
      ObjectNode tagged = descriptor.deepCopy();
      tagged.putObject("annotations").put(TAG, tag);
      manifests.add(tagged);
    }
    byte[] content = bytes(index);
    if (content.length > MAX_JSON_BYTES) {
      throw new IOException(
          "%s would have more than %d bytes; use another folder".formatted(file, MAX_JSON_BYTES));
    }
    AtomicFile.write(file, out -> out.write(content));
  }

  /**
   * Reads and checks the bundle that has a tag.
   *
   * @throws IllegalArgumentException if the tag is invalid
   * @throws BadBundleException if nothing has the tag, or its owner is damaged or not a bundle
   * @throws IOException if the folder cannot be read
   */
  public ModelBundle pull(String tag) throws IOException, BadBundleException {
    checkTag(tag);
    checkVersion(json(folder.resolve("oci-layout")));
    List<String> tags = new ArrayList<>();
    for (JsonNode descriptor : manifests()) {
      if (tag(descriptor).equals(tag)) {
        return bundle(tag, JSON.readTree(get(descriptor, MAX_JSON_BYTES)));
      }
      tags.add(SafeText.of(tag(descriptor)));
    }
    throw new BadBundleException(
        "%s has no tag '%s', only: %s".formatted(folder, tag, String.join(", ", tags)));
  }

  private ModelBundle bundle(String tag, JsonNode manifest) throws IOException, BadBundleException {
    for (JsonNode layer : manifest.path("layers")) {
      if (layer.path("mediaType").asText().equals(BUNDLE)) {
        byte[] bytes = get(layer, ModelBundle.MAX_FILE_BYTES);
        return ModelBundle.read(
            new ByteArrayInputStream(bytes), "'%s' in %s".formatted(tag, folder));
      }
    }
    throw new BadBundleException(
        "'%s' in %s is not a model: it has no content of type %s".formatted(tag, folder, BUNDLE));
  }

  private JsonNode manifests() throws IOException {
    return json(folder.resolve("index.json")).path("manifests");
  }

  private static String tag(JsonNode descriptor) {
    return descriptor.path("annotations").path(TAG).asText();
  }

  private static void checkTag(String tag) {
    if (!TAGS.matcher(tag).matches()) {
      throw new IllegalArgumentException(
          "tag is '%s', expected 1 to 128 letters, digits, '.', '_' or '-', not '.' or '-' first"
              .formatted(SafeText.of(tag)));
    }
  }

  private void checkVersion(JsonNode marker) throws IOException {
    String version = marker.path("imageLayoutVersion").asText();
    if (!version.equals("1.0.0")) {
      throw new IOException(
          "%s is not an OCI image layout of version 1.0.0: its file oci-layout says '%s'"
              .formatted(folder, SafeText.of(version)));
    }
  }

  private ObjectNode put(String mediaType, byte[] content) throws IOException {
    String digest = ModelBundle.sha256(content);
    Path file = folder.resolve("blobs/sha256").resolve(digest);
    AtomicFile.write(file, out -> out.write(content)); // repairs a damaged one
    return JSON.createObjectNode()
        .put("mediaType", mediaType)
        .put("digest", "sha256:" + digest)
        .put("size", content.length);
  }

  /** The content of a descriptor, whose size and digest must be right. */
  private byte[] get(JsonNode descriptor, int maxBytes) throws IOException {
    String digest = descriptor.path("digest").asText();
    if (!DIGEST.matcher(digest).matches()) {
      throw new IOException(
          "digest is '%s' in %s, expected sha256: and 64 hexadecimal digits"
              .formatted(SafeText.of(digest), folder));
    }
    String hex = digest.substring("sha256:".length());
    Path file = folder.resolve("blobs/sha256").resolve(hex);
    byte[] content = read(file, maxBytes);
    if (!ModelBundle.sha256(content).equals(hex)) {
      throw new IOException(file + " is damaged: its digest is another; push the bundle again");
    }
    return content;
  }

  private static byte[] read(Path file, int maxBytes) throws IOException {
    try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      byte[] content = in.readNBytes(maxBytes);
      if (in.read() >= 0) {
        throw new IOException("%s is larger than %d bytes".formatted(file, maxBytes));
      }
      return content;
    } catch (NoSuchFileException e) {
      throw new IOException(file + " does not exist: is the folder an OCI image layout?", e);
    }
  }

  private static JsonNode json(Path file) throws IOException {
    try {
      return JSON.readTree(read(file, MAX_JSON_BYTES));
    } catch (JsonProcessingException e) {
      throw new IOException("%s is not JSON".formatted(file), e);
    }
  }

  private static byte[] bytes(JsonNode json) throws IOException {
    return JSON.writeValueAsBytes(json);
  }
}
