package dev.residua.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.residua.testing.Bundles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OciLayoutTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path temporary;
  private Path folder;
  private OciLayout layout;

  @BeforeEach
  void open() {
    folder = temporary.resolve("models");
    layout = new OciLayout(folder);
  }

  private JsonNode json(String name) throws IOException {
    return JSON.readTree(folder.resolve(name).toFile());
  }

  private Path blob(JsonNode descriptor) {
    return folder.resolve("blobs/sha256").resolve(descriptor.path("digest").asText().substring(7));
  }

  private JsonNode manifest() throws IOException {
    return JSON.readTree(blob(json("index.json").path("manifests").path(0)).toFile());
  }

  @Test
  void shouldReturnTheBundleThatWasPushed() throws Exception {
    // Given
    ModelBundle bundle = Bundles.empty("lens-1");
    // When
    layout.push(bundle, List.of("lens-1", "stable"));
    // Then
    assertThat(layout.pull("lens-1").toBytes()).isEqualTo(bundle.toBytes());
    assertThat(layout.pull("stable").toBytes()).isEqualTo(bundle.toBytes());
  }

  @Test
  void shouldWriteWhatTheSpecificationAsksFor() throws Exception {
    // When
    String digest = layout.push(Bundles.empty("lens-1"), List.of("stable"));
    // Then
    assertThat(json("oci-layout")).hasToString("{\"imageLayoutVersion\":\"1.0.0\"}");
    JsonNode index = json("index.json");
    assertThat(index.path("schemaVersion").asInt()).isEqualTo(2);
    assertThat(index.path("manifests")).hasSize(1);
    JsonNode descriptor = index.path("manifests").path(0);
    assertThat(descriptor.path("digest").asText()).isEqualTo(digest);
    assertThat(descriptor.path("annotations").path("org.opencontainers.image.ref.name").asText())
        .isEqualTo("stable");
    JsonNode manifest = manifest();
    assertThat(manifest.path("artifactType").asText()).isEqualTo(OciLayout.ARTIFACT);
    assertThat(manifest.path("layers")).hasSize(1);
    for (JsonNode content :
        List.of(descriptor, manifest.path("config"), manifest.path("layers").path(0))) {
      byte[] bytes = Files.readAllBytes(blob(content));
      assertThat(content.path("size").asInt()).isEqualTo(bytes.length);
      assertThat(content.path("digest").asText()).isEqualTo("sha256:" + ModelBundle.sha256(bytes));
      assertThat(content.path("mediaType").asText()).startsWith("application/vnd.");
    }
  }

  @Test
  void shouldMoveATagAndKeepTheOthers() throws Exception {
    // Given
    layout.push(Bundles.empty("lens-1"), List.of("lens-1", "stable"));
    // When
    layout.push(Bundles.empty("lens-2"), List.of("lens-2", "stable"));
    // Then
    assertThat(layout.pull("stable").id()).isEqualTo("lens-2");
    assertThat(layout.pull("lens-1").id()).isEqualTo("lens-1");
    assertThat(json("index.json").path("manifests")).hasSize(3);
  }

  @Test
  void shouldKeepWhatOtherToolsPutThere() throws Exception {
    // Given
    layout.push(Bundles.empty("lens-1"), List.of("lens-1"));
    String other =
        "{\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"digest\":\"sha256:%s\",\"size\":2}"
            .formatted("0".repeat(64));
    Files.writeString(
        folder.resolve("index.json"), "{\"schemaVersion\":2,\"manifests\":[%s]}".formatted(other));
    // When
    layout.push(Bundles.empty("lens-2"), List.of("lens-2"));
    // Then
    assertThat(json("index.json").path("manifests").path(0)).hasToString(other);
    assertThat(layout.pull("lens-2").id()).isEqualTo("lens-2");
  }

  @Test
  void shouldRefuseAnUnknownTagAndNameTheOthers() throws Exception {
    // Given
    layout.push(Bundles.empty("lens-1"), List.of("stable"));
    // When, Then
    assertThatThrownBy(() -> layout.pull("stabel"))
        .isInstanceOf(BadBundleException.class)
        .hasMessageContaining("has no tag 'stabel', only: stable");
  }

  @Test
  void shouldRefuseBytesWithAnotherDigestUntilTheyArePushedAgain() throws Exception {
    // Given
    layout.push(Bundles.empty("lens-1"), List.of("stable"));
    Path bytes = blob(manifest().path("layers").path(0));
    Files.write(bytes, new byte[] {1, 2, 3});
    // When, Then
    assertThatThrownBy(() -> layout.pull("stable"))
        .hasMessageContaining("is damaged: its digest is another; push the bundle again");
    layout.push(Bundles.empty("lens-1"), List.of("stable"));
    assertThat(layout.pull("stable").id()).isEqualTo("lens-1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"sha256:../../../secret", "sha512:00", ""})
  void shouldReadNothingOutsideTheFolder(String digest) throws Exception {
    // Given
    layout.push(Bundles.empty("lens-1"), List.of("stable"));
    String index = Files.readString(folder.resolve("index.json"));
    Files.writeString(
        folder.resolve("index.json"), index.replaceAll("sha256:[0-9a-f]{64}", digest));
    // When, Then
    assertThatThrownBy(() -> layout.pull("stable"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("expected sha256: and 64 hexadecimal digits");
  }

  @Test
  void shouldFollowNoLink() throws Exception {
    // Given
    layout.push(Bundles.empty("lens-1"), List.of("stable"));
    Path bytes = blob(manifest().path("layers").path(0));
    Path elsewhere = Files.move(bytes, temporary.resolve("elsewhere"));
    Files.createSymbolicLink(bytes, elsewhere);
    // When, Then
    assertThatThrownBy(() -> layout.pull("stable")).isInstanceOf(IOException.class);
  }

  @Test
  void shouldRefuseAnArtifactThatIsNoModel() throws Exception {
    // Given
    layout.push(Bundles.empty("lens-1"), List.of("stable"));
    String manifest = manifest().toString().replace(OciLayout.BUNDLE, "application/x-tar");
    String digest = ModelBundle.sha256(manifest.getBytes(StandardCharsets.UTF_8));
    Files.writeString(folder.resolve("blobs/sha256").resolve(digest), manifest);
    String index = Files.readString(folder.resolve("index.json"));
    Files.writeString(
        folder.resolve("index.json"), index.replaceAll("sha256:[0-9a-f]{64}", "sha256:" + digest));
    // When, Then
    assertThatThrownBy(() -> layout.pull("stable"))
        .isInstanceOf(BadBundleException.class)
        .hasMessageContaining("it has no content of type " + OciLayout.BUNDLE);
  }

  @Test
  void shouldRefuseAFolderThatIsNoLayout() throws Exception {
    // Given
    Files.createDirectories(folder);
    // When, Then
    assertThatThrownBy(() -> layout.pull("stable"))
        .hasMessageContaining("is the folder an OCI image layout?");
    Files.writeString(folder.resolve("oci-layout"), "{\"imageLayoutVersion\":\"2.0.0\"}");
    assertThatThrownBy(() -> layout.push(Bundles.empty("lens-1"), List.of("stable")))
        .hasMessageContaining("is not an OCI image layout of version 1.0.0");
    Files.writeString(folder.resolve("oci-layout"), "{");
    assertThatThrownBy(() -> layout.pull("stable")).hasMessageContaining("is not JSON");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-a", "a/b", "a b", "../x"})
  void shouldRefuseTagsThatNoRegistryTakes(String tag) {
    assertThatThrownBy(() -> layout.push(Bundles.empty("lens-1"), List.of(tag)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("tag is '");
    assertThat(folder).doesNotExist();
  }
}
