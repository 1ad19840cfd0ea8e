package dev.residua.model;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.X509EncodedKeySpec;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Public keys whose bundles may be used. Without any, every bundle is trusted, signed or not.
 *
 * @param keys by their id
 */
public record TrustedKeys(Map<String, PublicKey> keys) {
  /** Trusts everything. */
  public static final TrustedKeys EVERYTHING = new TrustedKeys(Map.of());

  public TrustedKeys {
    keys.forEach(
        (id, key) -> {
          if (!id.equals(BundleSignature.keyId(key.getEncoded()))) {
            throw new IllegalArgumentException(
                "key %s has the id %s".formatted(id, BundleSignature.keyId(key.getEncoded())));
          }
        });
    keys = Collections.unmodifiableMap(new TreeMap<>(keys));
  }

  static TrustedKeys of(PublicKey key) {
    return new TrustedKeys(Map.of(BundleSignature.keyId(key.getEncoded()), key));
  }

  /**
   * Reads public keys, one per file: X.509 SubjectPublicKeyInfo in PEM, as {@code openssl pkey
   * -pubout} writes it.
   *
   * @throws IOException if a file cannot be read or has no Ed25519 key
   */
  public static TrustedKeys read(List<Path> pems) throws IOException {
    Map<String, PublicKey> keys = new TreeMap<>();
    for (Path pem : pems) {
      try {
        PublicKey key =
            KeyFactory.getInstance(BundleSignature.ALGORITHM)
                .generatePublic(new X509EncodedKeySpec(Pem.read(pem, Pem.PUBLIC)));
        keys.put(BundleSignature.keyId(key.getEncoded()), key);
      } catch (GeneralSecurityException e) {
        throw new IOException("key file %s has another key than one for Ed25519".formatted(pem), e);
      }
    }
    return new TrustedKeys(keys);
  }

  /** Returns true if bundles need no signature. */
  public boolean trustEverything() {
    return keys.isEmpty();
  }

  /**
   * Accepts a bundle with a signature of one of the keys, or any bundle if there are no keys.
   *
   * @throws BadBundleException if it is not signed, by another key, or the signature is wrong
   */
  public void check(ModelBundle bundle) throws BadBundleException {
    if (trustEverything()) {
      return;
    }
    BundleSignature signature =
        bundle
            .signature()
            .orElseThrow(
                () ->
                    new BadBundleException(
                        "model %s (digest %s) is not signed, expected a signature by one of the trusted keys %s"
                            .formatted(bundle.id(), bundle.digest(), keys.keySet())));
    PublicKey key = keys.get(signature.keyId());
    if (key == null) {
      throw new BadBundleException(
          "model %s (digest %s) is signed by the unknown key %s, expected one of the trusted keys %s"
              .formatted(bundle.id(), bundle.digest(), signature.keyId(), keys.keySet()));
    }
    if (!verifies(key, BundleSignature.message(bundle.digest()), signature.value())) {
      throw new BadBundleException(
          "model %s has a wrong signature: key %s did not sign the digest %s"
              .formatted(bundle.id(), signature.keyId(), bundle.digest()));
    }
  }

  private static boolean verifies(PublicKey key, byte[] message, byte[] value) {
    try {
      Signature signature = Signature.getInstance(BundleSignature.ALGORITHM);
      signature.initVerify(key);
      signature.update(message);
      return signature.verify(value);
    } catch (SignatureException e) {
      return false; // 64 bytes that are not a point and a scalar
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot verify with an Ed25519 key", e);
    }
  }
}
