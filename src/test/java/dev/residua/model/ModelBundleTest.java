package dev.residua.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.causal.CausalGraph;
import dev.residua.causal.Latent;
import dev.residua.frame.ImageShape;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelBundleTest {
  @TempDir Path folder;

  private static ModelBundle bundle() {
    BundleManifest manifest =
        new BundleManifest(
            ModelBundle.FORMAT_VERSION,
            "model-1",
            null,
            "test",
            new ImageShape(8, 8, 3),
            "none",
            List.of(new Latent(0, "light", true), new Latent(1, "shadow", true)),
            new ModelProvenance(
                "test",
                "frames 0..9",
                "00",
                2,
                Map.of("steps", "1"),
                7,
                "test",
                "test",
                "",
                "",
                Map.of("mcc", 0.5)),
            Map.of());
    boolean[][] edges = {{false, true}, {false, false}};
    double[][] confidence = {{0, 0.75}, {0, 0}};
    Map<String, byte[]> entries = new TreeMap<>();
    for (String name :
        List.of(
            ModelBundle.SCORER,
            ModelBundle.ANOMALY_CALIBRATION,
            ModelBundle.APPEARANCE,
            ModelBundle.DRIFT_REFERENCE,
            ModelBundle.SELF_TEST,
            ModelBundle.WEIGHTS)) {
      entries.put(name, ("content of " + name).getBytes(StandardCharsets.UTF_8));
    }
    return ModelBundle.of(
        manifest, new CausalGraph(List.of("light", "shadow"), edges, confidence), entries);
  }

  private static ModelBundle read(byte[] bytes) throws BadBundleException {
    return ModelBundle.read(new ByteArrayInputStream(bytes), "test.residua");
  }

  /** The bundle's zip with entries replaced, added, or, where the content is null, left out. */
  private static byte[] altered(Map<String, byte[]> changes) throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(bundle().toBytes()))) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        entries.put(entry.getName(), in.readAllBytes());
      }
    }
    entries.putAll(changes);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream out = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        if (entry.getValue() != null) {
          out.putNextEntry(new ZipEntry(entry.getKey()));
          out.write(entry.getValue());
        }
      }
    }
    return bytes.toByteArray();
  }

  private static byte[] manifestWith(String from, String to) throws IOException {
    try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(bundle().toBytes()))) {
      in.getNextEntry();
      String manifest = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      assertThat(manifest).contains(from);
      return manifest.replace(from, to).getBytes(StandardCharsets.UTF_8);
    }
  }

  @Test
  void shouldReadWhatItWrote() throws Exception {
    // Given
    ModelBundle written = bundle();
    Path file = folder.resolve("deep/model.residua");
    // When
    written.write(file);
    ModelBundle read = ModelBundle.read(file);
    // Then
    assertThat(read.manifest()).isEqualTo(written.manifest());
    assertThat(read.graph()).isEqualTo(written.graph());
    assertThat(read.digest()).isEqualTo(written.digest());
    assertThat(read.entry(ModelBundle.SCORER)).isEqualTo(written.entry(ModelBundle.SCORER));
    try (var files = Files.list(file.getParent())) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void shouldGiveTheSameBytesForTheSameModel() {
    // When, Then
    assertThat(bundle().toBytes()).isEqualTo(bundle().toBytes());
  }

  @Test
  void shouldNameTheEntryWhoseContentWasChanged() throws Exception {
    // Given
    byte[] bytes = altered(Map.of(ModelBundle.SCORER, new byte[] {1}));
    // When, Then
    assertThatThrownBy(() -> read(bytes))
        .isInstanceOf(BadBundleException.class)
        .hasMessageContaining("test.residua")
        .hasMessageContaining("scorer.onnx has SHA-256");
  }

  @Test
  void shouldNameAnEntryThatIsMissing() throws Exception {
    // Given
    Map<String, byte[]> changes = new LinkedHashMap<>();
    changes.put(ModelBundle.DRIFT_REFERENCE, null);
    byte[] bytes = altered(changes);
    // When, Then
    assertThatThrownBy(() -> read(bytes))
        .hasMessageContaining("lacks the entry calibration/drift.bin");
  }

  @Test
  void shouldRefuseAnEntryThatTheManifestDoesNotName() throws Exception {
    // Given
    byte[] bytes = altered(Map.of("extra.bin", new byte[] {1}));
    // When, Then
    assertThatThrownBy(() -> read(bytes)).hasMessageContaining("extra.bin");
  }

  @Test
  void shouldRefuseAnEntryThatEscapesItsFolder() throws Exception {
    // Given
    byte[] bytes = altered(Map.of("../outside", new byte[] {1}));
    // When, Then
    assertThatThrownBy(() -> read(bytes)).hasMessageContaining("'../outside'");
  }

  @Test
  void shouldSayWhichVersionItReads() throws Exception {
    // Given
    byte[] bytes =
        altered(
            Map.of(
                ModelBundle.MANIFEST,
                manifestWith("\"formatVersion\" : 1", "\"formatVersion\" : 9")));
    // When, Then
    assertThatThrownBy(() -> read(bytes))
        .hasMessageContaining("format version 9")
        .hasMessageContaining("reads 1");
  }

  @Test
  void shouldRefuseBytesThatAreNoBundle() {
    // When, Then
    assertThatThrownBy(() -> read(new byte[] {1, 2, 3}))
        .isInstanceOf(BadBundleException.class)
        .hasMessageContaining("not a model bundle");
    byte[] half = bundle().toBytes();
    byte[] cut = java.util.Arrays.copyOf(half, half.length / 2);
    assertThatThrownBy(() -> read(cut)).isInstanceOf(BadBundleException.class);
  }

  @Test
  void shouldSayThatAFileDoesNotExist() {
    // When, Then
    assertThatThrownBy(() -> ModelBundle.read(folder.resolve("none.residua")))
        .isInstanceOf(BadBundleException.class)
        .hasMessageContaining("none.residua does not exist");
  }

  @Test
  void shouldTakeOneMoreEntryAndLeaveTheOthers() throws Exception {
    // Given
    byte[] verdict = "{}".getBytes(StandardCharsets.UTF_8);
    // When
    ModelBundle with = read(bundle().with(ModelBundle.GATE_VERDICT, verdict).toBytes());
    // Then
    assertThat(with.entry(ModelBundle.GATE_VERDICT)).isEqualTo(verdict);
    assertThat(with.id()).isEqualTo(bundle().id());
    assertThat(with.digest()).isNotEqualTo(bundle().digest());
    assertThat(with.entryNames()).hasSize(bundle().entryNames().size() + 1);
    for (String name : bundle().entryNames()) {
      assertThat(with.entry(name)).isEqualTo(bundle().entry(name));
      assertThat(with.manifest().sha256())
          .containsEntry(name, bundle().manifest().sha256().get(name));
    }
    assertThat(with.manifest().provenance()).isEqualTo(bundle().manifest().provenance());
  }

  @Test
  void shouldReplaceAnEntry() throws Exception {
    // When
    ModelBundle twice =
        read(
            bundle()
                .with(ModelBundle.GATE_VERDICT, new byte[] {1})
                .with(ModelBundle.GATE_VERDICT, new byte[] {2})
                .toBytes());
    // Then
    assertThat(twice.entry(ModelBundle.GATE_VERDICT)).containsExactly(2);
  }

  @Test
  void shouldRefuseToReplaceWhatItIsMadeFrom() {
    for (String name : List.of(ModelBundle.MANIFEST, ModelBundle.GRAPH, "Gate/Verdict", "../up")) {
      assertThatThrownBy(() -> bundle().with(name, new byte[0]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("'" + name + "' cannot be an entry added to model model-1");
    }
  }
}
