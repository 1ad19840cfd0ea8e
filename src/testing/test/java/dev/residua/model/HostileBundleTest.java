package dev.residua.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import java.util.function.UnaryOperator;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Bundles that were made to do harm. */
@Tag("slow")
class HostileBundleTest {
  private static final int LOCAL = 0x04034b50;
  private static final int CENTRAL = 0x02014b50;

  /** Entries of the shipped bundle, manifest first. */
  private static Map<String, byte[]> shipped;

  @BeforeAll
  static void readTheShippedBundle() throws Exception {
    try (InputStream in = ModelBundle.class.getResourceAsStream("/models/pendulum.residua")) {
      shipped = BundleZip.read(in, "shipped");
    }
    byte[] weights = shipped.get(ModelBundle.WEIGHTS);
    byte[] one = {1}; // instead of two megabytes that these tests do not need
    shipped.put(ModelBundle.WEIGHTS, one);
    shipped.put(
        ModelBundle.MANIFEST,
        text(ModelBundle.MANIFEST)
            .replace(ModelBundle.sha256(weights), ModelBundle.sha256(one))
            .getBytes(StandardCharsets.UTF_8));
    ModelBundle.read(new ByteArrayInputStream(zip(shipped)), "shipped");
  }

  private static String text(String name) {
    return new String(shipped.get(name), StandardCharsets.UTF_8);
  }

  /** A zip with sizes in front of the content, as most tools write it; stored or deflated. */
  private static byte[] zip(Map<String, byte[]> entries) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream out = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        out.putNextEntry(new ZipEntry(entry.getKey()));
        out.write(entry.getValue());
      }
    }
    return bytes.toByteArray();
  }

  private static byte[] with(String name, byte[] content) throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>(shipped);
    entries.put(name, content);
    return zip(entries);
  }

  private static byte[] with(String name, UnaryOperator<String> change) throws IOException {
    String changed = change.apply(text(name));
    assertThat(changed).isNotEqualTo(text(name));
    return with(name, changed.getBytes(StandardCharsets.UTF_8));
  }

  /** The shipped zip with one number of the first entry's two descriptions replaced. */
  private static byte[] patched(int localAt, int centralAt, int bytes, IntUnaryOperator change)
      throws IOException {
    byte[] zip = zip(shipped);
    ByteBuffer file = ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN);
    int central = file.getInt(zip.length - 6);
    for (int at :
        new int[] {localAt < 0 ? -1 : localAt, centralAt < 0 ? -1 : central + centralAt}) {
      if (at >= 0 && bytes == 2) {
        file.putShort(at, (short) change.applyAsInt(file.getShort(at)));
      } else if (at >= 0) {
        file.putInt(at, change.applyAsInt(file.getInt(at)));
      }
    }
    return zip;
  }

  private static void refuses(byte[] bundle, String... reasons) {
    assertThatThrownBy(() -> ModelBundle.read(new ByteArrayInputStream(bundle), "bad.residua"))
        .isInstanceOf(BadBundleException.class)
        .hasMessageContaining("bad.residua")
        .hasMessageContainingAll(reasons);
  }

  /** Bytes that reading allocates. */
  private static long allocated(Runnable reading) {
    com.sun.management.ThreadMXBean threads =
        (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean();
    long thread = Thread.currentThread().getId();
    long before = threads.getThreadAllocatedBytes(thread);
    reading.run();
    return threads.getThreadAllocatedBytes(thread) - before;
  }

  @Test
  void shouldRefuseNamesThatLeaveTheirFolderOrNest() throws Exception {
    for (String name :
        new String[] {
          "../x",
          "calibration/../../x",
          "/etc/passwd",
          "..\\x",
          "calibration\\drift.bin",
          "C:/x",
          "c:x",
          "a/b/c/d.bin",
          "folder/",
          "x\0.bin",
          "A.BIN",
          ""
        }) {
      refuses(
          with(name, new byte[] {1}),
          "name '" + name.replace('\0', '?') + "'",
          "expected names like");
    }
    refuses(with("a/".repeat(20_000), new byte[] {1}), "and so on, 40000 bytes");
    refuses(with("\u001b[2Jx", new byte[] {1}), "name '?[2Jx'");
  }

  @Test
  void shouldRefuseBytesBeforeBetweenAndBehindTheEntries() throws Exception {
    byte[] zip = zip(shipped);
    refuses(
        joined("MZ, a program\n".getBytes(StandardCharsets.US_ASCII), zip), "do not start with");
    refuses(joined(zip, new byte[] {0}), "not the end of a zip", "something follows");
    refuses(joined(zip, zip), "directory", "expected to end at byte");
    byte[] comment = joined(zip, "hi".getBytes(StandardCharsets.US_ASCII));
    comment[zip.length - 2] = 2;
    refuses(comment, "not the end of a zip");
    // Between the last entry and the directory, with a directory that knows where it is
    ByteBuffer file = ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN);
    int directory = file.getInt(zip.length - 6);
    byte[] gap =
        joined(
            Arrays.copyOf(zip, directory),
            new byte[4],
            Arrays.copyOfRange(zip, directory, zip.length));
    ByteBuffer.wrap(gap).order(ByteOrder.LITTLE_ENDIAN).putInt(gap.length - 6, directory + 4);
    refuses(gap, "4 bytes lie between its entries and its directory");
  }

  private static byte[] joined(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  @Test
  void shouldRefuseEncryptedEntriesAndOtherMethods() throws Exception {
    refuses(patched(6, 8, 2, flags -> flags | 1), "entry manifest.json is encrypted (flags 0809)");
    refuses(patched(8, 10, 2, method -> 14), "manifest.json has flags 0808 and method 14");
    refuses(patched(6, 8, 2, flags -> flags | 0x20), "flags 0828");
  }

  @Test
  void shouldRefuseADirectoryThatDisagreesWithItsEntries() throws Exception {
    refuses(patched(8, -1, 2, method -> 0), "another name, kind or size than the directory says");
    refuses(patched(30, -1, 2, name -> name + 1), "another name, kind or size");
    refuses(patched(-1, 42, 4, offset -> 40), "has entry manifest.json at byte 40, expected 0");
    refuses(patched(-1, 20, 4, packed -> packed + 1), "manifest.json");
    refuses(patched(-1, 16, 4, crc -> crc + 1), "another name, kind or size");
  }

  @Test
  void shouldRefuseEntriesThatOverlap() throws Exception {
    // Given a directory that names the first entry twice, as bombs do that share one content
    byte[] zip = zip(Map.of("manifest.json", new byte[] {1}));
    ByteBuffer file = ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN);
    int end = zip.length - 22;
    int directory = file.getInt(end + 16);
    byte[] twice =
        joined(
            Arrays.copyOf(zip, end),
            Arrays.copyOfRange(zip, directory, end),
            Arrays.copyOfRange(zip, end, zip.length));
    ByteBuffer out = ByteBuffer.wrap(twice).order(ByteOrder.LITTLE_ENDIAN);
    out.putShort(twice.length - 14, (short) 2).putShort(twice.length - 12, (short) 2);
    out.putInt(twice.length - 10, 2 * (end - directory));
    // When
    // Then
    refuses(twice, "has entry manifest.json at byte 0, expected", "behind the one before");
  }

  @Test
  void shouldRefuseAnEntryThatIsThereTwice() throws Exception {
    // Given two names of the same length, one changed into the other
    Map<String, byte[]> entries = new LinkedHashMap<>(shipped);
    entries.put("grape.json", shipped.get("graph.json"));
    byte[] zip = zip(entries);
    String latin = new String(zip, StandardCharsets.ISO_8859_1);
    byte[] twice = latin.replace("grape.json", "graph.json").getBytes(StandardCharsets.ISO_8859_1);
    // When
    // Then
    refuses(twice, "has the entry graph.json twice");
  }

  @Test
  void shouldBoundWhatAnEntryUnpacksTo() throws Exception {
    // Given zeros that pack a thousandfold
    byte[] bomb = with("extra.bin", new byte[BundleZip.MAX_ENTRY_BYTES + 1]);
    byte[] text = with("extra.json", new byte[BundleZip.MAX_TEXT_BYTES + 1]);
    // When
    long allocated =
        allocated(
            () -> {
              refuses(bomb, "extra.bin unpacks to 134217729 bytes, expected at most 134217728");
              refuses(text, "extra.json unpacks to 1048577 bytes, expected at most 1048576");
            });
    // Then
    assertThat(allocated).isLessThan(64 << 20);
  }

  @Test
  void shouldStopWhereAnEntryUnpacksToMoreThanItClaims() throws Exception {
    // Given 100 MB that say they are 10 bytes
    byte[] zip = zip(Map.of("x.bin", new byte[100 << 20]));
    ByteBuffer file = ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN);
    int directory = file.getInt(zip.length - 6);
    file.putInt(directory + 24, 10);
    file.putInt(directory - 4, 10); // the descriptor behind the content
    // When
    long allocated =
        allocated(() -> refuses(zip, "x.bin is damaged: it unpacks to more than the 10 bytes"));
    // Then
    assertThat(allocated).isLessThan(8 << 20);
  }

  @Test
  void shouldBoundTheSumOfAllEntries() throws Exception {
    // Given three of 100 MB each
    Map<String, byte[]> entries = new LinkedHashMap<>();
    byte[] zeros = new byte[100 << 20];
    for (int i = 0; i < 3; i++) {
      entries.put("x" + i + ".bin", zeros);
    }
    byte[] zip = zip(entries);
    // When
    // Then
    refuses(zip, "unpacks to more than 256 MiB");
  }

  @Test
  void shouldNotAllocateWhatAFileClaims() throws Exception {
    // Given a stored entry that claims 120 MB and has none
    byte[] zip = zip(Map.of("x.bin", new byte[] {1}));
    ByteBuffer file = ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN);
    int directory = file.getInt(zip.length - 6);
    file.putInt(directory + 20, 120 << 20);
    file.putInt(directory + 24, 120 << 20);
    // When
    long allocated = allocated(() -> refuses(zip, "x.bin has 125829120 bytes, which reach"));
    // Then
    assertThat(allocated).isLessThan(1 << 20);
  }

  @Test
  void shouldBoundTheNumberOfEntries() throws Exception {
    Map<String, byte[]> entries = new LinkedHashMap<>(shipped);
    for (int i = 0; i < 60; i++) {
      entries.put("x" + i, new byte[] {1});
    }
    refuses(zip(entries), "has %d entries, expected at most 64".formatted(shipped.size() + 60));
  }

  @Test
  void shouldNotUnpackAZipInAZip() throws Exception {
    // Given a bundle as an entry that the manifest does not name
    byte[] inner = zip(shipped);
    // When
    // Then
    refuses(with("inner.residua", inner), "entry inner.residua has SHA-256", "the manifest says");
    refuses(zip(Map.of("inner.residua", inner)), "not a model bundle: it has no manifest.json");
  }

  @Test
  void shouldRefuseDamagedContent() throws Exception {
    byte[] zip = zip(shipped);
    zip[100] ^= 0x10; // within the manifest
    refuses(zip, "manifest.json is damaged");
    refuses(Arrays.copyOf(zip, zip.length - 1), "not the end of a zip", "cut short");
  }

  @Test
  void shouldRefuseJsonThatNestsOrRepeats() throws Exception {
    refuses(
        with(
            ModelBundle.MANIFEST,
            json -> json.replace("\"seed\" : 1", "\"x\" : " + "[".repeat(100_000))),
        "damaged manifest.json",
        "nesting depth (17) exceeds");
    refuses(with(ModelBundle.GRAPH, json -> json + "[".repeat(1_000)), "graph.json");
    refuses(
        with(
            ModelBundle.MANIFEST,
            json -> json.replace("\"seed\" : 1", "\"seed\" : 1, \"seed\" : 2")),
        "Duplicate field 'seed'");
    refuses(with(ModelBundle.MANIFEST, json -> json + " {}"), "damaged manifest.json");
    refuses(
        with(
            ModelBundle.MANIFEST,
            json -> json.replace("\"seed\" : 1", "\"seed\" : " + "1".repeat(1_000))),
        "damaged manifest.json",
        "Number value length (1000) exceeds");
    refuses(
        with(ModelBundle.MANIFEST, "null".getBytes(StandardCharsets.UTF_8)), "format version -1");
    refuses(with(ModelBundle.MANIFEST, new byte[0]), "format version -1");
  }

  @Test
  void shouldRefuseAbsurdValuesOfTheManifest() throws Exception {
    manifest(
        "\"width\" : 64",
        "\"width\" : 2000000000",
        "image is 2000000000x64x3, expected at most 4096");
    manifest("\"width\" : 64", "\"width\" : -1", "image shape must be at least 1x1");
    manifest("\"width\" : 64", "\"width\" : null", "damaged manifest.json");
    manifest("\"channels\" : 3", "\"channels\" : 4", "channels must be 1 or 3 but was 4");
    manifest("\"index\" : 1,", "\"index\" : 7,", "latent 'light' has index 7, expected 1");
    manifest(
        "\"name\" : \"light\"",
        "\"name\" : \"pendulum\"",
        "latent 1 has the name 'pendulum', as another");
    manifest(
        "\"name\" : \"light\"",
        "\"name\" : \"a\\u001b[2J\"",
        "latent 1 has the name 'a?[2J', expected");
    manifest(
        "\"name\" : \"light\"",
        "\"name\" : \"" + "x".repeat(101) + "\"",
        "expected at most 100 printable");
    manifest(
        "\"id\" : \"pendulum-", "\"id\" : \"../pendulum-", "id is '../pendulum-", "not '.' first");
    manifest("\"parentId\" : \"", "\"parentId\" : \"/", "parentId is '/pendulum");
    manifest(
        "\"low\" : -34", "\"low\" : 9934", "usual range must be from a number to a larger one");
    manifest("\"latents\" : [", "\"latents\" : [ null,", "damaged manifest.json");
    manifest(
        "\"sha256\" : {", "\"sha256\" : { \"x\" : \"00\",", "sha256 of 'x' is '00', expected 64");
    StringBuilder many = new StringBuilder();
    for (int i = 4; i < 70; i++) {
      many.append(", {\"index\" : %1$d, \"name\" : \"z%1$d\", \"anchored\" : false}".formatted(i));
    }
    refuses(
        with(
            ModelBundle.MANIFEST,
            json -> json.replaceFirst("(\"shadow_position\",[^}]*}\\s*})", "$1" + many)),
        "1 to 62 latents, but this one 70");
  }

  private static void manifest(String from, String to, String... reasons) throws IOException {
    refuses(with(ModelBundle.MANIFEST, json -> json.replace(from, to)), reasons);
  }

  @Test
  void shouldRefuseGraphsThatAreNone() throws Exception {
    graph(
        "\"confidence\" : 1.0",
        "\"confidence\" : \"NaN\"",
        "has confidence NaN, expected a number in");
    graph("\"confidence\" : 1.0", "\"confidence\" : 1e300", "has confidence 1.0E300");
    graph(
        "\"from\" : \"light\"", "\"from\" : \"moon\"", "edge moon -> shadow_length names a latent");
    graph(
        "\"from\" : \"light\"",
        "\"from\" : \"pendulum\"",
        "the edge pendulum -> shadow_length twice");
    graph("\"order\" : [", "\"order\" : [ \"light\",", "its order has");
    graph("\"to\" : \"shadow_length\"", "\"to\" : \"pendulum\"", "form a cycle");
    refuses(graphBundle("null"), "damaged graph.json: it is null");
    refuses(graphBundle("{}"), "damaged graph.json");
    refuses(graphBundle("{\"x\" : " + "[".repeat(1_000)), "damaged graph.json", "nesting depth");
  }

  private static void graph(String from, String to, String... reasons) throws Exception {
    assertThat(text(ModelBundle.GRAPH)).contains(from);
    refuses(graphBundle(text(ModelBundle.GRAPH).replace(from, to)), reasons);
  }

  /** With the digest that the manifest must then have. */
  private static byte[] graphBundle(String graph) throws IOException {
    byte[] content = graph.getBytes(StandardCharsets.UTF_8);
    Map<String, byte[]> entries = new LinkedHashMap<>(shipped);
    String old = ModelBundle.sha256(shipped.get(ModelBundle.GRAPH));
    entries.put(
        ModelBundle.MANIFEST,
        text(ModelBundle.MANIFEST)
            .replace(old, ModelBundle.sha256(content))
            .getBytes(StandardCharsets.UTF_8));
    entries.put(ModelBundle.GRAPH, content);
    return zip(entries);
  }

  @Test
  void shouldReadWhatOtherToolsPack() throws Exception {
    // Given stored entries with sizes in front
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream out = new ZipOutputStream(bytes)) {
      out.setMethod(ZipOutputStream.STORED);
      for (Map.Entry<String, byte[]> entry : shipped.entrySet()) {
        ZipEntry header = new ZipEntry(entry.getKey());
        java.util.zip.CRC32 crc = new java.util.zip.CRC32();
        crc.update(entry.getValue());
        header.setSize(entry.getValue().length);
        header.setCrc(crc.getValue());
        out.putNextEntry(header);
        out.write(entry.getValue());
      }
    }
    // When
    ModelBundle bundle =
        ModelBundle.read(new ByteArrayInputStream(bytes.toByteArray()), "stored.residua");
    // Then
    assertThat(bundle.manifest().latentNames()).startsWith("pendulum", "light");
  }

  @Test
  void shouldKeepDigestAndBytesOfTheManifestWhenWrittenAgain() throws Exception {
    // Given a manifest that another version wrote in its own order, with a field of its own
    byte[] other = with(ModelBundle.MANIFEST, json -> json.replaceFirst("\\{", "{ \"later\" : 1,"));
    ModelBundle bundle = ModelBundle.read(new ByteArrayInputStream(other), "other.residua");
    // When
    ModelBundle again =
        ModelBundle.read(new ByteArrayInputStream(bundle.toBytes()), "again.residua");
    // Then
    assertThat(again.digest()).isEqualTo(bundle.digest());
  }
}
