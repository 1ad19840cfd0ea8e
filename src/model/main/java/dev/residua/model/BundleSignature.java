package dev.residua.model;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An Ed25519 signature (RFC 8032) over the digest of a bundle. The signed bytes begin with a text
 * that nothing else signs, so that a signature made for another purpose with the same key is none
 * of a bundle.
 *
 * <p>The entry is one line: {@code residua-ed25519-1 KEYID SIGNATURE}, the signature in Base64.
 *
 * @param keyId which key made it; see {@link #keyId(byte[])}
 * @param value 64 bytes
 */
public record BundleSignature(String keyId, byte[] value) {
  static final String ALGORITHM = "Ed25519";

  private static final String MARK = "residua-ed25519-1";
  private static final String PREFIX = "residua model bundle, version 1\0";
  private static final int VALUE_BYTES = 64;
  private static final int ID_DIGITS = 16;
  private static final int MAX_ENTRY_BYTES = 256;
  private static final Pattern ENTRY =
      Pattern.compile(MARK + " ([0-9a-f]{" + ID_DIGITS + "}) ([A-Za-z0-9+/=]{88})\n?");
  private static final Pattern ID = Pattern.compile("[0-9a-f]{" + ID_DIGITS + "}");

  public BundleSignature {
    if (!ID.matcher(keyId).matches()) {
      throw new IllegalArgumentException(
          "key id is '%s', expected %d lower-case hexadecimal digits".formatted(keyId, ID_DIGITS));
    }
    if (value.length != VALUE_BYTES) {
      throw new IllegalArgumentException(
          "signature has %d bytes, expected %d".formatted(value.length, VALUE_BYTES));
    }
    value = value.clone();
  }

  /** A copy. */
  @Override
  public byte[] value() {
    return value.clone();
  }

  /**
   * The signed bytes: a text that ends with a zero byte, then the 32 bytes of the digest.
   *
   * @param digest of the bundle, 64 hexadecimal digits
   */
  public static byte[] message(String digest) {
    byte[] prefix = PREFIX.getBytes(StandardCharsets.US_ASCII);
    byte[] hash = HexFormat.of().parseHex(digest);
    byte[] message = Arrays.copyOf(prefix, prefix.length + hash.length);
    System.arraycopy(hash, 0, message, prefix.length, hash.length);
    return message;
  }

  /**
   * Short name of a key: the first 16 hexadecimal digits of the SHA-256 of its X.509
   * SubjectPublicKeyInfo. It only finds the key; trust comes from the key itself.
   *
   * @param encoded the public key as {@link java.security.PublicKey#getEncoded} gives it
   */
  static String keyId(byte[] encoded) {
    return ModelBundle.sha256(encoded).substring(0, ID_DIGITS);
  }

  byte[] toBytes() {
    return "%s %s %s\n"
        .formatted(MARK, keyId, Base64.getEncoder().encodeToString(value))
        .getBytes(StandardCharsets.US_ASCII);
  }

  static BundleSignature fromBytes(byte[] entry, String origin) throws BadBundleException {
    String text =
        new String(entry, 0, Math.min(entry.length, MAX_ENTRY_BYTES), StandardCharsets.ISO_8859_1);
    Matcher matcher = ENTRY.matcher(text);
    if (entry.length <= MAX_ENTRY_BYTES && matcher.matches()) {
      try {
        return new BundleSignature(matcher.group(1), Base64.getDecoder().decode(matcher.group(2)));
      } catch (IllegalArgumentException e) {
        throw new BadBundleException(
            "model bundle %s has a damaged %s: %s"
                .formatted(origin, ModelBundle.SIGNATURE, e.getMessage()),
            e);
      }
    }
    throw new BadBundleException(
        "model bundle %s has a damaged %s: it is '%s', expected '%s', a key id and 64 bytes in Base64"
            .formatted(origin, ModelBundle.SIGNATURE, SafeText.of(text), MARK));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof BundleSignature that
        && keyId.equals(that.keyId)
        && Arrays.equals(value, that.value);
  }

  @Override
  public int hashCode() {
    return 31 * keyId.hashCode() + Arrays.hashCode(value);
  }

  @Override
  public String toString() {
    return "signature by key " + keyId;
  }
}
