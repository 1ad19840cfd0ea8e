package dev.residua.alerting;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs a webhook's event with the receiver's key: HMAC-SHA256 over {@code id.timestamp.body}.
 *
 * <p>Source: Standard Webhooks 1.0.0, "Signature scheme", symmetric.
 */
final class Signature {
  private static final String HMAC = "HmacSHA256";

  private Signature() {}

  /**
   * The value of the header {@code webhook-signature}.
   *
   * @param timestamp seconds since 1970
   */
  static String of(byte[] key, String id, long timestamp, byte[] body) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(new SecretKeySpec(key, HMAC));
      mac.update((id + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8));
      return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(body));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has " + HMAC, e);
    }
  }
}
