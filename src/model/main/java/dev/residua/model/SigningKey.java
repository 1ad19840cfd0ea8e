package dev.residua.model;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.EdECPrivateKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Set;

/**
 * A private key that signs bundles, with its public half. Its file is PKCS#8 in PEM, as {@code
 * openssl genpkey -algorithm ed25519} writes it; the public one is X.509 SubjectPublicKeyInfo.
 */
public final class SigningKey {
  private final PrivateKey privateKey;
  private final PublicKey publicKey;

  private SigningKey(PrivateKey privateKey, PublicKey publicKey) {
    this.privateKey = privateKey;
    this.publicKey = publicKey;
  }

  /** A new key. */
  public static SigningKey generate(SecureRandom random) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(BundleSignature.ALGORITHM);
      generator.initialize(NamedParameterSpec.ED25519, random);
      KeyPair pair = generator.generateKeyPair();
      return new SigningKey(pair.getPrivate(), pair.getPublic());
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every Java platform from 15 has Ed25519", e);
    }
  }

  /**
   * Reads a private key.
   *
   * @throws IOException if the file cannot be read or has no Ed25519 key
   */
  public static SigningKey read(Path pem) throws IOException {
    byte[] encoded = Pem.read(pem, Pem.PRIVATE);
    try {
      PrivateKey key =
          KeyFactory.getInstance(BundleSignature.ALGORITHM)
              .generatePrivate(new PKCS8EncodedKeySpec(encoded));
      return new SigningKey(key, publicHalf(key));
    } catch (GeneralSecurityException e) {
      throw new IOException("key file %s has another key than one for Ed25519".formatted(pem), e);
    } finally {
      Arrays.fill(encoded, (byte) 0);
    }
  }

  /**
   * Derives the public key. The platform offers no such function, but generates a pair from 32
   * random bytes, so this passes the bytes of the private key and checks the result.
   */
  private static PublicKey publicHalf(PrivateKey key) throws GeneralSecurityException {
    byte[] seed =
        ((EdECPrivateKey) key)
            .getBytes()
            .orElseThrow(() -> new GeneralSecurityException("the key does not show its bytes"));
    KeyPairGenerator generator = KeyPairGenerator.getInstance(BundleSignature.ALGORITHM);
    generator.initialize(NamedParameterSpec.ED25519, new Given(seed));
    KeyPair pair = generator.generateKeyPair();
    if (!Arrays.equals(seed, ((EdECPrivateKey) pair.getPrivate()).getBytes().orElse(null))) {
      throw new GeneralSecurityException("the key's public half cannot be worked out");
    }
    return pair.getPublic();
  }

  /** A source of fixed bytes. */
  private static final class Given extends SecureRandom {
    private static final long serialVersionUID = 1L;

    private final byte[] bytes;

    Given(byte[] bytes) {
      this.bytes = bytes.clone();
    }

    @Override
    public void nextBytes(byte[] out) {
      System.arraycopy(bytes, 0, out, 0, Math.min(out.length, bytes.length));
    }
  }

  /** See {@link BundleSignature#keyId()}. */
  public String keyId() {
    return BundleSignature.keyId(publicKey.getEncoded());
  }

  /** A set of trusted keys with only this one. */
  public TrustedKeys trusted() {
    return TrustedKeys.of(publicKey);
  }

  BundleSignature sign(String digest) {
    try {
      Signature signature = Signature.getInstance(BundleSignature.ALGORITHM);
      signature.initSign(privateKey);
      signature.update(BundleSignature.message(digest));
      return new BundleSignature(keyId(), signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot sign with key " + keyId(), e);
    }
  }

  /**
   * Writes both keys; only the owner may read the private one, if the file system supports that.
   *
   * @throws IOException if one cannot be written, or exists already: keys are not replaced
   */
  public void write(Path privatePem, Path publicPem) throws IOException {
    if (Files.exists(publicPem)) {
      throw new IOException("key file " + publicPem + " is there already; it is not replaced");
    }
    write(privatePem, Pem.write(Pem.PRIVATE, privateKey.getEncoded()), "rw-------");
    write(publicPem, Pem.write(Pem.PUBLIC, publicKey.getEncoded()), "rw-r--r--");
  }

  private static void write(Path file, byte[] content, String permissions) throws IOException {
    boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
    FileAttribute<?>[] attributes =
        posix
            ? new FileAttribute<?>[] {
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
            }
            : new FileAttribute<?>[0];
    try (OutputStream out =
        Channels.newOutputStream(
            Files.newByteChannel(
                file,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                attributes))) {
      out.write(content);
    } catch (FileAlreadyExistsException e) {
      throw new IOException("key file " + file + " is there already; it is not replaced", e);
    }
  }
}
