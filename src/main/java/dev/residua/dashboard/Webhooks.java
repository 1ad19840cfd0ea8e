package dev.residua.dashboard;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Signatures of webhooks, which are HMAC-SHA256 in hexadecimal digits behind a version. */
final class Webhooks {
  private static final String HMAC = "HmacSHA256";

  private Webhooks() {}

  /**
   * Whether a signature is that of these bytes. Takes the same time for every wrong one.
   *
   * @param version such as {@code v1=}
   * @param given signature with its version
   * @param parts what is signed, in order
   */
  static boolean isSigned(byte[] secret, String version, String given, byte[]... parts) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(new SecretKeySpec(secret, HMAC));
      for (byte[] part : parts) {
        mac.update(part);
      }
      String expected = version + HexFormat.of().formatHex(mac.doFinal());
      return MessageDigest.isEqual(
          expected.getBytes(StandardCharsets.UTF_8), given.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has " + HMAC, e);
    }
  }
}
