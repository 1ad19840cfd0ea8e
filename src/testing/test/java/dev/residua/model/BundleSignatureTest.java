package dev.residua.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.residua.testing.Waits;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BundleSignatureTest {
  private static final SigningKey KEY = SigningKey.generate(new SecureRandom());
  private static final SigningKey OTHER = SigningKey.generate(new SecureRandom());

  private static ModelBundle bundle;

  @TempDir Path folder;

  @BeforeAll
  static void readTheShippedBundle() throws Exception {
    try (InputStream in = ModelBundle.class.getResourceAsStream("/models/pendulum.residua")) {
      bundle = ModelBundle.read(in, "shipped");
    }
  }

  private static ModelBundle read(ModelBundle written) throws BadBundleException {
    return ModelBundle.read(new ByteArrayInputStream(written.toBytes()), "test.residua");
  }

  @Test
  void shouldKeepTheSignatureAndTheDigest() throws Exception {
    // Given
    ModelBundle signed = bundle.signed(KEY);
    // When
    ModelBundle read = read(signed);
    // Then
    assertThat(read.digest()).isEqualTo(bundle.digest());
    assertThat(read.signature()).contains(signed.signature().orElseThrow());
    assertThat(read.signature().orElseThrow().keyId()).isEqualTo(KEY.keyId()).hasSize(16);
    assertThat(read.entryNames()).doesNotContain(ModelBundle.SIGNATURE);
    assertThatCode(() -> KEY.trusted().check(read)).doesNotThrowAnyException();
    assertThat(read(read.signed(OTHER)).signature().orElseThrow().keyId()).isEqualTo(OTHER.keyId());
  }

  @Test
  void shouldTrustEverythingWithoutKeys() throws Exception {
    TrustedKeys.EVERYTHING.check(bundle);
    TrustedKeys.EVERYTHING.check(bundle.signed(KEY));
    assertThat(TrustedKeys.read(List.of()).trustEverything()).isTrue();
  }

  @Test
  void shouldSayWhyABundleIsNotTrusted() throws Exception {
    // Given a bundle with the signature of another one
    ModelBundle renamed =
        ModelBundle.of(
            bundle.manifest().calibrated("another", "none", java.util.Map.of()),
            bundle.graph(),
            entries());
    byte[] file = renamed.signed(KEY).toBytes();
    ModelBundle wrong =
        ModelBundle.read(
            new ByteArrayInputStream(replaced(file, renamed.signed(KEY), bundle.signed(KEY))),
            "wrong.residua");
    // When
    // Then
    assertThatThrownBy(() -> KEY.trusted().check(bundle))
        .isInstanceOf(BadBundleException.class)
        .hasMessage(
            "model %s (digest %s) is not signed, expected a signature by one of the trusted keys [%s]"
                .formatted(bundle.id(), bundle.digest(), KEY.keyId()));
    assertThatThrownBy(() -> KEY.trusted().check(bundle.signed(OTHER)))
        .isInstanceOf(BadBundleException.class)
        .hasMessageContaining("is signed by the unknown key " + OTHER.keyId());
    assertThatThrownBy(() -> KEY.trusted().check(wrong))
        .isInstanceOf(BadBundleException.class)
        .hasMessage(
            "model another has a wrong signature: key %s did not sign the digest %s"
                .formatted(KEY.keyId(), renamed.digest()));
  }

  private static java.util.Map<String, byte[]> entries() {
    java.util.Map<String, byte[]> entries = new java.util.TreeMap<>();
    bundle.entryNames().forEach(name -> entries.put(name, bundle.entry(name)));
    entries.remove(ModelBundle.GRAPH);
    return entries;
  }

  /** The file with the signature entry of another bundle. */
  private static byte[] replaced(byte[] file, ModelBundle own, ModelBundle other) throws Exception {
    java.util.Map<String, byte[]> zip = BundleZip.read(new ByteArrayInputStream(file), "file");
    assertThat(zip.get(ModelBundle.SIGNATURE)).isEqualTo(own.signature().orElseThrow().toBytes());
    zip.put(ModelBundle.SIGNATURE, other.signature().orElseThrow().toBytes());
    java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
    try (java.util.zip.ZipOutputStream out = new java.util.zip.ZipOutputStream(bytes)) {
      for (var entry : zip.entrySet()) {
        out.putNextEntry(new java.util.zip.ZipEntry(entry.getKey()));
        out.write(entry.getValue());
      }
    }
    return bytes.toByteArray();
  }

  @Test
  void shouldRefuseADamagedSignatureEntry() {
    for (String entry :
        new String[] {"", "residua-ed25519-1 0011", "x".repeat(300), "residua-ed25519-1 \u001b"}) {
      assertThatThrownBy(
              () ->
                  BundleSignature.fromBytes(
                      entry.getBytes(StandardCharsets.ISO_8859_1), "x.residua"))
          .isInstanceOf(BadBundleException.class)
          .hasMessageContaining("model bundle x.residua has a damaged signature.ed25519")
          .hasMessageNotContaining("\u001b");
    }
  }

  @Test
  void shouldNotSignTheDigestAlone() {
    // Given that other programs sign digests with the same key
    byte[] message = BundleSignature.message("00".repeat(32));
    // When
    // Then
    assertThat(new String(message, StandardCharsets.US_ASCII))
        .startsWith("residua model bundle, version 1\0");
    assertThat(message).hasSize(32 + 32);
  }

  @Test
  void shouldReadTheKeysThatItWrote() throws Exception {
    // Given
    Path privateKey = folder.resolve("key.pem");
    Path publicKey = folder.resolve("key.pub.pem");
    // When
    KEY.write(privateKey, publicKey);
    // Then
    assertThat(SigningKey.read(privateKey).keyId()).isEqualTo(KEY.keyId());
    TrustedKeys.read(List.of(publicKey)).check(bundle.signed(SigningKey.read(privateKey)));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(privateKey)))
        .isEqualTo("rw-------");
    assertThatThrownBy(() -> OTHER.write(privateKey, folder.resolve("other.pub.pem")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("key.pem is there already; it is not replaced");
    assertThatThrownBy(() -> SigningKey.read(publicKey))
        .hasMessageContaining("key.pub.pem has a PUBLIC KEY, expected a PRIVATE KEY");
    assertThatThrownBy(() -> TrustedKeys.read(List.of(privateKey)))
        .hasMessageContaining("key.pem has a PRIVATE KEY, expected a PUBLIC KEY");
    assertThatThrownBy(() -> TrustedKeys.read(List.of(folder.resolve("none.pem"))))
        .hasMessageContaining("none.pem does not exist");
  }

  @Test
  void shouldAgreeWithOpenssl() throws Exception {
    boolean there = run("openssl", "version") == 0;
    if (!there) {
      System.out.println("skipped: openssl is not on this machine");
    }
    assumeTrue(there, "openssl is not on this machine");
    // Given a key and a signature of openssl, and a signature of ours
    assertThat(run("openssl", "genpkey", "-algorithm", "ed25519", "-out", "k.pem")).isZero();
    assertThat(run("openssl", "pkey", "-in", "k.pem", "-pubout", "-out", "k.pub.pem")).isZero();
    SigningKey key = SigningKey.read(folder.resolve("k.pem"));
    BundleSignature ours = bundle.signed(key).signature().orElseThrow();
    Files.write(folder.resolve("message"), BundleSignature.message(bundle.digest()));
    Files.write(folder.resolve("ours"), ours.value());
    // When
    int signs =
        run(
            "openssl", "pkeyutl", "-sign", "-inkey", "k.pem", "-rawin", "-in", "message", "-out",
            "theirs");
    int verifies =
        run(
            "openssl",
            "pkeyutl",
            "-verify",
            "-pubin",
            "-inkey",
            "k.pub.pem",
            "-rawin",
            "-in",
            "message",
            "-sigfile",
            "ours");
    // Then
    assertThat(signs).isZero();
    assertThat(verifies).isZero();
    assertThat(Files.readAllBytes(folder.resolve("theirs"))).isEqualTo(ours.value());
    TrustedKeys.read(List.of(folder.resolve("k.pub.pem"))).check(bundle.signed(key));
    // And a key of another kind is refused
    assertThat(run("openssl", "genpkey", "-algorithm", "x25519", "-out", "x.pem")).isZero();
    assertThatThrownBy(() -> SigningKey.read(folder.resolve("x.pem")))
        .hasMessageContaining("x.pem has another key than one for Ed25519");
  }

  private int run(String... command) throws InterruptedException {
    try {
      Process process =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("out.txt").toFile())
              .start();
      return process.waitFor(Waits.seconds(30), TimeUnit.SECONDS) ? process.exitValue() : -1;
    } catch (IOException e) {
      return -1;
    }
  }
}
