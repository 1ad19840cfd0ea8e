package dev.residua.app.process;

import java.security.SecureRandom;
import java.util.Base64;

/** Generator of tokens that nobody can guess. */
public final class RandomToken {
  private static final int BYTES = 32;

  private RandomToken() {}

  /** A new token: 256 random bits as 43 characters that an address may contain. */
  public static String create() {
    byte[] random = new byte[BYTES];
    new SecureRandom().nextBytes(random);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(random);
  }
}
