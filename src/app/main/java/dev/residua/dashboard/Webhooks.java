package dev.residua.dashboard;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Check of the signatures of webhooks: a version, then HMAC-SHA256 in hexadecimal digits. */
final class Webhooks {
  private static final String HMAC = "HmacSHA256";
  private static final int DIGITS = 64;

  private Webhooks() {}

  /**
   * Returns true if one of the signatures is that of these bytes. Hashes the bytes once, and not at
   * all if no signature has the right form; the time does not depend on the signature.
   *
   * @param version such as {@code v1=}
   * @param given signatures with their version
   * @param parts the signed bytes, in order
   */
  static boolean isSigned(byte[] secret, String version, List<String> given, byte[]... parts) {
    int length = version.length() + DIGITS;
    if (given.stream().noneMatch(one -> one.length() == length && one.startsWith(version))) {
      return false;
    }
    byte[] expected = signature(secret, version, parts);
    boolean signed = false;
    for (String one : given) {
      signed |= MessageDigest.isEqual(expected, one.getBytes(StandardCharsets.UTF_8));
    }
    return signed;
  }

  private static byte[] signature(byte[] secret, String version, byte[]... parts) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(new SecretKeySpec(secret, HMAC));
      for (byte[] part : parts) {
        mac.update(part);
      }
      return (version + HexFormat.of().formatHex(mac.doFinal())).getBytes(StandardCharsets.UTF_8);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has " + HMAC, e);
    }
  }
}
