package dev.residua.model;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.causal.CausalGraph;
import dev.residua.causal.FactorScale;
import dev.residua.causal.Latent;
import dev.residua.causal.Variable;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
            List.of(),
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
    double[][] confidence = {{0, 0.75}, {0.25, 0}};
    Map<String, byte[]> entries = new TreeMap<>();
    for (String name :
        List.of(
            ModelBundle.NETWORK,
            ModelBundle.ANOMALY_CALIBRATION,
            ModelBundle.APPEARANCE,
            ModelBundle.DRIFT_REFERENCE,
            ModelBundle.PICTURE_REFERENCE,
            ModelBundle.ATTRIBUTION_REFERENCE,
            ModelBundle.SENSOR_REFERENCE,
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
    assertThat(read.entry(ModelBundle.NETWORK)).isEqualTo(written.entry(ModelBundle.NETWORK));
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
    byte[] bytes = altered(Map.of(ModelBundle.NETWORK, new byte[] {1}));
    // When, Then
    assertThatThrownBy(() -> read(bytes))
        .isInstanceOf(BadBundleException.class)
        .hasMessageContaining("test.residua")
        .hasMessageContaining("network/plan.bin has SHA-256");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        ModelBundle.NETWORK,
        ModelBundle.GRAPH,
        ModelBundle.ANOMALY_CALIBRATION,
        ModelBundle.APPEARANCE,
        ModelBundle.DRIFT_REFERENCE,
        ModelBundle.PICTURE_REFERENCE,
        ModelBundle.ATTRIBUTION_REFERENCE,
        ModelBundle.SENSOR_REFERENCE,
        ModelBundle.WEIGHTS,
        ModelBundle.SELF_TEST
      })
  void shouldNameAnEntryThatIsMissing(String entry) throws Exception {
    // Given
    Map<String, byte[]> changes = new LinkedHashMap<>();
    changes.put(entry, null);
    byte[] bytes = altered(changes);
    // When, Then
    assertThatThrownBy(() -> read(bytes)).hasMessageContaining("lacks the entry " + entry);
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
  void shouldKeepItsDigestHoweverOftenItIsWritten() throws BadBundleException, IOException {
    // Given a manifest that another program wrote, with its own order and spaces
    String text = new String(entry(bundle().toBytes(), ModelBundle.MANIFEST), UTF_8);
    byte[] spaced = text.replace("{", "{ ").getBytes(UTF_8);
    // When
    Map<String, byte[]> change = new LinkedHashMap<>();
    change.put(ModelBundle.MANIFEST, spaced);
    ModelBundle read = read(altered(change));
    ModelBundle again = read(read.toBytes());
    // Then
    assertThat(again.digest()).isEqualTo(read.digest()).isNotEqualTo(bundle().digest());
    assertThat(again.toBytes()).isEqualTo(read.toBytes());
    assertThat(text.indexOf("calibration/anomaly.bin"))
        .as("digests are written in the order of their names, in every JVM")
        .isLessThan(text.indexOf("calibration/drift.bin"));
  }

  private static byte[] entry(byte[] zip, String name) throws IOException {
    try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip))) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        if (entry.getName().equals(name)) {
          return in.readAllBytes();
        }
      }
    }
    throw new AssertionError("no entry " + name);
  }

  @Test
  void shouldRenameLatentsWhereverNamesStand() throws Exception {
    // Given names that are exchanged, and one that begins another
    ModelProvenance provenance =
        new ModelProvenance(
            "light",
            "frames 0..9",
            "00",
            2,
            Map.of(
                ModelProvenance.LEARNT_GRAPH,
                "light -> shadow",
                ModelProvenance.CORRECTED_LATENTS,
                "shadow, light",
                "calibration",
                "light, 9 frames"),
            7,
            "test",
            "test",
            "",
            "",
            Map.of("held.error.light", 0.25, "explained.1", 0.5));
    Map<String, byte[]> entries = new TreeMap<>();
    for (String name : bundle().entryNames()) {
      if (!name.equals(ModelBundle.GRAPH)) {
        entries.put(name, bundle().entry(name));
      }
    }
    entries.put(
        ModelBundle.WARNINGS,
        "light explain 1.0 % of shadow: shadow_2 and lights are others\n"
            .getBytes(StandardCharsets.UTF_8));
    ModelBundle old =
        ModelBundle.of(bundle().manifest().withProvenance(provenance), bundle().graph(), entries);
    // When
    ModelBundle renamed =
        old.renamed(List.of(new Latent(0, "shadow", true), new Latent(1, "z_1", false)));
    // Then
    assertThat(renamed.id()).isEqualTo(old.id());
    assertThat(renamed.manifest().latentNames()).containsExactly("shadow", "z_1");
    assertThat(renamed.graph().toString()).isEqualTo("shadow -> z_1");
    assertThat(renamed.graph().confidence(0, 1)).isEqualTo(0.75);
    assertThat(renamed.graph().confidence(1, 0)).isEqualTo(0.25);
    ModelProvenance said = renamed.manifest().provenance();
    assertThat(said.hyperParameters())
        .containsEntry("learntGraph", "shadow -> z_1")
        .containsEntry("correctedLatents", "z_1, shadow")
        .containsEntry("calibration", "light, 9 frames");
    assertThat(said.metrics()).containsOnlyKeys("held.error.shadow", "explained.1");
    assertThat(said.data()).isEqualTo("light");
    assertThat(new String(renamed.entry(ModelBundle.WARNINGS), StandardCharsets.UTF_8))
        .isEqualTo("shadow explain 1.0 % of z_1: shadow_2 and lights are others\n");
    assertThat(renamed.entry(ModelBundle.NETWORK)).isEqualTo(old.entry(ModelBundle.NETWORK));
    assertThat(read(renamed.toBytes()).digest())
        .isEqualTo(renamed.digest())
        .isNotEqualTo(old.digest());
  }

  @Test
  void shouldRefuseNamesThatDoNotFitTheModel() {
    assertThatThrownBy(() -> bundle().renamed(List.of(new Latent(0, "a", true))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("model model-1 has 2 latents but 1 names were given");
    assertThatThrownBy(
            () -> bundle().renamed(List.of(new Latent(0, "a", true), new Latent(1, "a", true))))
        .hasMessageContaining("latent 1 has the name 'a', as another one has");
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

  @Test
  void shouldKeepVariablesBehindTheLatentsAndWriteNoneWhereThereAreNone() throws Exception {
    // Given
    ModelBundle plain = bundle();
    Variable speed = new Variable("pump_speed", new FactorScale(1000, 200, 700, 1300));
    boolean[][] edges = {{false, true, false}, new boolean[3], {false, true, false}};
    Map<String, byte[]> entries = new TreeMap<>();
    for (String name : plain.entryNames()) {
      entries.put(name, plain.entry(name));
    }
    entries.remove(ModelBundle.GRAPH);
    ModelBundle observing =
        ModelBundle.of(
            plain.manifest().withVariables(List.of(speed)),
            CausalGraph.of(List.of("light", "shadow", "pump_speed"), edges),
            entries);
    // When
    ModelBundle read = read(observing.toBytes());
    // Then
    assertThat(read.manifest().variables()).containsExactly(speed);
    assertThat(read.manifest().latentNames()).containsExactly("light", "shadow");
    assertThat(read.manifest().nodeNames()).containsExactly("light", "shadow", "pump_speed");
    assertThat(read.graph().hasEdge(2, 1)).isTrue();
    assertThat(read.digest()).isEqualTo(observing.digest());
    ModelBundle renamed =
        read.renamed(List.of(new Latent(0, "lamp", true), new Latent(1, "shade", true)));
    assertThat(renamed.graph().names()).containsExactly("lamp", "shade", "pump_speed");
    assertThat(renamed.manifest().variables()).containsExactly(speed);
    assertThat(BundleDifference.between(plain, read).latentsNew()).containsExactly("pump_speed");
    // and a manifest without variables is as before there were any
    assertThat(new String(plain.toBytes(), StandardCharsets.ISO_8859_1))
        .doesNotContain("variables");
    assertThat(read(plain.toBytes()).manifest().variables()).isEmpty();
    assertThatThrownBy(
            () -> plain.manifest().withVariables(List.of(new Variable("shadow", speed.scale()))))
        .hasMessageContaining("has the name 'shadow', as another one has");
  }
}
